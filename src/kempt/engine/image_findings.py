"""Leftovers of an image as findings of rules, so that every format of a report can hold them."""

from __future__ import annotations

from pathlib import PurePosixPath

from kempt import rules
from kempt.model.finding import Finding, Level, Location
from kempt.model.image import ImageProof, Leftover, Proofs, Verdict, titles
from kempt.model.report import Report, Trouble
from kempt.model.rule import Rule

RULES: tuple[Rule, ...] = tuple(rule for rule in rules.ALL if "KPT551" <= rule.code <= "KPT554")
_BY_CODE = {rule.code: rule for rule in RULES}
_WHEELS, _ENVIRONMENT = "wheels", "environment"


def findings(proof: ImageProof, title: str = "") -> tuple[Finding, ...]:
    """One for each leftover, in the same order. What came with the base image is no error: it weighs a warning.

    `title` is what the image is called, its name where that is left out.
    """
    return tuple(_finding(each, proof, title or proof.name) for each in proof.leftovers)


def report_of(proofs: Proofs, seconds: float = 0.0) -> Report:
    """One report of several images; what could not be proven is an error of it."""
    entries = sum(layer.entries for proof in proofs.proven for layer in proof.layers)
    named = tuple(zip(titles(proofs.proven), proofs.proven, strict=True))
    found = tuple(each for title, proof in named for each in findings(proof, title))
    errors = tuple(Trouble(each.message, each.hint, each.code) for each in proofs.unproven)
    root = " ".join(title for title, _ in named)
    return Report(root, RULES, found, errors=errors, files=entries, seconds=seconds)


def _finding(leftover: Leftover, proof: ImageProof, title: str) -> Finding:
    rule = _BY_CODE[leftover.code]
    level = Level.WARNING if leftover.base and rule.level is Level.ERROR else rule.level
    return rule.finding(
        Location(PurePosixPath(leftover.path or "."), line=0),
        f"{_said(leftover, title)}: `/{leftover.path}`",
        key=f"{title} {leftover.tool} {leftover.verdict} {leftover.layer}",
        level=level,
        notes=(_layer(leftover, len(proof.layers)),),
        files=leftover.files,
        bytes=leftover.bytes,
    )


def _said(leftover: Leftover, title: str) -> str:
    buried = leftover.verdict is Verdict.BURIED
    if leftover.tool == _ENVIRONMENT:
        return f"files of an environment are replaced or deleted above in {title}, and still shipped"
    what, verb = ("wheels", "are") if leftover.tool == _WHEELS else (f"the cache of {leftover.tool}", "is")
    return f"{what} {verb} deleted above in {title}, and still shipped" if buried else f"{what} {verb} in {title}"


def _layer(leftover: Leftover, layers: int) -> str:
    """The layer that ships it: "layer 3 of 6: RUN pip install ..."."""
    base = ", from the base image" if leftover.base else ""
    line = f": {leftover.made_by}" if leftover.made_by else ""
    return f"layer {leftover.layer} of {layers}{base}{line}"
