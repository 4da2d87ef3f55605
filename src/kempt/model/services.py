"""What is known of each service of a repository, for `kempt services`."""

from __future__ import annotations

from typing import NamedTuple

from kempt.model.locks import LockState
from kempt.model.repo import Service
from kempt.model.report import Report


class ServiceState(NamedTuple):
    """A service, its lock and its environment.

    `lock` is None where there is nothing to compare: no lock file, or one of a manager that kempt does not work with;
    `advice` says what to type there. `environment`: there is one on this disk. `python` is what `.python-version` says,
    there or in a folder above, empty where no file does.
    """

    service: Service
    lock: LockState | None
    environment: bool
    python: str
    advice: str = ""


class ServiceList(NamedTuple):
    """The services of one repository, outermost first. `report` holds its root, and no findings."""

    report: Report
    states: tuple[ServiceState, ...]
