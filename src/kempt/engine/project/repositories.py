"""From the paths of a command line to the repositories that are meant, each once."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kempt import rules
from kempt.errors import KemptError, UsageError
from kempt.host.folders import real
from kempt.host.repositories import common_folder, find_repositories, repository_of
from kempt.model.report import Report, Trouble


class Places(NamedTuple):
    """What is to be checked.

    Each of `groups` holds the paths that were asked for in one repository. `root` is the folder that all lie in.
    `spread` says that a folder was given that is no repository but holds some. `failed` could not even be looked at.
    """

    groups: tuple[tuple[str, ...], ...]
    root: str
    spread: bool = False
    failed: tuple[Report, ...] = ()

    @property
    def are_many(self) -> bool:
        """Whether the result speaks of several repositories."""
        return self.spread or len(self.groups) + len(self.failed) > 1


def find_places(paths: Sequence[str], *, bare: bool = False) -> Places:
    """The repositories of these paths; for a folder outside any, those below it, with `bare` bare ones too.

    A path that is no repository and holds none stays in: checking it says what is wrong with it.
    """
    groups: dict[str, list[str]] = {}
    failed: list[Report] = []
    spread = False
    for path in paths:
        owner = repository_of(path)
        if owner is not None:
            groups.setdefault(owner, []).append(path)
            continue
        held = find_repositories(path, bare=bare)
        spread = spread or bool(held.repositories)
        for each in held.repositories or (path,):
            groups.setdefault(real(each), []).append(each)
        if held.repositories:
            failed += (_failed(folder, f"cannot list the folder: {reason}") for folder, reason in held.unlisted)
    chosen = tuple(tuple(dict.fromkeys(group)) for group in groups.values())
    top = common_folder(paths) if spread or len(groups) > 1 else real(paths[0])
    return Places(chosen, top, spread, tuple(failed))


def check_each(places: Places, check: Callable[[str], Report]) -> Iterator[Report]:
    """The report on each repository, in the order given. One that fails ends in a report of its error.

    Raises the error itself where a single repository was asked for, and a UsageError wherever it comes from.
    """
    for group in places.groups:
        try:
            yield merged([check(path) for path in group])
        except UsageError:
            raise
        except KemptError as error:
            if not places.are_many:
                raise
            yield failed_report(group[0], error)
    yield from places.failed


def failed_report(path: str, error: KemptError) -> Report:
    """The report on a repository that could not be checked."""
    return Report(real(path), rules.ALL, (), errors=(Trouble(str(error), error.hint, error.code),))


def merged(reports: Sequence[Report]) -> Report:
    """One report from those on several folders of one repository."""
    first = reports[0]
    return first._replace(
        findings=tuple(dict.fromkeys(finding for each in reports for finding in each.findings)),
        fixed=tuple(dict.fromkeys(finding for each in reports for finding in each.fixed)),
        seconds=sum(each.seconds for each in reports),
    )


def _failed(path: str, message: str) -> Report:
    return failed_report(path, KemptError(message))
