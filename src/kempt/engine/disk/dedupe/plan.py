"""`kempt dedupe`: the plan that lets duplicate files lie on the same blocks, and carrying it out."""

from __future__ import annotations

import posixpath
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from kempt.engine.disk.dedupe.choose import Chooser
from kempt.host.clock import ticks
from kempt.host.folders import real
from kempt.host.processes import can_tell, using
from kempt.host.shareable import current_user, free_bytes
from kempt.model.dedupe import Dedupe, Deduped, DedupeWishes, Way
from kempt.model.dupes import Amount, DupeGroup
from kempt.model.plan import Plan, ShareFile

Tell = Callable[[str], None]
WHY = "kempt dedupe"
_IN_USE_UNTOLD = "this system does not tell which environments are in use: end what runs from them first"


def silent(_line: str) -> None:
    """No progress."""


def plan_dedupe(
    paths: Sequence[str] = (".",), wishes: DedupeWishes | None = None, *, jobs: int = 1, tell: Tell = silent
) -> Dedupe:
    """What sharing the duplicates below these folders would do; nothing is changed. Give the result to `carry_out`.

    `jobs` is how many may read at once; `tell` gets a line for each step on the way. Raises UsageError for a path that
    is no folder.
    """
    from kempt.engine.disk.dupes.find import find_duplicates

    asked = wishes or DedupeWishes()
    started = ticks()
    found = find_duplicates(paths or (".",), verify=asked.verify, any=asked.any, jobs=jobs, tell=tell)
    tell("choosing what to share")
    planned = plan_groups(found.groups, found.roots, found.environments, asked)
    return planned._replace(looked=found.files, notes=(*planned.notes, *found.notes), seconds=ticks() - started)


def plan_groups(
    groups: Iterable[DupeGroup], roots: Sequence[str], environments: Sequence[str], wishes: DedupeWishes
) -> Dedupe:
    """The plan for groups that were found, in order of their paths."""
    notes = (_IN_USE_UNTOLD,) if wishes.hardlink and not can_tell() else ()
    chooser = Chooser(hardlink=wishes.hardlink, user=current_user(), busy=_busy(environments, wishes))
    steps = [step for group in groups for step in chooser.steps(group)]
    root = _common(steps) or (roots[0] if roots else "/")
    steps.sort(key=lambda step: step.path)
    ways = _ways(steps, chooser)
    spared = (Amount(reason, files, chooser.spared_bytes[reason]) for reason, files in chooser.spared.most_common())
    return Dedupe(
        tuple(roots), tuple(environments), Plan(root, tuple(_below(root, step) for step in steps), WHY), ways,
        tuple(spared), _by_environment(steps), Amount("", chooser.already, chooser.already_bytes), notes=notes,
        wishes=wishes,
    )  # fmt: skip


def carry_out(dedupe: Dedupe) -> Deduped:
    """Share what was planned; each pair is compared byte by byte right before, by the kernel or by reading both.

    All that was written is brought to the disk first, so that nothing is given up for what is not there yet. Errors are
    those of `apply`.
    """
    from kempt.engine.apply import apply

    started = ticks()
    folders = [way.folder for way in dedupe.ways if way.files]
    before = [free_bytes(folder) for folder in folders]
    receipt = apply(dedupe.plan)
    after = [free_bytes(folder) for folder in folders]
    freed = [now - then for now, then in zip(after, before, strict=True) if now is not None and then is not None]
    return Deduped(receipt, sum(freed) if len(freed) == len(folders) else None, ticks() - started)


def _busy(environments: Sequence[str], wishes: DedupeWishes) -> frozenset[str]:
    """Environments that a running program uses; whoever shares blocks, and no names, is in nobody's way."""
    if not wishes.hardlink:
        return frozenset()
    return frozenset({*using(environments), real(sys.prefix)})


def _common(steps: Iterable[ShareFile]) -> str:
    """The innermost folder that holds all files and their environments; empty for none."""
    folders = {posixpath.dirname(path) for step in steps for path in (step.path, step.keep)}
    folders.update(step.environment for step in steps if step.environment)
    return posixpath.commonpath(folders) if folders else ""


def _below(root: str, step: ShareFile) -> ShareFile:
    def relative(path: str) -> str:
        return path[len(root.rstrip("/")) + 1 :]

    environment = (relative(step.environment) or ".") if step.environment else ""
    return step._replace(path=relative(step.path), keep=relative(step.keep), environment=environment)


def _ways(steps: Iterable[ShareFile], chooser: Chooser) -> tuple[Way, ...]:
    files, bytes_ = Counter[int](), Counter[int]()
    for step in steps:
        files[step.expect.dev] += 1
        bytes_[step.expect.dev] += step.bytes
    found = (
        Way(dev, chooser.places[dev], means, files[dev], bytes_[dev]) for dev, means in chooser.ways.items()
    )  # fmt: skip
    return tuple(sorted(found, key=lambda way: (-way.bytes, way.folder)))


def _by_environment(steps: Iterable[ShareFile]) -> tuple[Amount, ...]:
    files, bytes_ = Counter[str](), Counter[str]()
    for step in steps:
        files[step.environment] += 1
        bytes_[step.environment] += step.bytes
    found = (Amount(name, number, bytes_[name]) for name, number in files.items())
    return tuple(sorted(found, key=lambda each: (-each.bytes, -each.files, each.name)))
