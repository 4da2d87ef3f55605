from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Run
from kempt.cli.commands import COMMANDS, GROUPS

pytest.importorskip("shtab", reason="a dependency of kempt; absent only where it runs from its sources")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_every_command_is_completed(run: Run, tmp_path: Path, shell: str) -> None:
    status, out, err = run("completion", shell, cwd=tmp_path)

    assert (0, "") == (status, err)
    assert [] == [command for command in (*COMMANDS, *GROUPS["fleet"]) if command not in out]
    assert all(word in out for word in ("unsafe-fixes", "KPT101", "sarif"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    "words, expected",
    [
        pytest.param("kempt ch", "check", id="command"),
        pytest.param("kempt check --unsa", "--unsafe-fixes", id="option"),
        pytest.param("kempt check --output-format sar", "sarif", id="choice"),
        pytest.param("kempt rule KPT10", "KPT101", id="rule"),
        pytest.param("kempt check some", "somewhere", id="path"),
    ],
)
def test_bash_completes(run: Run, tmp_path: Path, words: str, expected: str) -> None:
    (tmp_path / "somewhere").mkdir()
    (tmp_path / "script").write_text(run("completion", "bash", cwd=tmp_path).out)
    shell = (
        'source ./script; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
        '_shtab_kempt; printf "%s\\n" "${COMPREPLY[@]}"'
    )  # fmt: skip

    done = subprocess.run(
        ["bash", "-c", shell, "bash", words], cwd=tmp_path, capture_output=True, check=False, text=True
    )

    assert expected in done.stdout.split()


def test_an_unknown_shell(run: Run, tmp_path: Path) -> None:
    status, out, err = run("completion", "fish", cwd=tmp_path)

    assert (2, "") == (status, out)
    assert err.startswith("kempt: argument SHELL: invalid choice: 'fish'")
