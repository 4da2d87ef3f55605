"""The rules as text: one explained, or all in a table."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.finding import Level, Safety
from kempt.model.rule import PROMISES, Rule
from kempt.report.columns import paint, wrap
from kempt.report.json import array, encode
from kempt.report.look import Look

_COLORS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.INFO: "blue"}
_FIXES = {Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.SHOW: "shown", None: "-"}
_HOW = {
    Safety.SAFE: "safe (--fix)",
    Safety.UNSAFE: "unsafe (--fix --unsafe-fixes)",
    Safety.SHOW: "shown, to be made by hand",
    None: "none",
}
_KEY = 9
_NARROWEST = 30


def explain(rule: Rule, look: Look) -> str:
    """What one rule is about, and where its page is."""
    promise = "none: it is about kempt itself" if rule.promise is None else f"{rule.promise}, {PROMISES[rule.promise]}"
    facts = (
        ("promise", promise), ("level", str(rule.level)), ("fix", _HOW[rule.fix]), ("help", rule.help),
        ("since", rule.since),
        ("page", f"{rule.url} in the documentation" if not look.docs else f"{look.docs.rstrip('/')}/{rule.url}"),
    )  # fmt: skip
    lines = [f"{paint(rule.code, _COLORS[rule.level], on=look.color)} {paint(rule.name, 'bold', on=look.color)}", ""]
    lines += [f"  {line}" for line in wrap(rule.summary, look.width - 2)] + [""]
    for key, value in facts:
        first, *rest = wrap(value, max(look.width - _KEY - 2, 20))
        lines += [f"  {paint(f'{key:<{_KEY}}', 'dim', on=look.color)}{first}"]
        lines += [f"{' ' * (_KEY + 2)}{line}" for line in rest]
    return "".join(f"{line}\n" for line in lines)


def to_text(rules: Sequence[Rule], look: Look) -> str:
    """All rules in a table, by the promise that they guard."""
    names = max(len(rule.name) for rule in rules)
    levels = max(len(rule.level) for rule in rules)
    fixes = max(map(len, _FIXES.values()))
    before = 2 + 6 + 2 + names + 2 + levels + 2 + fixes + 2
    room = look.width - before
    lines: list[str] = []
    for promise in (*PROMISES, None):
        guarding = [rule for rule in rules if rule.promise == promise]
        if not guarding:
            continue
        title = "kempt itself" if promise is None else f"{promise}  {PROMISES[promise]}"
        lines += [*([""] if lines else []), paint(title, "bold", on=look.color)]
        for rule in guarding:
            summary = wrap(rule.summary, room if room >= _NARROWEST else look.width - 10)
            code = paint(rule.code, _COLORS[rule.level], on=look.color)
            row = f"  {code}  {rule.name:<{names}}  {rule.level:<{levels}}  {_FIXES[rule.fix]:<{fixes}}"
            if room >= _NARROWEST:
                lines += [f"{row}  {summary[0]}", *(f"{' ' * before}{line}" for line in summary[1:])]
            else:
                lines += [row.rstrip(), *(f"{' ' * 10}{line}" for line in summary)]
    return "".join(f"{line}\n" for line in [*lines, "", "`kempt rule CODE` explains one."])


def to_json(rules: Sequence[Rule]) -> str:
    """A list of objects, one rule a line."""
    return array([encode(record(rule)) for rule in rules], "  ") + "\n"


def record(rule: Rule) -> dict[str, object]:
    """One rule: `promise` is 1 to 4 or null, `fix` "safe", "unsafe", "show" or null."""
    return {
        "code": rule.code, "name": rule.name, "promise": rule.promise, "level": rule.level, "fix": rule.fix,
        "summary": rule.summary, "help": rule.help, "since": rule.since, "page": rule.url,
    }  # fmt: skip
