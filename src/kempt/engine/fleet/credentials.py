"""Tokens: each is read from the variable that was named for its host, shown to that host only, and never said."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from kempt.errors import RemoteError, UsageError
from kempt.formats.redaction import on_one_line, redacted
from kempt.host.env import environ
from kempt.model.fleet import Credential

USER = "x-access-token"
"""The user that goes with a token where its variable names none: GitHub asks for this one, others take any."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Secret(NamedTuple):
    """A token as it stands in its variable: `TOKEN`, or `USER:TOKEN`; empty where there is none for a host."""

    value: str = ""

    @property
    def token(self) -> str:
        """The token alone."""
        return self.value.rpartition(":")[2]

    @property
    def basic(self) -> str:
        """The value of the Authorization header that git hosts take, "" without a token."""
        word = self.value if ":" in self.value else f"{USER}:{self.value}"
        return f"Basic {b64encode(word.encode()).decode('ascii')}" if self.value else ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that must not be seen anywhere."""
        return (self.value, self.token, self.basic.partition(" ")[2]) if self.value else ()


def credentials_of(named: Iterable[str]) -> tuple[Credential, ...]:
    """What `--token HOST=VARIABLE` names. Raises UsageError for what it does not, and for a variable that is not set.

    What stands in the place of the variable is never said: people type the token itself there.
    """
    return tuple(map(_credential, named))


def _credential(text: str) -> Credential:
    host, _, variable = text.partition("=")
    if not host or not variable:
        raise UsageError("--token takes HOST=VARIABLE", hint="--token github.com=GITHUB_TOKEN")
    if not environ().get(variable, "").strip():
        shown = redacted(on_one_line(host)) if "." in host or host == "localhost" else "HOST"
        raise UsageError(
            f"--token {shown}=... names no variable that is set",
            hint="export the token in a variable first, and give the name of that variable, not the token",
        )
    return Credential(host, variable)


def secret_for(url: str, credentials: Iterable[Credential]) -> Secret:
    """The token for the host of a URL. It goes over TLS, or to this machine, and nowhere else.

    Raises RemoteError (`denied`) where its variable is not set, or holds what cannot be a header.
    """
    where = urlsplit(url)
    host = (where.hostname or "").lower()
    if where.scheme != "https" and not (where.scheme == "http" and host in LOOPBACK):
        return Secret()
    names = {host, f"{host}:{where.port or 443}"}
    for each in credentials:
        if each.host.lower() in names:
            value = environ().get(each.variable, "").strip()
            if not value:
                raise RemoteError(
                    f"the variable that is to hold the token for {host} is not set", code="denied",
                    hint="export it before the scan, on each machine that has workers",
                )  # fmt: skip
            if not value.isascii() or not value.isprintable():
                raise RemoteError(f"the variable that is to hold the token for {host} holds none", code="denied")
            return Secret(value)
    return Secret()


def all_spellings(credentials: Sequence[Credential]) -> tuple[str, ...]:
    """What must not be seen of any token that was named, whosever it is."""
    values = (environ().get(each.variable, "").strip() for each in credentials)
    return tuple(spelling for value in values for spelling in Secret(value).spellings)
