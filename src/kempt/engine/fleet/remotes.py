"""One remote of a fleet: asked for its HEAD, fetched where that is new, tried again where that is of use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from kempt.engine.fleet.credentials import secret_for
from kempt.engine.fleet.refusals import NOT_GIT, UNADVERTISED, Refusal, refusal
from kempt.engine.fleet.urls import refuse_transport, same_host
from kempt.errors import RemoteError
from kempt.formats.redaction import on_one_line
from kempt.host import net
from kempt.host.clock import scattered, ticks, wait
from kempt.host.remote import Reach, Remote
from kempt.host.run import Completed, Programs
from kempt.model.fleet import Wishes

TRIES = 3
FIRST_PAUSE = 1.0
"""Seconds before the second try, doubled for each further one, and drawn between half of it and all."""
ADVERTISEMENT = "/info/refs?service=git-upload-pack"
ADVERTISED = "application/x-git-"
"""How the media types of git's own answers begin."""
PROBE_SECONDS = 20.0
PROBE_LIMIT = 64 * 1024
NAP = 0.1
OK = 200
_NO_PROMPT = "terminal prompts disabled"
WORDS = {
    "denied": "it does not let kempt in",
    "too-large": "it sends more than may come for one repository",
    "rate-limited": "it wants to be asked less often",
    NOT_GIT: "it does not answer as git does",
    "damaged": "what it sends is damaged, or not git's",
    "no-space": "the disk of this machine's temporary files is full",
}
"""What a reason comes to, before git's own words for it."""


class Together:
    """What the threads of one worker share: what is running, and until when which host wants to be left alone."""

    def __init__(self) -> None:
        self.programs = Programs()
        self._until: dict[str, float] = {}

    def leave_alone(self, host: str, seconds: float) -> None:
        """Nobody asks this host for so long."""
        self._until[host] = max(self._until.get(host, 0.0), ticks() + seconds)

    def pause(self, host: str) -> float:
        """Seconds to wait before this host may be asked."""
        return max(0.0, self._until.get(host, 0.0) - ticks())

    def wait(self, seconds: float) -> None:
        """Wait, but not once all is stopped."""
        end = ticks() + seconds
        while (left := end - ticks()) > 0 and not self.programs.is_stopped():
            wait(min(left, NAP))


