"""The targets of bake files, each with the words that say what is built; a value that is not known holds a `$`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

UNKNOWN = "$?"
"""What stands for a value that a function makes, or a variable without a default."""
NAMES = ("context", "dockerfile", "target")
HEREDOC = re.compile(r"^[ \t]*dockerfile-inline\s*=\s*<<-?(\w+)[ \t]*\r?\n", re.MULTILINE)
_ATTRIBUTE = re.compile(
    r"^\s*(target|dockerfile|context)\s*=\s*(\S[^\n]{0,200}?)\s*(?:#[^\n\"]*|//[^\n\"]*)?$", re.MULTILINE
)
_DEFAULT = re.compile(r'(?:^|\{)\s*default\s*=\s*(?:"([^"\n]{0,200})"|([\w.]+))\s*(?:\}|$)', re.MULTILINE)
_INHERITS = re.compile(r"^\s*inherits\s*=\s*\[([^\]\n]{0,500})\]", re.MULTILINE)
_MATRIX = re.compile(r"^\s*matrix\s*=\s*\{([^}]{0,4000})\}", re.MULTILINE)
_ROW = re.compile(r"(\w+)\s*=\s*\[([^\]]{0,2000})\]")
_QUOTED = re.compile(r'"([^"\n]{1,200})"')
_PLAIN = re.compile(r'"([^"\n]{1,200})"|([\w-]+)')
_PLACE = re.compile(r"\$\{([^}]*)\}")
_BLOCK = re.compile(
    r'^(?:target\s+"?([\w.-]+)"?|variable\s+"?([\w-]+)"?|group\b[^{\n]*|function\b[^{\n]*)\s*\{', re.MULTILINE
)
_MOST = 64
_DEEPEST = 5


def targets(text: str, *, is_json: bool) -> Iterator[dict[str, str]]:
    """What each target says of what it builds, with what it inherits; a matrix gives one for each row."""
    found = _of_json(text) if is_json else _of_hcl(text)
    for name in found:
        yield _inherited(found, name)


def _inherited(found: Mapping[str, Mapping[str, str]], name: str, depth: int = 0) -> dict[str, str]:
    """What a target says itself, over what it inherits; the last that it names wins."""
    said: dict[str, str] = {}
    own = found.get(name, {})
    for other in own.get("inherits", "").split() if depth < _DEEPEST else ():
        said |= _inherited(found, other, depth + 1)
    return said | {key: value for key, value in own.items() if key in NAMES}


def _of_json(text: str) -> dict[str, dict[str, str]]:
    """The targets of a bake file in JSON; lists of names are joined by blanks."""
    try:
        whole = json.loads(text)
        given = whole["target"].items()
        variables = {
            str(name): each["default"]
            for name, each in (whole.get("variable") or {}).items()
            if isinstance(each, dict) and isinstance(each.get("default"), str)
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    found: dict[str, dict[str, str]] = {}
    for name, each in given:
        if isinstance(each, dict) and "dockerfile-inline" not in each:
            words = {str(key): _filled(value, variables) for key, value in each.items() if isinstance(value, str)}
            inherits = each.get("inherits")
            names = [str(other) for other in inherits] if isinstance(inherits, list) else []
            found[str(name)] = words | {"inherits": " ".join(names)}
    return found


def _of_hcl(text: str) -> dict[str, dict[str, str]]:
    """The targets of a bake file in HCL."""
    starts = list(_BLOCK.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    blocks = list(zip(starts, ends, strict=True))
    variables = {}
    for match, end in blocks:
        given = _DEFAULT.search(text, match.end() - 1, end) if match[2] else None
        if given is not None:
            variables[match[2]] = given[2] if given[1] is None else given[1]
    found: dict[str, dict[str, str]] = {}
    for match, end in blocks:
        if match[1] and not HEREDOC.search(text, match.end(), end):
            inherits = _INHERITS.search(text, match.end(), end)
            names = {"inherits": " ".join(_QUOTED.findall(inherits[1]) if inherits else [])}
            given_words = dict(_ATTRIBUTE.findall(text, match.end(), end))
            for number, row in enumerate(_rows(text, match.end(), end)):
                words = {key: _value(value, {**variables, **row}) for key, value in given_words.items()}
                found[f"{match[1]} {number}" if number else match[1]] = words | names
    return found


def _rows(text: str, start: int, end: int) -> Iterator[dict[str, str]]:
    """What the variables of a matrix are, row by row; one row of none where there is no matrix."""
    matrix = _MATRIX.search(text, start, end)
    lists = [(name, _QUOTED.findall(values)) for name, values in _ROW.findall(matrix[1])] if matrix else []
    for row in islice(product(*(values for _, values in lists)), _MOST):
        yield dict(zip((name for name, _ in lists), row, strict=True))


def _value(written: str, variables: Mapping[str, str]) -> str:
    """An expression: a text in quotes, or a variable by its name."""
    match = _PLAIN.fullmatch(written)
    if match is None:
        return UNKNOWN
    return _filled(match[1], variables) if match[1] is not None else variables.get(match[2], UNKNOWN)


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """A text with its variables replaced by their defaults."""
    return _PLACE.sub(lambda match: variables.get(match[1].strip(), UNKNOWN), text)
