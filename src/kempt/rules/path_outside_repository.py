"""KPT313 path-outside-repository: a requirement is a path that a clone does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import referring
from kempt.rules.referring import Reference

HINTS = (
    b"../",
    b"..\\",
    b'".."',
    b"'..'",
    b"\n..",
    b"file:",
    b'= "/',
    b"= '/",
    b'="/',
    b"\n/",
    b"~/",
    b"\n-e",
    b"\n--e",
    b":\\",
)
"""What each way to leave the repository holds; where none stands, a manifest need not be parsed."""
NAMED_ABOVE = "above the repository"


def check(repo: Repo) -> Iterator[Finding]:
    """One finding for each file and way to leave the repository: a frozen conda environment holds a hundred of them."""
    groups: dict[tuple[PurePosixPath, str], list[Reference]] = {}
    for found in referring.references(repo, HINTS):
        if found.kind == "path" and (where := _where(found)):
            groups.setdefault((found.file, where), []).append(found)
    for (file, where), outside in groups.items():
        first = outside[0]
        names = referring.named(each.name for each in outside)
        verb = "is taken" if len({each.name for each in outside}) == 1 else "are taken"
        yield RULE.finding(
            Location(file, first.line), f"{names} {verb} from {where}: {first.place}", key=where,
            level=referring.milder(repo, file), service=getattr(referring.owner(repo, file), "root", None),
        )  # fmt: skip


def _where(found: Reference) -> str:
    """How a path leaves the repository; empty where it does not."""
    if referring.is_absolute(found.place):
        return "an absolute path"
    return NAMED_ABOVE if referring.is_above(f"{found.file.parent}/{found.place}") else ""


RULE = Rule(
    "KPT313", "path-outside-repository", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="a requirement is a path that a clone does not have",
    help="publish it, name its repository and commit, or bring it into this repository",
)  # fmt: skip
