"""`kempt envs`: every environment below a folder and in the central places, and the way to be rid of some."""

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
from kempt.engine.disk.envs import environments
from kempt.engine.disk.envs_removal import Wanted, chosen, plan_removal, without_used
from kempt.engine.surroundings import processors
from kempt.errors import UsageError
from kempt.model.envs import Environments, Removal
from kempt.report import envs_removal as removals
from kempt.report.envs import Listing, to_text
from kempt.report.envs_json import to_json, to_jsonl
from kempt.report.look import Look

FORMATS = ("text", "json", "jsonl")
SORTS = ("size", "used", "path")
PLAIN = str.maketrans({"●": "*", "✗": "x"})


class Args(ProgressArgs, AgreementArgs):
    """The arguments of `kempt envs`."""

    paths: list[str]
    stale: str | None
    broken: bool
    orphaned: bool
    remove: bool
    no_central: bool
    no_size: bool
    sort: str


def add_arguments(parser: ArgumentParser) -> None:
    """Where to look, which ones, and whether they are to go."""
    parser.add_argument(
        "paths", nargs="*", default=[], metavar="PATH", help="folders to look in; if left out, the current one"
    )
    which = parser.add_argument_group("which ones (each option adds to the others; all if none is given)")
    which.add_argument("--stale", metavar="AGE", help=f"those that were not used for so long: {AGES}")
    which.add_argument("--broken", action="store_true", help="those whose Python is gone, and those half made")
    which.add_argument("--orphaned", action="store_true", help="those whose project is gone")
    parser.add_argument("--no-central", action="store_true", help="only below PATH, not where managers keep their own")
    parser.add_argument(
        "--remove", action="store_true", help="move these to the trash; without --yes, ask or only show"
    )
    add_agreement(parser)
    group = add_output(parser, FORMATS)
    group.add_argument("--sort", choices=SORTS, default="size", metavar="KEY", help="size, used or path")
    group.add_argument("--no-size", action="store_true", help="weigh nothing, which is quicker")
    add_progress(group)


def run(args: Args) -> int:
    """List the environments, or remove some: 0 if all went well, 1 if one was not removed or a folder not read."""
    form = format_of(args, FORMATS)
    wanted = Wanted(None if args.stale is None else age(args.stale), args.broken, args.orphaned)
    _refuse_half_said(args, wanted)
    listed = _listed(args)
    listing = Listing(listed, chosen(listed, wanted), _sort(args), _filters(args))
    words = [*map(quoted, args.paths), *["--no-central"] * args.no_central]
    look = report_look(args, "envs", target=" ".join(words))
    code = int(bool(listed.unread))
    if not args.remove:
        text = to_json(listing) if form == "json" else to_jsonl(listing) if form == "jsonl" else to_text(listing, look)
        deliver(args, _shown(text, args, form), form)
        return code
    removal = plan_removal(listed, wanted, f"kempt envs {_filters(args)} --remove")
    return max(code, _remove(args, form, removal, listing, look))


def _refuse_half_said(args: Args, wanted: Wanted) -> None:
    if args.remove and not wanted.anything:
        raise UsageError("--remove does not say which environments", hint="add --stale 90d, --broken or --orphaned")
    if args.yes and not args.remove:
        raise UsageError("--yes without --remove has nothing to agree to", hint="kempt envs --help")


def _listed(args: Args) -> Environments:
    tell = None if args.quiet or args.no_progress else output.progress
    listed = environments(
        args.paths or ["."], central=not args.no_central, sizes=not args.no_size, jobs=processors(), tell=tell
    )
    output.progress("")
    return listed


def _sort(args: Args) -> str:
    return "path" if args.no_size and args.sort == "size" else args.sort


def _filters(args: Args) -> str:
    """The options that say which ones, as they were typed."""
    said = [f"--stale {quoted(args.stale)}"] if args.stale is not None else []
    said += [f"--{name}" for name in ("broken", "orphaned") if getattr(args, name)]
    return " ".join(said)


def _remove(args: Args, form: str, removal: Removal, listing: Listing, look: Look) -> int:
    """Show what would go; then do it, if that was agreed to, and empty the trash of what was held long enough."""
    from kempt.cli.purging import expire

    if form != "text":
        receipts = carry_out(removal.plans) if is_told(args) else None
        failed = expire(look, agreed=receipts is not None)[1]
        deliver(args, (to_json if form == "json" else to_jsonl)(listing, removal, receipts), form)
        return max(failed, int(any(not each.ok for each in receipts or ())))
    deliver(args, _shown(removals.planned(removal, listing, look), args, form))
    agreed = is_agreed(args, removals.question(removal.environments)) if removal.plans else is_told(args)
    last = without_used(removal) if agreed else removal
    receipts = carry_out(last.plans) if agreed else ()
    if receipts or last.spared != removal.spared:
        late = last._replace(spared=last.spared[len(removal.spared) :])
        output.emit("\n" + removals.done(receipts, late, listing, look._replace(target=_places(args, listing, last))))
    emptied, failed = expire(look, agreed=agreed)
    output.emit(emptied)
    if removal.plans and not agreed:
        output.emit(removals.how_to_go_on(look, _filters(args)))
    return max(failed, int(any(not each.ok for each in receipts)))


def _places(args: Args, listing: Listing, removal: Removal) -> str:
    """The folders that hold the trash: as they were typed if all of it lies in them, which a central place does not."""
    roots = tuple(f"{root.rstrip('/')}/" for root in listing.listed.roots)
    typed = all(f"{plan.root}/".startswith(roots) for plan in removal.plans)
    return " ".join(map(quoted, args.paths if typed else (plan.root for plan in removal.plans)))


def _shown(text: str, args: Args, form: str) -> str:
    plain = form == "text" and args.output_file is None and not output.can_show("●✗")
    return text.translate(PLAIN) if plain else text
