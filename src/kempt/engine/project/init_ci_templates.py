"""The text of a CI file or a Dockerfile: templates that lie in `kempt/catalog/templates/`, filled in by Jinja2.

Braces, brackets and angles all mean something to some provider, so that the templates mark their own places with
`{= … =}`, and lines that begin with `%` are for the template alone.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kempt import catalog
from kempt.engine.project.init_ci_lines import Line
from kempt.host.reading import read_regular

LIMIT = 1024**2
WIDTH = 100
"""Characters of a line with its comment."""
_PLAIN = re.compile(r"[A-Za-z_./$<][\w./<>(){}$ -]*(?<! )", re.ASCII)
_STATEMENT = re.compile(r"^[ \t]*% (.*)\n", re.MULTILINE)
"""Jinja's own line statements would swallow the blank lines behind them."""
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def render(name: str, values: Mapping[str, Any]) -> str:
    """The template of this name with its places filled in."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        variable_start_string="{=", variable_end_string="=}", block_start_string="{%=", block_end_string="=%}",
        comment_start_string="{#=", comment_end_string="=#}",
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False,  # noqa: S701 - this is no HTML
    )  # fmt: skip
    environment.filters |= {
        "checksum": checksum, "commands": commands, "identifier": identifier, "quoted": json.dumps, "scalar": scalar,
        "under": under, "after": after, "block": block, "shell": shlex.join, "assigned": assigned,
    }  # fmt: skip
    folder = next(iter(catalog.__path__))
    text = read_regular(f"{folder}/templates/{name}", LIMIT).decode("utf-8")
    return environment.from_string(_STATEMENT.sub(r"{%= \1 =%}", text)).render(values)


def scalar(text: str) -> str:
    """A string as YAML has it: plain where it can be."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def commands(lines: Sequence[Line], margin: int = 0, dash: str = "") -> str:
    """One command a line. The comments that say why stand in one column, or above where that would be too far right."""
    texts = [f"{' ' * margin}{dash}{_quoted(line.command) if dash else line.command}" for line in lines]
    width = max((len(text) for text, line in zip(texts, lines, strict=True) if line.why), default=0)
    if width + max(len(line.why) for line in lines) > WIDTH:
        return "\n".join(_above(texts, lines, margin))
    return "\n".join(
        f"{text:<{width}} # {line.why}" if line.why else text for text, line in zip(texts, lines, strict=True)
    )


def _above(texts: Sequence[str], lines: Sequence[Line], margin: int) -> Iterator[str]:
    """The commands, a comment before those that have one, once where it is the same for several."""
    said = ""
    for text, line in zip(texts, lines, strict=True):
        if line.why and line.why != said:
            yield f"{' ' * margin}# {line.why}"
        said = line.why
        yield text


def block(lines: Sequence[Line], key: str, margin: int) -> str:
    """A key that holds commands: one beside it, several below it. `- ` before the key makes it an item of a list."""
    blanks = " " * margin
    if len(lines) > 1:
        below = margin + (4 if key.startswith("- ") else 2)
        return f"{blanks}{key}: |\n{commands(lines, below)}"
    return commands([line._replace(command=f"{key}: {line.command}") for line in lines], margin)


def _quoted(command: str) -> str:
    """A command as one item of a YAML list."""
    return "'" + command.replace("'", "''") + "'" if ": " in command or " #" in command else command


def assigned(variables: Mapping[str, str]) -> str:
    """Variables as ENV has them, one a line."""
    return " \\\n    ".join(f"{name}={value}" for name, value in variables.items())


def identifier(text: str) -> str:
    """A name for those that take letters, digits and underscores only."""
    return re.sub(r"\W", "_", text, flags=re.ASCII)


def under(name: str, root: str) -> str:
    """A file name below a folder; "." is no folder."""
    return name if root == "." else f"{root}/{name}"


def after(name: str, prefix: str) -> str:
    """A name with something before it."""
    return f"{prefix}{name}"


def checksum(path: str) -> str:
    """CircleCI's expression for the hash of a file."""
    return f'{{{{ checksum "{path}" }}}}'
