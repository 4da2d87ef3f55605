"""PEP 751 lock files, `pylock.toml` and `pylock.NAME.toml`: written by many, installed by uv or by pip from 26.1 on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt.formats import lock_blocks
from kempt.managers import activated, pip
from kempt.managers.pip.settings import HARMLESS
from kempt.managers.pylock.freshness import freshness
from kempt.managers.pylock.packages import holds, packages
from kempt.managers.uv import HARMLESS as UV_HARMLESS
from kempt.model.documents import Documents
from kempt.model.locks import Target, Wanted
from kempt.model.manager import Command, Manager, Setup
from kempt.model.repo import Service

NEEDS = "import sys; version = {version}; old = tuple(map(int, version.split('.')[:2])) < (26, 1); \
sys.exit(old and f'pip {{version}} does not read pylock.toml: install uv, or pip 26.1 or newer in the environment')"
WITHOUT_UV = NEEDS.format(version="__import__('pip').__version__")
WITHOUT_ENVIRONMENT = NEEDS.format(version="__import__('ensurepip').version()")
"""An older pip takes the file for requirements and complains of its first line; these say what the matter is."""


def wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """The packages whose marker holds with the default groups and no extras; the others that may be there as well.

    None where a name is wanted twice, or where a marker cannot be judged.
    """
    lock = service.lock
    content = documents.read(lock) if lock else None
    if content is None:
        return None
    head = lock_blocks.parsed_outside(content, "packages")
    defaults, groups, extras = (_names(head, key) for key in ("default-groups", "dependency-groups", "extras"))
    found: dict[str, str] = {}
    optional: dict[str, str] = {}
    for each in packages(content):
        is_wanted = holds(each.marker, target, defaults)
        if is_wanted is None or (is_wanted and found.setdefault(each.name, each.version) != each.version):
            return None
        if not is_wanted and holds(each.marker, target, {*defaults, *groups}, extras):
            optional[each.name] = each.version
    return Wanted(found, {name: version for name, version in optional.items() if name not in found})


def install(service: Service, setup: Setup) -> tuple[Command, ...]:
    """With uv where there is one: the pip that comes with Python is too old for the format until Python brings 26.1.

    The format demands a hash for each file, and both hold to it. `--require-hashes` is not asked for: it would refuse
    the project itself, and other folders that a lock may name.
    """
    purpose = f"install what {_file(service)} says"
    if setup.uv:
        return (*activated.make(setup), _uv(setup, purpose, "sync", _file(service)))
    return (*_made(setup), _pip(service, setup, purpose))


def reinstall(service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """uv writes these anew; pip, which takes no part of a lock, all of them."""
    purpose = f"install {', '.join(names)} anew"
    if setup.uv:
        again = (word for name in names for word in ("--reinstall-package", name))
        return (_uv(setup, purpose, "sync", *again, _file(service)),)
    return (*_made(setup), _pip(service, setup, f"{purpose}, with all others", "--ignore-installed"))


def remove(service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Uninstall distributions."""
    if setup.uv:
        return (_uv(setup, f"remove {', '.join(names)}", "uninstall", *names),)
    return pip.remove(service, setup, names)


def check(_service: Service, _setup: Setup) -> Command | None:
    """No command says offline whether the file is fresh."""
    return None


def _made(setup: Setup) -> tuple[Command, ...]:
    """An environment with a pip that reads the format; a plain message where there is none."""
    purpose = "see that pip reads pylock.toml"
    if setup.exists:
        return (*pip.made(setup), Command((pip.python_of(setup), "-I", "-c", WITHOUT_UV), purpose))
    return (Command((setup.python, "-I", "-c", WITHOUT_ENVIRONMENT), purpose), *pip.made(setup))


def _pip(service: Service, setup: Setup, purpose: str, *more: str) -> Command:
    offline = ("--no-index",) if setup.offline else ()
    argv = (*pip.pip(setup), "install", "--no-deps", "--no-compile", *more, *offline, "-r", _file(service))
    return Command(argv, purpose, pip.variables(setup))


def _uv(setup: Setup, purpose: str, verb: str, *rest: str) -> Command:
    """A command of `uv pip`; uv calls the format a preview and warns unless told that this is known."""
    offline = ("--offline",) if setup.offline else ()
    variables = [("UV_PREVIEW_FEATURES", "pylock")]
    if setup.cache:
        variables.append(("UV_CACHE_DIR", setup.cache))
    argv = (setup.uv, "pip", verb, "--python", setup.environment, "--no-progress", *offline, *rest)
    return Command(argv, purpose, tuple(variables))


def _file(service: Service) -> str:
    """The lock as seen from the service's root, where commands run."""
    return (service.lock or PurePosixPath("pylock.toml")).name


def _names(head: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = head.get(key)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


MANAGER = Manager(
    name="pylock",
    title="pylock.toml",
    program="",
    locks=("pylock.toml",),
    table="",
    lock_command="uv pip compile --universal --output-file pylock.toml pyproject.toml",
    check_command="",
    install_command="uv venv && uv pip sync pylock.toml",
    exact=False,
    prefixes=("UV_", "PIP_"),
    harmless=HARMLESS | UV_HARMLESS,
    freshness=freshness,
    packages=packages,
    wanted=wanted,
    install=install,
    reinstall=reinstall,
    remove=remove,
    check=check,
)
