"""Projects that are installed in place: one line each, whatever their build backend leaves in site-packages.

A backend writes the project's absolute path into a `.pth` file, or into a module that a `.pth` file imports, so that no
two places have the same. What does nothing but lead to the project is left out of the fingerprint; what does more stays
in it, with the project's path taken out.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator

from kempt.engine.environments.claims import Claims
from kempt.engine.environments.distributions import EGG_LINK, Installed
from kempt.engine.environments.layout import Layout
from kempt.errors import UnreadableError
from kempt.host.folders import is_folder, real
from kempt.host.reading import read_regular
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Problem

LIMIT = 1024**2
_FINDER = re.compile(
    r"import (?P<module>__editable___\w+_finder|_editable_impl_\w+|_\w+_editable)(?:; (?P=module)\.install\(\))?"
)
_PLACE = b"<project>"


class Editables:
    """What is installed in place. `lines` is one a project; `left_out` are files, `values` what others hold."""

    def __init__(self, layout: Layout, walk: Walk, claims: Claims, found: list[Installed], root: str) -> None:
        self.lines: list[str] = []
        self.left_out: set[str] = set()
        self.values: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._layout, self._walk = layout, walk
        places = {number: one.distribution.editable for number, one in enumerate(found) if one.distribution.editable}
        if not places:
            return
        base = real(root or posixpath.dirname(layout.root))
        for number, place in places.items():
            one = found[number]
            self.lines.append(f"editable {one.name} {posixpath.relpath(real(place), base)}")
            if not is_folder(place):
                words = f"the project is gone: {place}"
                self.problems.append(Problem(Damage.MISSING, one.distribution.folder, one.name, words))
        self._take_out(claims, found, places)

    def _take_out(self, claims: Claims, found: list[Installed], places: dict[int, str]) -> None:
        finders: set[str] = set()
        owned = [(path, number) for path, number in claims.owner.items() if number in places]
        owned += [(path, number) for path, number in self._of_develop(found, places)]
        for path, number in owned:
            one = found[number]
            if path.startswith(one.folder) or path in {one.distribution.folder, f"{one.prefix}.gitignore"}:
                self.left_out.add(path)  # PDM's backend packs the `.gitignore` of the folder that it builds in
            elif path.endswith(".pth"):
                finders |= self._pth(path, found[number], places)
        for path, number in owned:
            if path in finders:
                self.left_out.add(path)
            elif path not in self.left_out and not path.startswith(self._layout.scripts):
                self._without_place(path, places[number])

    def _of_develop(self, found: list[Installed], places: dict[int, str]) -> Iterator[tuple[str, int]]:
        """What setuptools' `develop` leaves, which has no RECORD."""
        for number in places:
            if found[number].distribution.folder.endswith(EGG_LINK):
                yield found[number].distribution.folder, number
                if f"{found[number].prefix}easy-install.pth" in self._walk.files:
                    yield f"{found[number].prefix}easy-install.pth", number

    def _pth(self, path: str, one: Installed, places: dict[int, str]) -> set[str]:
        """Leave a `.pth` file out that leads to the project only; the modules that it imports for that."""
        content = self._content(path)
        if content is None:
            return set()
        text = content.decode("utf-8", "surrogateescape")
        modules = set()
        for line in filter(None, map(str.strip, text.splitlines())):
            match = _FINDER.fullmatch(line)
            if match:
                modules.add(f"{one.prefix}{match['module']}.py")
            elif not any(_leads_to(line, place) for place in places.values()):
                return set()
        self.left_out.add(path)
        return modules

    def _without_place(self, path: str, place: str) -> None:
        content = self._content(path)
        if content is not None:
            for spelled in {place, real(place)}:
                content = content.replace(spelled.encode("utf-8", "surrogateescape"), _PLACE)
            self.values[path] = hashlib.sha256(content).hexdigest()

    def _content(self, path: str) -> bytes | None:
        try:
            return read_regular(f"{self._layout.root}/{path}", LIMIT)
        except UnreadableError:
            return None


def _leads_to(line: str, place: str) -> bool:
    """Whether a line of a `.pth` file is the project's folder, or one in it."""
    plain = posixpath.normpath(line.replace("\\", "/"))
    return any(plain == each or plain.startswith(f"{each}/") for each in (place, real(place)))
