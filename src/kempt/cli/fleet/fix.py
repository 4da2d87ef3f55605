"""`kempt fleet fix`: a patch for each repository that can be mended, beside what to type. Nothing is pushed."""

from __future__ import annotations

import gc
import re
from argparse import ArgumentParser
from pathlib import PurePath

from kempt import __version__
from kempt.cli import output
from kempt.cli.fleet import add_database, refuse_overwriting
from kempt.cli.options import ProgressArgs, add_looks, add_progress, format_of, look_of
from kempt.engine.fleet.credentials import credentials_of
from kempt.engine.fleet.fixable import fixable_names
from kempt.engine.fleet.inventory import read_inventory
from kempt.engine.fleet.patches import patches
from kempt.engine.fleet.policy import wishes_for
from kempt.engine.fleet.sending import today, write_all_into
from kempt.engine.fleet.strictness import require_rules
from kempt.errors import UsageError
from kempt.model.fleet import Inventory, Wishes
from kempt.model.patches import Patch, Sending
from kempt.report.escape import visible
from kempt.report.fleet_fix import INDEX, INDEX_MARK, file_name, index, to_json, to_text
from kempt.report.patch import owner_line, render

FORMATS = ("text", "json")
AUTHOR = "kempt <kempt@invalid>"
BRANCH = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9_./+-]*(?<![./])")


class Args(ProgressArgs):
    """The arguments of `kempt fleet fix`."""

    paths: list[str]
    db: str
    only: list[str]
    without: list[str]
    branch: str
    author: str
    folder: str | None
    config: str | None
    select: list[str] | None
    ignore: list[str] | None
    unsafe_fixes: bool
    allow_insecure: bool
    token: list[str]


def add_arguments(parser: ArgumentParser) -> None:
    """Which repositories, what is mended, and where the patches go."""
    what = parser.add_argument_group("which repositories")
    what.add_argument("paths", nargs="*", default=[], metavar="SOURCE",
                      help="as those of a scan; without one, what the database has to mend")  # fmt: skip
    add_database(parser)
    what.add_argument("--only", action="append", default=[], metavar="GLOB", help="those with a name like this")
    what.add_argument("--without", action="append", default=[], metavar="GLOB", help="those without one like this")
    what.add_argument("--allow-insecure", action="store_true",
                      help="plain http:// and git:// too; tokens go there to this machine only")  # fmt: skip
    what.add_argument("--token", action="append", default=[], metavar="HOST=VARIABLE",
                      help="the environment variable that holds the token for a host")  # fmt: skip
    mend = parser.add_argument_group("what is mended")
    mend.add_argument("--config", metavar="FILE", help="the policy: settings for all, which none can weaken")
    mend.add_argument("--select", action="append", metavar="CODES", help="only these (KPT1 means all that begin so)")
    mend.add_argument("--ignore", action="append", metavar="CODES", help="not these")
    mend.add_argument("--unsafe-fixes", action="store_true", help="mend also what wants a second look")
    made = parser.add_argument_group("patches")
    made.add_argument("-o", "--output", dest="folder", metavar="FOLDER", help="write them there; else they are listed")
    made.add_argument("--branch", default="kempt", metavar="NAME", help="the branch that is to hold them (kempt)")
    made.add_argument("--author", default=AUTHOR, metavar="'NAME <ADDRESS>'", help="whose commits they are to be")
    looks = add_looks(parser)
    looks.add_argument("--output-format", choices=FORMATS, metavar="FORMAT", help=f"{', '.join(FORMATS)}")
    add_progress(looks)


def run(args: Args) -> int:
    """List the patches or write them; 1 where a repository failed, 2 where all did."""
    gc.enable()  # a fleet may be long, and each of its trees is a cycle
    refuse_overwriting({"--output": args.folder}, args.db, args.config, args.paths)
    sending, wishes = _sending_of(args), _wishes_of(args)
    known = () if args.paths else fixable_names(args.db, unsafe=args.unsafe_fixes)
    inventory = Inventory(())
    if args.paths or known:
        inventory = read_inventory(
            args.paths, only=tuple(args.only), without=tuple(args.without), wishes=wishes, known=known
        )
    for note in () if args.quiet else inventory.notes:
        output.tell(f"kempt: {visible(note)}\n")
    found = [Patch(row.name, row.name, error=row.reason) for row in inventory.refused]
    total = len(found) + len(inventory.targets)
    for patch in patches(inventory.targets, wishes, unsafe=args.unsafe_fixes):
        found.append(patch)
        if not (args.quiet or args.no_progress):
            output.progress(f"{len(found)} of {total}: {patch.name}")
    output.progress("")
    found.sort(key=lambda each: each.name)
    if args.folder is not None:
        _write(args.folder, found, sending)
    if format_of(args, FORMATS) == "json":
        output.emit(to_json(found, sending, args.folder), utf8=True)
    else:
        output.emit(to_text(found, sending, args.folder, look_of(args, "fleet fix")))
    failed = sum(bool(patch.error) for patch in found)
    return 2 if found and failed == len(found) else int(failed > 0)


def _write(folder: str, found: list[Patch], sending: Sending) -> None:
    texts = {
        file_name(patch): (render(patch, sending), owner_line(patch.name)) for patch in found if patch.parts
    }  # fmt: skip
    if texts:
        write_all_into(folder, texts | {INDEX: (index(found, sending), INDEX_MARK)})


def _sending_of(args: Args) -> Sending:
    """Raises UsageError for what git would not take as a branch or an author."""
    if not BRANCH.fullmatch(args.branch):
        raise UsageError(f"`{args.branch}` is no plain name of a branch", hint="--branch kempt")
    if not re.fullmatch(r"[^<>\n\r]*[^<>\s] <[^<>\s]+@[^<>\s]+>", args.author) or not args.author.isprintable():
        raise UsageError(f"`{args.author}` is no author", hint="--author 'Ada <ada@example.com>'")
    options = ["--unsafe-fixes"] * args.unsafe_fixes
    for option, values in (("--select", args.select), ("--ignore", args.ignore)):
        options += [word for value in values or () for word in (option, value)]
    options += ["--config", PurePath(args.config).name] if args.config is not None else []
    return Sending(args.branch, args.author, today(), __version__, tuple(options))


def _wishes_of(args: Args) -> Wishes:
    """How repositories are looked at. Raises KemptError where the policy is wrong."""
    given = {"select": args.select, "ignore": args.ignore}
    overrides = tuple(
        (key, tuple(code.strip() for value in values for code in value.split(",") if code.strip()))
        for key, values in given.items() if values is not None
    )  # fmt: skip
    wishes = Wishes(overrides=overrides, allow_insecure=args.allow_insecure, credentials=credentials_of(args.token))
    wishes = wishes_for(wishes, args.config)
    require_rules(wishes)
    return wishes
