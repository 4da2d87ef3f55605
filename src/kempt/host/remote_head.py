"""Where HEAD of a remote is, over HTTP and ssh, without the list of all its other refs.

`git ls-remote URL HEAD` asks for all refs and throws away all but one. Protocol v2 gives out one. git's own helper for
HTTP lets its caller speak it (gitremote-helpers, `stateless-connect`), so git does TLS, proxies and credentials; over
ssh it is what `git-upload-pack` speaks on the other side.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import urlsplit

from kempt.errors import ToolError
from kempt.host import pktline
from kempt.host.conversation import CAN_CONVERSE, Conversation
from kempt.host.env import environ
from kempt.host.git import Git, Journey
from kempt.host.run import Completed, find_program

CONNECT = b"stateless-connect git-upload-pack\n"
SSH_OPTIONS = (
    *("-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15"),
    *("-o", "ServerAliveCountMax=4", "-o", "ForwardAgent=no"),
)
"""Never a question at a terminal; keys of hosts are checked as the user's own configuration says."""
SSH_VARIABLES = ("PATH", "SSH_AUTH_SOCK")
MOST_LINES = 1000
MOST_BYTES = 1024**2
FAILED = 128
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9_~][A-Za-z0-9._~/+-]*")
"""What needs no quoting in the command that ssh hands to a shell on the other side."""


def head_of_remote(git: Git, url: str, journey: Journey) -> Completed | None:
    """What `git ls-remote --symref URL HEAD` would print; None where it has to be asked that way.

    Raises ToolError only where a program cannot be started or takes too long; what else goes wrong is in the answer.
    """
    if not CAN_CONVERSE:
        return None
    scheme = url.partition("://")[0]
    if scheme in {"http", "https"}:
        talk = git.converse_bare(f"remote-{scheme}", "origin", url, protocol=scheme, journey=journey)
        return _heard(talk, journey, lambda: _over_http(talk))
    argv = _ssh(url) if scheme == "ssh" else ()
    if not argv:
        return None
    env = {name: environ()[name] for name in SSH_VARIABLES if name in environ()}
    env |= {"LC_ALL": "C", "GIT_PROTOCOL": "version=2"}
    by_ssh = Conversation(
        (*journey.before, *argv), env=env, cwd=git.scratch.path, timeout=journey.seconds, limit=MOST_BYTES
    )
    return _heard(by_ssh, journey, lambda: _over_ssh(by_ssh))


def _heard(talk: Conversation, journey: Journey, speak: Callable[[], list[bytes] | None]) -> Completed | None:
    """What comes of a conversation, which has ended then."""
    try:
        with nullcontext() if journey.among is None else talk.among(journey.among):
            lines = speak()
    except ValueError as error:
        return Completed(FAILED, b"", f"fatal: protocol error: {error}".encode())
    except ToolError as error:
        if error.status is None:
            raise
        said = error.message.partition(" failed: ")[2] or error.message
        return Completed(FAILED, b"", said.encode("utf-8", "backslashreplace"))
    finally:
        talk.close()
    if lines is None:
        return None
    refused = next((each for each in lines if each.startswith(b"ERR ")), None)
    if refused is not None:
        return Completed(FAILED, b"", b"fatal: remote error: " + refused[4:])
    return Completed(0, pktline.as_ls_remote(lines), b"")


def _over_http(talk: Conversation) -> list[bytes] | None:
    capabilities = talk.ask(CONNECT, lambda: [] if talk.until(b"\n") else _lines(talk))  # some word: not this way
    if not pktline.speaks_v2(capabilities):
        return None
    return talk.ask(pktline.question(capabilities), lambda: _lines(talk))


def _over_ssh(talk: Conversation) -> list[bytes]:
    """An old server, or one that is not told of the protocol, begins with HEAD; more is not heard of it."""
    first = talk.ask(b"", lambda: _line(talk))
    if first is None or first.startswith(b"ERR "):
        return [first or b""]
    if not first.startswith(b"version "):
        return [pktline.as_v2(first)]
    capabilities = [first, *talk.ask(b"", lambda: _lines(talk))]
    return talk.ask(pktline.question(capabilities), lambda: _lines(talk))


def _ssh(url: str) -> tuple[str, ...]:
    """The command that git would start; none where the path is not plain, or there is no ssh."""
    program, where = find_program("ssh"), urlsplit(url)
    if program is None or not where.hostname or not _PLAIN_PATH.fullmatch(where.path):
        return ()
    path = where.path.removeprefix("/") if where.path.startswith("/~") else where.path
    host = f"{where.username}@{where.hostname}" if where.username else where.hostname
    port = ("-p", str(where.port)) if where.port else ()
    return (program, *SSH_OPTIONS, "-o", "SendEnv=GIT_PROTOCOL", *port, host, f"git-upload-pack '{path}'")


def _lines(talk: Conversation) -> list[bytes]:
    """The lines of one list. Raises ValueError where it has no end."""
    found: list[bytes] = []
    while (line := _line(talk)) is not None:
        found.append(line)
        if len(found) > MOST_LINES:
            raise ValueError("a list of one ref without end")
    return found


def _line(talk: Conversation) -> bytes | None:
    """A line, None at the end of a list. Raises ValueError for what is none."""
    size = pktline.size_of(talk.exactly(pktline.HEADER))
    return None if size is None else talk.exactly(size)
