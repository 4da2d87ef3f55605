"""The key of a cache, a template such as `uv-{{ arch }}-{{ checksum "uv.lock" }}`, cut into its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kempt.model.pipeline import Key, KeyPart, PartKind, Text
from kempt.providers.circleci.folders import absolute, relative
from kempt.providers.circleci.parameters import EMPTY, Scope, filled

TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|<<[^<>]*>>")
CHECKSUM = re.compile(r"checksum\s*+[\"'`]?([^\"'`]++)[\"'`]?")
VARIABLE = re.compile(r"\.Environment\.(\w++)")
PYTHON = re.compile(r"(?:^|[^a-z])(?:py|cp|python)(?:[-_.]?(?:ver|3|v3)|$)", re.IGNORECASE)
"""What names a version of Python: `py3.13`, `python-version`, `.python_version`, `PYTHON`."""
RUNS = frozenset({
    ".Revision", ".BuildNum", "epoch", "CIRCLE_SHA1", "CIRCLE_BUILD_NUM", "CIRCLE_BUILD_URL", "CIRCLE_WORKFLOW_ID",
    "CIRCLE_WORKFLOW_JOB_ID", "CIRCLE_PREVIOUS_BUILD_NUM", "pipeline.number", "pipeline.id", "pipeline.git.revision",
})  # fmt: skip
BRANCHES = frozenset({
    ".Branch", "CIRCLE_BRANCH", "CIRCLE_TAG", "CIRCLE_PR_NUMBER", "CIRCLE_PR_USERNAME", "CIRCLE_PULL_REQUEST",
    "pipeline.git.branch", "pipeline.git.tag",
})  # fmt: skip
SYSTEMS = re.compile(r"(?<![a-z])(?:linux|ubuntu|debian|macos|darwin|windows)", re.IGNORECASE)
MACHINES = re.compile(r"(?<![a-z])(?:x86_64|amd64|arm64|aarch64|x64)(?![a-z0-9])", re.IGNORECASE)


class Known(NamedTuple):
    """What is known where a key is written. `working` is the working directory, `root` is where the repository is.

    `generated` leads from a file that a step before writes to those that it is made of, or to None where kempt does not
    follow what is in it.
    """

    scope: Scope = EMPTY
    variables: Mapping[str, str] = {}
    working: str | None = None
    root: str | None = None
    home: str = ""
    generated: Mapping[str, tuple[str, ...] | None] = {}


class Segment(NamedTuple):
    """A piece of a key as it is written, and what it stands for; `{{ arch }}` is two parts."""

    written: str
    parts: tuple[KeyPart, ...]


def key(text: Text, known: Known) -> Key:
    """The key, with what makes it a constant by mistake."""
    parts = tuple(part for segment in segments(text.value, known) for part in segment.parts)
    return Key(text, parts, _broken(text.value))


def _broken(text: str) -> str:
    plain = TEMPLATE.sub("", text)
    if "$(" in plain or re.search(r"\$\{?\w", plain):
        return "CircleCI expands no `$` in a key: it is the same text each time"
    if "checksum" in plain and re.search(r"\{ *checksum", plain):
        return "a template needs two braces: `{ checksum … }` is the same text each time"
    return ""


def segments(text: str, known: Known) -> Iterator[Segment]:
    """The pieces of a key in their order; together they are the whole text."""
    done = 0
    for match in TEMPLATE.finditer(text):
        if match.start() > done:
            yield _word(text[done : match.start()])
        yield _template(match[0], known)
        done = match.end()
    if done < len(text):
        yield _word(text[done:])


def _word(text: str) -> Segment:
    kinds = ((PartKind.PYTHON, PYTHON), (PartKind.SYSTEM, SYSTEMS), (PartKind.MACHINE, MACHINES))
    found = tuple(KeyPart(kind, text) for kind, pattern in kinds if pattern.search(text))
    if not text.strip("-_.: /|"):
        return Segment(text, ())
    return Segment(text, found or (KeyPart(PartKind.WORD, text),))


def _template(text: str, known: Known) -> Segment:
    inner = text[2:-2].strip()
    if text.startswith("<<"):
        return _parameter(text, inner, known)
    if inner == "arch":
        return Segment(text, (KeyPart(PartKind.SYSTEM, text), KeyPart(PartKind.MACHINE, text)))
    if match := CHECKSUM.fullmatch(inner):
        return Segment(text, _checksum(text, filled(match[1], known.scope), known))
    name = match[1] if (match := VARIABLE.fullmatch(inner)) else inner
    return Segment(text, (KeyPart(_kind(name, known), text),))


def _kind(name: str, known: Known) -> PartKind:
    if name in RUNS:
        return PartKind.RUN
    if name in BRANCHES:
        return PartKind.BRANCH
    value = known.variables.get(name)
    if PYTHON.search(name):
        return PartKind.PYTHON
    return PartKind.WORD if value is not None and "$" not in value and "<<" not in value else PartKind.UNKNOWN


def _parameter(text: str, inner: str, known: Known) -> Segment:
    name = inner.removeprefix("parameters.").removeprefix("pipeline.parameters.")
    value = filled(text, known.scope)
    if PYTHON.search(name):
        return Segment(text, (KeyPart(PartKind.PYTHON, text),))
    if value == text:
        return Segment(text, (KeyPart(_kind(name, known), text),))
    return Segment(text, tuple(part for each in segments(value, known._replace(scope=EMPTY)) for part in each.parts))


def _checksum(text: str, file: str, known: Known) -> tuple[KeyPart, ...]:
    """The hash of a file. One that a step has made stands for what it is made of."""
    full = absolute(file, known.working, known.home)
    python = (KeyPart(PartKind.PYTHON, text),) if PYTHON.search(file.rpartition("/")[2]) else ()
    path = relative(full, known.root)
    if not python and full is not None and full in known.generated:
        sources = known.generated[full]
        kind = PartKind.UNKNOWN if sources is None else PartKind.FILES
        return (KeyPart(kind, text, sources or ()),)
    if path is not None:
        return (*python, KeyPart(PartKind.FILES, text, (path,)))
    if python:
        return python
    if full is None and known.working is None:
        return (KeyPart(PartKind.FILES, text, (file,)),)
    return (KeyPart(PartKind.UNKNOWN, text),)
