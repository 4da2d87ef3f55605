"""kempt's verdict on each RUN of real Dockerfiles beside hadolint's DL3042, with the reason of each disagreement.

    .venv/bin/python bench/compare_hadolint.py [FOLDER]

FOLDER holds git directories, one `owner+name` each, as KEMPT_CORPUS does, which is taken where none is named; what is
read is HEAD. hadolint is looked for beside this Python and on PATH. A RUN is wrong where a cache that it fills is
shipped. Reasons are worked out from what stands in the file; a disagreement without one ends the run with 1.
bench/README.md holds the last result, and says how it was checked.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

from bench_dockerfiles import hadolint
from corpus import dockerfiles, git_dirs

from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.formats.dockerfile import reader
from kempt.model.config import Config
from kempt.model.dockerfile import Dockerfile, Instruction, Stage
from kempt.rules import building, removing
from kempt.rules.building import Filled

Said: TypeAlias = dict[str, list[int]]
"""Codes and the lines that they stand for."""
UNPARSED, RULE = "DL1000", "DL3042"
UNEXPLAINED = "unexplained"
_FLAG = re.compile(r"--no-cache-dir|PIP_NO_CACHE_DIR")
_SPELLED = re.compile(r"\bpip3? install|\bpip -|-m pip\b")


class Read(NamedTuple):
    """A Dockerfile of a repository, as kempt reads it; `checked`: a rule of kempt looks at it."""

    repository: str
    file: Dockerfile
    checked: bool


class Judged(NamedTuple):
    """A RUN with an install, and who calls it wrong. `reason` says why they differ, empty where they agree."""

    read: Read
    run: Instruction
    by_kempt: bool
    by_hadolint: bool
    reason: str = ""


def read(folder: Path) -> Iterator[Read]:
    """The Dockerfiles of all repositories below a folder, with the stages that their compose files name."""
    for name, git_dir in git_dirs(folder):
        with open_source(str(git_dir), rev="HEAD") as source:
            repo = survey(source.tree, Config(select=("KPT5",)))
        known = {str(file.path): file for file in building.files(repo)}
        for path, content in dockerfiles(git_dir):
            file = known.get(path) or reader.parse(PurePosixPath(path), content)
            yield Read(name, file, path in known)


def linted(found: Sequence[Read]) -> list[Said]:
    """What hadolint says of each file: codes with their lines. Comments that silence it do not."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        for number, each in enumerate(found):
            content = each.file.text.encode("utf-8", "surrogateescape")
            (Path(folder) / f"{number}.Dockerfile").write_bytes(content)
        names = [f"{number}.Dockerfile" for number in range(len(found))]
        argv = (hadolint(), "--no-fail", "--disable-ignore-pragma", "--format", "json", *names)
        done = subprocess.run(argv, cwd=folder, check=False, capture_output=True, text=True)
    said: list[Said] = [{} for _ in found]
    for each in json.loads(done.stdout):
        said[int(each["file"].partition(".")[0])].setdefault(each["code"], []).append(each["line"])
    return said


def judged(one: Read, said: Said) -> Iterator[Judged]:
    """Each RUN of all stages that installs, or that hadolint complains of."""
    file, wrong = one.file, said.get(RULE, ())
    shipped, copied = {stage.number for stage in file.shipped}, _copied(file)
    for stage in file.stages:
        for run in stage.runs:
            installs = list(building.of_run(file, stage, run))
            by_hadolint = any(run.line <= line <= run.end_line for line in wrong)
            left = [
                each for each in installs
                if one.checked and removing.is_left(each)
                and (stage.number in shipped or (stage.number, each.place) in copied)
            ]  # fmt: skip
            if not installs and not by_hadolint:
                continue
            reason = ""
            if left and not by_hadolint:
                reason = _missed(file, run, left, unparsed=UNPARSED in said)
            elif by_hadolint and not left:
                reason = _false(one, stage, installs)
            yield Judged(one, run, bool(left), by_hadolint, reason)


