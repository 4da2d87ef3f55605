"""The table of commands, and the way from the words of a command line to the one that is meant."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from kempt.cli import output
from kempt.cli.options import Parser
from kempt.engine.surroundings import exists, require_current_folder
from kempt.errors import UsageError

COMMANDS = {
    "status": "where a project stands, on one screen (what `kempt` alone does)",
    "check": "what is tracked that tools make again, and what the ignore rules miss; mends it with --fix",
    "verify": "prove that an environment is what its lock file says, byte for byte",
    "fingerprint": "what an environment holds, as one digest, and what is wrong with it; --diff compares two",
    "init": "write what the project lacks: ignore rules, pins, its set-up command; with --lock its locks",
    "services": "the folders that get an environment, with manager, lock, environment and Python pin",
    "sync": "give each service the environment that its lock file says",
    "disk": "what on the disk can be made again, and how much of it can go; on one screen or, with --html, as a page",
    "clean": "remove what is made again: bytecode, tool caches; environments and build output to the trash",
    "envs": "every environment on the disk: whose it is, when it was used, what it weighs; removes old ones",
    "caches": "the download caches of all tools: where, how large, when used, what can go",
    "prune": "take out of download caches what was not used for long; --max-size keeps them small",
    "dupes": "what environments hold more than once, by the digests in their RECORDs; nothing is changed",
    "dedupe": "let duplicate files of environments share what they occupy on the disk; each stays as it is",
    "fleet": "many repositories at once: look at all, keep what was found, show it, prepare patches",
    "image": "prove that no cache is in a built image, neither present nor buried in a lower layer",
    "rule": "explain one rule",
    "rules": "list all rules",
    "undo": "take the last change back",
    "config": "the settings in force, and where each comes from",
    "completion": "print a completion script for a shell",
}
"""Each command, in the order to show them, with what it does. Its module is `kempt.cli.<command>`."""

GROUPS = {
    "fleet": {
        "scan": "look at every repository, without a checkout, and keep what is found",
        "report": "where the fleet stands; with --html as one page",
        "query": "put a question in SQL to the database; it changes nothing",
        "export": "all findings as JSON lines or CSV",
        "fix": "prepare a patch for each repository that can be mended safely; pushes nothing",
    },
}
"""Commands that are groups of commands: `kempt fleet scan`. The module of one is `kempt.cli.<group>.<command>`."""


class Command(Protocol):
    """What the module of a command holds. `Args` is the class of what `run` takes, filled by the parser."""

    Args: Any

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what the command takes."""

    def run(self, args: Any) -> int:
        """Do it and return the exit code."""


def run(words: Sequence[str]) -> int:
    """Run what the words of a command line say, and return the exit code."""
    if words and words[0] in {"-h", "--help", "help"}:
        output.emit(overview())
        return 0
    require_current_folder()
    name, rest = chosen(words)
    if name in GROUPS:
        if not rest or rest[0] in {"-h", "--help", "help"}:
            output.emit(overview_of(name))
            return 0
        name, rest = member(name, rest)
    command = load(name)
    args = parser_of(name, command).parse(rest, command.Args())
    return 0 if args is None else command.run(args)


def chosen(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command and its arguments: `kempt` and `kempt PATH` are `kempt status`."""
    if not words or words[0].startswith("-"):
        return "status", words
    if words[0] in COMMANDS:
        return words[0], words[1:]
    if exists(words[0]):
        return "status", words
    from difflib import get_close_matches

    close = get_close_matches(words[0], COMMANDS, n=1)
    meant = f"; did you mean `kempt {close[0]}`?" if close else ", and no file or folder of that name"
    raise UsageError(f"there is no command `{words[0]}`{meant}", hint="kempt --help")


def member(group: str, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command of a group that is meant, `fleet scan`, and its arguments. Raises UsageError, with "did you mean"."""
    if words[0] in GROUPS[group]:
        return f"{group} {words[0]}", words[1:]
    from difflib import get_close_matches

    close = get_close_matches(words[0], GROUPS[group], n=1)
    meant = f"; did you mean `kempt {group} {close[0]}`?" if close else ""
    raise UsageError(f"there is no command `{group} {words[0]}`{meant}", hint=f"kempt {group} --help")


def load(name: str) -> Command:
    """The module of a command."""
    module: Any = import_module(f"kempt.cli.{name.replace(' ', '.')}")
    command: Command = module
    return command


def parser_of(name: str, command: Command) -> Parser:
    """The parser of a command, complete."""
    group, _, inner = name.partition(" ")
    parser = Parser(name, GROUPS[group][inner] if inner else COMMANDS[name])
    command.add_arguments(parser)
    return parser


def all_names() -> list[str]:
    """Everything that can be typed after `kempt`: each command, a group before its members."""
    return [each for name in COMMANDS for each in (name, *(f"{name} {inner}" for inner in GROUPS.get(name, ())))]


def overview_of(group: str) -> str:
    """What `kempt GROUP --help` prints."""
    width = max(map(len, GROUPS[group]))
    lines = [
        f"usage: kempt {group} COMMAND [OPTIONS]",
        "",
        COMMANDS[group],
        "",
        *(f"  kempt {group} {name:<{width}}  {summary}" for name, summary in GROUPS[group].items()),
        "",
        f"`kempt {group} COMMAND --help` lists a command's options.",
    ]
    return "".join(f"{line}\n" for line in lines)


def overview() -> str:
    """What `kempt --help` prints."""
    width = max(map(len, COMMANDS))
    lines = [
        "kempt keeps Python projects kempt: what can be rebuilt is never in git, what is needed to rebuild always is.",
        "",
        "usage: kempt [COMMAND] [OPTIONS]",
        "",
        *(f"  kempt {name:<{width}}  {summary}" for name, summary in COMMANDS.items()),
        "",
        "`kempt COMMAND --help` lists a command's options. `kempt PATH` is `kempt status PATH`.",
        "Exit codes: 0 clean, 1 findings, 2 the user's side, 3 a bug in kempt, 130 interrupted.",
    ]
    return "".join(f"{line}\n" for line in lines)
