"""An environment held against one thing after another: its RECORDs, its lock, what was installed, a fresh install."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from kempt.engine.environments.against_lock import against_lock
from kempt.engine.environments.compare import changes, line_path
from kempt.engine.environments.recorded import Recorded
from kempt.engine.environments.repair import told
from kempt.engine.environments.shared import explained
from kempt.model.environment import Fingerprint
from kempt.model.locks import Wanted
from kempt.model.verify import Difference

UNRECORDED = "no digest is recorded for this lock: a file that was changed together with its RECORD goes unseen"


class Held(NamedTuple):
    """What an environment was held against, in words, what that leaves open, and what differs."""

    against: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def against_record(found: Fingerprint, accepted: Collection[str]) -> Held:
    """What is wrong with its files by itself. `accepted` are problems that its distributions were published with."""
    wrong = (each for each in found.problems if told(each) not in accepted)
    differences = tuple(Difference(each.path, explained(found.environment, each), each.distribution) for each in wrong)
    seeds = sorted(each.name for each in found.distributions if each.seed)
    notes = (f"{', '.join(seeds)} came with the environment: held against RECORD only",) if seeds else ()
    return Held(("RECORD",), (*found.notes, *notes), differences)


def against_names(found: Fingerprint, wanted: Wanted | None) -> Held:
    """The names and versions that the lock wants here."""
    if wanted is None:
        return Held(notes=("names and versions were not compared: the lock does not say what it wants here",))
    differences = tuple(Difference("", words) for words in against_lock(wanted, found.distributions).words)
    return Held(("the lock's names and versions",), (), differences)


def against_sync(found: Fingerprint, recorded: Recorded | None, known: Iterable[Difference]) -> Held:
    """What `kempt sync` left here. `known` are differences that need not be told again."""
    if recorded is None:
        return Held()
    if recorded.digest == found.digest:
        return Held(("what `kempt sync` found here" if recorded.adopted else "what `kempt sync` installed",))
    return Held(differences=_changes(recorded.lines, found.lines, known, "since it was recorded"))


def against_fresh(found: Fingerprint, lines: tuple[str, ...], known: Iterable[Difference]) -> Held:
    """What two fresh installs of the lock gave; `lines` is empty where there were none."""
    if not lines:
        return Held()
    if lines == found.lines:
        return Held(("a fresh install of the lock",))
    return Held(differences=_changes(lines, found.lines, known, "beside a fresh install of the lock"))


def together(*all_held: Held) -> Held:
    """All of them as one."""
    return Held(
        tuple(each for held in all_held for each in held.against),
        tuple(each for held in all_held for each in held.notes),
        tuple(each for held in all_held for each in held.differences),
    )


def _changes(
    before: Iterable[str], after: Iterable[str], known: Iterable[Difference], when: str
) -> tuple[Difference, ...]:
    told_of = {line_path(each.path) for each in known} | {each.path for each in known}
    found = (each for each in changes(before, after) if each.path not in told_of)
    return tuple(each._replace(words=f"{each.words} {when}") for each in found)