class RemoteCalls:
    """The questions to one remote, each with its retries. `note` tells of a repository that was found elsewhere.

    Raises RemoteError, with the reason, when it is given up.
    """

    def __init__(self, url: str, wishes: Wishes, together: Together) -> None:
        refuse_transport(url, allow_insecure=wishes.allow_insecure)
        self.secret = secret_for(url, wishes.credentials)
        limits = wishes.limits
        self.remote = Remote(url, Reach(limits.seconds, limits.received, self.secret.basic, together.programs))
        self.note = ""
        self._together = together

    def head(self) -> tuple[str, str]:
        """The commit at its HEAD and the branch that it is the tip of."""
        found, branch = "", ""
        for line in self._advertised().out.decode("utf-8", "replace").splitlines():
            value, _, name = line.partition("\t")
            if name == "HEAD" and value.startswith("ref: "):
                branch = on_one_line(value.removeprefix("ref: ").removeprefix("refs/heads/"))
            elif name == "HEAD":
                found = value
        if not found:
            self._require_git()
            raise RemoteError("it has no commit at its HEAD, or not the branch that HEAD names", code="empty")
        if len(found) not in {40, 64} or not set(found) <= set("0123456789abcdef"):
            raise RemoteError("its HEAD is no object of git", code="damaged")
        return found, branch

    def fetch_commit(self, object_format: str) -> None:
        """The commit and its trees."""
        self.remote.prepare(object_format)
        self._persist_whole(self.remote.fetch_head)

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        """These contents; a remote that has no way to give just them sends all."""
        wanted = tuple(oids)
        try:
            self._persist(lambda: self.remote.fetch_blobs(wanted))
        except RemoteError as error:
            if error.code != UNADVERTISED:
                raise
            self._persist_whole(self.remote.fetch_whole)
        lacking = self.remote.lacking(wanted)
        if lacking:
            raise RemoteError(f"it does not send {lacking:,} of its own files", code="damaged")

    def _advertised(self) -> Completed:
        try:
            return self._persist(self.remote.advertised)
        except RemoteError as error:
            if error.code == NOT_GIT:
                self._require_git()
            raise

    def _require_git(self) -> None:
        """Raises RemoteError (`not-git`) where a page came, for a login it may be, which git takes for a list."""
        if not self.remote.url.startswith("http"):
            return
        try:
            answer = self._probe()
        except RemoteError:
            return
        kind = on_one_line(answer.header("content-type").partition(";")[0].strip().lower()) or "no type"
        if answer.status == OK and answer.body and not kind.startswith(ADVERTISED):
            page = ": a login page?" if kind == "text/html" else ""
            raise RemoteError(f"it does not answer as git does ({kind}{page})", code=NOT_GIT)

    def _persist_whole(self, ask: Callable[[], Completed]) -> None:
        """A commit, which the remote has just named itself: where it then does not know of it, it is damaged."""
        try:
            self._persist(ask)
        except RemoteError as error:
            if error.code != UNADVERTISED:
                raise
            raise RemoteError(f"{WORDS['damaged']}: {error.message}", code="damaged") from error

    def _persist(self, ask: Callable[[], Completed]) -> Completed:
        for left in reversed(range(TRIES)):
            self._await_turn()
            done = ask()
            if done.status == 0:
                return done
            why = refusal(done.err, done.status)
            why = why._replace(code="too-large", again=False) if self.remote.is_full else why
            if why.code == "redirected" and not self.note:
                self._follow()
            elif not why.again or not left or not self._paused(why, TRIES - 1 - left):
                raise self._given_up(why, done.status)
        raise RemoteError("it moves again and again", code="redirected")

    def _given_up(self, why: Refusal, status: int) -> RemoteError:
        """The reason in words: what it comes to, and what git said."""
        hint, said = "", why.said
        if why.code == "denied":
            said = "it wants a user and a password, or a token" if _NO_PROMPT in said else said
            hint = f"name the variable that holds a token for it: --token {self._host}=VARIABLE"
            hint = "is the token right, and may it read this repository?" if self.secret.value else hint
            hint = "ssh must get in without a question: key, agent, known_hosts" if self.is_ssh else hint
            said = f"{said} ({hint})"  # a row has no other place for it
        words = WORDS.get(why.code)
        return RemoteError(f"{words}: {said}" if words else said, status=status, code=why.code)

    @property
    def is_ssh(self) -> bool:
        """Whether it is had over ssh."""
        return self.remote.url.startswith("ssh:")

    @property
    def _host(self) -> str:
        return urlsplit(self.remote.url).netloc.rpartition("@")[2].lower()

    def _await_turn(self) -> None:
        pause = self._together.pause(self._host)
        if pause > self.remote.left:
            raise RemoteError(f"{self._host} wants to be left alone for {pause:,.0f} seconds more", code="rate-limited")
        self._together.wait(pause)

    def _paused(self, why: Refusal, tried: int) -> bool:
        """Wait before the next try; False where there is no time for it."""
        asked_for = self._asked_to_wait() if why.status else 0.0
        pause = asked_for + scattered(FIRST_PAUSE * 2**tried)
        if asked_for:
            self._together.leave_alone(self._host, pause)
        if pause >= self.remote.left:
            return False
        self._together.wait(pause)
        return not self._together.programs.is_stopped()

    def _asked_to_wait(self) -> float:
        """Seconds that the server says in `Retry-After`, which git does not pass on: one more request asks for it."""
        try:
            answer = self._probe()
        except RemoteError:
            return 0.0
        said = answer.header("retry-after")
        return float(said) if said.isdecimal() and len(said) < 6 and answer.status >= 400 else 0.0  # noqa: PLR2004

    def _follow(self) -> None:
        """Go where the same host says that the repository is now, once. Elsewhere no credential and no request goes."""
        answer = self._probe()
        to = answer.header("location")
        to = urljoin(self.remote.url + ADVERTISEMENT, to) if to else ""  # a server may leave out what stays the same
        place = to.removesuffix(ADVERTISEMENT)
        if place == to or not same_host(place, self.remote.url):
            where = on_one_line(to.partition("?")[0]) or "nowhere"
            raise RemoteError(
                f"it redirects to {where}", code="redirected",
                hint="if that is right, put the new URL into the inventory",
            )  # fmt: skip
        self.remote.url = place
        self.note = f"moved to {place}"

    def _probe(self) -> net.Answer:
        headers = {"Git-Protocol": "version=2"}
        if self.secret.value:
            headers["Authorization"] = self.secret.basic
        seconds = max(1.0, min(PROBE_SECONDS, self.remote.left))
        return net.get(self.remote.url + ADVERTISEMENT, headers, seconds=seconds, limit=PROBE_LIMIT)
