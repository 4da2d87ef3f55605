"""A commit read through one git process says what `git ls-tree` and two calls of `git cat-file` say of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from hashlib import sha1
from pathlib import Path
from zlib import compress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt.errors import KemptError, ToolError, UnreadableError, UsageError
from kempt.host import objects
from kempt.host.git import Git
from kempt.host.objects import ObjectTree
from kempt.host.trees import CommitTree
from support.repositories import Repository

FILES: dict[str, str | bytes] = {
    "app.py": "print(1)\n", ".gitignore": "__pycache__/\n", "pkg/sub/a.py": "a", "pkg/sub.py": "b", "pkg/sub-x": "c",
    "new\nline.py": "x", "-n": "y", ":(top)z": "z", "caf\udce9.txt": "w", "a/.git-x/b": "", "zero\x01": b"\0\n\0",
}  # fmt: skip


def said(tree: CommitTree | ObjectTree) -> list[object]:
    """All that a tree says of its files, an error as its words."""
    paths = list(tree.listing)
    folders = {path.rpartition("/")[0] for path in paths}
    wanted: list[Sequence[str]] = [(), paths, paths[:1], sorted(folders), ("nowhere", "pkg/sub", ""), ("../x", ".git")]
    entries = [tree.entries(each) for each in wanted]
    return [tree.root, tree.listing.raw, *entries, tree.sizes(entries[1]), *(content(tree, path) for path in paths)]


def content(tree: CommitTree | ObjectTree, path: str) -> object:
    try:
        return tree.read(path)
    except UnreadableError as error:
        return str(error)


def both(repo: Repository, rev: str = "HEAD") -> tuple[object, object]:
    """What the two backends say of a commit."""
    with Git.open(str(repo.root)) as git:
        return said(CommitTree(git, rev)), said(ObjectTree(git, rev))


def written(repo: Repository, kind: str, content: bytes) -> bytes:
    """A loose object, however wrong, and its id."""
    whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
    oid = sha1(whole, usedforsecurity=False)
    place = repo.root / ".git/objects" / oid.hexdigest()[:2] / oid.hexdigest()[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(compress(whole))
    return oid.digest()


def tree_of(repo: Repository, *members: tuple[bytes, bytes, bytes]) -> bytes:
    return written(repo, "tree", b"".join(mode + b" " + name + b"\0" + oid for mode, name, oid in members))


def committed(repo: Repository, tree: bytes) -> Repository:
    author = b"Ada <ada@example.com> 1767323045 +0000"
    text = b"tree %s\nauthor %s\ncommitter %s\n\nwork\n" % (tree.hex().encode(), author, author)
    repo.git("update-ref", "HEAD", written(repo, "commit", text).hex())
    return repo


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_it_agrees_with_the_other_backend(options: tuple[str, ...], git_repo: MakeRepository) -> None:
    repo = git_repo(FILES, commit=False, options=options)
    (repo.root / "link").symlink_to("app.py")
    (repo.root / "app.py").chmod(0o755)
    repo.stage()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * (64 if options else 40)},module")
    repo.commit()

    by_calls, by_talk = both(repo)

    assert by_calls == by_talk


def test_it_agrees_on_what_is_packed(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES)
    repo.git("gc", "--quiet")

    by_calls, by_talk = both(repo)

    assert by_calls == by_talk


@pytest.mark.parametrize("rev", ["HEAD", "main", "v1", "HEAD~1", "@{0}", "HEAD^{/first}"])
def test_a_commit_has_many_names(rev: str, git_repo: MakeRepository) -> None:
    repo = git_repo({"a": "1"}, commit=False)
    repo.commit("first")
    repo.write({"b": "2"})
    repo.stage()
    repo.commit()
    repo.git("tag", "-a", "-m", "one", "v1")

    with Git.open(str(repo.root)) as git:
        assert CommitTree(git, rev).commit == ObjectTree(git, rev).commit


@pytest.mark.parametrize(
    "rev", ["nowhere", "HEAD:app.py", "HEAD^{tree}", "HEAD\nHEAD", "HEAD\0", "a b", "0" * 40, "^HEAD"]
)
def test_what_is_no_commit_is_refused(rev: str, git_repo: MakeRepository) -> None:
    with Git.open(str(git_repo(FILES).root)) as git, pytest.raises(ToolError, match="git knows no commit") as caught:
        ObjectTree(git, rev)

    assert "KPT004" == caught.value.code


@pytest.mark.parametrize("rev", ["", "-x", "--all"])
def test_what_looks_like_an_option_is_refused(rev: str, git_repo: MakeRepository) -> None:
    with Git.open(str(git_repo(FILES).root)) as git, pytest.raises(UsageError, match="not a revision"):
        ObjectTree(git, rev)


def test_a_commit_without_files(git_repo: MakeRepository) -> None:
    repo = git_repo(commit=False)
    repo.commit()

    by_calls, by_talk = both(repo)

    assert by_calls == by_talk


MODES = [b"100644", b"100755", b"100664", b"0100644", b"120000", b"160000", b"100000", b"0", b"777", b"4000000100644"]
NAMES = [b"a", b"b", b"..", b".", b".git", b"a/b", b"a b", b"\xff", b"~", b"A"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=st.lists(st.tuples(st.sampled_from(MODES), st.sampled_from(NAMES), st.booleans()), max_size=6))
def test_hostile_trees_are_listed_in_order_and_whole(
    git_repo: MakeRepository, members: list[tuple[bytes, bytes, bool]], tmp_path: Path
) -> None:
    """Names that lead out, duplicates, modes that git never writes, in any order: each path once, where it belongs."""
    place = tmp_path / "repo"
    repo = Repository(place, tmp_path / "home") if place.exists() else git_repo(FILES)
    blob = written(repo, "blob", b"x")
    inner = tree_of(repo, (b"100644", b"x", blob), (b"120000", b"y", blob))
    listed = [(b"40000" if below else mode, name, inner if below else blob) for mode, name, below in members]
    committed(repo, tree_of(repo, *listed))

    with Git.open(str(repo.root)) as git:
        records = git.run("ls-tree", "-r", "-z", "HEAD").out.split(b"\0")[:-1]
        tree = ObjectTree(git)
        found = tree.entries(tree.listing)

        assert sorted({record.partition(b"\t")[2] for record in records}) == tree.listing.raw.split(b"\0")[1:-1]
        assert {os.fsdecode(b" ".join(record.split(b" ", 2)[::2])) for record in records} == {
            f"{entry.mode} {entry.oid}\t{entry.path}" for entry in found
        }


def test_a_name_with_a_slash_lies_below_a_folder(git_repo: MakeRepository) -> None:
    """No git writes it; paths are what rules see, and so that is what counts."""
    repo = git_repo(FILES)
    blob = written(repo, "blob", b"x")
    committed(repo, tree_of(repo, (b"100644", b"a/b", blob)))

    with Git.open(str(repo.root)) as git:
        tree = ObjectTree(git)

        assert (["a/b"], ["a/b"]) == (list(tree.listing), [entry.path for entry in tree.entries(("a",))])


def no_type(repo: Repository, blob: bytes) -> bytes:
    return tree_of(repo, (b"40000", b"a", blob))


def missing_folder(repo: Repository, _blob: bytes) -> bytes:
    return tree_of(repo, (b"40000", b"a", b"\1" * 20))


def cut_short(repo: Repository, blob: bytes) -> bytes:
    return written(repo, "tree", b"100644 a\0" + blob + b"100644 b\0" + blob[:7])


def no_mode(repo: Repository, blob: bytes) -> bytes:
    return tree_of(repo, (b"", b"a", blob))


def odd_mode(repo: Repository, blob: bytes) -> bytes:
    return tree_of(repo, (b"10064x", b"a", blob))


def no_name(repo: Repository, blob: bytes) -> bytes:
    return tree_of(repo, (b"100644", b"", blob))


@pytest.mark.parametrize(
    "damage", [no_type, missing_folder, cut_short, no_mode, odd_mode, no_name], ids=lambda each: each.__name__
)
def test_a_damaged_tree_is_an_error(damage: Callable[[Repository, bytes], bytes], git_repo: MakeRepository) -> None:
    """As with the other backend: what cannot be listed is never taken for empty."""
    repo = git_repo(FILES)
    committed(repo, damage(repo, written(repo, "blob", b"x")))

    codes = []
    with Git.open(str(repo.root)) as git:
        for backend in (CommitTree, ObjectTree):
            with pytest.raises(ToolError) as caught:
                _ = backend(git, "HEAD").listing
            codes.append(caught.value.code)

    assert ["KPT004", "KPT004"] == codes


def test_a_corrupt_object_is_an_error(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES)
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    place = repo.root / ".git/objects" / tree[:2] / tree[2:]
    place.chmod(0o644)
    place.write_bytes(b"junk")

    with Git.open(str(repo.root)) as git, pytest.raises(ToolError, match=r"git failed: |is missing") as caught:
        _ = ObjectTree(git).listing

    assert "KPT004" == caught.value.code


@pytest.mark.slow
def test_folders_4096_deep_are_listed(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES)
    oid, mode = written(repo, "blob", b"x"), b"100644"
    for _ in range(4097):
        oid, mode = tree_of(repo, (mode, b"d", oid)), b"40000"

    by_calls, by_talk = both(committed(repo, oid))

    assert by_calls == by_talk


def test_a_tree_that_spells_out_more_than_any_disk_holds_is_an_error(git_repo: MakeRepository) -> None:
    """Ten folders, each ten times in the one above: ten thousand million paths."""
    repo = git_repo(FILES)
    oid, mode = written(repo, "blob", b"x"), b"100644"
    for _ in range(10):
        oid, mode = tree_of(repo, *((mode, b"%d" % number, oid) for number in range(10))), b"40000"
    committed(repo, oid)

    with Git.open(str(repo.root)) as git, pytest.MonkeyPatch.context() as patch:
        patch.setattr(objects, "PATHS_LIMIT", 1024**2)
        with pytest.raises(ToolError, match="paths are longer than"):
            _ = ObjectTree(git).listing


def test_a_file_that_is_too_large_is_unreadable_and_the_others_are_read(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = git_repo({"a": "small", "b": "x" * 500, "c": "y" * 500, "d": "last"})
    monkeypatch.setattr(objects, "READ_LIMIT", 400)

    with Git.open(str(repo.root)) as git:
        tree = ObjectTree(git)
        tree.prefetch(tree.listing)

        assert ["small", "b: larger than 400 bytes", "c: larger than 400 bytes", "last"] == [
            each.decode() if isinstance(each, bytes) else each for each in (content(tree, path) for path in "abcd")
        ]


def without(repo: Repository, *names: str) -> dict[str, Path]:
    """Take the objects of these files away, to where the answer says."""
    kept = {}
    for name in names:
        oid = repo.git("rev-parse", f"HEAD:{name}").strip()
        kept[oid] = repo.root.parent / oid
        (repo.root / ".git/objects" / oid[:2] / oid[2:]).rename(kept[oid])
    return kept


def test_what_git_does_not_hold_is_unreadable(git_repo: MakeRepository) -> None:
    repo = git_repo({"a": "1", "b": "22"})
    without(repo, "a")

    by_calls, by_talk = both(repo)

    assert by_calls == by_talk
    with Git.open(str(repo.root)) as git:
        assert "a: git does not hold its content here (a partial clone)" == content(ObjectTree(git), "a")


def test_what_is_missing_is_fetched_at_once_and_once(git_repo: MakeRepository) -> None:
    repo = git_repo({"a": "1", "b": "22", "c": "333", "d/e": "4444"})
    gone = without(repo, "a", "c", "d")
    asked: list[set[str]] = []

    def fetch(oids: Sequence[str]) -> None:
        asked.append(set(oids))
        for oid in oids:
            gone[oid].rename(repo.root / ".git/objects" / oid[:2] / oid[2:])

    with Git.open(str(repo.root)) as git:
        tree = ObjectTree(git, "HEAD", fetch)
        tree.prefetch(("a", "b", "c"))
        found = [content(tree, path) for path in ("a", "b", "c", "d/e")]

    *files, folder = gone
    assert ([b"1", b"22", b"333", b"4444"], [{folder}, set(files)]) == (found, asked)


def test_what_the_fetch_does_not_bring_stays_unreadable(git_repo: MakeRepository) -> None:
    repo = git_repo({"a": "1"})
    without(repo, "a")

    with Git.open(str(repo.root)) as git:
        found = content(ObjectTree(git, "HEAD", lambda _: None), "a")

    assert "a: git does not hold its content here (a partial clone)" == found


def test_an_error_of_the_fetch_is_told(git_repo: MakeRepository) -> None:
    repo = git_repo({"a": "1"})
    without(repo, "a")

    def fetch(_oids: Sequence[str]) -> None:
        raise KemptError("no way there")

    with Git.open(str(repo.root)) as git, pytest.raises(KemptError, match="no way there"):
        ObjectTree(git, "HEAD", fetch).read("a")


def test_one_process_answers_everything_and_ends_with_git(
    git_repo: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    program, started = tmp_path / "bin/git", tmp_path / "started"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho $$ >> {started}\nexec {real} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    repo = git_repo(FILES)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    with Git.open(str(repo.root)) as git:
        tree = ObjectTree(git)
        found = [content(tree, path) for path in tree.listing]
    (pid,) = started.read_text(encoding="utf-8").split()

    assert (len(FILES), False) == (len(found), Path("/proc", pid).exists())
