"""The key that a cache should have: the hash of the locks behind a prefix of system, architecture and Python."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import CacheUse, Job, PartKind, Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers.gitlab.caches import MOST_FILES
from kempt.providers.gitlab.scopes import holder, root_of
from kempt.providers.writing import at, counted, is_bare, opened, own, own_entry, replaces, says, with_items

IMAGE = re.compile(r"(?:^|/)python:(\d+\.\d+|\$\{?\w+\}?)")
"""An image of Python, and which."""
CHANGING = (PartKind.RUN, PartKind.BRANCH)
FULL = (PartKind.SYSTEM, PartKind.MACHINE, PartKind.PYTHON)


class Wish(NamedTuple):
    """The prefix and the files of a key."""

    prefix: str
    files: tuple[str, ...]

    def block(self) -> str:
        """Both as the value of an entry, on lines of their own."""
        listed = "".join(f"\n    - {yaml.quoted(name)}" for name in self.files)
        return f"\n  files:{listed}\n  prefix: {yaml.quoted(self.prefix)}"

    def flow(self) -> str:
        """Both as the value of an entry, on one line."""
        return f"{{files: [{', '.join(map(yaml.quoted, self.files))}], prefix: {yaml.quoted(self.prefix)}}}"


def wish(
    document: yaml.Document, job: Job, around: yaml.Mapping | None, wanted: Wanted, *, alike: bool = True
) -> Wish | None:  # fmt: skip
    """What is wanted, in GitLab's words; None where its two files do not do.

    Not `alike`: the jobs that share it run in images of several Pythons, so that none can be written down.
    """
    files = wanted.hashed if len(wanted.hashed) <= MOST_FILES else wanted.locks
    names = {PurePosixPath(lock).name for lock in files}
    if len(files) > MOST_FILES and len(names) == 1:
        files = (f"**/{names.pop()}",)
    if not files or len(files) > MOST_FILES:
        return None
    machine = "arm64" if job.system == "macos" or "arm64" in _tags(document, around) else "amd64"
    python = wanted.python or ("" if wanted.python_file in files else _python_of(document, around))
    python = python if alike else ""
    words = [wanted.manager, job.system or "linux", machine, *([f"py{python}"] if python else [])]
    return Wish("-".join(words), files)


def _tags(document: yaml.Document, around: yaml.Mapping | None) -> str:
    return " ".join(tag.value for tag in yaml.scalars(_said(document, around, "tags"))).replace("aarch64", "arm64")


def _python_of(document: yaml.Document, around: yaml.Mapping | None) -> str:
    """The version that the image is named after."""
    image = _said(document, around, "image")
    match = IMAGE.search(yaml.text_of(image) or yaml.text_of(yaml.get(image, "name")))
    return match[1] if match else ""


def _said(document: yaml.Document, around: yaml.Mapping | None, key: str) -> yaml.Node | None:
    """What a job says, or else `default`, or else the top of the file."""
    root = root_of(document)
    return yaml.get(around, key) or yaml.get(root, "default", key) or yaml.get(root, key)


def with_key(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """A key that follows the locks, and system, architecture and Python too."""
    document = opened(pipeline)
    found = document and at(document, cache.block[0], yaml.Mapping)
    if document is None or found is None or cache.location.path != pipeline.path:
        return ()
    images = {each.image for each in pipeline.jobs if any(one.location == cache.location for one in each.caches)}
    alike = len({tuple(IMAGE.findall(image)) for image in images}) <= 1
    wished = wish(document, job, holder(document, found.start), wanted, alike=alike)
    if wished is None:
        return ()
    entry = own_entry(found, "key")
    if entry is None:
        if says(found, "key"):
            return ()
        value = wished.flow() if found.flow else wished.block()
        return replaces(pipeline, [yaml.with_entry(document, found, "key", value, first=True)])
    if isinstance(entry.value, yaml.Mapping) and not says(entry.value, "files_commits") and own(entry.value, "files"):
        return _amended(pipeline, document, entry.value, cache, wished)
    return _replaced(pipeline, document, found, entry, wished)


def _replaced(
    pipeline: Pipeline, document: yaml.Document, cache: yaml.Mapping, entry: yaml.Entry, wished: Wish
) -> Edits:
    """Another value in the place of a key's, behind the word at its start that people count up."""
    if not is_bare(document, entry.key, entry.value):
        return ()
    wished = wished._replace(prefix=counted(yaml.text_of(entry.value)) + wished.prefix)
    start, end = entry.key.end, entry.value.end
    if cache.flow:
        return replaces(pipeline, [yaml.Change(start, end, f": {wished.flow()}")])
    margin = yaml.indent_of(document, entry.key)
    text = wished.block().replace("\n", "\n" + margin)
    line_end = "\r\n" if "\r\n" in document.text else "\n"
    return replaces(pipeline, [yaml.Change(start, end, ":" + text.replace("\n", line_end))])


