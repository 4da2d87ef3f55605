"""HTTP: the only place that speaks it. One request, one answer: bounded, TLS verified, no redirect followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from kempt.errors import RemoteError
from kempt.host.env import environ
from kempt.host.workers.lanes import after

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse
    from socket import socket
    from ssl import SSLContext

PIECE = 64 * 1024
AUTHORITIES = ("SSL_CERT_FILE", "GIT_SSL_CAINFO")
"""Variables that name a file with the certificates of authorities; OpenSSL itself knows the first."""


class Answer(NamedTuple):
    """What a server said. Names of `headers` are in lower case; of two with one name the first counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, "" where there is none."""
        return self.headers.get(name, "")


def get(url: str, headers: Mapping[str, str], *, seconds: float, limit: int) -> Answer:
    """Ask for a URL (`https`, or `http` where the caller allows it), within so many seconds and bytes of an answer.

    A redirect is an answer like any other: who follows it decides what may be sent where. Proxies are those of
    `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, authorities of certificates those of `SSL_CERT_FILE` or
    `GIT_SSL_CAINFO`. Raises RemoteError (`timeout`, `too-large`, `unreachable`).
    """
    import http.client
    import ssl

    exchange = _Exchange(urlsplit(url), seconds)
    host = exchange.where.hostname
    try:
        return exchange.run(headers, limit)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if exchange.is_cut or isinstance(error, TimeoutError):
            raise RemoteError(f"{host} did not answer within {seconds:g} seconds", code="timeout") from error
        if isinstance(error, ssl.SSLCertVerificationError):
            raise RemoteError(f"cannot trust {host}: {error.verify_message}", code="unreachable") from error
        reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
        raise RemoteError(f"cannot ask {host}: {reason}", code="unreachable") from error


class _Exchange:
    """One request, and what stops it when its time is over, wherever it is then."""

    def __init__(self, where: SplitResult, seconds: float) -> None:
        self.where = where
        self.is_cut = False
        self._seconds = seconds
        self._connection: HTTPConnection | None = None
        self._socket: socket | None = None

    def run(self, headers: Mapping[str, str], limit: int) -> Answer:
        cancel = after(self._seconds, self._cut)
        try:
            target = (self.where.path or "/") + (f"?{self.where.query}" if self.where.query else "")
            proxy = _proxy(self.where)
            if proxy is not None and self.where.scheme == "http":
                target = self.where._replace(fragment="").geturl()
                headers = {**headers, **_authority(proxy)}
            self._connection = connection = _connection(self.where, proxy, self._seconds)
            connection.connect()
            self._socket = connection.sock  # the connection forgets it as soon as an answer is to end with it
            connection.request("GET", target, headers={"User-Agent": "kempt", "Accept-Encoding": "identity", **headers})
            response = connection.getresponse()
            body = self._read(response, limit)
            found: dict[str, str] = {}
            for name, value in response.getheaders():
                found.setdefault(name.lower(), value)
            return Answer(response.status, found, body)
        finally:
            cancel()
            if self._connection is not None:
                self._connection.close()

    def _read(self, response: HTTPResponse, limit: int) -> bytes:
        pieces, left = [], limit + 1
        while left > 0 and (piece := response.read(min(PIECE, left))):
            pieces.append(piece)
            left -= len(piece)
        if self.is_cut:
            raise TimeoutError
        if left <= 0:
            raise RemoteError(f"{self.where.hostname} answers with more than {limit:,} bytes", code="too-large")
        return b"".join(pieces)

    def _cut(self) -> None:
        from contextlib import suppress
        from socket import SHUT_RDWR

        self.is_cut = True
        connected = self._socket or getattr(self._connection, "sock", None)
        if connected is not None:
            with suppress(OSError):
                connected.shutdown(SHUT_RDWR)


def _connection(where: SplitResult, proxy: SplitResult | None, seconds: float) -> HTTPConnection:
    import http.client

    through = proxy or where
    host, port = through.hostname or "", through.port
    if where.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    found = http.client.HTTPSConnection(host, port, timeout=seconds, context=_trusting())
    if proxy is not None:
        found.set_tunnel(where.hostname or "", where.port or 443, _authority(proxy))
    return found


def _trusting() -> SSLContext:
    import ssl

    named = next((environ()[name] for name in AUTHORITIES if environ().get(name)), None)
    return ssl.create_default_context(cafile=named)


def _proxy(where: SplitResult) -> SplitResult | None:
    """The proxy for a URL, by the variables that git's own HTTP obeys, too."""
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    host = f"{where.hostname}:{where.port}" if where.port else where.hostname or ""
    named = proxies.get(where.scheme) or proxies.get("all")
    if not named or proxy_bypass(host):
        return None
    found = urlsplit(named if "://" in named else f"http://{named}")
    return found if found.hostname else None


def _authority(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    import base64

    word = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(word).decode('ascii')}"}
