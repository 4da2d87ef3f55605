"""What a caller may choose about a report."""

from typing import NamedTuple


class Look(NamedTuple):
    """How a report is to be shown.

    `width` is the columns of the terminal, `color` whether ANSI colours are wanted. `verbose` adds help and notes to
    each finding, `quiet` leaves out everything but findings and errors, `show_fixes` lists what was mended.
    `command` is the command's name in JSON. `target` is the paths it was given, quoted for a shell: commands to type
    next repeat them. `docs` is the address of the documentation's root; without it, no link to a rule's page is made.
    """

    width: int = 100
    color: bool = False
    verbose: bool = False
    quiet: bool = False
    show_fixes: bool = False
    command: str = "check"
    target: str = ""
    docs: str = ""
