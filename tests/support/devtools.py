"""A real browser that is spoken to while a page is open: real keys, requests, complaints, scripts off, pictures.

Chromium takes commands as JSON through a pipe (`--remote-debugging-pipe`), each ended by a zero byte.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, BinaryIO

import pytest

from support.browser import NAMES

OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--remote-debugging-pipe",
)  # fmt: skip
MOST_SECONDS = 180
CODES = {"Enter": 13, "Tab": 9, " ": 32}


class Tab:
    """A page in the browser. `requests` are the addresses that were asked for, `complaints` what the console says."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self._reading, self._writing = reading, writing
        self._number = 0
        self._session = ""
        self._loaded = False
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def open(
        self,
        page: Path,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        scripts: bool = True,
        fragment: str = "",
    ) -> None:
        """Open a file and wait until it is loaded."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self._visit("about:blank")  # or the same address with another fragment would load nothing
        self.requests.clear()
        self.complaints.clear()
        self._visit(page.as_uri() + fragment)

    def ask(self, expression: str) -> Any:
        """What an expression of JavaScript, or a promise of it, comes to; the page's own policy does not count."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key and let it go, as a hand would."""
        text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        shared: dict[str, object] = {"key": key, "code": key, "windowsVirtualKeyCode": CODES.get(key, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **shared)
        self.call("Input.dispatchKeyEvent", type="keyUp", **shared)

    def picture(self, to: Path, *, whole: bool = False) -> Path:
        """A picture of what is seen, or of the whole page."""
        to.write_bytes(b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]))
        return to

    def printed(self) -> bytes:
        """The page on paper, as PDF."""
        return b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def call(self, method: str, **parameters: object) -> Any:
        """A command of the protocol, and its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writing.write(json.dumps(message).encode() + b"\0")
        self._writing.flush()
        wanted = self._number
        while True:
            said = self._next()
            if said.get("id") == wanted:
                assert "error" not in said, said["error"]
                return said["result"]

    def close(self) -> None:
        """End the browser."""
        self._session = ""
        self.call("Browser.close")

    def _visit(self, address: str) -> None:
        self._loaded = False
        self.call("Page.navigate", url=address)
        while not self._loaded:
            self._next()

    def _next(self) -> Any:
        message = bytearray()
        while (letter := self._reading.read(1)) != b"\0":
            assert letter, "the browser ended"
            message += letter
        said = json.loads(message)
        self._note(said.get("method"), said.get("params"))
        return said

    def _note(self, method: str | None, said: Any) -> None:
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(said["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(f"{said['type']}: {[each.get('value') for each in said['args']]}")


@contextmanager
def tab(folder: Path) -> Iterator[Tab]:
    """A page in a browser with a profile of its own; skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    theirs, writing = os.pipe()
    reading, answers = os.pipe()
    words = [program, *OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    shell = ["bash", "-c", f'exec "$@" 3<&{theirs} 4>&{answers}', "bash", *words]  # sh takes no number above 9
    process = subprocess.Popen(shell, pass_fds=(theirs, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs)
    os.close(answers)
    watch = Timer(MOST_SECONDS, process.kill)
    watch.start()
    try:
        with os.fdopen(reading, "rb") as answered, os.fdopen(writing, "wb") as asked:
            opened = Tab(answered, asked)
            yield opened
            opened.close()
            process.wait(30)
    finally:
        watch.cancel()
        process.terminate()
        process.wait(30)
