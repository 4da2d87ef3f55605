"""What stands around a command: conditions, folders, what hides its failure, what the shell was told."""

from __future__ import annotations

import pytest

from kempt.formats.shell import CHECKOUT, Assignment, Branch, Parsed, parse


def command(script: str, name: str = "a") -> Parsed:
    """The one command that begins with this word."""
    (found,) = [each for each in parse(script).commands if each.argv[0] == name]
    return found


def held(*tests: str) -> Branch:
    return Branch(tuple(tuple(test.split()) for test in tests), holds=True)


def failed(*tests: str) -> Branch:
    return Branch(tuple(tuple(test.split()) for test in tests), holds=False)


@pytest.mark.parametrize(
    "script, swallowed, otherwise",
    [
        pytest.param("a", "", "", id="nothing"),
        pytest.param("a || true", " || true", "true", id="true"),
        pytest.param("a || :", " || :", ":", id="colon"),
        pytest.param("a > x 2>&1 || true", " || true", "true", id="redirected"),
        pytest.param("a || echo no", " || echo no", "echo no", id="echo"),
        pytest.param("a || exit 0", " || exit 0", "exit 0", id="exit-zero"),
        pytest.param("a || exit 1", "", "exit 1", id="exit-one"),
        pytest.param("a || b", "", "b", id="another-way"),
        pytest.param("a || b || true", " || true", "b", id="another-way-then-true"),
        pytest.param("a || exit 1 || true", "", "exit 1", id="exit-before-true"),
        pytest.param("a || { echo no; exit 1; }", "", "exit 1", id="group-that-fails"),
        pytest.param("a || { echo no; exit 0; }", " || { echo no; exit 0; }", "exit 0", id="group-that-hides"),
        pytest.param("a || (echo no)", " || (echo no)", "echo no", id="subshell"),
        pytest.param("a || echo no && exit 1", "", "echo no", id="fails-afterwards"),
        pytest.param("a && b || true", " || true", "true", id="not-the-last"),
        pytest.param("a | b || true", " || true", "true", id="pipeline"),
        pytest.param("x | a || true", " || true", "true", id="end-of-a-pipeline"),
        pytest.param("{ a; b; } || true", " || true", "true", id="group"),
        pytest.param("if x; then a; fi || true", " || true", "true", id="if"),
        pytest.param("a <<EOF || true\nx\nEOF", " || true", "true", id="heredoc"),
        pytest.param("a; true", "", "", id="next-statement"),
    ],
)
def test_what_hides_a_failure(script: str, swallowed: str, otherwise: str) -> None:
    found = command(script)

    assert (swallowed, otherwise) == (script[slice(*found.swallowed)], " ".join(found.otherwise))


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a; exit 0", "; exit 0", id="line"),
        pytest.param("x\na > b\nexit 0\n", "\nexit 0", id="next-line"),
        pytest.param("a\ntrue", "\ntrue", id="true"),
        pytest.param("if x; then a; exit 0; fi; y", "; exit 0", id="same-level"),
        pytest.param("a; exit 0; b", "", id="not-the-last"),
        pytest.param("a; b; exit 0", "", id="not-the-next"),
        pytest.param("a; exit 1", "", id="exit-one"),
        pytest.param("if x; then a; fi; exit 0", "", id="other-level"),
    ],
)
def test_what_ends_well_whatever_happened(script: str, expected: str) -> None:
    start, end = command(script).followed_by_exit_zero

    assert expected == (script[start:end] if start >= 0 else "")


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a", [], id="none"),
        pytest.param("x && a", [held("x")], id="and"),
        pytest.param("x || a", [failed("x")], id="or"),
        pytest.param("! x && a", [failed("x")], id="not"),
        pytest.param("x && y && a", [held("x"), held("y")], id="and-and"),
        pytest.param("x || y || a", [failed("x"), failed("y")], id="or-or"),
        pytest.param("x && y || a", [failed("x", "y")], id="and-or"),
        pytest.param("x || ! y && a", [held("x", "! y")], id="or-and"),
        pytest.param("x && y || z && a", [held("x", "y", "z")], id="and-or-and"),
        pytest.param("x | y && a", [held("x", "y")], id="pipeline"),
        pytest.param("[ -f x ] && a", [held("[ -f x ]")], id="test"),
        pytest.param("if x; then a; fi", [held("x")], id="if"),
        pytest.param("if ! x; then a; fi", [failed("x")], id="if-not"),
        pytest.param("if x; then y; else a; fi", [failed("x")], id="else"),
        pytest.param("if x; then :; elif y; then a; fi", [failed("x"), held("y")], id="elif"),
        pytest.param("if x; then :; elif y; then :; else a; fi", [failed("x"), failed("y")], id="elif-else"),
        pytest.param("if x && y; then :; else a; fi", [failed("x", "y")], id="if-and-else"),
        pytest.param("if x || y; then :; else a; fi", [failed("x"), failed("y")], id="if-or-else"),
        pytest.param("if x; then y && a; fi", [held("x"), held("y")], id="nested"),
        pytest.param("case $x in b|c) a;; esac", [held("case $x b|c")], id="case"),
        pytest.param("for i in x; do a; done", [], id="for"),
        pytest.param("while x; do a; done", [], id="while"),
        pytest.param("x && f() { a; }", [], id="function"),
        pytest.param("x && y $(a)", [held("x")], id="substitution"),
    ],
)
def test_what_must_have_been_true(script: str, expected: list[Branch]) -> None:
    assert tuple(expected) == command(script).branches


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a", "", id="start"),
        pytest.param("cd x; a", "x", id="cd"),
        pytest.param("cd x && cd y/z && a", "x/y/z", id="twice"),
        pytest.param("cd x && b; a", "x", id="stays"),
        pytest.param("cd x; cd ..; a", "", id="back"),
        pytest.param("cd ..; a", "..", id="above"),
        pytest.param("cd ./x/../y/; a", "y", id="dots"),
        pytest.param("cd /x/y; cd ../z; a", "/x/z", id="absolute"),
        pytest.param("cd -P -- 'x y'; a", "x y", id="options"),
        pytest.param("cd $X; a", None, id="variable"),
        pytest.param("cd ${{ x }}; a", None, id="expression"),
        pytest.param("cd -; a", None, id="dash"),
        pytest.param("cd; a", None, id="home"),
        pytest.param("cd ~/x; a", None, id="tilde"),
        pytest.param("cd $X; cd y; a", None, id="below-unknown"),
        pytest.param("cd $X; cd /y; a", "/y", id="absolute-after-unknown"),
        pytest.param("(cd x && b); a", "", id="after-a-subshell"),
        pytest.param("(cd x && a)", "x", id="in-a-subshell"),
        pytest.param("{ cd x; }; a", "x", id="group"),
        pytest.param("b $(cd x); a", "", id="substitution"),
        pytest.param("cd x | b; a", "", id="pipeline"),
        pytest.param("cd x & a", "", id="background"),
        pytest.param("bash -c 'cd x'; a", "", id="after-bash"),
        pytest.param("bash -c 'cd x; a'", "x", id="in-bash"),
        pytest.param("eval 'cd x'; a", "x", id="eval"),
        pytest.param("pushd x; b; popd; a", "", id="popd"),
        pytest.param("pushd x; pushd y; popd; a", "x", id="pushd"),
        pytest.param("popd; a", None, id="popd-of-nothing"),
        pytest.param("cd x || exit 1; a", "x", id="or-exit"),
        pytest.param("[ -d x ] && cd x; a", None, id="perhaps"),
        pytest.param("[ -d x ] && cd x && a", "x", id="perhaps-but-then"),
        pytest.param("b || cd x; a", None, id="or-cd"),
        pytest.param("if b; then cd x; fi; a", None, id="in-one-branch"),
        pytest.param("if b; then cd x; else cd x; fi; a", "x", id="in-each-branch"),
        pytest.param("for i in 1 2; do cd x; done; a", None, id="loop"),
        pytest.param("for i in 1 2; do cd x; b; cd ..; done; a", "", id="loop-that-goes-back"),
        pytest.param("f() { cd x; }; a", "", id="function"),
    ],
)
def test_where_it_runs(script: str, expected: str | None) -> None:
    assert expected == command(script).folder


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a", (), id="none"),
        pytest.param("a | b c | d", ("b", "c"), id="next"),
        pytest.param("x | a", (), id="last"),
        pytest.param("a | sudo b", ("b",), id="wrapped"),
        pytest.param("a | b || c", ("b",), id="list-after"),
        pytest.param("(a; x) | b", ("b",), id="subshell"),
        pytest.param("a | while read x; do b; done", ("while",), id="loop"),
    ],
)
def test_what_reads_its_output(script: str, expected: tuple[str, ...]) -> None:
    assert expected == command(script).piped_into


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("if a; then b; fi", True, id="if"),
        pytest.param("if ! a && c; then b; fi", True, id="if-not"),
        pytest.param("if x; then b; elif a; then b; fi", True, id="elif"),
        pytest.param("while a; do b; done", True, id="while"),
        pytest.param("until ! a; do b; done", True, id="until"),
        pytest.param("if $(a); then b; fi", True, id="substitution"),
        pytest.param("if b; then a; fi", False, id="body"),
        pytest.param("while b; do a; done", False, id="loop-body"),
        pytest.param("a && b", False, id="list"),
    ],
)
def test_what_is_a_part_of_a_condition(script: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert expected == command(script).is_test


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a", ("head",), id="plain"),
        pytest.param("a | b", ("head",), id="first-of-a-pipeline"),
        pytest.param("b | a", (), id="second-of-a-pipeline"),
        pytest.param("! a", ("head", "negated"), id="negated"),
        pytest.param("a & b", ("head", "background"), id="background"),
        pytest.param("b & a", ("head",), id="after-the-background"),
        pytest.param("b | c $(a)", ("head", "substituted"), id="substituted"),
        pytest.param("g() { a; }", ("head", "g"), id="function"),
    ],
)
def test_how_it_runs(script: str, expected: tuple[str, ...]) -> None:
    found = command(script)
    said = {
        "head": found.pipeline_head,
        "negated": found.negated,
        "background": found.background,
        "substituted": found.substituted,
        found.function: bool(found.function),
    }

    assert expected == tuple(name for name, is_so in said.items() if is_so)


