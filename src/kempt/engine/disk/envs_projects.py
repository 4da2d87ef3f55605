"""Which project an environment belongs to, and whether that is still there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kempt import catalog
from kempt.formats import metadata
from kempt.host.environment_facts import Facts, modified_ns, names_in
from kempt.host.folders import is_folder
from kempt.managers.environment_names import belongs, project_name
from kempt.model.envs import Found, Project

MANIFESTS = frozenset(
    {
        "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt", "environment.yml", "environment.yaml",
        "pixi.toml", "tox.ini", "noxfile.py", "poetry.toml", "uv.toml", ".git", *catalog.LOCKS,
    }
)  # fmt: skip
INSIDE = "it lies in it"
USUAL_NAMES = frozenset({".venv", "venv", "env", ".env"})
REMAINS = USUAL_NAMES | {
    ".tox", ".nox", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".DS_Store", "build", "dist",
}  # fmt: skip
"""What tools leave in a folder whose project was taken away."""
_RUNNERS = {".tox": "tox", ".nox": "nox", ".pixi": "pixi"}
_PROMPT = re.compile(r"^[('\"\s]*(.*?)[)'\"\s]*$")
_VOLUMES = ("/media/", "/mnt/", "/Volumes/", "/run/media/", "/net/")


def runner_of(path: str) -> str:
    """tox, nox or pixi, where an environment lies in the folder of one of them; else empty."""
    parts = path.rsplit("/", 3)
    return _RUNNERS.get(parts[-2], "") or (_RUNNERS.get(parts[1], "") if parts[-2] == "envs" else "")


def project_of(
    found: Found, facts: Facts, manager: str, settings: Mapping[str, str], candidates: Iterable[str]
) -> Project | None:
    """The project, as far as the environment, its place and the folders of known projects tell; None where none do."""
    linked = _editables(facts)
    noted = facts.project_file.decode("utf-8", "surrogateescape").splitlines()[:1]
    if noted and _is_path(noted[0].strip()):
        return _project(noted[0].strip(), "its .project file says so")
    if not found.place and (root := _around(found.path)):
        return _project(root, INSIDE)
    for root in (*linked, *candidates):
        if found.place and belongs(manager, found.path, root):
            return _project(root, "its path is in the environment's name")
    if len(linked) == 1:
        return _project(linked[0], "it is installed as a link")
    name = project_name(manager, found.path) or _prompt(settings)
    return Project(name, evidence="the environment's name") if name else None


def loss_of(found: Found, project: Project | None) -> str:
    """Why an environment belongs to nothing any more, in words; empty where it does, or where that cannot be told."""
    if project is not None and project.root and project.evidence != INSIDE and not is_folder(project.root):
        return "" if _may_be_away(project.root) else f"its project is gone: {project.root}"
    folder, _, name = found.path.rpartition("/")
    if found.place or name not in USUAL_NAMES or (project is not None and project.root):
        return ""
    left = [each for each in names_in(folder) or (name, "?") if each not in REMAINS]
    return "" if left else "nothing else is left in its folder"


def lock_after(project: Project | None, installed_ns: int) -> str:
    """The lock file of the project that was written after the last install; empty for none."""
    if project is None or not project.root or not installed_ns:
        return ""
    times = modified_ns([f"{project.root}/{name}" for name in catalog.LOCKS])
    newest = max(times, key=lambda path: times[path], default="")
    return newest.rpartition("/")[2] if newest and times[newest] - installed_ns > _SLACK_NS else ""


_SLACK_NS = 60 * 10**9
"""Managers write the lock shortly before or after they install it."""


def changed_ns(project: Project | None) -> int:
    """When something was last done in the folder of a project: its own files, and git's; 0 where that is unknown."""
    if project is None or not project.root:
        return 0
    names = [name for name in names_in(project.root) or () if name not in REMAINS]
    paths = [f"{project.root}/{name}" for name in (*names, ".git/index", ".git/logs/HEAD")]
    return max(modified_ns(paths).values(), default=0)


def _around(path: str) -> str:
    """The folder of the project that an environment lies in; empty where what lies around it is no project."""
    folder = path.rpartition("/")[0]
    if runner_of(path):
        folder = path.rsplit("/", 3 if folder.endswith("/envs") else 2)[0]
    names = names_in(folder) or ()
    manifest = any(name in MANIFESTS or (name.startswith("requirements") and name.endswith(".txt")) for name in names)
    return folder if manifest else ""


def _project(root: str, evidence: str) -> Project:
    return Project(root.rstrip("/").rpartition("/")[2] or root, root, evidence)


def _editables(facts: Facts) -> tuple[str, ...]:
    origins = map(metadata.origin, facts.direct_urls)
    folders = (each.folder.rstrip("/") for each in origins if each is not None and each.editable)
    return tuple(dict.fromkeys(folder for folder in folders if _is_path(folder)))


def _is_path(text: str) -> bool:
    return "\0" not in text and (text.startswith("/") or bool(re.match(r"[A-Za-z]:[/\\]", text)))


def _prompt(settings: Mapping[str, str]) -> str:
    match = _PROMPT.match(settings.get("prompt", ""))
    return match[1] if match else ""


def _may_be_away(root: str) -> bool:
    """Whether a folder may be missing only because its disk is not there now."""
    for prefix in _VOLUMES:
        if root.startswith(prefix):
            depth = prefix.count("/") + (prefix == "/run/media/")
            volume = "/".join(root.split("/")[: depth + 1])
            return not names_in(volume)  # no such folder, or the empty one that something is mounted on
    top = "/".join(root.split("/", 2)[:2])
    return not is_folder(top if top.startswith("/") else f"{root[:2]}/")


def candidates_of(environments: Sequence[Found], projects: Iterable[str]) -> tuple[str, ...]:
    """The folders that may be the project of an environment elsewhere, each once."""
    return tuple(dict.fromkeys(projects)) if any(each.place for each in environments) else ()
