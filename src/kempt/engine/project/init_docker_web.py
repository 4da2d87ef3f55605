"""The web applications of a project, and how the server that is locked with them is started."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator

from kempt.catalog import DEMOTED_FOLDERS
from kempt.errors import UnreadableError
from kempt.model.repo import Repo

FILES = ("main.py", "app.py", "asgi.py", "wsgi.py", "server.py", "__init__.py")
"""Where applications are made, by custom."""
MADE = re.compile(
    rb"^(\w{1,60})[ \t]*(?::[^=\n]{1,80})?=[ \t]*(?:\w{1,40}\.)?"
    rb"(FastAPI|Starlette|Litestar|Quart|get_asgi_application|Flask|get_wsgi_application)\(",
    re.MULTILINE,
)
ASYNCHRONOUS = frozenset({b"FastAPI", b"Starlette", b"Litestar", b"Quart", b"get_asgi_application"})
DEEP = 3
"""Folders below the project, or below `src`, in which is looked."""
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def web_commands(
    repo: Repo, folder: str, locked: Collection[str], names: Container[str] | None = None
) -> Iterator[tuple[str, ...]]:
    """The command lines that start a project's web applications, with uvicorn or gunicorn where that is locked.

    `names` are the modules that are there, None for all.
    """
    servers = {
        True: ("uvicorn", "--host", "0.0.0.0") if "uvicorn" in locked else (),  # noqa: S104 - of a container
        False: ("gunicorn", "--bind", "0.0.0.0:8000") if "gunicorn" in locked else (),
    }
    if any(servers.values()):
        modules = _modules(repo, folder)
        for path, module in (each for each in modules if names is None or each[1].partition(".")[0] in names):
            for name, kind in MADE.findall(_content(repo, path)):
                server = servers[kind in ASYNCHRONOUS]
                if server:
                    yield (*server, f"{module}:{name.decode()}")


def _modules(repo: Repo, folder: str) -> Iterator[tuple[str, str]]:
    """The files that may make an application, each with the name that it is imported by."""
    prefix = "" if folder == "." else f"{folder}/"
    for name in FILES:
        for path in repo.tree.listing.named(name):
            parts = path.removeprefix(prefix).removeprefix("src/").removesuffix(".py").split("/")
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            is_module = path.startswith(prefix) and 0 < len(parts) <= DEEP and all(map(_NAME.fullmatch, parts))
            if is_module and DEMOTED_FOLDERS.isdisjoint(part.lower() for part in parts[:-1]):
                yield path, ".".join(parts)


def _content(repo: Repo, path: str) -> bytes:
    try:
        return repo.tree.read(path)
    except UnreadableError:
        return b""
