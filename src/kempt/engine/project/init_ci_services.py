"""What CI does for each service: which Python, which version of its manager, and the commands that install and test.

Only what the repository says decides, so that everybody who runs kempt on it gets the same files; where it does not say
which version of a manager is meant, the one that is installed here does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import PurePosixPath
from shlex import quote
from typing import Any, NamedTuple

from kempt import managers
from kempt.engine.project.init_ci_lines import Line
from kempt.engine.project.init_ci_versions import Versions
from kempt.engine.project.init_pythons import python_of
from kempt.engine.project.init_rebuild import Next
from kempt.formats import requirement, requirements, toml
from kempt.model.repo import Repo, Service
from kempt.rules import locking

SAFE_NAME = re.compile(r"[\w.+-][\w./+-]*", re.ASCII)
"""Names of groups and extras that can stand in a command as they are."""
SPELLED = " .+&@=/_-"
"""What folders may have beside letters, marks and digits: all else is a pattern or an expression to some provider."""
RUNNERS = {"uv": "uv run --locked --no-sync ", "poetry": "poetry run ", "pdm": "pdm run ", "pipenv": "pipenv run "}
COMPILE = "python -m compileall -q -x '/\\.' ."


class Target(NamedTuple):
    """One service in CI.

    `name` is short and unique, `root` its folder, `locks` the files that its caches are keyed on, from the top of the
    repository; `python` is X.Y, or X.Y.Z where no other release will do, and `python_file` the `.python-version` that
    says so, or `python_why` why it is this one. `tool` is the program that installs.
    """

    name: str
    root: str
    tool: str
    version: str
    locks: tuple[str, ...]
    python: str
    python_file: str
    python_why: str
    install: tuple[Line, ...]
    test: Line
    tested: bool


class Found(NamedTuple):
    """The services that CI can install, and the others: without a lock, without hashes, in a folder of such a name.

    `unfit` says what mends those that no Python or no version of the manager is known for.
    """

    targets: tuple[Target, ...] = ()
    unlocked: tuple[str, ...] = ()
    unhashed: tuple[str, ...] = ()
    unspelled: tuple[str, ...] = ()
    unfit: tuple[Next, ...] = ()


def targets(repo: Repo, versions: Versions) -> Found:
    """What CI does for each service, and what keeps it from doing anything for others."""
    found, unlocked, unhashed, unspelled = dict[Service, tuple[str, ...]](), list[str](), list[str](), list[str]()
    for service in locking.own_services(repo):
        if locking.known(service) is None or (service.dependency and service.lock is None):
            continue
        if service.lock is None and not service.requirements:
            unlocked += [str(service.root)] * locking.asks_for_packages(repo, service)
            continue
        locks = _locks(repo, service)
        bare = [path for path in locks if service.manager == "pip" and not _is_hashed(repo, path)]
        if foreign(str(service.root)):
            unspelled.append(str(service.root))
        elif bare:
            unhashed += bare
        else:
            found[service] = locks
    names = _names(found)
    made = [_target(repo, service, names[service], locks, versions) for service, locks in found.items()]
    fit = tuple(each for each in made if isinstance(each, Target))
    unfit = tuple(each for each in made if isinstance(each, Next))
    return Found(fit, tuple(unlocked), tuple(unhashed), tuple(unspelled), unfit)


def foreign(path: str) -> str:
    """The characters of a path that mean something else to some provider, each once; what hides at an edge too."""
    found = [each for each in path if each not in SPELLED and unicodedata.category(each)[0] not in "LMN"]
    found += (part[at] for part in path.split("/") for at in (0, -1) if part[at] == " ")
    found += path[: path.startswith("-")]
    return "".join(dict.fromkeys(found))


def _names(services: Iterable[Service]) -> dict[Service, str]:
    """The last part of each folder, the whole of it where two end alike: words that any provider takes for a name."""
    short = {service: _word(service.root.name or "root") for service in services}
    keys = [_key(name) for name in short.values()]
    taken, names = set[str](), dict[Service, str]()
    for service, name in short.items():
        own = name if name and keys.count(_key(name)) == 1 else _word(str(service.root)) or "root"
        numbered = (own if number == 1 else f"{own}-{number}" for number in count(1))
        names[service] = next(each for each in numbered if _key(each) not in taken)
        taken.add(_key(names[service]))
    return names


def _word(text: str) -> str:
    """A name without accents, blanks and signs; empty where no letter of it is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^\w-]+", "-", plain).strip("-")


def _key(name: str) -> str:
    """What has to be unique: Azure takes underscores only, in either case."""
    return name.replace("-", "_").lower()


def _target(repo: Repo, service: Service, name: str, locks: tuple[str, ...], versions: Versions) -> Target | Next:
    """One service; what mends it where no Python or no version of its manager is known to be right."""
    tool = "uv" if service.manager == "pylock" else service.manager
    python = versions.refusal(service, tool) or python_of(repo, service)
    if isinstance(python, Next):
        return python
    release = python.short if python.word or python.is_preview else python.release
    tested = any("pytest" in _locked(repo, service, path) for path in locks)
    runner = RUNNERS.get(service.manager, "")
    python_command = f"{runner}python" if runner else ".venv/bin/python"
    if tested:
        test = Line(f"{runner}pytest -q" if runner else f"{python_command} -m pytest -q")
    else:
        test = Line(
            COMPILE.replace("python", python_command, 1), "no pytest in the lock: that it compiles is all that is asked"
        )
    return Target(
        name, str(service.root), tool, versions.of(service, tool), locks, release, python.file, python.why,
        install=tuple(_install(repo, service, locks)), test=test, tested=tested,
    )  # fmt: skip


