"""Where things are in a CircleCI job: its working directory, the checkout in it, and paths relative to that."""

from __future__ import annotations

import posixpath
import re

DEFAULT = "~/project"
"""The working directory of a job that names none; `checkout` puts the repository into the working directory."""
UNKNOWN = re.compile(r"\$|<<|\{\{|[*?]|^~[^/]")


def absolute(path: str, base: str | None, home: str) -> str | None:
    """A path as seen from a folder, with `~` for the home; None where a variable or a parameter hides it."""
    path = re.sub(r"^\$\{?CIRCLE_WORKING_DIRECTORY\}?", base or "$", path)
    path = re.sub(r"^\$\{?HOME\}?(?=/|$)", "~", path)
    if UNKNOWN.search(path):
        return None
    if not path.startswith(("/", "~")):
        if base is None:
            return None
        path = posixpath.join(base, path)
    path = posixpath.normpath(path)
    if home and (path == home or path.startswith(f"{home}/")):
        path = f"~{path[len(home) :]}"
    return path


def relative(path: str | None, root: str | None) -> str | None:
    """A path relative to the root of the repository, "" for the root itself; None where it is outside or unknown."""
    if path is None or root is None:
        return None
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(f"{root}/") else None
