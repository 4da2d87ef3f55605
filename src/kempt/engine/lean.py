"""Promise 4 where no rule objects: what the Dockerfiles say, which is no proof about an image."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.finding import Finding
from kempt.model.repo import Repo
from kempt.model.status import Promise, State
from kempt.rules import building

PROOF = "kempt image NAME"
UNKNOWN = "KPT501"
"""As an info it says that a script may install: what is left then is not known."""


def images(repo: Repo, findings: Sequence[Finding], named: Sequence[str]) -> Promise:
    """Kept where Dockerfiles install and leave no cache; `named` are all Dockerfiles, those without Python too."""
    if not named and not repo.automation.dockerfiles:
        return Promise(4, State.UNCHECKED, "no Dockerfile found", absent=True)
    installing = [str(file.path) for file in building.files(repo) if any(building.filled(file, file.built))]
    unknown = next((each for each in findings if each.code == UNKNOWN), None)
    if unknown is not None:
        return Promise(4, State.UNCHECKED, f"`{unknown.location.path}`: {unknown.message}", PROOF)
    if not installing:
        first = named[0] if named else repo.automation.dockerfiles[0].path
        return Promise(4, State.UNCHECKED, f"`{first}`: no install in it that kempt can read", PROOF)
    more = f" and {len(installing) - 1:,} more" if len(installing) > 1 else ""
    return Promise(4, State.KEPT, f"no cache left in `{installing[0]}`{more}; not proven on an image", PROOF)
