"""The scripts of an environment: which entry point each one starts, with whose Python, and which ones are missing."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator

from kempt.engine.environments.claims import Claims
from kempt.engine.environments.distributions import SEEDS, Installed
from kempt.engine.environments.layout import PYTHON_NAME, Layout, made_at
from kempt.errors import UnreadableError
from kempt.formats.console_script import LIMIT, RELATIVE, FirstLine, Wrapper, first_line, wrapper
from kempt.host.interpreter import same_folder
from kempt.host.reading import read_regular
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Problem

PLACEHOLDERS = (b"#!python", b"#!python3", b"#!pythonw")
SYSTEM_FOLDERS = frozenset({"/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"})
ALIAS = re.compile(r"-?\d+(?:\.\d+)?$")
ENOUGH_TO_BE_MOVED = 2


class Scripts:
    """What was found. `values` are the right sides of the fingerprint's lines; `digests` those of files read whole."""

    def __init__(self, layout: Layout, walk: Walk, claims: Claims, found: list[Installed]) -> None:
        self.values: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.owners: dict[str, int] = {}
        self.aliases: set[str] = set()
        self.problems: list[Problem] = []
        self._layout, self._walk, self._claims, self._found = layout, walk, claims, found
        self._foreign: dict[str, list[str]] = {}
        self._entries = {
            (name, number): target for number, one in enumerate(found) for name, target in one.scripts.items()
        }
        self._by_name: dict[str, list[int]] = {}
        for name, number in self._entries:
            self._by_name.setdefault(name, []).append(number)
        for path in walk.files:
            if path.startswith(layout.scripts) and "/" not in path[len(layout.scripts) :]:
                self._look(path)
        self.problems += self._missing()
        self.problems += self._moved()

    def _look(self, path: str) -> None:
        if self._walk.files[path].st_size > LIMIT:
            return
        try:
            content = read_regular(f"{self._layout.root}/{path}", LIMIT)
        except UnreadableError:
            return
        self.digests[path] = digest = hashlib.sha256(content).hexdigest()
        started = wrapper(content)
        first = started.first if started else first_line(content)
        own = first is not None and self._is_own(first)
        if first is not None and not own and _names_python(first):
            self._foreign.setdefault(posixpath.dirname(first.interpreter), []).append(path)
        if started is not None:
            self._started(path, digest, started, own=own)
        else:
            self._other(path, content, digest, first if own else None)

    def _started(self, path: str, digest: str, started: Wrapper, *, own: bool) -> None:
        """A script that does nothing but start an entry point."""
        name = _entry_name(path)
        number = self._owner(path, name)
        wanted = None if number is None else self._entries.get((name, number))
        target = started.target or (wanted or "" if started.name == name else "")
        if own and target:
            launcher = f"\t{started.launcher}" if started.launcher else ""
            self.values[path] = f"entry\t{target}{launcher}"
        else:
            self.values[path] = digest
        if number is None:
            return
        self.owners[path] = number
        if wanted is not None and _plain(target) != _plain(wanted):
            self._complain(Damage.EDITED_SCRIPT, path, f"it starts {target or started.name}, not {wanted}")
        elif self._is_alias(name, target, number) and (wanted is None or self._found[number].name in SEEDS):
            self.aliases.add(path)
        elif wanted is None and self._claims.expected.get(path, digest) != digest:
            self._complain(Damage.EDITED_SCRIPT, path, "")

    def _other(self, path: str, content: bytes, digest: str, own: FirstLine | None) -> None:
        """A script of another kind; `own` is its first line if it starts this environment's Python."""
        self.values[path] = digest
        if own is not None:
            options = f" {own.options}" if own.options else ""
            head = f"#!python{options}\n".encode("utf-8", "surrogateescape")
            self.values[path] = hashlib.sha256(head + content[own.end :]).hexdigest()
        name = _entry_name(path)
        number = self._owner(path, name)
        if number is None:
            return
        self.owners[path] = number
        expected = self._claims.expected.get(path, "")
        # Old versions of pip recorded the script as it was before its first line was written.
        rest = content[own.end :] if own is not None else content
        if digest == expected or digest in self._claims.rivals.get(path, ()):
            return
        if own is not None and any(_sha256(each, rest) == expected for each in PLACEHOLDERS):
            return
        if (name, number) in self._entries:
            self._complain(Damage.EDITED_SCRIPT, path, "it does more than to start its entry point")
        elif expected:
            kind = Damage.RESIZED if path in self._claims.differing else Damage.MODIFIED
            self._complain(kind, path, "")

    def _is_alias(self, name: str, target: str, number: int) -> bool:
        """Whether a script is `pip3.11` or the like: pip's wheel lists one version, and installers make another."""
        base = ALIAS.sub("", name)
        return base != name and _plain(self._entries.get((base, number), "")) == _plain(target)

    def _owner(self, path: str, name: str) -> int | None:
        """Whose script it is: by RECORD, else by the entry points."""
        number = self._claims.owner.get(path)
        if number is not None:
            return number
        named = self._by_name.get(name, ())
        return named[0] if named else None

    def _complain(self, damage: Damage, path: str, detail: str) -> None:
        self.problems.append(Problem(damage, path, self._found[self.owners[path]].name, detail))

    def _missing(self) -> Iterator[Problem]:
        for (name, number), target in self._entries.items():
            if self._found[number].name in SEEDS and self._is_alias(name, target, number):
                continue
            paths = [f"{self._layout.scripts}{name}"]
            if self._layout.scripts == "Scripts/":
                paths = [f"{paths[0]}.exe", f"{paths[0]}-script.py", f"{paths[0]}-script.pyw", paths[0]]
            if not any(path in self._walk.files or path in self._walk.links for path in paths):
                yield Problem(Damage.MISSING_SCRIPT, paths[0], self._found[number].name)

    def _moved(self) -> Iterator[Problem]:
        """Scripts that start another Python, one by one; or, where they all agree with `activate`, all at once."""
        root, scripts = self._layout.root, self._layout.scripts.rstrip("/")
        made = made_at(root, self._layout.scripts)
        elsewhere = "" if not made or same_folder(made, root) else made
        if not elsewhere and len(self._foreign) == 1 and not self._has_own():
            ((folder, paths),) = self._foreign.items()
            if len(paths) >= ENOUGH_TO_BE_MOVED and posixpath.basename(folder) == scripts:
                elsewhere = posixpath.dirname(folder)
        if elsewhere:
            count = len(self._foreign.pop(f"{elsewhere}/{scripts}", ()))
            words = f"{count:,} scripts start the Python there" if count else "`activate` leads there"
            yield Problem(Damage.MOVED, f"{scripts}/activate", detail=f"made at {elsewhere}; {words}")
        for folder, paths in self._foreign.items():
            for path in paths:
                number = self.owners.get(path)
                owner = "" if number is None else self._found[number].name
                yield Problem(Damage.FOREIGN_SCRIPT, path, owner, f"it starts the Python in {folder}")

    def _has_own(self) -> bool:
        return any(value.startswith("entry\t") for value in self.values.values())

    def _is_own(self, first: FirstLine) -> bool:
        """Whether a script starts this environment's Python."""
        folder, name = posixpath.split(first.interpreter.replace("\\", "/"))
        if not PYTHON_NAME.fullmatch(name):
            return False
        own = f"{self._layout.root}/{self._layout.scripts}".rstrip("/")
        return folder == RELATIVE or same_folder(folder, own)


def _names_python(first: FirstLine) -> bool:
    """Whether a first line names a Python by its place, other than the system's."""
    folder, name = posixpath.split(first.interpreter.replace("\\", "/"))
    absolute = folder.startswith("/") or folder[1:2] == ":"
    return bool(absolute and PYTHON_NAME.fullmatch(name) and folder not in SYSTEM_FOLDERS)


def _entry_name(path: str) -> str:
    """The entry point's name that a script's file name stands for."""
    name = posixpath.basename(path)
    for ending in (".exe", "-script.py", "-script.pyw"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _plain(target: str) -> str:
    return target.replace(" ", "")


def _sha256(first: bytes, rest: bytes) -> str:
    return hashlib.sha256(first + b"\n" + rest).hexdigest()
