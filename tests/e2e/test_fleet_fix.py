"""What `kempt fleet fix` prepares, applied by git: the tree is that of `kempt check --fix`."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.apply import apply
from kempt.engine.fleet.patches import patches
from kempt.engine.project.fix import prepare
from kempt.model.fleet import Target, Wishes
from kempt.model.patches import Patch, Sending
from kempt.report.patch import render
from support.fleet_servers import GitHttp
from support.repositories import Repository

SENDING = Sending("mend", "Ada <ada@example.com>", 1767323045.0, "1.0")
BYTECODE = b"\xa7\r\r\n" + bytes(60)
PLAIN: dict[str, str | bytes] = {
    "a.py": "", "README": "no end of line", ".gitignore": "*.log\n", "pkg/__pycache__/a.cpython-312.pyc": BYTECODE,
    "pkg/b.py": "", ".DS_Store": b"\0", "pkg/.mypy_cache/x.json": "{}\n", "pkg/.mypy_cache/.gitignore": "*\n",
}  # fmt: skip
CASES: dict[str, Mapping[str, str | bytes]] = {
    "plain": PLAIN,
    "no-ignore-file": {"a.py": "", "__pycache__/a.cpython-312.pyc": BYTECODE},
    "windows-line-ends": PLAIN | {".gitignore": b"*.log\r\n"},
    "no-end-of-line": PLAIN | {".gitignore": "*.log"},
    "not-utf-8": PLAIN | {".gitignore": b"caf\xe9\n"},
    "empty-ignore-file": PLAIN | {".gitignore": ""},
    "odd-names": {
        "a.py": "", 'sp ace/qu"ote/__pycache__/a.cpython-312.pyc': BYTECODE, "tab\there/.DS_Store": b"\0",
        "new\nline/Thumbs.db": b"\0", "caf\udce9/.DS_Store": b"\0", "é/back\\slash/.DS_Store": b"\0",
        "-rf/.DS_Store": b"\0", "trailing /.DS_Store": b"\0", "--- a/.DS_Store": b"\0", "diff -x/.DS_Store": b"\0",
        "From me Mon Sep 17 00:00:00 2001/.DS_Store": b"\0", "\x1b[31m/.DS_Store": b"\0",
    },
    "long-text-and-many-lines": PLAIN | {".gitignore": "".join(f"# é {n} {'é' * 90}\nx{n}\n" for n in range(300))},
}  # fmt: skip


def made(repository: Repository, *, unsafe: bool = False, wishes: Wishes | None = None) -> Patch:
    """The patch of one repository."""
    root = str(repository.root)
    [patch] = patches([Target(root, root)], wishes or Wishes(), unsafe=unsafe)
    return patch


def applied(repository: Repository, patch: Patch, folder: Path, *options: str) -> Repository:
    """A fresh clone that the patch was applied to by `git am`."""
    clone = Repository(folder / "clone", repository.root.parent / "home")
    clone.root.mkdir()
    (folder / "a.patch").write_text(render(patch, SENDING), encoding="utf-8")
    clone.git("clone", "--quiet", "--no-local", *options, str(repository.root), ".")
    clone.git("apply", "--check", str(folder / "a.patch"))
    clone.git("am", "--quiet", str(folder / "a.patch"))
    return clone


def tree_of_fix(repository: Repository, *, unsafe: bool = False) -> str:
    """The tree that `kempt check --fix` leaves to be committed."""
    assert apply(prepare(str(repository.root), unsafe=unsafe).plan).ok
    repository.git("add", "--update")
    return repository.git("write-tree")


@pytest.mark.parametrize("files", CASES.values(), ids=CASES)
def test_git_am_gives_the_tree_of_check_fix(
    git_repo: MakeRepository, tmp_path: Path, files: Mapping[str, str | bytes]
) -> None:
    repository = git_repo(files)
    clone = applied(repository, made(repository), tmp_path)

    assert clone.git("rev-parse", "HEAD^{tree}") != repository.git("rev-parse", "HEAD^{tree}")
    assert tree_of_fix(repository) == clone.git("rev-parse", "HEAD^{tree}")
    assert "" == clone.git("status", "--porcelain")


def test_sha_256(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo(PLAIN, options=["--object-format=sha256"])
    clone = applied(repository, made(repository), tmp_path)

    assert tree_of_fix(repository) == clone.git("rev-parse", "HEAD^{tree}")


def test_an_environment_with_links_and_programs(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo({"a.py": "", "env/pyvenv.cfg": "home = /usr/bin\n", "env/bin/x": "#!/bin/sh\n"}, commit=False)
    (repository.root / "env/bin/x").chmod(0o755)
    (repository.root / "env/bin/python").symlink_to("/usr/bin/python3")
    (repository.root / ".gitignore").write_text("*.log\n")
    (repository.root / ".gitignore").chmod(0o755)
    repository.stage()
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},env/src/sub")
    repository.commit()
    clone = applied(repository, made(repository, unsafe=True), tmp_path)

    assert [".gitignore", "a.py"] == clone.tracked()
    assert tree_of_fix(repository, unsafe=True) == clone.git("rev-parse", "HEAD^{tree}")


def test_a_file_that_changed_meanwhile_is_not_lost(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo(PLAIN)
    patch = made(repository)
    repository.write({".DS_Store": b"precious"})
    repository.stage()
    repository.commit()

    with pytest.raises(subprocess.CalledProcessError):
        applied(repository, patch, tmp_path)


def test_the_clone_and_its_repository_are_not_changed(git_repo: MakeRepository) -> None:
    repository = git_repo(PLAIN)
    before = {path: path.read_bytes() for path in repository.root.rglob("*") if path.is_file()}

    made(repository)

    assert before == {path: path.read_bytes() for path in repository.root.rglob("*") if path.is_file()}


def test_what_leaves_a_remote_is_not_fetched_and_nothing_is_pushed(git_repo: MakeRepository, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "env/pyvenv.cfg": "home = /usr/bin\n",
        "env/lib/big.so": bytes(range(256)) * 4096,
        "a.py": "",
    }
    files |= {f"env/lib/{number}.so": b"".join(bytes([number, each]) for each in range(256)) for number in range(64)}
    repository = git_repo(files, name="served/shop")
    with GitHttp(tmp_path / "served") as server:
        url = server.url("shop/.git")
        wishes = Wishes(allow_insecure=True)
        [patch] = patches([Target(url.removesuffix(".git"), url)], wishes, unsafe=True)
        asked, sent = {each.path.rpartition("/")[2] for each in server.requests}, server.sent
    clone = applied(repository, patch, tmp_path)

    assert ({"refs?service=git-upload-pack", "git-upload-pack"}, True) == (asked, sent < 32_000)
    assert tree_of_fix(repository, unsafe=True) == clone.git("rev-parse", "HEAD^{tree}")


def test_a_repository_whose_configuration_runs_programs(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo(PLAIN | {".gitattributes": "* diff=evil filter=evil\n"})
    program = tmp_path / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    program.chmod(0o755)
    for key in ("diff.external", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge",
                "core.fsmonitor", "core.pager", "core.sshCommand"):  # fmt: skip
        repository.git("config", key, str(program))
    patch = made(repository)

    assert [False, True] == [(tmp_path / "ran").exists(), bool(patch.parts)]


def test_names_that_git_refuses_are_told_and_left_out(git_repo: MakeRepository) -> None:
    repository = git_repo(PLAIN)
    blob = repository.git("hash-object", "-w", "--stdin", input=b"x").strip()
    tree = repository.git("mktree", "-z", input=f"100644 blob {blob}\t.DS_Store\0".encode()).strip()
    top = f"040000 tree {tree}\t.git\x00040000 tree {tree}\tx\0".encode()
    root = repository.git("mktree", "-z", input=top).strip()
    commit = repository.git("commit-tree", root, input=b"hostile").strip()
    repository.git("update-ref", "refs/heads/main", commit)
    patch = made(repository)

    assert ("x/.DS_Store", False) == (patch.parts[-1].path, any(".git/" in part.path for part in patch.parts))
    assert (".git/.DS_Store is not in the patch: git refuses its name",) == patch.notes


def test_an_ignore_file_that_is_a_link_stays_one(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": "", "__pycache__/a.cpython-312.pyc": BYTECODE, "ignored": "*.log\n"}, commit=False)
    (repository.root / ".gitignore").symlink_to("ignored")
    repository.stage()
    repository.commit()
    patch = made(repository)

    assert ["__pycache__/a.cpython-312.pyc"] == [part.path for part in patch.parts]
    assert (".gitignore is not in the patch: it is no regular file that can be read",) == patch.notes


def test_a_repository_that_breaks_is_told_and_the_others_go_on(git_repo: MakeRepository) -> None:
    broken = git_repo(PLAIN | {"kempt.toml": "nonsense = 1\n"}, name="broken")
    fine = git_repo(PLAIN, name="fine")
    targets = [Target(str(each.root), str(each.root)) for each in (broken, fine)]
    targets.append(Target(str(broken.root / "none"), str(broken.root / "none")))

    assert [
        ("kempt.toml:1: unknown setting `nonsense`", False),
        ("", True),
        (f"no such file or folder: {targets[2].url}", False),
    ] == [(patch.error, bool(patch.parts)) for patch in patches(targets, Wishes())]
