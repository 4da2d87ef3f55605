"""Any cache, any wishes: exactly what the plan names goes, it weighs what the plan said, and nothing else changes."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kempt.engine.disk.caches.choose import choose
from kempt.engine.disk.caches.prune import prune
from kempt.model.caches import DAY, PruneWishes
from support.caches import SECOND, age, du, looked_at

BUCKETS = st.sampled_from(["archive-v0", "wheels-v8", "sdists-v11", "simple-v28", "http-v2", "wheels"])
OTHERS = st.sampled_from(["a", "b", "src", "x", "x.whl", "x.http", "x.body", "revision.http"])
NAMES = BUCKETS | OTHERS
PATHS = st.lists(NAMES, min_size=1, max_size=7).map("/".join)
ROOTED = st.one_of(
    PATHS,
    PATHS.map(lambda path: f"http-v2/{path}"),
    PATHS.map(lambda path: f"archive-v0/{path}"),
    PATHS.map(lambda path: f"wheels-v8/pypi/{path}"),
    PATHS.map(lambda path: f"sdists-v11/pypi/x/1.0/{path}"),
)
WISHES = st.builds(
    PruneWishes,
    older_than=st.none() | st.integers(0, 200 * DAY),
    max_size=st.none() | st.integers(0, 200_000),
    ci=st.booleans(),
    all=st.booleans(),
)


def build(root: Path, files: dict[str, tuple[int, int]], links: dict[str, str], beyond: Path) -> None:
    """Files (size and days), links to paths of the cache, and a hard link out of it for every third file."""
    for number, (name, (size, days)) in enumerate(files.items()):
        path = root / name
        if any(each.is_file() for each in path.parents) or path.is_dir():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        age(path, days)
        if number % 3 == 0:
            os.link(path, beyond / str(number))
    for name, target in links.items():
        path = root / name
        if path.parent.is_dir() and not path.exists() and not path.is_symlink():
            path.symlink_to(os.path.relpath(root / target, path.parent))


def contents(root: Path) -> dict[str, str | bytes]:
    """Every file and link."""
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@settings(max_examples=100)
@given(
    tool=st.sampled_from(["uv", "pip", "Poetry"]),
    files=st.dictionaries(ROOTED, st.tuples(st.integers(0, 9000), st.integers(0, 200)), max_size=10),
    links=st.dictionaries(ROOTED, ROOTED, max_size=5),
    wishes=WISHES,
)
def test_what_the_plan_names_goes_and_nothing_else_changes(
    tool: str, files: dict[str, tuple[int, int]], links: dict[str, str], wishes: PruneWishes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, beyond = Path(folder, "cache"), Path(folder, "beyond")
        root.mkdir()
        beyond.mkdir()
        build(root, files, links, beyond)
        outside, before = contents(beyond), contents(root)
        plan = choose([looked_at(tool, root)], wishes, int(time.time()) * SECOND)
        named = {path for each in plan.plans[0].chosen for path in each.entry.paths}
        weight = du(root, beyond)
        receipt = prune(plan)
        left = contents(root)
        left.pop(".lock", None)

        assert {
            path: each for path, each in before.items() if not any(f"{path}/".startswith(f"{n}/") for n in named)
        } == left
        assert outside == contents(beyond)
        assert (
            weight - du(root, beyond) == sum(each.freed.bytes for each in receipt.pruned) == plan.plans[0].weight.bytes
        )
        assert receipt.ok
