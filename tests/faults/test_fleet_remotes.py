"""Remotes of a fleet that hang, lie, redirect, refuse, flood or attack: each ends as an error with its reason."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from conftest import MakeRepository
from kempt.engine.fleet.acquire import acquire
from kempt.engine.fleet.chunk import examine_chunk
from kempt.model.fleet import Credential, Limits, Outcome, Row, Target, Task, Wishes
from support.fleet_servers import (
    Answering,
    Behaviour,
    GitDaemon,
    GitHttp,
    babbles,
    breaks_off,
    drips,
    floods,
    hangs,
    moved,
    says,
    wants,
)
from support.repositories import Repository

FILES = {"pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', ".gitignore": ".venv/\n", "a.py": "print(1)\n"}
TOKEN = "hunter2-sesame"  # noqa: S105 - not one
BASIC = "eC1hY2Nlc3MtdG9rZW46aHVudGVyMi1zZXNhbWU="
WISHES = Wishes(allow_insecure=True, credentials=(Credential("127.0.0.1", "SHOP_TOKEN"),), limits=Limits(seconds=30))


@pytest.fixture
def server(tmp_path: Path, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHttp]:
    """A server of `shop.git`, and a token for it."""
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    work = git_repo(FILES, "work")
    work.git("clone", "--quiet", "--bare", str(work.root), str(tmp_path / "served/shop.git"))
    with GitHttp(tmp_path / "served") as made:
        yield made


def task(url: str) -> Task:
    return Task(Target(url.removesuffix(".git"), url))


def row(url: str, wishes: Wishes = WISHES) -> Row:
    """What becomes of one repository."""
    (found,) = examine_chunk([task(url)], wishes)
    return found


def misbehaving(server: GitHttp, behaviour: Behaviour, limits: Limits = WISHES.limits) -> tuple[Row, float]:
    """What becomes of a repository that does so, and after how many seconds."""
    server.behaviours["shop.git"] = behaviour
    began = monotonic()
    found = row(server.url("shop.git"), WISHES._replace(limits=limits))
    return found, monotonic() - began


@pytest.mark.parametrize("behaviour", [hangs, drips], ids=["hangs", "drips"])
def test_a_remote_that_takes_too_long_is_left(server: GitHttp, behaviour: Behaviour) -> None:
    found, seconds = misbehaving(server, behaviour, Limits(seconds=1.0))

    assert (Outcome.FAILED, "timeout", "nothing whole came within 1 seconds") == (
        found.outcome, found.error, found.reason,
    )  # fmt: skip
    assert seconds < 15


def test_a_remote_that_hangs_in_the_middle_is_left(server: GitHttp) -> None:
    found, _ = misbehaving(
        server, lambda request: b"command=fetch" in request.body and hangs(request), Limits(seconds=1.0)
    )

    assert (Outcome.FAILED, "timeout") == (found.outcome, found.error)


@pytest.mark.slow
def test_a_remote_that_lists_branches_without_end_runs_out_of_the_memory_that_it_may_have(server: GitHttp) -> None:
    """It takes the most that git may have here, about 400 MB."""
    found, _ = misbehaving(server, floods, Limits(received=1024**2))

    assert (Outcome.FAILED, "too-large") == (found.outcome, found.error)


def test_a_remote_that_sends_too_much_is_cut_off(server: GitHttp, git_repo: MakeRepository) -> None:
    names = {f"{number * 7919 % 1_000_003:x}/{number * 104_729 % 1_000_003:x}.py": "" for number in range(300)}
    large = git_repo(names, "large")
    large.git("clone", "--quiet", "--bare", str(large.root), str(server.folder / "large.git"))

    few = row(server.url("large.git"), WISHES._replace(limits=Limits(received=5000)))
    enough = row(server.url("large.git"))

    assert (Outcome.FAILED, "too-large") == (few.outcome, few.error)
    assert (Outcome.CHECKED, 300, True) == (enough.outcome, enough.files, enough.received > 10_000)


def test_garbage_is_damage(server: GitHttp) -> None:
    found, _ = misbehaving(server, babbles)

    assert (Outcome.FAILED, "damaged") == (found.outcome, found.error)
    assert found.reason.isprintable()


@pytest.mark.slow  # it is tried three times
def test_a_remote_that_hangs_up_is_tried_again_before_it_is_given_up(server: GitHttp) -> None:
    found, _ = misbehaving(server, breaks_off)

    assert (Outcome.FAILED, "unreachable", 3) == (found.outcome, found.error, server.fetches_of("shop.git"))


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_what_passes_is_tried_again_after_as_long_as_the_server_wants(server: GitHttp, status: int) -> None:
    found, seconds = misbehaving(server, says(status, {"Retry-After": "1"}, times=2))

    assert (Outcome.CHECKED, True) == (found.outcome, seconds > 1)


def test_a_server_that_wants_to_be_left_alone_for_long_is_asked_no_more(server: GitHttp) -> None:
    """Not for the other repositories on the same host either."""
    for name in ("b.git", "c.git"):
        (server.folder / name).symlink_to(server.folder / "shop.git")
    server.behaviours["shop.git"] = says(429, {"Retry-After": "9999"})
    tasks = [task(server.url(name)) for name in ("shop.git", "b.git", "c.git")]

    rows = examine_chunk(tasks, WISHES._replace(limits=Limits(seconds=5, at_once=1)))

    assert [(Outcome.FAILED, "rate-limited")] * 3 == [(each.outcome, each.error) for each in rows]
    assert ([], []) == (server.asked_of("b.git"), server.asked_of("c.git"))


@pytest.mark.parametrize(
    "status, expected", [(401, "denied"), (403, "denied"), (404, "not-found"), (410, "not-found"), (418, "failed")]
)
def test_what_does_not_pass_is_not_tried_again(server: GitHttp, status: int, expected: str) -> None:
    found, _ = misbehaving(server, says(status))

    assert (Outcome.FAILED, expected, 1) == (found.outcome, found.error, len(server.requests))


def test_who_is_not_let_in_without_a_token_is_told_of_it(server: GitHttp) -> None:
    server.behaviours["shop.git"] = says(401)
    found = row(server.url("shop.git"), WISHES._replace(credentials=()))

    assert (
        "it does not let kempt in: it wants a user and a password, or a token (name the variable that holds a token "
        f"for it: --token {server.url('').split('/')[2]}=VARIABLE)"
    ) == found.reason


@pytest.mark.slow  # it is tried three times
def test_nobody_there_is_unreachable() -> None:
    found = row("http://127.0.0.1:1/x.git", WISHES._replace(credentials=(), limits=Limits(seconds=3)))

    assert (Outcome.FAILED, "unreachable") == (found.outcome, found.error)


def test_a_token_goes_to_its_host_and_nowhere_else(server: GitHttp, tmp_path: Path) -> None:
    """Where the host redirects elsewhere, git would go there with it; kempt asks nothing of the other host at all."""
    with GitHttp(tmp_path / "served") as other:
        server.behaviours["away.git"] = moved(other.url("shop.git"))

        found = row(server.url("away.git"))

        assert (Outcome.FAILED, "redirected") == (found.outcome, found.error)
        assert f"it redirects to {other.url('shop.git')}/info/refs" == found.reason
        assert [] == other.requests
    assert {f"Basic {BASIC}"} == {each.authorization for each in server.requests}


@pytest.mark.parametrize("to", ["https://127.0.0.1:1/x.git", "ext::sh -c x", "file:///etc", "-x", "//evil/x.git", ""])
def test_a_redirect_to_another_transport_is_an_error(server: GitHttp, to: str) -> None:
    found, _ = misbehaving(server, moved(to))

    assert (Outcome.FAILED, "redirected") == (found.outcome, found.error)


def test_a_redirect_that_leaves_out_what_stays_the_same_is_followed(server: GitHttp) -> None:
    found, _ = misbehaving(server, lambda _: False)
    server.behaviours["old.git"] = moved("/shop.git")

    renamed = row(server.url("old.git"))

    assert (Outcome.CHECKED, found.head, f"moved to {server.url('shop.git')}") == (
        renamed.outcome, renamed.head, renamed.reason,
    )  # fmt: skip


def test_a_page_in_the_place_of_a_repository_is_no_empty_one(server: GitHttp) -> None:
    def asks_to_log_in(request: Answering) -> bool:
        request.reply(200, [("Content-Type", "text/html; charset=utf-8")], b"<html>\n<p>Log in</p>\n")
        return True

    found, _ = misbehaving(server, asks_to_log_in)

    assert (Outcome.FAILED, "not-git", "it does not answer as git does (text/html: a login page?)") == (
        found.outcome, found.error, found.reason,
    )  # fmt: skip


def test_a_redirect_in_a_circle_ends(server: GitHttp) -> None:
    found, _ = misbehaving(server, moved(server.url("shop.git")))

    assert (Outcome.FAILED, "redirected") == (found.outcome, found.error)


def test_a_redirect_in_the_middle_of_a_fetch_is_not_followed(server: GitHttp, tmp_path: Path) -> None:
    with GitHttp(tmp_path / "served") as other:
        away = moved(other.url("shop.git"))
        found, _ = misbehaving(server, lambda request: request.command == "POST" and away(request))

        assert (Outcome.FAILED, []) == (found.outcome, other.requests)


def test_a_private_repository_is_read_with_the_token_that_nobody_sees(server: GitHttp) -> None:
    """Not in the arguments of any process, and not in any row, though server and git say what they were given."""
    seen = list[bytes]()

    def watch(request: Answering) -> bool:
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(each.read_bytes())
            except OSError:
                continue
        return wants(f"Basic {BASIC}")(request)

    found, _ = misbehaving(server, watch)

    assert Outcome.CHECKED is found.outcome
    assert any(b"git\0" in each for each in seen)
    assert not any(word.encode() in each for word in (TOKEN, BASIC, "shop.git") for each in seen if b"fetch" in each)
    assert not any(word in repr(found) for word in (TOKEN, BASIC))


def test_a_server_that_says_the_token_back_does_not_get_it_into_a_row(server: GitHttp) -> None:
    def repeat(request: Answering) -> bool:
        said = f"ERR {TOKEN} {request.headers.get('Authorization')}\n".encode()
        body = b"001e# service=git-upload-pack\n0000" + b"%04x" % (len(said) + 4) + said
        request.reply(200, [("Content-Type", "application/x-git-upload-pack-advertisement")], body)
        return True

    found, _ = misbehaving(server, repeat)

    assert "fatal: remote error: ... ..." in found.reason.replace("Basic ", "")
    assert not any(word in repr(found) for word in (TOKEN, BASIC))


def test_a_token_that_is_not_set_is_an_error_before_anything_is_asked(
    server: GitHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    found = row(server.url("shop.git"))

    assert (Outcome.FAILED, "denied", []) == (found.outcome, found.error, server.requests)


@pytest.mark.parametrize("url", ["ext::sh -c touch% ran", "file:///etc", "fd::3", "-u./x", "ssh://-oProxyCommand=x/y"])
def test_a_task_with_another_transport_is_refused(url: str) -> None:
    (found,) = [(each.error and each.error.code) for each in acquire([Task(Target(url, f"x://{url}"))], WISHES)]

    assert "refused" == found


def test_without_leave_nothing_goes_unencrypted(server: GitHttp) -> None:
    found = row(server.url("shop.git"), WISHES._replace(allow_insecure=False))

    assert (Outcome.FAILED, "refused", []) == (found.outcome, found.error, server.requests)


def test_leaving_early_ends_what_runs(server: GitHttp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (server.folder / "slow.git").symlink_to(server.folder / "shop.git")
    server.behaviours["slow.git"] = hangs
    began = monotonic()

    running = acquire([task(server.url("slow.git")), task(server.url("shop.git"))], WISHES)
    with next(iter(running)) as first:
        assert server.url("shop") == first.task.target.name
    del running

    assert monotonic() - began < 20
    assert [] == list((tmp_path / "tmp").iterdir())
    assert "slow.git" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True, text=True).stdout


def test_a_remote_whose_pack_is_damaged_is_an_error(server: GitHttp) -> None:
    pack = next((server.folder / "shop.git/objects").glob("[0-9a-f][0-9a-f]/*"), None)
    assert pack is not None
    for each in (server.folder / "shop.git/objects").glob("[0-9a-f][0-9a-f]/*"):
        each.chmod(0o644)
        each.write_bytes(b"\0" * 20)

    found = row(server.url("shop.git"))

    assert Outcome.FAILED is found.outcome


def hooks(repo: Repository, program: Path) -> None:
    for name in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
        (repo.root / f".git/hooks/{name}").parent.mkdir(exist_ok=True)
        (repo.root / f".git/hooks/{name}").symlink_to(program)
    repo.git("config", "core.fsmonitor", str(program))


def filters(repo: Repository, program: Path) -> None:
    repo.write({".gitattributes": "* filter=x diff=x\n"})
    repo.stage()
    repo.commit()
    for key in ("filter.x.smudge", "filter.x.clean", "diff.x.textconv", "core.sshCommand", "credential.helper"):
        repo.git("config", key, str(program))


def submodule(repo: Repository, program: Path) -> None:
    repo.write({".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::{program}\n\tupdate = !{program}\n'})
    commit = repo.git("rev-parse", "HEAD").strip()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},x")
    repo.stage([".gitmodules"])
    repo.git("commit", "--quiet", "--message=x")


def names(repo: Repository, program: Path) -> None:
    blob = repo.git("rev-parse", "HEAD:a.py").strip()
    lines = "".join(
        f"100644 blob {blob}\t{name}\0" for name in ("-rf", "::error x", "\x1b[31m", "\u202e", "a\nb", "%0A")
    )
    link = repo.git("hash-object", "-w", "--stdin", input=b"/etc/passwd").strip()
    inner = repo.git("mktree", "-z", input=f"120000 blob {link}\tpyproject.toml\0100644 blob {blob}\thooks\0".encode())
    lines += (
        f"040000 tree {inner.strip()}\t.git\0040000 tree {inner.strip()}\t..\0" + f"120000 blob {link}\t.gitignore\0"
    )
    tree = repo.git("mktree", "-z", input=lines.encode()).strip()
    repo.git("update-ref", "HEAD", repo.git("commit-tree", tree, "-m", "x").strip())


def bombs(repo: Repository) -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    repo.write(
        {
            "pyproject.toml": ".".join("a" * 20_000) + " = 1\n", "api/pyproject.toml": "a = " + "[" * 5000,
            ".github/workflows/a.yml": f"on: push\n{laughs}jobs: *a9\n# pip\n",
            ".github/workflows/b.yml": "x: &x [*x]\n# pip\n", "uv.lock": "version = " + "9" * 100_000,
            "requirements.txt": " " * 30_000 + "#\n" + "-r requirements.txt\n",
            "Dockerfile": "FROM x\nRUN pip install " + "$(" * 3000 + "\n",
        }
    )  # fmt: skip
    repo.stage()
    repo.commit()


def test_bombs_end_as_a_row(git_repo: MakeRepository, tmp_path: Path) -> None:
    repo = git_repo(FILES, "served/shop")
    bombs(repo)

    with GitHttp(tmp_path / "served") as http:
        found = row(http.url("shop/.git"), WISHES._replace(credentials=()))

    assert Outcome.CHECKED is found.outcome
    assert {"KPT002"} <= {each.code for each in found.findings}


@pytest.mark.parametrize("plant", [hooks, filters, submodule, names], ids=lambda each: each.__name__)
@pytest.mark.parametrize("how", ["folder", "http", pytest.param("daemon", marks=pytest.mark.slow)])
def test_a_hostile_repository_runs_nothing(
    plant: Callable[[Repository, Path], None], how: str, git_repo: MakeRepository, tmp_path: Path
) -> None:
    mark, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n", encoding="utf-8")
    program.chmod(0o755)
    repo = git_repo(FILES, "served/shop")
    plant(repo, program)
    mark.unlink(missing_ok=True)

    with GitHttp(tmp_path / "served") as http, GitDaemon(tmp_path / "served") as daemon:
        place = {"folder": str(repo.root), "http": http.url("shop/.git"), "daemon": daemon.url("shop/.git")}[how]
        found = row(place, WISHES._replace(credentials=()))

    assert (Outcome.CHECKED, "", False) == (found.outcome, found.reason, mark.exists())


def test_a_renamed_repository_is_checked_and_its_row_says_where_it_is_now(server: GitHttp) -> None:
    server.behaviours["old.git"] = moved(server.url("shop.git"))

    found = row(server.url("old.git"))

    assert (Outcome.CHECKED, "", f"moved to {server.url('shop.git')}") == (found.outcome, found.error, found.reason)
