"""What `kempt image` proved, as text and as JSON; the other formats are those of any report."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.finding import Finding, Level
from kempt.model.image import ImageProof, LayerFacts, Leftover, Proofs, Verdict, titles
from kempt.model.report import Report
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, by_code, encode, record, summary
from kempt.report.look import Look
from kempt.report.quantity import count, extent, size

_MARKS = {Level.ERROR: ("✗", "red"), Level.WARNING: ("!", "yellow"), Level.INFO: ("·", "blue")}
_VERDICT = len(Verdict.PRESENT)
_NARROWEST = 30


def to_text(proofs: Proofs, report: Report, look: Look) -> str:
    """Each image with what is left in it, then what was proven, what was not, and what to type next."""
    lines: list[str] = []
    left = list(report.findings)
    for title, proof in zip(titles(proofs.proven), proofs.proven, strict=True):
        found, left = left[: len(proof.leftovers)], left[len(proof.leftovers) :]
        lines += _image(title, proof, found, look)
    if not look.quiet and proofs.proven:
        lines += wrap(" ".join(_closing(proofs)), look.width)
    return "".join(f"{line}\n" for line in lines)


def to_json(proofs: Proofs, report: Report) -> str:
    """One object; each image is one of `images`, each leftover one of `findings`, as `kempt check` has them.

    What could not be proven is one of `errors`.
    """
    rules = by_code(report)
    pairs = ((proof, leftover) for proof in proofs.proven for leftover in proof.leftovers)
    found = [
        encode(record(finding, rules) | _extra(proof, leftover))
        for finding, (proof, leftover) in zip(report.findings, pairs, strict=True)
    ]
    images = [encode(_record(proof)) for proof in proofs.proven]
    errors = [
        encode({
            "image": well_formed(each.where), "message": well_formed(each.message), "hint": well_formed(each.hint),
            "code": each.code,
        })
        for each in proofs.unproven
    ]  # fmt: skip
    parts = [
        f'  "version": {VERSION}',
        '  "command": "image"',
        f'  "images": {array(images, "    ")}',
        f'  "findings": {array(found, "    ")}',
        f'  "errors": {array(errors, "    ")}',
        f'  "summary": {encode(summary(report))}',
        f'  "seconds": {round(report.seconds, 3)}',
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def summary_of(proofs: Sequence[ImageProof]) -> str:
    """What was found in images, in a sentence: how much is left of each kind, or that nothing is."""
    leftovers = [each for proof in proofs for each in proof.leftovers]
    if not leftovers:
        return f"Proven: no cache is in {_images(len(proofs))}, {_read(proofs)}."
    parts = []
    for verdict in Verdict:
        found = [each for each in leftovers if each.verdict is verdict]
        if found:
            parts.append(f"{len(found):,} {verdict.value} ({size(sum(each.bytes for each in found))})")
    holding = sum(bool(proof.leftovers) for proof in proofs)
    what = _images(len(proofs)) if holding == len(proofs) else f"{holding:,} of {_images(len(proofs))}"
    return f"Left in {what}: {', '.join(parts)}."


def _image(title: str, proof: ImageProof, findings: Sequence[Finding], look: Look) -> list[str]:
    if look.quiet and not findings:
        return []
    total = sum(layer.size for layer in proof.layers)
    parts = [paint(visible(title), "bold", on=look.color), visible(proof.platform)]
    parts += [count(len(proof.layers), "layer"), size(total)]
    lines = [] if look.quiet else ["  ·  ".join(part for part in parts if part), ""]
    if look.verbose:
        lines += [*(_layer(number, layer) for number, layer in enumerate(proof.layers, 1)), ""]
    paths = max((width(_path(each)) for each in proof.leftovers), default=0)
    for leftover, finding in zip(proof.leftovers, findings, strict=True):
        lines += _row(leftover, finding, min(paths, look.width // 2), look)
    return [*lines, ""] if findings and not look.quiet else lines


def _row(leftover: Leftover, finding: Finding, paths: int, look: Look) -> list[str]:
    mark, color = _MARKS[finding.level]
    verdict = pad(leftover.verdict.value, _VERDICT)
    head = f"  {paint(mark, color, on=look.color)} {verdict}  {pad(_path(leftover), paths)}"
    indent = " " * (4 + _VERDICT + 2)
    what = f"{leftover.code}  {visible(leftover.tool)}, {extent(finding)}"
    room = max(look.width - len(indent), _NARROWEST)
    texts = [visible(note) for note in finding.notes]
    if look.verbose:
        texts.append(finding.help)
    else:
        texts = [_cut(text, room) for text in texts]
    return [f"{head}   {what}", *(f"{indent}{line}" for text in texts for line in wrap(text, room))]


def _cut(text: str, room: int) -> str:
    """A line of a Dockerfile may be a page long: `--verbose` shows all of it."""
    return text if len(text) <= room else f"{text[: room - 3]}..."


def _path(leftover: Leftover) -> str:
    return visible(f"/{leftover.path}")


def _layer(number: int, layer: LayerFacts) -> str:
    base = "base  " if layer.base else ""
    entries = count(layer.entries, "entry", "entries")
    return (
        f"  {number:>3}  {layer.digest[7:19]}  {entries}, {size(layer.size)}  {base}{visible(layer.made_by)}".rstrip()
    )


def _closing(proofs: Proofs) -> list[str]:
    parts = [summary_of(proofs.proven)]
    if proofs.unproven:
        failed = ", ".join(dict.fromkeys(visible(each.where) for each in proofs.unproven))
        parts.append(f"Nothing is proven of {failed}.")
    codes = sorted({each.code for proof in proofs.proven for each in proof.leftovers})
    return [*parts, f"`kempt rule {codes[0]}` tells what to change."] if codes else parts


def _read(proofs: Sequence[ImageProof]) -> str:
    """How many layers were read, and whether it was now: what kempt has kept of one stands for it."""
    layers, known = sum(len(proof.layers) for proof in proofs), sum(proof.known for proof in proofs)
    if not known:
        return f"{count(layers, 'layer')} read to the last byte"
    earlier = "in an earlier run" if known == layers else f"{known:,} of them in an earlier run"
    return f"{count(layers, 'layer')} read to the last byte, {earlier}"


def _images(number: int) -> str:
    return "the image" if number == 1 else f"{number:,} images"


def _record(proof: ImageProof) -> dict[str, object]:
    return {
        "image": well_formed(proof.where),
        "name": well_formed(proof.name),
        "platform": well_formed(proof.platform),
        "layers": [
            {
                "digest": layer.digest,
                "bytes": layer.size,
                "entries": layer.entries,
                "made_by": well_formed(layer.made_by),
                "base": layer.base,
            }
            for layer in proof.layers
        ],
    }


def _extra(proof: ImageProof, leftover: Leftover) -> dict[str, object]:
    """What a leftover has that a finding has not."""
    return {
        "image": well_formed(proof.name),
        "verdict": leftover.verdict,
        "tool": leftover.tool,
        "layer": leftover.layer,
        "made_by": well_formed(leftover.made_by),
        "base": leftover.base,
    }
