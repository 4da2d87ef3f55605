"""The steps of a CircleCI job as kempt's steps: what each runs, caches, hands on and leaves for those after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, CacheUse, Command, Step, Word
from kempt.providers import scripts
from kempt.providers.circleci import orb
from kempt.providers.circleci.caches import cache
from kempt.providers.circleci.environment import generated_by, left_by
from kempt.providers.circleci.executors import Machine, settings
from kempt.providers.circleci.folders import DEFAULT, absolute, relative
from kempt.providers.circleci.keys import Known
from kempt.providers.circleci.parameters import Scope, filled, resolved, text_of
from kempt.providers.circleci.splicing import Item

BUILT_IN = frozenset({
    "checkout", "setup_remote_docker", "add_ssh_keys", "attach_workspace", "persist_to_workspace", "store_artifacts",
    "store_test_results", "restore_cache", "save_cache",
})  # fmt: skip
NOT_BASH = re.compile(r"pwsh|powershell|cmd(?:\.exe)?(?:\s|$)|python|node|ruby|fish|perl", re.IGNORECASE)
ENDS_AT_ERROR = re.compile(r"(?:^|\s)-(?:[a-zA-Z]*e|o\s+errexit|[a-zA-Z]*o\s+errexit)")


class Setup(NamedTuple):
    """What all steps of a job share. `orbs` says which orb's source a step's name belongs to."""

    document: yaml.Document
    path: PurePosixPath
    machine: Machine
    orbs: Mapping[str, str]
    root: str | None = DEFAULT


class State(NamedTuple):
    """What the steps before have left: variables, and files that they wrote."""

    variables: Mapping[str, str] = {}
    generated: Mapping[str, tuple[str, ...] | None] = {}


def root_of(items: Iterable[Item], machine: Machine) -> str | None:
    """Where the repository is: where `checkout` puts it, else where the workspace of an earlier job is attached."""
    attached = ""
    for item in items:
        if item.name == "checkout":
            path = text_of(yaml.get(item.body, "path"), item.scope)
            return absolute(path, machine.working, machine.home) if path else machine.working
        if item.name == "attach_workspace" and not attached:
            attached = text_of(yaml.get(item.body, "at"), item.scope)
    found = absolute(attached, machine.working, machine.home) if attached else None
    inside = found is not None and machine.working is not None and relative(machine.working, found) is not None
    return found if inside else machine.working


def steps(items: Iterable[Item], setup: Setup) -> tuple[Step, ...]:
    """All steps in order, each with the variables that are in force."""
    state = State({each.name: each.value for each in setup.machine.settings})
    made = list[Step]()
    for item in items:
        step, state = _step(item, setup, state)
        made.append(step)
    return tuple(made)


def _step(item: Item, setup: Setup, state: State) -> tuple[Step, State]:
    name = text_of(yaml.get(item.body, "name"), item.scope)
    step = Step(
        scripts.place(item.key, setup.path),
        name or item.name,
        variables=state.variables,
        condition=item.condition,
        block=item.block,
    )
    if item.name in {"run", "deploy"}:
        return _run(item, step, setup, state)
    known = Known(
        item.scope, state.variables, setup.machine.working, setup.root, setup.machine.home, state.generated
    )  # fmt: skip
    if item.name in {"restore_cache", "save_cache"}:
        return step._replace(caches=(cache(item, setup.path, known),)), state
    if item.name in BUILT_IN:
        return step, state
    if setup.orbs.get(item.name.partition("/")[0]) == orb.SOURCE and item.name.endswith("/install-packages"):
        return _installed(item, step, setup, known), state
    return step._replace(opaque=item.name), state


def _installed(item: Item, step: Step, setup: Setup, known: Known) -> Step:
    """The orb's install; where it looks for itself which manager there is, kempt does not know what it does."""
    folder = relative(absolute(orb.folder_of(item), setup.machine.working, setup.machine.home), setup.root)
    caches: tuple[CacheUse, ...] = tuple(orb.caches(item, setup.path, known))
    commands = orb.commands(item, step.location, folder)
    return step._replace(commands=commands, caches=caches, opaque="" if commands or caches else item.name)


def _run(item: Item, step: Step, setup: Setup, state: State) -> tuple[Step, State]:
    body, scope = resolved(item.body, item.scope)
    script, inner = resolved(body if isinstance(body, yaml.Scalar) else yaml.get(body, "command"), scope)
    own = {each.name: each.value for each in settings(yaml.get(body, "environment"), scope)}
    shell = text_of(yaml.get(body, "shell"), scope) or setup.machine.shell
    always = text_of(yaml.get(body, "when"), scope)
    step = step._replace(
        variables={**state.variables, **own},
        condition=" ".join(part for part in (step.condition, always if always != "on_success" else "") if part),
        errexit=not shell or bool(ENDS_AT_ERROR.search(shell)),
    )
    if not isinstance(script, yaml.Scalar):
        return step, state
    text = scripts.text(script, setup.path)
    step = step._replace(script=text)
    if NOT_BASH.search(shell) or (setup.machine.system == "windows" and "bash" not in shell):
        return step, state
    working = text_of(yaml.get(body, "working_directory"), scope) or "."
    folder = relative(absolute(working, setup.machine.working, setup.machine.home), setup.root)
    run = scripts.commands(setup.document, _unescaped(script), setup.path, folder=folder)
    commands = tuple(_filled(command, inner, setup.document) for command in run.commands)
    return _ran(step, run._replace(commands=commands), setup, state)


def _ran(step: Step, run: scripts.Run, setup: Setup, state: State) -> tuple[Step, State]:
    """The step with what its script does, and what the script leaves."""
    commands = run.commands
    left = left_by(commands)
    step = step._replace(
        commands=commands,
        errexit=step.errexit if run.errexit is None else run.errexit,
        on_path=(*run.on_path, *left.on_path),
        activates=run.activates or left.activates,
    )
    made = generated_by(commands, setup.root, setup.machine.home)
    variables = {**state.variables, **left.variables} if left.variables else state.variables
    return step, State(variables, {**state.generated, **made} if made else state.generated)


def _unescaped(script: yaml.Scalar) -> yaml.Scalar:
    r"""A heredoc is written `\<<`, because `<<` begins a parameter."""
    return script._replace(value=script.value.replace("\\<<", " <<")) if "\\<<" in script.value else script


def _filled(command: Command, scope: Scope, document: yaml.Document) -> Command:
    """A command with its parameters filled in; an argument of several words becomes these words."""
    if not scope.values or not any("<<" in word.text for word in command.words):
        return command
    words = list[Word]()
    for word in command.words:
        value = filled(word.text, scope)
        quoted = word.start != UNPLACED and document.text[word.start] in "\"'"
        if value == word.text or quoted:
            words.append(word._replace(text=value))
        else:
            words += [Word(each) for each in orb.split(value)]
    return command._replace(words=tuple(words))
