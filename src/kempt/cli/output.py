"""The only place that prints: results to stdout, everything else to stderr, and a closed pipe ends neither."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from kempt.errors import KemptError

DEFAULT_WIDTH, NARROWEST = 100, 40
_CLOSED_PIPE = {22, 32}  # EINVAL is what Windows says, EPIPE everybody else
_INDENT = " " * len("kempt: ")


def emit(text: str, *, utf8: bool = False) -> None:
    """Print a result. Characters that stdout cannot hold are spelled out; `utf8` is for formats that must be UTF-8.

    Whoever closed the pipe has seen enough: nothing more is printed. Raises KemptError where the disk is full.
    """
    try:
        _write(sys.stdout, text, "utf-8" if utf8 else "")
    except OSError as error:
        from kempt.errors import KemptError

        raise KemptError(f"cannot write to stdout: {error.strerror or error}") from error


def is_open() -> bool:
    """Whether somebody still takes what is printed: `| head` goes when it has seen enough."""
    return sys.stdout is not None and not sys.stdout.closed


def tell(text: str) -> None:
    """Print something that is no result. If that is impossible, nobody is there to be told."""
    try:
        _write(sys.stderr, text, "")
    except OSError:
        return


def complain(error: KemptError) -> None:
    """Print what went wrong, and below it what to do next."""
    from kempt.report.escape import visible
    from kempt.report.redaction import redacted

    lines = [f"{error} ({error.code})" if error.code else str(error), error.hint]
    first, *rest = (visible(redacted(line)) for line in lines if line)
    tell("".join((f"kempt: {first}\n", *(f"{_INDENT}{line}\n" for line in rest))))


def progress(text: str) -> None:
    """Show on a terminal what is being done, in place of what was shown before; an empty text takes it away."""
    if sys.stderr is not None and sys.stderr.isatty() and not _is_dumb():
        from kempt.report.escape import visible

        tell(f"\r\x1b[K{visible(text)[: width() - 1]}")


def ask(question: str) -> bool:
    """Whether a person at the terminal says yes."""
    tell(f"{question} [y/N] ")
    try:
        answer = input()
    except EOFError:
        tell("\n")
        return False
    return answer.strip().lower() in {"y", "yes"}


def can_ask() -> bool:
    """Whether there is a person to ask."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def width() -> int:
    """Columns to print for."""
    from kempt.engine.surroundings import columns

    return max(columns() or DEFAULT_WIDTH, NARROWEST)


def wants_color(choice: str) -> bool:
    """Whether stdout is to have colours: `choice` is always, never, or auto (no-color.org, bixense.com/clicolors)."""
    if choice != "auto":
        return choice == "always"
    from kempt.engine.surroundings import variable

    if variable("NO_COLOR"):
        return False
    if variable("CLICOLOR_FORCE") not in {"", "0"}:
        return True
    return sys.stdout is not None and sys.stdout.isatty() and not _is_dumb()


def can_show(text: str) -> bool:
    """Whether stdout's encoding holds these characters."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _is_dumb() -> bool:
    from kempt.engine.surroundings import variable

    return variable("TERM") == "dumb"


def _write(stream: TextIO | None, text: str, encoding: str) -> None:
    if stream is None or stream.closed:
        return
    try:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(text)
        else:
            stream.flush()
            buffer.write(text.encode(encoding or stream.encoding, "backslashreplace"))
        stream.flush()
    except OSError as error:
        _abandon(stream)
        if error.errno not in _CLOSED_PIPE:
            raise


def _abandon(stream: TextIO) -> None:
    """Close a stream that takes nothing, or Python complains about what is left in it when it ends."""
    try:
        stream.close()
    except OSError:
        return
