"""Files that are names of one file with others: an edit by any name reaches all of them, and here it is told of."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.engine.journals import sharing
from kempt.host.shareable import stat_at
from kempt.model.environment import Damage, Problem
from kempt.model.plan import Means

_EDITS = frozenset({Damage.MODIFIED, Damage.RESIZED})
_TOLD = 3


def explained(environment: str, problem: Problem) -> str:
    """What is wrong, as `Problem.words` says it; of a file with several names also that, and the others if known.

    `environment` is the absolute path of the environment. kempt knows the names that it made itself.
    """
    if problem.damage not in _EDITS:
        return problem.words
    found = stat_at(environment, problem.path)
    if found is None or found.st_nlink < 2:  # noqa: PLR2004 - one name is the file's own
        return problem.words
    own = f"{environment}/{problem.path}"
    names = sorted(dict.fromkeys(_names(own, found.st_dev, found.st_ino)))
    told = ", ".join(names[:_TOLD]) or "not known to kempt"
    more = f" and {len(names) - _TOLD:,} more" if len(names) > _TOLD else ""
    return (
        f"{problem.words}; it is one file under {found.st_nlink:,} names, edited by any of them (others: {told}{more})"
    )


def _names(own: str, dev: int, inode: int) -> Iterator[str]:
    """The other names that kempt gave this file, as far as they still lead there."""
    for root, change in sharing():
        if change.means is Means.LINK and (change.kept.dev, change.kept.inode) == (dev, inode):
            for path in (change.path, change.keep):
                found = stat_at(root, path)
                full = f"{root.rstrip('/')}/{path}"
                if full != own and found is not None and (found.st_dev, found.st_ino) == (dev, inode):
                    yield full
