"""Dockerfiles read: instructions and their places, compared with BuildKit's own parser."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kempt.formats.dockerfile.reader import LIMIT, parse
from kempt.model.dockerfile import Dockerfile, Instruction
from support.buildkit import Shape, shapes

CORPUS = os.environ.get("KEMPT_CORPUS", "")
NAME = re.compile(r"(?:Dockerfile|Containerfile)(?:\..*)?|.*\.(?:Dockerfile|Containerfile)", re.IGNORECASE)


def read(text: str) -> Dockerfile:
    return parse(PurePosixPath("Dockerfile"), text.encode("utf-8", "surrogateescape"))


def ours(text: str) -> list[Shape]:
    return [
        ("ONBUILD" if each.trigger else each.keyword, each.line, each.end_line, each.json, flags(each))
        for each in read(text).instructions
    ]


def flags(each: Instruction) -> tuple[str, ...]:
    """As the other parser gives them, which has none for what stands behind ONBUILD."""
    if each.trigger:
        return ()
    return tuple(f"--{flag.name}={flag.value}" if flag.value else f"--{flag.name}" for flag in each.flags)


def written(text: str) -> list[str]:
    return [text[each.start : each.end] for each in read(text).instructions]


def argvs(text: str) -> list[tuple[str, ...]]:
    return [command.argv for each in read(text).instructions for command in each.commands]


def words(text: str) -> list[str]:
    """What stands at the places of the words of all commands."""
    found = [word for each in read(text).instructions for command in each.commands for word in command.words]
    return [text[word.start : word.end] for word in found]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("FROM a\nRUN b\n", ["FROM a", "RUN b"]),
        ("# syntax=docker/dockerfile:1\nFROM a", ["FROM a"]),
        ("FROM a\nRUN b \\\n  c\n", ["FROM a", "RUN b \\\n  c"]),
        ("FROM a\nRUN b \\\n# d\n\n  c\nRUN e\n", ["FROM a", "RUN b \\\n# d\n\n  c", "RUN e"]),
        ("# escape=`\nFROM a\nRUN b `\n c \\\nRUN d\n", ["FROM a", "RUN b `\n c \\", "RUN d"]),
        ("FROM a\r\nRUN b \\\r\n c\r\n", ["FROM a", "RUN b \\\r\n c"]),
        ("FROM a\nRUN <<E\nb\nE\nRUN c\n", ["FROM a", "RUN <<E\nb\nE", "RUN c"]),
        ("FROM a\nRUN <<-E\n\tb\n\tE\nRUN c\n", ["FROM a", "RUN <<-E\n\tb\n\tE", "RUN c"]),
        ("FROM a\nCOPY <<A <<'B' /x/\n1\nA\n2\nB\nRUN c\n", ["FROM a", "COPY <<A <<'B' /x/\n1\nA\n2\nB", "RUN c"]),
        ("FROM a\nONBUILD RUN b\n", ["FROM a", "ONBUILD RUN b"]),
        ("\ufeffFROM a\n", ["FROM a"]),
    ],
)  # fmt: skip
def test_an_instruction_spans_what_is_written(text: str, expected: list[str]) -> None:
    assert expected == written(text)
    assert shapes(text) == ours(text)


@pytest.mark.parametrize(
    "body, expected",
    [
        ("RUN pip install flask", [("pip", "install", "flask")]),
        ("RUN --mount=type=cache,target=/c pip install a", [("pip", "install", "a")]),
        ("RUN apt-get update && \\\n    # first\n\n    pip install a; exit 0",
         [("apt-get", "update"), ("pip", "install", "a"), ("exit", "0")]),
        ("RUN echo # no \\\n && pip install a", [("echo",)]),
        ('RUN ["pip", "install", "a"]', [("pip", "install", "a")]),
        ('RUN ["/bin/sh", "-c", "pip install a && true"]', [("pip", "install", "a"), ("true",)]),
        ("RUN <<EOF\npip install a\nuv sync\nEOF", [("pip", "install", "a"), ("uv", "sync")]),
        ("RUN <<EOF bash\npip install a\nEOF", [("pip", "install", "a")]),
        ("RUN bash <<'EOF'\npip install a\nEOF", [("pip", "install", "a")]),
        ("RUN <<EOF\n#!/usr/bin/env python3\nimport pip\nEOF", []),
        ("RUN <<EOF\n#!/bin/bash\npip install a\nEOF", [("pip", "install", "a")]),
        ("RUN cat <<A > /x && pip install a\ntext\nA", [("cat",), ("pip", "install", "a")]),
        ('SHELL ["powershell", "-c"]\nRUN pip install a', []),
        ("RUN bash -c 'pip install a'", [("pip", "install", "a")]),
    ],
)  # fmt: skip
def test_a_run_is_opened(body: str, expected: list[tuple[str, ...]]) -> None:
    assert expected == argvs(f"FROM a\n{body}\n")


@pytest.mark.parametrize(
    "body, expected",
    [
        ("RUN x && \\\r\n\r\n    pip \\\r\n    install 'a b'", ["x", "pip", "install", "'a b'"]),
        ("RUN é && pip install \\\n  # ü\n  a", ["é", "pip", "install", "a"]),
        ('RUN ["pip", "install", "a"]', ['"pip"', '"install"', '"a"']),
        ('RUN ["sh", "-c", "pip install a"]', ["pip", "install", "a"]),
        ("RUN <<-EOF\n\tpip install a\n\tEOF", ["pip", "install", "a"]),
        ("RUN \\\n<<EOF\npip install a\nEOF", ["pip", "install", "a"]),
    ],
)
def test_each_word_is_at_its_place(body: str, expected: list[str]) -> None:
    assert expected == words(f"# c\nFROM a\n{body}\n")


def test_what_holds_is_inherited_along_from() -> None:
    text = (
        "ARG V=3\nFROM python:$V AS base\nENV A=1\nARG B=2\nUSER app:x\nWORKDIR /srv\nWORKDIR app\n"
        "FROM base\nRUN c\nFROM other\nRUN d\n"
    )
    runs = [each.runs[0].state for each in read(text).stages[1:]]

    assert [({"A": "1"}, "app", "/srv/app"), ({}, "root", "/")] == [
        (dict(each.variables), each.user, each.folder) for each in runs
    ]
    assert "python:3" == read(text).stages[0].base


@pytest.mark.parametrize(
    "lines, expected",
    [
        ("", "/root"), ("USER app", "/home/app"), ("USER 1001", ""), ("USER 0:0", "/root"), ("ENV HOME=/x", "/x"),
        ("RUN useradd -r app\nUSER app", ""), ("RUN useradd -rm app\nUSER app", "/home/app"),
        ("ARG U=app\nRUN useradd --create-home $U\nUSER $U", "/home/app"), ("RUN adduser app\nUSER app", "/home/app"),
        ("RUN adduser --system app\nUSER app", ""),
        ("RUN useradd -m -d /app app\nUSER app", "/app"), ("RUN adduser --home=/app app\nUSER app", "/app"),
    ],
)  # fmt: skip
def test_the_home_of_the_user(lines: str, expected: str) -> None:
    assert expected == read(f"FROM a\n{lines}\nRUN x\n").stages[0].runs[-1].state.home


def test_an_argument_gives_way_to_env() -> None:
    state = read("FROM a\nENV A=1\nARG A=2\nARG B=3\nRUN x\n").stages[0].runs[0].state

    assert {"A": "1", "B": "3"} == dict(state.variables)


def test_stages_that_the_final_one_does_not_need_are_not_built() -> None:
    text = "FROM a AS b\nFROM c AS d\nFROM e AS unused\nRUN x\nFROM b\nCOPY --from=1 /x /y\n"

    assert [0, 1, 3] == [each.number for each in read(text).built]
    assert [0, 3] == [each.number for each in read(text).shipped]


def test_the_target_is_what_is_built() -> None:
    file = parse(PurePosixPath("Dockerfile"), b"FROM a AS B\nFROM c AS d\n", target="b")

    assert [0] == [each.number for each in file.shipped]


BOMBS = {
    "doubling": "FROM a\nENV A=aaaaaaaa\n" + "ENV A=$A$A$A$A\n" * 64 + "RUN x\n",
    "continued": "FROM a\nRUN x" + " \\\n" * 200_000,
    "comments": "FROM a\nRUN x \\\n" + "#\n" * 200_000,
    "quotes": "FROM a\nRUN " + "'\"" * 100_000,
    "heredocs": "FROM a\nRUN " + "<<A " * 20_000,
    "json": "FROM a\nRUN " + "[" * 200_000,
    "stages": "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(19_000)),
    "variables": "FROM a\n" + "".join(f"ENV A{n}=1\nARG B{n}=$A{n}\n" for n in range(9_000)) + "RUN x\n",
    "flags": "FROM a\nRUN " + "--mount=" * 100_000,
    "blanks": "FROM a\nRUN x" + " " * 500_000 + "y\n",
    "escapes": "FROM a\nRUN " + "\\" * 300_000 + "\n",
    "workdirs": "FROM a\n" + "WORKDIR a/b/c\n" * 19_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_text_comes_to_an_end(name: str) -> None:
    assert "FROM" == read(BOMBS[name]).instructions[0].keyword


def test_what_is_too_large_is_not_read() -> None:
    assert () == read("FROM a\n" * (LIMIT // 7 + 1)).instructions


@given(st.text(alphabet=st.sampled_from("FROMRUN a\\\n\r\t`#'\"<=-[],${}E:\0é\ufeff\udc80"), max_size=200))
@example("\ufeff# escape=`\nFROM a\nRUN b `\n c")
@example("RUN <<")
def test_no_text_is_an_error(text: str) -> None:
    file = read(text)

    assert all(0 <= each.start <= each.end <= len(text) for each in file.instructions)


WORD = st.sampled_from(["pip", "install", "a", "'b c'", '"d"', "$E", "&&", "x=1", "\\n", "#", "é", "--f", "<g"])
LINE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
GLUE = st.sampled_from([" \\\n", " \\\n  ", "\\\n", " \\  \n", " \\\n# c\n", " \\\n  # c\n\n", " \\\n\n", " \\\r\n"])


@st.composite
def runs(draw: st.DrawFn) -> str:
    flag = draw(st.sampled_from(["", "--mount=type=cache,target=/c ", "--network=none --mount=type=bind,target=. "]))
    lines = draw(st.lists(st.tuples(LINE, GLUE), max_size=3))
    return f"RUN {flag}" + "".join(line + glue for line, glue in lines) + draw(LINE)


HEREDOC = st.sampled_from([
    "RUN <<EOF\npip install a\n# c\nEOF", 'RUN <<-"EOF"\n\tx\n\tEOF', "COPY <<A <<B /x/\n1\nA\n2\\\nB",
    "RUN cat <<'A' > /x\nRUN y\nA", "RUN 3<<A cat\nA", "ADD <<A /b\n\nA",
])  # fmt: skip
OTHER = st.sampled_from([
    "FROM a AS b", "COPY --from=0 --chown=1:1 /a /b", 'CMD ["a", "b"]', 'RUN ["a", "b\\"c"]', "ENV A=1 B='2 3'",
    "ARG A", "USER a", "WORKDIR /a", "ONBUILD RUN x", "# comment", "", "  # indented", "EXPOSE 1", "LABEL a=b", "run x",
    "  RUN indented", 'SHELL ["/bin/bash", "-c"]', "ONBUILD COPY --from=a b c",
])  # fmt: skip


@given(st.lists(st.one_of(runs(), HEREDOC, OTHER), min_size=1, max_size=8), st.booleans(), st.booleans())
def test_generated_files_read_as_buildkit_reads_them(parts: list[str], crlf: bool, ended: bool) -> None:  # noqa: FBT001
    text = "FROM a\n" + "\n".join(parts) + "\n" * ended
    text = text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else text

    assert shapes(text) == ours(text)


def corpus() -> Iterator[tuple[str, bytes]]:
    """The Dockerfiles of the repositories of the corpus, each content once."""
    known = set[str]()
    for folder in sorted(Path(CORPUS).iterdir()):
        place = folder / "repo" if (folder / "repo").is_dir() else folder
        git = ["git", "-c", "safe.directory=*", "--git-dir", str(place)]
        variables = {"PATH": os.environ["PATH"], "GIT_NO_LAZY_FETCH": "1"}
        listed = subprocess.run([*git, "ls-tree", "-rz", "HEAD"], capture_output=True, check=False, env=variables)
        for row in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
            facts, _, path = row.partition("\t")
            if not facts.startswith("100") or not NAME.fullmatch(path.rpartition("/")[2]):
                continue
            oid = facts.split()[2]
            found = subprocess.run([*git, "cat-file", "blob", oid], capture_output=True, check=False, env=variables)
            if found.returncode == 0 and oid not in known:
                known.add(oid)
                yield f"{folder.name} {path}", found.stdout


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories")
def test_real_files_read_as_buildkit_reads_them() -> None:
    wrong = []
    for name, content in corpus():
        text = content.decode("utf-8", "surrogateescape")
        if shapes(text) != ours(text):
            wrong.append(name)

    assert [] == wrong
