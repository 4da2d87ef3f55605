"""Which environments stay because somebody lives in them: active, running, being made, or needed by another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kempt.engine.disk.envs import environments
from kempt.host.env import environ
from kempt.host.environment_facts import leading_into
from kempt.host.folders import is_folder
from kempt.host.paths import is_below, relative
from kempt.host.scanning import identify
from kempt.model.cleaning import Candidate
from kempt.model.envs import Environment

_YOUNG_SECONDS = 600
_YOUNG = "was made or changed less than 10 minutes ago"


def kept_alive(candidates: Iterable[Candidate], now: float) -> Mapping[str, str]:
    """Why environments stay, by their paths, in words that end a sentence. `now` is in seconds since the epoch."""
    listed = [each for each in candidates if is_folder(each.thing.path)]
    reasons = {each.thing.path: _YOUNG for each in listed if now - each.changed_ns / 10**9 < _YOUNG_SECONDS}
    asked = sorted(each.thing.path for each in listed if each.thing.path not in reasons)
    for found in environments(asked, central=False, sizes=False).environments if asked else ():
        holder = next(path for path in asked if is_below(found.path, path))
        reason = _reason(found, now)
        if reason:
            within = "" if found.path == holder else f", in {relative(found.path, holder)}"
            reasons.setdefault(holder, reason + within)
    return reasons


def started_from(paths: Iterable[str]) -> Mapping[str, str]:
    """Why environments stay that a command on the PATH starts from, by their paths."""
    commands = leading_into(paths, environ().get("PATH", ""))
    return {path: f"is where a command starts from: {command}" for path, command in commands.items()}


def _reason(found: Environment, now: float) -> str:
    if found.kept:
        return f"stays: {found.kept}"
    if found.removal:
        return f"is removed by its manager: `{found.removal}`"
    seen = identify(found.path)
    return _YOUNG if seen is None or now - seen[1] < _YOUNG_SECONDS else ""
