"""A tree with changes laid over it answers as the changed repository would."""

from __future__ import annotations

from conftest import MakeRepository
from kempt.engine.overlay import Overlay
from kempt.engine.sources import open_source
from support.checking import mended


def test_sizes_belong_to_their_entries(git_repo: MakeRepository) -> None:
    with open_source(str(git_repo({"a": "12345", "b": "123"}, commit=False).root)) as source:
        overlay = Overlay(source.tree).with_changes({"a": b"1"}, ())

        assert (1, 3) == overlay.sizes(overlay.entries(["a", "b"]))


def test_a_file_mended_in_one_round_may_go_with_its_folder_in_the_next(git_repo: MakeRepository) -> None:
    """The new line `.venv` shows KPT110 what no finding named before."""
    files = {"app.py": "", ".venv/bin/activate": "", ".venv/.gitignore": "x\nx\n"}

    assert [".gitignore", "app.py"] == mended(git_repo(files, commit=False)).tracked()
