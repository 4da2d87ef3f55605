"""`kempt clean`: what can be made again goes, shown first; what matters never does."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.agreement import AgreementArgs, carry_out, is_agreed, is_told
from kempt.cli.amounts import AGES, age
from kempt.cli.options import (
    ProgressArgs,
    add_agreement,
    add_output,
    add_progress,
    deliver,
    format_of,
    quoted,
    report_look,
)
from kempt.engine.disk.clean import plan_clean
from kempt.engine.surroundings import processors
from kempt.errors import UsageError
from kempt.model.cleaning import DEFAULT_GROUPS, GROUPS, Cleaning, Wishes
from kempt.report import clean as shown
from kempt.report.look import Look

FORMATS = ("text", "json")


class Args(ProgressArgs, AgreementArgs):
    """The arguments of `kempt clean`."""

    paths: list[str]
    groups: list[str]
    all: bool
    older_than: str | None
    keep: list[str]
    include: list[str]
    without_lock: bool
    in_environments: bool
    no_trash: bool
    purge: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Where, what, and how old."""
    parser.add_argument(
        "paths", nargs="*", default=[], metavar="PATH", help="folders to clean; if left out, the current one"
    )
    kinds = parser.add_argument_group("kinds (without any: --bytecode --caches)")
    for name, what in (
        ("bytecode", "__pycache__ folders, and .pyc files beside their sources"),
        ("caches", "what pytest, mypy, Ruff and other tools make again by themselves"),
        ("envs", "environments that nobody uses and a lock file makes again; .tox and .nox"),
        ("build", "build, dist, egg-info and the like, coverage data, .DS_Store"),
    ):
        kinds.add_argument(f"--{name}", dest="groups", action="append_const", const=name, default=[], help=what)
    kinds.add_argument("--all", action="store_true", help="all of these")
    which = parser.add_argument_group("which of them")
    which.add_argument("--older-than", metavar="AGE", help=f"only what was not used for so long: {AGES}")
    which.add_argument("--keep", "--exclude", action="append", default=[], metavar="PATTERN",
                       help="leave alone what this pattern of a .gitignore matches")  # fmt: skip
    which.add_argument("--include", action="append", default=[], metavar="NAME",
                       help="take what stays unless it is named: node_modules, .ipynb_checkpoints ...")  # fmt: skip
    which.add_argument("--without-lock", action="store_true", help="also environments that no lock file makes again")
    which.add_argument("--in-environments", action="store_true", help="also the bytecode inside environments")
    parser.add_argument("--no-trash", action="store_true", help="remove all at once: nothing can be brought back")
    parser.add_argument("--purge", action="store_true", help="remove what is in the trash there, for good")
    add_agreement(parser)
    add_progress(add_output(parser, FORMATS))


def run(args: Args) -> int:
    """Show what goes and, if that is agreed to, remove it: 1 where something could not be removed or read."""
    form = format_of(args, FORMATS)
    if args.purge:
        from kempt.cli.purging import purge

        _refuse_with_purge(args)
        return purge(args.paths, args, args.older_than, agreed=is_told(args), asks=not args.dry_run)
    wishes = _wishes(args)
    tell = None if args.quiet or args.no_progress else output.progress
    cleaning = plan_clean(args.paths or ["."], wishes, jobs=processors(), tell=tell)
    output.progress("")
    look = report_look(args, "clean", target=" ".join(quoted(path) for path in args.paths))
    code = int(bool(cleaning.unlisted))
    if form == "json":
        from kempt.report.clean_json import to_json

        receipts = carry_out(cleaning.plans) if is_told(args) else None
        _expire(cleaning, look, agreed=receipts is not None)
        deliver(args, to_json(cleaning, receipts), form)
        return max(code, int(any(not each.ok for each in receipts or ())))
    silent = args.quiet and is_told(args)
    deliver(args, shown.unread(cleaning, look) if silent else shown.to_text(cleaning, look))
    agreed = is_agreed(args, shown.question(cleaning)) if cleaning.taken else is_told(args)
    receipts = carry_out(cleaning.plans) if agreed else ()
    if receipts:
        output.emit("\n" * (not args.quiet) + shown.done(cleaning, receipts, look))
    emptied, failed = _expire(cleaning, look, agreed=agreed)
    output.emit(emptied if failed or not silent else "")
    if cleaning.taken and not agreed:
        output.emit(shown.how_to_go_on(look, _words(args)))
    return max(code, failed, int(any(not each.ok for each in receipts)))


def _expire(cleaning: Cleaning, look: Look, *, agreed: bool) -> tuple[str, int]:
    """What became of trash that was held long enough. A dry run only speaks of what it met: to look further is dear."""
    if not agreed and not cleaning.own:
        return "", 0
    from kempt.cli.purging import expire

    return expire(look, agreed=agreed, found=cleaning.own)


def _refuse_with_purge(args: Args) -> None:
    """Raise UsageError for an option that says nothing about the trash: it would be heeded by nobody."""
    said = {f"--{group}": True for group in args.groups} | {
        "--all": args.all, "--keep": bool(args.keep), "--include": bool(args.include),
        "--without-lock": args.without_lock, "--in-environments": args.in_environments, "--no-trash": args.no_trash,
    }  # fmt: skip
    for option, given in said.items():
        if given:
            raise UsageError(
                f"--purge takes what is in the trash already; {option} says nothing about that",
                hint="--purge alone, or with PATH and --older-than",
            )


def _wishes(args: Args) -> Wishes:
    groups = tuple(GROUPS) if args.all else tuple(dict.fromkeys(args.groups)) or DEFAULT_GROUPS
    return Wishes(
        groups, 0 if args.older_than is None else age(args.older_than), tuple(args.keep), tuple(args.include),
        args.without_lock, args.in_environments, not args.no_trash,
    )  # fmt: skip


def _words(args: Args) -> str:
    """The options that say what goes, as they were typed."""
    words = ["--all"] if args.all else [f"--{group}" for group in dict.fromkeys(args.groups)]
    words += [f"--older-than {quoted(args.older_than)}"] if args.older_than is not None else []
    words += [f"--keep {quoted(pattern)}" for pattern in args.keep]
    words += [f"--include {quoted(name)}" for name in args.include]
    words += ["--without-lock"] * args.without_lock
    words += ["--in-environments"] * args.in_environments
    words += ["--no-trash"] * args.no_trash
    return "".join(f" {word}" for word in words)