@pytest.mark.parametrize(
    "script, errexit, pipefail",
    [
        pytest.param("a", None, None, id="untouched"),
        pytest.param("set -e", True, None, id="letter"),
        pytest.param("set -o errexit", True, None, id="name"),
        pytest.param("set -euo pipefail", True, True, id="all"),
        pytest.param("set -o pipefail", None, True, id="pipefail"),
        pytest.param("set +e", False, None, id="off"),
        pytest.param("set +o pipefail", None, False, id="pipefail-off"),
        pytest.param("set -e; set +e", False, None, id="the-last-counts"),
        pytest.param("set -x", None, None, id="another"),
        pytest.param("set -- -e", None, None, id="arguments"),
        pytest.param("#!/bin/bash -e\na", True, None, id="shebang"),
        pytest.param("bash -c 'set -e'", None, None, id="another-shell"),
        pytest.param("eval 'set -e'", True, None, id="eval"),
    ],
)
def test_whether_it_ends_at_a_failure(script: str, errexit: bool | None, pipefail: bool | None) -> None:  # noqa: FBT001
    shell = parse(script)

    assert (errexit, pipefail) == (shell.errexit, shell.pipefail)


def test_a_command_knows_whether_its_failure_ends_the_script() -> None:
    script = "b; set -e; c; set +e; d; bash -ec 'e'"

    assert [None, True, False, True] == [command(script, name).errexit for name in "bcde"]


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("X=y", [Assignment("X", "y", 0, 3, literal=True, exported=False)], id="statement"),
        pytest.param("X=", [Assignment("X", "", 0, 2, literal=True, exported=False)], id="empty"),
        pytest.param("export X='y z'", [Assignment("X", "y z", 7, 14, literal=True, exported=True)], id="export"),
        pytest.param("export X=$Y", [Assignment("X", "$Y", 7, 11, literal=False, exported=True)], id="variable"),
        pytest.param(
            "X=${{ y }}", [Assignment("X", "${{ y }}", 0, 10, literal=False, exported=False)], id="expression"
        ),
        pytest.param("declare -x X=y", [Assignment("X", "y", 11, 14, literal=True, exported=True)], id="declare"),
        pytest.param("X=(y z)", [Assignment("X", "(y z)", 0, 7, literal=False, exported=False)], id="list"),
        pytest.param("X+=y", [Assignment("X", "y", 0, 4, literal=False, exported=False)], id="more"),
        pytest.param("if a; then X=y; fi", [Assignment("X", "y", 11, 14, literal=True, exported=False)], id="inside"),
        pytest.param("X=y a; export Z", [], id="for-a-command"),
        pytest.param("X=y Z=y \\\n  a", [], id="for-a-command-below"),
        pytest.param("bash -c 'X=y'", [], id="another-shell"),
    ],
)
def test_what_is_set(script: str, expected: list[Assignment]) -> None:
    assert tuple(expected) == parse(script).exported


def test_several_assignments_keep_their_order() -> None:
    shell = parse("B=1 A='2 3' # why\nif a; then b; fi\nexport C=3 D=4\nc")

    assert ["B", "A", "C", "D"] == [each.name for each in shell.exported]
    assert ["a", "b", "export", "c"] == [each.argv[0] for each in shell.commands]


@pytest.mark.parametrize(
    "line, folder",
    [
        pytest.param('cd "$CODEBUILD_SRC_DIR/api" && a', f"{CHECKOUT}/api", id="codebuild"),
        pytest.param("cd ${CI_PROJECT_DIR}; a", CHECKOUT, id="gitlab"),
        pytest.param("cd ${{ github.workspace }}/api/.. && a", CHECKOUT, id="github"),
        pytest.param("cd $GITHUB_WORKSPACES && a", None, id="another-variable"),
        pytest.param("cd $CI_PROJECT_DIR/$SERVICE && a", None, id="with-another-variable"),
    ],
)
def test_the_folder_of_the_checkout_is_known_by_its_variable(line: str, folder: str | None) -> None:
    assert folder == parse(line).commands[-1].folder
