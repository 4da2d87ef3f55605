"""A fingerprint, and what two of them say differently, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.environment import Damage, Fingerprint, Problem
from kempt.model.verify import Difference
from kempt.report.columns import paint
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count, size

SHOWN = 20
"""Files that are listed of one kind of damage to one distribution; `--verbose` and JSON list all."""


def to_text(found: Fingerprint, look: Look) -> str:
    """The digest, what it covers, and what is wrong; verbose, also the lines that the digest is of."""
    lines = [f"{paint(found.digest, 'bold', on=look.color)}  {visible(found.environment)}"]
    if not look.quiet:
        lines.append(_covered(found))
        lines += [visible(note) for note in found.notes]
    if look.verbose:
        lines += ["", *(visible(line, keep="\t") for line in found.lines)]
    if found.problems:
        lines += ["", *_problems(found, look), "", f"{count(len(found.problems), 'problem')}."]
    return "".join(f"{line}\n" for line in lines)


def to_json(found: Fingerprint, *, lines: bool) -> str:
    """One object; each problem is on a line of its own. `lines` adds those that the digest is of."""
    parts = [f'  "{key}": {encode(value)}' for key, value in (_head() | _record(found)).items()]
    parts.append(f'  "distributions": {array([encode(each._asdict()) for each in found.distributions], "    ")}')
    parts.append(f'  "problems": {array([encode(_problem(each)) for each in found.problems], "    ")}')
    parts.append(f'  "notes": {encode([well_formed(note) for note in found.notes])}')
    if lines:
        parts.append(f'  "lines": {array([encode(well_formed(line)) for line in found.lines], "    ")}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def differences_to_text(
    one: Fingerprint, other: Fingerprint, found: Sequence[Difference], names: tuple[str, str], look: Look
) -> str:
    """A line for each difference: whose file, which, and how it differs."""
    lines = []
    if not look.quiet:
        width = max(map(len, names))
        for name, each in zip(names, (one, other), strict=True):
            lines.append(f"{visible(name):<{width}}  {each.digest}  Python {each.python}, {count(each.files, 'file')}")
        lines.append("")
    shown = found if look.verbose else found[: 10 * SHOWN]
    lines += [_difference(each) for each in shown]
    if len(found) > len(shown):
        lines.append(f"and {count(len(found) - len(shown), 'more difference')}: --verbose lists all")
    if not look.quiet:
        lines.append("They hold the same." if not found else f"{count(len(found), 'difference')}.")
    return "".join(f"{line}\n" for line in lines)


def differences_to_json(one: Fingerprint, other: Fingerprint, found: Sequence[Difference]) -> str:
    """One object: the two environments, and each difference on a line of its own."""
    parts = [f'  "{key}": {encode(value)}' for key, value in _head().items()]
    parts += [f'  "{key}": {encode(_record(each))}' for key, each in (("first", one), ("second", other))]
    rows = [
        encode({"path": well_formed(each.path), "distribution": each.distribution, "words": well_formed(each.words)})
        for each in found
    ]
    parts.append(f'  "differences": {array(rows, "    ")}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def problem_text(problem: Problem) -> str:
    """A problem in words: `idna: lib/python3.12/site-packages/idna/core.py is missing`."""
    owner = f"{problem.distribution}: " if problem.distribution else ""
    return visible(f"{owner}{problem.path} {problem.words}")


def _covered(found: Fingerprint) -> str:
    installed = [each for each in found.distributions if not each.seed]
    read = "every byte read" if found.proof else f"{found.read:,} read"
    return (
        f"Python {found.python}, {count(len(installed), 'distribution')}, {count(found.files, 'file')} of "
        f"{size(found.bytes)}, {read}"
    )


def _problems(found: Fingerprint, look: Look) -> Iterator[str]:
    """Each problem; of many of one kind in one distribution, the first and how many more there are."""
    groups: dict[tuple[str, Damage], list[Problem]] = {}
    for each in found.problems:
        groups.setdefault((each.distribution, each.damage), []).append(each)
    for group in groups.values():
        shown = group if look.verbose else group[:SHOWN]
        yield from map(problem_text, shown)
        if len(group) > len(shown):
            owner = f"{group[0].distribution}: " if group[0].distribution else ""
            yield f"{owner}and {count(len(group) - len(shown), 'more file')} like these: --verbose lists all"


def _difference(difference: Difference) -> str:
    path = visible(difference.path.removeprefix("site/"))
    owner = visible(difference.distribution)
    words = visible(difference.words)
    if not difference.path:
        return f"{owner}: {words}" if owner else words
    return f"{owner}: {path} {words}" if owner else f"{path} {words}"


def _head() -> dict[str, object]:
    return {"version": VERSION, "command": "fingerprint"}


def _record(found: Fingerprint) -> dict[str, object]:
    return {
        "environment": well_formed(found.environment),
        "format": found.lines[0],
        "digest": found.digest,
        "python": found.python,
        "proof": found.proof,
        "files": found.files,
        "bytes": found.bytes,
        "read": found.read,
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "damage": problem.damage,
        "path": well_formed(problem.path),
        "distribution": problem.distribution or None,
        "detail": well_formed(problem.detail),
    }
