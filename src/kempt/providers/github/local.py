"""Actions that lie in the repository: found, parsed once, and never followed in circles or without end."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.provider import Files
from kempt.model.repo import Fault
from kempt.providers.github.around import Checkout
from kempt.providers.github.scope import Scope, places, possible
from kempt.providers.github.sources import Source, With

NAMES = ("action.yml", "action.yaml")
DEPTH_LIMIT = 9
STEPS_LIMIT = 5000
"""Steps that one workflow may have, those of local actions counted each time."""


class Action(NamedTuple):
    """A composite action: its steps, and the mapping of its inputs."""

    source: Source
    steps: tuple[yaml.Node, ...]
    inputs: yaml.Node | None


class Library:
    """The local actions of a repository, each read when it is first used, with the faults that were met."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.steps_left = STEPS_LIMIT
        self._known: dict[str, Action | None] = {}

    def action(self, uses: str, checkout: Checkout) -> Action | None:
        """The composite action at a place of the workspace; None where there is none, or one that is no composite."""
        folder = checkout.folder(uses)
        if folder is None:
            return None
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        return self._known[folder]

    def takes(self) -> bool:
        """Count one more step; False where there were too many."""
        self.steps_left -= 1
        return self.steps_left >= 0

    def _read(self, folder: str) -> Action | None:
        paths = (f"{folder}/{name}" if folder else name for name in NAMES)
        path = next((path for path in paths if path in self.files.listing), None)
        content = None if path is None else self.files.read(path)
        if path is None or content is None:
            return None
        parsed = yaml.parse(content)
        if isinstance(parsed, yaml.Unparsable):
            self.faults.append(Fault("KPT002", PurePosixPath(path), parsed.message, parsed.line))
            return None
        root = parsed.roots[0] if parsed.roots else None
        steps = yaml.get(root, "runs", "steps")
        if yaml.text_of(yaml.get(root, "runs", "using")) != "composite" or not isinstance(steps, yaml.Sequence):
            return None
        return Action(Source(PurePosixPath(path), parsed, own=False), steps.items, yaml.get(root, "inputs"))


def inside(action: Action, given: With) -> Scope:
    """The names that the steps of an action see: its inputs, as the step that uses it gives them or by default."""
    scope = given.scope
    values, written, texts = dict(scope.values), dict(scope.written), dict(scope.texts)
    for entry in yaml.entries(action.inputs):
        name = entry.key.value.lower()
        key, default = f"inputs.{name}", yaml.get(entry.value, "default")
        scalar = given.scalar(name)
        source = given.source
        if scalar is None and isinstance(default, yaml.Scalar):
            scalar, source = default, action.source
        values[key] = possible(scalar.value, scope) if scalar is not None else ("",)
        written[key] = given.value(name) if source is given.source else yaml.text_of(scalar)
        if scalar is not None:
            texts[key] = places(source.text(scalar), scope)
    return Scope(values, written, texts, scope.rows)
