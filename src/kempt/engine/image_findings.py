"""Leftovers of an image as findings of rules, so that every format of a report can hold them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from kempt import rules
from kempt.model.finding import Finding, Level, Location
from kempt.model.image import ImageProof, Leftover, Verdict
from kempt.model.report import Report
from kempt.model.rule import Rule

RULES: tuple[Rule, ...] = tuple(rule for rule in rules.ALL if "KPT551" <= rule.code <= "KPT554")
_BY_CODE = {rule.code: rule for rule in RULES}
_WHEELS, _ENVIRONMENT = "wheels", "environment"


def findings(proof: ImageProof) -> tuple[Finding, ...]:
    """One for each leftover, in the same order. What came with the base image is no error: it weighs a warning."""
    return tuple(_finding(each, proof) for each in proof.leftovers)


def report_of(proofs: Sequence[ImageProof], seconds: float = 0.0) -> Report:
    """One report of several images."""
    entries = sum(layer.entries for proof in proofs for layer in proof.layers)
    found = tuple(each for proof in proofs for each in findings(proof))
    return Report(" ".join(proof.name for proof in proofs), RULES, found, files=entries, seconds=seconds)


def _finding(leftover: Leftover, proof: ImageProof) -> Finding:
    rule = _BY_CODE[leftover.code]
    level = Level.WARNING if leftover.base and rule.level is Level.ERROR else rule.level
    return rule.finding(
        Location(PurePosixPath(leftover.path or "."), line=0),
        f"{_said(leftover)}: `/{leftover.path}`",
        key=f"{proof.name} {leftover.tool} {leftover.verdict} {leftover.layer}",
        level=level,
        notes=(_layer(leftover, len(proof.layers)),),
        files=leftover.files,
        bytes=leftover.bytes,
    )


def _said(leftover: Leftover) -> str:
    buried = leftover.verdict is Verdict.BURIED
    if leftover.tool == _ENVIRONMENT:
        return "files of an environment are replaced or deleted above, and still shipped"
    what, verb = ("wheels", "are") if leftover.tool == _WHEELS else (f"the cache of {leftover.tool}", "is")
    return f"{what} {verb} deleted above, and still shipped" if buried else f"{what} {verb} in the image"


def _layer(leftover: Leftover, layers: int) -> str:
    """The layer that ships it: "layer 3 of 6: RUN pip install ..."."""
    base = ", from the base image" if leftover.base else ""
    line = f": {leftover.made_by}" if leftover.made_by else ""
    return f"layer {leftover.layer} of {layers}{base}{line}"
