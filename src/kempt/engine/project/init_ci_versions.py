"""Which version of a manager CI installs and hooks run: one version, never a range, and one that the project allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kempt import managers
from kempt.model.repo import Repo, Service
from kempt.rules import versioning

if TYPE_CHECKING:
    from kempt.engine.project.init_rebuild import Next

CHOSEN = frozenset({"uv", "poetry", "pdm", "pipenv"})
"""pip comes with Python."""
PINS = {
    "checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup_python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "setup_uv": "20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1",
    "cache": "55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0",
}
"""Actions by commit, with the release that it is."""


class Versions:
    """The versions that a repository's services want; a manager that is installed here is asked once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._installed: dict[str, str] = {}

    def of(self, service: Service, tool: str) -> str:
        """The version of the tool; empty for pip, and where the project allows none that is known to be there.

        The first that the project's own range allows: the one that wrote the lock, the one that is installed here, the
        newest that kempt knows, the oldest that the range names.
        """
        from kempt.engine.project.init_rebuild import installed_version

        if tool not in CHOSEN:
            return ""
        if tool not in self._installed:
            self._installed[tool] = installed_version(managers.manager(tool))
        wanted = versioning.required(self._repo, service, tool)
        found = versioning.candidates(self._repo, service, tool, self._installed[tool])
        return next((each for each in found if versioning.fits(each, wanted)), "")

    def refusal(self, service: Service, tool: str) -> Next | None:
        """What mends a project that allows no version of the tool that is known to be there; None where it does."""
        from kempt.engine.project.init_rebuild import Next

        if tool not in CHOSEN or self.of(service, tool):
            return None
        wanted, key = versioning.required(self._repo, service, tool), managers.manager(tool).pin.rpartition(".")[2]
        title = managers.manager(tool).title
        what = f"write a whole version of {title} into {key} of {service.root}, as ==1.2.3, then run this again"
        return Next(what, f"the project wants {title} {wanted}, and kempt knows no release that is within it")
