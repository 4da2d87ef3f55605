"""What lies at a path of a CI machine: some manager's downloads, installed packages, or more than one can say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from kempt import managers
from kempt.managers import commands
from kempt.model.installs import Downloads

VARIABLE = re.compile(
    r"\$\{\{ *+(?:env\.)?(?P<expression>[\w.]++) *+\}\}|\$\{(?:env:)?(?P<braced>\w++)\}|\$\((?P<macro>[\w.]++)\)"
    r"|\$env:(?P<power>\w++)|\$(?P<bare>[A-Za-z_]\w*+)|%(?P<percent>\w++)%",
    re.IGNORECASE,
)
"""A variable as GitHub, shells, Azure, PowerShell and `cmd` spell it."""
UNKNOWN = re.compile(r"\$\{\{|\$[({\w]|`|<<|\{\{|%\w++%")
"""What only a run knows."""
DEPTH, LONGEST = 3, 4096
"""Steps, and characters, after which variables stay as they are: hostile ones double."""

HOMES = frozenset({"$HOME", "$USERPROFILE", "/root", "/github/home"})
OF_USERS = frozenset({"home", "Users"})
"""Folders that hold the home folders of users."""
BELOW_HOME = {"$LOCALAPPDATA": "AppData/Local", "$APPDATA": "AppData/Roaming"}
FOLDED = frozenset({*HOMES, *BELOW_HOME, "$PWD"})
"""What Windows and Azure know by names in any case."""
WORKSPACES = frozenset({
    "$AGENT_BUILDDIRECTORY/s", "$BITBUCKET_CLONE_DIR", "$BUILD_REPOSITORY_LOCALPATH", "$BUILD_SOURCESDIRECTORY",
    "$CI_PROJECT_DIR", "$CIRCLE_WORKING_DIRECTORY", "$CODEBUILD_SRC_DIR", "$GITHUB_WORKSPACE", "$PIPELINE_WORKSPACE/s",
    "$PWD", "$SYSTEM_DEFAULTWORKINGDIRECTORY", "/github/workspace", "~/project",
})  # fmt: skip
"""The folder of the repository, in each provider's words."""
CONTEXTS = {
    "github.workspace": "GITHUB_WORKSPACE",
    "runner.temp": "RUNNER_TEMP",
    "runner.tool_cache": "RUNNER_TOOL_CACHE",
}
ELSEWHERE = re.compile(
    r"\$(?:RUNNER_TEMP|PIPELINE_WORKSPACE|AGENT_TEMPDIRECTORY|AGENT_BUILDDIRECTORY|CI_BUILDS_DIR)(?=/)"
)
"""Folders that are not known and hold no manager's default place."""

ENVIRONMENTS = frozenset({
    ".venv", "venv", "virtualenvs", "site-packages", "dist-packages", ".tox", ".nox", "__pypackages__", ".virtualenvs",
})  # fmt: skip
"""Folders that hold installed packages, wherever they stand in a path."""
INTERPRETERS = re.compile(
    r"\$pythonLocation|(?:^|/)(?:mini|ana)conda\d?/envs(?:/|$)|(?:^|/)hostedtoolcache(?:/Python(?:/|$)|$)"
)
"""The interpreters of a machine, with what was installed into them."""
OF_USER = re.compile(r"(?:^|/)\.local(?:$|/lib(?:/|$)|/pipx(?:/|$)|/share/(?:pipx|pypoetry|uv/tools)(?:/|$))")
"""Where `pip install --user`, pipx and installers put environments; programs of other languages lie there too."""
NAMED = re.compile(r"(?:^|[/._-])(?:pip|uv|poetry|pypoetry|pdm|pipenv)(?:[-_.]?cache)?$")
"""A folder with a manager's name where no variable puts it: settings that kempt does not see may."""
BROAD = frozenset({"~", "~/.cache", "/", "~/Library/Caches", "~/AppData/Local"})
TITLES = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}


class Holds(StrEnum):
    """What is stored at a path."""

    DOWNLOADS = "downloads"
    ENVIRONMENT = "environment"
    EVERYTHING = "everything"
    UNKNOWN = "unknown"
    OTHER = "other"


class Place(NamedTuple):
    """What lies at a path. `elsewhere` says why a manager's downloads do not lie there in this job, in words.

    `moved_by` is the variable that moves them, empty where the system does.
    """

    holds: Holds
    managers: tuple[str, ...] = ()
    elsewhere: str = ""
    moved_by: str = ""


class Machine(NamedTuple):
    """What decides where downloads lie: variables, the system ("" for several), and folders that commands name."""

    variables: Mapping[str, str] = {}
    system: str = "linux"
    told: tuple[tuple[str, str], ...] = ()


def normal(path: str, variables: Mapping[str, str]) -> str:
    """A path in one spelling: `~` for the home folder, nothing for the repository's, variables filled in.

    Signs that stand for all that lies in a folder are left out.
    """
    text = path.strip().strip("\"'").replace("\\", "/")
    for _ in range(DEPTH):
        filled = VARIABLE.sub(lambda match: _filled(match, variables), text) if "$" in text or "%" in text else text
        if filled == text or len(filled) > LONGEST:
            break
        text = filled.replace("\\", "/")
    text = _from_home(VARIABLE.sub(_spelled, text))
    tail = text.rstrip("*/")
    if not tail:
        return "/" if text.startswith("/") else text and "**"
    found = posixpath.normpath(tail)
    return _from_workspace(found[1:] if found.startswith("//") else found)


