"""`kempt clean`: what of a scan goes, what stays and why, as plans that a dry run prints and `--yes` carries out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kempt.engine.disk.examining import Examined, examine
from kempt.engine.disk.keeping import kept_by_patterns, kept_by_settings, own_pattern
from kempt.engine.disk.scan import root_of, scan, scan_environment
from kempt.engine.disk.tracked import held_by_git
from kempt.errors import UsageError
from kempt.host.clock import now
from kempt.host.paths import is_below, name_of, parent_of, relative
from kempt.model.artefact import Kind
from kempt.model.cleaning import GROUPS, Candidate, Cleaning, Scan, Wishes
from kempt.model.disk import Spared, Weight
from kempt.model.plan import MoveToTrash, Plan, RemoveTree, TreeStep

Tell = Callable[[str], None]
_AT_ONCE = frozenset({Kind.BYTECODE, Kind.TOOL_CACHE})
_ORDER = (Kind.BYTECODE, Kind.TOOL_CACHE, Kind.ENVIRONMENT, Kind.BUILD_OUTPUT, Kind.PACKAGE_METADATA, Kind.TEST_OUTPUT)
_FOLDER = 0o040000
WHY = "kempt clean"


def plan_clean(
    paths: Sequence[str] = (".",), wishes: Wishes | None = None, *, jobs: int = 1, tell: Tell | None = None
) -> Cleaning:
    """What cleaning these folders would do; nothing is changed. Give the result's plans to `apply`.

    `jobs` is how many processes may look at once, `tell` gets a line for each step on the way. Raises UsageError for a
    path that is not to be cleaned: `/`, a home folder, a file, a folder inside something disposable.
    """
    asked = wishes or Wishes()
    asked = asked._replace(include=tuple(each.rstrip("/") for each in asked.include))
    time = now()
    scans = tuple(scan(root, tell=tell) for root in _outermost(map(root_of, paths or (".",))))
    unmet = tuple(_unmet(scans, asked))
    cleaners = [_Cleaner(each, asked, time) for each in scans]
    for cleaner in cleaners:
        cleaner.choose(jobs, tell)
    return Cleaning(
        tuple(each.root for each in scans),
        tuple(plan for each in cleaners for plan in each.plans()),
        tuple(each.thing for cleaner in cleaners for each in cleaner.taken),
        tuple(spared for each in cleaners for spared in sorted(each.spared)),
        tuple(unlisted for each in cleaners for unlisted in each.unlisted),
        _others(scans, asked),
        (*unmet, *dict.fromkeys(note for each in cleaners for note in each.notes())),
        time,
        tuple(path for each in scans for path in each.own),
    )


def _others(scans: Iterable[Scan], wishes: Wishes) -> tuple[tuple[str, int], ...]:
    """How much there is of the kinds that were not asked for."""
    kinds = [each.thing.kind for one in scans for each in one.found if not each.asks]
    numbers = ((group, sum(kind in GROUPS[group] for kind in kinds)) for group in GROUPS if group not in wishes.groups)
    return tuple((group, number) for group, number in numbers if number)


def _outermost(roots: Iterable[str]) -> tuple[str, ...]:
    """The folders, each once, without those that lie in another."""
    listed = tuple(dict.fromkeys(roots))
    return tuple(root for root in listed if not any(other != root and is_below(root, other) for other in listed))


class _Cleaner:
    """What goes below one folder."""

    def __init__(self, scanned: Scan, wishes: Wishes, time: float) -> None:
        self.taken: list[Candidate] = []
        self.spared: list[Spared] = list(scanned.spared)
        self.unlisted: list[Spared] = list(scanned.unlisted)
        self._scan = scanned
        self._wishes = wishes
        self._time = time
        self._kinds = frozenset[Kind]().union(*(GROUPS[group] for group in wishes.groups))

    def choose(self, jobs: int, tell: Tell | None) -> None:
        """Decide about everything that was found, the cheap questions first."""
        wanted = [each for each in self._scan.found if each.thing.kind in self._kinds]
        wanted += self._inside_environments(tell)
        unasked = {each.thing.path: reason for each in wanted if (reason := self._unasked(each))}
        left = self._without(wanted, unasked)
        left = self._without(left, self._kept(left))
        left = self._without(left, held_by_git(left))
        left = self._without(left, self._alive(left))
        for each in examine(left, now=self._time, jobs=jobs, tell=tell):
            self._weigh_up(each)
        self.taken = sorted(self._without(self.taken, self._started_from()), key=_order)

    def plans(self) -> Iterator[Plan]:
        """The plan, if anything goes. Where the folder itself goes, it is that of the folder that holds it."""
        if not self.taken:
            return
        root = self._scan.root
        if any(each.thing.path == root for each in self.taken):
            root = parent_of(root)
        yield Plan(root, tuple(self._step(each, root) for each in self.taken), WHY)

    def notes(self) -> Iterator[str]:
        """What a person should know."""
        if any(each.row == ".hypothesis" for each in self.taken):
            yield "`.hypothesis` holds the failing examples that Hypothesis remembers; it goes to the trash."

    def _without(self, candidates: Iterable[Candidate], reasons: Mapping[str, str]) -> list[Candidate]:
        left = []
        for each in candidates:
            if each.thing.path in reasons:
                self.spared.append(Spared(each.thing.path, reasons[each.thing.path]))
            else:
                left.append(each)
        return left

    def _unasked(self, candidate: Candidate) -> str:
        """Why something stays that was not named: only a person can tell whether it may go."""
        if candidate.asks and names_of(candidate).isdisjoint(self._wishes.include):
            name = candidate.row.removeprefix("*.") if "*" in candidate.row else name_of(candidate.thing.path)
            return f"{candidate.asks} (--include {name})"
        if candidate.thing.kind is Kind.ENVIRONMENT and not candidate.locked and not self._wishes.unlocked:
            return "has no lock file beside it, so the same environment may not be made again"
        return ""

    def _kept(self, candidates: Sequence[Candidate]) -> Mapping[str, str]:
        paths = ((each.thing.path, each.thing.identity.kind == _FOLDER) for each in candidates)
        root = self._scan.root
        found = kept_by_patterns(root, paths, (own_pattern(each, root) for each in self._wishes.keep))
        asked = {path: f"is kept by the pattern `{pattern}`" for path, pattern in found.items()}
        return {**kept_by_settings(candidates, root), **asked}

    def _alive(self, candidates: Sequence[Candidate]) -> Mapping[str, str]:
        living = [each for each in candidates if each.thing.kind is Kind.ENVIRONMENT]
        if not living:
            return {}
        from kempt.engine.disk.living import kept_alive

        return kept_alive(living, self._time)

    def _started_from(self) -> Mapping[str, str]:
        """Asked last, about what would go: the answer lies all over the PATH."""
        environments = [each.thing.path for each in self.taken if each.thing.kind is Kind.ENVIRONMENT]
        if not environments:
            return {}
        from kempt.engine.disk.living import started_from

        return started_from(environments)

    def _inside_environments(self, tell: Tell | None) -> Iterator[Candidate]:
        """The bytecode inside environments, where that is asked for and they do not go themselves."""
        if not self._wishes.in_environments or Kind.ENVIRONMENT in self._kinds:
            return
        for each in self._scan.found:
            if each.thing.kind is Kind.ENVIRONMENT:
                inner = scan_environment(
                    each.thing.path, project=each.thing.project, repository=each.repository, tell=tell
                )
                self.unlisted += inner.unlisted
                yield from inner.found

    def _weigh_up(self, examined: Examined) -> None:
        candidate = examined.candidate
        path = candidate.thing.path
        reason = examined.obstacle or self._too_young(examined)
        if examined.unread:
            self.unlisted.append(Spared(path, reason))
        elif reason:
            self.spared.append(Spared(path, reason))
        else:
            self.taken.append(candidate)

    def _too_young(self, examined: Examined) -> str:
        if not self._wishes.older_than:
            return ""
        used = examined.used
        if not used.ns:
            return "has times that lie in the future, or none, so its last use is not known"
        if used.ns > (self._time - self._wishes.older_than) * 10**9:
            return "was used since"
        if examined.candidate.thing.kind is Kind.ENVIRONMENT and not used.sure:
            return "may have been used since: its disk keeps no access times"
        return ""

    def _step(self, candidate: Candidate, root: str) -> TreeStep:
        thing = candidate.thing
        weight = thing.weight or Weight()
        make = RemoveTree if goes_at_once(candidate) or not self._wishes.trash else MoveToTrash
        return make(relative(thing.path, root), thing.identity, weight.files, weight.bytes)


def names_of(candidate: Candidate) -> frozenset[str]:
    """What `--include` may call it: `egg-info`, `*.egg-info` or `app.egg-info`."""
    return frozenset({candidate.row, candidate.row.removeprefix("*."), name_of(candidate.thing.path)})


def _unmet(scans: Sequence[Scan], wishes: Wishes) -> Iterator[str]:
    """What was named to be included and is not taken, because there is none or its kind was not asked for."""
    found = tuple(each for one in scans for each in one.found)
    for name in wishes.include:
        if not name.strip("/."):
            raise UsageError(f"`--include {name}` names nothing", hint="a name: node_modules, egg-info")
        kinds = {each.thing.kind for each in found if name in names_of(each)}
        if not kinds:
            yield f"`--include {name}`: nothing that is called so waits to be named."
            continue
        groups = tuple(group for group in GROUPS if kinds & GROUPS[group])
        if groups and not {*groups} & {*wishes.groups}:
            yield f"`--include {name}` counts with --{groups[0]}."


def goes_at_once(candidate: Candidate) -> bool:
    """Whether it is removed for good: its tool makes it again by itself, just as it was."""
    return candidate.thing.kind in _AT_ONCE and not candidate.undone


def _order(candidate: Candidate) -> tuple[int, bool, str]:
    """By kinds, what goes at once before what goes to the trash."""
    kind = candidate.thing.kind
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER), candidate.undone, candidate.thing.path
