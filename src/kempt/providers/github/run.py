"""A `run:` step: its shell, its folder, its commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import Command
from kempt.providers import scripts
from kempt.providers.github.expressions import parts
from kempt.providers.github.scope import filled, possible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kempt.providers.github.around import Checkout
    from kempt.providers.github.machine import Machine
    from kempt.providers.github.sources import Source, With

SHELLS = re.compile(r"(?:/(?:usr/)?bin/)?(?:bash|sh|dash|ksh|zsh)(?:\s.*+)?", re.DOTALL)
ENDS_AT_ERROR = re.compile(r"\s-[a-zA-Z]*e[a-zA-Z]*(?:\s|$)|errexit")


class Defaults(NamedTuple):
    """`defaults.run`: the shell and the folder of steps that name none."""

    shell: str = ""
    folder: str = ""


class Terms(NamedTuple):
    """On which terms a script runs: what its job says, the machine, and where the repository is."""

    defaults: Defaults
    machine: Machine
    checkout: Checkout


class Done(NamedTuple):
    """What a script does. `opaque` is the whole script where only a run knows it."""

    commands: tuple[Command, ...] = ()
    errexit: bool = True
    on_path: tuple[str, ...] = ()
    activates: bool = False
    written: Mapping[str, str] = {}
    opaque: str = ""


def defaults(nodes: tuple[yaml.Node | None, ...]) -> Defaults:
    """What a job's `defaults.run` says, and for the rest its workflow's; the first node wins."""
    found = [yaml.get(node, "defaults", "run") for node in nodes]
    shell = next((said for node in found if (said := yaml.text_of(yaml.get(node, "shell")))), "")
    folder = next((said for node in found if (said := yaml.text_of(yaml.get(node, "working-directory")))), "")
    return Defaults(shell, folder)


def run(given: With, step: yaml.Mapping, script: yaml.Scalar, terms: Terms) -> Done:
    """A script's commands, none where its shell is no shell of Unix."""
    source = given.source
    shell = yaml.text_of(yaml.get(step, "shell")) or terms.defaults.shell
    kinds = [kind for kind in possible(shell, given.scope) if kind is not None] if shell else []
    if (kinds and not any(map(SHELLS.fullmatch, kinds))) or (not shell and terms.machine.windows_only):
        return Done()
    errexit = not any(" " in kind and not ENDS_AT_ERROR.search(kind) for kind in kinds)
    pieces = list(parts(script.value.strip()))
    if len(pieces) == 1 and pieces[0].expression is not None and "${{" in filled(script.value, given.scope):
        return Done(opaque=script.value.strip())
    written = yaml.text_of(yaml.get(step, "working-directory")) or terms.defaults.folder
    done = scripts.commands(
        source.document,
        _substituted(script, source, given),
        source.path,
        folder=tuple(map(terms.checkout.folder, given.folders(written, given.scope))),
    )
    return Done(
        done.commands,
        errexit if done.errexit is None else done.errexit,
        done.on_path,
        done.activates,
        done.written,
    )


def _substituted(script: yaml.Scalar, source: Source, given: With) -> yaml.Scalar:
    """A script of a local action with the inputs that are known; a workflow's own stays as it is, with its places."""
    if source.own and len(list(parts(script.value.strip()))) > 1:
        return script
    return script._replace(value=filled(script.value, given.scope))