def _filled(match: re.Match[str], variables: Mapping[str, str]) -> str:
    name = next(filter(None, match.groups()), "")
    value = variables.get(name, variables.get(_environment(name)))
    return match[0] if value is None or len(value) > LONGEST else value


def _spelled(match: re.Match[str]) -> str:
    """A variable in one spelling; what comes out of a step stays as it is."""
    name = next(filter(None, match.groups()), "")
    if match["expression"] and "." in name and name not in CONTEXTS:
        return match[0]
    found = _environment(name)
    return f"${found if f'${found}' in FOLDED or '.' in name or match['macro'] else name}"


def _environment(name: str) -> str:
    return CONTEXTS.get(name) or name.upper().replace(".", "_")


def _from_home(text: str) -> str:
    head, _, rest = text.partition("/")
    if head in BELOW_HOME:
        return f"~/{BELOW_HOME[head]}/{rest}"
    for home in HOMES:
        if text == home or text.startswith(f"{home}/"):
            return "~" + text[len(home) :]
    parts = text.split("/")
    if len(parts) > 2 and parts[1] in OF_USERS and parts[2] and (not parts[0] or parts[0].endswith(":")):  # noqa: PLR2004 - `/home/NAME`
        return "/".join(("~", *parts[3:]))
    return text


def _from_workspace(text: str) -> str:
    """A path of the repository from its root; `.` for that."""
    for root in WORKSPACES:
        if text == root or text.startswith(f"{root}/"):
            return text[len(root) + 1 :] or "."
    return text


def place(path: str, machine: Machine, made: frozenset[str] = frozenset()) -> Place:
    """What lies at a path in its normal spelling; `made` are folders that commands make environments in."""
    if path in BROAD:
        return Place(Holds.EVERYTHING)
    owners = tuple(_owners(path, machine))
    here = tuple(name for name, elsewhere, _ in owners if not elsewhere)
    if here:
        return Place(Holds.DOWNLOADS, here)
    if owners:
        name, elsewhere, variable = owners[0]
        return Place(Holds.DOWNLOADS, (name,), elsewhere, variable)
    if not ENVIRONMENTS.isdisjoint(path.split("/")) or path in made or INTERPRETERS.search(path):
        return Place(Holds.ENVIRONMENT)
    return Place(Holds.UNKNOWN if UNKNOWN.search(path) or NAMED.search(path) else Holds.OTHER)


def named_after(path: str) -> str:
    """The manager that a folder of the project bears the name of, in its last part; empty for all others."""
    if path.startswith(("/", "~", "$", "%", "..")) or UNKNOWN.search(path):
        return ""
    name = path.rpartition("/")[2].removeprefix(".")
    return next((each for each in managers.NAMES if each != "pylock" and name in {each, f"py{each}"}), "")


def of_downloads(downloads: Downloads, machine: Machine) -> str:
    """Where a manager keeps its downloads, for people to read: on Linux, where the system is not known."""
    return _effective(downloads, machine)[0]


def _owners(path: str, machine: Machine) -> Iterator[tuple[str, str, str]]:
    """The managers whose downloads lie at a path, why they lie elsewhere here (empty if not), and by which variable."""
    for name in managers.NAMES:
        if name == "pylock":
            continue
        downloads = commands.downloads(name)
        told = tuple(folder for manager, folder in machine.told if manager == name)
        if any(_covers(path, each, downloads) for each in (*_effective(downloads, machine), *told)):
            yield name, "", ""
        elif any(_is_in(path, each, downloads) for each in _defaults(downloads)):
            yield name, *_reason(path, downloads, machine)


def _reason(path: str, downloads: Downloads, machine: Machine) -> tuple[str, str]:
    for name in (downloads.variable, "XDG_CACHE_HOME"):
        if value := machine.variables.get(name):
            where = normal(value, machine.variables)
            known = not UNKNOWN.search(ELSEWHERE.sub("", where))
            return (f"`{name}` keeps them elsewhere", name) if known else ("", "")
    system = next((each for each, folder in _by_system(downloads) if _is_in(path, folder, downloads)), "")
    return (f"that is their place on {TITLES[system]}" if system and machine.system else ""), ""


def _by_system(downloads: Downloads) -> tuple[tuple[str, str], ...]:
    return tuple(zip(TITLES, _defaults(downloads), strict=True))


def _defaults(downloads: Downloads) -> tuple[str, str, str]:
    return f"~/.cache/{downloads.linux}", downloads.macos, downloads.windows


def _effective(downloads: Downloads, machine: Machine) -> tuple[str, ...]:
    """Where a manager keeps its downloads on a machine: one place, or one for each system that it may be."""
    variables = machine.variables
    own = variables.get(downloads.variable, "")
    if own:
        return (normal(own, variables),)
    found = dict(_by_system(downloads))
    if variables.get("XDG_CACHE_HOME"):
        found["linux"] = f"{normal(variables['XDG_CACHE_HOME'], variables)}/{downloads.linux}"
    return (found[machine.system],) if machine.system in found else tuple(dict.fromkeys(found.values()))


def _covers(path: str, folder: str, downloads: Downloads) -> bool:
    """Whether a path holds downloads that lie in a folder: it is the folder, in it, or around it."""
    return _is_in(path, folder, downloads) or folder.startswith(f"{path}/")


def _is_in(path: str, folder: str, downloads: Downloads) -> bool:
    """Whether a path is a folder or lies in it; `virtualenvs` lies in Poetry's cache and is no download."""
    if path == folder:
        return True
    inner = path.removeprefix(f"{folder}/")
    return inner != path and (not downloads.kept or inner.split("/")[0] in downloads.kept)
