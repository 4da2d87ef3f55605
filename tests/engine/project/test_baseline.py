from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from kempt.engine.project.baseline import load_baseline, write_baseline
from kempt.errors import KemptError
from kempt.model.finding import Finding, Level, Location


def finding(path: str, code: str = "KPT102") -> Finding:
    return Finding(code, Level.ERROR, "", "", Location(PurePosixPath(path)), f"{code} {path}")


A, B, UNREADABLE = finding("a"), finding("b\udcff\n"), finding("x", "KPT001")
FINDINGS = (B, A, A, UNREADABLE)
TEXT = f"""\
{{
  "version": 1,
  "findings": [
    {{"code": "KPT102", "path": "a", "fingerprint": "{A.fingerprint}"}},
    {{"code": "KPT102", "path": "b\\udcff\\n", "fingerprint": "{B.fingerprint}"}}
  ]
}}
"""


def test_one_finding_a_line_sorted_and_each_once(tmp_path: Path) -> None:
    assert 2 == write_baseline(str(tmp_path / "known"), FINDINGS)
    assert TEXT == (tmp_path / "known").read_text()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_baseline(str(tmp_path / "known"), FINDINGS)

    assert {A.fingerprint, B.fingerprint} == load_baseline(str(tmp_path / "known"))


def test_an_empty_one(tmp_path: Path) -> None:
    assert 0 == write_baseline(str(tmp_path / "known"), ())
    assert frozenset() == load_baseline(str(tmp_path / "known"))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"{}", id="no-version"),
        pytest.param(b'{"version": 2, "findings": []}', id="a-later-version"),
        pytest.param(b'{"version": 1, "findings": [{}]}', id="no-fingerprint"),
        pytest.param(b'{"version": 1, "findings": ["1"]}', id="a-word"),
        pytest.param(b'{"version": 1, "findings": [{"fingerprint": 1}]}', id="a-number"),
        pytest.param(b"\xff", id="no-text"),
        pytest.param(b"[" * 100_000, id="too-deep"),
    ],
)
def test_anything_else_is_refused_with_its_name(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "known").write_bytes(content)

    with pytest.raises(KemptError) as caught:
        load_baseline(str(tmp_path / "known"))

    assert str(tmp_path / "known") == caught.value.path
