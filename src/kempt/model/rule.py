"""What a rule is: its identity, and one pure function from a repository to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from kempt.model.finding import Finding, Fix, Level, Location, Safety

if TYPE_CHECKING:
    from kempt.model.repo import Repo

PROMISES = {1: "one command rebuilds", 2: "git is clean", 3: "CI caches downloads", 4: "images are lean"}


def asks_nothing(_repo: Repo) -> Iterable[str]:
    """The questions of a rule that needs no answer from git's ignore rules."""
    return ()


class Rule(NamedTuple):
    """One rule. Its `name` reads as "allow NAME": `tracked-environment`.

    `promise` is 1 to 4, or None for kempt's own conditions. `fix` is the mildest kind of fix it may offer.
    `asks` yields the repository-relative paths whose ignore verdict `check` reads in `repo.ignores`: all rules'
    questions go to git in one batch.
    """

    code: str
    name: str
    promise: int | None
    level: Level
    summary: str
    help: str
    since: str
    check: Callable[[Repo], Iterable[Finding]]
    asks: Callable[[Repo], Iterable[str]] = asks_nothing
    fix: Safety | None = None

    @property
    def url(self) -> str:
        """Where the rule's page lives, relative to the documentation's root."""
        return f"rules/{self.code}.html"

    def finding(
        self,
        location: Location,
        message: str,
        *,
        key: str = "",
        about: PurePosixPath | None = None,
        level: Level | None = None,
        help: str | None = None,
        notes: tuple[str, ...] = (),
        fix: Fix | None = None,
        service: PurePosixPath | None = None,
        files: int | None = None,
        bytes: int | None = None,
    ) -> Finding:
        """A finding of this rule: it stamps the code, the level and the identity, so that no rule mistypes its own.

        `about` is what the finding speaks of where that is not the file it points to (a folder); `key` tells two
        findings about one thing apart (a pattern, a name). Neither may hold a line number.
        """
        return Finding(
            self.code, level or self.level, message, self.help if help is None else help, location,
            f"{self.code}\0{about or location.path}\0{key}", notes, fix, service, files, bytes,
        )  # fmt: skip
