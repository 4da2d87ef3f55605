"""Any text is read without an error, and what is found stands where it is said to stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.shell import parse

WORDS = """
if then fi else elif while do done case in esac for ( ) { } (( )) [[ ]] [ ] && || | & ; $( ` ' " <<EOF < > <<< a b cd
eval bash -c \\ ${ ${{ }} << = X= export $X é # ! sudo env set -o popd * f()
"""
TOKENS = st.sampled_from((*WORDS.split(), "\n", " ", "\r\n", "\0", "\nEOF\n", "exit 0", "\ud800"))
SCRIPTS = st.lists(st.tuples(TOKENS, st.sampled_from(["", " "])), max_size=30).map(
    lambda pairs: "".join(f"{token}{space}" for token, space in pairs)
)
PLAIN = st.text(alphabet="abcé-_./:@%+,0123456789", min_size=1, max_size=9)


@given(st.text() | SCRIPTS)
def test_no_text_is_an_error(script: str) -> None:
    shell = parse(script)

    assert () == tuple(each for each in shell.commands if not each.words)


@given(SCRIPTS)
def test_spans_nest(script: str) -> None:
    for each in parse(script).commands:
        if each.start >= 0:
            places = (each.statement[0], each.own[0], each.start, each.end, each.own[1], each.statement[1])
            assert sorted(places) == list(places)
            placed = [word for word in each.words if word.start >= 0]
            assert [] == [word for word in placed if not each.start <= word.start <= word.end <= each.end]


@given(st.lists(PLAIN, min_size=1, max_size=6))
def test_a_plain_word_stands_where_its_text_is(words: list[str]) -> None:
    script = " ".join(["cmd", *words])

    found = parse(script).commands[0].words

    assert ["cmd", *words] == [word.text for word in found]
    assert [word.text for word in found] == [script[word.start : word.end] for word in found]
