"""The settings of uv that change a resolution, as a repository holds them, beside those that a lock was made with."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kempt.formats import marker
from kempt.formats.requirement import normalised_name
from kempt.managers.uv.workspace import MANIFEST, Workspace, strings, table, within
from kempt.model.documents import Documents

OWN_FILE = "uv.toml"
DAY_SECONDS, ZONES_SECONDS = 86_400, 14 * 3_600
"""A day, and how far a place's clock may be from Greenwich's."""
WORDS = (("resolution", "resolution-mode", "highest"), ("prerelease", "prerelease-mode", "if-necessary-or-explicit"),
         ("fork-strategy", "fork-strategy", "requires-python"))  # fmt: skip
"""The settings that are one word: their name, their name in a lock, and what holds where nothing is said."""
TIMESTAMP = r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
FRIENDLY = r"(\d+)\s*(d|days?|w|weeks?|h|hours?|hrs?|m|mins?|minutes?)\b(?:\s+ago)?"
ISO_SPAN = r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?"
"""Patterns of moments and spans; most projects have none, so they are compiled when one is met."""
UNITS = {"w": 7 * DAY_SECONDS, "d": DAY_SECONDS, "h": 3_600, "m": 60}


class Change(NamedTuple):
    """A setting that is not what a lock was made with; `certain` is False where that depends on the machine."""

    reason: str
    certain: bool = True


def settings(folder: str, documents: Documents) -> Mapping[str, Any]:
    """The settings in force in a folder: of the nearest `uv.toml` or `[tool.uv]`, there or above; only one counts."""
    while True:
        own = within(folder, OWN_FILE)
        if own in documents.paths:
            return documents.toml(own)
        manifest = within(folder, MANIFEST)
        document = documents.toml(manifest) if manifest in documents.paths else {}
        if "uv" in table(document, "tool"):
            return table(document, "tool", "uv")
        if folder in {"", "."}:
            return {}
        folder = folder.rpartition("/")[0] or "."


def changes(asked: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[Change]:
    """The settings that differ from those in a lock's head."""
    locked = table(head, "options")
    for name, key, default in WORDS:
        wanted = asked.get(name, default)
        if isinstance(wanted, Mapping):  # for each package its own
            yield Change(f"{name} differs from package to package", certain=False)
        elif wanted != locked.get(key, default):
            yield Change(f"{name} is {wanted}, and the lock was made with {locked.get(key, default)}")
    if "prerelease-package" in asked or "prerelease-package" in locked:
        yield Change("prerelease differs from package to package", certain=False)
    yield from _newer("exclude-newer", asked.get("exclude-newer"), _locked_newer(locked))
    wanted = {normalised_name(key): each for key, each in table(asked, "exclude-newer-package").items()}
    for name in sorted(wanted.keys() | table(locked, "exclude-newer-package").keys()):
        kept = table(locked, "exclude-newer-package").get(name)
        kept = kept.get("span", kept.get("timestamp")) if isinstance(kept, Mapping) else kept
        yield from _newer(f"exclude-newer-package.{name}", wanted.get(name), kept)


def limits(workspace: Workspace, head: Mapping[str, Any], python: str) -> Iterator[Change]:
    """The environments and conflicts that the workspace declares, where they are not those of the lock."""
    own = workspace.root.table("tool", "uv")
    for name, key in (("environments", "supported-markers"), ("required-environments", "required-markers")):
        wanted = own.get(name, [])
        wanted = [wanted] if isinstance(wanted, str) else list(strings(wanted))
        locked = list(strings(head.get(key)))
        same = [marker.same(one, other, python) for one, other in zip(wanted, locked, strict=False)]
        if len(wanted) != len(locked) or False in same:
            yield Change(f"{name} in {workspace.root.manifest} is not what the lock was made for")
        elif None in same:
            yield Change(f"{name} cannot be compared", certain=False)
    asked, kept = _conflicts(workspace), _locked_conflicts(head)
    if asked != kept:  # uv adds the groups that include a group of a conflict
        names_groups = any(what.startswith("group=") for each in asked | kept for _, what in each)
        yield Change(f"the conflicts in {workspace.root.manifest} are not those of the lock", certain=not names_groups)


def _conflicts(workspace: Workspace) -> set[frozenset[tuple[str, str]]]:
    found = set()
    projects = dict(workspace.projects)
    if not workspace.root.name:
        projects[""] = workspace.root
    for name, project in projects.items():
        sets = project.table("tool", "uv").get("conflicts")
        for each in sets if isinstance(sets, list) else ():
            found.add(_conflict(each, name))
    return found


def _locked_conflicts(head: Mapping[str, Any]) -> set[frozenset[tuple[str, str]]]:
    sets = head.get("conflicts")
    return {_conflict(each, "") for each in sets} if isinstance(sets, list) else set()


def _conflict(entries: object, owner: str) -> frozenset[tuple[str, str]]:
    found = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            what = next((f"{key}={entry[key]}" for key in ("extra", "group") if key in entry), "")
            found.append((normalised_name(str(entry.get("package", owner))), what))
    return frozenset(found)


def _locked_newer(locked: Mapping[str, Any]) -> object:
    return locked.get("exclude-newer-span", locked.get("exclude-newer"))


def _newer(name: str, wanted: object, locked: object) -> Iterator[Change]:
    """The difference between two limits on upload times, if there is one."""
    if wanted is None and locked is None:
        return
    reason = f"{name} is {_said(wanted)}, and the lock was made with {_said(locked)}"
    if wanted is None or locked is None or isinstance(wanted, bool) or isinstance(locked, bool):
        if wanted is not locked:
            yield Change(reason, certain=wanted is not False)  # without a limit: later than any
        return
    one, other = _moment(str(wanted)), _moment(str(locked))
    if one is None or other is None:
        yield Change(f"{name} cannot be compared", certain=False)
    elif one[:2] != other[:2]:
        zone = ZONES_SECONDS if one[2] else 0  # a date without a zone is one of the machine's own zone
        is_later = one[0] == other[0] == "at" and one[1] > other[1] - zone  # which uv accepts since 0.13
        is_as_long = one[0] == other[0] == "span" and one[1] == other[1]
        yield Change(reason, certain=not is_later and not is_as_long)


def _said(value: object) -> str:
    return "not set" if value is None else str(value)


def _moment(text: str) -> tuple[str, int, bool] | None:
    """("at", seconds since 1970, whether that depends on the zone) or ("span", seconds, False)."""
    text = text.strip()
    if match := re.fullmatch(TIMESTAMP, text, re.ASCII):
        return _timestamp(match)
    if match := re.fullmatch(FRIENDLY, text, re.ASCII):
        return "span", int(match[1]) * UNITS[match[2][0]], False
    if (match := re.fullmatch(ISO_SPAN, text, re.ASCII)) and any(match.groups()):
        seconds = sum(int(each or 0) * UNITS[unit] for each, unit in zip(match.groups(), "wdhm", strict=True))
        return "span", seconds, False
    return None


def _timestamp(match: re.Match[str]) -> tuple[str, int, bool] | None:
    from datetime import UTC, datetime

    year, month, day, hour, minute, second, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    seconds = int(moment.timestamp())
    if hour is None:
        return "at", seconds + DAY_SECONDS, True
    if zone not in {None, "Z"}:
        sign = -1 if zone[0] == "+" else 1
        seconds += sign * (int(zone[1:3]) * 3_600 + int(zone[-2:]) * 60)
    return "at", seconds, zone is None
