"""Patches as text, read by git itself."""

from __future__ import annotations

import subprocess
from hashlib import sha1
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.model.patches import Mended, Part, Patch, Sending
from kempt.report.patch import owner_line, render, subject
from report.builders import HOSTILE

SENDING = Sending("mend", "Zoë <zoe@example.com>", 1767323045.0, "1.0", ("--select", "KPT1 KPT2"))
LENGTHS = (0, 1, 25, 26, 27, 51, 52, 53, 104, 1000)


def oid(content: bytes) -> str:
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def added(path: str, content: bytes) -> Part:
    """A part that makes a file that is no text."""
    return Part(path, "100644", new=oid(content), after=content)


def test_git_reads_contents_of_every_length(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo({"a": ""})
    contents = {f"n{length}": bytes(number * 7 % 256 for number in range(length)) for length in LENGTHS}
    file = tmp_path / "a.patch"
    parts = tuple(added(name, content) for name, content in contents.items())
    file.write_text(render(Patch("x", "x", "0" * 40, parts), SENDING), encoding="utf-8")

    repository.git("am", "--quiet", str(file))

    assert contents == {name: (repository.root / name).read_bytes() for name in contents}
    assert ("Zoë <zoe@example.com>", "2026-01-02T03:04:05+00:00") == tuple(
        repository.git("log", "-1", "--format=%an <%ae>%n%aI").split("\n")[:2]
    )


def test_a_deletion_is_for_one_content_alone(git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo({"a": "one", "b": "two"})
    file = tmp_path / "a.patch"
    outcomes = []
    for content in (b"two", b"one"):
        patch = Patch("x", "x", "0" * 40, (Part("b", "100644", old=oid(content)),))
        file.write_text(render(patch, SENDING), encoding="utf-8")
        done = subprocess.run(["git", "apply", "--check", file], cwd=repository.root, capture_output=True, check=False)
        outcomes.append(done.returncode)

    assert [0, 1] == outcomes


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_name_or_a_message_becomes_part_of_the_mail(
    git_repo: MakeRepository, tmp_path: Path, text: str
) -> None:
    repository = git_repo({"a": ""})
    mended = (Mended("KPT101", "tracked-environment", f"{text}\ndiff --git a/x b/x", f"{text}\n---\nFrom: x"),)
    patch = Patch(f"{text}\n\n", "x", "0" * 40, (added("new", b"\0"),), mended, notes=(f"\n{text}\nIndex: x",))
    file = tmp_path / "a.patch"
    file.write_text(render(patch, SENDING), encoding="utf-8")

    repository.git("am", "--quiet", str(file))

    assert ["a", "new"] == repository.tracked()
    assert "Zoë" == repository.git("log", "-1", "--format=%an").strip()
    assert "Mend KPT101 tracked-environment" == repository.git("log", "-1", "--format=%s").strip()


def test_the_message_says_what_is_mended_and_how_to_have_the_same() -> None:
    mended = (Mended("KPT102", "tracked-bytecode", "pkg/a.pyc", "bytecode is tracked"),) * 42
    parts = (Part("pkg/a.pyc", "100644", old="1" * 40), Part("b", "100644", new="2" * 40, hunks="@@ -0,0 +1 @@\n+x\n"))
    lines = render(Patch("https://example.com/a b", "x", "3" * 40, parts, mended), SENDING).split("\n")

    assert "X-Kempt-Repository: https://example.com/a%20b" == owner_line("https://example.com/a b") == lines[7]
    assert "  KPT102 tracked-bytecode: pkg/a.pyc: bytecode is tracked" == lines[11]
    assert [
        "  and 2 findings more",
        "",
        "1 file leaves git. Where this commit is applied or checked out, git",
        "takes what leaves it from the disk as well; the tools that made it make it again.",
        "",
        "The same in a clone:",
        "",
        "  kempt check --fix --select 'KPT1 KPT2'",
        "---",
        f" base-commit: {'3' * 40}",
        " pkg/a.pyc | leaves git",
        " b | 1 +",
        " 2 files changed, 1 insertions(+), 0 deletions(-)",
    ] == lines[51:64]


@pytest.mark.parametrize(
    "codes, line",
    [
        ((), "Mend what kempt found"),
        (("KPT1", "KPT1"), "Mend KPT1 rule"),
        (("KPT2", "KPT1"), "Mend KPT1, KPT2"),
        (tuple("abcdefg"), "Mend a, b, c, d, e and 2 more"),
    ],
)
def test_the_first_line_names_the_rules(codes: tuple[str, ...], line: str) -> None:
    assert line == subject(Patch("x", "x", mended=tuple(Mended(code, "rule", "p", "m") for code in codes)))
