"""What only people know of a build: extras, passwords and keys. A comment says how each comes in, and into no layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt.engine.project.init_ci_services import SAFE_NAME
from kempt.engine.project.init_docker_packages import below
from kempt.engine.project.init_docker_services import Image
from kempt.engine.project.init_docker_vcs import SSH
from kempt.formats import requirements, toml
from kempt.model.repo import Repo
from kempt.rules import locking

EXTRAS = {"uv": "--extra NAME", "poetry": "--extras NAME", "pdm": "--group NAME"}
PUBLIC = "pypi"
"""What Pipenv calls the public index in the Pipfile that it writes."""
OF_UV = ("index", "index-url", "extra-index-url")
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def hints(repo: Repo, image: Image, fetchers: tuple[str, ...]) -> Iterator[str]:
    """The lines of the comment above the installs. `fetchers` are the programs that fetch sources."""
    document = repo.documents.toml(below(image.folder, locking.PYPROJECT))
    extras = sorted(filter(SAFE_NAME.fullmatch, toml.table(document, "project", "optional-dependencies")))
    if extras and image.manager in EXTRAS:
        wanted = EXTRAS[image.manager].replace("NAME", extras[0])
        yield f"Extras are left out; {wanted} takes one in, in each install below."
    addresses = tuple(_indexes(repo, image))
    variables = sorted({name[0] or name[1] for each in addresses for name in _VARIABLE.findall(each)})
    if variables:
        mounts = " ".join(f"--mount=type=secret,id={name},env={name}" for name in variables)
        yield f"The address of an index has a secret in it: add {mounts} to each"
        yield f"install, and build with {' '.join(f'--secret id={name}' for name in variables)}."
    elif addresses:
        yield "An index that asks for a password: add --mount=type=secret,id=netrc,target=/root/.netrc to each install,"
        yield "and build with --secret id=netrc,src=$HOME/.netrc."
    if SSH in fetchers:
        yield "A repository over ssh: add --mount=type=ssh to each install, put the host's key (ssh-keyscan) into"
        yield "/etc/ssh/ssh_known_hosts, and build with --ssh default."
    if addresses or SSH in fetchers:
        yield "A secret in ARG, ENV or COPY stays in the image."


def _indexes(repo: Repo, image: Image) -> Iterator[str]:
    """The addresses of the indexes that a project names itself; that of the public one is nothing to tell of."""
    if image.manager == "pip":
        for path in image.files:
            parsed = requirements.parse(repo.documents.read(PurePosixPath(below(image.context, path))) or b"")
            yield from (*parsed.values("--index-url"), *parsed.values("--extra-index-url"))
        return
    document = repo.documents.toml(image.service.manifest or PurePosixPath(locking.PYPROJECT))
    if image.manager == "uv":
        settings = repo.documents.toml(image.service.root / "uv.toml")
        for table in (toml.table(document, "tool", "uv"), settings):
            yield from (address for key in OF_UV for address in _addresses(table.get(key)))
    elif image.manager == "pipenv":
        sources = document.get("source")
        yield from _addresses([each for each in sources if not _is_public(each)] if isinstance(sources, list) else ())
    else:
        yield from _addresses(toml.table(document, "tool", image.manager).get("source"))


def _is_public(source: object) -> bool:
    return isinstance(source, Mapping) and source.get("name") == PUBLIC and not _VARIABLE.search(str(source.get("url")))


def _addresses(value: Any) -> Iterator[str]:
    """The addresses in what a setting holds: one, several, or tables with a `url`."""
    for each in value if isinstance(value, list) else [value]:
        found = each.get("url") if isinstance(each, Mapping) else each
        if isinstance(found, str):
            yield found
