from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Run


@pytest.mark.parametrize(
    "words, message",
    [
        (("--python", "3"), "argument --python: 3 is no version of Python; one is written 3.12 or 3.12.4"),
        (("--python", "python3.12"), "argument --python: python3.12 is no version of Python"),
        (("--jobs", "0"), "argument --jobs: 0 is no number of services"),
        (("--jobs", "many"), "argument --jobs: many is no number of services"),
    ],
)
def test_wrong_arguments(run: Run, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    ended = run("sync", *words, cwd=tmp_path)

    assert 2 == ended.status
    assert ended.err.startswith(f"kempt: {message}")
