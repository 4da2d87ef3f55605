"""Instructions to stages, and what holds at each of them along `FROM stage`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import isabs, normpath
from typing import NamedTuple

from kempt.formats.dockerfile.expansion import expanded
from kempt.formats.dockerfile.running import homes, settings, with_commands
from kempt.model.dockerfile import Copy, Dockerfile, Instruction, Mount, Stage, State
from kempt.model.pipeline import Word

MOST_VARIABLES = 512


class _Known(NamedTuple):
    """What is known so far: stages, their last states, numbers by name, and the ARGs before the first FROM."""

    stages: list[Stage]
    states: list[State]
    names: dict[str, int]
    given: Mapping[str, str]


def staged(file: Dockerfile, targets: Sequence[str]) -> Dockerfile:
    """The file with its stages. Targets are names or numbers; for one that no stage has, the last is built."""
    openings = [number for number, each in enumerate(file.instructions) if _opens(each)]
    if not openings:
        return file
    before, given = file.instructions[: openings[0]], dict[str, str]()
    for each in before:
        if each.keyword == "ARG":
            given |= _arguments(each, given, {})
    known = _Known([], [], {}, given)
    rewritten = list(before)
    for start, end in zip(openings, [*openings[1:], len(file.instructions)], strict=True):
        stage = _stage(file, known, file.instructions[start], file.instructions[start + 1 : end])
        known.stages.append(stage)
        rewritten += (stage.opening, *stage.instructions)
    number, *others = dict.fromkeys(_numbered(target, known) for target in targets)
    return file._replace(stages=tuple(known.stages), instructions=tuple(rewritten), target=number, others=tuple(others))


def _numbered(target: str, known: _Known) -> int:
    """The number of the stage that a target names."""
    at = known.names.get(target.lower(), int(target) if target.isascii() and target.isdigit() else -1)
    return at if 0 <= at < len(known.stages) else len(known.stages) - 1


def _opens(each: Instruction) -> bool:
    return each.keyword == "FROM" and not each.trigger and bool(each.words)


def _stage(file: Dockerfile, known: _Known, opening: Instruction, rest: Sequence[Instruction]) -> Stage:
    number = len(known.stages)
    base = expanded(opening.words[0].text, known.given)
    parent = known.names.get(base.lower())
    texts = [word.text for word in opening.words]
    named = len(texts) > 2 and texts[1].lower() == "as"  # noqa: PLR2004 - FROM image AS name
    name = texts[2].lower() if named else ""
    needs = [] if parent is None else [parent]
    state = known.states[parent] if parent is not None else State()
    state = state._replace(variables=state.environment)
    done: list[Instruction] = []
    copies: list[Copy] = []
    for each in rest:
        here = _completed(file, each, state)
        done.append(here)
        if not each.trigger:
            state = _after(here, state, known.given)
            copied = _copy(here, known.names, number)
            copies += [copied] if copied is not None else []
            needs += _needs(here, copied, known.names, number)
    known.states.append(state)
    if name:
        known.names[name] = number
    return Stage(number, opening, base, name, parent, tuple(done), tuple(copies), tuple(dict.fromkeys(needs)))


def _completed(file: Dockerfile, each: Instruction, state: State) -> Instruction:
    if each.keyword != "RUN":
        return each._replace(state=state)
    here = each._replace(state=state, mounts=tuple(_mounts(each, state)))
    return with_commands(file, here)


def _after(each: Instruction, state: State, given: Mapping[str, str]) -> State:
    """The state behind an instruction."""
    if each.keyword in {"ENV", "ARG"}:
        return _set(each, state, given) if len(state.variables) < MOST_VARIABLES else state
    if each.keyword == "RUN":
        return _run(each, state)
    if each.keyword == "SHELL" and each.json:
        return state._replace(shell=tuple(word.text for word in each.words))
    first = expanded(each.words[0].text, state.variables) if each.words else ""
    if each.keyword == "USER" and first:
        return state._replace(user=first.partition(":")[0])
    return state._replace(folder=_within(state.folder, first)) if each.keyword == "WORKDIR" and first else state


def _run(each: Instruction, state: State) -> State:
    """Users get homes, and pip settings, which hold where the image goes on."""
    given, told = homes(each.commands), settings(each.commands)
    if given:
        replaced = {expanded(user, state.variables): expanded(home, state.variables) for user, home in given.items()}
        known = {user: "" if "$" in home else home for user, home in replaced.items()}
        state = state._replace(homes={**state.homes, **known})
    if told:
        variables, environment = {**told, **state.variables}, {**told, **state.environment}
        state = state._replace(variables=variables, environment=environment)
    return state


def _set(each: Instruction, state: State, given: Mapping[str, str]) -> State:
    """ENV goes before ARG."""
    if each.keyword == "ENV":
        found = _pairs(each, state.variables)
        return state._replace(variables={**state.variables, **found}, environment={**state.environment, **found})
    found = _arguments(each, state.variables, given)
    return state._replace(variables={**state.variables, **found, **state.environment})


def _pairs(each: Instruction, variables: Mapping[str, str]) -> dict[str, str]:
    """`ENV A=b C=d`, and the old form `ENV A b c`."""
    texts = [word.text for word in each.words]
    if texts and "=" not in texts[0]:
        return {texts[0]: expanded(" ".join(texts[1:]), variables)} if len(texts) > 1 else {}
    pairs = (text.partition("=") for text in texts[:MOST_VARIABLES])
    return {name: expanded(value, variables) for name, equals, value in pairs if equals}


def _arguments(each: Instruction, variables: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """`ARG A=b`; `ARG A` takes what an ARG before the first FROM says. One without a value is not set."""
    found: dict[str, str] = {}
    for word in each.words[:MOST_VARIABLES]:
        name, equals, value = word.text.partition("=")
        if equals:
            found[name] = expanded(value, {**variables, **found} if found else variables)
        elif name in given:
            found[name] = given[name]
    return found


def _within(folder: str, name: str) -> str:
    path = name if isabs(name) else f"{folder}/{name}"
    return normpath(path).replace("//", "/")


def _mounts(each: Instruction, state: State) -> Iterator[Mount]:
    for flag in each.flags:
        if flag.name == "mount":
            pairs = (part.partition("=") for part in flag.value.split(","))
            options = {name.strip().lower(): value for name, _, value in pairs}
            target = next((options[name] for name in ("target", "dst", "destination") if name in options), "")
            target = expanded(target, state.variables)
            yield Mount(
                options.get("type", "bind"), _within(state.folder, target) if target else "", options,
                flag.start, flag.end,
            )  # fmt: skip


def _copy(each: Instruction, names: Mapping[str, int], number: int) -> Copy | None:
    if each.keyword not in {"COPY", "ADD"}:
        return None
    paths = [expanded(word.text, each.state.variables) for word in each.words if not _is_heredoc(word)]
    if len(paths) + len(each.heredocs) < 2:  # noqa: PLR2004 - a source and a target
        return None
    target = _within(each.state.folder, paths[-1]) if paths else each.state.folder
    origin = expanded(each.flag("from"), each.state.variables)
    return Copy(each, tuple(paths[:-1]), target, origin, _number(origin, names, number))


def _is_heredoc(word: Word) -> bool:
    return word.text.startswith("<<")


def _number(origin: str, names: Mapping[str, int], number: int) -> int | None:
    """The stage that `--from` means: by name, or by its index."""
    if origin.lower() in names:
        return names[origin.lower()]
    index = int(origin) if origin.isascii() and origin.isdigit() and len(origin) < 6 else number  # noqa: PLR2004
    return index if index < number else None


def _needs(each: Instruction, copied: Copy | None, names: Mapping[str, int], number: int) -> Iterator[int]:
    origins = [mount.options.get("from", "") for mount in each.mounts]
    found = [_number(origin, names, number) for origin in origins if origin]
    found += [copied.stage] if copied is not None else []
    yield from (stage for stage in found if stage is not None)
