"""What an image runs: the console script, the module or the file that a project holds, where there is one only."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from kempt import managers
from kempt.catalog import DEMOTED_FOLDERS
from kempt.engine.project.init_docker_packages import below
from kempt.engine.project.init_docker_web import MADE, web_commands
from kempt.errors import UnreadableError
from kempt.formats import toml
from kempt.model.repo import Repo, Service

STARTED = re.compile(
    rb"^if[ \t]*\(?[ \t]*(?:__name__[ \t]*==[ \t]*['\"]__main__['\"]|['\"]__main__['\"][ \t]*==[ \t]*__name__)",
    re.MULTILINE,
)
"""The start of a program as most write it, in any spelling."""
ACTING = re.compile(rb"(?:while|for|with|raise)\b|[A-Za-z_][\w.]*\(")
"""How a statement begins that does something: a call, a loop. The last one of a script is such."""
FILES = ("main.py", "app.py", "__main__.py")
ENTRY = re.compile(rb"(?:^|[\"'\s])([A-Za-z0-9][\w.-]{0,60})[ \t]*=[ \t]*[\w.]{1,100}:[\w.]{1,60}")
LONGEST = 4_000
"""Bytes behind `console_scripts` in which its entries are looked for."""
ASIDE = DEMOTED_FOLDERS | {"bench", "benchmark", "benchmarks", "scripts", "tools"}
"""Folders whose modules are for developers."""
SETTINGS = 100_000
"""Characters of the tools' settings in which modules are looked for."""
MOST = 5
"""Programs that are offered as a choice."""


class Program(NamedTuple):
    """The command line of what runs; empty where several could, which are `choices`, or none is known."""

    command: tuple[str, ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines of a Dockerfile. Where nobody has chosen, it still builds: Python starts."""
        if self.command:
            return (f"CMD {_json(self.command)}",)
        if not self.choices:
            return ("# Nothing here says what runs: name it, and take the # away.", '# CMD ["python", "-m", "MODULE"]')
        return ("# What runs? Take the # from one of these.", *(f"# CMD {_json(each)}" for each in self.choices))


def program_of(repo: Repo, service: Service, folder: str, *, packaged: bool) -> Program:
    """What runs in an image of the project in this folder. Scripts are there only of what is installed."""
    names = installed(repo, folder) if packaged else None
    found: list[tuple[str, ...]] = [(name,) for name in _scripts(repo, folder)] if packaged else []
    found = found or [("python", "-m", name) for name in _modules(repo, folder, names)]
    if not packaged:
        found += [("python", name) for name in FILES if _is_started(repo, folder, name)]
    found = found or list(dict.fromkeys(web_commands(repo, folder, _locked(repo, service), names)))
    return Program(found[0]) if len(found) == 1 else Program((), tuple(found[:MOST]))


def installed(repo: Repo, folder: str) -> frozenset[str]:
    """The modules that a project is built of: what lies in `src`, what is called as it is, what its settings name."""
    document = repo.documents.toml(below(folder, "pyproject.toml"))
    prefix = below(folder, "src")
    start, end = repo.tree.listing.span(prefix)
    inside = {
        path.removeprefix(f"{prefix}/").partition("/")[0].removesuffix(".py")
        for path in repo.tree.listing.paths(start, end)
    }
    project, poetry = toml.table(document, "project"), toml.table(document, "tool", "poetry")
    own = str(project.get("name") or poetry.get("name") or "")
    settings = json.dumps(document.get("tool"), default=str)
    named = re.findall(r'["/]([A-Za-z_]\w*)"', settings[:SETTINGS], re.ASCII)
    return frozenset({*inside, re.sub(r"[-.]", "_", own), own.lower().replace("-", "_"), *named} - {""})


def _scripts(repo: Repo, folder: str) -> tuple[str, ...]:
    """The console scripts that a project names, in a manifest of any age."""
    document = repo.documents.toml(below(folder, "pyproject.toml"))
    named = (*toml.table(document, "project", "scripts"), *toml.table(document, "tool", "poetry", "scripts"))
    old = (
        _read(repo, below(folder, name)).partition(b"console_scripts")[2][:LONGEST]
        for name in ("setup.cfg", "setup.py")
    )
    found = (match.decode("ascii") for text in old for match in ENTRY.findall(text.partition(b"]")[0]))
    return tuple(dict.fromkeys(named)) or tuple(dict.fromkeys(found))


def _locked(repo: Repo, service: Service) -> set[str]:
    """The names of the packages that are installed."""
    paths = (service.lock,) if service.lock is not None else service.requirements
    read = managers.manager(service.manager).packages
    return {each.name for path in paths for each in read(repo.documents.read(path) or b"")}


def _read(repo: Repo, path: str) -> bytes:
    try:
        return repo.tree.read(path) if path in repo.tree.listing else b""
    except UnreadableError:
        return b""


def _modules(repo: Repo, folder: str, names: Container[str] | None) -> Iterator[str]:
    """The packages of a project that `python -m` starts, of these names where not all of them are there."""
    prefix = "" if folder == "." else f"{folder}/"
    for path in repo.tree.listing.named("__main__.py"):
        if not path.startswith(prefix):
            continue
        parts = path.removeprefix(prefix).removeprefix("src/").split("/")
        is_own = len(parts) == len(("package", "__main__.py")) and parts[0].lower() not in ASIDE
        if is_own and (names is None or parts[0] in names):
            yield parts[0]


def _is_started(repo: Repo, folder: str, name: str) -> bool:
    """Whether a file does something when it is started; one that makes a web application waits for its server."""
    path = below(folder, name)
    if path not in repo.tree.listing or name == "__main__.py":
        return path in repo.tree.listing
    content = _read(repo, path)
    return STARTED.search(content) is not None or (_acts(content) and MADE.search(content) is None)


def _acts(content: bytes) -> bool:
    """Whether a file without that line is a script all the same: what stands last in it does something."""
    lines = [line for line in content.splitlines() if re.match(rb"[A-Za-z_@]", line)]
    last = lines[-1] if lines else b""
    return ACTING.match(last) is not None


def _json(words: tuple[str, ...]) -> str:
    return json.dumps(list(words), ensure_ascii=False)
