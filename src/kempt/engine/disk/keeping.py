"""Patterns of what stays, from the command line or a project's settings: matched by git itself, never by kempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kempt.errors import KemptError
from kempt.host.paths import is_below, join, parent_of, relative
from kempt.host.reading import read_untouched
from kempt.model.cleaning import Candidate
from kempt.model.config import OWN_FILE, SHARED_FILE

_FOLDER = 0o040000
_LIMIT = 1024**2
_KEY = b"clean-keep"
_INSIDE = ".kempt"  # asked about instead of a folder: git matches the folders above a path, not one that is missing


def kept_by_patterns(root: str, paths: Iterable[tuple[str, bool]], patterns: Iterable[str]) -> Mapping[str, str]:
    """The pattern that keeps each of these paths (absolute, below `root`; whether it is a folder), where one does.

    Raises ToolError where git cannot be asked.
    """
    lines = tuple(patterns)
    if not lines:
        return {}
    from kempt.host.git import Git
    from kempt.host.gitdir import GitDir
    from kempt.host.ignores import ScratchIgnores

    asked = {}
    for path, folder in paths:
        name = relative(path, root)
        asked[f"{name}/{_INSIDE}" if folder else name] = path
    with Git(GitDir("", None)) as git:
        verdicts = ScratchIgnores(git).ask({".gitignore": "".join(f"{line}\n" for line in lines).encode()}, asked)
    return {asked[path]: verdict.pattern for path, verdict in verdicts.items() if verdict.ignored and path in asked}


def kept_by_settings(candidates: Sequence[Candidate]) -> Mapping[str, str]:
    """Why things stay because of `clean-keep` in the settings of their project, or of their repository.

    Where those settings cannot be read, everything below them stays.
    """
    reasons: dict[str, str] = {}
    for folder in {each.thing.project for each in candidates} | {each.repository for each in candidates}:
        file = _settings_file(folder) if folder else ""
        if not file:
            continue
        below = [(each.thing.path, each.thing.identity.kind == _FOLDER) for each in candidates]
        below = [(path, is_folder) for path, is_folder in below if is_below(path, folder)]
        try:
            found = kept_by_patterns(folder, below, _patterns(file))
        except KemptError as error:
            reasons |= {path: f"stays, because the settings above it cannot be read: {error}" for path, _ in below}
        else:
            reasons |= {path: f"is kept by `clean-keep`: `{pattern}`" for path, pattern in found.items()}
    return reasons


def _settings_file(folder: str) -> str:
    """The file with the settings of a folder, if it may say what `kempt clean` keeps."""
    for name in (OWN_FILE, SHARED_FILE):
        file = join(folder, name)
        content = read_untouched(file, _LIMIT)
        if _KEY in content and (name == OWN_FILE or b"[tool.kempt" in content):
            return file
        if content and name == OWN_FILE:
            break
    return ""


def _patterns(file: str) -> tuple[str, ...]:
    from kempt.engine.configuration import load_config
    from kempt.host.trees import FolderTree

    config, _ = load_config(FolderTree(parent_of(file)), None, file, {}, isolated=False)
    return config.clean_keep
