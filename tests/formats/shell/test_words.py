"""Words: what is left when a shell has taken the quotes off."""

from __future__ import annotations

import pytest

from kempt.formats.shell import Word, normalised, parse, program


@pytest.mark.parametrize(
    "written, text, literal",
    [
        pytest.param("x", "x", True, id="plain"),
        pytest.param("'x y'", "x y", True, id="single"),
        pytest.param('"x y"', "x y", True, id="double"),
        pytest.param("'x'\"y\"z", "xyz", True, id="joined"),
        pytest.param(r"x\ y", "x y", True, id="escaped-space"),
        pytest.param(r'"x\"y\$z\w"', r'x"y$z\w', True, id="escapes-in-quotes"),
        pytest.param(r"'x\y'", r"x\y", True, id="no-escape-in-single"),
        pytest.param(r"$'x\ty\'\x41'", "x\ty'A", True, id="ansi"),
        pytest.param('""', "", True, id="empty"),
        pytest.param("x[y,z]==1.*", "x[y,z]==1.*", True, id="requirement"),
        pytest.param("'x>=1,<2'", "x>=1,<2", True, id="quoted-requirement"),
        pytest.param("~/x/{y,z}*", "~/x/{y,z}*", True, id="glob"),
        pytest.param("42", "42", True, id="number"),
        pytest.param("$X", "$X", False, id="variable"),
        pytest.param('"$X"', "$X", False, id="quoted-variable"),
        pytest.param('"  $X  ${Y:-z} "', "  $X  ${Y:-z} ", False, id="spaces-around-variables"),
        pytest.param("a$X'b c'", "a$Xb c", False, id="joined-with-a-variable"),
        pytest.param('"$(pip cache dir)"/x', "$(pip cache dir)/x", False, id="substitution"),
        pytest.param("`a b`", "`a b`", False, id="backquotes"),
        pytest.param("$((1 + 2))", "$((1 + 2))", False, id="arithmetic"),
        pytest.param("${{ matrix.python }}", "${{ matrix.python }}", False, id="expression"),
        pytest.param("x-${{ a && 'b' }}/y", "x-${{ a && 'b' }}/y", False, id="expression-inside"),
        pytest.param('"${{ f("a\\b") }} c"', '${{ f("a\\b") }} c', False, id="expression-with-quotes"),
        pytest.param("${{ format('{0}}}', x) }}", "${{ format('{0}}}', x) }}", False, id="braces-in-a-string"),
        pytest.param("${{ a\n || b }}", "${{ a\n || b }}", False, id="expression-over-lines"),
        pytest.param("${{ 'it''s' }}", "${{ 'it''s' }}", False, id="quote-in-a-string"),
        pytest.param("'${{ a }}'", "${{ a }}", False, id="expression-in-single-quotes"),
        pytest.param('{{ checksum "x" }}', '{{ checksum "x" }}', False, id="template"),
        pytest.param("<< parameters.x >>", "<< parameters.x >>", False, id="circleci"),
        pytest.param("<<parameters.x>>-y", "<<parameters.x>>-y", False, id="circleci-without-spaces"),
        pytest.param("$(variable.name)", "$(variable.name)", False, id="azure"),
        pytest.param("é'ü'", "éü", True, id="not-ascii"),
        pytest.param("x\u00a0y", "x\u00a0y", True, id="no-break-space-is-a-letter"),
    ],
)  # fmt: skip
def test_a_word(written: str, text: str, literal: bool) -> None:  # noqa: FBT001 - a column of the table
    found = parse(f"é; cmd {written} end").commands[-1].words[1]

    assert Word(text, 7, 7 + len(written), literal) == found


def test_a_heredoc_is_not_taken_for_a_parameter_of_circleci() -> None:
    assert [("cat",), ("a",)] == [each.argv for each in parse("cat << x.y\n>> z\nx.y\na").commands]


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("pip x", "pip", id="bare"),
        pytest.param("/env/bin/pip x", "pip", id="absolute"),
        pytest.param(".venv/bin/pytest", "pytest", id="relative"),
        pytest.param('"$VIRTUAL_ENV/bin/pip"', "pip", id="variable"),
    ],
)
def test_the_name_of_a_program(script: str, expected: str) -> None:
    assert expected == program(parse(script).commands[0].words)


def test_no_words_have_no_program() -> None:
    assert ("", ()) == (program(()), normalised(()))


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("python -m pip install x", "pip install x", id="python"),
        pytest.param("python3.12 -I -m pip x", "pip x", id="options"),
        pytest.param("python -W ignore -X dev -m pip", "pip", id="options-with-values"),
        pytest.param("python -Im pip x", "pip x", id="options-in-one"),
        pytest.param("python -mpip x", "pip x", id="attached"),
        pytest.param("py -3 -m pip x", "pip x", id="py"),
        pytest.param("/env/bin/python -m pip x", "pip x", id="folder"),
        pytest.param("python.exe -m pip x", "pip x", id="exe"),
        pytest.param("pypy3 -m pip x", "pip x", id="pypy"),
        pytest.param("$PYTHON -m pip x", "pip x", id="variable"),
        pytest.param("python -m", "python -m", id="no-module"),
        pytest.param("python -c 'x' -m pip", "python -c x -m pip", id="code"),
        pytest.param("python x.py -m pip", "python x.py -m pip", id="script"),
        pytest.param("python - -m pip", "python - -m pip", id="standard-input"),
        pytest.param("uv run python -m pytest", "uv run python -m pytest", id="uv"),
        pytest.param("pip3 install", "pip3 install", id="pip3"),
        pytest.param("$X -m pip", "$X -m pip", id="any-variable"),
    ],
)
def test_a_module_is_called_as_its_program(script: str, expected: str) -> None:
    assert expected == " ".join(word.text for word in normalised(parse(script).commands[0].words))


def test_an_attached_module_keeps_its_place() -> None:
    assert Word("pip", 9, 12) == normalised(parse("python -mpip").commands[0].words)[0]
