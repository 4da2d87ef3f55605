"""What GitLab's variables stand for, in a cache's key and in a path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kempt.model.pipeline import KeyPart, PartKind

VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)|%([A-Za-z_]\w*)%")
PYTHON_NAME = re.compile(r"(?:UV_|CI_)?PY(?:THON)?_?(?:VER(?:SION)?|IMAGE|TAG)?S?", re.IGNORECASE)
"""A variable that says which Python."""
PYTHON_VALUE = re.compile(r"\d+(?:\.\d+){0,2}[a-z0-9.-]*")
PYTHON_WORD = re.compile(r"(?:python|py|cpython|cp)-?\d+(?:\.\d+)*t?|[23]\.\d+(?:\.\d+)?", re.IGNORECASE)
SYSTEM_WORD = re.compile(r"linux|macos|darwin|windows|ubuntu|debian|alpine", re.IGNORECASE)
MACHINE_WORD = re.compile(r"amd64|x86_64|x64|arm64|aarch64", re.IGNORECASE)
WORD = re.compile(r"[^\s/:-]+")

BRANCHES = re.compile(
    r"CI_(?:BUILD_REF_(?:NAME|SLUG)|COMMIT_(?:BRANCH|REF_NAME|REF_SLUG|TAG)|MERGE_REQUEST_(?:ID|IID)"
    r"|(?:EXTERNAL_PULL_REQUEST|MERGE_REQUEST)_SOURCE_BRANCH_NAME)"
)
RUNS = re.compile(
    r"CI_(?:BUILD_(?:ID|REF)|COMMIT_(?:BEFORE_SHA|SHA|SHORT_SHA|TIMESTAMP)|JOB_(?:ID|STARTED_AT|TOKEN)"
    r"|PIPELINE_(?:CREATED_AT|ID|IID))"
)
CONSTANT = re.compile(
    r"CI_(?:DEFAULT_BRANCH|JOB_(?:NAME|NAME_SLUG|STAGE|GROUP_NAME)|BUILD_(?:NAME|STAGE)|NODE_(?:INDEX|TOTAL)"
    r"|PROJECT_\w+|SERVER_\w+|REGISTRY\w*|MERGE_REQUEST_TARGET_BRANCH_NAME|API_\w+)"
)
JOB_NAMES = frozenset({"CI_JOB_NAME", "CI_JOB_NAME_SLUG", "CI_BUILD_NAME"})
"""The name of a job with a matrix holds the values of the matrix."""

LONGEST, LONGEST_VALUE, DEPTH = 4096, 512, 5
"""Characters of a text and of a value, and steps, after which variables stay as they are: hostile ones double."""


def parts(text: str, variables: Mapping[str, str], matrix: Mapping[str, str]) -> Iterator[KeyPart]:
    """What a key is made of. `matrix` are the variables of the job's matrix, which have more than one value."""
    told = {name: value for name, value in variables.items() if name not in matrix and not PYTHON_NAME.fullmatch(name)}
    text = expanded(text, told)
    done = 0
    for match in VARIABLE.finditer(text):
        yield from _words(text[done : match.start()])
        done = match.end()
        yield from _variable(match[1] or match[2] or match[3], match[0], matrix)
    yield from _words(text[done:])


def _variable(name: str, written: str, matrix: Mapping[str, str]) -> Iterator[KeyPart]:
    """A variable that GitLab or a matrix sets, or that nothing is known of."""
    if name == "CI_RUNNER_EXECUTABLE_ARCH":  # linux/amd64
        yield KeyPart(PartKind.SYSTEM, written)
        yield KeyPart(PartKind.MACHINE, written)
        return
    python = any(map(PYTHON_NAME.fullmatch, matrix))
    yield KeyPart(_kind(name, python=python), written)


def _kind(name: str, *, python: bool) -> PartKind:
    if PYTHON_NAME.fullmatch(name) or (name in JOB_NAMES and python):
        return PartKind.PYTHON
    if BRANCHES.fullmatch(name):
        return PartKind.BRANCH
    if RUNS.fullmatch(name):
        return PartKind.RUN
    return PartKind.WORD if CONSTANT.fullmatch(name) else PartKind.UNKNOWN


def _words(text: str) -> Iterator[KeyPart]:
    for match in WORD.finditer(text):
        word = match[0]
        kind = PartKind.WORD
        if PYTHON_WORD.fullmatch(word):
            kind = PartKind.PYTHON
        elif SYSTEM_WORD.fullmatch(word):
            kind = PartKind.SYSTEM
        elif MACHINE_WORD.fullmatch(word):
            kind = PartKind.MACHINE
        yield KeyPart(kind, word)


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """A text with the variables that are known put in; those that are not stay."""

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1] or match[2] or match[3], match[0])
        return found if len(found) <= LONGEST_VALUE else match[0]

    for _ in range(DEPTH):
        if len(text) > LONGEST:
            break
        text, before = VARIABLE.sub(value, text), text
        if text == before:
            break
    return text


def in_project(text: str) -> str:
    """A path as GitLab finds it: what begins with the project's folder is relative to that."""
    for root in ("$CI_PROJECT_DIR", "${CI_PROJECT_DIR}", "%CI_PROJECT_DIR%"):
        if text == root:
            return "."
        if text.startswith((f"{root}/", f"{root}\\")):
            return text[len(root) + 1 :] or "."
    return text


def is_outside(path: str) -> bool:
    """Whether a path leads out of the project for certain."""
    return path.startswith(("/", "~", "$HOME", "${HOME}", "../")) or path == ".."