def _amended(pipeline: Pipeline, document: yaml.Document, key: yaml.Mapping, cache: CacheUse, wished: Wish) -> Edits:
    """A key of files, with the locks among them and a prefix that says the rest."""
    files = own(key, "files")
    if not isinstance(files, yaml.Sequence):
        return ()
    changes: list[yaml.Change | None] = []
    listed = [yaml.text_of(item) for item in files.items]
    lacking = [name for name in wished.files if name not in listed]
    there = cache.key.files if cache.key is not None else ()
    usable = [name for name in listed if not name.startswith("./") and name in there]
    whole = (*usable, *lacking) if len(usable) + len(lacking) <= MOST_FILES else wished.files
    if len(usable) == len(listed) and len(listed) + len(lacking) <= MOST_FILES:
        changes += [with_items(document, files, map(yaml.quoted, lacking))] if lacking else []
    elif files.flow:
        changes.append(yaml.Change(files.start, files.end, f"[{', '.join(map(yaml.quoted, whole))}]"))
    else:
        changes.append(_listed(document, files, whole))
    changes += _prefixed(document, key, cache, wished)
    return replaces(pipeline, changes)


def _listed(document: yaml.Document, files: yaml.Sequence, names: tuple[str, ...]) -> yaml.Change:
    """These items in the place of a list's, on lines of their own."""
    line_end = "\r\n" if "\r\n" in document.text else "\n"
    margin = yaml.indent_of(document, files)
    return yaml.Change(files.start, files.end, f"{line_end}{margin}".join(f"- {yaml.quoted(name)}" for name in names))


def _prefixed(document: yaml.Document, key: yaml.Mapping, cache: CacheUse, wished: Wish) -> list[yaml.Change | None]:
    """The prefix: kept as it is where it is good, followed by what it lacks otherwise."""
    assert cache.key is not None  # noqa: S101 - a cache of GitLab always has one
    has = cache.key.has
    if all(map(has, FULL)) and not any(map(has, CHANGING)):
        return []
    prefix = own(key, "prefix")
    if prefix is None:
        return [None if says(key, "prefix") else yaml.with_entry(document, key, "prefix", yaml.quoted(wished.prefix))]
    if not isinstance(prefix, yaml.Scalar):
        return [None]
    fresh = counted(prefix.value) + wished.prefix
    missing = fresh if not prefix.value or any(map(has, CHANGING)) else _extended(prefix.value, cache, wished)
    return [yaml.with_value(prefix, missing, document)]


def _extended(prefix: str, cache: CacheUse, wished: Wish) -> str:
    """A prefix with the words that it lacks."""
    assert cache.key is not None  # noqa: S101 - as above
    _, *words = wished.prefix.split("-", 3)
    lacking = [word for kind, word in zip(FULL, words, strict=False) if not cache.key.has(kind)]
    return "-".join([prefix, *lacking])
