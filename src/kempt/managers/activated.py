"""How a manager is made to use one environment and no other: the environment is made first, and is the active one.

Poetry, PDM and Pipenv install into the environment that `VIRTUAL_ENV` names, wherever it lies, and write nothing beside
it then: no `.pdm-python`, no entry in a table of environments. Each can choose an interpreter of its own otherwise.
"""

from __future__ import annotations

from kempt.model.manager import Command, Setup

NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody runs: the port is the one of the discard service (RFC 863)."""

PIP_HARMLESS = (
    "PIP_CACHE_DIR", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_DEFAULT_TIMEOUT", "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_KEYRING_PROVIDER", "PIP_LOG", "PIP_NO_COLOR", "PIP_NO_INPUT", "PIP_PROGRESS_BAR", "PIP_PROXY", "PIP_QUIET",
    "PIP_RETRIES", "PIP_ROOT_USER_ACTION", "PIP_TIMEOUT", "PIP_TRUSTED_HOST", "PIP_VERBOSE",
)  # fmt: skip
"""Variables of pip that say how it works, not what it installs."""


def make(setup: Setup) -> tuple[Command, ...]:
    """The command that makes the environment, none where there is one.

    It gets no pip: none of these managers needs one in it, and each would leave it there. `-I` keeps a `venv.py` of the
    project from being run instead of Python's own module.
    """
    if setup.exists:
        return ()
    return (Command((setup.python, "-I", "-m", "venv", "--without-pip", setup.environment), "make the environment"),)


def variables(setup: Setup, cache: str) -> tuple[tuple[str, str], ...]:
    """What a manager's command needs to install there; `cache` is its variable for the download cache.

    conda's base environment, when it is active, makes Poetry and PDM overlook `VIRTUAL_ENV`. None of the managers knows
    an option for working offline, but all of them obey a proxy, and git a list of what it may use.
    """
    found = [("VIRTUAL_ENV", setup.environment), ("CONDA_DEFAULT_ENV", "")]
    if setup.cache:
        found.append((cache, setup.cache))
    if setup.offline:
        proxies = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy")
        found += [(name, NOWHERE) for name in proxies]
        found += [("NO_PROXY", ""), ("no_proxy", ""), ("GIT_ALLOW_PROTOCOL", "file")]
    return tuple(found)


def uninstall(setup: Setup, names: tuple[str, ...]) -> Command:
    """Take distributions out, with the pip of the interpreter that the environment was made with."""
    argv = (setup.python, "-I", "-m", "pip", "--python", setup.environment, "uninstall", "--yes", *names)
    return Command(argv, f"remove {', '.join(names)}", (("PIP_DISABLE_PIP_VERSION_CHECK", "1"),))
