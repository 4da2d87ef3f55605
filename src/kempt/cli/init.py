"""`kempt init`: what a project lacks to stay clean and to be rebuilt by one command, shown first."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections import deque
from collections.abc import Callable, Iterable

from kempt.cli import output
from kempt.cli.options import OutputArgs, add_agreement, add_looks, look_of
from kempt.engine.apply import apply
from kempt.engine.preview import contents_before
from kempt.engine.project.init import Prepared, prepare_init
from kempt.engine.project.init_rebuild import Next
from kempt.errors import KemptError
from kempt.report import plan as plans
from kempt.report import receipt as receipts
from kempt.report.escape import visible
from kempt.report.redaction import redacted

KEPT_LINES = 10
PROVIDERS = ("github", "codebuild", "gitlab", "azure", "circleci", "bitbucket")
NOTHING = "Nothing to do: this project has every line that `kempt init` writes.\n"


class Args(OutputArgs):
    """The arguments of `kempt init`."""

    path: str
    lock: bool
    ci: list[str]
    docker: bool
    hooks: bool
    yes: bool
    dry_run: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which project, and whether to ask."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder of the project")
    parser.add_argument("--lock", action="store_true", help="then run the managers of applications without a lock file")
    parser.add_argument(
        "--ci", action="extend", type=_providers, default=[], metavar="PROVIDER",
        help=f"also write a CI file for {', '.join(PROVIDERS[:-1])} or {PROVIDERS[-1]}; several: a,b",
    )  # fmt: skip
    parser.add_argument("--docker", action="store_true", help="also write a Dockerfile for each program that is locked")
    parser.add_argument("--hooks", action="store_true", help="also write a pre-commit configuration")
    add_agreement(parser)
    add_looks(parser)


def _providers(text: str) -> list[str]:
    """The providers that one `--ci` names."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in PROVIDERS:
            raise ArgumentTypeError(f"{name!r} is none of {', '.join(PROVIDERS)}")
    return names


def run(args: Args) -> int:
    """Show what is missing, write it if that is agreed to, and say what is left to do."""
    try:
        prepared = prepare_init(args.path, lock=args.lock, ci=args.ci, docker=args.docker, hooks=args.hooks)
    except KemptError as error:
        if error.code != "KPT003":
            raise
        raise KemptError(error.message, hint="git init makes it one", code=error.code) from error
    if prepared.plan.steps or prepared.unlocked:
        done = _changed(args, prepared)
        if done is not None:
            return done
    else:
        output.emit(NOTHING)
    _tell_next(prepared.next)
    return 0


def _command(args: Args) -> str:
    """The command that was typed, as far as it decides what is written."""
    ci = f" --ci {','.join(dict.fromkeys(args.ci))}" if args.ci else ""
    return f"kempt init{' --lock' * args.lock}{ci}{' --docker' * args.docker}{' --hooks' * args.hooks}"


def _changed(args: Args, prepared: Prepared) -> int | None:
    """Show what will be done and do it: the exit code, or None where nothing was to be done yet."""
    look, plan = look_of(args), prepared.plan
    if plan.steps:
        output.emit(f"{plans.to_text(plan, look)}\n{plans.to_diff(plan, contents_before(plan), look)}\n")
    if prepared.unlocked:
        commands = "".join(f"  {visible(each.command)}\n" for each in prepared.unlocked)
        output.emit(f"{'Then' if plan.steps else 'kempt init'} runs, from the top of the repository:\n\n{commands}\n")
    if args.dry_run or not agreed(args, _command(args)):
        return None
    receipt = apply(plan)
    if receipt.outcomes:
        output.emit(receipts.to_text(receipt, look))
    locked = receipt.ok and _lock(args, prepared)
    _tell_next(prepared.next)
    return 0 if locked else 1


def _lock(args: Args, prepared: Prepared) -> bool:
    """Run the managers one after the other; whether all of them wrote their lock. One that fails is quoted."""
    done = True
    for each in prepared.unlocked:
        from kempt.engine.environments.lock import write_lock

        said = deque[str](maxlen=KEPT_LINES)
        try:
            write_lock(prepared.plan.root, each.service, each.manager, _shown(args, each.command, said))
        except KemptError as error:
            output.progress("")
            output.complain(error)
            output.tell("".join(f"    {visible(redacted(line))}\n" for line in said))
            done = False
        else:
            output.progress("")
            output.emit(f"ran {visible(each.command)}\nnext: {visible(each.add_command)}\n")
    return done


def _shown(args: Args, command: str, said: deque[str]) -> Callable[[str], None]:
    """What to do with what a manager prints: the last line on the terminal, with `--verbose` all lines."""

    def show(line: str) -> None:
        said.append(line)
        if args.verbose:
            output.tell(f"{visible(redacted(line))}\n")
        elif not args.quiet:
            output.progress(f"{command}: {redacted(line)}")

    return show


def _tell_next(steps: Iterable[Next]) -> None:
    for each in steps:
        output.emit(f"next: {visible(each.what)}\n      {visible(each.why)}\n")


def agreed(args: Args, command: str) -> bool:
    """Whether the plan is to be carried out: by --yes, or by a person who is asked; else the command is told."""
    if args.yes:
        return True
    if output.can_ask():
        return output.ask("Write this?")
    output.emit(f"Nothing is written yet: `{command} --yes` does it.\n")
    return False
