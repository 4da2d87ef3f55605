"""What a buildspec caches, and what it hands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.pipeline import Artifacts, CacheUse, Text
from kempt.providers import scripts
from kempt.providers.codebuild.keys import key_of
from kempt.providers.codebuild.spans import block_of

EVERYTHING = "/**/*"
FOLDER = re.compile(r".*/|(?:.*/)?[^/]*(?:cache|venv|virtualenv|packages|\.tox|\.nox)[^/.]*(?:/[^/.]+)*")
"""A path that is a folder's: it ends in a slash, or its names are those of caches and environments."""
SHALLOW = re.compile(r".*[^*]/\*")
OUTPUTS, EXCLUDED = "secondary-artifacts", "exclude-paths"


def cache(document: yaml.Document, root: yaml.Node, path: PurePosixPath, values: Mapping[str, str]) -> CacheUse | None:
    """The cache of a build; None where the file has none, or where it says nothing."""
    entry = next((each for each in yaml.entries(root) if each.key.value == "cache"), None)
    if entry is None or not yaml.entries(entry.value):
        return None
    paths = tuple(scripts.text(each, path) for each in yaml.scalars(yaml.get(entry.value, "paths")) if each.value)
    key = yaml.get(entry.value, "key")
    action = yaml.text_of(yaml.get(entry.value, "action")).lower()
    return CacheUse(
        scripts.place(entry.key, path),
        paths=paths,
        key=key_of(scripts.text(key, path), values) if isinstance(key, yaml.Scalar) and yaml.text_of(key) else None,
        restore_keys=tuple(scripts.text(each, path) for each in yaml.scalars(yaml.get(entry.value, "fallback-keys"))),
        restores=action != "save",
        saves=action != "restore",
        block=block_of(document.text, entry),
        limits=next(filter(None, (limit_of(each.value) for each in paths)), ""),
        unstored=tuple(each for each in paths if limit_of(each.value)),
    )


def limit_of(path: str) -> str:
    """What keeps CodeBuild from storing all that lies in a folder, in words; empty where nothing does."""
    if "*" not in path and FOLDER.fullmatch(path):
        return f"CodeBuild takes `{path}` for a file: a folder ends in `{EVERYTHING}`"
    if SHALLOW.fullmatch(path):
        return f"CodeBuild stores only the files right in the folder for `{path}`: all below it is `{EVERYTHING}`"
    return ""


def artifacts(document: yaml.Document, root: yaml.Node, path: PurePosixPath) -> Iterator[Artifacts]:
    """What a build hands on, the secondary artifacts after the primary ones. Values are relative to the source."""
    entry = next((each for each in yaml.entries(root) if each.key.value == "artifacts"), None)
    if entry is None:
        return
    for each in (entry, *yaml.entries(yaml.get(entry.value, OUTPUTS))):
        files = yaml.scalars(yaml.get(each.value, "files"))
        if files:
            excluded = [one for one in yaml.scalars(yaml.get(each.value, EXCLUDED)) if one.value]
            yield Artifacts(
                scripts.place(each.key, path),
                tuple(_based(each.value, scripts.text(one, path)) for one in files),
                tuple(_based(each.value, scripts.text(one, path)) for one in excluded),
                block_of(document.text, each),
            )


def base_of(node: yaml.Node) -> str:
    """The folder, with a slash behind it, that the patterns of artifacts start from; empty for the source's own."""
    base = yaml.text_of(yaml.get(node, "base-directory")).removeprefix("./").strip("/")
    return f"{base}/" if base not in {"", ".", "$CODEBUILD_SRC_DIR", "${CODEBUILD_SRC_DIR}"} else ""


def _based(node: yaml.Node, text: Text) -> Text:
    return text._replace(value=base_of(node) + text.value)
