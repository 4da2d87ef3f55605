"""The machine that a job runs on, and the events that start a workflow."""

from __future__ import annotations

import re
from typing import NamedTuple

from kempt.formats import yaml
from kempt.providers.github.scope import Scope, possible

SYSTEMS = (("linux", r"ubuntu|linux|debian|alpine"), ("macos", r"mac-?os|\bosx"), ("windows", r"\bwin"))
HOSTED = re.compile(r"(?:ubuntu|macos|windows)-[\w.-]++", re.IGNORECASE)
HOMES = {"linux": "/home/runner", "macos": "/Users/runner", "windows": "C:/Users/runneradmin"}
TAGS_ONLY = frozenset({"tags", "tags-ignore"})
BRANCHES = frozenset({"branches", "branches-ignore"})
BY_HAND = frozenset({"workflow_dispatch"})


class Machine(NamedTuple):
    """A job's machine: fields of the same names in `Job`. `windows_only`: its shell is PowerShell if none is named."""

    system: str = "linux"
    home: str = HOMES["linux"]
    hosted: bool = True
    windows_only: bool = False


def machine(job: yaml.Node | None, scope: Scope) -> Machine:
    """The machine of a job. Labels that GitHub does not have are somebody's own machine."""
    labels = _labels(yaml.get(job, "runs-on"), scope)
    known = [label for label in labels if label is not None]
    systems = {_system(label) for label in known if label.lower() not in {"self-hosted", "x64", "arm64"}} - {""}
    hosted = bool(known) and all(map(HOSTED.fullmatch, known))
    if not labels:
        systems, hosted = {"linux"}, True  # a job that calls a workflow
    one = systems.pop() if len(systems) == 1 and None not in labels else ""
    windows_only = one == "windows"
    if yaml.get(job, "container") is not None:
        return Machine("linux", "", hosted, windows_only=False)  # HOME is /github/home, a root user's is /root
    return Machine(one, HOMES.get(one, "") if hosted else "", hosted, windows_only)


def triggers(on: yaml.Node | None) -> frozenset[str]:
    """The events that start a workflow; "tag" is a push of tags only."""
    if isinstance(on, yaml.Mapping):
        return frozenset(_event(entry) for entry in yaml.entries(on))
    return frozenset(scalar.value for scalar in yaml.scalars(on) if scalar.value)


def is_release(events: frozenset[str]) -> bool:
    """Whether releases and tags are all that starts it, but for a person."""
    return bool(events - BY_HAND) and events - BY_HAND <= {"release", "tag"}


def _event(entry: yaml.Entry) -> str:
    keys = {each.key.value for each in yaml.entries(entry.value)}
    return "tag" if entry.key.value == "push" and keys & TAGS_ONLY and not keys & BRANCHES else entry.key.value


def _labels(node: yaml.Node | None, scope: Scope) -> tuple[str | None, ...]:
    if isinstance(node, yaml.Mapping):
        labels = _labels(yaml.get(node, "labels"), scope)
        return labels if yaml.get(node, "group") is None else (*labels, "self-hosted")
    found = [value for scalar in yaml.scalars(node) for value in possible(scalar.value, scope)]
    return tuple(value for value in found if value != "")


def _system(label: str) -> str:
    return next((name for name, words in SYSTEMS if re.search(words, label, re.IGNORECASE)), "")
