"""How managers name the environments that they keep outside the project: its path is in the name, as a short hash.

So a project whose folder is known can be told to be an environment's own, and one that is gone cannot be guessed.
Sources: Poetry's `EnvManager.generate_env_name`, Hatch's `VirtualEnvironment`, Pipenv's `Project._get_virtualenv_hash`,
PDM's `get_venv_prefix` and `iter_venvs`.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode

_HASHED = re.compile(r"(?P<name>.+)-(?P<hash>[\w-]{8})(?:-(?:py)?[\w.]+)?")
_PIPENV = re.compile(r"(?P<name>.+)-(?P<hash>[\w-]{8})(?:-[\w.]+)?")
_DIGITS = 8


def project_name(manager: str, path: str) -> str:
    """The name of the project in the path of an environment, empty where this manager puts none there."""
    parts = path.replace("\\", "/").rsplit("/", 3)
    if manager == "Hatch":
        return parts[-3] if len(parts) > len("/..") else ""
    match = _HASHED.fullmatch(parts[-1])
    return match["name"] if match and manager in {"Poetry", "Pipenv", "PDM"} else ""


def is_pipenv(name: str) -> bool:
    """Whether Pipenv may have named an environment so: virtualenvwrapper, which shares its folder, adds no hash."""
    return _PIPENV.fullmatch(name) is not None


def belongs(manager: str, path: str, root: str) -> bool:
    """Whether the environment at `path` was made by this manager for the project in the folder `root`."""
    parts = path.replace("\\", "/").rsplit("/", 3)
    if manager == "Hatch":
        return parts[-2] == _hash(root, whole=True)
    if manager == "Poetry":
        return f"-{_hash(root, whole=True)}-" in parts[-1]
    if manager == "Pipenv":
        return f"{parts[-1]}-".find(f"-{_hash(f'{root}/Pipfile', whole=False)}-") > 0
    if manager == "PDM":
        return f"-{_md5(root)}-" in parts[-1]
    return False


def _hash(text: str, *, whole: bool) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    return urlsafe_b64encode(digest if whole else digest[:6]).decode("ascii")[:_DIGITS]


def _md5(text: str) -> str:
    digest = hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).decode("ascii")[:_DIGITS]
