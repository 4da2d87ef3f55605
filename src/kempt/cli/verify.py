"""`kempt verify`: proves that an environment is what its lock file says, and names what is not."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence

from kempt.cli import output
from kempt.cli.options import ProgressArgs, add_output, add_progress, deliver, format_of, quoted, report_look
from kempt.errors import UsageError
from kempt.model.verify import Mode, Outcome, Proof, Reason

FORMATS = ("text", "json", "statement")
DETAIL = {Reason.USAGE: 2, Reason.LOCK: 3, Reason.MANAGER: 4, Reason.MISSING: 5, Reason.OFFLINE: 6}


class Args(ProgressArgs):
    """The arguments of `kempt verify`."""

    paths: list[str]
    all: bool
    fast: bool
    rebuild: bool
    write: bool
    jobs: int
    exit_code_detail: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which environments, how much is read, and what is written."""
    what = parser.add_argument_group("what is verified")
    what.add_argument("paths", nargs="*", default=[], metavar="ROOT", help="service roots, or a repository")
    what.add_argument("--all", action="store_true", help="also services in examples, tests and documentation")
    how = parser.add_argument_group("how")
    how.add_argument("--fast", action="store_true", help="believe RECORD where the sizes agree, and read the rest")
    how.add_argument("--rebuild", action="store_true", help="install two fresh clones of HEAD and compare them")
    how.add_argument("--write", action="store_true", help="store what is proven in kempt.fingerprint, to be committed")
    how.add_argument("--jobs", type=int, default=0, metavar="N", help="files that are read at once")
    looks = add_output(parser, FORMATS)
    add_progress(looks)
    looks.add_argument(
        "--exit-code-detail", action="store_true",
        help="tell lock (3), manager (4), missing (5) and offline (6) from other errors",
    )  # fmt: skip


def run(args: Args) -> int:
    """Verify, show each difference by name, and return the exit code."""
    from kempt.engine.environments.verify import VerifyOptions, verify
    from kempt.report.statement import to_statement
    from kempt.report.verify import to_json, to_text

    chosen = format_of(args, FORMATS)
    if args.fast and args.rebuild:
        raise UsageError("--fast and --rebuild exclude each other")
    if args.jobs < 0:
        raise UsageError("--jobs takes a number of files, 0 for as many as there are cores")
    mode = Mode.REBUILD if args.rebuild else Mode.FAST if args.fast else Mode.PROOF
    tell = (lambda _: None) if args.quiet or args.no_progress else output.progress
    verification = verify(args.paths, VerifyOptions(mode, all=args.all, write=args.write, jobs=args.jobs), tell)
    output.progress("")
    look = report_look(args, "verify", target=" ".join(quoted(path) for path in args.paths))
    if chosen == "json":
        text = to_json(verification)
    elif chosen == "statement":
        text = to_statement(verification)
    else:
        text = to_text(verification, look)
    deliver(args, text, chosen)
    return exit_code(verification.proofs, detail=args.exit_code_detail)


def exit_code(proofs: Sequence[Proof], *, detail: bool = False) -> int:
    """0 where all is proven, 1 where something differs, 2 (or with `detail` 3 to 6) where one could not be checked."""
    unchecked = [proof.refusal.reason for proof in proofs if proof.refusal is not None]
    if unchecked:
        codes = [DETAIL[reason] for reason in unchecked]
        return max(codes) if detail else 1 if unchecked == [Reason.MANAGER] * len(unchecked) else 2
    return int(any(proof.outcome is not Outcome.PROVEN for proof in proofs))
