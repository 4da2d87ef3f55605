"""What the command line may know of the world around it, and where it writes what it was asked to write."""

from __future__ import annotations

from kempt.host import repositories, terminal, workers
from kempt.host.env import environ


def variable(name: str) -> str:
    """An environment variable, empty where it is not set."""
    return environ().get(name, "")


def columns() -> int:
    """The width to print for: $COLUMNS, else that of the terminal, 0 where there is none."""
    wanted = variable("COLUMNS")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) else terminal.columns()


def exists(path: str) -> bool:
    """Whether there is anything at a path."""
    return repositories.exists(path)


def processors() -> int:
    """How many processors this process may use."""
    return workers.processors()


def require_current_folder() -> None:
    """Raises UsageError where the folder that kempt was started in was removed."""
    repositories.require_current_folder()


def write_report(path: str, text: str) -> None:
    """Write a report to the file that the user named. Raises KemptError where it cannot be written."""
    from kempt.host.output import write_output

    write_output(path, text)


def would_replace(path: str, other: str) -> bool:
    """Whether a report at `path` would take the place of a file, or of one in a folder, by whatever name."""
    from kempt.host.output import is_part_of

    return is_part_of(path, other)


def append_step_summary(text: str) -> None:
    """Add a summary to the page of a GitHub Actions step, where there is one."""
    from kempt.host.output import append_output

    if path := variable("GITHUB_STEP_SUMMARY"):
        append_output(path, text)
