"""Servers of a fleet, on this machine's own address: git over HTTP, git's daemon, and a GitHub that lists repositories.

Each request is kept, and a repository can be told to misbehave:

    with GitHttp(folder) as server:           # folder/shop.git is served as server.url("shop.git")
        server.behaviours["slow.git"] = hangs
        server.requests                       # [Seen("GET", "/shop.git/info/refs?service=git-upload-pack", ...)]
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from threading import Event, Lock, Thread
from time import sleep
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

SERVING = (
    ("uploadpack.allowFilter", "true"),
    ("uploadpack.allowAnySHA1InWant", "true"),
    ("safe.directory", "*"),
)
"""What the well-known hosts allow."""
Behaviour = Callable[["Answering"], bool]
"""What a repository does instead; False where it then answers as any other."""


class Seen(NamedTuple):
    """A request: its method, its path with the query, its Authorization header and its body."""

    method: str
    path: str
    authorization: str = ""
    body: bytes = b""


class Server:
    """A server that is there while its `with` block runs. `behaviours` go by the first part of a path."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.sent = 0
        self.most_at_once = 0
        self.behaviours: dict[str, Behaviour] = {}
        self.closing = Event()
        self._open = 0
        self._lock = Lock()
        self._server = _Listening(self)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def root(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """The URL of what is served below its root."""
        return f"{self.root}/{path}"

    def use_tls(self, context: SSLContext) -> None:
        """From now on, speak TLS."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def asked_of(self, name: str) -> list[Seen]:
        """The requests about one repository."""
        return [each for each in self.requests if each.path.startswith(f"/{name}/")]

    def fetches_of(self, name: str) -> int:
        """How many times something of a repository was fetched."""
        return sum(b"command=fetch" in each.body for each in self.asked_of(name))

    def answer(self, request: Answering, body: bytes) -> None:
        """Answer a request."""
        raise NotImplementedError

    def began(self, seen: Seen) -> None:
        """Take note of a request."""
        with self._lock:
            self.requests.append(seen)
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)

    def ended(self, sent: int) -> None:
        """Take note of its end."""
        with self._lock:
            self._open -= 1
            self.sent += sent

    def close(self) -> None:
        """Stop, those that hang included."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class GitHttp(Server):
    """The repositories below a folder by git's own `http-backend`. `options` are added to git's settings.

    Without `newest`, it speaks the protocol of old servers.
    """

    newest = True

    def __init__(self, folder: Path, options: Sequence[tuple[str, str]] = SERVING) -> None:
        super().__init__()
        self.folder = folder
        self.options = options

    def answer(self, request: Answering, body: bytes) -> None:
        """What git's backend says."""
        status, headers, content = self.ask_git(request, body)
        request.reply(status, headers, content)

    def ask_git(self, request: Answering, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body as `git http-backend` gives them."""
        where = urlsplit(request.path)
        env = serving(self.options) | {
            "GIT_PROJECT_ROOT": str(self.folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": where.path,
            "QUERY_STRING": where.query, "REQUEST_METHOD": request.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": request.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", "") if self.newest else "",
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], env=env, input=body, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [(name, value.strip()) for name, _, value in (each.partition(":") for each in _lines(head))]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        return status, [each for each in headers if each[0] != "Status"], content


class GitHub(Server):
    """An API that lists repositories as GitHub's does: pages by `Link`, rate limits as documented.

    `repositories` are what it holds of each organisation or user; `refusals` are answers that come first, in order.
    """

    def __init__(self, organisations: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        super().__init__()
        self.organisations = dict(organisations)
        self.users: dict[str, Sequence[Mapping[str, object]]] = {}
        self.refusals: list[tuple[int, Mapping[str, str], object]] = []
        self.next_link: Callable[[str], str] = lambda url: url

    def answer(self, request: Answering, body: bytes) -> None:
        """A page of a listing, a refusal, or 404."""
        if self.refusals:
            status, more, content = self.refusals.pop(0)
            request.reply(status, more.items(), json.dumps(content).encode())
            return
        where = urlsplit(request.path)
        _, kind, owner, what = (*where.path.split("/"), "", "", "")[:4]
        held = {"orgs": self.organisations, "users": self.users}.get(kind, {}).get(owner)
        if held is None or what != "repos":
            request.reply(404, (), b'{"message": "Not Found"}')
            return
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        page, size = int(query.get("page", "1")), int(query.get("per_page", "30"))
        headers = [("Content-Type", "application/json; charset=utf-8"), ("x-ratelimit-remaining", "4999")]
        if page * size < len(held):
            following = f"{self.root}{where.path}?per_page={size}&type=all&page={page + 1}"
            headers.append(("Link", f'<{self.next_link(following)}>; rel="next", <{self.root}/last>; rel="last"'))
        request.reply(200, headers, json.dumps(list(held)[(page - 1) * size : page * size]).encode())


def listed(name: str, url: str, **more: object) -> dict[str, object]:
    """A repository as GitHub lists it."""
    facts = {"archived": False, "disabled": False, "fork": False, "size": 7, "default_branch": "main"}
    return {"name": name.rpartition("/")[2], "full_name": name, "clone_url": url} | facts | more


class GitDaemon:
    """The repositories below a folder by `git daemon`: `daemon.url("a.git")` inside its `with` block.

    Each request is a line of its `log`.
    """

    def __init__(
        self, folder: Path, options: Sequence[tuple[str, str]] = SERVING, log: Path = Path(os.devnull)
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        argv = ["git", "daemon", f"--base-path={folder}", "--export-all", "--reuseaddr", "--listen=127.0.0.1",
                f"--port={self.port}", "--informative-errors", "--verbose", str(folder)]  # fmt: skip
        with log.open("ab") as told:
            self._process = subprocess.Popen(
                argv, env=serving(options), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told,
                start_new_session=True,
            )  # fmt: skip
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            sleep(0.05)
        raise TimeoutError("git daemon does not listen")

    def url(self, path: str) -> str:
        """The URL of a repository."""
        return f"git://127.0.0.1:{self.port}/{path}"

    def close(self) -> None:
        """Stop it, with what it serves just now."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, 9)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Answering(BaseHTTPRequestHandler):
    """One connection to a server."""

    protocol_version = "HTTP/1.1"
    sent = 0
    body = b""

    @property
    def owner(self) -> Server:
        """The server."""
        assert isinstance(self.server, _Listening)
        return self.server.owner

    def do_GET(self) -> None:
        """Answer as the server, or its behaviour for this path, does."""
        server, self.body = self.owner, self._body()
        plain = gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body
        server.began(Seen(self.command, self.path, self.headers.get("Authorization", ""), plain))
        self.sent = 0
        try:
            behaviour = server.behaviours.get(urlsplit(self.path).path.split("/")[1])
            if behaviour is None or not behaviour(self):
                server.answer(self, self.body)
        except OSError:
            self.close_connection = True
        finally:
            server.ended(self.sent)

    def do_POST(self) -> None:
        """Answer, too."""
        self.do_GET()

    def reply(self, status: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.send(body)

    def send(self, content: bytes) -> None:
        """Some bytes of a body."""
        self.wfile.write(content)
        self.sent += len(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().strip(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)


def hangs(request: Answering) -> bool:
    """Says nothing, ever."""
    request.close_connection = True
    request.owner.closing.wait(120)
    return True


def drips(request: Answering) -> bool:
    """Begins an answer and sends a byte now and then."""
    request.close_connection = True
    request.send_response(200)
    request.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
    request.end_headers()
    for byte in b"001e# service=git-upload-pack\n0000" + b"0100" + b"x" * 10_000:
        if request.owner.closing.wait(0.2):
            break
        request.send(bytes([byte]))
    return True


def floods(request: Answering) -> bool:
    """Lists branches without end."""
    request.close_connection = True
    request.send_response(200)
    request.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
    request.end_headers()
    request.send(b"001e# service=git-upload-pack\n0000")
    number = 0
    while not request.owner.closing.is_set():
        number += 1000
        numbers = range(number, number + 1000)
        request.send(b"".join(_packet(b"%040x refs/heads/b%d\n" % (each, each)) for each in numbers))
    return True


def babbles(request: Answering) -> bool:
    """Answers with what is not git's protocol."""
    kind = "application/x-git-upload-pack-advertisement"
    request.reply(200, [("Content-Type", kind)], b"\0\xff<html>no\x1b[31m" * 50)
    return True


def breaks_off(request: Answering) -> bool:
    """Hangs up in the middle of what a fetch brings; lists of refs come whole."""
    if b"command=fetch" not in request.body:
        return False
    request.close_connection = True
    request.send_response(200)
    request.send_header("Content-Type", "application/x-git-upload-pack-result")
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.send(b"000dpackfile\n0100\x01PACK\0\0\0\x02")
    return True


def says(status: int, headers: Mapping[str, str] | None = None, *, times: int = 1_000_000) -> Behaviour:
    """Answers so many requests with a status and nothing else."""
    left = [times]

    def behave(request: Answering) -> bool:
        left[0] -= 1
        if left[0] >= 0:
            request.reply(status, (headers or {}).items(), b"no\n")
        return left[0] >= 0

    return behave


def moved(to: str, status: int = 301) -> Behaviour:
    """Redirects to the repository at another URL."""

    def behave(request: Answering) -> bool:
        rest = "/".join(request.path.split("/")[2:])
        request.reply(status, [("Location", f"{to}/{rest}")])
        return True

    return behave


def wants(authorization: str) -> Behaviour:
    """Answers only who shows this Authorization header."""

    def behave(request: Answering) -> bool:
        if request.headers.get("Authorization") == authorization:
            return False
        request.reply(401, [("WWW-Authenticate", 'Basic realm="git"')], b"who are you\n")
        return True

    return behave


def serving(options: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The environment of a git that serves, with these settings."""
    named = {f"GIT_CONFIG_KEY_{number}": name for number, (name, _) in enumerate(options)}
    named |= {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(options)}
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": str(len(options))} | named  # fmt: skip


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: Server) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is what some tests are about."""


def _packet(line: bytes) -> bytes:
    return b"%04x" % (len(line) + 4) + line


def _lines(head: bytes) -> list[str]:
    return head.decode("latin-1").split("\r\n")
