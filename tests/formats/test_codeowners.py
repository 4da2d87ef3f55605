"""CODEOWNERS, beside a slow model that turns each pattern into one regular expression."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.codeowners import SIZE_LIMIT, Codeowners, parse

SAMPLE = """\
# who owns what
*            @org/all
*.js         @js-owner  # inline
/build/logs/ @doctocat
docs/*       docs@example.com
apps/        @octocat
/scripts/    @doctocat @octocat
**/logs      @logs
/apps/github
with\\ blank  @blank
\\#hash       @hash
"""


@pytest.mark.parametrize(
    "path, owners",
    [
        ("README", ("@org/all",)),
        ("src/a.js", ("@js-owner",)),
        ("build/logs/x/y", ("@logs",)),
        ("docs/a.md", ("docs@example.com",)),
        ("docs/deep/a.md", ("@org/all",)),
        ("sub/docs/a.md", ("@org/all",)),
        ("sub/apps/a", ("@octocat",)),
        ("apps/github/a", ()),
        ("sub/apps/github/a", ("@octocat",)),
        ("scripts/a", ("@doctocat", "@octocat")),
        ("x/with blank", ("@blank",)),
        ("#hash", ("@hash",)),
    ],
)
def test_the_last_line_that_fits_counts(path: str, owners: tuple[str, ...]) -> None:
    assert owners == parse(SAMPLE).owners(path)


@pytest.mark.parametrize(
    "line",
    ["!a @x", "a x @y", "/ @x", "", "# a @x"],
    ids=["negation", "no-owner", "nothing", "blank", "comment"],
)
def test_lines_that_github_does_not_take(line: str) -> None:
    assert Codeowners() == parse(line)


def test_brackets_are_letters_to_github() -> None:
    found = parse("[ab].py @x\n")

    assert (("@x",), ()) == (found.owners("[ab].py"), found.owners("a.py"))


GITLAB = """\
* @default
[Database] @dba @dbb
model/db/
config/db.md @cfg
^[Docs][2]
*.md @docs
[database]
extra.sql
"""


@pytest.mark.parametrize(
    "path, owners",
    [
        ("a", ("@default",)),
        ("sub/model/db/x", ("@default", "@dba", "@dbb")),
        ("config/db.md", ("@default", "@cfg", "@docs")),
        ("sub/extra.sql", ("@default", "@dba", "@dbb")),
    ],
)
def test_sections_add_up(path: str, owners: tuple[str, ...]) -> None:
    assert owners == parse(GITLAB).owners(path)


def test_an_optional_section_is_told_apart() -> None:
    assert [("", False), ("Database", False), ("Docs", True)] == [
        (each.name, each.optional) for each in parse(GITLAB).sections
    ]


def test_gitlab_anchors_what_begins_with_a_slash_only() -> None:
    found = parse("a/b @x\n/c/d @y\nx[ef] @z\n", gitlab=True)

    assert (("@x",), (), ("@z",)) == (found.owners("sub/a/b"), found.owners("sub/c/d"), found.owners("xe"))


def test_a_file_beyond_the_limit_is_not_read() -> None:
    assert Codeowners() == parse("* @x\n" + "#" * SIZE_LIMIT)


def slow(text: str, path: str) -> tuple[str, ...]:
    """GitHub's rules, a line at a time, by one regular expression each."""
    owners: tuple[str, ...] = ()
    for line in text.splitlines():
        pattern, *named = line.split()
        body = pattern.strip("/")
        start = "" if pattern.startswith("/") or "/" in body else "(?:.*/)?"
        below = body.endswith("/**")
        body = body.removesuffix("/**")
        expression = re.escape(body).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if pattern.endswith("/") or below:
            end = "/.*"
        elif body.endswith("/*") or pattern == "/*":
            end = ""
        else:
            end = "(?:/.*)?"
        if re.fullmatch(start + expression + end, path):
            owners = tuple(named)
    return owners


PART = st.sampled_from(["a", "b", "ab", "*", "a*", "*.x"])
PATTERN = st.builds(
    lambda lead, stars, parts, end: lead + stars + "/".join(parts) + end,
    st.sampled_from(["", "/"]), st.sampled_from(["", "**/"]), st.lists(PART, min_size=1, max_size=3),
    st.sampled_from(["", "/", "/**"]),
)  # fmt: skip
LINES = st.lists(st.tuples(PATTERN, st.sampled_from(["@x", "@y @z", "m@n.org", ""])), max_size=6)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "q.x"]), min_size=1, max_size=4).map("/".join)


@given(LINES, PATHS)
def test_it_agrees_with_a_slow_model(lines: list[tuple[str, str]], path: str) -> None:
    text = "".join(f"{pattern} {owners}\n" for pattern, owners in lines)

    assert slow(text, path) == parse(text).owners(path)


@given(st.text(max_size=200), PATHS)
def test_any_text_is_read(text: str, path: str) -> None:
    assert all("@" in owner for owner in parse(text).owners(path))
