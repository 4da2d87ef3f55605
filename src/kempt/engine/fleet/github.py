"""What an organisation or a user has on GitHub, by its REST API: page by page, as slowly as it wants."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from kempt.engine.fleet import urls
from kempt.engine.fleet.credentials import Secret, secret_for
from kempt.errors import RemoteError, UsageError
from kempt.formats.redaction import on_one_line, redacted
from kempt.host import net
from kempt.host.clock import now, wait
from kempt.host.env import environ
from kempt.model.fleet import Credential, Target, Wishes

API = "https://api.github.com"
API_VARIABLE = "GITHUB_API_URL"
"""Where another API is named: GitHub Enterprise has its own, and sets it in its workflows."""
PAGE = 100
MOST_PAGES = 2000
PAGE_LIMIT = 32 * 1024**2
PAGE_SECONDS = 60.0
PATIENCE = 3700.0
"""Seconds that all waiting may take: a rate limit is lifted after an hour."""
PAUSE = 60.0
"""Seconds to wait where a limit is hit and nothing says how long; doubled each time."""
TRIES = 5
KINDS = ("archived", "disabled", "empty", "forks")
_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,100})")
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;[^,]{0,200}?\brel="?next"?')


class Listed(NamedTuple):
    """The repositories of an owner, and lines about those that are left out."""

    targets: tuple[Target, ...]
    notes: tuple[str, ...] = ()


def listed(owner: str, wishes: Wishes, also: Collection[str] = (), pause: Callable[[float], object] = wait) -> Listed:
    """All repositories of an organisation or a user that the token may see, without the kinds that `also` lacks.

    Raises UsageError for what is no name, RemoteError where the API does not list, with the reason.
    """
    if not _OWNER.fullmatch(owner):
        raise UsageError(f"not the name of an organisation or a user: {on_one_line(owner)}", hint="github:NAME")
    asking = _Asking(environ().get(API_VARIABLE) or API, wishes, pause)
    try:
        found = tuple(asking.pages(f"/orgs/{owner}/repos?per_page={PAGE}&type=all"))
    except RemoteError as error:
        if error.code != "not-found":
            raise
        found = tuple(asking.pages(f"/users/{owner}/repos?per_page={PAGE}&type=all"))
    return _chosen(owner, found, wishes, also, urlsplit(asking.api).hostname or "")


class _Asking:
    """The API, and how it wants to be asked."""

    def __init__(self, api: str, wishes: Wishes, pause: Callable[[float], object]) -> None:
        self.api = api.rstrip("/")
        if urlsplit(api).scheme != "https" and not (wishes.allow_insecure and urlsplit(api).scheme == "http"):
            raise UsageError(f"{API_VARIABLE} is no https URL: {redacted(api)}")
        self._secret = _secret(self.api, wishes.credentials)
        self._pause = pause
        self._patience = PATIENCE

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """The repositories of all pages. No page of another host is asked for: it would be shown the token."""
        url, seen = self.api + path, set[str]()
        while url:
            if url in seen or len(seen) == MOST_PAGES:
                raise RemoteError("GitHub's pages lead in a circle, or never end", code="damaged")
            seen.add(url)
            answer = self._asked(url)
            yield from _repositories(answer.body)
            found = _NEXT.search(answer.header("link"))
            url = urljoin(url, found[1]) if found else ""
            if url and _origin(url) != _origin(self.api):
                raise RemoteError(f"GitHub's next page is elsewhere: {_shown(url)}", code="redirected")

    def _asked(self, url: str) -> net.Answer:
        """The answer to one question, however often it has to be put."""
        for number in range(TRIES):
            answer = net.get(url, self._headers(), seconds=PAGE_SECONDS, limit=PAGE_LIMIT)
            if answer.status == 200:  # noqa: PLR2004 - a page
                return answer
            seconds = _asked_to_wait(answer, number)
            if seconds is None:
                raise _refused(answer, url)
            if seconds > self._patience:
                raise RemoteError(
                    f"GitHub's rate limit is reached; it wants to be left alone for {seconds:,.0f} seconds",
                    code="rate-limited", hint="name a token with --token api.github.com=VARIABLE, or come back later",
                )  # fmt: skip
            self._patience -= seconds
            self._pause(seconds)
        raise RemoteError(f"GitHub does not answer, however often it is asked: {_shown(url)}", code="rate-limited")

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self._secret.value:
            headers["Authorization"] = f"Bearer {self._secret.token}"
        return headers


def _secret(api: str, credentials: Collection[Credential]) -> Secret:
    """The token for the API's own host; that for github.com serves api.github.com, which is the same service."""
    found = secret_for(api, credentials)
    return found if found.value or _origin(api) != API else secret_for("https://github.com", credentials)


