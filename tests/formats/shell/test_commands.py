"""Shell text as commands: which, with which words, in what order."""

from __future__ import annotations

import pytest

from kempt.formats.shell import LIMIT, Parsed, Redirect, parse


def argvs(script: str) -> list[str]:
    return [" ".join(command.argv) for command in parse(script).commands]


def command(script: str, name: str) -> Parsed:
    """The one command that begins with this word."""
    (found,) = [each for each in parse(script).commands if each.argv[0] == name]
    return found


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a b\nc;d", ["a b", "c", "d"], id="statements"),
        pytest.param("a && b || c", ["a", "b", "c"], id="list"),
        pytest.param("a | b |& c", ["a", "b", "c"], id="pipeline"),
        pytest.param("a &\nwait", ["a", "wait"], id="background"),
        pytest.param("! a", ["a"], id="negation"),
        pytest.param("(a; b)", ["a", "b"], id="subshell"),
        pytest.param("{ a; b; }", ["a", "b"], id="group"),
        pytest.param("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"], id="if"),
        pytest.param("if a; then if b; then c; fi; fi", ["a", "b", "c"], id="if-in-if"),
        pytest.param("for i in $(x) z; do a $i; done", ["x", "a $i"], id="for"),
        pytest.param("for ((i=0; i<3; i++)); do a; done", ["a"], id="for-as-in-c"),
        pytest.param("while a; do b; done < f", ["a", "b"], id="while"),
        pytest.param("until a; do b; done", ["a", "b"], id="until"),
        pytest.param("case $x in a|b) c;; *) d;; esac", ["c", "d"], id="case"),
        pytest.param("f() { a; }\nfunction g { b; }\nf", ["a", "b", "f"], id="functions"),
        pytest.param("a \\\n  b \\\n  c", ["a b c"], id="continued"),
        pytest.param("a \\\r\n  b\r\nc\r\n", ["a b", "c"], id="carriage-returns"),
        pytest.param("# a\nb # c", ["b"], id="comments"),
        pytest.param("[ -f x ] && [[ $a == b ]]", ["[ -f x ]", "[[ $a == b ]]"], id="tests"),
        pytest.param("(( i > 1 )) || a", ["(( i > 1 ))", "a"], id="arithmetic"),
        pytest.param("a $(b c) `d`", ["b c", "d", "a $(b c) `d`"], id="substitutions-run-first"),
        pytest.param('a "$(b "$(c)")"', ["c", "b $(c)", 'a $(b "$(c)")'], id="nested-substitutions"),
        pytest.param("a <(b) ${X:-$(c)}", ["b", "c", "a <(b) ${X:-$(c)}"], id="process-substitution"),
        pytest.param("X=$(a) b", ["a", "b"], id="substitution-in-an-assignment"),
        pytest.param("X=$(a)", ["a"], id="an-assignment-is-no-command"),
        pytest.param("export X=$(a)", ["a", "export X=$(a)"], id="export"),
        pytest.param("a > log b c", ["a b c"], id="words-after-a-redirection"),
        pytest.param("a > $(b)", ["b", "a"], id="substitution-in-a-redirection"),
        pytest.param("> f", [], id="only-a-redirection"),
        pytest.param("cat <<EOF\na $(b)\nEOF\nc", ["cat", "c"], id="heredoc-is-no-command"),
        pytest.param("cat <<EOF\nA=1 B=2\nEOF\nc", ["cat", "c"], id="heredoc-of-assignments"),
        pytest.param("cat <<EOF && a || b\nx\nEOF\nc", ["cat", "a", "b", "c"], id="list-after-a-heredoc"),
        pytest.param("xargs a b", ["xargs a b"], id="xargs-stays"),
        pytest.param("a $(codebuild-hash x)", ["codebuild-hash x", "a $(codebuild-hash x)"], id="aws"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_commands_in_the_order_in_which_they_run(script: str, expected: list[str]) -> None:
    assert expected == argvs(script)


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("sudo -E -H -u me a b", "a b", id="sudo"),
        pytest.param("sudo -Eu me a", "a", id="sudo-options-in-one"),
        pytest.param("sudo --user=me -- a", "a", id="sudo-long-options"),
        pytest.param("sudo -l", "sudo -l", id="sudo-that-runs-nothing"),
        pytest.param("env -i -u X A=b C=d a", "a", id="env"),
        pytest.param("/usr/bin/env a", "a", id="with-a-folder"),
        pytest.param("env", "env", id="alone"),
        pytest.param("time -p a", "a", id="time"),
        pytest.param("exec -a name a", "a", id="exec"),
        pytest.param("command a", "a", id="command"),
        pytest.param("command -v a", "command -v a", id="command-that-asks"),
        pytest.param("nohup nice -n 5 a", "a", id="nohup-nice"),
        pytest.param("nice -n5 a", "a", id="value-in-the-option"),
        pytest.param("xvfb-run -a -s '-screen 0' a", "a", id="xvfb-run"),
        pytest.param("xvfb-run --server-args='-screen 0' a", "a", id="xvfb-run-long"),
        pytest.param("timeout -k 5 10m a", "a", id="timeout"),
        pytest.param("retry 3 a", "a", id="retry"),
        pytest.param("time sudo env A=b timeout 5 a", "a", id="several"),
    ],
)
def test_what_only_wraps_a_program_is_taken_off(script: str, expected: str) -> None:
    assert [expected] == argvs(script)


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("bash -c 'a; b'", ["a", "b"], id="bash"),
        pytest.param('sh -c "a && b"', ["a", "b"], id="sh"),
        pytest.param("sudo bash -lc 'a'", ["a"], id="options-in-one"),
        pytest.param("bash -e -o pipefail -c a", ["a"], id="options"),
        pytest.param("bash --noprofile --norc -c a x y", ["a"], id="arguments"),
        pytest.param("bash -c \"bash -c 'a b'\"", ["a b"], id="twice"),
        pytest.param('eval "a b"', ["a b"], id="eval"),
        pytest.param("eval a 'b c'", ["a b c"], id="eval-words"),
        pytest.param('eval "$(a)"', ["a", "eval $(a)"], id="eval-of-output"),
        pytest.param('bash -c "$X"', ["bash -c $X"], id="unknown-script"),
        pytest.param("bash x.sh", ["bash x.sh"], id="script-in-a-file"),
        pytest.param("bash <<'EOF'\na\nEOF\nb", ["a", "b"], id="heredoc"),
        pytest.param("sh -s x <<-EOF || true\n\ta $X\n\tEOF", ["a $X", "true"], id="heredoc-with-arguments"),
        pytest.param("bash x.sh <<EOF\na\nEOF", ["bash x.sh"], id="heredoc-for-a-script"),
        pytest.param("bash <<EOF\na \\$X\nEOF", ["a $X"], id="heredoc-with-escapes"),
    ],
)
def test_scripts_in_scripts_are_opened(script: str, expected: list[str]) -> None:
    assert expected == argvs(script)


