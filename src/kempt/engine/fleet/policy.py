"""A policy file: settings as in kempt.toml, and the table `[fleet]`, checked key by key with file and line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from kempt import rules
from kempt.engine.configuration import laid, layers_of
from kempt.engine.extending import Layer
from kempt.engine.promises import NO_FINDINGS
from kempt.engine.selection import NEVER_SUPPRESSED
from kempt.errors import ConfigError
from kempt.formats import toml
from kempt.model.config import FLEET
from kempt.model.fleet import Waiver, Wishes
from kempt.model.policy import POLICY_DOCS, WAIVER_DOCS, WAIVER_NEEDS, Policy

__all__ = ["Policy", "load_policy", "wishes_for"]
_NEVER_WAIVED = NO_FINDINGS.union(NEVER_SUPPRESSED)
WAIVERS = re.compile(rb"[ \t]*\[\[[ \t]*(?:tool[ \t]*\.[ \t]*kempt[ \t]*\.[ \t]*)?fleet[ \t]*\.[ \t]*waivers[ \t]*\]\]")


def load_policy(path: str) -> Policy:
    """The policy in a file and in those that it extends: waivers add up, of all else what is said last counts.

    Raises ConfigError, with file and line, for what is wrong in one, UnreadableError where `path` cannot be read.
    """
    layers = layers_of(path)
    policy = Policy(laid(layers)._replace(source="", origins={}), strict=True, accepted=(), waivers=(), source=path)
    for layer in layers:
        policy = _with(policy, layer)
    return policy


def wishes_for(wishes: Wishes, path: str | None) -> Wishes:
    """The wishes under the policy in a file, if there is one. Raises as `load_policy`."""
    if path is None:
        return wishes
    policy = load_policy(path)
    return wishes._replace(config=policy.config, strict=policy.strict, accepted=policy.accepted)


def _with(policy: Policy, layer: Layer) -> Policy:
    """The policy with what one file says in its `[fleet]`."""
    table: Any = layer.settings.get(FLEET, {})
    if not isinstance(table, Mapping):
        raise _wrong(layer, FLEET, f"`{FLEET}` must be a table")
    _refuse_unknown(layer, table, POLICY_DOCS)
    if not isinstance(strict := table.get("strict", policy.strict), bool):
        raise _wrong(layer, "strict", "`strict` must be true or false")
    accepted = policy.accepted
    if "accept-suppressions" in table:
        accepted = _accepted(layer, table["accept-suppressions"])
    listed = table.get("waivers", [])
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise _wrong(layer, "waivers", "`waivers` must be a list of tables: write each as [[fleet.waivers]]")
    waivers = (_waiver(layer, number, each) for number, each in enumerate(listed))
    return policy._replace(strict=strict, accepted=accepted, waivers=(*policy.waivers, *waivers))


def _accepted(layer: Layer, value: object) -> tuple[str, ...]:
    """The codes whose suppressions count: all, none or those listed."""
    if isinstance(value, bool):
        return ("KPT",) if value else ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(layer, "accept-suppressions", "`accept-suppressions` must be true, false or a list of codes")
    for code in value:
        _refuse_unknown_code(layer, code, _line(layer, "accept-suppressions"))
    return tuple(value)


def _waiver(layer: Layer, number: int, table: Mapping[str, object]) -> Waiver:
    """One waiver, the one of this number in its file."""
    _refuse_unknown(layer, table, WAIVER_DOCS, number)
    for key in WAIVER_NEEDS:
        if key not in table:
            raise _wrong(layer, "", f"a waiver needs `{key}`", number)
    if not isinstance(expires := _day(table["expires"]), str):
        raise _wrong(layer, "expires", "`expires` must be a date, as 2027-06-30", number)
    texts = {key: table.get(key, "*") for key in WAIVER_DOCS if key != "expires"}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise _wrong(layer, key, f"`{key}` must be a string", number)
        if not text.strip():
            raise _wrong(layer, key, f"`{key}` of a waiver is blank", number)
    waiver = Waiver(**{key: str(text).strip() for key, text in texts.items()}, expires=expires)
    line = _line(layer, "code", number)
    _refuse_unknown_code(layer, waiver.code, line)
    _refuse_what_always_counts(layer, waiver.code, line)
    return waiver


def _day(value: object) -> str | None:
    """A date of TOML, or one in a string, as YYYY-MM-DD; None for anything else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _refuse_unknown(
    layer: Layer, table: Mapping[str, object], known: Collection[str], number: int | None = None
) -> None:
    for key in table:
        if key not in known:
            close = get_close_matches(key.replace("_", "-"), known, n=1)
            what = f"[{FLEET}]" if number is None else "a waiver"
            meant = f"; did you mean `{close[0]}`?" if close else ""
            raise _wrong(layer, key, f"unknown key `{key}` in {what}{meant}", number)


def _refuse_unknown_code(layer: Layer, code: str, line: int) -> None:
    if not code or not any(rule.code.startswith(code) for rule in rules.ALL):
        raise ConfigError(f"no rule begins with `{code}`", path=layer.source, line=line)


def _refuse_what_always_counts(layer: Layer, code: str, line: int) -> None:
    """A waiver of what says that something was not checked would be none; `KPT` means all that can be waived."""
    named = [rule.code for rule in rules.ALL if rule.code.startswith(code)]
    barred = [each for each in named if each in _NEVER_WAIVED]
    if barred and code != "KPT":
        others = ", ".join(each for each in named if each not in _NEVER_WAIVED)
        message = f"no waiver covers {barred[0]}: it says that something was not checked"
        raise ConfigError(message, path=layer.source, line=line, hint=f"name what is meant: {others}" if others else "")


def _wrong(layer: Layer, key: str, message: str, number: int | None = None) -> ConfigError:
    return ConfigError(message, path=layer.source, line=_line(layer, key, number))


def _line(layer: Layer, key: str, number: int | None = None) -> int:
    """The line of a key in `[fleet]`, or in the waiver of this number, as well as text can tell."""
    table = f"{layer.table}.{FLEET}".lstrip(".")
    if number is None:
        return toml.line_of(layer.content, key, "" if key == FLEET else table)
    lines = layer.content.split(b"\n")
    starts = [at for at, line in enumerate(lines) if WAIVERS.match(line)]
    if number >= len(starts):
        return toml.line_of(layer.content, "waivers", table)
    end = next((at for at in range(starts[number] + 1, len(lines)) if lines[at].lstrip().startswith(b"[")), len(lines))
    own = b"\n".join(lines[starts[number] : end])
    return starts[number] + toml.line_of(own, key) if key else starts[number] + 1
