"""`kempt check`: what is tracked that tools make again, and what the ignore rules miss or hide."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from typing import TypedDict

from kempt.cli import output
from kempt.cli.options import (
    ProgressArgs,
    SettingsArgs,
    add_output,
    add_progress,
    add_settings,
    deliver,
    format_of,
    quoted,
    report_look,
    with_progress,
)
from kempt.engine.project.check import check
from kempt.engine.project.repositories import Places, check_each, failed_report, find_places
from kempt.errors import KemptError, UsageError
from kempt.model.finding import Level
from kempt.model.report import Report
from kempt.report import COUNTABLE, RENDERERS, render, render_many
from kempt.report.quantity import count

NEVER_MASKED = frozenset({"KPT000", "KPT001", "KPT002"})


class Args(ProgressArgs, SettingsArgs):
    """The arguments of `kempt check`."""

    paths: list[str]
    staged: bool
    rev: str | None
    no_git: bool
    filenames: bool
    select: list[str] | None
    ignore: list[str] | None
    extend_select: list[str] | None
    extend_ignore: list[str] | None
    fix: bool
    unsafe_fixes: bool
    diff: bool
    dry_run: bool
    show_fixes: bool
    baseline: str | None
    write_baseline: str | None
    statistics: bool
    exit_zero: bool


def add_arguments(parser: ArgumentParser) -> None:
    """What is checked, by which rules, what is mended, and how the result looks."""
    what = parser.add_argument_group("what is checked")
    what.add_argument("paths", nargs="*", default=[], metavar="PATH", help="repositories, or folders that hold some")
    what.add_argument("--staged", action="store_true", help="what is staged for the next commit")
    what.add_argument("--rev", metavar="REV", help="a commit, also of a bare repository; nothing is checked out")
    what.add_argument("--no-git", action="store_true", help="a folder without git: every file counts as tracked")
    what.add_argument("--filenames", action="store_true", help="PATHs are the names of tracked files; git is not asked")
    chosen = parser.add_argument_group("which rules")
    for option, words in (
        ("--select", "only these (KPT1 means all that begin so)"), ("--ignore", "not these"),
        ("--extend-select", "these as well"), ("--extend-ignore", "nor these"),
    ):  # fmt: skip
        chosen.add_argument(option, action="append", metavar="CODES", help=words)
    chosen.add_argument("--baseline", metavar="FILE", help="do not count the findings listed there")
    chosen.add_argument("--write-baseline", metavar="FILE", help="list the findings of today there")
    mend = parser.add_argument_group("mending")
    mend.add_argument("--fix", action="store_true", help="mend what can be mended safely; no file is deleted")
    mend.add_argument("--unsafe-fixes", action="store_true", help="mend also what wants a second look")
    mend.add_argument("--dry-run", action="store_true", help="show what --fix would do")
    mend.add_argument("--diff", action="store_true", help="the same as a diff; exit 1 if there is a difference")
    mend.add_argument("--show-fixes", action="store_true", help="list what was mended")
    add_settings(parser)
    looks = add_output(parser, tuple(RENDERERS))
    add_progress(looks)
    looks.add_argument("--statistics", action="store_true", help="count findings by rule instead of listing them")
    looks.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")


def run(args: Args) -> int:
    """Check, mend if asked to, show what is left, and return the exit code."""
    chosen = format_of(args, tuple(RENDERERS))
    _refuse_contradictions(args, chosen)
    places = _places_of(args)
    if args.diff or args.dry_run:
        from kempt.cli.mending import preview

        return preview(args, places)
    reports, all_done = _outcome(args, places, chosen)
    if args.write_baseline is not None:
        return _adopt(args.write_baseline, reports)
    _show(args, chosen, reports, places)
    return max(exit_code(reports, zero=args.exit_zero), 0 if all_done else 1)


def _refuse_contradictions(args: Args, format: str) -> None:
    """Raise UsageError for options that make no sense together."""
    mending = "--fix" if args.fix else "--diff" if args.diff else "--dry-run" if args.dry_run else ""
    if mending and (args.no_git or args.filenames or args.rev is not None):
        raise UsageError(f"{mending} needs a work tree: it does not go with --rev, --no-git or --filenames")
    if (args.diff or args.dry_run) and args.output_format not in {None, "text"}:
        raise UsageError(f"{mending} prints text, not {format}")
    if args.statistics and format not in COUNTABLE:
        raise UsageError(f"statistics cannot be shown as {format}", hint=f"one of {', '.join(COUNTABLE)}")
    if args.select is not None and not any(codes.strip(" ,") for codes in args.select):
        raise UsageError("--select names no rule: nothing would be checked")
    if mending and args.write_baseline is not None:
        raise UsageError(f"{mending} and --write-baseline exclude each other", hint="mend first")


def _places_of(args: Args) -> Places:
    """The repositories that the command line names."""
    if args.filenames:
        return Places(((".",),), ".")
    paths = args.paths or ["."]
    if args.no_git:
        return Places(tuple((path,) for path in paths), paths[0])
    return find_places(paths, bare=args.rev is not None)


class Wishes(TypedDict):
    """What checking and mending have in common."""

    staged: bool
    config_file: str | None
    isolated: bool
    overrides: dict[str, object]
    baseline: frozenset[str]


def wishes_of(args: Args) -> Wishes:
    """The keywords of the engine for these arguments. Raises KemptError where the baseline cannot be read."""
    known = frozenset[str]()
    if args.baseline is not None:
        from kempt.engine.project.baseline import load_baseline

        known = load_baseline(args.baseline)
    given = {
        "select": args.select, "ignore": args.ignore,
        "extend-select": args.extend_select, "extend-ignore": args.extend_ignore,
    }  # fmt: skip
    overrides: dict[str, object] = {
        key: tuple(code.strip() for value in values for code in value.split(",") if code.strip())
        for key, values in given.items()
        if values is not None
    }
    return {
        "staged": args.staged, "config_file": args.config, "isolated": args.isolated,
        "overrides": overrides, "baseline": known,
    }  # fmt: skip


def _outcome(args: Args, places: Places, format: str) -> tuple[tuple[Report, ...], bool]:
    """The report on each repository, after mending if that was asked for, and whether all of the mending was done.

    An error ends in a report of its own where others may still be shown, or where a program reads the result.
    """
    wishes = wishes_of(args)

    def look_at(path: str) -> Report:
        names = args.paths if args.filenames else None
        report = check(path, rev=args.rev, git=not args.no_git, names=names, **wishes)
        return _unmendable(report) if args.no_git else report

    if args.fix:
        from kempt.cli.mending import Mender

        mender = Mender(args, wishes, look_at, aside=format not in {"text", "concise"} and args.output_file is None)
        return tuple(_each_report(args, places, mender, format)), mender.all_done
    return tuple(_each_report(args, places, look_at, format)), True


def _unmendable(report: Report) -> Report:
    """The report without its fixes and their commands: where there is no git, none of them would work."""
    return report._replace(findings=tuple(each._replace(fix=None, help="", notes=()) for each in report.findings))


def _each_report(args: Args, places: Places, look_at: Callable[[str], Report], format: str) -> Iterator[Report]:
    """The reports, with progress on the terminal where they are many."""
    try:
        for report in check_each(places, with_progress(args, places, look_at)):
            output.progress("")
            for error in report.errors:
                output.complain(KemptError(error.message, path=report.root, hint=error.hint, code=error.code))
            yield report
    except UsageError:
        raise
    except KemptError as error:
        if format in {"text", "concise"}:
            raise
        output.complain(error)
        yield failed_report(places.groups[0][0], error)


def _adopt(path: str, reports: Sequence[Report]) -> int:
    """Write a baseline, and return the exit code: what cannot be in one still counts."""
    from kempt.engine.project.baseline import write_baseline

    if any(report.errors for report in reports):
        return exit_code(reports)
    findings = [finding for report in reports for finding in report.findings]
    output.emit(f"{path} holds {count(write_baseline(path, findings), 'known finding')}.\n")
    output.emit(f"From now on: `kempt check --baseline {quoted(path)}`\n")
    return int(any(finding.code in NEVER_MASKED for finding in findings))


def _show(args: Args, format: str, reports: Sequence[Report], places: Places) -> None:
    """Print the reports, or write them to a file, and on GitHub also to the page of the step."""
    look = report_look(args, target=target_of(args, places))._replace(show_fixes=args.show_fixes)
    if places.are_many and not args.statistics:
        text = render_many(tuple(reports), format, root=places.root, look=look)
    else:
        text = render(_in_one(reports, places), format, statistics=args.statistics, **look._asdict())
    deliver(args, text, format)
    if format == "github":
        from kempt.engine.surroundings import append_step_summary
        from kempt.report.step_summary import render as summary_of

        try:
            append_step_summary(summary_of(_in_one(reports, places), look))
        except KemptError as error:  # the page is an extra: what was found is told all the same
            output.complain(error)


def _in_one(reports: Sequence[Report], places: Places) -> Report:
    """The reports as one."""
    if not places.are_many:
        return reports[0]
    from kempt.report.repositories import together

    return together(reports, places.root)


def target_of(args: Args, places: Places) -> str:
    """What a command to type next needs to mean the same files; of many repositories, the folder they lie in."""
    paths = [] if args.filenames or args.paths == ["."] else [quoted(path) for path in args.paths]
    options = ["--staged"] * args.staged
    if places.are_many:
        options += [] if args.rev is None else ["--rev", quoted(args.rev)]
        if len(paths) > 1:
            paths = [quoted(places.root)]
        elif options and not paths:
            paths = ["."]
    return " ".join(options + paths)


def exit_code(reports: Sequence[Report], *, zero: bool = False) -> int:
    """0 where nothing of weight was found, 1 where something was, 2 where something could not be checked.

    Neither `zero` nor anything else hides a crashed rule or a file that could not be read.
    """
    if any(report.errors for report in reports):
        return 2
    findings = [finding for report in reports for finding in report.findings]
    if any(finding.code in NEVER_MASKED for finding in findings):
        return 1
    return int(not zero and any(finding.level is not Level.INFO for finding in findings))
