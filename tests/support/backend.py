"""A build backend small enough to lie in a project (`backend-path = ["."]`): it needs nothing that is to be downloaded.

It reads `[project]` and builds what lies in `src/` or in the package's folder, the same bytes each time. A file listed
in `[tool.backend.data]` goes where a wheel's `.data` folder is laid out: `"data/share/x" = "x.txt"`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SKIPPED = {"__pycache__", ".git", ".venv", "dist", "build"}


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None) -> str:
    """PEP 517."""
    project, data = _settings()
    root = Path("src") if Path("src").is_dir() else Path()
    package = root / normalised(project["name"])
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in _files(package)}
    files |= {f"{_stem(project)}.data/{to}": Path(source).read_bytes() for to, source in data.items()}
    return _write(wheel_directory, project, files)


def build_editable(wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None) -> str:
    """PEP 660: a `.pth` file that names the folder of the sources."""
    project, _ = _settings()
    source = Path("src" if Path("src").is_dir() else "").absolute()
    name = normalised(project["name"])
    return _write(wheel_directory, project, {f"_editable_impl_{name}.pth": f"{source}\n".encode()})


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    """PEP 517."""
    project, _ = _settings()
    name = f"{_stem(project)}.tar.gz"
    files = {path.as_posix(): path.read_bytes() for path in _files(Path())}
    Path(sdist_directory, name).write_bytes(pack_sdist(project, files))
    return name


def normalised(name: str) -> str:
    """A project's name as file names have it."""
    return name.lower().replace("-", "_").replace(".", "_")


def metadata(project: Mapping[str, Any]) -> str:
    """METADATA and PKG-INFO of a `[project]` table; version 2.2 says that no build would change it."""
    lines = ["Metadata-Version: 2.2", f"Name: {project['name']}", f"Version: {project['version']}"]
    if "requires-python" in project:
        lines.append(f"Requires-Python: {project['requires-python']}")
    lines += [f"Requires-Dist: {each}" for each in project.get("dependencies", ())]
    for extra, requires in project.get("optional-dependencies", {}).items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {each}; extra == "{extra}"' for each in requires]
    return "\n".join(lines) + "\n"


def pack_wheel(project: Mapping[str, Any], files: Mapping[str, bytes], tag: str = "py3-none-any") -> bytes:
    """A wheel of these files, with METADATA, WHEEL, entry_points.txt and RECORD."""
    info = f"{_stem(project)}.dist-info"
    pure = str(tag.endswith("-none-any")).lower()
    own = {"METADATA": metadata(project), "WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n"}
    if scripts := project.get("scripts"):
        own["entry_points.txt"] = "[console_scripts]\n" + "".join(f"{k} = {v}\n" for k, v in scripts.items())
    content = {**files, **{f"{info}/{name}": text.encode() for name, text in own.items()}}
    record = "".join(f"{path},{_digest(data)},{len(data)}\n" for path, data in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in content.items():
            entry = zipfile.ZipInfo(path)  # of 1980-01-01
            entry.external_attr = (0o100755 if ".data/scripts/" in path else 0o100644) << 16
            archive.writestr(entry, data)
    return packed.getvalue()


def pack_sdist(project: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A source archive of these files, with PKG-INFO."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, data in sorted({**files, "PKG-INFO": metadata(project).encode()}.items()):
            entry = tarfile.TarInfo(f"{_stem(project)}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=0)


def _settings() -> tuple[dict[str, Any], dict[str, str]]:
    document = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    return document["project"], document.get("tool", {}).get("backend", {}).get("data", {})


def _stem(project: Mapping[str, Any]) -> str:
    return f"{normalised(project['name'])}-{project['version']}"


def _files(folder: Path) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each not in SKIPPED and not each.endswith(".egg-info")]
        found += [Path(parent, name) for name in names]
    return sorted(found)


def _write(folder: str, project: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    name = f"{_stem(project)}-py3-none-any.whl"
    Path(folder, name).write_bytes(pack_wheel(project, files))
    return name


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
