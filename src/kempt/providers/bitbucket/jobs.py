"""The steps of Bitbucket's pipelines as kempt's jobs: each runs on a machine of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, Artifacts, Command, Job, Step, Text
from kempt.providers import scripts
from kempt.providers.bitbucket.caches import Definition, use
from kempt.providers.bitbucket.starts import Start, condition_of

MOST_USES = 5_000
"""Uses of steps in one file that are looked at: aliases make more than anybody writes."""
NOWHERE = (UNPLACED, UNPLACED)
NOT_DOCKER = frozenset({"linux.shell", "macos", "windows"})
"""Labels of self-hosted runners that run a step outside of a container, as a user of their own."""
UPDATES = re.compile(
    r"(?:^|[-_ ])(?:update|upgrade|bump|renovate|latest|newest|lowest)(?:$|[-_ ])", re.IGNORECASE
)  # fmt: skip
PUBLISHERS = frozenset({"twine upload", "uv publish", "poetry publish", "pdm publish", "flit publish", "hatch publish"})


class File(NamedTuple):
    """A file that was parsed, with the caches that it defines."""

    document: yaml.Document
    path: PurePosixPath
    root: yaml.Node | None
    caches: Mapping[str, Definition]
    one_platform: bool


def jobs(file: File, starts: Iterable[Start]) -> tuple[Job, ...]:
    """A job for each step, however many pipelines it is part of."""
    uses = dict[int, list[Start]]()
    for start in islice(starts, MOST_USES):
        uses.setdefault(start.step.start, []).append(start)
    return tuple(_job(file, found) for found in uses.values())


def variables(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Scalar]]:
    """What a person may set for a custom pipeline, where there is a default."""
    for item in node.items if isinstance(node, yaml.Sequence) else ():
        name, default = yaml.text_of(yaml.get(item, "name")), yaml.get(item, "default")
        if name and isinstance(default, yaml.Scalar):
            yield name, default


def _job(file: File, uses: list[Start]) -> Job:
    key, step = uses[0].key, uses[0].step
    name = yaml.get(step, "name")
    labels = frozenset(label.value for label in yaml.scalars(yaml.get(step, "runs-on")))
    system = next((each for each in ("windows", "macos") if each in labels), "linux")
    conditions = {start.condition or condition_of(step) for start in uses}
    shared = conditions.pop() if len(conditions) == 1 else ""
    known = {each: default.value for each, default in variables(uses[0].variables)} if len(uses) == 1 else {}
    made = tuple(
        each._replace(condition="; ".join(part for part in (each.condition, shared) if part), variables=known)
        for each in _steps(file, step, key, has_shell=system != "windows")
    )
    caches = yaml.scalars(yaml.get(step, "caches"))
    publishes = any(" ".join(command.argv[:2]) in PUBLISHERS for each in made for command in each.commands)
    return Job(
        yaml.text_of(name) or "step",
        scripts.place(name if isinstance(name, yaml.Scalar) else key, file.path),
        made,
        tuple(use(each, file.caches, file.path, one_platform=file.one_platform) for each in caches if each.value),
        tuple(_artifacts(file, step)),
        system=system,
        home="" if labels & NOT_DOCKER or _has_user(file, step) else "/root",
        releases=publishes or all(start.event == "tags" for start in uses),
        updates=bool(UPDATES.search(yaml.text_of(name))),
        hosted=not any(label.startswith("self.hosted") for label in labels),
        block=_block(file.document.text, step),
    )


def _has_user(file: File, step: yaml.Node) -> bool:
    """Whether the image runs as a user whose home folder is not known."""
    image = yaml.get(step, "image") or yaml.get(file.root, "image")
    return yaml.get(image, "run-as-user") is not None


def _block(text: str, step: yaml.Node) -> tuple[int, int]:
    """The lines of a step's body."""
    if not isinstance(step, yaml.Mapping) or step.flow:
        return step.start, step.end
    after = text.find("\n", step.end)
    return text.rfind("\n", 0, step.start) + 1, len(text) if after < 0 else after + 1


def _steps(file: File, step: yaml.Node, key: yaml.Scalar, *, has_shell: bool) -> Iterator[Step]:
    """The script, which one shell runs, cut where a pipe runs instead; then what runs after it, whatever happens."""
    has_source = yaml.text_of(yaml.get(step, "clone", "enabled")).lower() != "false"
    folder = "" if has_source else None
    for name in ("script", "after-script"):
        script = yaml.get(step, name)
        always = name == "after-script"
        items = script.items if isinstance(script, yaml.Sequence) else (script,) if script is not None else ()
        run = scripts.Run()
        if has_shell:
            found = tuple(item for item in items if isinstance(item, yaml.Scalar))
            run = scripts.sequence(file.document, found, file.path, folder=folder) if found else run
        for each in _cut(file, items, run, key):
            yield each._replace(condition="always" if always else "", errexit=not always and run.errexit is not False)


def _cut(file: File, items: Iterable[yaml.Node], run: scripts.Run, key: yaml.Scalar) -> Iterator[Step]:
    """The steps between pipes: a pipe is a program of somebody else's in a container, which may do anything."""
    first: yaml.Scalar | None = None
    last: yaml.Node | None = None
    waiting = list(run.commands)
    for item in items:
        if isinstance(item, yaml.Scalar):
            first, last = first or item, item
            continue
        before = [command for command in waiting if command.location.line < item.line]
        if first is not None:
            yield _scripted(file, first, last or first, tuple(before), run)
        waiting = waiting[len(before) :]
        first = None
        name = yaml.text_of(yaml.get(item, "pipe"))
        at = next((entry.key for entry in yaml.entries(item)), key)
        yield Step(scripts.place(at, file.path), name or "pipe", opaque=name or "pipe", block=_lines(file, item, item))
    if first is not None:
        yield _scripted(file, first, last or first, tuple(waiting), run)


def _scripted(
    file: File, first: yaml.Scalar, last: yaml.Node, commands: tuple[Command, ...], run: scripts.Run
) -> Step:  # fmt: skip
    return Step(
        scripts.place(first, file.path),
        commands=commands,
        script=scripts.text(first, file.path) if first is last else None,
        on_path=run.on_path,
        activates=run.activates,
        block=_lines(file, first, last),
    )


def _lines(file: File, first: yaml.Node, last: yaml.Node) -> tuple[int, int]:
    text = file.document.text
    if last.end < first.start:
        return NOWHERE
    after = text.find("\n", last.end)
    return text.rfind("\n", 0, first.start) + 1, len(text) if after < 0 else after + 1


def _artifacts(file: File, step: yaml.Node) -> Iterator[Artifacts]:
    """Patterns from the root of the repository; only the newer `upload` can leave something out."""
    node = yaml.get(step, "artifacts")
    paths = node if isinstance(node, yaml.Sequence) else yaml.get(node, "paths")
    if texts := _texts(file, paths):
        yield Artifacts(texts[0].location, texts, block=(paths.start, paths.end) if paths else NOWHERE)
    upload = yaml.get(node, "upload")
    for item in upload.items if isinstance(upload, yaml.Sequence) else ():
        if texts := _texts(file, yaml.get(item, "paths")):
            ignored = _texts(file, yaml.get(item, "ignore-paths"))
            yield Artifacts(texts[0].location, texts, ignored, block=(item.start, item.end))


def _texts(file: File, node: yaml.Node | None) -> tuple[Text, ...]:
    return tuple(scripts.text(each, file.path) for each in yaml.scalars(node) if each.value)
