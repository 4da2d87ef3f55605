"""`kempt dedupe`: the plan that lets duplicate files lie on the same blocks, and carrying it out."""

from __future__ import annotations

import posixpath
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from kempt.engine.disk.dedupe.choose import Chooser
from kempt.errors import UsageError
from kempt.host.clock import ticks
from kempt.host.folders import real
from kempt.host.paths import is_below
from kempt.host.processes import can_tell, using
from kempt.host.shareable import current_user, free_bytes
from kempt.model.dedupe import Dedupe, Deduped, DedupeWishes, Loaded, Way
from kempt.model.dupes import Amount, DupeGroup
from kempt.model.journal import BytecodeChange
from kempt.model.plan import Plan, RewriteBytecode, ShareFile

Tell = Callable[[str], None]
WHY = "kempt dedupe"
_Step = ShareFile | RewriteBytecode
_ONLY_INSTALLED = (
    "--hardlink is for files that installers put there: others are written to in place, by programs and by hand, and "
    "every name would see it"
)
_IN_USE_UNTOLD = "this system does not tell which environments are in use: end what runs from them first"


def silent(_line: str) -> None:
    """No progress."""


def plan_dedupe(
    paths: Sequence[str] = (".",), wishes: DedupeWishes | None = None, *, jobs: int = 1, tell: Tell = silent
) -> Dedupe:
    """What sharing the duplicates below these folders would do; nothing is changed. Give the result to `carry_out`.

    `jobs` is how many may read at once; `tell` gets a line for each step on the way. Raises UsageError for a path that
    is no folder, and where bytecode or hard links are asked for of all files.
    """
    from kempt.engine.disk.dupes.find import find_duplicates

    asked = wishes or DedupeWishes()
    if asked.any and asked.bytecode:
        raise UsageError("bytecode is looked for in environments, and not in all files", hint="leave out --any")
    if asked.any and asked.hardlink:
        raise UsageError(_ONLY_INSTALLED, hint="leave out --hardlink, or --any")
    started = ticks()
    found = find_duplicates(paths or (".",), verify=asked.verify, any=asked.any, jobs=jobs, tell=tell)
    tell("choosing what to share")
    planned = plan_groups(found.groups, found.roots, found.environments, asked, jobs=jobs, tell=tell)
    already = Amount(
        "", planned.already.files + found.shared.files, planned.already.bytes + found.shared_allocated
    )  # fmt: skip
    return planned._replace(
        looked=found.files, already=already, notes=(*planned.notes, *found.notes), seconds=ticks() - started
    )


def plan_groups(
    groups: Iterable[DupeGroup], roots: Sequence[str], environments: Sequence[str], wishes: DedupeWishes, *,
    jobs: int = 1, tell: Tell = silent,
) -> Dedupe:  # fmt: skip
    """The plan for groups that were found, in order of their paths."""
    notes = (_IN_USE_UNTOLD,) if wishes.hardlink and not can_tell() else ()
    chooser = Chooser(hardlink=wishes.hardlink, user=current_user(), busy=_busy(environments, wishes), any=wishes.any)
    shares = [step for group in groups for step in chooser.steps(group)]
    shares.sort(key=lambda step: step.path)
    rewrites = _bytecode(environments, roots, shares, chooser, jobs=jobs, tell=tell) if wishes.bytecode else []
    steps: list[_Step] = [*shares, *rewrites]
    root = _common(steps) or (roots[0] if roots else "/")
    ways = _ways(steps, chooser)
    spared = (Amount(reason, files, chooser.spared_bytes[reason]) for reason, files in chooser.spared.most_common())
    return Dedupe(
        tuple(roots), tuple(environments), Plan(root, tuple(_below(root, step) for step in steps), WHY), ways,
        tuple(spared), _by_environment(steps, roots), Amount("", chooser.already, chooser.already_bytes), notes=notes,
        wishes=wishes,
    )  # fmt: skip


