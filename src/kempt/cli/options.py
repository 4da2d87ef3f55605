"""What the commands' options share: the parser, and the groups of options that mean the same everywhere."""

from __future__ import annotations

from argparse import Action, ArgumentParser, HelpFormatter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeVar

from kempt.cli import output
from kempt.engine.surroundings import variable
from kempt.errors import UsageError
from kempt.report import shell
from kempt.report.look import Look

if TYPE_CHECKING:
    from argparse import _ArgumentGroup

    from kempt.engine.project.repositories import Places
    from kempt.model.report import Report

A = TypeVar("A")
Group: TypeAlias = "_ArgumentGroup"
HELP_WIDTH = 100
quoted = shell.quoted


class LookArgs:
    """How the result is to look."""

    quiet: bool
    verbose: bool
    color: str


class OutputArgs(LookArgs):
    """How the result is to look, and where it goes."""

    output_format: str | None
    output_file: str | None


class ProgressArgs(OutputArgs):
    """How the result is to look, and whether to show progress on the way to it."""

    no_progress: bool


class SettingsArgs:
    """Where settings come from."""

    config: str | None
    isolated: bool


class Parser(ArgumentParser):
    """argparse, but for its way of ending the program: what is wrong with a command line is a UsageError."""

    def __init__(self, command: str, summary: str) -> None:
        """A parser for `kempt COMMAND`."""
        super().__init__(f"kempt {command}", description=summary, allow_abbrev=False, formatter_class=_Layout)

    def parse(self, words: Sequence[str], args: A) -> A | None:
        """Fill `args`; None if help was asked for, and is printed by now.

        Options may stand anywhere; what follows `--` is no option. Raises UsageError, with "did you mean".
        """
        end = words.index("--") if "--" in words else len(words)
        head, tail = list(words[:end]), list(words[end + 1 :])
        if not {"-h", "--help"}.isdisjoint(head):
            self.usage = f"{self.prog} [OPTIONS] {' '.join(map(_shown, self._get_positional_actions()))}".rstrip()
            output.emit(self.format_help())
            return None
        _, left = self.parse_known_args(head, args)
        for word in left:
            if word.startswith("-") and word != "-":
                raise self._unknown(word)
        self._take(args, [*left, *tail])
        if "" in vars(args).get("paths", ()) or vars(args).get("path") == "":
            raise UsageError("an empty path", hint="a variable of the shell that is not set")
        return args

    def error(self, message: str) -> NoReturn:
        """What argparse calls when the command line is wrong."""
        raise UsageError(message, hint=f"{self.prog} --help")

    def _take(self, args: object, words: list[str]) -> None:
        """Give the words that argparse left over to the argument that takes many."""
        if words and not hasattr(args, "paths"):
            raise UsageError(f"`{words[0]}` is one argument too many", hint=f"{self.prog} --help")
        if words:
            args.__dict__["paths"] = [*args.__dict__["paths"], *words]

    def _unknown(self, word: str) -> UsageError:
        from difflib import get_close_matches

        close = get_close_matches(word.partition("=")[0], [*self._option_string_actions, "--version"], n=1)
        meant = f"; did you mean `{close[0]}`?" if close else ""
        hint = f"{self.prog} --help; the name of a file goes after --"
        return UsageError(f"there is no option `{word}`{meant}", hint=hint)


def _shown(argument: Action) -> str:
    """An argument as the usage line shows it."""
    name = argument.metavar
    return {"*": f"[{name} ...]", "?": f"[{name}]"}.get(str(argument.nargs), str(name))


