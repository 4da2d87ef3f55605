"""What `verify` proved, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from kempt.model.verify import Difference, Mode, Outcome, Proof, Verification
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count, size
from kempt.report.refusal import in_one_line

SHOWN = 20
"""Differences that are listed of one environment; `--verbose` and JSON list all."""
DIGITS = 12
"""Hexadecimal digits of a digest that people are shown."""
_MARKS = {Outcome.PROVEN: ("✓", "green"), Outcome.DIFFERS: ("✗", "red"), Outcome.UNCHECKED: ("·", "yellow")}
_MODES = {
    Mode.FAST: "fast: RECORD and sizes are believed",
    Mode.PROOF: "proof: every byte is read",
    Mode.REBUILD: "rebuild: two fresh clones are installed and compared",
}


def to_text(verification: Verification, look: Look) -> str:
    """A line for each service and each difference, then what was proven and what to type next."""
    proofs = verification.proofs
    name = verification.root.replace("\\", "/").rstrip("/").rpartition("/")[2] or verification.root
    heading = [paint(visible(name), "bold", on=look.color), count(len(proofs), "environment"), _MODES[proofs[0].mode]]
    roots = max(width(visible(str(proof.service.root))) for proof in proofs)
    lines = [] if look.quiet else ["  ·  ".join(heading), ""]
    for proof in proofs:
        if not (look.quiet and proof.outcome is Outcome.PROVEN):
            lines += _service(proof, roots, look)
    if not look.quiet:
        lines += ["", *wrap(" ".join(_closing(verification, look)), look.width)]
    return "".join(f"{line}\n" for line in lines)


def to_json(verification: Verification) -> str:
    """One object; each environment is one of `environments`."""
    head = {
        "version": VERSION,
        "command": "verify",
        "root": well_formed(verification.root),
        "commit": verification.commit or None,
    }
    lines = [f'  "{key}": {encode(value)}' for key, value in head.items()]
    lines.append(f'  "environments": {array([encode(record(proof)) for proof in verification.proofs], "    ")}')
    summary = {each.name.lower(): _number(verification.proofs, each) for each in Outcome}
    lines.append(f'  "summary": {encode(summary)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def record(proof: Proof) -> dict[str, object]:
    """One environment, as the JSON report and the statement hold it."""
    found = proof.fingerprint
    return {
        "service": well_formed(str(proof.service.root)),
        "manager": proof.service.manager,
        "lock": None if proof.service.lock is None else well_formed(str(proof.service.lock)),
        "lock_sha256": proof.lock_sha256 or None,
        "environment": well_formed(proof.environment),
        "mode": proof.mode,
        "outcome": proof.outcome.name.lower(),
        "digest": found.digest if found else None,
        "python": found.python if found else None,
        "platform": proof.platform or None,
        "packages": found.packages if found else None,
        "files": found.files if found else None,
        "bytes": found.bytes if found else None,
        "against": list(proof.against),
        "differences": [
            {
                "path": well_formed(each.path),
                "distribution": each.distribution or None,
                "words": well_formed(each.words),
            }
            for each in proof.differences
        ],
        "notes": [well_formed(note) for note in proof.notes],
        "refusal": None
        if proof.refusal is None
        else {
            "reason": proof.refusal.reason,
            "message": well_formed(proof.refusal.message),
            "hint": well_formed(proof.refusal.hint),
            "code": proof.refusal.code or None,
        },
        "written": well_formed(proof.written) or None,
        "seconds": round(proof.seconds, 3),
    }


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "path": well_formed(difference.path),
        "distribution": difference.distribution or None,
        "words": well_formed(difference.words),
    }


def _service(proof: Proof, roots: int, look: Look) -> list[str]:
    mark, color = _MARKS[proof.outcome]
    indent = " " * (roots + 7)
    head = f"  {paint(mark, color, on=look.color)} {pad(visible(str(proof.service.root)), roots)}   "
    room = max(look.width - len(indent), 30)
    first, *others = [line for text in _said(proof) for line in wrap(text, room)]
    lines = [head + first, *(indent + line for line in others)]
    shown = proof.differences if look.verbose else proof.differences[:SHOWN]
    lines += _differences(shown, look)
    if len(proof.differences) > len(shown):
        lines.append(f"      and {count(len(proof.differences) - len(shown), 'more difference')}: --verbose lists all")
    return lines


def _said(proof: Proof) -> list[str]:
    if proof.refusal is not None:
        return [f"could not be checked: {in_one_line(proof.refusal)}"]
    found = proof.fingerprint
    parts = [_word(proof)]
    if found is not None:
        parts += [count(found.packages, "package"), count(found.files, "file"), size(found.bytes)]
        parts += [f"Python {found.python}", found.digest[:DIGITS]]
    said = ["  ".join(parts)]
    if proof.against and proof.outcome is Outcome.PROVEN:
        said.append(f"against {_joined([visible(each) for each in proof.against])}")
    said += [visible(note) for note in proof.notes]
    if proof.written:
        said.append(f"wrote {visible(proof.written)}")
    return said


def _word(proof: Proof) -> str:
    """What came of it; what RECORD was believed for is not called proven."""
    fast = proof.mode is Mode.FAST and proof.outcome is Outcome.PROVEN
    return "nothing seen" if fast else proof.outcome.value


def _differences(shown: Sequence[Difference], look: Look) -> list[str]:
    """Each difference: where, and what is wrong with it in words, aligned where the places are short."""
    paths = [visible(each.path) for each in shown]
    longest = max((width(path) for path in paths), default=0)
    limit = max(look.width // 2, 20)
    column = min(longest, limit)
    lines = []
    for path, each in zip(paths, shown, strict=True):
        words = visible(f"{each.distribution}: {each.words}" if each.distribution else each.words)
        first, *others = wrap(words, max(look.width - column - 9, 30))
        if width(path) > column:
            lines += [f"      {path}", f"      {' ' * column}   {first}"]
        else:
            lines.append(f"      {pad(path, column)}   {first}")
        lines += [f"      {' ' * column}   {other}" for other in others]
    return lines


def _closing(verification: Verification, look: Look) -> list[str]:
    proofs = verification.proofs
    proven = _number(proofs, Outcome.PROVEN)
    word = "proven" if proofs[0].mode is not Mode.FAST else "without a difference that was seen"
    said = [f"{proven:,} of {len(proofs):,} {word}." if len(proofs) > 1 else f"{_word(proofs[0]).capitalize()}."]
    wrong = [proof for proof in proofs if proof.outcome is Outcome.DIFFERS]
    damaged = [quote(str(proof.service.root)) for proof in wrong if not _only_pinned(proof)]
    if damaged:
        where = "" if damaged == ["."] else f" {' '.join(damaged)}"
        said.append(f"Mend it with `kempt sync --repair{visible(where)}`.")
    elif wrong:
        said.append("`kempt verify --rebuild` tells whether the environment or the file is right.")
    elif proven == len(proofs) and proofs[0].mode is Mode.FAST:
        said.append(f"`kempt verify{f' {look.target}' if look.target else ''}` reads every byte.")
    return said


def _only_pinned(proof: Proof) -> bool:
    """Whether an environment is right by itself, and only not the one that `kempt.fingerprint` records."""
    return all(each.path.rpartition("/")[2] == "kempt.fingerprint" for each in proof.differences)


def _number(proofs: Sequence[Proof], outcome: Outcome) -> int:
    return sum(proof.outcome is outcome for proof in proofs)


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
