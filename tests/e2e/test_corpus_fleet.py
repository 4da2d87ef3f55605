"""Real repositories, once where they lie and once over HTTP without a checkout: the same findings.

KEMPT_CORPUS: as in test_corpus.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kempt.engine.fleet.chunk import examine_chunk
from kempt.model.fleet import Outcome, Row, Target, Task, Wishes
from support.fleet_servers import GitHttp

CORPUS = os.environ.get("KEMPT_CORPUS", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories"),
]


def judged(row: Row) -> object:
    """What does not depend on where it came from; sizes of what was not fetched are not known."""
    findings = tuple(each._replace(bytes=None) for each in row.findings)
    return (row.outcome, row.reason, row.head, row.branch, row.files, row.promises, findings, row.owners)


def test_a_remote_is_judged_as_the_folder_that_it_is(tmp_path: Path) -> None:
    folders = {each.name: each / "repo" if (each / "repo").is_dir() else each for each in Path(CORPUS).iterdir()}
    folders = {name: place for name, place in folders.items() if (place / "HEAD").is_file()}
    for name, place in folders.items():
        (tmp_path / f"{name}.git").symlink_to(place)
    here = {
        row.name: judged(row)
        for row in examine_chunk([Task(Target(name, str(folders[name]))) for name in folders], Wishes())
    }
    with GitHttp(tmp_path) as server:
        tasks = [Task(Target(name, server.url(f"{name}.git"))) for name in folders]
        rows = examine_chunk(tasks, Wishes(allow_insecure=True))

    assert here == {row.name: judged(row) for row in rows}
    assert {Outcome.CHECKED} == {row.outcome for row in rows}
    assert [] == [row.name for row in rows if server.fetches_of(f"{row.name}.git") > 4]
