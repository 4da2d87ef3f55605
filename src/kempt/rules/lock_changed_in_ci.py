"""KPT408 lock-changed-in-ci: CI changes the lock file, and throws the change away."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.installs import Effect
from kempt.model.pipeline import Job
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import installing

KEEPS = (("git", "commit"), ("git", "push"), ("gh", "pr"), ("glab", "mr"), ("hub", "pull-request"))


def check(repo: Repo) -> Iterator[Finding]:
    """What is tested then is no commit of the repository. Jobs that are there to update the lock are left alone."""
    return installing.once(_findings(repo))


def _findings(repo: Repo) -> Iterator[Finding]:
    for _, job, acts in installing.jobs(repo):
        if job.updates or _keeps_changes(job):
            continue
        for act in acts:
            known = act.root is not None and installing.is_locked(repo, act)  # not what was checked out beside it
            if act.doing.effect is Effect.CHANGES and known and not act.command.is_test:
                yield RULE.finding(
                    act.command.location, f"`{act.text}` changes the lock of this run only",
                    key=f"{job.name} {act.text}", service=act.root,
                )  # fmt: skip


def _keeps_changes(job: Job) -> bool:
    return any(command.argv[:2] in KEEPS for command in job.commands)


RULE = Rule(
    "KPT408", "lock-changed-in-ci", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="the lock file is changed in CI, and the change is thrown away",
    help="make the change in the repository, and let CI install what is locked",
)  # fmt: skip
