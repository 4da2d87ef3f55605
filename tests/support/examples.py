"""The console examples of the documentation: found in pages, run in a sandbox, compared with what the page says.

A block of the language `console` holds commands after `$ ` (continued after `> `) and what they print, where a line of
three dots stands for any lines, and three dots in a line for any text. All blocks of a page share one shell. It starts
where the page asks for it, beside a folder `kempt` that stands for a clone of kempt:

    <!-- sandbox: shop -->     in `shop`, as docs/dirty_repository.py makes it; so does a page that asks for nothing
    <!-- sandbox: empty -->    in a folder that holds nothing else
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from support.repositories import environment

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
SANDBOX = re.compile(r"<!-- sandbox: (\w+) -->")
MARK = "--- end of command"


class Example(NamedTuple):
    """One command of a page, what it should print, and the line it stands in."""

    command: str
    output: str
    line: int


class Ran(NamedTuple):
    """What a command printed, stdout and stderr together, and its exit status."""

    output: str
    status: int


def pages() -> tuple[Path, ...]:
    """Every page that people read, built files aside."""
    docs = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
    return (*sorted(ROOT.glob("*.md")), *docs, *sorted((ROOT / "bench").glob("*.md")))


def with_examples() -> tuple[Path, ...]:
    """The pages whose console blocks are run here: the README and the documentation, but not the rules' own pages.

    Those have a sandbox for each block, and a test of their own.
    """
    own = (path for path in pages() if path == ROOT / "README.md" or ROOT / "docs" in path.parents)
    return tuple(path for path in own if path.parent.name != "rules")


def blocks(text: str, language: str) -> Iterator[tuple[int, str]]:
    """(line, content) of the fenced blocks of a language."""
    for match in BLOCK.finditer(text):
        if match["language"] == language:
            lines = match["text"].splitlines(keepends=True)
            yield text.count("\n", 0, match.start()) + 2, "".join(line.removeprefix(match["indent"]) for line in lines)


def examples(text: str) -> list[Example]:
    """The commands of a page in order."""
    found: list[Example] = []
    for first, block in blocks(text, "console"):
        for number, line in enumerate(block.splitlines(), first):
            if line.startswith("$ "):
                found.append(Example(line[2:], "", number))
            elif line.startswith("> ") and not found[-1].output:
                found[-1] = found[-1]._replace(command=f"{found[-1].command}\n{line[2:]}")
            else:
                found[-1] = found[-1]._replace(output=f"{found[-1].output}{line}\n")
    return found


def run_page(text: str, folder: Path) -> list[Ran]:
    """Run the commands of a page in a fresh sandbox below `folder`."""
    home, work = folder / "home", folder / "work"
    work.mkdir(parents=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = environment(home, PATH=path, PAGER="cat", COLUMNS="90")  # as wide as a page of the site
    (work / "kempt" / "docs").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "dirty_repository.py", work / "kempt" / "docs")
    wanted = SANDBOX.search(text)
    if wanted is None or wanted[1] == "shop":
        subprocess.run(
            [sys.executable, "kempt/docs/dirty_repository.py", "shop"],
            cwd=work,
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        work /= "shop"
    script = "".join(
        f"{{ {each.command}\n}}; set -- $?; printf '\\n{MARK} %s\\n' $1; (exit $1)\n" for each in examples(text)
    )
    done = subprocess.run(
        ["bash", "-u"], cwd=work, env=env, input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, timeout=300,
    )  # fmt: skip
    printed = done.stdout.decode("utf-8", "surrogateescape").replace(str(folder / "work"), "/home/ada")
    *parts, _ = re.split(rf"\n{MARK} (\d+)\n", printed)
    return [Ran(output, int(status)) for output, status in zip(parts[::2], parts[1::2], strict=True)]


def fits(expected: str, actual: str) -> bool:
    """Whether an output is the one that a page shows; help is compared word by word, for argparse lays it out anew."""
    if expected.startswith("usage: "):
        return _help_words(expected) == _help_words(actual)
    parts = [".*".join(map(re.escape, line.rstrip().split("..."))) for line in expected.splitlines()]
    pattern = "".join("(?:.*\n)*?" if part == ".*" else f"{part}[ ]*\n" for part in parts)
    return re.fullmatch(pattern, f"{actual.rstrip()}\n" if actual.strip() else "") is not None


def refreshed(text: str, outcomes: Sequence[Ran]) -> str:
    """The page with what its commands print now; an output that fits, dots and all, stays as it is."""
    waiting = iter(zip(examples(text), outcomes, strict=True))

    def block(match: re.Match[str]) -> str:
        if match["language"] != "console":
            return match[0]
        head, lines = match[0].split("\n", 1)[0], []
        for example in examples(match[0]):
            _, ran = next(waiting)
            output = example.output if fits(example.output, ran.output) else _shown(ran.output)
            command = f"$ {example.command}".replace("\n", "\n> ")
            lines += [*command.splitlines(), *output.splitlines()]
        return "\n".join([head, *(f"{match['indent']}{line}".rstrip() for line in lines), f"{match['indent']}```"])

    return BLOCK.sub(block, text)


def _help_words(text: str) -> list[str]:
    """From Python 3.13 on `-o FILE, --output-file FILE` is written `-o, --output-file FILE`."""
    return re.sub(r"(-\w) ([A-Z]+), (--[\w-]+ \2)", r"\1, \3", text).split()


def _shown(output: str) -> str:
    """An output as a page should show it: times and ids differ from run to run."""
    output = re.sub(r"\b20\d{6}-\d{6}-[0-9a-f]{4}\b", "...", output)
    output = re.sub(r"\b20\d\d-\d\d-\d\d \d\d:\d\d UTC", "...", output)
    return re.sub(r'"seconds": [\d.]+', '"seconds": ...', output).rstrip()
