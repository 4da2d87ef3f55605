"""Jobs of a pipeline: its own list, those of its stages, or the one that its steps make up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import Job, Step, Text, Variable
from kempt.providers.azure.files import Library
from kempt.providers.azure.keys import Names
from kempt.providers.azure.steps import Machine, Steps
from kempt.providers.azure.template import Budget, Frame, Held, Source, entries, items, resolved, text
from kempt.providers.azure.texts import located, place, span
from kempt.providers.azure.variables import (
    MACRO,
    PYTHON_VALUE,
    Set,
    environment_name,
    expanded,
    in_repository,
    written,
)

UPDATES = re.compile(
    r"(?<![a-z])(?:updates?|upgrades?|bump|renovate|dependabot|latest|newest|lowest)(?![a-z])", re.IGNORECASE
)
"""Names of jobs that are there to change dependencies."""

TAGS = re.compile(
    r"startsWith\(\s*variables(?:\.Build\.SourceBranch|\['Build\.SourceBranch'\])\s*,\s*'refs/tags/", re.IGNORECASE
)
PUBLISHES = frozenset(
    {("twine", "upload"), ("uv", "publish"), ("poetry", "publish"), ("pdm", "publish"), ("flit", "publish"),
     ("hatch", "publish")}
)  # fmt: skip
HOMES = {"linux": "/home/vsts", "macos": "/Users/runner"}
"""Home folders of Microsoft's own machines."""

HOSTED = "azure pipelines"
DEPTH = 20


class Scope(NamedTuple):
    """What holds for jobs: the variables set so far, and what stages and the pipeline say of machine and condition."""

    variables: tuple[Set, ...] = ()
    pool: Held | None = None
    container: bool = False
    conditions: tuple[str, ...] = ()
    opaque: str = ""
    depth: int = 0


