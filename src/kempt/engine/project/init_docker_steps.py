"""The steps of a builder: which manager comes in, what it installs from the lock, and how the project itself follows.

Each is a RUN with its mounts: the downloads stay in a cache that is in no layer, and the lock and the manifest are
bound and not copied, so that the layer of the dependencies is built again only when one of them has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import basename, normpath, relpath
from typing import NamedTuple

from kempt.engine.project.init_docker_packages import below
from kempt.engine.project.init_docker_services import Image
from kempt.engine.project.init_docker_vcs import fetchers
from kempt.formats import toml
from kempt.formats.toml import table
from kempt.model.repo import Repo
from kempt.rules import locking

APP = "/app"
UV_IMAGE = "ghcr.io/astral-sh/uv:{version}"
"""uv's own image that holds nothing but uv."""
CACHES: dict[str, tuple[str, ...]] = {
    "uv": ("/root/.cache/uv",), "pylock": ("/root/.cache/uv",), "poetry": ("/root/.cache/pypoetry",),
    "pdm": ("/root/.cache/pdm",), "pipenv": ("/root/.cache/pipenv",), "pip": ("/root/.cache/pip",),
}  # fmt: skip
OF_PIP = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
OF_UV = {"UV_COMPILE_BYTECODE": "1", "UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"}
VARIABLES: dict[str, dict[str, str]] = {
    "uv": OF_UV, "pylock": OF_UV,
    "poetry": {"POETRY_NO_INTERACTION": "1", "POETRY_VIRTUALENVS_IN_PROJECT": "true", **OF_PIP},
    "pdm": {"PDM_CHECK_UPDATE": "0", **OF_PIP},
    "pipenv": {"PIPENV_VENV_IN_PROJECT": "1", **OF_PIP},
    "pip": OF_PIP,
}  # fmt: skip
EXTRAS = {"pdm": "[locked]"}
"""Extras that bring a manager with the dependencies that it was released with."""
COMPILED = ("pdm",)
"""Managers without bytecode (measured: PDM 2.29.3). A file that does not compile is the package's own business."""
COMPILE = ".venv/bin/python -c 'import compileall; compileall.compile_dir(\".venv/lib\", quiet=2)'"
PIP = "python -m pip --python .venv install"
PACKING = {
    "poetry": f"{PIP} --compile --no-deps {{}}", "pip": f"{PIP} --compile --no-deps {{}}",
    "pylock": "uv pip install --no-deps {}", "pdm": "pdm install --check --prod --no-editable",
}  # fmt: skip
"""How the project itself is installed as a package; Poetry alone would make a link to it."""
SCM = {
    "setuptools-scm": "SETUPTOOLS_SCM_PRETEND_VERSION", "setuptools_scm": "SETUPTOOLS_SCM_PRETEND_VERSION",
    "hatch-vcs": "SETUPTOOLS_SCM_PRETEND_VERSION", "pdm-backend": "PDM_BUILD_SCM_VERSION",
    "poetry-dynamic-versioning": "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "uv-dynamic-versioning": "UV_DYNAMIC_VERSIONING_BYPASS",
}  # fmt: skip
"""Build backends that take a version from git, which no image holds, and the variable that tells them one."""


class Recipe(NamedTuple):
    """What a builder does.

    `system` are Debian packages that it needs. `bring` is a command that installs the manager, empty where it is copied
    or there.

    `dependencies` and `project` are whole RUN instructions; `project` is empty where nothing has to be built.
    `version` is the variable that tells the build a version, empty where none is needed.
    """

    folder: str
    system: tuple[str, ...]
    uv: str
    variables: Mapping[str, str]
    bring: str
    dependencies: str
    project: str
    version: str = ""