class _Layout(HelpFormatter):
    """Help as wide as the terminal: left to itself, argparse imports `shutil` to ask, once for every argument."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=min(output.width(), HELP_WIDTH))


def add_output(parser: ArgumentParser, formats: Sequence[str]) -> Group:
    """`--output-format` and its kin; the group, for what a command adds to it."""
    group = add_looks(parser)
    group.add_argument(
        "--output-format", choices=formats, metavar="FORMAT", help=f"{', '.join(formats)} (KEMPT_OUTPUT_FORMAT)"
    )
    group.add_argument("-o", "--output-file", metavar="FILE", help="write the result there")
    return group


def add_progress(group: Group) -> None:
    """`--no-progress`, for commands that look at many repositories."""
    group.add_argument("--no-progress", action="store_true", help="show no progress on the terminal")


def add_looks(parser: ArgumentParser) -> Group:
    """`--quiet`, `--verbose` and `--color`."""
    group = parser.add_argument_group("output")
    group.add_argument("-q", "--quiet", action="store_true", help="print only what needs attention")
    group.add_argument("-v", "--verbose", action="store_true", help="say more")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", metavar="WHEN",
                       help="auto, always or never (NO_COLOR, CLICOLOR_FORCE)")  # fmt: skip
    return group


def add_agreement(parser: ArgumentParser) -> None:
    """`--dry-run` and `--yes`."""
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do it without asking")


def add_settings(parser: ArgumentParser) -> None:
    """`--config` and `--isolated`."""
    group = parser.add_argument_group("settings")
    group.add_argument("--config", metavar="FILE", help="take settings from this file, not from the project's")
    group.add_argument("--isolated", action="store_true", help="take no settings from any file")


def format_of(args: OutputArgs, formats: Sequence[str]) -> str:
    """The output format: as asked for, else by the environment where this command has that format, else text.

    Raises UsageError where the variable names a format that no command has.
    """
    from kempt.report import RENDERERS

    wanted = args.output_format or variable("KEMPT_OUTPUT_FORMAT") or "text"
    if wanted not in {*RENDERERS, *formats}:
        raise UsageError(f"KEMPT_OUTPUT_FORMAT names no format: {wanted}", hint=f"one of {', '.join(formats)}")
    return wanted if wanted in formats else "text"


def number_of(text: str | None, example: str, *, least: int = 0) -> int | None:
    """The number that an option was given, None for none. Raises UsageError for no number, or less than `least`."""
    if text is None:
        return None
    is_negative = text.removeprefix("-").isdigit() and text.startswith("-")
    if not text.isascii() or not (text.isdigit() or is_negative):
        raise UsageError(f"`{text}` is no number", hint=example)
    if is_negative or int(text[:6]) < least:
        raise UsageError(f"`{text}` is less than {least}", hint=example)
    return int(text[:6])


def look_of(args: LookArgs, command: str = "check", target: str = "") -> Look:
    """How a report is to be shown on stdout."""
    return Look(
        output.width(), output.wants_color(args.color), args.verbose, args.quiet, command=command, target=target
    )


def report_look(args: OutputArgs, command: str = "check", target: str = "") -> Look:
    """How a report is to be shown where `deliver` brings it: a file has no colours unless it is told to."""
    look = look_of(args, command, target)
    return look if args.output_file is None else look._replace(color=args.color == "always")


def deliver(args: OutputArgs, text: str, format: str = "text") -> None:
    """Print a result, or write it to the file that was named."""
    if args.output_file is None:
        output.emit(text, utf8=format != "text")
        return
    from kempt.engine.surroundings import write_report

    with suppress(BrokenPipeError):  # `-o /dev/stdout`, and whoever reads it has seen enough
        write_report(args.output_file, text)


def with_progress(args: ProgressArgs, places: Places, look_at: Callable[[str], Report]) -> Callable[[str], Report]:
    """The same, with a line on the terminal for each of many repositories, which takes the place of the one before."""
    if not places.are_many or args.quiet or args.no_progress:
        return look_at
    numbers = count(1)

    def shown(path: str) -> Report:
        output.progress(f"checking {next(numbers)} of {sum(map(len, places.groups))}: {path}")
        return look_at(path)

    return shown