def _copied(file: Dockerfile) -> set[tuple[int, str]]:
    """The caches of builders, by stage and place, that a COPY takes into the image."""
    found = set()
    for copy in (copy for stage in file.shipped for copy in stage.copies if copy.stage is not None):
        for each in building.filled(file, (file.stages[copy.stage or 0],)):
            if each.place and any(building.is_within(each.place, source) for source in copy.sources):
                found.add((copy.stage or 0, each.place))
    return found


def _missed(file: Dockerfile, run: Instruction, left: Sequence[Filled], *, unparsed: bool) -> str:
    """Why hadolint says nothing of a RUN that leaves a cache: the first of these that holds."""
    text = file.text[run.start : run.end]
    others = sorted({each.manager for each in left} - {"pip"})
    reasons = {
        "hadolint cannot parse the file": unparsed,
        f"no rule for {', '.join(others)}": bool(others),
        "the mount is not where the cache is": bool(run.mounts),
        "`get-pip.py` installs too": "get-pip" in text,
        "a pip of an environment, called by its path": any("/" in each.command.argv[0] for each in left),
        "another command of the RUN has the flag": _FLAG.search(text) is not None,
        "a script inside of the command": run.json or re.search(r"sh\b.* -\w*c\b|<<|\beval\b", text) is not None,
        "not spelled `pip install`": _SPELLED.search(text) is None,
    }
    reason = next((text for text, holds in reasons.items() if holds), "")
    return f"missed: {reason}" if reason else UNEXPLAINED


def _false(one: Read, stage: Stage, installs: Sequence[Filled]) -> str:
    """Why a RUN that hadolint complains of leaves no cache in the image, or has no verdict of kempt."""
    file = one.file
    if not one.checked:
        return "no verdict: test data of the repository, or an image of Windows"
    offs = sorted({each.off.partition("=")[0] for each in installs if each.off})
    reasons = {
        "the stage is not built": stage not in file.built,
        "a mount lies over the cache": any(building.covering(each) for each in installs),
        "removed again in the same RUN": any(removing.is_removed(each) for each in installs),
        "a builder, whose cache is not copied": stage not in file.shipped and bool(installs),
        f"turned off by `{''.join(offs[:1])}`": bool(offs),
        "nothing is downloaded": any(each.idle for each in installs),
    }
    reason = next((text for text, holds in reasons.items() if holds), "")
    return f"false alarm: {reason}" if reason else UNEXPLAINED


def summary(found: Sequence[Judged]) -> str:
    """The table of both, and the reasons, as Markdown; what kempt does not look at is left out of the table."""
    known = [each for each in found if each.read.checked]
    wrong = sum(each.by_kempt for each in known)
    both = sum(each.by_kempt and each.by_hadolint for each in known)
    rows = (("hadolint DL3042", sum(each.by_hadolint for each in known), both), ("kempt KPT501-KPT503", wrong, wrong))
    lines = ["| | RUNs called wrong | rightly | precision | recall |", "| --- | ---: | ---: | ---: | ---: |"]
    lines += [f"| {name} | {said} | {right} | {_of(right, said)} | {_of(right, wrong)} |" for name, said, right in rows]
    counts = Counter(each.reason for each in found if each.reason)
    lines += ["", "| hadolint's verdict is another one, because | RUNs |", "| --- | ---: |"]
    lines += [f"| {reason} | {count} |" for reason, count in sorted(counts.items())]
    return "\n".join(lines)


def _of(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def main() -> int:
    """Print the disagreements and the table."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("KEMPT_CORPUS", "")
    if not folder:
        raise SystemExit("name a folder with git directories, or set KEMPT_CORPUS")
    files = list(read(Path(folder)))
    found = [each for one, said in zip(files, linted(files), strict=True) for each in judged(one, said)]
    for each in found:
        if each.reason:
            print(f"{each.read.repository} {each.read.file.path}:{each.run.line}: {each.reason}")
    owners = len({each.repository for each in files})
    print(f"\n{len(files)} Dockerfiles of {owners} repositories, {len(found)} RUNs with an install\n")
    print(summary(found))
    return int(any(each.reason == UNEXPLAINED for each in found))


if __name__ == "__main__":
    sys.exit(main())
