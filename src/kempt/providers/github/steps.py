"""The steps of a job in order: scripts, actions, and the steps of local actions in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.finding import Location
from kempt.model.pipeline import Artifacts, Step, Text, Variable
from kempt.providers.github import actions, local
from kempt.providers.github.around import Around, Checkout, Effect
from kempt.providers.github.conditions import both, skips_on_hit
from kempt.providers.github.machine import Machine
from kempt.providers.github.run import Defaults, Terms, run
from kempt.providers.github.scope import Scope, places
from kempt.providers.github.sources import Source, With, merged, variables
from kempt.providers.github.uses import Uses, read

NOWHERE = (-1, -1)


class Setting(NamedTuple):
    """What all steps of a job have in common."""

    library: local.Library
    machine: Machine
    defaults: Defaults = Defaults()
    skipped_on_hit: bool = False
    may_fail: bool = False
    caches_by_itself: bool = True


class Reading(NamedTuple):
    """A list of steps to read: a job's, or a local action's, then with the way that leads to it.

    `span` is what the job's own steps lie in: what an alias brings from elsewhere is not there.
    """

    source: Source
    nodes: tuple[yaml.Node, ...]
    span: tuple[int, int]
    env: Mapping[str, str]
    scope: Scope
    way: tuple[str, ...] = ()
    condition: str = ""
    may_fail: bool = False


class Place(NamedTuple):
    """One step that is read: its node, its place, its inputs and variables in force, and when it runs."""

    reading: Reading
    node: yaml.Mapping
    location: Location
    block: tuple[int, int]
    given: With
    env: Mapping[str, str]
    condition: str
    may_fail: bool


class Steps:
    """Reads the steps of one job, and gathers what is seen on the way."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.found: list[Step] = []
        self.artifacts: list[Artifacts] = []
        self.variables: list[Variable] = []
        self.pythons: list[Text] = []
        self.uses: list[str] = []
        self.has_git = False
        self._left: dict[str, str] = {}
        self._checkout = Checkout()

    def read(self, reading: Reading) -> None:
        """Read steps in their order."""
        for node in reading.nodes:
            if isinstance(node, yaml.Mapping) and self.setting.library.takes():
                self._one(self._place(reading, node))

    def _place(self, reading: Reading, node: yaml.Mapping) -> Place:
        source = reading.source
        before = merged(reading.env, self._left)
        entries = variables(yaml.get(node, "env"), reading.scope.with_env(before))
        if source.own:
            self.variables += (Variable(name, source.text(scalar), "step") for name, scalar, _ in entries)
        env = merged(before, {name: value for name, _, value in entries})
        scope = reading.scope.with_env(env)
        inside = source.own and reading.span[0] <= node.start <= node.end <= reading.span[1]
        return Place(
            reading,
            node,
            Location(source.path, node.line, node.column),
            (node.start, node.end) if inside else NOWHERE,
            With(source, yaml.get(node, "with"), scope),
            env,
            both(reading.condition, yaml.text_of(yaml.get(node, "if"))),
            reading.may_fail or yaml.truthy(yaml.get(node, "continue-on-error")),
        )

    def _one(self, place: Place) -> None:
        script, used = yaml.get(place.node, "run"), yaml.get(place.node, "uses")
        if isinstance(used, yaml.Scalar):
            self._action(place, used)
        elif isinstance(script, yaml.Scalar):
            default = self.setting.defaults if not place.reading.way else Defaults()
            terms = Terms(default, self.setting.machine, self._checkout)
            done = run(place.given, place.node, script, terms)
            self._left.update(done.written)
            effect = Effect(commands=done.commands, on_path=done.on_path, activates=done.activates, opaque=done.opaque)
            self._add(place, effect, script=place.given.source.text(script), errexit=done.errexit)

    def _action(self, place: Place, used: yaml.Scalar) -> None:
        uses = read(used.value.strip(), place.given.source.behind(used))
        self.uses.append(uses.name)
        if uses.is_local:
            self._local(place, uses)
            return
        around = Around(
            self.setting.library.files,
            self.setting.machine,
            place.given.source.text(used).location,
            place.block,
            place.env,
            self._checkout,
            self.setting.caches_by_itself,
        )
        effect = actions.effect(uses, place.given, around)
        self._left.update(effect.variables)
        if effect.checkout is not None:
            self.has_git, self._checkout = True, effect.checkout
        self._add(place, effect)

    def _local(self, place: Place, uses: Uses) -> None:
        """The steps of a local action; opaque where it is not there, no composite, or used within itself."""
        way = place.reading.way
        action = self.setting.library.action(uses.name, self._checkout)
        path = str(action.source.path) if action else ""
        if action is None or path in way or len(way) >= local.DEPTH_LIMIT:
            self._add(place, Effect(opaque=uses.name))
            return
        scope = local.inside(action, place.given)
        span = place.reading.span
        self.read(
            Reading(action.source, action.steps, span, place.env, scope, (*way, path), place.condition, place.may_fail)
        )

    def _add(self, place: Place, effect: Effect, *, script: Text | None = None, errexit: bool = True) -> None:
        self.artifacts += effect.artifacts
        for text in effect.pythons:
            self.pythons += places(text, place.given.scope)
        skipped = self.setting.skipped_on_hit or skips_on_hit(place.condition)
        self.found.append(
            Step(
                place.location,
                name=yaml.text_of(yaml.get(place.node, "name")),
                commands=effect.commands,
                script=script,
                variables=place.env,
                condition=place.condition,
                caches=effect.caches,
                tools=effect.tools,
                opaque=effect.opaque,
                errexit=errexit,
                skipped_on_hit=skipped,
                on_path=effect.on_path,
                activates=effect.activates,
                own=place.block != NOWHERE,
                block=place.block,
                may_fail=place.may_fail or self.setting.may_fail,
            )
        )
