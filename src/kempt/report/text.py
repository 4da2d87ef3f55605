"""The report for people: aligned columns, one finding a row, and at the end the command that mends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kempt.model.finding import Finding, Level, Safety
from kempt.model.report import Report, Trouble
from kempt.report.closing import sentences
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.concise import place
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import message_of
from kempt.report.severity import applicable

_COLOR = {Level.ERROR: "red", Level.WARNING: "yellow", Level.INFO: "blue"}
_TAG = {Safety.SAFE: ("[fix]", "green"), Safety.UNSAFE: ("[unsafe fix]", "yellow")}
_GAP, _MARGIN = 3, 4
_NARROWEST = 36
_ADVICE = 5


class _Columns(NamedTuple):
    """The widths of a table: of the place, of code and name, and of what is left for the message.

    A place wider than its column stands on a line of its own, so that one long path does not move the others.
    `stacked`: there is no room for a message beside the other columns, it goes below them.
    """

    place: int
    label: int
    message: int
    stacked: bool


def render(report: Report, look: Look) -> str:
    """Errors at the top, the table, help and notes once each, and the closing lines."""
    blocks = [[text for error in report.errors for text in _trouble(error, look)], table(report, look)]
    if look.show_fixes:
        blocks.append(_mended(report, look))
    if not look.quiet:
        blocks += [[] if look.verbose else _advice(report, look), _closing(report, look)]
    return "\n".join("".join(f"{text}\n" for text in block) for block in blocks if block)


def table(report: Report, look: Look) -> list[str]:
    """The findings in columns, as lines."""
    names = {rule.code: rule.name for rule in report.rules}
    places = [place(finding) for finding in report.findings]
    labels = [f"{finding.code} {names.get(finding.code, '')}".rstrip() for finding in report.findings]
    columns = _columns(places, labels, look.width)
    lines: list[str] = []
    for finding, where, label in zip(report.findings, places, labels, strict=True):
        lines += _row(finding, where, label, columns, look)
    return lines


def _columns(places: Sequence[str], labels: Iterable[str], available: int) -> _Columns:
    widest = max(20, available * 2 // 5)
    place_width = max((w for w in map(width, places) if w <= widest), default=0)
    label_width = max(map(width, set(labels)), default=0)
    message = available - (place_width + _GAP + label_width + 2)
    if message < _NARROWEST:
        return _Columns(place_width, label_width, max(available - _MARGIN, 16), stacked=True)
    return _Columns(place_width, label_width, message, stacked=False)


def _row(finding: Finding, where: str, label: str, columns: _Columns, look: Look) -> list[str]:
    code, _, name = label.partition(" ")
    shown = paint(code, _COLOR[finding.level], on=look.color) + (name and f" {paint(name, 'dim', on=look.color)}")
    below = _below(finding, columns.message, look)
    body = _message(finding, columns.message, look)
    fits = width(where) <= columns.place
    head = [] if fits else [where]
    first = pad(where if fits else "", columns.place) + " " * _GAP
    if columns.stacked:
        head.append(f"{first if fits else ' ' * _MARGIN}{shown}")
        return [*head, *(f"{' ' * _MARGIN}{text}" for text in body + below)]
    indent = " " * (columns.place + _GAP + columns.label + 2)
    head.append(f"{first}{shown}{' ' * (columns.label - width(label))}  {body[0]}")
    return [*head, *(f"{indent}{text}" for text in body[1:] + below)]


def _message(finding: Finding, columns: int, look: Look) -> list[str]:
    """The message, wrapped, with the tag of its fix at the end."""
    lines = wrap(visible(message_of(finding)), columns)
    safety = applicable(finding.fix)
    if safety is None:
        return lines
    tag, color = _TAG[safety]
    painted = paint(tag, color, on=look.color)
    if width(lines[-1]) + _GAP + len(tag) > columns:
        return [*lines, painted]
    return [*lines[:-1], f"{lines[-1]}{' ' * _GAP}{painted}"]


def _below(finding: Finding, columns: int, look: Look) -> list[str]:
    """With `verbose`, a finding's own help and notes."""
    if not look.verbose:
        return []
    texts = [finding.help, *finding.notes]
    return [paint(line, "dim", on=look.color) for text in texts if text for line in wrap(visible(text), columns)]


def _advice(report: Report, look: Look) -> list[str]:
    """The help of what kempt cannot mend, and the notes: a hint that 300 findings share is given once.

    Texts that differ only after their first colon ("...; to rewrite it: git filter-repo --path env") count as the same.
    """
    hand = ((f"{f.code}: {f.help}", f"{f.code}: {f.help}") for f in report.findings if f.help and not applicable(f.fix))
    notes = ((note.partition(": ")[0], note) for finding in report.findings for note in finding.notes)
    groups: dict[str, list[str]] = {}
    for key, text in (*hand, *notes):
        groups.setdefault(key, []).append(text)
    lines: list[str] = []
    for first, *others in list(groups.values())[:_ADVICE]:
        alike = len({first, *others}) - 1
        more = f" ({alike:,} more like this: `--verbose`)" if alike else ""
        lines += _hung("note", f"{visible(first)}{more}", look)
    if len(groups) > _ADVICE:
        lines.append(f"      {len(groups) - _ADVICE:,} more hints with `--verbose`.")
    return lines


def _hung(label: str, text: str, look: Look) -> list[str]:
    """A coloured label, the text, and the text's further lines below its first."""
    first, *rest = wrap(text, max(look.width - len(label) - 2, 20))
    indent = " " * (len(label) + 2)
    return [f"{paint(label, 'cyan', on=look.color)}  {first}", *(f"{indent}{line}" for line in rest)]


def _trouble(error: Trouble, look: Look) -> list[str]:
    code = f" ({error.code})" if error.code else ""
    texts = [f"{visible(error.message)}{code}", *([visible(error.hint)] if error.hint else [])]
    lines = [line for text in texts for line in wrap(text, max(look.width - 7, 20))]
    return [f"{paint('kempt:', 'red', on=look.color)} {lines[0]}", *(f"       {line}" for line in lines[1:])]


def _mended(report: Report, look: Look) -> list[str]:
    """What was mended, a line each, with the title of the fix."""
    mark = paint("mended", "green", on=look.color)
    return [
        f"{mark}  {place(finding)}  {finding.code}" + (f"  {visible(finding.fix.title)}" if finding.fix else "")
        for finding in report.fixed
    ]


def _closing(report: Report, look: Look) -> list[str]:
    """The closing sentences, on one line where they fit and else each on lines of its own."""
    first, *rest = sentences(report, look)
    style = "green" if not report.findings and not report.errors else "bold"
    whole = sum(map(width, (first, *rest))) + len(rest)
    shown = paint(first, style, on=look.color)
    if whole <= look.width:
        return [" ".join([shown, *rest])]
    return [shown, *(line for sentence in rest for line in wrap(sentence, look.width))]
