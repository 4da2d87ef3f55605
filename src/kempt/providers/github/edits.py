"""Edits of workflows: a cache, its path, its key, commands more, artifacts less."""

from __future__ import annotations

from kempt.formats import yaml
from kempt.formats.yaml.layout import line_break
from kempt.model.finding import Replace
from kempt.model.pipeline import UNPLACED, Artifacts, CacheUse, Job, Pipeline, Step, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.github import caching, setup_python, setup_uv, stores
from kempt.providers.github.spots import Spot, at, listed, replaces, spots, with_inputs, with_step
from kempt.providers.paths import without_use

BLOCKS = frozenset({"", "'", '"', "|"})


def with_cache(pipeline: Pipeline, job: Job, wanted: Wanted) -> Edits:
    """A cache for a job: by the setup action that is there, or with a step before the first that installs."""
    found = spots(pipeline, job)
    use = caching.first_use(job, wanted.manager)
    before = at(found, use.block) if use is not None else None
    spot = _setup(found, wanted.manager, before)
    if spot is not None:
        return replaces(pipeline, _switched_on(found, spot, wanted))
    item = caching.step(found, pipeline, job, wanted)
    return replaces(pipeline, (with_step(before, before.place, item),)) if before is not None and item else ()


def with_path(pipeline: Pipeline, job: Job, cache: CacheUse, text: Text, wanted: Wanted) -> Edits:
    """Another path in the place of one that is cached, or of what a switch of setup-python caches."""
    found = spots(pipeline, job)
    spot = at(found, cache.block)
    if spot is None:
        return ()
    if spot.uses.name == setup_python.NAME:
        return replaces(pipeline, _instead_of_switch(found, spot, (pipeline, job), wanted))
    scalar = spot.input("path")
    step = next((each for each in job.steps if cache in each.caches), None)
    folders = caching.paths(job, wanted, step.variables if step else {})
    if scalar is None or not folders or not scalar.start <= text.start < text.end <= scalar.end:
        return ()
    written = tuple(line.strip() for line in scalar.value.splitlines() if line.strip())
    taken = pipeline.text[text.start : text.end]
    if scalar.style != "|":
        return _as_list(pipeline, spot, scalar, folders) if len(written) == 1 and scalar.style in BLOCKS else ()
    kept = {line for line in written if line != taken}
    lines = tuple(folder for folder in folders if folder not in kept) or ()
    if not lines or taken not in written:
        return ()
    margin = line_break(pipeline.text) + yaml.indent_of(spot.document, text.start)
    return (Replace(pipeline.path, text.start, text.end, margin.join(lines)),)