def recipe(repo: Repo, image: Image, version: str) -> Recipe:
    """The builder of an image, with this version of its manager."""
    manager = image.manager
    with_uv = manager in {"uv", "pylock"}
    name = f"{manager}{EXTRAS.get(manager, '')}"
    quoted = f'"{name}=={version}"' if "[" in name else f"{name}=={version}"
    bring = "" if with_uv or manager == "pip" else f"python -m pip install {quoted}"
    variable = _version_variable(repo, image)
    commands = tuple(_project(repo, image))
    if commands and variable:
        commands = (f'export {variable}="$VERSION"', *commands)
    system = fetchers(repo, image.service, (below(image.context, path) for path in image.files))
    caches = CACHES[manager]
    if manager == "poetry" and image.packaged:
        caches = (*(caches if image.beside else ()), *CACHES["pip"])
    compiled = (COMPILE,) if manager in COMPILED else ()
    return Recipe(
        normpath(f"{APP}/{image.home}"), system,
        UV_IMAGE.format(version=version) if with_uv else "", VARIABLES[manager],
        bring, run(CACHES[manager], (*_dependencies(repo, image), *compiled), _bound(image)),
        run(caches, (*commands, *compiled)) if commands else "", variable if commands else "",
    )  # fmt: skip


def run(caches: tuple[str, ...], commands: tuple[str, ...], bound: Mapping[str, str] | None = None) -> str:
    """A RUN instruction."""
    mounts = [f"--mount=type=cache,target={each}" for each in caches]
    mounts += [f"--mount=type=bind,source={source},target={target}" for source, target in (bound or {}).items()]
    return " \\\n    ".join((" ".join(("RUN", mounts[0])), *mounts[1:], " \\\n    && ".join(commands)))


def _bound(image: Image) -> Mapping[str, str]:
    """What the dependencies are installed from, and where it lies in the builder."""
    return {path: f"{APP}/{path}" for path in image.files}


# --- what the lock says --------------------------------------------------------------------------------
def _dependencies(repo: Repo, image: Image) -> Iterator[str]:
    """The frozen install of a manager, without the project, and what makes it refuse a stale lock."""
    named = [relpath(path, image.home) for path in image.files]
    if image.manager == "uv":
        left_out = "--no-install-workspace" if image.members else "--no-install-project"
        left_out = "--no-install-local" if image.beside else left_out
        frozen = "--frozen" if image.dynamic else "--locked"
        yield f"uv sync {frozen}{_groups(repo, image)} {left_out}{_package(image)}"
    elif image.manager == "poetry":
        yield f"poetry install --only main --no-root{' --no-directory' if image.beside else ''} --compile"
    elif image.manager == "pdm":
        yield "pdm install --check --prod --no-self --no-editable"
    elif image.manager == "pipenv":
        yield "pipenv verify"
        yield "pipenv sync"
    elif image.manager == "pylock":
        yield "uv venv"
        yield f"uv pip sync {basename(named[0])}"
    else:
        yield "python -m venv --without-pip .venv"
        yield f"{PIP} --compile{' --require-hashes' if image.hashed else ''} -r {named[0]}"


def _project(repo: Repo, image: Image) -> Iterator[str]:
    """What puts the project, and what lies beside it, into the environment as packages."""
    if image.manager == "uv" and (image.packaged or image.members or image.beside):
        yield f"uv sync --locked{_groups(repo, image)} --no-editable{_package(image)}"
    if image.manager == "poetry" and image.beside:
        yield "poetry install --only main --no-root --compile"
    if image.packaged and image.manager in PACKING:
        yield PACKING[image.manager].format(relpath(image.source, image.home))


def _groups(repo: Repo, image: Image) -> str:
    """No group is installed, neither by default of the workspace nor of the project itself."""
    for folder in (str(image.service.root), image.folder):
        chosen = table(repo.documents.toml(below(folder, locking.PYPROJECT)), "tool", "uv").get("default-groups")
        if chosen not in (None, ["dev"], []):
            return " --no-default-groups"
    return " --no-dev"


def _package(image: Image) -> str:
    return f" --package {image.project}" if image.members and image.project else ""


def _version_variable(repo: Repo, image: Image) -> str:
    """The variable that tells a build backend the version that it would ask git for."""
    document = repo.documents.toml(below(image.folder, locking.PYPROJECT))
    requires = toml.table(document, "build-system").get("requires")
    names = [each for each in requires if isinstance(each, str)] if isinstance(requires, list) else []
    for name, variable in SCM.items():
        if any(each.startswith(name) for each in names) and (
            name != "pdm-backend" or "scm" in str(toml.table(document, "tool", "pdm", "version").get("source"))
        ):
            return variable
    return ""
