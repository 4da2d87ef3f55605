"""The jobs of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kempt.formats import yaml
from kempt.model.finding import Location
from kempt.model.pipeline import Job, Step, Text, Variable
from kempt.providers.gitlab import caches, names
from kempt.providers.gitlab.caches import Around
from kempt.providers.gitlab.config import Config
from kempt.providers.gitlab.steps import Steps
from kempt.providers.gitlab.values import Held, Value, children, is_map, items, text_of

UPDATES = re.compile(
    r"(?:^|[^a-z])(?:updates?|upgrades?|bump|renovate|dependabot|latest|newest|lowest)(?![a-z])", re.IGNORECASE
)
"""Names of jobs that are there to change dependencies."""

PUBLISHES = frozenset(
    {("twine", "upload"), ("uv", "publish"), ("poetry", "publish"), ("pdm", "publish"), ("flit", "publish"),
     ("hatch", "publish")}
)  # fmt: skip
NOT_A_TAG = re.compile(r"!\s*\$CI_COMMIT_TAG|\$CI_COMMIT_TAG\s*(?:==\s*(?:null|\"\"|'')|!=\s*[^n\s])")
SCHEDULED = re.compile(r"\$CI_PIPELINE_SOURCE\s*==\s*[\"']schedule[\"']")
SOURCE = re.compile(r"\$CI_PIPELINE_SOURCE\s*==\s*[\"'](\w+)[\"']")


class Jobs:
    """Reads the jobs of one configuration, and what they say of variables and of Pythons."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.steps = Steps()
        roots = config.own.document.roots
        self.ends = {id(entry.key): entry.value.end for entry in yaml.entries(roots[-1] if roots else None)}

    def jobs(self) -> Iterator[Job]:
        """All jobs that run something."""
        for name in self.config.jobs():
            job = self.config.job(name)
            if "trigger" not in job:
                yield self._job(name, job)

    def _job(self, name: str, job: Mapping[str, Value]) -> Job:
        around = self.around(name, job)
        system = system_of(text_of(tag).lower() for tag in items(self.config.resolved(job.get("tags"))))
        steps = (*self._unknown(name, around), *self.steps.of(job, around, posix=system != "windows"))
        return Job(
            name,
            around.location,
            steps=steps,
            caches=tuple(caches.caches(job, around)),
            artifacts=tuple(caches.artifacts(job, around)),
            system=system,
            home="/root" if system == "linux" else "",
            releases=self._releases(job) or any(map(_publishes, steps)),
            updates=UPDATES.search(name) is not None or self._is_scheduled(job),
            block=self._block(name),
            image=self._image(job),
        )

    def _image(self, job: Mapping[str, Value]) -> str:
        image = self.config.resolved(job.get("image"))
        return text_of(image) or text_of(self.config.resolved(children(image).get("name")))

    def around(self, name: str, job: Mapping[str, Value]) -> Around:
        """What a job's values are read with."""
        variables = {key: text_of(held) for key, held, _ in self.config.variables(job)}
        matrix: dict[str, str] = {}
        for key, held in self._matrix(job):
            matrix[key] = text_of(held)
        for key in matrix:
            variables.pop(key, None)
        location = caches.location(self.config.keys[name], Around(self.config, Location(self.config.own.path), {}, {}))
        return Around(self.config, location, variables, matrix)

    def _matrix(self, job: Mapping[str, Value]) -> Iterator[tuple[str, Held]]:
        """Each variable of `parallel: matrix:` with each of its values."""
        rows = children(self.config.resolved(job.get("parallel"))).get("matrix")
        for row in caches.entries(rows, self.config):
            for key, value in children(row).items():
                for held in self.config.lines(value):
                    yield key, held

    def _unknown(self, name: str, around: Around) -> Iterator[Step]:
        """What a job extends and nobody can see may do anything."""
        for base in sorted(self.config.missing(name)):
            yield Step(around.location, name="extends", opaque=base or "extends", variables=around.variables)

    def _block(self, name: str) -> tuple[int, int]:
        """From the job's key to its end, where both stand in the pipeline's own file."""
        key = self.config.keys[name]
        if not caches.is_own(key, self.config):
            return caches.NOWHERE
        end = self.ends.get(id(key.node), -1)
        return (key.node.start, end) if end > key.node.start else caches.NOWHERE

    def variables(self) -> Iterator[Variable]:
        """Every variable that some scope sets, where it stands, once."""
        seen = set[int]()
        for scope, name, held, around in self._written():
            if id(held.node) not in seen:
                seen.add(id(held.node))
                yield Variable(name, caches.text(held, around), scope)

    def pythons(self) -> Iterator[Text]:
        """The values of variables and of matrices that name a version of Python."""
        seen = set[int]()
        for _, name, held, around in (*self._written(), *self._matrices()):
            value = text_of(held)
            named = names.PYTHON_NAME.fullmatch(name) and names.PYTHON_VALUE.fullmatch(value)
            if named and id(held.node) not in seen:
                seen.add(id(held.node))
                yield caches.text(held, around)

    def _written(self) -> Iterator[tuple[str, str, Held, Around]]:
        nobody = Around(self.config, Location(self.config.own.path), {}, {})
        for name, held in self.config.written(self.config.entries.get("variables")):
            yield "pipeline", name, held, nobody
        for job in self.config.entries:
            value = self.config.entries[job]
            for name, held in self.config.written(children(value).get("variables")) if is_map(value) else ():
                yield "job", name, held, nobody

    def _matrices(self) -> Iterator[tuple[str, str, Held, Around]]:
        nobody = Around(self.config, Location(self.config.own.path), {}, {})
        for name in self.config.jobs():
            for key, held in self._matrix(self.config.job(name)):
                yield "job", key, held, nobody

    def triggers(self) -> frozenset[str]:
        """The events that `workflow: rules:` names."""
        rules = children(self.config.entries.get("workflow")).get("rules")
        conditions = (text_of(children(rule).get("if")) for rule in caches.entries(rules, self.config))
        return frozenset(event for condition in conditions for event in SOURCE.findall(condition))

    def _conditions(self, job: Mapping[str, Value]) -> list[str]:
        """The conditions under which a job runs; an empty one for a rule that has none."""
        rules = caches.entries(job.get("rules"), self.config)
        held = (children(rule) for rule in rules)
        return [text_of(rule.get("if")) for rule in held if text_of(rule.get("when")) != "never"]

    def _only(self, job: Mapping[str, Value]) -> set[str]:
        only = self.config.resolved(job.get("only"))
        return {text_of(item) for item in self.config.lines(children(only).get("refs") if is_map(only) else only)}

    def _releases(self, job: Mapping[str, Value]) -> bool:
        """Whether a job makes a release, or runs for tags only."""
        conditions = self._conditions(job)
        tagged = all("$CI_COMMIT_TAG" in each and not NOT_A_TAG.search(each) for each in conditions)
        return "release" in job or self._only(job) == {"tags"} or (bool(conditions) and tagged)

    def _is_scheduled(self, job: Mapping[str, Value]) -> bool:
        """Whether a job runs by the clock only."""
        conditions = self._conditions(job)
        return self._only(job) == {"schedules"} or (bool(conditions) and all(map(SCHEDULED.search, conditions)))


def system_of(tags: Iterator[str]) -> str:
    """The operating system, told by the tags that choose a runner; Linux where they do not say."""
    for tag in tags:
        if "windows" in tag:
            return "windows"
        if "macos" in tag or "darwin" in tag:
            return "macos"
    return "linux"


def _publishes(step: Step) -> bool:
    return any(command.argv[-2:] in PUBLISHES or command.argv[:2] in PUBLISHES for command in step.commands)
