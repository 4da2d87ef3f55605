"""`kempt caches`: what is printed, and what it says of places that are no cache."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import RunKempt
from kempt.engine.disk.caches.choose import choose
from kempt.engine.disk.caches.found import caches
from kempt.model.caches import PruneWishes
from kempt.report.caches import Shown, to_text
from kempt.report.look import Look
from support.caches import age, du, plant

ANSWER = "http-v2/0/e/1/0/b/0e10be9ea838"
OLD = "http-v2/a/c/c/b/b/accbb12fa6bf"


def files_below(root: Path) -> list[Path]:
    """All but kempt's own state."""
    return sorted(path for path in root.rglob("*") if "state" not in path.parts)


@pytest.fixture
def cache(home: Path) -> Path:
    """pip's cache with an answer of 3 days ago and one of 100."""
    root = plant(home / "cache/pip", {ANSWER: 200, f"{ANSWER}.body": 40_000}, days=3)
    return plant(root, {OLD: 200, f"{OLD}.body": 10_000}, days=100)


def test_a_cache_is_a_line_with_its_place_below(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    plant(cache, {"selfcheck/x.json": "{}"})
    ended = kempt("caches", cwd=tmp_path)

    assert (0, "") == (ended.status, ended.err)
    assert ended.out == (
        "1 cache  ·  119 kB in 5 files\n"
        "\n"
        "  pip  █████████████████░░░░░░░  119 kB  37 kB can go  2 entries  used 3 days to 3 months ago\n"
        "       ~/cache/pip\n"
        "\n"
        "37 kB can go: unused for 90 days. `kempt prune` shows what.\n"
    )


def test_a_narrow_screen_cuts_no_word(cache: Path, home: Path) -> None:
    found = caches(("pip",))
    shown = Shown(found, choose(found.caches, PruneWishes(), found.now_ns), str(home))
    _, _, first, second, *_ = to_text(shown, Look(70)).splitlines()

    assert first.endswith("  37 kB can go  2 entries")
    assert "       used 3 days to 3 months ago" == second


def test_a_tool_without_a_cache_is_a_line_only_when_more_is_asked_for(kempt: RunKempt, tmp_path: Path) -> None:
    plain = kempt("caches", "--tool", "uv", "--tool", "mypy", cwd=tmp_path)
    verbose = kempt("caches", "--tool", "uv", "--tool", "mypy", "-v", cwd=tmp_path)

    assert (0, "0 caches  ·  0 B in 0 files\n\nNo tool keeps a cache here.\n", "") == plain
    assert (
        "0 caches  ·  0 B in 0 files\n\n  uv: none at ~/cache/uv\n"
        "  mypy: has one only where a variable names it\n\nNo tool keeps a cache here.\n"
    ) == verbose.out


@pytest.mark.parametrize(
    "value, said",
    [
        ("/", "PIP_CACHE_DIR says /, which is the root of a file system"),
        ("~", "PIP_CACHE_DIR says ~, which holds your home folder"),
        ("somewhere", "PIP_CACHE_DIR says somewhere, which is a relative path: each project would have its own"),
        ("{tmp}/file", "PIP_CACHE_DIR says {tmp}/file, which is a file, not a folder"),
        ("{tmp}/link", "PIP_CACHE_DIR says {tmp}/link, which holds your home folder"),
    ],
)
def test_a_place_that_is_no_cache_is_one_line(
    value: str, said: str, kempt: RunKempt, tmp_path: Path, home: Path
) -> None:
    plant(tmp_path, {"file": "x", "link": home})
    before = files_below(tmp_path)
    value, said = value.replace("{tmp}", str(tmp_path)), said.replace("{tmp}", str(tmp_path))
    ended = kempt("caches", "--tool", "pip", cwd=tmp_path, PIP_CACHE_DIR=value)
    pruned = kempt("prune", "--tool", "pip", "--all", "--yes", cwd=tmp_path, PIP_CACHE_DIR=value)

    assert f"  pip: left alone: {said}" in ended.out.splitlines()
    assert (0, 0, "") == (ended.status, pruned.status, pruned.err)
    assert pruned.out.endswith("\n\nNothing to prune.\n")
    assert before == files_below(tmp_path)


def test_an_empty_variable_counts_as_not_set_and_is_told(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    out = kempt("caches", "--tool", "pip", cwd=tmp_path, PIP_CACHE_DIR="").out

    assert "       ~/cache/pip\n       PIP_CACHE_DIR is empty, which counts as not set\n" in out


def test_a_folder_that_cannot_be_read_is_told(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (cache / "http-v2/a").chmod(0)
    out = kempt("caches", "--tool", "pip", cwd=tmp_path).out
    (cache / "http-v2/a").chmod(0o755)

    assert "http-v2/a: permission denied" in out


def test_the_json_report_has_bytes_and_ages(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    ended = kempt("caches", "--tool", "pip", "--output-format", "json", cwd=tmp_path)
    found = json.loads(ended.out)

    assert (1, "caches", {"files": 4, "bytes": du(cache), "shared": 0}) == (
        found["version"], found["command"], found["summary"],
    )  # fmt: skip
    (row,) = found["caches"]
    assert ("pip", str(cache), "free", 2, [3, 100]) == (
        row["tool"], row["path"], row["state"], row["entries"],
        [row["newest_use"] // 86400, row["oldest_use"] // 86400],
    )  # fmt: skip


def test_a_tool_that_is_not_known_is_an_error_of_usage(kempt: RunKempt, tmp_path: Path) -> None:
    ended = kempt("caches", "--tool", "poetri", cwd=tmp_path)

    assert (2, "") == (ended.status, ended.out)
    assert "kempt: no cache of `poetri` is known; did you mean `Poetry`?\n" in ended.err


def test_a_folder_that_two_tools_share_counts_once(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    options = ("--tool", "pip", "--tool", "pipenv")
    out = kempt("caches", *options, cwd=tmp_path, PIPENV_CACHE_DIR=str(cache)).out
    pruned = kempt("prune", *options, "--all", "--yes", cwd=tmp_path, PIPENV_CACHE_DIR=str(cache))

    assert "  Pipenv: left alone: PIPENV_CACHE_DIR says ~/cache/pip, which is pip's cache, too\n" in out
    assert out.startswith("1 cache  ·  ")
    assert (0, "", True) == (pruned.status, pruned.err, "  pip  2 entries, " in pruned.out)


def test_looking_changes_nothing(kempt: RunKempt, cache: Path, tmp_path: Path) -> None:
    def times() -> dict[Path, tuple[int, int]]:
        return {
            path: (path.lstat().st_atime_ns, path.lstat().st_mtime_ns) for path in cache.rglob("*") if path.is_file()
        }

    age(cache, 50)
    before = times()
    kempt("caches", cwd=tmp_path)

    assert before == times()
