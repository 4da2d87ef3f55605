"""The distributions of an environment, as their dist-info folders say."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from kempt.engine.environments.layout import Layout
from kempt.errors import UnreadableError
from kempt.formats import metadata, record
from kempt.formats.record import Record
from kempt.host.reading import read_regular
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Distribution, Problem

DIST_INFO, EGG_INFO, EGG_LINK = ".dist-info", ".egg-info", ".egg-link"
SEEDS = {
    "pip": ("pip/", "pip-"),
    "setuptools": (
        "setuptools/", "setuptools-", "pkg_resources/", "_distutils_hack/", "distutils-precedence.pth",
        "easy_install.py",
    ),
    "wheel": ("wheel/", "wheel-"),
}  # fmt: skip
"""What `venv` and virtualenv install themselves, and where in site-packages that lies."""
INSTALLER_LIMIT = 4096


class Installed(NamedTuple):
    """A distribution and what its dist-info says. `folder` ends with `/`; `prefix` is that of the rows' paths.

    `record` is None where there is none. `scripts` are its entry points, name to `module:attribute`.
    """

    distribution: Distribution
    folder: str
    prefix: str
    record: Record | None
    scripts: dict[str, str]

    @property
    def name(self) -> str:
        """The normalised name."""
        return self.distribution.name


def installed(layout: Layout, walk: Walk, locked: Collection[str] | None) -> tuple[list[Installed], list[Problem]]:
    """All distributions, by folder, and what is wrong with their dist-info folders."""
    found: list[Installed] = []
    problems: list[Problem] = []
    for prefix, folder in _folders(layout, walk):
        one, wrong = _read(layout, walk, prefix, folder, locked)
        found.append(one)
        problems += wrong
    problems += _doubled(found)
    return found, problems


def _folders(layout: Layout, walk: Walk) -> Iterator[tuple[str, str]]:
    """Site-packages and dist-info of each distribution."""
    endings = (DIST_INFO, EGG_INFO)
    names = [each for each in walk.folders if each.endswith(endings)]
    names += [each for each in walk.files if each.endswith((EGG_INFO, EGG_LINK))]
    for name in sorted(names):
        prefix = name.rpartition("/")[0] + "/"
        if prefix in layout.site and not name[len(prefix) :].startswith(("~", ".tmp")):
            yield prefix, name


def _read(
    layout: Layout, walk: Walk, prefix: str, folder: str, locked: Collection[str] | None
) -> tuple[Installed, list[Problem]]:
    inner = "" if folder in walk.files else f"{folder}/"
    said = metadata.parse(_headers(layout, walk, inner, folder))
    base, _, version = folder[len(prefix) :].rpartition(".")[0].partition("-")
    name = metadata.normalised(said.name if said else base)
    editable = _editable(layout, walk, inner, folder)
    distribution = Distribution(
        name,
        said.version if said else version,
        folder,
        _text(layout, walk, f"{inner}INSTALLER"),
        editable,
        seed=_is_seed(layout, name, locked),
    )
    listed, wrong = _record(layout, walk, distribution, editable)
    if said is None and not folder.endswith(EGG_LINK):
        wrong.append(Problem(Damage.BROKEN_METADATA, f"{folder}/METADATA", name, "no name and version can be read"))
    scripts = metadata.scripts(_content(layout, walk, f"{inner}entry_points.txt", metadata.LIMIT) or b"")
    return Installed(distribution, f"{folder}/", prefix, listed, scripts), wrong


def _record(layout: Layout, walk: Walk, one: Distribution, editable: str) -> tuple[Record | None, list[Problem]]:
    path = f"{one.folder}/RECORD"
    if one.folder.endswith(EGG_LINK) or (editable and not one.folder.endswith(DIST_INFO)):
        return None, []
    content = _content(layout, walk, path, record.LIMIT)
    if content is None:
        words = "there is none" if path not in walk.files else "it cannot be read"
        return _installed_files(layout, walk, one.folder), [Problem(Damage.NO_RECORD, path, one.name, words)]
    listed = record.parse(content)
    faults = list(listed.faults)
    own = one.folder.rpartition("/")[2]
    wanted = ("METADATA", "RECORD") if editable else ("METADATA", "WHEEL", "RECORD")
    missing = [each for each in wanted if f"{own}/{each}" not in listed.rows]
    if missing:  # Poetry writes absolute paths for the project itself
        missing = [each for each in missing if not any(path.endswith(f"/{own}/{each}") for path in listed.rows)]
    if missing and listed.rows:
        faults.append(f"it does not list {' and '.join(missing)}")
    return listed, [Problem(Damage.BROKEN_RECORD, path, one.name, "; ".join(faults[:3]))] if faults else []


def _installed_files(layout: Layout, walk: Walk, folder: str) -> Record | None:
    """The list that `setup.py install` leaves: paths relative to the egg-info folder, without hashes."""
    content = _content(layout, walk, f"{folder}/installed-files.txt", record.LIMIT)
    if content is None:
        return None
    own = folder.rpartition("/")[2]
    paths = content.decode("utf-8", "surrogateescape").splitlines()
    return Record({posixpath.normpath(f"{own}/{path}"): ("", "") for path in paths if path})


def _headers(layout: Layout, walk: Walk, inner: str, folder: str) -> bytes:
    """The headers of METADATA or PKG-INFO; the description below them can be long."""
    for path in (f"{inner}METADATA", f"{inner}PKG-INFO") if inner else (folder,):
        content = _content(layout, walk, path, metadata.LIMIT)
        if content is not None:
            return (
                content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
                if b"\r" in content
                else content.partition(b"\n\n")[0]
            )
    return b""


def _editable(layout: Layout, walk: Walk, inner: str, folder: str) -> str:
    """The folder of a project that is used in place."""
    if folder.endswith(EGG_LINK):
        return _text(layout, walk, folder)
    said = metadata.origin(_content(layout, walk, f"{inner}direct_url.json", metadata.LIMIT) or b"")
    return said.folder.rstrip("/") if said and said.editable else ""


def _is_seed(layout: Layout, name: str, locked: Collection[str] | None) -> bool:
    """Whether a distribution came with the environment. uv installs none; `venv` and virtualenv do."""
    if name not in SEEDS:
        return False
    return not layout.by_uv if locked is None else name not in locked


def _doubled(found: Iterable[Installed]) -> Iterator[Problem]:
    first: dict[str, Installed] = {}
    for each in found:
        other = first.setdefault(each.name, each)
        links = (EGG_LINK, EGG_INFO)
        if other is not each and not (each.folder[:-1].endswith(links) and other.folder[:-1].endswith(links)):
            words = f"{other.distribution.version} is installed as well ({other.distribution.folder})"
            yield Problem(Damage.DUPLICATE, each.distribution.folder, each.name, words)


def _text(layout: Layout, walk: Walk, path: str) -> str:
    """The first line of a small file."""
    content = _content(layout, walk, path, INSTALLER_LIMIT) or b""
    return content.partition(b"\n")[0].decode("utf-8", "surrogateescape").strip()


def _content(layout: Layout, walk: Walk, path: str, limit: int) -> bytes | None:
    if path in walk.files:
        with suppress(UnreadableError):
            return read_regular(f"{layout.root}/{path}", limit)
    return None