def _asked_to_wait(answer: net.Answer, number: int) -> float | None:
    """Seconds until the question may be put again; None where that is of no use. As GitHub's documentation has it."""
    if answer.status in {500, 502, 503, 504}:
        return float(2**number)
    if answer.status not in {403, 429}:
        return None
    after, reset = answer.header("retry-after"), answer.header("x-ratelimit-reset")
    if _is_number(after):
        return float(after)
    if answer.header("x-ratelimit-remaining") == "0" and _is_number(reset):
        return max(1.0, float(reset) - now() + 1)
    is_limit = answer.status == 429 or b"rate limit" in answer.body.lower()  # noqa: PLR2004 - too many requests
    return PAUSE * 2**number if is_limit else None


def _refused(answer: net.Answer, url: str) -> RemoteError:
    said = on_one_line(str(_json(answer.body, dict).get("message", "")))
    what = f"GitHub answers {answer.status} to {_shown(url)}" + (f": {said}" if said else "")
    if answer.status in {301, 302, 307, 308}:
        return RemoteError(f"{what}, and names {_shown(answer.header('location'))}", code="redirected")
    if answer.status == 404:  # noqa: PLR2004 - not found, or not to be seen
        return RemoteError(
            what, code="not-found", hint="what is private needs a token: --token api.github.com=VARIABLE"
        )
    hint = "the token is wrong, or may not list" if answer.status in {401, 403} else ""
    return RemoteError(what, code="denied" if hint else "failed", hint=hint)


def _chosen(
    owner: str, found: Collection[dict[str, Any]], wishes: Wishes, also: Collection[str], api_host: str
) -> Listed:
    targets, left_out, notes = list[Target](), Counter[str](), list[str]()
    host = api_host.removeprefix("api.")
    for each in found:
        kind = next((kind for kind in _kinds(each) if kind not in also), "")
        if kind:
            left_out[kind] += 1
            continue
        try:
            target = urls.target_of(str(each.get("clone_url", "")), allow_insecure=wishes.allow_insecure)
        except UsageError as error:
            notes.append(f"github:{owner}: {error.message}")
            continue
        if urlsplit(target.url).hostname != host:
            notes.append(f"github:{owner}: a repository on another host is left out: {target.name}")
        else:
            targets.append(target)
    if left_out:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(left_out.items()))
        notes.append(f"github:{owner}: left out: {counts}")
    return Listed(tuple(targets), tuple(notes))


def _kinds(repository: dict[str, Any]) -> Iterator[str]:
    """What speaks against a repository. Only one that was never pushed to is empty: sizes are rounded down."""
    yield from (kind for kind in ("archived", "disabled") if repository.get(kind) is True)
    if repository.get("fork") is True:
        yield "forks"
    if repository.get("size") == 0 and repository.get("pushed_at", "") in {None, repository.get("created_at")}:
        yield "empty"


def _repositories(body: bytes) -> list[dict[str, Any]]:
    return [each for each in _json(body, list) if isinstance(each, dict)]


def _json(body: bytes, kind: type[Any]) -> Any:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, kind):
        return found
    if kind is dict:
        return {}
    raise RemoteError("GitHub's answer is no list of repositories", code="damaged")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 12  # noqa: PLR2004 - seconds since 1970 have ten digits


def _shown(url: str) -> str:
    return redacted(on_one_line(url.partition("?")[0]))
