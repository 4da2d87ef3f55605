"""`status`: the four promises of one project. What was not checked is never called kept."""

from __future__ import annotations

from time import perf_counter

from kempt import rules
from kempt.engine.configuration import load_config
from kempt.engine.project.check import examine, judge
from kempt.engine.promises import promises
from kempt.engine.sources import open_source
from kempt.model.report import Report
from kempt.model.status import Status
from kempt.rules import locking


def status(path: str = ".", *, config_file: str | None = None, isolated: bool = False) -> Status:
    """Where the repository that holds `path` stands. Raises KemptError, as `check` does, when it cannot be checked."""
    started = perf_counter()
    with open_source(path) as source:
        config, faults = load_config(source.tree, None, config_file, {}, isolated=isolated)
        repo, findings = examine(source.tree, source.ignores, config, faults)
        counted, silenced = judge(repo, findings, ())
        kept = promises(repo, counted, len(silenced))
        report = Report(
            source.tree.root, rules.ALL, counted, silenced, files=len(source.tree.listing),
            seconds=perf_counter() - started,
        )  # fmt: skip
    return Status(report, locking.own_services(repo), kept)
