"""KPT410 float-python-version: a version of Python that YAML reads as a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.pipeline import UNPLACED
from kempt.model.repo import Repo
from kempt.model.rule import Rule

FLOAT = re.compile(r"\d+\.\d+")


def check(repo: Repo) -> Iterator[Finding]:
    """`3.10` without quotes is the number 3.1. Others keep their value, and are a matter of style."""
    for pipeline in repo.automation.pipelines:
        for text in dict.fromkeys(pipeline.pythons):
            if text.style or not FLOAT.fullmatch(text.value):
                continue
            lost = text.value.endswith("0")
            read = text.value.rstrip("0") if lost else text.value
            said = f"`{text.value}` without quotes is the number {read}" + (
                "" if lost else ": only by luck the version"
            )
            own = text.location.path == pipeline.path and text.start != UNPLACED
            edit = Replace(pipeline.path, text.start, text.end, f'"{text.value}"')
            yield RULE.finding(
                text.location, said, key=text.value,
                level=None if lost else Level.INFO, fix=Fix("quote it", Safety.SAFE, (edit,)) if own else None,
            )  # fmt: skip


RULE = Rule(
    "KPT410", "float-python-version", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="a version of Python stands without quotes, so YAML reads it as a number",
    help="quote it",
)  # fmt: skip
