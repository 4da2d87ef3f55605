"""Of several fixes, those that can be made together: a fix is made whole, or waits for the next round."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.model.finding import Edit, Fix, Replace


def edits_of(fixes: Iterable[Fix]) -> list[Edit]:
    """The edits of all fixes that touch no place which an earlier one changes; an edit that two share is made once."""
    taken: dict[Replace, None] = {}
    others: dict[Edit, None] = {}
    for fix in fixes:
        replacing = [edit for edit in fix.edits if isinstance(edit, Replace)]
        new = [edit for edit in replacing if edit not in taken]
        if any(_collide(edit, other) for edit in new for other in taken):
            continue
        taken |= dict.fromkeys(new)
        others |= dict.fromkeys(edit for edit in fix.edits if not isinstance(edit, Replace))
    return [*taken, *others]


def _collide(one: Replace, other: Replace) -> bool:
    """Whether two edits change the same text, or put something at the same place."""
    if one.path != other.path:
        return False
    return one.start == other.start or (one.start < other.end and other.start < one.end)