def carry_out(dedupe: Dedupe) -> Deduped:
    """Share what was planned; each pair is compared byte by byte right before, by the kernel or by reading both.

    All that was written is brought to the disk first, so that nothing is given up for what is not there yet. Errors are
    those of `apply`.
    """
    from kempt.engine.apply import apply
    from kempt.engine.disk.dedupe.loading import load, sample

    started = ticks()
    folders = [way.folder for way in dedupe.ways if way.files]
    sources = sample(dedupe.plan.root, dedupe.bytecode)
    loaded = load(sources)
    before = [free_bytes(folder) for folder in folders]
    receipt = apply(dedupe.plan)
    after = [free_bytes(folder) for folder in folders]
    freed = [now - then for now, then in zip(after, before, strict=True) if now is not None and then is not None]
    all_freed = sum(freed) if len(freed) == len(folders) else None
    again = load(sources) if loaded else None
    means = (
        Loaded(len(sources), loaded.seconds, again.seconds, loaded.anew, again.anew, max(loaded.noise, again.noise))
        if loaded and again
        else None
    )
    return Deduped(receipt, all_freed, ticks() - started, means)


def _bytecode(
    environments: Sequence[str], roots: Sequence[str], shares: Sequence[ShareFile], chooser: Chooser, *,
    jobs: int, tell: Tell,
) -> list[RewriteBytecode]:  # fmt: skip
    from kempt.engine.disk.dedupe.bytecode import Sources, plan_bytecode
    from kempt.engine.journals import unsettled

    stopped = {journal.header.id: journal for root in roots for journal in unsettled(root)}
    halves = {
        f"{journal.header.root.rstrip('/')}/{each.path}": each
        for journal in stopped.values()
        for each in journal.intents
        if isinstance(each, BytecodeChange)
    }
    return plan_bytecode(environments, Sources(shares, halves), chooser, jobs, tell)


def _busy(environments: Sequence[str], wishes: DedupeWishes) -> frozenset[str]:
    """Environments that a running program uses; whoever shares blocks, and no names, is in nobody's way."""
    if not wishes.hardlink:
        return frozenset()
    return frozenset({*using(environments), real(sys.prefix)})


def _common(steps: Iterable[_Step]) -> str:
    """The innermost folder that holds all files and their environments; empty for none."""
    folders = {posixpath.dirname(path) for step in steps for path in (step.path, step.keep) if path}
    folders.update(step.environment for step in steps if step.environment)
    return posixpath.commonpath(folders) if folders else ""


def _below(root: str, step: _Step) -> _Step:
    def relative(path: str) -> str:
        return path[len(root.rstrip("/")) + 1 :]

    environment = (relative(step.environment) or ".") if step.environment else ""
    keep = relative(step.keep) if step.keep else ""
    if isinstance(step, RewriteBytecode):
        step = step._replace(source=relative(step.source))
    return step._replace(path=relative(step.path), keep=keep, environment=environment)


def _ways(steps: Iterable[_Step], chooser: Chooser) -> tuple[Way, ...]:
    files, bytes_ = Counter[int](), Counter[int]()
    for step in steps:
        files[step.expect.dev] += bool(step.keep)
        bytes_[step.expect.dev] += step.bytes
    found = (
        Way(dev, chooser.places[dev], means, files[dev], bytes_[dev], dev in chooser.told)
        for dev, means in chooser.ways.items()
    )
    return tuple(sorted(found, key=lambda way: (-way.bytes, way.folder)))


def _by_environment(steps: Iterable[_Step], roots: Sequence[str]) -> tuple[Amount, ...]:
    """What is shared in each; what lies in none counts for the folder that was asked for."""
    files, bytes_ = Counter[str](), Counter[str]()
    for step in steps:
        place = step.environment or next((each for each in roots if is_below(step.path, each)), "")
        files[place] += bool(step.keep)
        bytes_[place] += step.bytes
    found = (Amount(name, number, bytes_[name]) for name, number in files.items() if number)
    return tuple(sorted(found, key=lambda each: (-each.bytes, -each.files, each.name)))
