"""The first repositories of a configuration that has none."""

from __future__ import annotations

import pytest

from kempt.formats.hook_start import with_first

ITEM = "\n  - repo: local\n    hooks: []\n"
OTHER = f"# ours\nrepos:{ITEM}"


@pytest.mark.parametrize(
    "before, after",
    [
        ("repos: []\n", f"repos:{ITEM}"),
        ("repos: []", f"repos:{ITEM}"),
        ("repos: [\n]\nci: {}\n", f"repos:{ITEM}ci: {{}}\n"),
        ("repos: ~ # soon\nci: {}\n", f"repos: # soon{ITEM}ci: {{}}\n"),
        ("repos:\n\n# after\n", f"repos:{ITEM}\n# after\n"),
        ("ci: {}", f"ci: {{}}\nrepos:{ITEM}"),
        ("---\n# nothing yet", f"---\n# nothing yet\nrepos:{ITEM}"),
        ("", f"repos:{ITEM}"),
        ("ci: {}\r\nrepos:\r\n", f"ci: {{}}\r\nrepos:{ITEM}".replace("\r", "").replace("\n", "\r\n")),
    ],
    ids=["list", "no-line-end", "two-lines", "null", "nothing", "no-key", "comment", "empty", "windows"],
)
def test_they_come_where_they_belong(before: str, after: str) -> None:
    assert after == with_first(before.encode(), OTHER)


@pytest.mark.parametrize(
    "content",
    [b"repos: [a]\n", b"repos: a\n", b"{repos: [], ci: {}}\n", b"- a\n", b"repos: [\n", b"a\n---\nb\n", b"\xff: [\n"],
)
def test_what_has_another_form_is_left_alone(content: bytes) -> None:
    assert "" == with_first(content, OTHER)
