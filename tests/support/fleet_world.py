"""A whole fleet as a company has one: folders, two servers, and repositories that nobody would wish for among them.

with World(tmp_path / "world", home, plain=2) as world:
world.inventory      # the file that `kempt fleet scan` is given
world.members        # what must come of each repository, by the name that it has in the database
"""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple, Self

from kempt.model.fleet import Outcome
from support.fleet_kinds import MARKUP, ODD_NAMES, Kinds
from support.fleet_servers import Behaviour, GitDaemon, GitHttp, babbles, breaks_off, hangs, moved, says, wants
from support.repositories import Repository

TOKEN = "hunter2-sesame"  # noqa: S105 - not one
BASIC = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode("ascii")
VARIABLE = "SHOP_TOKEN"
PLAIN = ("tidy", "bytecode", "project", "conflict")
SOUND = ("sha256", "shallow", "detached", "odd", "submodule", "bombs", "huge")
LOCAL = ("programs", "included", "alternates")
REFUSED = {
    "ext::sh -c x": "ext::sh -c x", "file://elsewhere/x": "file://elsewhere/x",
    "https://example.invalid/a?b": "https://example.invalid/a", "ssh://-oProxyCommand=x/y": "ssh://-oProxyCommand=x/y",
    f"https://me:{TOKEN}@example.invalid/x.git": "https://example.invalid/x",
}  # fmt: skip
"""Lines of a list that nobody follows, and what their rows are called."""
OK, BAD = Outcome.CHECKED, Outcome.FAILED


class Member(NamedTuple):
    """What must come of a repository. `kind` is that of its template, "" where there is none; `at` is its folder."""

    outcome: Outcome
    error: str = ""
    kind: str = ""
    at: Path | None = None


class Asked(NamedTuple):
    """Requests or connections that were about one repository, and how many of them fetched something."""

    asked: int
    fetches: int


