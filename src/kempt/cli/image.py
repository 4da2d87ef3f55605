"""`kempt image`: proves that no cache is in a built image, neither in what a container sees nor below it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence

from kempt.cli import output
from kempt.cli.options import ProgressArgs, add_output, add_progress, deliver, format_of, quoted, report_look
from kempt.errors import KemptError, UsageError
from kempt.model.finding import Finding, Level
from kempt.model.image import Leftover, Verdict
from kempt.report import RENDERERS

FORMATS = tuple(RENDERERS)
FAIL_ON = ("present", "buried", "none")


class Args(ProgressArgs):
    """The arguments of `kempt image`."""

    paths: list[str]
    platform: str
    fail_on: str
    no_cache: bool
    html: str | None


def add_arguments(parser: ArgumentParser) -> None:
    """Which images, and what counts."""
    what = parser.add_argument_group("what is proven")
    what.add_argument(
        "paths", nargs="*", default=[], metavar="IMAGE",
        help="a file of docker save, an OCI layout (folder or tar), - for standard input, or a name for docker or "
        "podman",
    )  # fmt: skip
    what.add_argument(
        "--platform", default="", metavar="OS/ARCH", help="of an image for several; this machine's if left out"
    )
    what.add_argument(
        "--fail-on", choices=FAIL_ON, default="buried", metavar="WHAT",
        help="end with 1 for what is present, for buried bytes too (default), or none",
    )  # fmt: skip
    what.add_argument("--no-cache", action="store_true", help="read layers that were read before again")
    looks = add_output(parser, FORMATS)
    looks.add_argument("--html", metavar="FILE", help="write a picture of the bytes by layer and kind there")
    add_progress(looks)


def run(args: Args) -> int:
    """Prove each image, show what is left in them, and return the exit code."""
    from kempt.engine.image import ImageOptions, prove_all, ticks
    from kempt.engine.image_findings import report_of
    from kempt.engine.surroundings import write_report
    from kempt.report import render
    from kempt.report.image import to_json, to_text
    from kempt.report.image_page import to_html

    chosen = format_of(args, FORMATS)
    if not args.paths:
        raise UsageError("no image was named", hint="docker save IMAGE | kempt image -")
    if args.paths.count("-") > 1:
        raise UsageError("standard input holds one image")
    _keep_inputs(args)
    tell = (lambda _: None) if args.quiet or args.no_progress else output.progress
    options = ImageOptions(args.platform, use_cache=not args.no_cache)
    started = ticks()
    proofs = prove_all(args.paths, options, tell)
    report = report_of(proofs, ticks() - started)
    output.progress("")
    for each in proofs.unproven:
        output.complain(KemptError(each.message, hint=each.hint, code=each.code))
    if args.html is not None:
        write_report(args.html, to_html(proofs, report))
    look = report_look(args, "image", target=" ".join(quoted(path) for path in args.paths))
    if chosen == "text":
        text = to_text(proofs, report, look)
    elif chosen == "json":
        text = to_json(proofs, report)
    else:
        text = render(report, chosen, width=look.width, color=look.color, verbose=look.verbose, command="image")
    deliver(args, text, chosen)
    leftovers = [each for proof in proofs.proven for each in proof.leftovers]
    return 2 if proofs.unproven else exit_code(leftovers, report.findings, args.fail_on)


def _keep_inputs(args: Args) -> None:
    """Raises UsageError where a report would be written over an image, or over the other report."""
    from kempt.engine.surroundings import would_replace

    outputs = [path for path in (args.html, args.output_file) if path is not None]
    for path in outputs:
        for where in args.paths:
            if where != "-" and would_replace(path, where):
                raise UsageError(f"the report would replace the image: {path}", hint="name another file")
    if len(outputs) > 1 and (outputs[0] == outputs[1] or would_replace(*outputs)):
        raise UsageError(f"two reports cannot be one file: {outputs[0]}", hint="name another file for one of them")


def exit_code(leftovers: Sequence[Leftover], findings: Sequence[Finding], fail_on: str) -> int:
    """1 where something weighs more than an info and is of the kind that counts, else 0."""
    counted = {"present": {Verdict.PRESENT}, "buried": set(Verdict), "none": set[Verdict]()}[fail_on]
    return int(
        any(
            finding.level is not Level.INFO and leftover.verdict in counted
            for leftover, finding in zip(leftovers, findings, strict=True)
        )
    )
