"""Where a project stands: the four promises, each with what is known of it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.finding import Finding
from kempt.model.repo import Service
from kempt.model.report import Report


class State(StrEnum):
    """What is known of a promise. Only what was checked is ever `KEPT`."""

    KEPT = "kept"
    BROKEN = "broken"
    UNCHECKED = "not yet checked"


class Promise(NamedTuple):
    """One of `PROMISES`: its state, why, and the command to type next (empty where there is none).

    A broken one says why by its `findings`, the worst first. A command that is not kempt's is typed in `folder`,
    which is relative to the repository's root. `absent`: it was not checked since nothing is there that it is about.
    """

    number: int
    state: State
    detail: str
    command: str = ""
    findings: tuple[Finding, ...] = ()
    folder: str = "."
    absent: bool = False


class Status(NamedTuple):
    """A repository on one screen. `services` are those that are the project's own, not examples or fixtures."""

    report: Report
    services: tuple[Service, ...]
    promises: tuple[Promise, ...]
