"""Shell text as commands: which program runs, with which words, where, and under what condition.

Offsets count characters of the script. `tree_sitter` is imported when the first script is parsed (decision 0005).
"""

from kempt.formats.shell.data import UNPLACED, Assignment, Branch, Parsed, Redirect, Shell, Word
from kempt.formats.shell.folders import CHECKOUT
from kempt.formats.shell.script import LIMIT, parse
from kempt.formats.shell.wrappers import normalised, program

__all__ = [
    "CHECKOUT",
    "LIMIT",
    "UNPLACED",
    "Assignment",
    "Branch",
    "Parsed",
    "Redirect",
    "Shell",
    "Word",
    "normalised",
    "parse",
    "program",
]
