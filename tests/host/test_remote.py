"""git on the network: what it is told, and by which way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt.host import pktline, remote_head
from kempt.host.remote import Reach, Remote
from support.fleet_servers import GitHttp, wants
from support.repositories import Repository


@pytest.fixture
def work(tmp_path: Path, git_repo: MakeRepository) -> Repository:
    """A repository with many branches, served as `shop.git`."""
    made = git_repo({"a.py": ""}, "work")
    head = made.git("rev-parse", "HEAD").strip()
    made.git("update-ref", "--stdin", input="".join(f"create refs/pull/{n}/head {head}\n" for n in range(500)).encode())
    made.git("update-ref", "refs/heads/HEADER", head)
    made.git("clone", "--quiet", "--mirror", str(made.root), str(tmp_path / "served/shop.git"))
    return made


@pytest.fixture
def server(tmp_path: Path, work: Repository) -> Iterator[GitHttp]:
    with GitHttp(tmp_path / "served") as made:
        yield made


def test_of_many_refs_only_head_is_asked_for(server: GitHttp, work: Repository) -> None:
    remote = Remote(server.url("shop.git"), Reach(30, 10**6))
    try:
        expected = f"ref: refs/heads/main\tHEAD\n{work.git('rev-parse', 'HEAD').strip()}\tHEAD\n"
        assert (0, expected) == (remote.advertised().status, remote.advertised().out.decode())
    finally:
        remote.git.close()
    assert (["GET", "POST"] * 2, True) == ([each.method for each in server.requests], server.sent < 2000)


def test_an_old_server_is_asked_as_git_does(server: GitHttp, work: Repository) -> None:
    server.newest = False
    remote = Remote(server.url("shop.git"), Reach(30, 10**6))
    try:
        assert work.git("rev-parse", "HEAD").strip() in remote.advertised().out.decode()
    finally:
        remote.git.close()


def test_the_credential_is_for_its_own_host_and_in_no_file(server: GitHttp, tmp_path: Path) -> None:
    server.behaviours["shop.git"] = wants("Basic c2VzYW1l")
    remote = Remote(server.url("shop.git"), Reach(30, 10**6, "Basic c2VzYW1l"))
    try:
        assert 0 == remote.advertised().status
        remote.prepare("sha1")
        assert 0 == remote.fetch_head().status
        files = [Path(folder, name) for folder, _, names in os.walk(remote.git.scratch.path) for name in names]
        assert not any(word in each.read_bytes() for each in files for word in (b"c2VzYW1l", b"127.0.0.1"))
    finally:
        remote.git.close()
    assert not Path(remote.git.git_dir).exists()


def test_proxies_and_certificates_are_passed_on_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY", "GIT_PROXY_COMMAND", "SSH_AUTH_SOCK", "GIT_SSH"):
        monkeypatch.setenv(name, "x")

    found = Remote("https://host/a", Reach(1, 1))._variables()
    by_ssh = Remote("ssh://git@host/a", Reach(1, 1))._variables()

    assert {"https_proxy", "GIT_SSL_CAINFO"} == {name for name in found if found[name] == "x"}
    assert {"SSH_AUTH_SOCK"} == {name for name in by_ssh if by_ssh[name] == "x"}
    assert "ssh -o BatchMode=yes" == by_ssh["GIT_SSH_COMMAND"][:20]
    assert not any("StrictHostKeyChecking" in value for value in by_ssh.values())


@given(st.binary(max_size=200))
def test_a_line_is_as_long_as_it_says(text: bytes) -> None:
    sent = pktline.line(text)

    assert (len(text), text) == (pktline.size_of(sent[:4]), sent[4:])


@pytest.mark.parametrize("header", [b"zzzz", b"0003", b"+123", b" 123", b"ffff"])
def test_what_is_no_length_is_an_error(header: bytes) -> None:
    with pytest.raises(ValueError, match="bad line length"):
        pktline.size_of(header)


@given(st.lists(st.binary(max_size=60)))
def test_any_lines_are_taken_for_what_they_are(lines: list[bytes]) -> None:
    assert pktline.as_ls_remote(lines).endswith((b"\tHEAD\n", b""))


@pytest.mark.parametrize("is_told", [True, False], ids=["v2", "v0"])
def test_over_ssh_nobody_is_asked_anything_and_only_head_comes(
    work: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """A stand-in for ssh takes down its arguments and starts the other side here, as a server would."""
    program = tmp_path / "bin/ssh"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/said\nwhile [ "$1" = -o ] || [ "$1" = -p ]; do shift 2; done\n'
        f'echo "$1" >> {tmp_path}/host\n{"" if is_told else "unset GIT_PROTOCOL"}\nexec sh -c "$2"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    remote = Remote(f"ssh://git@host.example:2222{tmp_path}/served/shop.git", Reach(30, 10**6))
    try:
        expected = f"ref: refs/heads/main\tHEAD\n{work.git('rev-parse', 'HEAD').strip()}\tHEAD\n"
        assert expected == remote.advertised().out.decode()
        remote.prepare("sha1")
        assert 0 == remote.fetch_head().status
        assert "a.py" in remote.git.run("ls-tree", "HEAD").out.decode()
    finally:
        remote.git.close()

    assert {"git@host.example"} == set((tmp_path / "host").read_text(encoding="utf-8").split())
    assert (tmp_path / "said").read_text(encoding="utf-8").startswith("-o BatchMode=yes -o ConnectTimeout=20 ")


@pytest.mark.parametrize(
    "url, expected",
    [
        ("ssh://git@host/a/b.git", ["git@host", "git-upload-pack '/a/b.git'"]),
        ("ssh://host:2222/~/b", ["-p", "2222", "host", "git-upload-pack '~/b'"]),
        ("ssh://host/a'b", []),
        ("ssh://host/a%27;b", []),
        ("ssh://host/-oProxyCommand=x", []),
        ("ssh://host/$(x)", []),
    ],
)
def test_only_a_plain_path_goes_to_a_shell_on_the_other_side(
    url: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ssh").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    found = remote_head._ssh(url)

    assert expected == list(found[1 + len(remote_head.SSH_OPTIONS) + 2 :])
