"""`pyvenv.cfg`, the file that makes a folder a virtual environment. Source: PEP 405 and the `venv` module."""

from __future__ import annotations

from typing import NamedTuple


class Pyvenv(NamedTuple):
    """What the file says. `version` is as written ("3.9.1"), empty if it says none."""

    home: str
    version: str
    system_site_packages: bool


def settings(content: bytes) -> dict[str, str]:
    """All that the file says, keys in small letters."""
    values = {}
    for line in content.decode("utf-8", "replace").splitlines():
        key, sign, value = line.partition("=")
        if sign:
            values[key.strip().lower()] = value.strip()
    return values


def parse(content: bytes) -> Pyvenv | None:
    """The settings, or None where the file has neither `home` nor a version and so marks no environment."""
    values = settings(content)
    home = values.get("home", "")
    version = values.get("version") or values.get("version_info", "")
    if not home and not version:
        return None
    return Pyvenv(home, version, values.get("include-system-site-packages", "").lower() == "true")
