"""What an environment is for, as its `pyvenv.cfg` says: nothing of it is run to find out."""

from __future__ import annotations

import re

from kempt.formats import pyvenv
from kempt.host.environments import configuration
from kempt.model.locks import Target

_RELEASE = re.compile(r"\d+\.\d+\.\d+")


def target_of(environment: str) -> Target | None:
    """The Python and the platform that markers are judged by; None where the file does not say, or for no CPython.

    The platform is this machine's: an environment is of no use on another one.
    """
    from packaging.markers import default_environment

    found = pyvenv.parse(configuration(environment) or b"")
    version = _RELEASE.match(found.version) if found else None
    if version is None:
        return None
    here = default_environment()
    if here["implementation_name"] != "cpython":
        return None
    python = version[0]
    minor = python.rpartition(".")[0]
    markers = {name: str(value) for name, value in here.items()}
    markers |= {"python_full_version": python, "python_version": minor, "implementation_version": python}
    return Target(python, markers)
