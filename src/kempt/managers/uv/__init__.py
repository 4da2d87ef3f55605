"""uv: one lock and one environment for a project, or for all projects of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kempt.managers.uv.freshness import freshness
from kempt.model.manager import Command, Manager, Setup

if TYPE_CHECKING:
    from kempt.model.documents import Documents
    from kempt.model.locks import LockedPackage, Target, Wanted
    from kempt.model.repo import Service

HARMLESS = frozenset({
    # where uv keeps things, how fast it works, and how it shows that
    "UV_CACHE_DIR", "UV_CONCURRENT_*", "UV_LINK_MODE", "UV_LOCK_TIMEOUT", "UV_LOG_CONTEXT", "UV_NO_PROGRESS",
    "UV_NO_WRAP", "UV_HIDE_BUILD_OUTPUT", "UV_STACK_SIZE", "UV_TOOL_BIN_DIR", "UV_TOOL_DIR", "UV_NO_SYSTEM_CONFIG",
    # how it reaches what the lock names
    "UV_OFFLINE", "UV_HTTP_*", "UV_REQUEST_TIMEOUT", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST",
    "UV_NO_GITHUB_FAST_PATH", "UV_GITHUB_FAST_PATH_URL", "UV_GCS_ENDPOINT_URL", "UV_S3_ENDPOINT_URL",
    "UV_AZURE_ENDPOINT_URL",
    # who it is there
    "UV_INDEX_*_USERNAME", "UV_INDEX_*_PASSWORD", "UV_KEYRING_PROVIDER", "UV_CREDENTIALS_DIR", "UV_API_KEY",
    "UV_AUTH_TOKEN", "UV_GITHUB_TOKEN", "UV_NO_HF_TOKEN",
    # which interpreters there are; the one that is used is named
    "UV_PYTHON_BIN_DIR", "UV_PYTHON_CACHE_DIR", "UV_PYTHON_DOWNLOADS", "UV_PYTHON_INSTALL_DIR", "UV_PYTHON_SEARCH_PATH",
    "UV_PYTHON_INSTALL_MIRROR", "UV_PYPY_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON_URL", "UV_PYTHON_NO_REGISTRY",
})  # fmt: skip
"""Variables that change neither what is installed nor where (uv's reference of environment variables)."""


def install(service: Service, setup: Setup) -> tuple[Command, ...]:
    """Make the environment what the lock says: a stale lock is refused, and what it does not hold is removed."""
    return (_sync(service, setup, "install what uv.lock says"),)


def reinstall(service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Install these packages anew: uv fetches them again, and does not take its cache's word for them."""
    words = [word for name in names for word in ("--reinstall-package", name)]
    return (_sync(service, setup, f"reinstall {', '.join(names)}", *words),)


def remove(_service: Service, setup: Setup, names: tuple[str, ...]) -> tuple[Command, ...]:
    """Take out packages that uv itself overlooks: those that it does not recognise as installed any more."""
    argv = ("uv", "pip", "uninstall", "--no-progress", "--python", setup.environment, *names)
    return (Command(argv, f"remove {', '.join(names)}"),)


def check(_service: Service, setup: Setup) -> Command | None:
    """Ask uv whether the lock is fresh: 0 if it is. One that is not cannot be resolved offline, which fails as well."""
    argv = ("uv", "lock", "--check", "--offline", "--no-progress", "--python", setup.python)
    return Command(argv, "compare uv.lock with its manifests")


def _packages(content: bytes) -> tuple[LockedPackage, ...]:
    """All packages of a lock; whether it is fresh can be told without them."""
    from kempt.managers.uv.packages import packages

    return packages(content)


def _wanted(service: Service, documents: Documents, target: Target) -> Wanted | None:
    """What `uv sync` puts into the environment."""
    from kempt.managers.uv.packages import wanted

    return wanted(service, documents, target)


def _sync(service: Service, setup: Setup, purpose: str, *more: str) -> Command:
    words = ["uv", "sync", "--locked", "--no-progress", "--python", setup.python]
    words += ["--all-packages"] * bool(service.members)
    words += ["--offline"] * setup.offline
    words += ["--cache-dir", setup.cache] if setup.cache else []
    variables = [("UV_PROJECT_ENVIRONMENT", setup.environment)]
    variables += [("UV_LINK_MODE", "copy")] * bool(setup.cache)  # no links into a cache that is thrown away
    return Command((*words, *more), purpose, tuple(variables))


MANAGER = Manager(
    name="uv",
    title="uv",
    program="uv",
    locks=("uv.lock",),
    table="tool.uv",
    lock_command="uv lock",
    check_command="uv lock --check",
    install_command="uv sync --locked",
    exact=True,
    prefixes=("UV_",),
    harmless=HARMLESS,
    freshness=freshness,
    packages=_packages,
    wanted=_wanted,
    install=install,
    reinstall=reinstall,
    remove=remove,
    check=check,
    pin="tool.uv.required-version",
    variables=(("UV_NO_SYSTEM_CONFIG", "1"),),
)
