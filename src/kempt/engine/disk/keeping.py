"""Patterns of what stays, from the command line or a project's settings: matched by git itself, never by kempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kempt.errors import KemptError, UsageError
from kempt.host.folders import real
from kempt.host.paths import is_below, join, parent_of, relative
from kempt.host.reading import read_untouched
from kempt.model.cleaning import Candidate
from kempt.model.config import OWN_FILE, SHARED_FILE, table_of

_FOLDER = 0o040000
_LIMIT = 1024**2
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


def own_pattern(pattern: str, root: str) -> str:
    """The pattern as a .gitignore in `root` has it: a path below it may be written as an absolute one, or with `./`.

    Raises UsageError for one that can match nothing.
    """
    negated, rest = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not rest.strip(" /."):
        raise UsageError(f"`--keep {pattern}` can match nothing", hint="a pattern as in a .gitignore: /dist/, '*.egg'")
    if rest.count("[") > rest.count("]"):
        raise UsageError(f"`--keep {pattern}` can match nothing: its bracket is not closed", hint="'\\[' is a bracket")
    end = "/" if rest.endswith("/") else ""
    place = join(real("."), rest[2:]) if rest.startswith("./") else rest
    if place != root and is_below(place, root):
        return f"{negated}/{relative(place, root).rstrip('/')}{end}"
    return f"{negated}{rest[1:]}" if rest.startswith("./") else pattern


def kept_by_settings(candidates: Sequence[Candidate], root: str) -> Mapping[str, str]:
    """Why things stay because of `clean-keep` in the settings of their project, their repository or `root`.

    Where those settings cannot be read, everything below them stays.
    """
    reasons: dict[str, str] = {}
    for folder in {each.thing.project for each in candidates} | {each.repository for each in candidates} | {root}:
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
        if content and (name == OWN_FILE or _has_settings(content)):
            return file
    return ""


def _has_settings(content: bytes) -> bool:
    """Whether a pyproject.toml says anything to kempt; one that cannot be read may."""
    from kempt.engine.configuration import OWN_WORD, holds_table
    from kempt.formats import toml

    if OWN_WORD not in content:
        return False
    document = toml.parse(content)
    return isinstance(document, toml.Unparsable) or holds_table(document, table_of(SHARED_FILE))


def _patterns(file: str) -> tuple[str, ...]:
    from kempt.engine.configuration import load_config
    from kempt.host.trees import FolderTree

    config, _ = load_config(FolderTree(parent_of(file)), None, file, {}, isolated=False)
    return config.clean_keep
