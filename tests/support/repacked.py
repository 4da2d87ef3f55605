"""What is installed in an environment, as wheels again: so that an index of tests can serve real tools."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from support.index import Index, Published

LEFT_OUT = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def publish(index: Index, environment: Path) -> None:
    """Serve all distributions of an environment; scripts that are no entry points are lost."""
    for info in sorted(environment.glob("lib/python*/site-packages/*.dist-info")):
        filename, published = repacked(info)
        index.files[filename] = published


def repacked(info: Path) -> tuple[str, Published]:
    """One distribution as a wheel, with its name."""
    headers = HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
    wheel = HeaderParser().parsestr((info / "WHEEL").read_text(encoding="utf-8"))
    content = _packed(dict(_files(info)), f"{info.name}/RECORD")
    published = Published(
        project=name.lower().replace("_", "-").replace(".", "-"),
        version=version,
        content=content,
        metadata=(info / "METADATA").read_bytes(),
        requires_python=str(headers.get("Requires-Python", "")),
        digest=hashlib.sha256(content).hexdigest(),
    )
    tags = [tag for tag in wheel.get_all("Tag", []) if not tag.startswith("py2-")]
    return f"{name}-{version}-{tags[0]}.whl", published


def _files(info: Path) -> Iterator[tuple[str, bytes]]:
    for path, *_ in csv.reader(io.StringIO((info / "RECORD").read_text(encoding="utf-8"))):
        inside = not path.startswith(("..", "/")) and not path.endswith(".pyc")
        if inside and not (path.startswith(f"{info.name}/") and path.endswith(LEFT_OUT)):
            yield path, (info.parent / path).read_bytes()


def _packed(files: dict[str, bytes], record: str) -> bytes:
    rows = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    files = {**files, record: "\n".join([*rows, f"{record},,", ""]).encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
