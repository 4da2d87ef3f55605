"""What the rules on pre-commit's hooks share: whose hook it is, what it runs, and the entries that fixes write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kempt import __version__
from kempt.formats.hook_entries import Entry, Rows
from kempt.managers import commands
from kempt.model.hooks import Hook, HookFile
from kempt.model.pipeline import UNPLACED, Command
from kempt.model.repo import Repo

HYGIENE, HYGIENE_REV = "https://github.com/pre-commit/pre-commit-hooks", "v6.0.0"
RUFF, RUFF_REV = "https://github.com/astral-sh/ruff-pre-commit", "v0.16.4"
LOCAL = "local"
KEMPT = Entry(
    LOCAL,
    "",
    ((
        "id: kempt-check", "name: kempt check", "entry: kempt check --staged", "language: python",
        f"additional_dependencies: [kempt=={__version__}]", "pass_filenames: false",
    ),),
)  # fmt: skip
"""kempt's own check, as a hook that needs no other repository."""
FROZEN = r"[ \t]*#[^\n]*?\bv?(\d{1,6}(?:\.\d{1,6}){1,3})\b"
"""The version that `pre-commit autoupdate --freeze` writes beside a commit."""
TAG = r"v?(\d{1,6}(?:\.\d{1,6}){1,3})"
LONGEST_COMMENT = 200
MOST_FIXES = 20
"""Hooks of a file that are mended at once; the rest wait for the next round."""
UNKNOWN = frozenset({
    "make", "just", "task", "nox", "tox", "invoke", "inv", "poe", "poethepoet", "hatch", "npm", "npx", "pnpm", "yarn",
    "bun", "mise", "doit", "duty", "pixi", "trunk", "earthly", "bazel", "docker", "docker-compose", "bash", "sh", "zsh",
    "node", "python", "python3", "pre-commit", "prek", "lefthook", "moon", "nx", "nix", "devenv", "pwsh", "powershell",
})  # fmt: skip
"""Programs that run what is written down somewhere else."""


class Ran(NamedTuple):
    """A program that a hook runs, without the manager that starts it, and its arguments."""

    program: str
    args: tuple[str, ...]


def in_use(repo: Repo) -> HookFile | None:
    """The configuration that pre-commit finds at the top of the repository, if it has hooks."""
    return next((file for file in repo.automation.hooks if len(file.path.parts) == 1 and file.hooks), None)


def comes_from(hook: Hook, address: str) -> bool:
    """Whether a hook comes from a repository, from wherever that is fetched; forks keep the name."""
    return repository_name(hook.repo) == repository_name(address)


def repository_name(address: str) -> str:
    """The last part of an address."""
    return address.rstrip("/").removesuffix(".git").rpartition("/")[2].lower()


def version(file: HookFile, hook: Hook) -> tuple[int, ...] | None:
    """The version that a `rev` names, itself or in the comment after it; None for a commit or a branch."""
    if hook.rev is None:
        return None
    match = re.fullmatch(TAG, hook.rev.value)
    if match is None and hook.rev.end != UNPLACED:
        match = re.match(FROZEN, file.text[hook.rev.end : hook.rev.end + LONGEST_COMMENT])
    return tuple(int(part) for part in match[1].split(".")) if match else None


def is_kempt(hook: Hook) -> bool:
    """Whether a hook is kempt's check of all that is staged."""
    return hook.id.value == "kempt-check" or any(ran.program == "kempt" and "check" in ran.args for ran in runs(hook))


def runs(hook: Hook) -> Iterator[Ran]:
    """What a hook runs, as far as it is written down in the configuration."""
    for command in hook.commands:
        yield ran(command)


def ran(command: Command) -> Ran:
    """What a command really runs: `uv run ruff check` runs `ruff`."""
    doing = commands.understand(command.words, {})
    argv = doing.runs if doing is not None and doing.runs else command.argv
    program = _name(argv)
    if re.fullmatch(r"python[\d.]*", program) and argv[1:2] == ("-m",) and argv[2:]:
        return Ran(argv[2], argv[3:])
    return Ran(program, argv[1:])


def is_opaque(hook: Hook) -> bool:
    """Whether a local hook runs something that is written down elsewhere: a script, a target of make."""
    if hook.repo != LOCAL or hook.language in {"pygrep", "fail"}:
        return False
    return not hook.commands or any(_is_elsewhere(command) for command in hook.commands)


def _is_elsewhere(command: Command) -> bool:
    program = ran(command).program
    folder = command.argv[0].rpartition("/")[0]
    is_installed = not folder or folder.startswith("/") or folder.rpartition("/")[2] in {"bin", "Scripts"}
    return program.lower() in UNKNOWN or "." in program or "$" in program or not is_installed


def _name(argv: tuple[str, ...]) -> str:
    return argv[0].replace("\\", "/").rpartition("/")[2].removesuffix(".exe") if argv else ""


def rows(name: str, *more: str) -> Rows:
    """A hook as the lines of its entry."""
    return (f"id: {name}", *more)
