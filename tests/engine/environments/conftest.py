"""An installed environment for each test, good when the test begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.installed import Pristine


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Pristine:
    """The one environment that is installed for all tests of a process."""
    return Pristine(tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("installing"))


@pytest.fixture
def installed(pristine: Pristine) -> Path:
    """The environment, whole."""
    return pristine.restore()
