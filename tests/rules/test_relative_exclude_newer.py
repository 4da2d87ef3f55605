"""KPT315: spans of time where uv may have a date."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, seen

SPAN = '[tool.uv]\nexclude-newer = "14 days"\n'
LOCK = '[options]\nexclude-newer = "0001-01-01T00:00:00Z"\nexclude-newer-span = "P14D"\n'


@pytest.mark.parametrize(
    "path, text, line",
    [
        ("pyproject.toml", SPAN, 2),
        ("uv.toml", 'exclude-newer = "P2W"\n', 1),
        ("pyproject.toml", '[tool.uv.pip]\nexclude-newer = "1 week"\n', 2),
        ("pyproject.toml", '[tool.uv]\nexclude-newer-package = { idna = "3 days", click = "2026-01-31" }\n', 2),
        ("pyproject.toml", '[tool.uv.exclude-newer-package]\nclick = false\nidna = "3 days"\n', 3),
        ("pyproject.toml", '[tool.uv]\nexclude-newer = "2026-01-31T00:00:00Z"\n', 0),
        ("pyproject.toml", "[tool.uv]\nexclude-newer = 2026-01-31T00:00:00Z\n", 0),
        ("pyproject.toml", "[project]\n# exclude-newer\n", 0),
        ("tests/fixtures/pyproject.toml", SPAN, 0),
    ],
    ids=["pyproject", "uv-toml", "pip", "package", "package-table", "date", "toml-date", "comment", "test-data"],
)
def test_a_span_is_told_and_a_date_is_not(path: str, text: str, line: int, git_repo: MakeRepository) -> None:
    assert ([Seen("KPT315", path, line)] if line else []) == seen(found(git_repo({path: text}), "KPT315"))


@pytest.mark.parametrize("lock, level", [(LOCK, "info"), ("version = 1\n", "warning")], ids=["held", "not-held"])
def test_a_lock_that_records_the_span_makes_it_info(lock: str, level: str, git_repo: MakeRepository) -> None:
    findings = found(git_repo({"api/pyproject.toml": SPAN, "api/uv.lock": lock}), "KPT315")

    assert [(level, "api")] == [(each.level, str(each.service)) for each in findings]
