"""Ignore rules as git has them, whether it is asked once, again and again, or not at all because it is remembered."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kempt.errors import ToolError
from kempt.host import ignores
from kempt.host.git import Git
from kempt.host.gitdir import GitDir
from kempt.host.ignores import ScratchIgnores, SharedIgnores, Verdicts
from kempt.model.tree import Verdict
from support.repositories import Repository, write_files

PATTERNS = (
    "a", "/a", "a/", "!a", "b/", "*.py", "!*.py", "**/b", "a/**", "/a/b", "[ab]", "\\#x", "#x", "a\\ ", "", "/", "!",
    "*", "!*/", "a b", "caf\udce9", "?", "**", "x.py", "[", "a//b", "./a",
)  # fmt: skip
PARTS = ("a", "b", "x.py", "#x", "a b", "caf\udce9", "B", "a ")
FOLDERS = ("", "a/", "b/", "a/b/", "B/a/")
PLAIN = {".gitignore": b"*.pyc\n!keep.pyc\n/dist/\n", "pkg/.gitignore": b"\nlocal\n"}

ignore_files = st.dictionaries(
    st.sampled_from([f"{folder}.gitignore" for folder in FOLDERS]),
    st.lists(st.sampled_from(PATTERNS), max_size=4).map(lambda lines: os.fsencode("\n".join(lines))),
    max_size=3,
)
questions = st.frozensets(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("/".join), max_size=8)


@pytest.fixture
def shared() -> Iterator[SharedIgnores]:
    with SharedIgnores() as found:
        yield found


def told(ignores: ScratchIgnores, files: Mapping[str, bytes], *paths: str) -> dict[str, tuple[bool, str, int, str]]:
    """The verdicts, their source as text."""
    found = ignores.ask(files, paths)
    return {path: (each.ignored, str(each.source), each.line, each.pattern) for path, each in found.items()}


def asked_once(root: Path, files: Mapping[str, bytes], paths: frozenset[str]) -> dict[str, tuple[bool, str, int, str]]:
    """What git says in a repository that holds these files, in one call."""
    repo = Repository(root, root.parent / "home")
    root.mkdir()
    repo.git("init", "--quiet")
    folders = {path.rpartition("/")[0] for path in paths}
    above = {"/".join(folder.split("/")[:depth]) for folder in folders for depth in range(folder.count("/") + 2)}
    write_files(root, {path: content for path, content in files.items() if path.rpartition("/")[0] in above})
    done = subprocess.run(
        ["git", "check-ignore", "-z", "--stdin", "--verbose", "--no-index"], cwd=root, env=repo.env,
        input=b"\0".join(os.fsencode("./" + path) for path in sorted(paths)), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}
    fields = [os.fsdecode(field) for field in done.stdout.split(b"\0")[:-1]]
    return {
        path[2:]: (not pattern.startswith("!"), source, int(line), pattern)
        for source, line, pattern, path in zip(*[iter(fields)] * 4, strict=True)
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=ignore_files, paths=questions, more=questions)
def test_one_git_for_many_says_what_one_call_for_each_says(
    shared: SharedIgnores,
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, bytes],
    paths: frozenset[str],
    more: frozenset[str],
) -> None:
    """Asked, asked again with other questions, and asked by a process of its own."""
    expected = asked_once(tmp_path_factory.mktemp("once") / "repo", files, paths) if paths and files else {}
    with Git(GitDir("", None)) as git:
        alone = told(ScratchIgnores(git), files, *paths)
    first = told(shared, files, *paths)
    told(shared, files, *more)

    assert [expected] * 3 == [alone, first, told(shared, files, *paths)]


def test_repositories_do_not_see_each_others_files(shared: SharedIgnores) -> None:
    first = told(shared, PLAIN, "a.pyc", "pkg/local")
    second = told(shared, {".gitignore": b"b\n"}, "a.pyc", "pkg/local", "b")

    assert {"a.pyc": (True, ".gitignore", 1, "*.pyc"), "pkg/local": (True, "pkg/.gitignore", 2, "local")} == first
    assert {"b": (True, ".gitignore", 1, "b")} == second


def test_what_is_remembered_is_not_asked(shared: SharedIgnores, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(shared, PLAIN, "a.pyc", "keep.pyc", "src/app.py")
    monkeypatch.setattr(shared, "_answers", lambda *_: pytest.fail("git was asked"))

    assert before == told(shared, PLAIN | {"docs/.gitignore": b"*\n"}, "a.pyc", "keep.pyc", "src/app.py")


def test_another_content_is_asked_anew(shared: SharedIgnores) -> None:
    told(shared, PLAIN, "a.pyc")

    assert {} == told(shared, {".gitignore": b"*.pyo\n"}, "a.pyc")


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignores, "MOST_KEPT", 10)
    verdicts = Verdicts()
    keys: dict[str, ignores.Key] = {str(number): (str(number), False, ()) for number in range(25)}

    for path, key in keys.items():
        verdicts.keep({path: key}, {})

    assert [str(number) for number in range(20, 25)] == list(verdicts.known(keys))


def test_what_is_long_is_not_remembered() -> None:
    verdicts = Verdicts()
    keys: dict[str, ignores.Key] = {path: (path, False, ()) for path in ("a", "b" * 300, "c")}

    verdicts.keep(keys, {"c": Verdict(ignored=True, source=PurePosixPath(".gitignore"), line=1, pattern="c" * 300)})

    assert {"a": None} == verdicts.known(keys)


def test_after_an_interruption_answers_are_those_of_the_question(
    shared: SharedIgnores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kempt.host.conversation.Conversation.until", interrupted)
        with pytest.raises(KeyboardInterrupt):
            told(shared, PLAIN, "one.pyc")

    assert {"two.pyc": (True, ".gitignore", 1, "*.pyc")} == told(shared, PLAIN, "two.pyc", "other")


@pytest.mark.parametrize(
    "files", [{"a": b"x", "a/b": b"x"}, {"/".join(["x" * 200] * 30) + "/.gitignore": b"x"}], ids=["both", "too long"]
)
def test_files_that_cannot_be_laid_out_are_an_error(files: dict[str, bytes], shared: SharedIgnores) -> None:
    """A hostile commit can name a file and a folder alike; a disk cannot hold that."""
    paths = [path.rpartition("/")[0] + "/other" for path in files]

    with pytest.raises(ToolError, match="cannot lay out the ignore files") as caught:
        told(shared, files, *paths, "other")

    assert "KPT004" == caught.value.code


def test_nothing_is_left_but_what_the_next_question_needs(shared: SharedIgnores) -> None:
    told(shared, PLAIN, "a.pyc", "pkg/local")

    assert [] == list(Path(shared.scratch.path, "ignores").iterdir())


def test_closing_leaves_nothing(shared: SharedIgnores) -> None:
    told(shared, PLAIN, "a.pyc")
    place = Path(shared.scratch.path)

    shared.close()

    assert not place.exists()


def test_a_system_without_conversations_asks_once_for_each(
    shared: SharedIgnores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ignores, "CAN_CONVERSE", False)

    assert {"a.pyc": (True, ".gitignore", 1, "*.pyc")} == told(shared, PLAIN, "a.pyc", "other")
    assert {"b.pyc": (True, ".gitignore", 1, "*.pyc")} == told(shared, PLAIN, "b.pyc", "./x", "../y")