class Jobs:
    """Reads the jobs of one pipeline. What they say of variables and of Pythons is there when all were read."""

    def __init__(self, source: Source, library: Library) -> None:
        self.source = source
        self.library = library
        self.budget = Budget()
        self.sets: dict[int, Set] = {}
        self.chosen: set[str] = set()
        self.python_texts: dict[int, Text] = {}

    def jobs(self) -> Iterator[Job]:
        """All jobs, in order."""
        for root in self.source.document.roots[:1]:
            yield from self._pipeline(Held(root, Frame(self.source)), Scope(), "pipeline")

    def _pipeline(self, held: Held, scope: Scope, level: str) -> Iterator[Job]:
        """A pipeline, a stage, or a template of one: what it holds, under what it says for all of that."""
        said = entries(held, self.budget)
        scope = self._within(said, scope, level)
        if scope.depth > DEPTH:
            return
        if "extends" in said:
            yield from self._extended(entries(said["extends"], self.budget), held, scope)
        for stage in items(said.get("stages"), self.budget):
            yield from self._listed(stage, scope, "stages")
        for job in items(said.get("jobs"), self.budget):
            yield from self._listed(job, scope, "jobs")
        if "steps" in said:
            yield self._job(held, said, scope)

    def _extended(self, said: Mapping[str, Held], user: Held, scope: Scope) -> Iterator[Job]:
        """A pipeline made by a template. Of one in another repository only what is handed to it is known."""
        name = text(said.get("template"))
        root = self.library.opened(name, said.get("parameters"), user.frame, self.budget)
        if root is not None:
            yield from self._pipeline(root, scope, "pipeline")
        elif "parameters" in said:
            yield from self._pipeline(said["parameters"], scope._replace(opaque=name or "extends"), "")

    def _listed(self, item: Held, scope: Scope, kind: str) -> Iterator[Job]:
        """A stage or a job, or those that a template brings in its place."""
        said = entries(item, self.budget)
        if "template" in said:
            root = self.library.opened(text(said["template"]), said.get("parameters"), item.frame, self.budget)
            for each in items(entries(root, self.budget).get(kind), self.budget):
                yield from self._listed(each, scope._replace(depth=scope.depth + 1), kind)
        elif kind == "stages":
            yield from self._pipeline(item, scope, "stage")
        elif any(key in said for key in ("job", "deployment", "steps")):
            yield self._job(item, said, self._within(said, scope, "job"))

    def _within(self, said: Mapping[str, Held], scope: Scope, level: str) -> Scope:
        found = tuple(
            written(said.get("variables"), "pipeline" if level == "pipeline" else "job", self.library, self.budget)
        )
        for each in found if level else ():
            self.sets.setdefault(id(each.value.node), each)
        return scope._replace(
            variables=(*scope.variables, *found) if level else scope.variables,
            pool=said.get("pool", scope.pool),
            container=scope.container or "container" in said,
            conditions=(*scope.conditions, text(said.get("condition"))),
            depth=scope.depth + 1,
        )

    def _job(self, held: Held, said: Mapping[str, Held], scope: Scope) -> Job:
        name = text(said.get("job")) or text(said.get("deployment")) or text(said.get("displayName")) or "job"
        matrix = self._matrix(said)
        if not self.budget.spend(len(scope.variables)):
            scope = scope._replace(variables=())
        values = {each.name.lower(): text(each.value) for each in scope.variables}
        values = {name: value for name, value in values.items() if name not in matrix}
        system, hosted = self._machine(scope, values, matrix)
        machine = self._prepared(scope, values, matrix, system, held)
        reader = Steps(machine)
        steps = tuple(self._steps(reader, held, said, scope))
        self.chosen |= machine.names.pythons
        for each in reader.pythons:
            self._note_python(resolved(each))
        tagged = any(TAGS.search(each) and "or(" not in each.lower() for each in scope.conditions)
        return Job(
            name,
            place(held),
            steps=steps,
            artifacts=tuple(reader.artifacts),
            system=system,
            home=HOMES.get(system, "") if hosted and not scope.container else "",
            releases=tagged or "deployment" in said or any(map(_publishes, steps)),
            updates=UPDATES.search(name) is not None,
            hosted=hosted,
            block=span(held, self.source),
        )

    def _prepared(
        self, scope: Scope, values: dict[str, str], matrix: Mapping[str, tuple[Held, ...]], system: str, held: Held
    ) -> Machine:
        """The machine of a job before its first step."""
        environment = {
            environment_name(each.name): in_repository(expanded(text(each.value), values))
            for each in scope.variables
            if each.name.lower() not in matrix
        }
        texts = {name: tuple(map(text, found)) for name, found in matrix.items()}
        pythons = frozenset(self._chosen(held))
        names = Names(values, texts, pythons)
        return Machine(self.source, self.library, self.budget, system, names, dict(values), environment)

    def _chosen(self, held: Held) -> Iterator[str]:
        """The variables that choose an interpreter in this file, in lower case."""
        pattern = re.compile(r"versionSpec\s*:\s*[\"']?\$\(([^()\s]{1,200})\)", re.IGNORECASE)
        document = held.frame.source.document
        yield from (match[1].lower() for match in pattern.finditer(document.text, held.node.start, held.node.end))

    def _steps(self, reader: Steps, held: Held, said: Mapping[str, Held], scope: Scope) -> Iterator[Step]:
        if scope.opaque:
            yield Step(place(held), name="extends", opaque=scope.opaque)
        yield from reader.of(said.get("steps"))
        for hook in self._hooks(said.get("strategy")):
            yield from reader.of(hook)

    def _hooks(self, strategy: Held | None, depth: int = 4) -> Iterator[Held]:
        """The steps of a deployment, which stand in the phases of its strategy."""
        for key, value in entries(strategy, self.budget).items():
            if key == "steps":
                yield value
            elif key != "matrix" and depth > 0:
                yield from self._hooks(value, depth - 1)

    def _matrix(self, said: Mapping[str, Held]) -> dict[str, tuple[Held, ...]]:
        """The variables of a matrix, in lower case, with each value that they take."""
        rows = entries(entries(said.get("strategy"), self.budget).get("matrix"), self.budget)
        found: dict[str, list[Held]] = {}
        for row in rows.values():
            for name, value in entries(row, self.budget).items():
                scalar = resolved(value)
                if scalar is not None and isinstance(scalar.node, yaml.Scalar):
                    found.setdefault(name.lower(), []).append(scalar)
                    self.sets.setdefault(id(scalar.node), Set(name, scalar, "job"))
        return {name: tuple(values) for name, values in found.items()}

    def _machine(
        self, scope: Scope, values: Mapping[str, str], matrix: Mapping[str, tuple[Held, ...]]
    ) -> tuple[str, bool]:
        """The operating system, and whether the machine is Microsoft's."""
        said = entries(scope.pool, self.budget)
        name = text(said.get("name")) if said else text(scope.pool)
        hosted = "vmImage" in said or name.lower() in {"", HOSTED}
        if scope.container:
            return "linux", hosted
        if not hosted:
            return "", False
        image = expanded(text(said.get("vmImage")), values) if "vmImage" in said else "ubuntu-latest"
        match = MACRO.fullmatch(image)
        images = [text(each) for each in matrix.get(match[1].lower(), ())] if match else [image]
        systems = {system_of(each) for each in images}
        return (systems.pop() if len(systems) == 1 else ""), True

    def pythons(self) -> tuple[Text, ...]:
        """The values that name a Python: where an interpreter is chosen, or of the variable that it is chosen with."""
        names = Names({}, {}, frozenset(self.chosen))
        for each in self.sets.values():
            if names.is_python(each.name):
                self._note_python(each.value)
        return tuple(self.python_texts.values())

    def _note_python(self, held: Held | None) -> None:
        if held is not None and isinstance(held.node, yaml.Scalar) and PYTHON_VALUE.fullmatch(text(held)):
            self.python_texts.setdefault(id(held.node), located(held, self.source))

    def variables(self) -> Iterator[Variable]:
        """Every variable that is set, by the name that scripts know it under."""
        for each in self.sets.values():
            yield Variable(environment_name(each.name), located(each.value, self.source), each.scope)


def system_of(image: str) -> str:
    """The operating system of one of Microsoft's images."""
    lowered = image.lower()
    if lowered.startswith(("ubuntu", "linux")):
        return "linux"
    if lowered.startswith("macos"):
        return "macos"
    return "windows" if lowered.startswith(("windows", "vs20", "win")) else ""


def _publishes(step: Step) -> bool:
    return any(command.argv[-2:] in PUBLISHES or command.argv[:2] in PUBLISHES for command in step.commands)
