"""An environment, looked at whole: its distributions' claims beside what is there, and a line for each file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kempt.engine.environments import bytecode, skeleton
from kempt.engine.environments.claims import SELF, Claims
from kempt.engine.environments.distributions import SEEDS, Installed, installed
from kempt.engine.environments.editables import Editables
from kempt.engine.environments.layout import Layout
from kempt.engine.environments.wrappers import Scripts
from kempt.host.hashing import Hashed, hash_files
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Problem

NOT_THE_SAME = (
    *SELF, "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json", "provenance_url.json",
)  # fmt: skip
"""Files of a dist-info folder that say who installed it, from where and when."""
UNUSUAL = ("\\", "\n", "\t")
"""What is spelled out in the paths of lines, so that no name of a file looks like two lines."""
SEED_MARK = ".virtualenv"
"""What the empty file ends with that virtualenv leaves beside each distribution that it installs."""
SOURCELESS = "Python runs it though there is no source, and no distribution owns it"


class Scan:
    """The state of one look. `read` completes `problems` and what `lines` gives."""

    def __init__(self, layout: Layout, walk: Walk, locked: Collection[str] | None, root: str) -> None:
        self._layout, self._walk = layout, walk
        self._caches = [path for path in walk.files if "__pycache__/" in path and bytecode.is_bytecode(path)]
        for path in self._caches:
            del walk.files[path]
        self.installed, self.problems = installed(layout, walk, locked)
        self._claims = Claims(layout, walk, self.installed)
        self._scripts = Scripts(layout, walk, self._claims, self.installed)
        self._editables = Editables(layout, walk, self._claims, self.installed, root)
        self._own = skeleton.own_parts(layout, walk)
        self._links = skeleton.own_links(layout, walk)
        self._values: dict[str, str] = {}
        self.notes: tuple[str, ...] = ()
        self.proven: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many files the fingerprint covers."""
        return len(self._values)

    @property
    def bytes(self) -> int:
        """How many bytes they hold."""
        return sum(self._walk.files[path].st_size for path in self._values)

    def read(self, known: Mapping[str, str], proven: Mapping[str, str], *, proof: bool, jobs: int) -> dict[str, Hashed]:
        """Read what has to be read, and compare; what was read, and what is `known` from an earlier reading.

        `proven` says which bytecode was compared before, and with which source.
        """
        wanted = [path for path in (self._all() if proof else self._unread()) if path not in known]
        hashed = hash_files(self._layout.root, wanted, jobs)
        hashed.update((path, Hashed(digest)) for path, digest in known.items())
        self._own |= {
            path for path, known in skeleton.patches(self._layout, self._walk) if hashed[path].digest in known
        }
        self._compare(hashed)
        self._look_at_bytecode(proven, proof=proof, jobs=jobs)
        self._value(hashed)
        self._unowned()
        named = {each.path for each in self._scripts.problems if each.damage is Damage.MISSING_SCRIPT}
        self.problems += [each for each in self._claims.problems if each.path not in named]
        self.problems += [*self._scripts.problems, *self._editables.problems]
        owners = {path: self.installed[number].name for path, number in self._claims.links.items()}
        self.problems += skeleton.special(self._walk, owners, self._links)
        return hashed

    def lines(self) -> list[str]:
        """One line for each file that was installed, and for each link and project, sorted."""
        found = [f"{self._shown(path)}\t{value}" for path, value in self._values.items()]
        names = "".join(self._values)
        if any(each in names for each in UNUSUAL):
            found = [f"{_escaped(self._shown(path))}\t{value}" for path, value in self._values.items()]
        links = {path: to for path, to in self._walk.links.items() if path not in self._links}
        found += [f"{_escaped(self._shown(path))}\tlink\t{_escaped(to)}" for path, to in links.items()]
        found += [f"{_escaped(self._shown(path))}\tspecial" for path in self._walk.others]
        found += [f"{_escaped(self._shown(path))}/\tunreadable" for path in self._walk.unreadable]
        found += map(_escaped, self._editables.lines)
        found.sort()
        return found

    def _all(self) -> list[str]:
        done = self._scripts.digests
        return [path for path in self._walk.files if path not in self._own and path not in done]

    def _unread(self) -> list[str]:
        """The files of which RECORD does not tell enough."""
        expected, differing, rivals = self._claims.expected, self._claims.differing, self._claims.rivals
        return [
            path
            for path in self._all()
            if path not in expected or path in differing or path in rivals or path.endswith(".pth")
        ]

    def _compare(self, hashed: dict[str, Hashed]) -> None:
        claims = self._claims
        for path, found in hashed.items():
            if not found.digest:
                self.problems.append(Problem(Damage.UNREADABLE, path, claims.name(path), found.why))
            elif claims.expected.get(path, found.digest) != found.digest and found.digest not in claims.rivals.get(
                path, ()
            ):
                damage = Damage.RESIZED if path in claims.differing else Damage.MODIFIED
                self.problems.append(Problem(damage, path, claims.name(path)))

    def _look_at_bytecode(self, proven: Mapping[str, str], *, proof: bool, jobs: int) -> None:
        if not self._caches:
            return
        headers = bytecode.beginnings(self._layout.root, self._caches)
        found = list(bytecode.runnable(self._layout, self._walk, self._caches, headers))
        self.problems += bytecode.unchecked(found, self._claims)
        found = [each for each in found if each.header.kind != "unchecked"]
        if found and proof and bytecode.can_prove(self._layout):
            self._prove(found, proven, jobs)
        elif found:
            self.notes = (f"{len(found):,} files of bytecode were not compared with their sources",)

    def _prove(self, found: list[bytecode.Compiled], proven: Mapping[str, str], jobs: int) -> None:
        """Compare bytecode with its sources, but for those of which both were compared before, byte for byte."""
        root = self._layout.root
        known = [each for each in found if each.path in proven]
        hashed = hash_files(root, [path for each in known for path in (each.path, each.source)], jobs)
        for each in known:
            pair = bytecode.pair(hashed[each.path].digest, hashed[each.source].digest)
            if pair == proven[each.path]:
                self.proven[each.path] = pair
        rest = [each for each in found if each.path not in self.proven]
        for each, verdict in bytecode.forged(root, rest, jobs):
            if verdict.why:
                self.problems.append(Problem(Damage.BYTECODE, each.path, self._claims.name(each.source), verdict.why))
            else:
                self.proven[each.path] = verdict.pair

    def _value(self, hashed: dict[str, Hashed]) -> None:
        """Say for each file what its line says."""
        left_out = self._left_out()
        values = {**self._claims.expected}
        values.update((path, found.digest or "unreadable") for path, found in hashed.items())
        values.update(self._scripts.digests)
        values.update(self._scripts.values)
        values.update(self._editables.values)
        files = self._walk.files
        self._values = {path: value for path, value in values.items() if path in files and path not in left_out}

    def _left_out(self) -> set[str]:
        seeds = {number: one for number, one in enumerate(self.installed) if one.distribution.seed}
        found = self._own | self._editables.left_out | self._scripts.aliases
        found.update(
            path for path in self._claims.owner if path.endswith(SEED_MARK) and not self._walk.files[path].st_size
        )
        found.update(f"{one.folder}{name}" for one in self.installed for name in NOT_THE_SAME)
        if seeds:
            owned = self._claims.owner.items()
            found.update(path for path, number in owned if number in seeds and _is_seeds(path, seeds[number]))
            found.update(path for path, number in self._scripts.owners.items() if number in seeds)
        return found

    def _unowned(self) -> None:
        owned = (self._claims.owner, self._scripts.owners, self._editables.left_out, self._own)
        recordless = tuple(one.folder for one in self.installed if one.record is None)
        paths = [path for path in self._walk.files if not any(path in each for each in owned)]
        paths = [path for path in paths if not (recordless and path.startswith(recordless))]
        paths = [path for path in paths if not self._is_self(path)]
        sourceless = {path: SOURCELESS for path in paths if path.endswith(".pyc")}
        self.problems += skeleton.unowned(paths, self._layout, self.installed, sourceless)

    def _is_self(self, path: str) -> bool:
        """Whether a file says who installed a distribution: not every installer lists those."""
        folder, _, name = path.rpartition("/")
        return name in NOT_THE_SAME and folder.endswith(".dist-info")

    def _shown(self, path: str) -> str:
        """A path as a line has it: below `site/` or `scripts/`, wherever the platform has them, else `data/`."""
        for site in self._layout.site:
            if path.startswith(site):
                return f"site/{path[len(site) :]}"
        if path.startswith(self._layout.scripts):
            return f"scripts/{path[len(self._layout.scripts) :]}"
        return f"data/{path}"


def _is_seeds(path: str, one: Installed) -> bool:
    """Whether a file is where the distribution that came with the environment has its files, whatever RECORD says."""
    return path.startswith(one.prefix) and path.startswith(SEEDS[one.name], len(one.prefix))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
