"""Writing a lock with its manager: the one time that versions are chosen, so only where somebody asked for it."""

from __future__ import annotations

from collections.abc import Callable
from shlex import split

from kempt.engine.environments.scrub import scrubbed, without_settings
from kempt.errors import ToolError
from kempt.host.run import Programs, find_program
from kempt.host.scratch import Scratch
from kempt.model.manager import Manager
from kempt.model.repo import Service


def write_lock(root: str, service: Service, manager: Manager, on_line: Callable[[str], None]) -> None:
    """Run the manager's lock command in the folder of a service of the repository at `root`.

    What this machine's settings say of indexes and versions is kept from it: it would end up in everybody's lock.
    `on_line` gets what it prints. Raises ToolError where the manager is missing or fails.
    """
    argv = tuple(split(manager.lock_command))
    program = find_program(argv[0])
    if program is None:
        raise ToolError(f"{argv[0]} is not installed, or not on PATH", argv=argv)
    folder = root if str(service.root) == "." else f"{root}/{service.root}"
    with Scratch() as scratch:
        variables = scrubbed(manager, without_settings(scratch)).variables
        status = Programs().stream((program, *argv[1:]), on_line, env=variables, cwd=folder)
    if status != 0:
        message = f"`{manager.lock_command}` ended with exit code {status} in {service.root}"
        raise ToolError(message, argv=argv, status=status)
