"""Read-mes of strangers: a section more, and nothing else is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.markdown import Heading, headings, names, with_section

BODY = "Type:\n\n```console\n$ uv sync --locked\n```\n"
SECTION = f"## Set up\n\n{BODY}"


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param("# Shop\n", f"# Shop\n\n{SECTION}", id="a-title-alone"),
        pytest.param(
            "# Shop\n\nSells.\n\n## Use\n", f"# Shop\n\nSells.\n\n{SECTION}\n## Use\n", id="behind-the-first-section"
        ),
        pytest.param("# Shop\n## Use\n", f"# Shop\n\n{SECTION}\n## Use\n", id="no-blank-line"),
        pytest.param("# Shop\n# Use\n", f"# Shop\n\n{SECTION[1:]}\n# Use\n", id="sections-like-titles"),
        pytest.param("## A\n### B\n", f"## A\n\n#{SECTION}\n### B\n", id="no-title"),
        pytest.param("Shop\n====\n\nUse\n---\nx\n", f"Shop\n====\n\n{SECTION}\nUse\n---\nx\n", id="underlined"),
        pytest.param("", SECTION, id="empty"),
        pytest.param("Sells", f"Sells\n\n{SECTION}", id="no-line-end"),
        pytest.param(
            "# A\n```sh\n# no heading\n```\n## B\n", f"# A\n```sh\n# no heading\n```\n\n{SECTION}\n## B\n", id="fence"
        ),
        pytest.param(
            "---\ntitle: A\n---\n# A\n# B\n", f"---\ntitle: A\n---\n# A\n\n{SECTION[1:]}\n# B\n", id="front-matter"
        ),
        pytest.param(
            "# A\n## Setup\nx\n### C\n## B\n", f"# A\n## Setup\nx\n### C\n\n{BODY}\n## B\n", id="there-already"
        ),
        pytest.param("# A\r\n\r\n# B\r\n", f"# A\n\n{SECTION[1:]}\n# B\n".replace("\n", "\r\n"), id="windows"),
        pytest.param("# A\n```\nopen\n", "# A\n```\nopen\n", id="an-open-fence"),
    ],
)
def test_a_section_is_added(before: str, after: str) -> None:
    assert after == with_section(before, "Set up", BODY)


PIECES = st.sampled_from(
    [
        "# A",
        "## B #",
        "### Set-up",
        "Text",
        "===",
        "---",
        "",
        "```",
        "~~~~",
        "```sh",
        "- item",
        "    # code",
        "#tag",
        "\t",
    ]
)


@given(st.lists(PIECES, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_all_that_was_there_stays(lines: list[str], end: str) -> None:
    text = end.join(lines)
    after = with_section(text, "Set up", BODY)

    left = iter(after.splitlines())
    assert [] == [line for line in text.splitlines() if line not in left]
    assert after == text or names(after, "uv sync --locked")
    assert after == text or len(list(headings(after))) >= len(list(headings(text)))


def test_headings_know_where_they_begin() -> None:
    text = "# A #\n\nB b\n---\n\n###   C\n"

    assert [Heading(1, "A", 0), Heading(2, "B b", 7), Heading(3, "C", 16)] == list(headings(text))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Run `uv sync --locked`.", True),
        ("Run `uv sync --locked` first", True),
        ("$ uv  sync\n  --locked\n", True),
        ("cd api && uv sync --locked", True),
        ("uv sync --locked --all-extras", True),
        ("uv sync", False),
        ("", False),
    ],
)
def test_whether_a_command_is_named(text: str, *, expected: bool) -> None:
    assert expected is names(text, "uv sync --locked")
