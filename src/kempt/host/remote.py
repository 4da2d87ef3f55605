"""git on the network: asking a remote for its HEAD, and fetching a commit without its contents, then a few of these.

All of it happens in a bare repository of our own in the scratch folder: no work tree, no hooks, no filters, no
submodules. The URL and the credential go to git through its environment, never through its arguments or a file; the
only transport allowed is that of the URL. A redirect is not followed, so a credential never goes to another host.
Of what a remote may do, its time is limited here, and by rlimits the bytes that it can fill a disk or the memory with.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from math import ceil
from typing import NamedTuple, TypeVar

from kempt.errors import RemoteError, ToolError
from kempt.host.clock import ticks
from kempt.host.env import environ
from kempt.host.git import Git, Journey
from kempt.host.gitdir import GitDir
from kempt.host.remote_head import SSH_OPTIONS, head_of_remote
from kempt.host.run import Completed, Programs, find_program

T = TypeVar("T")
HEAD = "refs/heads/kempt"
FOLDER = "remote.git"
CONFIG = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = {}\n"
PASSED_ON = (
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
    *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"),
)
"""Variables that a way through a company's network needs."""
SSH_PASSED_ON = ("SSH_AUTH_SOCK",)
MEMORY = 384 * 1024**2
"""Bytes of address space for git beside what a fetch brings."""
BOUNDED = 'ulimit -f "$1"; ulimit -v "$2" 2>/dev/null; shift 2; exec "$@"'
BLOCK = 512


class Reach(NamedTuple):
    """How a remote may be spoken to. `seconds` are for all that it is asked, `received` bytes of packs.

    `authorization` is a header's value for the URL's own host, "" for none. `among` stops it from outside.
    """

    seconds: float
    received: int
    authorization: str = ""
    among: Programs | None = None


