"""A scan under a policy."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Run
from conftest import MakeRepository


def test_an_expired_waiver_is_told(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    repository = git_repo({"a.py": ""})
    waiver = '[[fleet.waivers]]\ncode = "KPT1"\nreason = "moved"\nexpires = 2020-02-29\n'
    (tmp_path / "policy.toml").write_text(waiver + waiver.replace("2020", "2096"))

    ended = run("fleet", "scan", repository.root, "--config", tmp_path / "policy.toml", "--dry-run")

    assert (0, "kempt: a waiver expired on 2020-02-29: KPT1 in every repository: moved\n") == (ended.status, ended.err)
