"""A package index on this machine's own address, over wheels that are made on the fly: nothing is downloaded."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import NamedTuple, Self

from support import backend
from support.wheels import Sdist, Wheel

JSON = "application/vnd.pypi.simple.v1+json"
STOCK: tuple[Wheel | Sdist, ...] = (
    *(Wheel("alpha", version) for version in ("1.0", "2.0", "3.0")),
    Wheel("beta", "1.0", requires=["alpha>=1"]),
    Wheel("gamma", "1.0", scripts={"gamma": "gamma:main"}),
    Wheel("delta", "1.0", data={"data/share/delta/words.txt": "one\ntwo\n"}),
    Sdist("epsilon", "1.0"),
    Wheel("zeta", "1.0", shebang_scripts={"zeta-run": 'import zeta\n\nprint("zeta", zeta.VERSION)\n'}),
    Wheel("eta", "1.0"),
    Wheel("theta", "1.0", requires=["alpha>=1", 'eta; sys_platform == "nowhere"']),
    Wheel("omega", "1.0", requires=["alpha<3"], extras={"more": ["eta", "gamma"]}),
)
"""What the session's index holds: a console script, a data file, a source archive, a script with a shebang, extras,
a dependency for another platform, and three versions of `alpha`."""


class Published(NamedTuple):
    """A file of the index. What is served need not be what was promised: `_replace(content=...)`."""

    project: str
    version: str
    content: bytes
    metadata: bytes | None  # PEP 658: a wheel's METADATA beside it
    requires_python: str
    digest: str
    yanked: bool = False


class Index:
    """An index that is there while its `with` block runs: `with Index([Wheel("alpha", "1.0")]) as index`."""

    def __init__(self, releases: Iterable[Wheel | Sdist] = ()) -> None:
        self.files: dict[str, Published] = {}
        self.requests: list[str] = []
        self.failures: dict[str, int] = {}  # part of a path -> status; 0 is to hang up without an answer
        self._server = _Server(self)
        self.add(*releases)

    @property
    def root(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """What managers call the index's URL."""
        return f"{self.root}/simple"

    def add(self, *releases: Wheel | Sdist) -> None:
        """Publish files, also while managers ask."""
        for each in releases:
            self.files[each.filename] = Published(
                project=_canonical(each.name),
                version=each.version,
                content=each.content,
                metadata=each.metadata if isinstance(each, Wheel) else None,
                requires_python=each.requires_python,
                digest=each.sha256,
            )

    def yank(self, filename: str) -> None:
        """Mark a file as withdrawn."""
        self.files[filename] = self.files[filename]._replace(yanked=True)

    def tamper(self, filename: str, content: bytes) -> None:
        """Serve other bytes than the index promises."""
        self.files[filename] = self.files[filename]._replace(content=content)

    def failure(self, path: str) -> int | None:
        """The error that a request is answered with."""
        return next((status for part, status in list(self.failures.items()) if part in path), None)

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """The index's server."""

    daemon_threads = True

    def __init__(self, index: Index) -> None:
        self.index = index
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A manager that was killed, or that needs no more, hangs up: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    """One connection of a manager."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer, or fail as the test wants it."""
        assert isinstance(self.server, _Server)
        index = self.server.index
        index.requests.append(self.path)
        status = index.failure(self.path)
        kind, body = self._page(index) if status is None else ("text/plain", b"")
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status or (200 if kind else 404))
        self.send_header("Content-Type", kind or "text/plain")
        if self.path.startswith("/files/"):  # without it pip keeps nothing, and only of a host that it trusts
            self.send_header("Cache-Control", "max-age=86400")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _page(self, index: Index) -> tuple[str, bytes]:
        """Type and bytes of what was asked for; no type where there is nothing."""
        folder, _, name = self.path.strip("/").partition("/")
        if folder == "files":
            base = name.removesuffix(".metadata")
            if published := index.files.get(base):
                body = published.content if base == name else published.metadata
                return ("application/octet-stream", body) if body is not None else ("", b"")
        files = {file: each for file, each in sorted(index.files.items()) if each.project == name}
        if folder != "simple" or (name and not files):
            return "", b""
        if JSON in self.headers.get("Accept", ""):
            return JSON, json.dumps(_as_json(index, name, files)).encode()
        return "text/html", _as_html(index, files).encode()


def _as_json(index: Index, name: str, files: dict[str, Published]) -> dict[str, object]:
    """PEP 691: a project's page, or the list of projects."""
    meta = {"api-version": "1.1"}
    if not name:
        return {
            "meta": meta,
            "projects": [{"name": each} for each in sorted({e.project for e in index.files.values()})],
        }
    rows = [
        {
            "filename": file,
            "url": f"{index.root}/files/{file}",
            "hashes": {"sha256": each.digest},
            "requires-python": each.requires_python,
            "core-metadata": _metadata_hash(each),
            "yanked": each.yanked,
            "upload-time": "2026-01-02T03:04:05Z",
        }
        for file, each in files.items()
    ]
    return {"meta": meta, "name": name, "versions": sorted({e.version for e in files.values()}), "files": rows}


def _as_html(index: Index, files: dict[str, Published]) -> str:
    """PEP 503: a project's page, or the list of projects."""
    links = [f'<a href="/simple/{each}/">{each}</a>' for each in sorted({e.project for e in index.files.values()})]
    if files:
        links = [
            f'<a href="/files/{file}#sha256={each.digest}" data-requires-python="{html.escape(each.requires_python)}"'
            + (f' data-core-metadata="sha256={found["sha256"]}"' if (found := _metadata_hash(each)) else "")
            + (' data-yanked=""' if each.yanked else "")
            + f">{file}</a>"
            for file, each in files.items()
        ]
    return "<!DOCTYPE html><html><body>" + "<br>\n".join(links) + "</body></html>"


def _canonical(name: str) -> str:
    return backend.normalised(name).replace("_", "-")


def _metadata_hash(published: Published) -> dict[str, str] | None:
    metadata = published.metadata
    return None if metadata is None else {"sha256": hashlib.sha256(metadata).hexdigest()}