def test_an_opened_script_has_its_offsets_in_the_outer_one() -> None:
    script = "x\nbash -c 'a && pip install \"b\"' || true"

    found = command(script, "pip")

    assert ["pip", "install", '"b"'] == [script[word.start : word.end] for word in found.words]
    assert 'pip install "b"' == script[found.start : found.end]
    assert 'a && pip install "b"' == script[slice(*found.own)]
    assert script[2:] == script[slice(*found.statement)]
    assert " || true" == script[slice(*found.swallowed)]
    assert 1 == found.line


def test_a_heredoc_that_is_opened_has_its_lines() -> None:
    assert 2 == command("bash <<'EOF'\n\n  a\nEOF", "a").line


@pytest.mark.parametrize(
    "script",
    [
        pytest.param('bash -c "a \\"b\\""', id="escapes"),
        pytest.param("bash -c 'a '\"b\"", id="joined"),
        pytest.param("bash <<EOF\na \\$b\nEOF", id="heredoc"),
        pytest.param("bash -c 'a\r\nb'", id="carriage-return"),
    ],
)
def test_what_is_written_otherwise_than_it_runs_has_no_place(script: str) -> None:
    found = command(script, "a")

    assert (-1, -1, (-1, -1), -1) == (found.start, found.end, found.own, found.words[0].start)
    assert script == script[slice(*found.statement)]


