"""What `kempt image` proved, as text and as JSON; the other formats are those of any report."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.finding import Finding, Level
from kempt.model.image import ImageProof, LayerFacts, Leftover, Verdict
from kempt.model.report import Report
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, by_code, encode, record, summary
from kempt.report.look import Look
from kempt.report.quantity import count, extent, size

_MARKS = {Level.ERROR: ("✗", "red"), Level.WARNING: ("!", "yellow"), Level.INFO: ("·", "blue")}
_VERDICT = len(Verdict.PRESENT)
_NARROWEST = 30


def to_text(proofs: Sequence[ImageProof], report: Report, look: Look) -> str:
    """Each image with what is left in it, then what was proven and what to type next."""
    lines: list[str] = []
    left = list(report.findings)
    for proof in proofs:
        found, left = left[: len(proof.leftovers)], left[len(proof.leftovers) :]
        lines += _image(proof, found, look)
    if not look.quiet:
        lines += wrap(" ".join(_closing(proofs)), look.width)
    return "".join(f"{line}\n" for line in lines)


def to_json(proofs: Sequence[ImageProof], report: Report) -> str:
    """One object; each image is one of `images`, each leftover one of `findings`, as `kempt check` has them."""
    rules = by_code(report)
    pairs = ((proof, leftover) for proof in proofs for leftover in proof.leftovers)
    found = [
        encode(record(finding, rules) | _extra(proof, leftover))
        for finding, (proof, leftover) in zip(report.findings, pairs, strict=True)
    ]
    images = [encode(_record(proof)) for proof in proofs]
    parts = [
        f'  "version": {VERSION}',
        '  "command": "image"',
        f'  "images": {array(images, "    ")}',
        f'  "findings": {array(found, "    ")}',
        f'  "summary": {encode(summary(report))}',
        f'  "seconds": {round(report.seconds, 3)}',
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _image(proof: ImageProof, findings: Sequence[Finding], look: Look) -> list[str]:
    if look.quiet and not findings:
        return []
    total = sum(layer.size for layer in proof.layers)
    parts = [paint(visible(proof.name), "bold", on=look.color), visible(proof.platform)]
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


def _closing(proofs: Sequence[ImageProof]) -> list[str]:
    layers = sum(len(proof.layers) for proof in proofs)
    leftovers = [each for proof in proofs for each in proof.leftovers]
    if not leftovers:
        return [f"Proven: no cache is in {_images(proofs)}, {count(layers, 'layer')} read to the last byte."]
    parts = []
    for verdict in Verdict:
        found = [each for each in leftovers if each.verdict is verdict]
        if found:
            parts.append(f"{len(found):,} {verdict.value} ({size(sum(each.bytes for each in found))})")
    codes = sorted({each.code for each in leftovers})
    return [f"Left in {_images(proofs)}: {', '.join(parts)}.", f"`kempt rule {codes[0]}` tells what to change."]


def _images(proofs: Sequence[ImageProof]) -> str:
    return "the image" if len(proofs) == 1 else f"{len(proofs):,} images"


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
