"""What a look at a repository does to its findings in the database. Pure: what is there goes in, changes come out.

It is always worked out from where the findings stood before this run. So the same row twice changes nothing, and a
second, different one takes the place of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

Look: TypeAlias = tuple[int, int, int, int, str, int | None, str | None, int | None, int | None, int | None, int | None]
"""What a finding says: rule, level, path, line, message, help, fix, owners; rarely service, files, bytes."""


class History(NamedTuple):
    """The runs in which a finding came and went: the last five columns of `finding`."""

    first: int
    gone: int | None = None
    back: int | None = None
    left: int | None = None
    unasked: int | None = None


class Kept(NamedTuple):
    """A finding as it is in the database."""

    look: Look
    history: History


class Changes(NamedTuple):
    """What is to be written: findings by their fingerprints; those that are added begin with this run.

    `new` and `gone` count what this run did in the end.
    """

    added: tuple[tuple[str, Look], ...] = ()
    changed: tuple[tuple[str, Kept], ...] = ()
    removed: tuple[str, ...] = ()
    new: int = 0
    gone: int = 0


def settled(kept: Mapping[str, Kept], found: Mapping[str, Look], run: int, *, is_alike: bool = True) -> Changes:
    """What a complete look changes: it found these, and so all others are gone.

    Where it is not like the last look, but went by other rules, nothing is new, and what is gone may be there still.
    """
    added = tuple(each for each in found.items() if each[0] not in kept)
    changed, removed, new, gone = [], [], len(added), 0
    for fingerprint, old in kept.items():
        look = found.get(fingerprint)
        history = _missing(old.history, run, is_alike=is_alike) if look is None else _seen(old.history, run)
        if history is None:
            removed.append(fingerprint)
            continue
        new += look is not None and run in {history.first, history.back}
        gone += look is None and history.gone == run
        now = Kept(old.look if look is None else look, history)
        if now != old:
            changed.append((fingerprint, now))
    return Changes(added, tuple(changed), tuple(removed), *((new, gone) if is_alike else (0, 0)))


def taken_back(kept: Mapping[str, Kept], run: int) -> Changes:
    """What is to be changed so that this run has said nothing of these findings."""
    before = {fingerprint: _before(old.history, run) for fingerprint, old in kept.items()}
    return Changes(
        changed=tuple(
            (fingerprint, Kept(kept[fingerprint].look, history))
            for fingerprint, history in before.items()
            if history is not None and history != kept[fingerprint].history
        ),
        removed=tuple(fingerprint for fingerprint, history in before.items() if history is None),
    )


def shared(looks: Sequence[Look]) -> tuple[tuple[int, ...], ...]:
    """What findings come to by owners: owners or 0, those of each level, their bytes, and those with a safe fix."""
    if not looks:
        return ()
    _, levels, _, _, _, _, fixes, owners, _, _, sizes = zip(*looks, strict=True)
    if len(set(owners)) > 1:
        groups = dict[int | None, list[Look]]()
        for look in looks:
            groups.setdefault(look[7], []).append(look)
        return tuple(share for group in groups.values() for share in shared(group))
    counts = map(levels.count, range(3))
    return ((owners[0] or 0, *counts, sum(filter(None, sizes)), fixes.count("safe")),)


def _before(history: History, run: int) -> History | None:
    """The history before this run; None where there was none."""
    if history.first == run:
        return None
    if history.back == run:
        return History(history.first, history.left, unasked=history.unasked)
    return history._replace(gone=None, unasked=None) if history.gone == run else history


def _seen(history: History, run: int) -> History:
    before = _before(history, run)
    if before is None or before.gone is None:
        return before or History(run)
    return History(before.first, None, run, before.gone, before.unasked)


def _missing(history: History, run: int, *, is_alike: bool) -> History | None:
    before = _before(history, run)
    if before is None or before.gone is not None:
        return before
    return before._replace(gone=run, unasked=None if is_alike else 1)
