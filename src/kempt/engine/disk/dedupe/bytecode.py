"""Bytecode that comes to be the same in several environments: which files, what they hold then, where they lie.

No two bytecode files of one source are the same as Python makes them: each holds the path of its source, and the time
of its last change. Here the path becomes one that is the same everywhere, which Python puts right when it imports, and
the time the same for all copies of a source. No code changes: each file keeps its own, and shares only if it is then
the same byte for byte.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from kempt.engine.disk.dedupe.alike import Member, rewrites
from kempt.engine.disk.dedupe.choose import Chooser
from kempt.engine.disk.dedupe.forms import Form, Task, forms
from kempt.engine.disk.dupes.places import SITES
from kempt.engine.stamping import planned_back
from kempt.errors import UnreadableError
from kempt.formats import bytecode
from kempt.host.bytecode_files import Pair, pairs_below
from kempt.host.environment_search import matching
from kempt.host.files import expect_of
from kempt.host.reading import read_regular
from kempt.host.scanning import names_in
from kempt.host.shareable import current_user
from kempt.host.workers import in_processes
from kempt.model.dupes import DupeGroup, FileFact, Grade, Origin
from kempt.model.journal import BytecodeChange
from kempt.model.plan import Expect, Means, RewriteBytecode, ShareFile

_WORD = 0xFFFFFFFF
_BATCH, _FEW = 64, 256
_RECORD_LIMIT = 64 * 1024**2
_LISTED = re.compile(rb'^"?([^,\n"]+\.pyc)"?,sha\d+=', re.MULTILINE)
STALE = "bytecode that was made for an earlier state of its source"
NAMED = "bytecode of sources whose time of last change must stay: they have other names, or belong to another user"


class _File(NamedTuple):
    """A bytecode file and its source. `now_ns` is when that changed last, `planned` what it is to be before this.

    `was` is the same, but where a kempt was stopped that had begun to change it.
    """

    fact: FileFact
    name: str
    source: str
    now_ns: int
    planned: Expect
    can_date: bool
    was: Expect

    def fitting(self, stamp: tuple[int, int]) -> _File:
        """The source as its bytecode knows it: if kempt was stopped between the two, it will be so again first."""
        fits = stamp[0] == bytecode.stamp(self.was.mtime_ns) != bytecode.stamp(self.now_ns)
        return self._replace(planned=self.was, now_ns=self.was.mtime_ns) if fits else self


_Groups = Mapping[tuple[int, str, int], Sequence[_File]]


def plan_bytecode(
    environments: Sequence[str], sources: Sources, chooser: Chooser, jobs: int, tell: Callable[[str], None]
) -> list[RewriteBytecode]:
    """The steps, with absolute paths, the file to keep before those that share it."""
    tell("looking for bytecode")
    groups = list(_allowed(_groups(environments, sources), chooser))
    tasks = [Task(files[0].name, tuple(each.fact.path for each in files)) for files, _ in groups]
    tell(f"reading the bytecode of {len(tasks):,} sources")
    batches = [tasks[at : at + _BATCH] for at in range(0, len(tasks), _BATCH)]
    done = in_processes(forms, batches, jobs if len(tasks) > _FEW else 1)
    found = (each for batch, result in zip(batches, done, strict=True) for each in result or [[]] * len(batch))
    return [
        step
        for (files, means), listed in zip(groups, found, strict=True)
        if listed
        for step in _steps(files, listed, means, chooser)
    ]


class Sources:
    """What sources look like once `shares` are done. `halves` are changes that were stopped, by the file's path."""

    def __init__(self, shares: Iterable[ShareFile], halves: Mapping[str, BytecodeChange]) -> None:
        self._halves = halves
        self._moved: dict[str, Expect] = {}
        self._linked: set[str] = set()
        self._user = current_user()
        for step in shares:
            if step.means is Means.LINK:
                self._moved[step.path] = step.kept
                self._linked |= {step.path, step.keep}
            elif step.means is Means.CLONE:
                self._moved[step.path] = step.expect._replace(inode=0)

    def file(self, place: str, environment: str, pair: Pair) -> _File:
        """A bytecode file with its source."""
        source, found = f"{place}/{pair.source}", pair.source_found
        mine = self._user is None or found.st_uid == self._user
        can_date = mine and found.st_nlink == 1 and source not in self._linked
        planned = self._moved.get(source, expect_of(found))
        fact = _fact(f"{place}/{pair.path}", environment, pair)
        half = self._halves.get(fact.path)
        was = planned_back(half, planned) if half is not None else planned
        return _File(fact, pair.source, source, found.st_mtime_ns, planned, can_date, was)


