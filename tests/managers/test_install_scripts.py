"""The managers' own install scripts: which of them bring whatever version is the newest."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.formats import shell
from kempt.formats.script_commands import command
from kempt.managers.install_scripts import newest
from kempt.model.finding import Location

UV = "https://astral.sh/uv/install.sh"
POETRY = "https://install.python-poetry.org"
PDM = "https://pdm-project.org/install-pdm.py"
PIP = "https://bootstrap.pypa.io/get-pip.py"


def manager(text: str, **variables: str) -> str:
    """The manager that a script brings in its newest version, empty where there is none."""
    place = Location(PurePosixPath("ci.yml"))
    found = [command(each, place) for each in shell.parse(text).commands]
    scripts = (newest(each, found[number + 1 :], variables) for number, each in enumerate(found))
    return next((script.manager for script in scripts if script is not None), "")


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"curl -LsSf {UV} | sh", "uv"),
        (f"curl -LsSf {UV} | env UV_INSTALL_DIR=/opt sh", "uv"),
        (f"wget -qO- '{UV}' | sudo sh", "uv"),
        (f"curl -LsSf {UV} | UV_VERSION=0.13.9 sh", "uv"),
        (f"bash <(curl -s {UV})", "uv"),
        (f'sh -c "$(curl -fsSL {UV})"', "uv"),
        ("curl -L https://github.com/astral-sh/uv/releases/latest/download/uv-installer.sh | sh", "uv"),
        (f"curl -sSL {POETRY} | python3 -", "poetry"),
        (f"curl -sSL {POETRY}/ | python3.12 - -y", "poetry"),
        ("curl https://raw.githubusercontent.com/python-poetry/poetry/master/get-poetry.py | python", "poetry"),
        (f"curl -sSL {PDM} | python3 -", "pdm"),
        ("curl -sSL https://raw.githubusercontent.com/pdm-project/pdm/main/install-pdm.py | python3 - -p /opt", "pdm"),
        (f"curl {PIP} | python", "pip"),
        (f"curl {PIP} | python - setuptools", "pip"),
    ],
)
def test_scripts_that_take_the_newest(text: str, expected: str) -> None:
    assert expected == manager(text)


@pytest.mark.parametrize(
    "text",
    [
        "curl -LsSf https://astral.sh/uv/0.13.9/install.sh | sh",
        "curl -LsSf https://astral.sh/uv/$UV/install.sh | sh",
        "curl -LsSf https://astral.sh/uv/${{ env.UV }}/install.sh | sh",
        "curl -L https://github.com/astral-sh/uv/releases/download/0.13.9/uv-installer.sh | sh",
        f"curl -sSL {POETRY} | python3 - --version 2.5.1",
        f"curl -sSL {POETRY} | python3 - --version=2.5.1",
        f"curl -sSL {POETRY} | POETRY_VERSION=2.5.1 python3 -",
        f"curl -sSL {PDM} | python3 - -v 2.29.3",
        f"curl {PIP} | python - 'pip<27'",
        f"curl {PIP} | python - pip==26.3",
        "curl https://bootstrap.pypa.io/pip/3.8/get-pip.py | python",
        f"curl -LsSf {UV} -o install.sh",
        f"curl -LsSf {UV} | grep version",
        f"echo {UV} | sh",
        "curl https://example.com/install.sh | sh",
        "sh install.sh",
        "",
    ],
)
def test_what_says_a_version_or_runs_nothing(text: str) -> None:
    assert "" == manager(text)


def test_a_variable_that_is_in_force_says_the_version() -> None:
    assert "" == manager(f"curl -sSL {POETRY} | python3 -", POETRY_VERSION="2.5.1")
