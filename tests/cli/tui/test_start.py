"""How the screen begins: only at a terminal, only with Textual."""

from __future__ import annotations

import sys

import pytest

from kempt.cli import output
from kempt.cli.tui import run
from kempt.errors import UsageError


def test_without_a_terminal_it_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="-i needs a terminal"):
        run([])


def test_without_textual_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "can_ask", lambda: True)
    monkeypatch.setitem(sys.modules, "textual", None)
    with pytest.raises(UsageError) as caught:
        run([])

    assert "pip install 'kempt[tui]', or uv tool install 'kempt[tui]'" == caught.value.hint


def test_nothing_of_textual_is_loaded_by_the_command_line() -> None:
    import subprocess

    code = "import sys, kempt.cli.tui, kempt.cli.disk; print('textual' in sys.modules)"

    assert "False\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
