"""From what is wrong with an environment to the least that mends it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from kempt.engine.environments.against_lock import Against
from kempt.engine.environments.compare import line_path
from kempt.engine.environments.recorded import Recorded
from kempt.model.environment import Damage, Fingerprint, Problem

REMOVABLE = frozenset({Damage.BYTECODE, Damage.UNCHECKED_BYTECODE, Damage.LEFTOVER})
"""Files that can go without anything being installed anew: Python writes bytecode again, leftovers are nobody's."""
INHERENT = frozenset({Damage.SHARED})
"""What no new installation mends: two packages of the lock bring the same file."""
AS_PUBLISHED = frozenset(
    {
        Damage.MODIFIED, Damage.RESIZED, Damage.MISSING, Damage.STRAY, Damage.NO_RECORD, Damage.BROKEN_RECORD,
        Damage.BROKEN_METADATA, Damage.MISSING_SCRIPT, Damage.EDITED_SCRIPT, Damage.DUPLICATE, Damage.SHARED,
    }
)  # fmt: skip
"""What a distribution can have wrong as it is published: its RECORD was written by whoever built it."""
SHOWN = 3


class Cure(NamedTuple):
    """What to do: install these distributions anew, uninstall those, remove these files, or all of it anew."""

    reinstall: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    rebuild: bool = False
    words: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.reinstall or self.remove or self.files or self.rebuild)


def cure_of(
    found: Fingerprint, against: Against, changed: AbstractSet[str] = frozenset(), accepted: Iterable[str] = ()
) -> Cure:
    """What mends an environment.

    `changed` are distributions that are not what they were, though nothing else is wrong with them: somebody changed a
    file and its RECORD alike ("" stands for files of none). `accepted` are problems that are known to come with the
    distributions. What the lock does not hold is taken out: some managers leave it, others overlook it.
    """
    known = frozenset(accepted)
    problems = [
        each for each in found.problems
        if each.damage not in INHERENT and told(each) not in known and not is_harmless(each)
    ]  # fmt: skip
    files = tuple(each.path for each in problems if each.damage in REMOVABLE)
    rest = [each for each in problems if each.damage not in REMOVABLE]
    owners = {each.distribution for each in rest if each.distribution} | changed
    wanted = (*against.missing, *(name for name, _, _ in against.wrong))
    reinstall = tuple(sorted(owners.difference(against.extra).union(wanted)))
    ownerless = "" in changed or any(not each.distribution for each in rest)
    was = (f"{name or 'a file of no distribution'} is not what it was" for name in sorted(changed))
    words = (*against.words, *_summary(problems), *was)
    # Files without an owner are often those of a distribution whose RECORD is lost: it is installed anew first.
    named = tuple(name for name in reinstall if name)
    return Cure(named, against.extra, files, ownerless and not named and not against.extra, words)


def is_harmless(problem: Problem) -> bool:
    """A file of nobody's where Python never looks: somebody put it there, and no environment is made anew for it."""
    return problem.damage is Damage.STRAY and line_path(problem.path).startswith("data/")


def strays(found: Fingerprint) -> tuple[str, ...]:
    """What lies in an environment and came with nothing that could be installed again."""
    return tuple(each.path for each in found.problems if each.damage in {Damage.STRAY, Damage.SYMLINK})


def told(problem: Problem) -> str:
    """A problem as it is remembered: the same for the same thing wrong."""
    return f"{problem.damage.value}\t{problem.path}\t{problem.distribution}"


def as_published(found: Fingerprint) -> tuple[str, ...] | None:
    """The problems of an environment that was made from nothing; None where some cannot come with its distributions."""
    if any(each.damage not in AS_PUBLISHED for each in found.problems):
        return None
    return tuple(sorted(told(each) for each in found.problems))


def changed_paths(found: Fingerprint, recorded: Recorded) -> set[str]:
    """The files whose lines are not those that were recorded."""
    differing = frozenset(found.lines) ^ frozenset(recorded.lines)
    return {line.partition("\t")[0] for line in differing}


def _summary(problems: Iterable[Problem]) -> tuple[str, ...]:
    """One line for each distribution and kind of damage: "idna: 2 files modified (idna/core.py, idna/codec.py)"."""
    groups: dict[tuple[str, Damage], list[Problem]] = {}
    for each in problems:
        groups.setdefault((each.distribution, each.damage), []).append(each)
    return tuple(_line(*key, group) for key, group in groups.items())


def _line(name: str, damage: Damage, group: list[Problem]) -> str:
    paths = [each.path for each in group[:SHOWN]]
    more = f" and {len(group) - SHOWN:,} more" if len(group) > SHOWN else ""
    return f"{f'{name}: ' if name else ''}{damage.value}: {', '.join(paths)}{more}"