def _groups(environments: Sequence[str], sources: Sources) -> _Groups:
    """By file system, the source's name below site-packages, and its size."""
    groups: dict[tuple[int, str, int], list[_File]] = defaultdict(list)
    for environment in environments:
        places = (each for pattern in SITES for each in matching(environment, pattern))
        inner = dict.fromkeys(each for each in places if each.startswith(f"{environment}/"))
        for place in inner or (environment,):  # a folder with packages, and no environment around it
            listed = _listed(place)
            for pair in pairs_below(place):
                said = bytecode.name(pair.path.rpartition("/")[2])
                stem = pair.source.rpartition("/")[2].removesuffix(".py")
                if said is not None and said.stem == stem and pair.path not in listed:
                    key = (pair.found.st_dev, pair.source, pair.source_found.st_size)
                    groups[key].append(sources.file(place, environment, pair))
    return groups


def _listed(place: str) -> frozenset[str]:
    """Bytecode that a RECORD lists with a digest: that is a distribution's own, and must stay what it is."""
    found: set[str] = set()
    for name in names_in(place):
        if name.endswith(".dist-info"):
            with suppress(UnreadableError):
                content = read_regular(f"{place}/{name}/RECORD", _RECORD_LIMIT)
                found |= {match[1].decode("utf-8", "surrogateescape") for match in _LISTED.finditer(content)}
    return frozenset(found)


def _allowed(groups: _Groups, chooser: Chooser) -> Iterator[tuple[list[_File], Means]]:
    """Those that lie in more than one file, and may share; with how they can."""
    for (dev, _, _), found in groups.items():
        is_one = len({each.fact.inode for each in found}) < len(found)
        files = list(_apart(found, chooser)) if is_one else list(found)
        if len(files) < 2:  # noqa: PLR2004 - one alone has nobody to share with
            continue
        facts = tuple(each.fact for each in files)
        means = chooser.means(DupeGroup("", facts[0].size, dev, facts))
        may = set(chooser.allowed(facts, means))
        if means is None:
            chooser.spare(chooser.no_way(dev), len(may) - 1, facts[0].size)
        elif len(may) > 1:
            yield [each for each in files if each.fact in may], means


def _apart(files: Sequence[_File], chooser: Chooser) -> Iterator[_File]:
    """All but those of which every file of that name is one file by now."""
    inodes: dict[str, set[int]] = defaultdict(set)
    names = Counter(each.fact.path.rpartition("/")[2] for each in files)
    for each in files:
        inodes[each.fact.path.rpartition("/")[2]].add(each.fact.inode)
    for each in files:
        name = each.fact.path.rpartition("/")[2]
        if len(inodes[name]) > 1 or names[name] == 1:
            yield each
    for name, found in inodes.items():
        if len(found) == 1 < names[name]:
            chooser.already += names[name] - 1
            size = next(each.fact.allocated for each in files if each.fact.path.endswith(f"/{name}"))
            chooser.already_bytes += (names[name] - 1) * size


def _steps(files: Sequence[_File], listed: Sequence[Form], means: Means, chooser: Chooser) -> Iterator[RewriteBytecode]:
    agreed = _agreed(files)
    groups: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for file, form in zip(files, listed, strict=True):
        each = file.fitting(form.stamp)
        why = _why_not(each, form, agreed)
        if why:
            chooser.spare(why, 1, each.fact.size)
            continue
        same = bytecode.stamp(each.planned.mtime_ns) == bytecode.stamp(agreed)
        time = each.planned.mtime_ns if same else agreed
        member = Member(each.fact, form, each.source, each.planned, time, is_put=form.is_put and same)
        groups[each.fact.path.rpartition("/")[2], form.digest].append(member)
    for members in groups.values():
        yield from rewrites(members, means, chooser)


def _agreed(files: Sequence[_File]) -> int:
    """The time that all copies of a source get: the one that most have, those first that cannot be changed."""
    fixed = [each for each in files if not each.can_date] or files
    times = Counter(bytecode.stamp(each.planned.mtime_ns) for each in fixed)
    best = min(times, key=lambda time: (-times[time], time))
    return min(each.planned.mtime_ns for each in fixed if bytecode.stamp(each.planned.mtime_ns) == best)


def _why_not(file: _File, form: Form, agreed: int) -> str:
    if form.why:
        return form.why
    if form.stamp != (bytecode.stamp(file.now_ns), file.planned.size & _WORD):
        return STALE
    moves = bytecode.stamp(file.planned.mtime_ns) != bytecode.stamp(agreed)
    return NAMED if moves and not file.can_date else ""


def _fact(path: str, environment: str, pair: Pair) -> FileFact:
    found = pair.found
    return FileFact(
        path, found.st_size, found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_mode,
        found.st_uid, found.st_gid, found.st_nlink, getattr(found, "st_blocks", 0) * 512 or found.st_size,
        Grade.VERIFIED, Origin.READ, "", environment,
    )  # fmt: skip
