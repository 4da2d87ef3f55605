"""The shell in Makefiles, justfiles and scripts."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats import makefile
from kempt.model.pipeline import Command


def commands(text: str, path: str = "Makefile") -> tuple[Command, ...]:
    return makefile.parse(PurePosixPath(path), text.encode("utf-8", "surrogateescape")).commands


def argvs(text: str, path: str = "Makefile") -> list[tuple[str, ...]]:
    return [command.argv for command in commands(text, path)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a:\n\tpip list\n\tuv sync\n", [("pip", "list"), ("uv", "sync")]),
        ("a: b ## words\n\t@pip list\n\n\t-@ uv sync\n", [("pip", "list"), ("uv", "sync")]),
        ("a:\n# between\n\tpip list\n", [("pip", "list")]),
        ("a:; pip list\n", [("pip", "list")]),
        ("a: ; @pip list\n\tuv sync\n", [("pip", "list"), ("uv", "sync")]),
        ("a::\n\tpip list\n", [("pip", "list")]),
        ("a: X = 1\na:\n\tpip list\n", [("pip", "list")]),
        ("%.o: %.c\n\tcc $< -o $@\n", [("cc", "$_", "-o", "$_")]),
        ("a:\n\tpip install \\\n\t  flask\n", [("pip", "install", "flask")]),
        ("a:\n\techo $$HOME $$$$\n", [("echo", "$HOME", "$$")]),
        ("a:\n\t$(PYTHON) -m pip list\n\t${RUN} uv\n", [("pip", "list"), ("${RUN}", "uv")]),
        ("a:\n\techo $(shell find . -name (x)) end\n", [("echo", "$________________________", "end")]),
        ("ifeq ($(A),b)\na:\n\tpip list\nelse\n\tuv sync\nendif\n", [("pip", "list"), ("uv", "sync")]),
        ("define X\n\tpip list\nendef\n", [("pip", "list")]),
        ("X := a \\\n\tb\nY = $(shell uv sync)\n\tpip list\n", []),
        ("X = http://a\n\tpip list\n", []),
        ("include a.mk\n\n.PHONY: a\n", []),
        ("\tpip list\n", []),
        ("a:\r\n\tpip list\r\n\tuv \\\r\n\tsync\r\n", [("pip", "list"), ("uv", "sync")]),
        ("a:\n\techo $(open\n\tuv sync\n", [("echo", "$_____"), ("uv", "sync")]),
        ("", []),
    ],
    ids=["lines", "marks", "comment", "inline", "inline-and-lines", "double-colon", "variable-of-a-target", "pattern",
         "continued", "dollars", "variables", "function", "conditions", "define", "assignments", "address", "no-recipe",
         "no-rule", "windows", "open-bracket", "empty"],
)  # fmt: skip
def test_recipes_of_make(text: str, expected: list[tuple[str, ...]]) -> None:
    assert expected == argvs(text)


def test_each_line_is_a_shell_of_its_own() -> None:
    assert ["", "docs", ""] == [each.folder for each in commands("a:\n\tcd docs && make\n\tmake\n")]


def test_one_shell_for_a_recipe() -> None:
    text = ".ONESHELL:\na:\n\tcd docs\n\tmake\nb:\n\tmake\n"

    assert ["", "docs", ""] == [each.folder for each in commands(text)]


def test_places_lead_back_into_the_file() -> None:
    text = "a:\n\t@$(RUN) echo $$X && pip install $(A) \\\n\t\tflask # why\n"
    echo, install = commands(text)

    assert ["$(RUN) echo $$X", "pip install $(A) \\\n\t\tflask"] == [
        text[each.start : each.end] for each in (echo, install)
    ]
    assert [(2, 3), (2, 22)] == [(each.location.line, each.location.column) for each in (echo, install)]
    assert ["pip", "install", "$(A)", "flask"] == [text[word.start : word.end] for word in install.words]
    assert text[slice(*install.statement)] == text[echo.start : install.end]


@pytest.mark.parametrize(
    "path, expected",
    [("Makefile", ""), ("docs/Makefile", "docs"), ("a/b/GNUmakefile", "a/b"), ("tools/x.mk", "tools")],
)
def test_make_runs_in_the_folder_of_its_file(path: str, expected: str) -> None:
    assert [expected] == [each.folder for each in commands("a:\n\tpip list\n", path)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a:\n    pip list\n    uv sync\n", [("pip", "list"), ("uv", "sync")]),
        ("@a b='c': d\n  @pip list {{b}}\n\n  uv sync\n", [("pip", "list", "{{b}}"), ("uv", "sync")]),
        ("a:\n  #!/usr/bin/env bash\n  cd x\n  pip list\n", [("cd", "x"), ("pip", "list")]),
        ("a:\n  #!/usr/bin/env python\n  import os\nb:\n  pip list\n", [("pip", "list")]),
        ("x := 'a'\nset shell := ['bash']\nalias b := a\n", []),
        ("[private]\na:\n\tpip list\n", [("pip", "list")]),
    ],
    ids=["lines", "arguments", "one-script", "python", "settings", "attribute"],
)
def test_recipes_of_just(text: str, expected: list[tuple[str, ...]]) -> None:
    assert expected == argvs(text, "justfile")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("#!/bin/sh\nset -e\ncd docs\npip list\n", [("set", "-e"), ("cd", "docs"), ("pip", "list")]),
        ("pip list\r\nuv sync\r\n", [("pip", "list"), ("uv", "sync")]),
        ("#!/usr/bin/env python\nimport os\n", []),
        ("#!/usr/bin/env -S bash -e\npip list\n", [("pip", "list")]),
        ("", []),
    ],
    ids=["script", "windows", "python", "env", "empty"],
)
def test_whole_scripts(text: str, expected: list[tuple[str, ...]]) -> None:
    assert expected == argvs(text, "x.sh")


@pytest.mark.parametrize(
    "goes, expected",
    [
        ('cd "$(dirname "$0")"', "scripts/dev"),
        ("cd $(dirname $0)/..", "scripts"),
        ('cd "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit', ""),
        ('cd "${BASH_SOURCE%/*}"', "scripts/dev"),
        ('cd "${0%/*}"', None),
        ('cd "$(git rev-parse --show-toplevel)/docs"', "docs"),
        ('cd "$(dirname "$1")"', None),
        ("cd ../..", None),
    ],
    ids=["own", "above", "source", "parameter", "too-short", "top", "argument", "outside"],
)
def test_where_scripts_go(goes: str, expected: str | None) -> None:
    text = f"{goes}\npip list\n"
    last = commands(text, "scripts/dev/x.sh")[-1]

    assert (expected, "pip list") == (last.folder, text[last.start : last.end])


def test_a_folder_with_odd_signs_is_not_written_out() -> None:
    assert None is commands('cd "$(dirname "$0")"\npip list\n', "my scripts/$x/y.sh")[-1].folder


def test_a_huge_file_has_no_commands() -> None:
    assert [] == argvs("a:\n\tpip list\n" * 100_000)


@pytest.mark.parametrize("path", ["Makefile", "justfile", "x.sh"])
@given(
    text=st.one_of(
        st.text(max_size=80), st.text(alphabet="a:=\t \\\n$(){}#;@-|&<>`\"'!\r", max_size=80),
        st.binary(max_size=60).map(lambda content: content.decode("utf-8", "surrogateescape")),
    )
)  # fmt: skip
def test_no_text_raises(path: str, text: str) -> None:
    for command in commands(text, path):
        assert -1 <= command.start <= command.end <= len(text)
        assert 1 <= command.location.line <= text.count("\n") + 1
