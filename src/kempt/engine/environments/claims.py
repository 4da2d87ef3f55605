"""What the distributions' RECORDs claim: which file is whose, and what it should hold."""

from __future__ import annotations

import posixpath

from kempt.engine.environments.distributions import Installed
from kempt.engine.environments.layout import Layout, inside
from kempt.formats import record
from kempt.formats.bytecode import FOLDER
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Problem

SELF = frozenset({"RECORD", "RECORD.jws", "RECORD.p7s"})
PYTHON_ENDINGS = (".pyc", ".pyo")


class Claims:
    """Files by their paths: `owner` is a position in the list of distributions, `expected` the SHA-256 of RECORD.

    `differing` are files whose size is not that of RECORD. `rivals` are files that two distributions claim with
    different contents: every SHA-256 that one of them expects. `links` are claimed paths that are symbolic links.
    """

    def __init__(self, layout: Layout, walk: Walk, found: list[Installed]) -> None:
        self.owner: dict[str, int] = {}
        self.expected: dict[str, str] = {}
        self.differing: set[str] = set()
        self.rivals: dict[str, set[str]] = {}
        self.links: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._layout, self._walk, self._found = layout, walk, found
        self._spelled: dict[str, str] = {}
        self._absent: list[tuple[int, str, str]] = []
        for number, one in enumerate(found):
            self._claim(number, one)
        for number, path, hash_ in self._absent:
            self._miss(number, path, hash_)

    def name(self, path: str) -> str:
        """The distribution that owns a file, empty for none."""
        number = self.owner.get(path)
        return "" if number is None else self._found[number].name

    def _claim(self, number: int, one: Installed) -> None:
        if one.record is None:
            return
        rows = one.record.rows
        files, owner, expected, prefix = self._walk.files, self.owner, self.expected, one.prefix
        for (raw, (hash_, size)), digest in zip(
            rows.items(), record.sha256_of(each for each, _ in rows.values()), strict=True
        ):
            path = prefix + raw if _is_plain(raw) else self._resolved(one, raw)
            if path is None:
                continue
            found = files.get(path)
            if found is None:
                self._absent.append((number, path, hash_))
            elif path in owner:
                self._share(number, path, digest)
            else:
                owner[path] = number
                if digest:
                    expected[path] = digest
                    if str(found.st_size) != size:
                        self.differing.add(path)

    def _resolved(self, one: Installed, raw: str) -> str | None:
        """A row's path relative to the environment; None, and a problem, where it leads out of it."""
        said = raw.replace("\\", "/") if self._layout.scripts == "Scripts/" else raw
        if said.endswith("/"):
            return None
        absolute = said.startswith("/") or said[1:3] == ":/"
        path = inside(self._layout.root, said if absolute else posixpath.join(one.prefix, said))
        if path is None:
            detail = f"{raw} lies outside of the environment"
            self.problems.append(Problem(Damage.UNSAFE_RECORD, f"{one.distribution.folder}/RECORD", one.name, detail))
            return None
        if path.startswith("lib64/") and self._walk.links.get("lib64"):
            return path.replace("lib64/", "lib/", 1)
        return path

    def _share(self, number: int, path: str, digest: str) -> None:
        first = self._found[self.owner[path]]
        other = self._found[number]
        before = self.expected.get(path, "")
        if first is other or not digest or digest == before:
            return
        self.rivals.setdefault(path, {before}).add(digest)
        if first.name != other.name:
            words = f"{first.name} brings the same file with another content"
            self.problems.append(Problem(Damage.SHARED, path, other.name, words))

    def _miss(self, number: int, path: str, hash_: str) -> None:
        """A row without a file."""
        if path in self._walk.links:
            self.links[path] = number
            return
        if path in self._walk.folders or f"/{FOLDER}/" in f"{path}/" or (not hash_ and path.endswith(PYTHON_ENDINGS)):
            return
        if not hash_ and path.rpartition("/")[2] in SELF:
            return
        other = self._other_case(path)
        if other:
            self.owner.setdefault(other, number)
            return
        self.problems.append(Problem(Damage.MISSING, path, self._found[number].name))

    def _other_case(self, path: str) -> str:
        """The file as the disk spells it, where that ignores case."""
        if not self._walk.ignores_case:
            return ""
        if not self._spelled:
            self._spelled = {each.casefold(): each for each in self._walk.files}
        return self._spelled.get(path.casefold(), "")


def _is_plain(raw: str) -> bool:
    """Whether a row can be taken as it is: the common case, decided without taking the path apart."""
    return not (
        ".." in raw or "//" in raw or "/./" in raw or "\\" in raw or ":" in raw or raw[0] in "/." or raw[-1] == "/"
    )