def with_key(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """A key that follows the locks."""
    found = spots(pipeline, job)
    spot = at(found, cache.block)
    if spot is None:
        return ()
    name = spot.uses.name
    if name in stores.CACHES:
        written = caching.key(found, wanted, cache.key.text.value if cache.key else "")
        if written is None:
            return ()
        restores = stores.CACHES[name][0]
        inputs = [("key", written[:1]), *([("restore-keys", written[1:])] if restores else [])]
        return replaces(pipeline, with_inputs(spot, inputs))
    globs = caching.globs(found, spot, wanted) if cache.full_key or not cache.keyed else ()  # the rest is the action's
    return replaces(pipeline, with_inputs(spot, [(_follows(name), globs)])) if globs and _follows(name) else ()


def with_commands(pipeline: Pipeline, job: Job, step: Step | None, commands: tuple[str, ...]) -> Edits:
    """A step that runs commands, before another one or as the last."""
    found = spots(pipeline, job)
    spot = at(found, step.block) if step is not None else found[-1] if found else None
    if spot is None or not commands or any("\n" in command for command in commands):
        return ()
    index = spot.place if step is not None else None
    return replaces(pipeline, (with_step(spot, index, f"run: {listed(commands)}"),))


def without_paths(pipeline: Pipeline, artifacts: Artifacts, paths: tuple[str, ...]) -> Edits:
    """Leave files out of what is uploaded: `!` patterns after the others."""
    owner = next((job for job in pipeline.jobs if artifacts in job.artifacts), None)
    spot = at(spots(pipeline, owner), artifacts.block) if owner is not None else None
    scalar = spot.input("path") if spot is not None else None
    there = {text.value for text in artifacts.excluded}
    wanted = tuple(f"!{path.removeprefix('!')}" for path in paths if f"!{path.removeprefix('!')}" not in there)
    if spot is None or scalar is None or not wanted or not scalar.value.strip():
        return ()
    if scalar.style != "|":
        plain = "\n" not in scalar.value.strip() and scalar.style in BLOCKS
        return _as_list(pipeline, spot, scalar, (scalar.value.strip(), *wanted)) if plain else ()
    last = max((*artifacts.paths, *artifacts.excluded), key=lambda text: text.end)
    if last.end == UNPLACED or any(text.end == UNPLACED for text in artifacts.paths):
        return ()
    margin = line_break(pipeline.text) + yaml.indent_of(spot.document, last.start)
    return (Replace(pipeline.path, last.end, last.end, "".join(margin + line for line in wanted)),)


def _setup(found: tuple[Spot, ...], manager: str, use: Spot | None) -> Spot | None:
    """The setup action that caches for a manager if it is asked to: the last before the manager is called."""
    name = {"uv": setup_uv.NAME, "pip": setup_python.NAME}.get(manager)
    named = [spot for spot in found if spot.uses.name == name and (use is None or spot.place < use.place)]
    if manager == "pip":
        named = [spot for spot in named if spot.input("cache") is None]
    return named[-1] if named else None


def _switched_on(found: tuple[Spot, ...], spot: Spot, wanted: Wanted) -> tuple[yaml.Change, ...]:
    globs = caching.globs(found, spot, wanted)
    if not globs:
        return ()
    switch = ("enable-cache", ("true",)) if wanted.manager == "uv" else ("cache", ("pip",))
    return with_inputs(spot, (switch, (_follows(spot.uses.name), globs)))


def _instead_of_switch(
    found: tuple[Spot, ...], spot: Spot, place: tuple[Pipeline, Job], wanted: Wanted
) -> tuple[yaml.Change | None, ...]:  # fmt: skip
    """The switch of setup-python taken away, and a cache of downloads in its place."""
    given = spot.given
    if spot.input("cache") is None or not isinstance(given, yaml.Mapping) or given.flow:
        return ()
    setup = _setup(found, wanted.manager, None)
    globs = caching.globs(found, spot, wanted)
    if wanted.manager == "pip" and globs:
        return with_inputs(spot, (("cache", ("pip",)), ("cache-dependency-path", globs)))
    item = caching.step(found, *place, wanted) if setup is None else ""
    added: tuple[yaml.Change | None, ...] = _switched_on(found, setup, wanted) if setup is not None else ()
    if not item and not added:
        return ()
    removed = _without_switch(spot)
    if item:
        index = spot.place + 1 if spot.place + 1 < len(spot.steps.items) else spot.place
        added = (with_step(spot, index, item),)
    return (*removed, *added)


def without_cache(pipeline: Pipeline, job: Job, cache: CacheUse) -> Edits:
    """No cache: the step gone, where no other step asks what it found, or the switch of setup-python."""
    spot = at(spots(pipeline, job), cache.block)
    if spot is None:
        return ()
    name = yaml.text_of(yaml.get(spot.node, "id"))
    if spot.uses.name in stores.CACHES:
        return () if name and f"steps.{name}." in pipeline.text else without_use(pipeline, cache)
    is_switch = spot.uses.name == setup_python.NAME and spot.input("cache") is not None
    return replaces(pipeline, _without_switch(spot)) if is_switch else ()


def _without_switch(spot: Spot) -> tuple[yaml.Change | None, ...]:
    """What makes setup-python cache, and what its key follows, taken away."""
    given = spot.given
    entries = given.entries if isinstance(given, yaml.Mapping) else ()
    names = [entry.key.value for entry in entries if entry.key.value.lower() in {"cache", "cache-dependency-path"}]
    if len(names) == len(entries):
        return (yaml.without_entry(spot.document, spot.node, "with"),)
    assert isinstance(given, yaml.Mapping)  # noqa: S101 - else there were no entries
    if given.flow and len(names) > 1:
        return ()
    return tuple(yaml.without_entry(spot.document, given, name) for name in names)


def _as_list(pipeline: Pipeline, spot: Spot, scalar: yaml.Scalar, lines: tuple[str, ...]) -> Edits:
    """A scalar of one line as the list of several."""
    if len(lines) == 1:
        return replaces(pipeline, (yaml.with_value(scalar, lines[0]),))
    given = spot.given
    if not isinstance(given, yaml.Mapping) or given.flow:
        return ()
    margin = yaml.indent_of(spot.document, given)
    end = line_break(pipeline.text)
    return replaces(
        pipeline, (yaml.Change(scalar.start, scalar.end, end.join(("|", *(f"{margin}  {line}" for line in lines)))),)
    )


def _follows(name: str) -> str:
    """The input that says which files the key of a setup action follows."""
    known = {setup_uv.NAME: "cache-dependency-glob", setup_python.NAME: "cache-dependency-path"}
    return {**known, setup_python.PDM: "cache-dependency-path"}.get(name, "")
