"""Repositories of a fleet, had without a checkout: folders where they lie, remotes in as few bytes as it takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.fleet.acquire import Acquired, acquire
from kempt.engine.project.check import examine
from kempt.errors import UnreadableError
from kempt.model.config import Config
from kempt.model.fleet import Limits, Target, Task, Wishes
from support.fleet_servers import GitDaemon, GitHttp, moved
from support.repositories import Repository

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', "uv.lock": "version = 1\n", ".gitignore": ".venv/\n",
    "shop/a.py": "print(1)\n", "shop/notes.txt": "not read\n", ".github/workflows/ci.yml": "on: push\njobs: {}\n",
    "Dockerfile": "FROM python:3.12\nRUN pip install .\n", ".dockerignore": ".git\n", "CODEOWNERS": "* @ada\n",
    "compose.yaml": "services:\n  web:\n    build: .\n", "scripts/x.sh": "rm -rf __pycache__\n", "README.md": "uv\n",
}  # fmt: skip
WISHES = Wishes(allow_insecure=True, limits=Limits(seconds=60))


def folder(repository: Repository | Path) -> Task:
    path = str(repository if isinstance(repository, Path) else repository.root)
    return Task(Target(path, path))


def remote(url: str, known_head: str = "") -> Task:
    return Task(Target(url.removesuffix(".git"), url), known_head)


def one(task: Task, wishes: Wishes = WISHES) -> Iterator[Acquired]:
    """The one repository, while it is open."""
    for acquired in acquire([task], wishes):
        with acquired:
            yield acquired


def said(task: Task, wishes: Wishes = WISHES) -> tuple[str, str]:
    """Code and message of what is wrong with it, once all was read that an examination reads."""
    for acquired in acquire([task], wishes):
        with acquired:
            if acquired.tree is not None:
                for path in acquired.tree.listing:
                    try:
                        acquired.tree.read(path)
                    except Exception:  # noqa: BLE001, S112 - a rule that crashes is a finding; what counts is told below
                        continue
            assert acquired.error is not None
            return acquired.error.code, acquired.error.message
    raise AssertionError


@pytest.fixture
def served(tmp_path: Path, git_repo: MakeRepository) -> Iterator[tuple[GitHttp, Repository]]:
    """A server and the repository that it serves as `shop.git`, bare."""
    work = git_repo(FILES, "work")
    work.git("clone", "--quiet", "--bare", str(work.root), str(tmp_path / "served/shop.git"))
    with GitHttp(tmp_path / "served") as server:
        yield server, work


def test_a_folder_is_judged_by_its_commit(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES)
    repo.write({".gitignore": "changed\n", "new.py": ""})
    repo.stage()

    for found in one(folder(repo)):
        assert found.tree is not None
        assert (repo.git("rev-parse", "HEAD").strip(), "main", None) == (found.head, found.branch, found.error)
        assert (sorted(FILES), b".venv/\n") == (list(found.tree.listing), found.tree.read(".gitignore"))


def test_a_folder_whose_head_is_known_is_unchanged(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES)
    task = folder(repo)._replace(known_head=repo.git("rev-parse", "HEAD").strip())

    for found in one(task):
        assert (True, None, None) == (found.unchanged, found.tree, found.error)


@pytest.mark.parametrize("kind", ["bare", "sha256", "shallow", "detached", "packed", "linked"])
def test_folders_of_all_kinds_are_read(git_repo: MakeRepository, tmp_path: Path, kind: str) -> None:
    repo = git_repo(FILES, options=["--object-format=sha256"] if kind == "sha256" else [])
    repo.commit("more")
    place = repo.root
    if kind in {"bare", "shallow"}:
        option = "--bare" if kind == "bare" else "--depth=1"
        repo.git("clone", "--quiet", option, f"file://{repo.root}", str(tmp_path / "other"))
        place = tmp_path / "other"
    elif kind == "detached":
        repo.git("checkout", "--quiet", "--detach")
    elif kind == "packed":
        repo.git("gc", "--quiet")
    elif kind == "linked":
        repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
        place = tmp_path / "linked"

    for found in one(folder(place)):
        assert found.tree is not None
        assert (sorted(FILES), b"uv\n") == (list(found.tree.listing), found.tree.read("README.md"))


def empty(repo: Repository) -> str:
    repo.git("update-ref", "-d", "HEAD")
    return "empty"


def dangling(repo: Repository) -> str:
    (repo.root / ".git/refs/heads/main").write_text("0123456789" * 4 + "\n", encoding="ascii")
    return "KPT004"


def without_a_blob(repo: Repository) -> str:
    object_file(repo, "HEAD:.gitignore").unlink()
    return "KPT004"


def damaged_blob(repo: Repository) -> str:
    path = object_file(repo, "HEAD:.gitignore")
    path.chmod(0o644)
    path.write_bytes(b"\0" * 30)
    return "KPT004"


def without_a_folder(repo: Repository) -> str:
    object_file(repo, "HEAD:shop").unlink()
    return "KPT004"


def damaged_pack(repo: Repository) -> str:
    repo.git("gc", "--quiet")
    for path in (repo.root / ".git/objects/pack").glob("*.pack"):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:30] + b"\xff" * 600)
    return "KPT004"


def partial(repo: Repository) -> str:
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "remote.origin.url", "ext::sh -c touch% ran")
    object_file(repo, "HEAD:.gitignore").unlink()
    return "KPT004"


def pointer(repo: Repository) -> str:
    (repo.root / ".git").rename(repo.root / "elsewhere")
    (repo.root / ".git").write_text("gitdir: elsewhere\n", encoding="ascii")
    return ""


def pipe(repo: Repository) -> str:
    (repo.root / ".git/config").unlink()
    os.mkfifo(repo.root / ".git/config")
    return "KPT004"


def object_file(repo: Repository, name: str) -> Path:
    oid = repo.git("rev-parse", name).strip()
    return repo.root / ".git/objects" / oid[:2] / oid[2:]


FAULTS = [empty, dangling, without_a_blob, damaged_blob, without_a_folder, damaged_pack, partial, pipe, pointer]


@pytest.mark.parametrize("break_it", FAULTS, ids=lambda each: each.__name__)
def test_a_broken_folder_is_an_error_never_clean(git_repo: MakeRepository, break_it: object) -> None:
    repo = git_repo(FILES)
    assert callable(break_it)
    expected = break_it(repo)

    assert expected == said(folder(repo))[0]
    assert not (repo.root / "ran").exists()


def test_a_folder_of_another_owner_is_an_error(git_repo: MakeRepository) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    repo = git_repo(FILES)
    os.chown(repo.root, 12345, 12345)
    os.chown(repo.root / ".git", 12345, 12345)

    code, message = said(folder(repo))

    assert ("KPT004", True) == (code, "dubious ownership" in message)


def test_a_folder_that_is_gone_or_no_repository_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()

    assert "no such file or folder" in said(folder(tmp_path / "gone"))[1]
    assert "KPT003" == said(folder(tmp_path / "plain"))[0]


def test_a_remote_is_examined_after_two_fetches(served: tuple[GitHttp, Repository]) -> None:
    """One brings the commit and its folders, one what the rules read; a third asks for what none of them reads."""
    server, work = served

    for found in one(remote(server.url("shop.git"))):
        assert found.tree is not None
        assert found.ignores is not None
        examine(found.tree, found.ignores, Config())
        assert (work.git("rev-parse", "HEAD").strip(), "main") == (found.head, found.branch)
        assert (2, True) == (server.fetches_of("shop.git"), 500 < found.received < 5000)
        assert (b"not read\n", 3) == (found.tree.read("shop/notes.txt"), server.fetches_of("shop.git"))
        with pytest.raises(UnreadableError):
            found.tree.read("nothing")
        assert (3, None) == (server.fetches_of("shop.git"), found.error)


def test_scripts_that_rules_follow_come_together_in_one_more_fetch(
    served: tuple[GitHttp, Repository], git_repo: MakeRepository
) -> None:
    server, _ = served
    steps = "".join(f"      - run: python scripts/{name}.py\n" for name in "abcd")
    jobs = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    scripts = {f"scripts/{name}.py": f"import subprocess  # {name}\n" for name in "abcd"}
    other = git_repo({".github/workflows/ci.yml": jobs, "pyproject.toml": "[project]\n", **scripts}, "other")
    other.git("clone", "--quiet", "--bare", str(other.root), str(server.folder / "other.git"))

    for found in one(remote(server.url("other.git"))):
        assert found.tree is not None
        assert found.ignores is not None
        examine(found.tree, found.ignores, Config())
        assert [b"import subprocess  # a\n", b"import subprocess  # d\n"] == [
            found.tree.read(f"scripts/{name}.py") for name in "ad"
        ]
    assert 3 == server.fetches_of("other.git")


def test_an_unchanged_remote_is_asked_for_its_head_and_nothing_else(served: tuple[GitHttp, Repository]) -> None:
    server, work = served

    for found in one(remote(server.url("shop.git"), work.git("rev-parse", "HEAD").strip())):
        assert (True, None, None) == (found.unchanged, found.tree, found.error)
    assert [("GET", False), ("POST", True)] == [(each.method, b"ls-refs" in each.body) for each in server.requests]


def test_a_remote_by_gits_own_protocol(served: tuple[GitHttp, Repository]) -> None:
    with GitDaemon(served[0].folder) as daemon:
        for found in one(remote(daemon.url("shop.git"))):
            assert found.tree is not None
            assert (b"uv\n", sorted(FILES)) == (found.tree.read("README.md"), list(found.tree.listing))


@pytest.mark.parametrize("kind", ["sha256", "shallow", "no filter", "old", "old with filter"])
def test_remotes_of_all_kinds_are_read(served: tuple[GitHttp, Repository], git_repo: MakeRepository, kind: str) -> None:
    server, work = served
    if kind == "sha256":
        other = git_repo(FILES, "other", options=["--object-format=sha256"])
        other.git("clone", "--quiet", "--bare", str(other.root), str(server.folder / "other.git"))
    else:
        work.commit("more")
        depth = ["--depth=1"] if kind == "shallow" else []
        work.git("clone", "--quiet", "--bare", *depth, f"file://{work.root}", str(server.folder / "other.git"))
    if kind in {"no filter", "old"}:
        server.options = (("safe.directory", "*"),)
    if kind == "old with filter":
        server.options = (("safe.directory", "*"), ("uploadpack.allowFilter", "true"))
    server.newest = not kind.startswith("old")

    for found in one(remote(server.url("other.git"))):
        assert found.tree is not None
        assert (b"uv\n", b"print(1)\n") == (found.tree.read("README.md"), found.tree.read("shop/a.py"))
        assert found.error is None


def test_a_renamed_remote_is_found_on_its_host_and_noted(served: tuple[GitHttp, Repository]) -> None:
    server, _ = served
    server.behaviours["old.git"] = moved(server.url("shop.git"))

    for found in one(remote(server.url("old.git"))):
        assert (f"moved to {server.url('shop.git')}", None, True) == (found.note, found.error, found.tree is not None)
    assert 2 == len(server.asked_of("old.git"))


def test_a_remote_without_a_commit_is_an_error(served: tuple[GitHttp, Repository]) -> None:
    server, work = served
    work.git("init", "--quiet", "--bare", str(server.folder / "empty.git"))
    work.git("--git-dir", str(server.folder / "shop.git"), "symbolic-ref", "HEAD", "refs/heads/gone")

    assert ["empty", "empty"] == [said(remote(server.url(name)))[0] for name in ("empty.git", "shop.git")]


def test_folders_and_remotes_come_together_and_no_more_at_a_time_than_wanted(
    served: tuple[GitHttp, Repository],
) -> None:
    server, work = served
    tasks = [folder(work)]
    for number in range(4):
        (server.folder / f"s{number}.git").symlink_to(server.folder / "shop.git")
        tasks.append(remote(server.url(f"s{number}.git")))

    found = []
    for acquired in acquire(tasks, WISHES._replace(limits=Limits(at_once=2))):
        with acquired:
            found.append((acquired.task.target.name, acquired.error))

    assert sorted((task.target.name, None) for task in tasks) == sorted(found)
    assert server.most_at_once <= 2


def test_nothing_is_left_in_the_folder_for_temporary_files(
    served: tuple[GitHttp, Repository], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, work = served
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for acquired in acquire([folder(work), remote(server.url("shop.git")), remote(server.url("none.git"))], WISHES):
        with acquired:
            assert 1 <= len(list((tmp_path / "tmp").iterdir()))

    assert [] == list((tmp_path / "tmp").iterdir())
