"""PDM: its lock, the hash of the manifest in it, and the commands that install what it says."""

from __future__ import annotations

from kempt.managers import activated
from kempt.managers.pdm.freshness import freshness
from kempt.managers.pdm.lock import packages, wanted
from kempt.model.manager import Command, Manager, Setup
from kempt.model.repo import Service


def install(_service: Service, setup: Setup) -> tuple[Command, ...]:
    """Make the environment and install what the lock says; what it does not say is removed.

    `distribution = false` needs no `--no-self`: PDM reads it.
    """
    return (*activated.make(setup), _sync(setup))


def reinstall(_service: Service, setup: Setup, _names: tuple[str, ...]) -> tuple[Command, ...]:
    """Install all distributions again: PDM cannot do it for some, but it does so over any damage, a lost RECORD too."""
    return (_sync(setup, "--reinstall"),)


def remove(_service: Service, setup: Setup, _names: tuple[str, ...]) -> tuple[Command, ...]:
    """Remove what the lock does not want: each install does."""
    return (_sync(setup),)


def check(_service: Service, _setup: Setup) -> Command:
    """Ask PDM whether the lock is fresh."""
    return Command(("pdm", "lock", "--check"), "compare pdm.lock with its manifest")


def _sync(setup: Setup, *more: str) -> Command:
    variables = activated.variables(setup, "PDM_CACHE_DIR")
    return Command(("pdm", "sync", "--clean", *more), "install what pdm.lock says", variables)


MANAGER = Manager(
    name="pdm",
    title="PDM",
    program="pdm",
    locks=("pdm.lock",),
    table="tool.pdm",
    lock_command="pdm lock",
    check_command="pdm lock --check",
    install_command="pdm sync --clean",
    exact=True,
    prefixes=("PDM_",),
    harmless=frozenset({
        "PDM_CACHE_DIR", "PDM_CONFIG_FILE", "PDM_HOME", "PDM_INSTALL_PARALLEL", "PDM_LOG_DIR", "PDM_NON_INTERACTIVE",
        "PDM_PUBLISH_*", "PDM_PYPI_PASSWORD", "PDM_PYPI_USERNAME", "PDM_PYPI_VERIFY_SSL",
        "PDM_PYPI_URL",  # whoever serves a file, its hash is in the lock
        "PDM_REQUEST_TIMEOUT", "PDM_SCRIPTS_SHOW_HEADER",
    }),
    freshness=freshness,
    packages=packages,
    wanted=wanted,
    install=install,
    reinstall=reinstall,
    remove=remove,
    check=check,
    variables=(
        ("PDM_CHECK_UPDATE", "false"),
        ("PDM_NON_INTERACTIVE", "1"),
        ("PDM_IGNORE_SAVED_PYTHON", "1"),
        ("PDM_USE_VENV", "true"),
        ("PDM_VENV_IN_PROJECT", "true"),
        ("PDM_VENV_BACKEND", "none"),  # there is none: PDM would replace an environment whose Python it does not like
        ("PDM_LOCK_FORMAT", "pdm"),
    ),
)  # fmt: skip