def test_an_opened_script_inherits_where_it_stands() -> None:
    found = command("cd x\nif b; then bash -c 'a' | c || true; fi", "a")

    assert ("x", ("c",), ("true",)) == (found.folder, found.piped_into, found.otherwise)
    assert [(("b",),)] == [branch.test for branch in found.branches]


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("A=b C='d e' a", (("A", "b"), ("C", "d e")), id="before"),
        pytest.param("A=b sudo env C=$d a", (("A", "b"), ("C", "$d")), id="env"),
        pytest.param("a A=b", (), id="argument"),
    ],
)
def test_assignments_for_a_command(script: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert expected == command(script, "a").assignments


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("a > b", [(">", "b")], id="output"),
        pytest.param('a >> "$b" 2>&1', [(">>", "$b"), ("2>&", "1")], id="several"),
        pytest.param("a &> b < c", [("&>", "b"), ("<", "c")], id="all"),
        pytest.param("a <<< 'b'", [("<<<", "b")], id="herestring"),
        pytest.param("a <<EOF > b\nx\nEOF", [("<<", "EOF"), (">", "b")], id="heredoc"),
        pytest.param("x && a > b", [(">", "b")], id="end-of-a-list"),
        pytest.param("x | a > b", [(">", "b")], id="end-of-a-pipeline"),
    ],
)
def test_redirections(script: str, expected: list[tuple[str, str]]) -> None:
    assert tuple(Redirect(*each) for each in expected) == command(script, "a").redirects


@pytest.mark.parametrize(
    "script, name, expected",
    [
        pytest.param("a", "a", "a", id="alone"),
        pytest.param("x; A=b sudo a c > d; y", "a", "A=b sudo a c", id="wrapped-and-redirected"),
        pytest.param("a <<EOF\nx\nEOF", "a", "a", id="heredoc"),
        pytest.param("é; a ü", "a", "a ü", id="characters"),
        pytest.param("x\r\na b\r\nc", "a", "a b", id="carriage-returns"),
        pytest.param("${{ 'é' }}; a", "a", "a", id="after-an-expression"),
    ],
)
def test_the_span_of_a_command(script: str, name: str, expected: str) -> None:
    found = command(script, name)

    assert expected == script[found.start : found.end]


@pytest.mark.parametrize(
    "script, statement, own",
    [
        pytest.param("x; a; y", "a", "a", id="alone"),
        pytest.param("x; a > b || true; y", "a > b || true", "a > b || true", id="list"),
        pytest.param("if x; then a || true; fi\ny", "if x; then a || true; fi", "a || true", id="if"),
        pytest.param("for i in x; do a | b; done", "for i in x; do a | b; done", "a | b", id="loop"),
        pytest.param("f() { a; }", "f() { a; }", "a", id="function"),
        pytest.param("(a; b) && c", "(a; b) && c", "a", id="subshell"),
        pytest.param("x $(a | b)", "x $(a | b)", "a | b", id="substitution"),
        pytest.param("a <<EOF\nx\nEOF\ny", "a <<EOF\nx\nEOF", "a <<EOF\nx\nEOF", id="heredoc"),
    ],
)
def test_the_statement_it_belongs_to(script: str, statement: str, own: str) -> None:
    found = command(script, "a")

    assert (statement, own) == (script[slice(*found.statement)], script[slice(*found.own)])


def test_lines_count_from_the_first() -> None:
    assert [0, 2, 4] == [each.line for each in parse("a\n\nb ${{ x\n}}\nc").commands]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("a; if b", id="open-if"),
        pytest.param(") b; a", id="stray-bracket"),
        pytest.param("a; b $(", id="open-substitution"),
        pytest.param("a; b 'c", id="open-quote"),
    ],
)
def test_what_can_be_read_of_a_broken_script_is_read(script: str) -> None:
    shell = parse(script)

    assert shell.has_errors
    assert ("a",) in {each.argv for each in shell.commands}


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("a\n" * LIMIT, id="long"),
        pytest.param("a|" * 5000, id="many-pipes"),
        pytest.param("{ a; " * 100 + "}; " * 100, id="deep"),
        pytest.param("$(a " * 5000, id="deep-substitutions"),
        pytest.param("eval " * 50 + "a", id="eval-of-eval"),
        pytest.param("a && " * 25_000 + "a", id="long-list"),
        pytest.param("a\n" * 25_000, id="many-commands"),
    ],
)
def test_a_script_beyond_reason_is_cut_short(script: str) -> None:
    assert parse(script).has_errors


def test_nothing_is_wrong_with_a_right_script() -> None:
    assert not parse("if a; then b; fi; \0é \ud800 x").has_errors
