"""Whether a compiled requirements file still answers what it was made from, without asking an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import compiled, requirements
from kempt.formats.compiled import Made, Parent
from kempt.formats.requirement import normalised_name
from kempt.formats.requirements import Requirement, Requirements
from kempt.managers.pip import inputs
from kempt.managers.pip.inputs import Asked, Inputs
from kempt.managers.satisfied import applies, satisfies
from kempt.model.documents import Documents
from kempt.model.locks import Freshness, LockState
from kempt.model.repo import Service

CONFLICT = b"\n<<<<<<< "
UNSAFE = frozenset({"pip", "setuptools", "distribute", "wheel"})
"""What pip-compile leaves out unless it is told otherwise."""
RANK = (Freshness.STALE, Freshness.UNKNOWN, Freshness.FRESH)


class Lock(NamedTuple):
    """A compiled file, and what is known of how it was made."""

    path: PurePosixPath
    parsed: Requirements
    made: Made | None
    inputs: Inputs

    @property
    def pins(self) -> Mapping[str, tuple[Requirement, ...]]:
        """What it holds, by name."""
        found: dict[str, tuple[Requirement, ...]] = {}
        for each in self.parsed.requirements:
            found[each.name] = (*found.get(each.name, ()), each)
        return found

    @property
    def python(self) -> str:
        """Specifiers of the interpreters that it is for, empty where nothing says so."""
        if self.made is None:
            return ""
        version = next(iter(self.made.values("--python-version")), self.made.python)
        minor = ".".join(version.split(".")[:2])
        if minor.count(".") != 1:
            return ""
        return f">={minor}" if "--universal" in self.made.words else f"=={minor}.*"


def freshness(service: Service, documents: Documents) -> LockState:
    """The state of the requirements files of a service: that of the first which is stale, else unknown, else fresh."""
    states = [of_file(path, documents) for path in service.requirements]
    ranked = sorted(states, key=lambda state: RANK.index(state.freshness))
    return ranked[0] if ranked else LockState(Freshness.UNKNOWN, "there is no requirements file")


def of_file(path: PurePosixPath, documents: Documents) -> LockState:
    """The state of one requirements file."""
    content = documents.read(path)
    if content is None:
        return LockState(Freshness.UNKNOWN, f"{path.name} cannot be read", path)
    if unmerged := in_conflict(path, content):
        return unmerged
    parsed = requirements.parse(content)
    made = compiled.header(parsed.text)
    if made is not None and made.is_export:
        return LockState(Freshness.UNKNOWN, f"{path.name} is an export, made by {made.tool}", path)
    found = inputs.find(path, parsed.text, made, documents)
    if found is None or path in found:
        return LockState(Freshness.UNKNOWN, f"nothing says what {path.name} was made from", path)
    return _compared(Lock(path, parsed, made, inputs.read(found, path, made, documents)))


def in_conflict(path: PurePosixPath, content: bytes) -> LockState | None:
    """The state of a lock that git could not merge; None for any other."""
    position = (b"\n" + content).find(CONFLICT)
    if position < 0:
        return None
    line = content.count(b"\n", 0, position) + 1
    return LockState(Freshness.STALE, f"{path.name} holds the marks of a merge", path, line)


def _compared(lock: Lock) -> LockState:
    reason = first_unanswered(lock) or next(_orphans(lock, lock.pins), None)
    if reason is None and lock.inputs.unknown:
        return LockState(Freshness.UNKNOWN, lock.inputs.unknown, lock.path)
    return reason or LockState(Freshness.FRESH)


def first_unanswered(lock: Lock) -> LockState | None:
    """The first thing that an input asks for and the lock does not have; None where it has all."""
    pins = lock.pins
    for asked in () if _overridden(lock.made) else lock.inputs.asked:
        if words := _unanswered(asked, lock, pins):
            return LockState(Freshness.STALE, f"{asked.path.name} {words}", asked.path, asked.requirement.line)
    return None


def _overridden(made: Made | None) -> bool:
    """Whether the command took other versions than the inputs ask for, on purpose."""
    return made is not None and bool(made.values("--override", "--overrides", "--excludes", "--exclude"))


def _unanswered(asked: Asked, lock: Lock, pins: Mapping[str, tuple[Requirement, ...]]) -> str:
    """What an input asks for that the lock does not have, in words; empty where it does, or where nobody can tell."""
    wish = asked.requirement
    held = pins.get(wish.name, ())
    if not wish.name or wish.place or wish.name in lock.inputs.projects | lock.inputs.overridden:
        return ""
    if applies(wish.marker, lock.python) is not True:
        return ""
    if not held:
        left_out = asked.constraint or wish.name in UNSAFE or wish.name in _left_out(lock.made)
        return "" if left_out else f"asks for {wish.text or wish.name}, {lock.path.name} does not hold it"
    wrong = [each.pin for each in held if each.pin and not satisfies(each.pin, wish.specifier)]
    if not wrong:
        return ""
    verb = "limits" if asked.constraint else "asks for"
    return f"{verb} {wish.name}{wish.specifier}, {lock.path.name} has {wish.name} {wrong[0]}"


def _left_out(made: Made | None) -> frozenset[str]:
    names = made.values("--unsafe-package", "--no-emit-package") if made else ()
    return frozenset(map(normalised_name, names))


def _orphans(lock: Lock, pins: Mapping[str, tuple[Requirement, ...]]) -> Iterator[LockState]:
    """Packages that nobody asks for any more, by the comments below them."""
    known = pins.keys() | lock.inputs.projects | UNSAFE | _left_out(lock.made)
    parents = compiled.parents(lock.parsed.text)
    for each in lock.parsed.requirements:
        of_this = parents.get(each.line, ())
        gone = [parent for parent in of_this if not parent.file and normalised_name(parent.name) not in known]
        if gone:
            reason = f"{lock.path.name} holds {each.name} for {gone[0].name}, which it does not hold"
            yield LockState(Freshness.STALE, reason, lock.path, each.line)
        elif of_this and not lock.inputs.unknown and _is_dropped(each, of_this, lock.inputs):
            reason = f"{lock.path.name} holds {each.name} for {of_this[0].file}, which does not ask for it"
            yield LockState(Freshness.STALE, reason, lock.path, each.line)


def _is_dropped(held: Requirement, parents: Iterable[Parent], found: Inputs) -> bool:
    """Whether only inputs that were read asked for it, and none of them does."""
    read = {path.name for path in found.paths}
    return (
        held.name not in found.names
        and bool(held.name)
        and all(parent.file and PurePosixPath(parent.file.replace("\\", "/")).name in read for parent in parents)
    )
