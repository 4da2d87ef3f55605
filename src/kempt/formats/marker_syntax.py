"""Environment markers (PEP 508) as they are read: a test of one machine, and the values that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

LIMIT, DEPTH = 2_000, 60
"""Characters and brackets of a marker beyond which it is not read."""
WORD = r"\s*(?:(\()|(\))|'([^'\n]*)'|\"([^\"\n]*)\"|(not\s+in\b)|(===|==|~=|!=|<=|>=|<|>)|([A-Za-z_][\w.]*))"
RELEASE = r"(?a)\d+(?:\.\d+)*(?:\.\*)?"
PYTHON = "python_full_version"
VERSIONS = {"python_version": PYTHON, PYTHON: PYTHON, "implementation_version": "implementation_version"}
OLD_NAMES = {
    "os.name": "os_name", "sys.platform": "sys_platform", "platform.version": "platform_version",
    "platform.machine": "platform_machine", "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}  # fmt: skip
TEXTS = frozenset({
    "os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_system",
    "platform_version", "platform_release", "implementation_name", "extra", "extras", "dependency_groups",
})  # fmt: skip
SYSTEMS = {"Windows": "win32", "Linux": "linux", "Darwin": "darwin", "AIX": "aix", "Android": "android",
           "Emscripten": "emscripten"}  # fmt: skip
"""`platform_system` where it is but another name for a `sys_platform`."""

Cell = Mapping[str, str | tuple[int, ...]]
Test = Callable[[Cell], bool]
Release = tuple[int, ...]


class UnknownMarkerError(Exception):
    """A marker that is none, or one that needs more knowledge of versions than there is here."""


class Condition:
    """A marker that was read: `test` evaluates it, `texts` and `releases` are the values that it names.

    `opaque`: it looks for parts of texts, which is not followed.
    """

    def __init__(self, text: str) -> None:
        self.texts: dict[str, set[str]] = {}
        self.releases: dict[str, set[Release]] = {}
        self.opaque = False
        self._tokens = tokens(text)
        self._at = 0
        self.test: Test = self._either() if self._tokens else _always
        if self._at != len(self._tokens):
            raise UnknownMarkerError

    def _next(self, *wanted: str) -> str:
        """The next token if it is one of these, else nothing."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if token in wanted:
            self._at += 1
            return token
        return ""

    def _either(self) -> Test:
        tests = [self._both()]
        while self._next("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda cell: any(test(cell) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._next("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda cell: all(test(cell) for test in tests)

    def _one(self) -> Test:
        if self._next("not"):
            test = self._one()
            return lambda cell: not test(cell)
        if self._next("("):
            test = self._either()
            if not self._next(")"):
                raise UnknownMarkerError
            return test
        if self._at + 3 > len(self._tokens):
            raise UnknownMarkerError
        left, operator, right = self._tokens[self._at : self._at + 3]
        self._at += 3
        if left.startswith("'") and not right.startswith("'"):
            return self._comparison(right, _TURNED.get(operator, operator), left[1:], turned=True)
        if right.startswith("'") and not left.startswith("'"):
            return self._comparison(left, operator, right[1:], turned=False)
        raise UnknownMarkerError

    def _comparison(self, name: str, operator: str, value: str, *, turned: bool) -> Test:
        name = OLD_NAMES.get(name, name)
        if name in VERSIONS and operator not in {"in", "not in"}:
            return self._version(name, operator, value)
        if name in VERSIONS and not turned:
            return self._one_of(name, value.replace(",", " ").split(), inside=operator == "in")
        if name not in TEXTS or operator not in {"==", "!=", "in", "not in"}:
            raise UnknownMarkerError
        return self._text(name, operator, value, turned=turned)

    def _text(self, name: str, operator: str, value: str, *, turned: bool) -> Test:
        if operator in {"in", "not in"}:  # a question of its own, though `==` may ask the same
            self.opaque = True
            name, value = f"{name} {'holds' if turned else 'in'} {value}", "yes"
        elif name == "extra":  # several may be asked for at once: each is a question of its own
            name, value = f"extra {re.sub(r'[-_.]+', '-', value).lower()}", "yes"
        elif name == "platform_system" and value in SYSTEMS:
            name, value = "sys_platform", SYSTEMS[value]
        self.texts.setdefault(name, set()).add(value)
        return lambda cell: (cell[name] == value) is (operator in {"==", "in"})

    def _one_of(self, name: str, values: Sequence[str], *, inside: bool) -> Test:
        tests = [self._version(name, "==", value) for value in values]
        return lambda cell: any(test(cell) for test in tests) is inside

    def _version(self, name: str, operator: str, value: str) -> Test:
        if not re.fullmatch(RELEASE, value) or operator == "===":
            raise UnknownMarkerError
        star = value.endswith(".*")
        release = tuple(int(part) for part in value.removesuffix(".*").split("."))
        holds = _release_test(operator, release, star=star)
        key = VERSIONS[name]
        self.releases.setdefault(key, set()).add(release)
        if name == "python_version":
            return lambda cell: holds(padded(_release(cell[key])[:2]))
        return lambda cell: holds(_release(cell[key]))


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _always(_cell: Cell) -> bool:
    return True


def _release(value: str | Release) -> Release:
    return value if isinstance(value, tuple) else ()


def padded(release: Release) -> Release:
    """A release of three parts at least."""
    return (*release, 0, 0, 0)[: max(3, len(release))]


def _release_test(operator: str, wanted: Release, *, star: bool) -> Callable[[Release], bool]:
    if star and operator not in {"==", "!="}:
        raise UnknownMarkerError
    if operator in {"==", "!="}:
        equal = operator == "=="
        if star:
            return lambda found: (found[: len(wanted)] == wanted) is equal
        return lambda found: (found == padded(wanted)) is equal
    if operator == "~=":
        if len(wanted) == 1:
            raise UnknownMarkerError
        return lambda found: found >= padded(wanted) and found[: len(wanted) - 1] == wanted[:-1]
    value = padded(wanted)
    tests: Mapping[str, Callable[[Release], bool]] = {
        "<": lambda found: found < value,
        "<=": lambda found: found <= value,
        ">": lambda found: found > value,
        ">=": lambda found: found >= value,
    }
    return tests[operator]


@cache
def tokens(text: str) -> tuple[str, ...]:
    """The words of a marker; strings begin with a quote. Raises UnknownMarkerError where it is none."""
    text = text.strip()
    if len(text) > LIMIT:
        raise UnknownMarkerError
    word_at = re.compile(WORD)  # here: most projects have no markers to compare
    found: list[str] = []
    position = 0
    while position < len(text):
        match = word_at.match(text, position)
        if match is None:
            raise UnknownMarkerError
        opened, closed, single, double, negated, operator, word = match.groups()
        string = single if single is not None else double
        quoted = None if string is None else f"'{string}"
        found.append("not in" if negated else quoted or opened or closed or operator or word)
        position = match.end()
    if found.count("(") > DEPTH:
        raise UnknownMarkerError
    return tuple(found)
