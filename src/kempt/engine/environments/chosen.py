"""Which services are meant by the paths of a command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from kempt.model.repo import Service


def chosen_services(
    services: Iterable[Service], inside: str, *, everything: bool = False, named: bool = False
) -> tuple[Service, ...]:
    """The services at or below a folder; in a folder that holds none, the one that the folder belongs to.

    `inside` is relative to the repository's root, "" for the root itself. Demoted services (below examples, tests and
    the like) are left out, unless `everything` is wanted or the folder was `named` and is one of them. What others
    install by its path has no environment of its own.
    """
    at = PurePosixPath(inside or ".")
    candidates = [service for service in services if not (service.dependency and service.lock is None)]
    below = [service for service in candidates if service.root == at or at in service.root.parents]
    wanted = [service for service in below if everything or not service.demoted]
    if not wanted and named:
        wanted = below
    if not wanted and not below:
        above = [service for service in candidates if service.root in at.parents]
        wanted = sorted(above, key=lambda service: len(service.root.parts))[-1:]
    return tuple(wanted)
