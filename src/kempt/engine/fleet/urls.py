"""URLs of repositories: which are taken, how one is spelled, and when two of them are one repository.

A URL comes from a list that many people write. So only plain ones of known transports are taken; what git would read as
an option, as a helper program (`ext::`, `fd::`) or as a password is refused with the reason.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from kempt.errors import RemoteError, UsageError
from kempt.formats.redaction import on_one_line, redacted
from kempt.model.fleet import Target

SECURE = ("https", "ssh")
INSECURE = ("http", "git")
PORTS = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
FOLDING = frozenset({"github.com", "gitlab.com", "bitbucket.org"})
"""Hosts to which names that differ in capitals only are one."""
_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,100}")
_SCP = re.compile(r"(?:(?P<user>[^@/:\s]+)@)?(?P<host>[A-Za-z0-9_][A-Za-z0-9._-]+):(?!//)(?P<path>[^:].*)")
_LONGEST = 2000


def is_url(text: str) -> bool:
    """Whether a line names a repository elsewhere, rightly or wrongly; otherwise it is a path."""
    return "://" in text or "::" in text or (_SCP.fullmatch(text) is not None and not _is_drive(text))


def target_of(text: str, *, allow_insecure: bool) -> Target:
    """The repository that a URL names, without user, password and a last `.git` in its name.

    `git@host:a/b` is `ssh://git@host/a/b`. Raises UsageError, without any password, for what is not taken.
    """
    _refuse_hostile(text)
    scp = _SCP.fullmatch(text) if "://" not in text else None
    url = f"ssh://{scp['user'] + '@' if scp['user'] else ''}{scp['host']}/{scp['path'].lstrip('/')}" if scp else text
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(f"not a URL: {_shown(text)}") from None
    scheme = parts.scheme.lower()
    _refuse_scheme(scheme, text, allow_insecure=allow_insecure)
    user = _user(parts, text)
    host = (parts.hostname or "").rstrip(".").lower()
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host) or parts.query or parts.fragment:
        raise UsageError(f"not the URL of a repository: {_shown(text)}")
    place = host if port in {None, PORTS[scheme]} else f"{host}:{port}"
    path = _path(parts.path, text)
    return Target(f"{scheme}://{place}{path.removesuffix('.git')}", f"{scheme}://{user}{place}{path}")


def identity(target: Target) -> str:
    """What two spellings of one repository share, over whichever transport it is had."""
    place = target.name.partition("://")[2]
    host = place.partition("/")[0]
    return place.casefold() if host in FOLDING else place


def refuse_transport(url: str, *, allow_insecure: bool) -> None:
    """Raises RemoteError (`refused`) for a URL that `target_of` would not have made: tasks may come from elsewhere."""
    try:
        made = target_of(url, allow_insecure=allow_insecure).url
    except UsageError as error:
        raise RemoteError(error.message, code="refused", hint=error.hint) from error
    if made != url:
        raise RemoteError(f"not spelled as an inventory spells it: {_shown(url)}", code="refused")


def same_host(url: str, other: str) -> bool:
    """Whether two URLs share scheme, host and port, and the first is one that may be asked."""
    try:
        first, second = urlsplit(target_of(url, allow_insecure=True).url), urlsplit(other)
    except UsageError:
        return False
    return (first.scheme, first.netloc) == (second.scheme, second.netloc)


def _refuse_hostile(text: str) -> None:
    if not text.isprintable() or re.search(r"\s", text) or len(text) > _LONGEST:
        raise UsageError(f"a URL with blanks or control characters, or longer than {_LONGEST:,}: {_shown(text)[:100]}")
    if text.startswith("-"):
        raise UsageError(f"not a URL but an option: {_shown(text)}")
    if re.match(r"[A-Za-z0-9+.-]*::", text):
        raise UsageError(f"a URL that names a program to run: {_shown(text)}")


def _refuse_scheme(scheme: str, text: str, *, allow_insecure: bool) -> None:
    if scheme in INSECURE and not allow_insecure:
        raise UsageError(
            f"{scheme} is neither encrypted nor authenticated: {_shown(text)}",
            hint="use https or ssh, or allow it with --allow-insecure",
        )
    if scheme not in (*SECURE, *INSECURE):
        raise UsageError(f"not a transport that is taken: {_shown(text)}", hint="take https, ssh, or a path")


def _user(parts: SplitResult, text: str) -> str:
    """The user to log in as, with `@`: only ssh needs one. A password, or a token in its place, is refused."""
    userinfo = parts.netloc.rpartition("@")[0]
    if not userinfo:
        return ""
    if parts.scheme.lower() == "ssh" and _USER.fullmatch(userinfo):
        return f"{userinfo}@"
    raise UsageError(
        f"a user or a password in a URL: {_shown(text)}",
        hint=f"take it out, and name the variable that holds the token: --token {parts.hostname}=VARIABLE",
    )


def _path(path: str, text: str) -> str:
    """The path, without doubled and last slashes; one that begins with `-` would be an option to ssh's other end."""
    found = "/" + "/".join(part for part in path.split("/") if part)
    if found == "/" or any(part in {".", ".."} for part in found.split("/")) or found.startswith("/-"):
        raise UsageError(f"not the URL of a repository: {_shown(text)}")
    return found


def _is_drive(text: str) -> bool:
    return len(text) > 1 and text[1] == ":"


def _shown(text: str) -> str:
    return redacted(on_one_line(text))