class Remote:
    """A remote and the scratch repository for what it sends. `git` reads that one; closing `git` removes it."""

    def __init__(self, url: str, reach: Reach) -> None:
        self.url = url
        self.git = Git(GitDir("", None))
        self.received = 0
        self._reach = reach
        self._spent = 0.0
        self._config = b""

    @property
    def left(self) -> float:
        """Seconds that are left for this remote. Time in which it is not asked does not count."""
        return self._reach.seconds - self._spent

    @property
    def is_full(self) -> bool:
        """Whether all has come that may come: then git was ended by the system, and gives another reason, or none."""
        return self.received > self._reach.received - BLOCK

    def advertised(self) -> Completed:
        """What `ls-remote --symref` says of HEAD."""
        done = self._within(lambda journey: head_of_remote(self.git, self.url, journey))
        if done is None:
            done = self._ask("ls-remote", "--symref", "--", "origin", "HEAD")
        self.received += len(done.out)
        return done

    def prepare(self, object_format: str) -> None:
        """An empty repository that takes this remote's objects (`sha1` or `sha256`)."""
        scratch = self.git.scratch
        self.git.git_dir = scratch.folder(FOLDER)
        scratch.sweep(FOLDER)
        for name in ("objects/pack", "objects/info", "refs/heads"):
            scratch.folder(f"{FOLDER}/{name}")
        self._config = CONFIG.format(object_format).encode("ascii")
        scratch.file(f"{FOLDER}/config", self._config)
        scratch.file(f"{FOLDER}/HEAD", f"ref: {HEAD}\n".encode("ascii"))

    def fetch_head(self) -> Completed:
        """The commit at HEAD with its trees, without its history and contents, where the remote can leave these out."""
        return self._fetch("--depth=1", "--filter=blob:none", "origin", f"+HEAD:{HEAD}")

    def fetch_blobs(self, oids: Iterable[str]) -> Completed:
        """These contents, in one request."""
        wanted = "".join(f"{oid}\n" for oid in oids)
        return self._fetch("--filter=blob:none", "--stdin", "origin", input=wanted.encode("ascii"))

    def fetch_whole(self) -> Completed:
        """The commit at HEAD with all its contents: for a remote that gives none by its name."""
        return self._fetch("--refetch", "--depth=1", "--no-filter", "origin", f"+HEAD:{HEAD}")

    def lacking(self, oids: Iterable[str]) -> int:
        """How many of these objects are not here."""
        asked = "".join(f"{oid}\n" for oid in oids).encode("ascii")
        done = self.git.run("cat-file", "--batch-check=%(objecttype)", "--buffer", input=asked)
        return sum(line.endswith(b" missing") for line in done.out.split(b"\n"))

    def _fetch(self, *args: str, input: bytes = b"") -> Completed:
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--no-auto-maintenance")
        before = self._packed()
        done = self._ask("--git-dir=" + self.git.git_dir, "fetch", *options, *args, input=input)
        self.git.scratch.file(f"{FOLDER}/config", self._config)  # no promisor: who reads here is told what is missing
        self.received += max(0, self._packed() - before)
        return done

    def _packed(self) -> int:
        """Bytes of packs in the scratch repository, those that were broken off included."""
        total = 0
        with os.scandir(os.path.join(self.git.git_dir, "objects", "pack")) as listed:
            for each in listed:
                if each.name.endswith(".pack") or each.name.startswith("tmp_pack_"):
                    total += each.stat(follow_symlinks=False).st_size
        return total

    def _ask(self, *args: str, input: bytes = b"") -> Completed:
        """One call of git. Raises RemoteError (`timeout`); other failures are in what it returns."""
        scheme = self.url.partition("://")[0]
        return self._within(
            lambda journey: self.git.run_bare(*args, input=input, check=False, protocol=scheme, journey=journey)
        )

    def _within(self, ask: Callable[[Journey], T]) -> T:
        """The answer to a question, in the time that is left. Raises RemoteError (`timeout`) without one."""
        seconds = self.left
        if seconds <= 0:
            raise self._late()
        began = ticks()
        try:
            return ask(Journey(seconds, self._variables(), self._bounds(), self._reach.among))
        except ToolError as error:
            if ticks() - began >= seconds:
                raise self._late() from error
            raise
        finally:
            self._spent += ticks() - began

    def _late(self) -> RemoteError:
        return RemoteError(f"nothing whole came within {self._reach.seconds:g} seconds", code="timeout")

    def _bounds(self) -> tuple[str, ...]:
        """Words that start git with limits: of any file that it writes, and of its memory."""
        shell = find_program("sh") if os.name == "posix" else None
        if shell is None:
            return ()
        left = max(1, self._reach.received - self.received)
        memory = MEMORY + 2 * self._reach.received
        return (shell, "-c", BOUNDED, "sh", str(ceil(left / BLOCK)), str(memory // 1024))

    def _variables(self) -> dict[str, str]:
        settings = {
            "remote.origin.url": self.url, "remote.origin.promisor": "true", "protocol.version": "2",
            "http.followRedirects": "false", "http.lowSpeedLimit": "1", "http.lowSpeedTime": str(ceil(self.left)),
            "fetch.negotiationAlgorithm": "noop", "fetch.unpackLimit": "1", "fetch.writeCommitGraph": "false",
            "fetch.fsckObjects": "false", "fetch.uriProtocols": "", "transfer.bundleURI": "false", "pack.threads": "1",
            "core.bigFileThreshold": "8m", "core.askPass": "",
        }  # fmt: skip
        if self._reach.authorization:
            settings[f"http.{origin_of(self.url)}/.extraHeader"] = f"Authorization: {self._reach.authorization}"
        is_ssh = self.url.startswith("ssh:")
        passed_on = SSH_PASSED_ON if is_ssh else PASSED_ON
        variables = {name: environ()[name] for name in passed_on if environ().get(name)}
        if is_ssh:
            variables |= {"GIT_SSH_COMMAND": " ".join(("ssh", *SSH_OPTIONS)), "GIT_SSH_VARIANT": "ssh"}
        above = os.path.dirname(self.git.scratch.path)
        return variables | {"GIT_CEILING_DIRECTORIES": above} | _as_variables(settings)


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as git takes them from its environment."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
