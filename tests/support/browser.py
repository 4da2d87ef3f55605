"""A real browser without a window: what it makes of a page, measured from a frame around it, and pictures."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--no-first-run", "--disable-background-networking", "--timeout=20000",
)  # fmt: skip
LIGHT, DARK = "--blink-settings=preferredColorScheme=1", "--blink-settings=preferredColorScheme=0"
FRAME = """<!doctype html><html><body style="margin:0">
<iframe id="frame" style="width:{width}px;height:{height}px;border:0"
srcdoc="{page}"></iframe><pre id="said"></pre><script>
addEventListener("load", () => {{
  const page = document.getElementById("frame").contentDocument, view = page.defaultView;
  document.getElementById("said").textContent = JSON.stringify((() => {{ {question} }})());
}});
</script></body></html>"""


class Browser:
    """Chromium, with a profile of the test's own."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def ask(self, page: str, question: str, *, width: int = 1280, height: int = 900, theme: str = LIGHT) -> Any:
        """What a piece of JavaScript returns of a page in a frame of this width.

        `page` is its document and `view` its window. The frame's own policy is that of the page.
        """
        file = self._folder / "frame.html"
        content = FRAME.format(width=width, height=height, page=html.escape(page), question=question)
        file.write_text(content, encoding="utf-8")
        out = self._run(theme, f"--window-size={width + 200},{height + 200}", "--dump-dom", file.as_uri())
        said = re.search(r'<pre id="said">(.*?)</pre>', out, re.DOTALL)
        assert said is not None, out[-2000:]
        return json.loads(html.unescape(said[1]))

    def picture(self, page: Path, to: Path, *, width: int, height: int, theme: str = LIGHT) -> Path:
        """A picture of a page."""
        self._run(theme, f"--window-size={width},{height}", f"--screenshot={to}", page.as_uri())
        return to

    def printed(self, page: Path, to: Path) -> Path:
        """A page on paper, as PDF."""
        self._run(f"--print-to-pdf={to}", "--no-pdf-header-footer", page.as_uri())
        return to

    def _run(self, *words: str) -> str:
        argv = [self._program, *OPTIONS, f"--user-data-dir={self._folder / 'profile'}", *words]
        done = subprocess.run(argv, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
        return done.stdout.decode("utf-8", "replace")


def browser(folder: Path) -> Browser:
    """The browser of this machine; skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    return Browser(program, folder)
