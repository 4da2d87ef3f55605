"""One request over HTTP: bounded in time and size, proxied as told, never redirected."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from kempt.errors import RemoteError
from kempt.host import net
from support.fleet_servers import Answering, GitHub, Server, drips, hangs, moved, says


@pytest.fixture
def server() -> Iterator[Server]:
    with GitHub({"ada": []}) as made:
        yield made


def ask(url: str, seconds: float = 20.0, limit: int = 1000) -> net.Answer:
    return net.get(url, {}, seconds=seconds, limit=limit)


def test_an_answer_is_status_headers_and_body(server: Server) -> None:
    found = ask(server.url("orgs/ada/repos"))

    assert (200, b"[]", "4999", "") == (
        found.status,
        found.body,
        found.header("x-ratelimit-remaining"),
        found.header("x"),
    )


def test_a_redirect_is_an_answer(server: Server) -> None:
    server.behaviours["x"] = moved("http://127.0.0.1:1/y")

    assert (301, "http://127.0.0.1:1/y/z") == (ask(server.url("x/z")).status, ask(server.url("x/z")).header("location"))


@pytest.mark.parametrize("behaviour", [hangs, drips], ids=["hangs", "drips"])
def test_a_server_that_takes_too_long_is_left(server: Server, behaviour: object) -> None:
    server.behaviours["x"] = hangs if behaviour is hangs else drips
    began = monotonic()

    with pytest.raises(RemoteError, match=r"did not answer within 0\.5 seconds") as caught:
        ask(server.url("x/y"), seconds=0.5)

    assert ("timeout", True) == (caught.value.code, monotonic() - began < 15)


def test_a_server_that_drips_its_headers_is_left(server: Server) -> None:
    def drip_headers(request: Answering) -> bool:
        request.close_connection = True
        while not request.owner.closing.wait(0.1):
            request.wfile.write(b"H")
        return True

    server.behaviours["x"] = drip_headers

    with pytest.raises(RemoteError) as caught:
        ask(server.url("x/y"), seconds=0.5)

    assert "timeout" == caught.value.code


def test_an_answer_has_a_limit(server: Server) -> None:
    def answer(request: Answering) -> bool:
        request.reply(200, (), b"x" * 1001)
        return True

    server.behaviours["x"] = answer

    with pytest.raises(RemoteError, match="more than 1,000 bytes") as caught:
        ask(server.url("x/y"))

    assert "too-large" == caught.value.code


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(RemoteError, match=r"cannot ask 127\.0\.0\.1: Connection refused") as caught:
        ask("http://127.0.0.1:1/x")

    assert "unreachable" == caught.value.code


def test_the_proxy_is_the_one_that_is_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.root)
    server.behaviours["through"] = says(204)

    assert (204, 404) == (ask("http://example.invalid/through").status, _without_proxy(server, monkeypatch))
    assert "http://example.invalid/through" == server.requests[0].path


def _without_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return ask(server.url("direct")).status


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.use_tls(context)
    url = server.url("orgs/ada/repos").replace("http://127.0.0.1", "https://localhost")

    with pytest.raises(RemoteError, match="cannot trust localhost: self"):
        ask(url)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert 200 == ask(url).status
