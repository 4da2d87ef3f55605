from __future__ import annotations

import os
from pathlib import Path

from kempt.host.volumes import device, volume
from support.disks import mounted


def test_a_file_system_of_its_own_is_as_large_as_it_was_made(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "8M"):
        (disk / "file").write_bytes(b"x" * 2**20)
        found = volume(str(disk))

    assert found is not None
    assert (8 * 2**20, 2**20, 7 * 2**20) == (found.total, found.used, found.free)
    assert 2 == found.files - found.files_free, "the file and the folder itself"


def test_what_is_gone_has_no_file_system(tmp_path: Path) -> None:
    assert (None, None) == (volume(str(tmp_path / "gone")), device(str(tmp_path / "gone")))


def test_a_path_has_the_number_of_its_file_system(tmp_path: Path) -> None:
    assert os.stat(tmp_path).st_dev == device(str(tmp_path))
