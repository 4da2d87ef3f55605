"""Steps of a job: scripts, tasks, templates, in the order in which they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, Artifacts, Command, Step, Text, Word
from kempt.providers import scripts
from kempt.providers.azure import caches, known
from kempt.providers.azure.files import Library
from kempt.providers.azure.keys import Names
from kempt.providers.azure.template import Budget, Held, Source, entries, items, resolved, text
from kempt.providers.azure.texts import is_own, located, place, span
from kempt.providers.azure.variables import MACRO, environment_name, expanded, in_repository

SHELLS = {"script", "bash"}
UNREAD = {"powershell", "pwsh"}
QUIET = {"checkout", "download", "downloadBuild", "getPackage", "upload", "publish", "reviewApp", *UNREAD}
"""Steps that install nothing, or whose scripts are not read."""

PUBLISHED = {
    "publishpipelineartifact": ("$(Pipeline.Workspace)", "targetPath", "path"),
    "publishbuildartifacts": ("", "PathtoPublish", "pathToPublish"),
}
"""Tasks that hand on what a job made: where from if nothing is said, and the inputs that say it."""

SET = re.compile(
    r"##vso\[task\.setvariable[ ]{1,9}variable=([\w.-]{1,200})[ ]{0,9}(?:;[^\]\n]{0,200})?\]([^\n\"']*)", re.IGNORECASE
)
PREPEND = re.compile(r"##vso\[task\.prependpath\]([^\n\"']*)", re.IGNORECASE)
MISSED = r"(?:ne\(\s*{name}\s*,\s*'true'|eq\(\s*{name}\s*,\s*'false'|not\(\s*eq\(\s*{name}\s*,\s*'true')"


class Machine(NamedTuple):
    """What a job runs on. `variables` have their names in lower case, `environment` as a script finds them."""

    own: Source
    library: Library
    budget: Budget
    system: str
    names: Names
    variables: dict[str, str]
    environment: Mapping[str, str]


class Steps:
    """Reads the steps of one job, each after the one before: what a step sets is in force from there on."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.environment: Mapping[str, str] = machine.environment
        self.hits: list[str] = []
        self.artifacts: list[Artifacts] = []
        self.pythons: list[Held] = []

    def of(self, held: Held | None) -> Iterator[Step]:
        """The steps of a list, those of templates in their places."""
        for item in items(held, self.machine.budget):
            said = entries(item, self.machine.budget)
            if text(said.get("enabled")).lower() == "false":
                continue
            if "template" in said:
                yield from self._template(item, said)
            elif "task" in said:
                yield self._task(item, said)
            else:
                yield self._plain(item, said)

    def _template(self, item: Held, said: Mapping[str, Held]) -> Iterator[Step]:
        machine, name = self.machine, text(said["template"])
        root = machine.library.opened(name, said.get("parameters"), item.frame, machine.budget)
        if root is None:
            yield self._step(item, said, name)._replace(opaque=name or "template")
            return
        yield from self.of(entries(root, machine.budget).get("steps"))

    def _step(self, item: Held, said: Mapping[str, Held], kind: str) -> Step:
        """What any step may say: its name, its condition, its environment."""
        own, condition = self.machine.own, text(said.get("condition"))
        env = entries(said.get("env"), self.machine.budget)
        return Step(
            place(item),
            name=text(said.get("displayName")) or text(said.get("name")) or kind,
            variables=self._with({name: in_repository(self._known(text(value))) for name, value in env.items()}),
            condition=condition,
            skipped_on_hit=any(_is_missed(condition, name) for name in self.hits),
            own=is_own(item, own),
            block=span(item, own),
        )

    def _with(self, added: Mapping[str, str]) -> Mapping[str, str]:
        """The environment with more in it. It is shared as long as nothing changes: a hostile one is large."""
        if added and self.machine.budget.spend(len(self.environment)):
            return {**self.environment, **added}
        return self.environment

    def _known(self, value: str) -> str:
        return expanded(value, self.machine.variables)

    def _plain(self, item: Held, said: Mapping[str, Held]) -> Step:
        kind = next((key for key in said if key in SHELLS or key in QUIET), "")
        step = self._step(item, said, kind)
        if kind == "publish":
            self._publish(item, said["publish"], "", "publish")
        if kind in SHELLS:
            posix = kind == "bash" or self.machine.system != "windows"
            return self._script(step, said[kind], said.get("workingDirectory"), posix=posix)
        return step if kind else step._replace(opaque=next(iter(said), "step"))

    def _publish(self, item: Held, stored: Held | None, default: str, name: str) -> None:
        """What is handed on. Where a list of what is left out lies beside it, nothing is known."""
        own, listing = self.machine.own, self.machine.library.files.listing
        found = caches.handed_on(item, stored, default, self.machine.names, own)
        if found.value and not caches.has_exclusions(found.value, listing):
            said = f"{name}: {text(stored) or default}"
            self.artifacts.append(Artifacts(place(item), (found,), block=span(item, own), written=said))

    def _script(self, step: Step, script: Held, folder: Held | None, *, posix: bool) -> Step:
        """A script. `set -e` is not on by itself: the last command alone decides whether a step fails."""
        found = resolved(script)
        if found is None or not isinstance(found.node, yaml.Scalar):
            return step
        written = located(found, self.machine.own)
        step = step._replace(script=written, errexit=False)
        if not posix:
            return step
        scalar = found.node._replace(value=written.value)
        source = found.frame.source
        run = scripts.commands(source.document, scalar, source.path, folder=self._folder(folder))
        commands = tuple(command for command in run.commands if not self._is_macro(command, written.value))
        on_path = (*run.on_path, *(in_repository(self._known(each)) for each in PREPEND.findall(written.value)))
        self._set(written.value)
        return step._replace(
            commands=commands,
            errexit=run.errexit is True,
            on_path=on_path,
            activates=run.activates,
            own=step.own and is_own(found, self.machine.own),
        )

    def _is_macro(self, command: Command, script: str) -> bool:
        """Whether what looks like a command in a substitution is a variable, which Azure puts in beforehand."""
        word = command.argv[0] if len(command.argv) == 1 else ""
        names = self.machine.names
        known = "." in word or word.lower() in names.told or word.lower() in names.matrix or names.is_python(word)
        return bool(word) and known and f"$({word})" in script

    def _folder(self, held: Held | None) -> str | None:
        """A working directory, relative to the repository's root; None where it is outside or not known."""
        path = in_repository(self._known(text(held).strip())).strip("/") if held is not None else ""
        path = path.removeprefix("./").rstrip("/")
        if MACRO.search(path) or "${{" in path or path.startswith(("..", "~", "$")) or text(held).startswith("/"):
            return None
        return "" if path == "." else path

    def _set(self, script: str) -> None:
        """Variables that a script sets for the steps after it."""
        for name, value in SET.findall(script):
            self.machine.variables[name.lower()] = value
            if not self.machine.names.is_python(name):
                self.machine.names.told[name.lower()] = value
            self.environment = self._with({environment_name(name): in_repository(self._known(value.strip()))})

    def _task(self, item: Held, said: Mapping[str, Held]) -> Step:
        task = text(said["task"])
        name, inputs = known.name_of(task), entries(said.get("inputs"), self.machine.budget)
        step = self._step(item, said, task)
        if name in {"cache", "cachebeta"}:
            return self._cache(step, item, inputs)
        if name in {"bash", "cmdline", "shellscript"}:
            return self._script_task(step, name, inputs)
        if name == "usepythonversion" and "versionSpec" in inputs:
            self.pythons.append(inputs["versionSpec"])
        if name in PUBLISHED:
            default, *keys = PUBLISHED[name]
            key = next((each for each in keys if each in inputs), keys[0])
            self._publish(item, inputs.get(key), default, key)
        return step if known.is_harmless(task) else step._replace(opaque=task or "task")

    def _cache(self, step: Step, item: Held, inputs: Mapping[str, Held]) -> Step:
        use = caches.cache(item, inputs, self.machine.names, self.machine.own)
        if use is None:
            return step
        if use.name:
            self.hits.append(use.name)
        return step._replace(caches=(use._replace(name=""),))

    def _script_task(self, step: Step, name: str, inputs: Mapping[str, Held]) -> Step:
        """The tasks behind `script` and `bash`, with a script of their own or a file of the repository."""
        folder = inputs.get("workingDirectory", inputs.get("cwd"))
        inline = name == "cmdline" or text(inputs.get("targetType")).lower() == "inline"
        if inline and "script" in inputs:
            posix = name == "bash" or self.machine.system != "windows"
            return self._script(step, inputs["script"], folder, posix=posix)
        path = inputs.get("filePath", inputs.get("scriptPath"))
        if path is None:
            return step
        written = located(path, self.machine.own)
        words = [in_repository(self._known(written.value)), *text(inputs.get("arguments", inputs.get("args"))).split()]
        return step._replace(commands=(_command(words, written, self._folder(folder)),))


def _command(words: list[str], written: Text, folder: str | None) -> Command:
    return Command((Word("bash"), *(Word(word) for word in words)), written.location, UNPLACED, UNPLACED, folder=folder)


def _is_missed(condition: str, name: str) -> bool:
    """Whether a condition asks that a cache was not restored."""
    if not condition or name.lower() not in condition.lower():
        return False
    variable = rf"variables(?:\.{re.escape(name)}|\[\s*'{re.escape(name)}'\s*\])"
    return re.search(MISSED.replace("{name}", variable), condition, re.IGNORECASE) is not None