class World:
    """For a `with` block. `plain` is how many there are of each plain kind on each server, and as folders.

    With `slow`, those too that cost a time limit or several tries.
    """

    def __init__(self, folder: Path, home: Path, *, plain: int, slow: bool) -> None:
        self.kinds = Kinds(folder / "kinds", home)
        self.members: dict[str, Member] = {}
        self.inventory = folder / "fleet.txt"
        self.served, self._clones = folder / "served", folder / "clones"
        self.daemon_log = folder / "daemon.log"
        self._home, self._plain, self._slow = home, plain, slow
        self._lines: list[str] = []
        self._stack = ExitStack()
        for each in (self.served, self._clones):
            each.mkdir()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            enter = stack.enter_context
            self.http, self.elsewhere, self.busy = (enter(GitHttp(self.served)) for _ in range(3))
            self.daemon = enter(GitDaemon(self.served, log=self.daemon_log))
            self._build()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def options(self) -> tuple[str, ...]:
        """What a command that goes to the servers is told."""
        return "--allow-insecure", "--token", f"127.0.0.1:{self.http.port}={VARIABLE}"

    def change(self, name: str) -> None:
        """A commit: bytecode comes where it was tidy, and leaves where it was not."""
        member = self.members[name]
        assert member.at is not None
        repository = Repository(member.at, self._home)
        repository.env |= {"GIT_DIR": str(member.at), "GIT_WORK_TREE": str(member.at)}
        if member.kind == "bytecode":
            repository.git("update-index", "--force-remove", "src/__pycache__/a.pyc")
        else:
            blob = repository.git("hash-object", "-w", "--stdin", input=b"x").strip()
            repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},src/__pycache__/a.pyc")
        parent, tree = (repository.git(*words).strip() for words in (("rev-parse", "HEAD"), ("write-tree",)))
        commit = repository.git("commit-tree", tree, "-p", parent, "-m", "later").strip()
        repository.git("update-ref", "HEAD", commit)

    def change_some(self, number: int) -> frozenset[str]:
        """A commit in so many served repositories: half of them tidy ones, half with bytecode."""
        there = [(name, each) for name, each in self.members.items() if each.at and each.at.parent == self.served]
        halves = [[name for name, each in there if each.kind == kind] for kind in ("tidy", "bytecode")]
        changed = frozenset(name for half in halves for name in half[: number // 2])
        for name in changed:
            self.change(name)
        return changed

    def asked(self) -> dict[str, Asked]:
        """What was asked of each repository since the last `forget`, by its name."""
        found: dict[str, Asked] = {}
        for url in {url for url, _ in self._questions()}:
            mine = [fetches for each, fetches in self._questions() if each == url]
            is_daemon = url.startswith("git:")  # its log does not say what for: first the HEAD, then fetches
            found[url.removesuffix(".git")] = Asked(len(mine), len(mine) - 1 if is_daemon else sum(mine))
        return found

    def _questions(self) -> Iterator[tuple[str, bool]]:
        for each in self.http.requests:
            yield self.http.url(each.path.split("/")[1]), b"command=fetch" in each.body
        for line in self.daemon_log.read_text("utf-8", "replace").splitlines():
            if " Request upload-pack " in line:
                yield self.daemon.url(line.rpartition(" '/")[2].rstrip("'")), False

    def forget(self) -> None:
        """Count anew what is asked."""
        self.http.requests.clear()
        os.truncate(self.daemon_log, 0)

    def _build(self) -> None:
        for number in range(self._plain):
            for kind in PLAIN:
                self._serve(f"{kind}-h{number}", kind, self.http)
                self._serve(f"{kind}-d{number}", kind, self.daemon)
                self._clone(f"{kind}-{number}", kind)
        for at, kind in enumerate(SOUND):
            self._serve(f"{kind}-s", kind, (self.http, self.daemon)[at % 2])
        for kind in LOCAL:
            self._clone(kind, kind)
        for kind, error in (("unborn", "empty"), ("dangling", "empty"), ("damaged", None), ("cut-off", None)):
            self._serve(f"{kind}-s", kind, self.http, BAD, error or "*")
            self._clone(kind, kind, BAD, error or "KPT004")
        for kind, error in (("promisor", "KPT004"), ("waiting", "KPT004"), ("outside", "*")):
            self._clone(kind, kind, BAD, error)
        self._name_oddly()
        self._misbehave()
        self._lines += ["clones", "clones/no-such-clone", *REFUSED, "http://a/\u202eb"]
        self.members |= dict.fromkeys(REFUSED.values(), Member(BAD, "refused"))
        self.members[f"{self.inventory}:{len(self._lines)}"] = Member(BAD, "refused")  # a name that cannot be shown
        self.members[str(self._clones / "no-such-clone")] = Member(BAD, "*")
        self.inventory.write_text("".join(f"{line}\n" for line in self._lines), encoding="utf-8")

    def _serve(self, name: str, kind: str, server: GitHttp | GitDaemon, outcome: Outcome = OK, error: str = "") -> None:
        at = self.kinds.git_dir(kind, self.served / f"{name}.git")
        self._lines.append(server.url(f"{name}.git"))
        self.members[server.url(name)] = Member(outcome, error, kind, at)

    def _clone(self, name: str, kind: str, outcome: Outcome = OK, error: str = "") -> None:
        at = self.kinds.clone(kind, self._clones / name)
        self.members[str(at)] = Member(outcome, error, kind, at)

    def _name_oddly(self) -> None:
        for name in (*ODD_NAMES, os.path.join(*MARKUP)):
            self._clone(name, "bytecode")

    def _misbehave(self) -> None:
        """Repositories on the first server that answer in other ways; each shares the objects of a tidy one."""
        behaviours: dict[str, tuple[Behaviour, Outcome, str]] = {
            "gone": (says(404), BAD, "not-found"), "locked": (says(401), BAD, "denied"),
            "forbidden": (says(403), BAD, "denied"), "garbage": (babbles, BAD, "damaged"),
            "away": (moved(self.elsewhere.url("tidy-h0.git")), BAD, "redirected"),
            "renamed": (moved(self.http.url("new-name.git")), OK, ""),
            "private": (wants(f"Basic {BASIC}"), OK, ""),
        }  # fmt: skip
        if self._slow:
            behaviours |= {"hanging": (hangs, BAD, "timeout"), "hanging-up": (breaks_off, BAD, "unreachable")}
        self.kinds.git_dir("tidy", self.served / "new-name.git")
        for name, (behaviour, outcome, error) in behaviours.items():
            self._serve(name, "tidy", self.http, outcome, error)
            self.http.behaviours[f"{name}.git"] = behaviour
        self._serve("throttled", "tidy", self.busy, BAD, "rate-limited")
        self.busy.behaviours["throttled.git"] = says(429, {"Retry-After": "9999"})
        if self._slow:
            with socket.create_server(("127.0.0.1", 0)) as free:
                refusing = f"http://127.0.0.1:{free.getsockname()[1]}/refused"
            self._lines.append(f"{refusing}.git")
            self.members[refusing] = Member(BAD, "unreachable")


class Watch:
    """Reads the arguments of all processes again and again while its block runs; `seen` are those with such a word."""

    def __init__(self, *words: str) -> None:
        self.seen: set[bytes] = set()
        self.looks = 0
        self._words = tuple(word.encode() for word in words)
        self._over = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.02):
            self.looks += 1
            for line in _command_lines():
                if any(word in line for word in self._words):
                    self.seen.add(line)


def _command_lines() -> Iterator[bytes]:
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            yield Path(f"/proc/{name}/cmdline").read_bytes()
        except OSError:
            continue


def wrong(members: Mapping[str, Member], rows: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Where rows are not what must come of the members."""
    found: dict[str, object] = {}
    for name, member in members.items():
        row = rows.get(name, {})
        told = (row.get("outcome"), row.get("error") or "")
        error_fits = bool(told[1]) if member.error == "*" else told[1] == member.error
        if told[0] != member.outcome.value or not error_fits or (told[1] and not row.get("reason")):
            found[name] = (member.outcome.value, member.error, *told, row.get("reason"))
    return found | dict.fromkeys(rows.keys() - members.keys(), "not asked for")