def _locks(repo: Repo, service: Service) -> tuple[str, ...]:
    """The files that are installed: the lock, or the requirements, with those of the tests where they are apart."""
    if service.lock is not None:
        return (str(service.lock),)
    first, *others = (str(path) for path in service.requirements)
    if "pytest" in _locked(repo, service, first):
        return (first,)
    return (first, *[path for path in others if "pytest" in _locked(repo, service, path)][:1])


def _locked(repo: Repo, service: Service, path: str) -> set[str]:
    content = repo.documents.read(PurePosixPath(path)) or b""
    return {each.name for each in managers.manager(service.manager).packages(content)}


def _is_hashed(repo: Repo, path: str) -> bool:
    return requirements.is_hashed(requirements.parse(repo.documents.read(PurePosixPath(path)) or b""))


# --- the install ---------------------------------------------------------------------------------------
def _install(repo: Repo, service: Service, locks: tuple[str, ...]) -> Iterator[Line]:
    """The frozen install of a manager, and what makes it refuse a stale lock where it does not do so itself."""
    flags = "".join(f" {flag}" for flag in _flags(repo, service))
    if service.manager == "uv":
        everything = " --all-packages" if service.members else ""
        yield Line(f"uv sync --locked{everything}{flags}", "fails if uv.lock is stale")
    elif service.manager == "poetry":
        yield Line("poetry check --lock", "fails if poetry.lock is stale or missing")
        yield Line(f"poetry sync --no-interaction{flags}", "removes what the lock does not name")
    elif service.manager == "pdm":
        yield Line("pdm lock --check", "fails if pdm.lock is stale")
        yield Line(f"pdm sync --clean{flags}", "removes what the lock does not name")
    elif service.manager == "pipenv":
        yield Line("pipenv verify", "fails if Pipfile.lock is stale")
        yield Line(f"pipenv sync{flags}")
    elif service.manager == "pylock":
        yield Line("uv venv")
        yield Line(f"uv pip sync {PurePosixPath(locks[0]).name}", "versions and hashes are the lock's")
    else:
        files = " ".join(f"-r {quote(str(PurePosixPath(path).relative_to(service.root)))}" for path in locks)
        yield Line("python -m venv .venv")
        yield Line(f".venv/bin/python -m pip install --require-hashes {files}", "what has no hash is refused")


def _flags(repo: Repo, service: Service) -> tuple[str, ...]:
    """The flags that install pytest, where it stands in a group or an extra that is not installed by default."""
    if service.manager == "pipenv":
        return ("--dev",) if toml.table(repo.documents.toml(_manifest(service)), "dev-packages") else ()
    for path in (_manifest(service), *service.members):
        document = repo.documents.toml(path) if path.name == locking.PYPROJECT else {}
        if service.manager in FLAGS_OF and (found := FLAGS_OF[service.manager](document)) is not None:
            return found
    return ()


def _flags_of_uv(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    """() where it is there by default, None where no place of it is known."""
    uv, groups = toml.table(document, "tool", "uv"), toml.table(document, "dependency-groups")
    chosen = uv.get("default-groups", ["dev"])
    default = groups.keys() if chosen == "all" else chosen
    if _names_pytest(toml.table(document, "project").get("dependencies")) or _names_pytest(uv.get("dev-dependencies")):
        return ()
    if any(_names_pytest(_group(groups, name)) for name in default):
        return ()
    named = (name for name in groups if SAFE_NAME.fullmatch(name))
    group = next((name for name in named if _names_pytest(_group(groups, name))), None)
    return ("--group", group) if group else _extra(document, "--extra")


def _flags_of_poetry(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    for name, group in toml.table(document, "tool", "poetry", "group").items():
        optional = SAFE_NAME.fullmatch(name) is not None and toml.table(group).get("optional") is True
        if optional and _names_pytest(toml.table(group, "dependencies")):
            return ("--with", name)
    return _extra(document, "--extras")


def _flags_of_pdm(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    return _extra(document, "--group")


FLAGS_OF = {"uv": _flags_of_uv, "poetry": _flags_of_poetry, "pdm": _flags_of_pdm}


def _extra(document: Mapping[str, Any], flag: str) -> tuple[str, ...] | None:
    extras = toml.table(document, "project", "optional-dependencies")
    name = next((name for name, wishes in extras.items() if _names_pytest(wishes)), None)
    return (flag, name) if name and SAFE_NAME.fullmatch(name) else None


def _group(groups: Mapping[str, Any], name: str, depth: int = 5) -> list[str]:
    """The requirements of a dependency group, with those of the groups that it includes."""
    found: list[str] = []
    for each in groups.get(name) or () if depth else ():
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict):
            found += _group(groups, str(each.get("include-group")), depth - 1)
    return found


def _names_pytest(wishes: object) -> bool:
    """Whether pytest, or a plugin of it, is among these requirements or keys."""
    words = [each for each in wishes if isinstance(each, str)] if isinstance(wishes, list | Mapping) else []
    names = (re.split(r"[\s\[<>=!~;@]", word, maxsplit=1)[0] for word in words)
    return any(re.match(r"pytest(-|$)", requirement.normalised_name(name)) for name in names)


def _manifest(service: Service) -> PurePosixPath:
    return service.manifest or service.root / locking.PYPROJECT
