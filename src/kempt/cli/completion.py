"""`kempt completion SHELL`: a completion script."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.commands import COMMANDS, GROUPS, load

SHELLS = ("bash", "zsh", "tcsh")
FILES = frozenset({"paths", "config", "output_file", "baseline", "write_baseline"})
FOLDERS = frozenset({"path"})
CODES = frozenset({"rule", "select", "ignore", "extend_select", "extend_ignore"})


class Args:
    """The arguments of `kempt completion`."""

    shell: str


def add_arguments(parser: ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(args: Args) -> int:
    """Print the script."""
    import shtab

    output.emit(shtab.complete(whole_parser(), shell=args.shell))
    return 0


def whole_parser() -> ArgumentParser:
    """One parser of all commands: `shtab` reads it, no command line is ever parsed by it."""
    parser = ArgumentParser("kempt", description="Keeps Python projects kempt.")
    parser.add_argument("-V", "--version", action="store_true", help="show the version")
    inside = parser.add_subparsers(metavar="COMMAND", parser_class=_Completed)
    for name, summary in COMMANDS.items():
        own = inside.add_parser(name, help=summary)
        if name in GROUPS:
            members = own.add_subparsers(metavar="COMMAND", parser_class=_Completed)
            for inner, words in GROUPS[name].items():
                _fill(members.add_parser(inner, help=words), f"{name} {inner}")
        else:
            _fill(own, name)
    return parser


def _fill(parser: _Completed, name: str) -> None:
    """Give the parser of a command its arguments."""
    load(name).add_arguments(parser)
    parser.say_what_completes()


class _Completed(ArgumentParser):
    """A parser whose arguments know what completes them."""

    def say_what_completes(self) -> None:
        """Tell `shtab` which arguments are files, folders and codes of rules."""
        import shtab

        from kempt.engine.project.explain import all_rules

        for argument in self._actions:
            if argument.dest in CODES:
                argument.choices = [rule.code for rule in all_rules()]
            elif argument.dest in FILES | FOLDERS:
                vars(argument)["complete"] = shtab.FILE if argument.dest in FILES else shtab.DIRECTORY
