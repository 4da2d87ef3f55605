"""Data in, text out: the formats of a report. Nothing here reads, writes, prints or decides."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from kempt.errors import UsageError
from kempt.model.report import Report
from kempt.report.look import Look
from kempt.report.redaction import without_secrets

RENDERERS = {
    "text": "text",
    "concise": "concise",
    "json": "json",
    "jsonl": "jsonl",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
}
"""Format name to module of this package; a module is imported when its format is asked for."""

COUNTABLE = ("text", "concise", "json")


def render(
    report: Report,
    format: str,
    *,
    width: int = 100,
    color: bool = False,
    verbose: bool = False,
    quiet: bool = False,
    show_fixes: bool = False,
    statistics: bool = False,
    command: str = "check",
    target: str = "",
    docs: str = "",
) -> str:
    """The report in one of the formats of `RENDERERS`, ending in a line end; `Look` explains the options.

    `statistics` counts findings per rule in place of listing them. The result encodes as UTF-8 whatever the report
    holds, and passwords in the URLs of error messages are left out. UsageError for a format that does not exist or
    cannot count.
    """
    look = Look(width, color, verbose, quiet, show_fixes, command, target, docs)
    return _renderer(format, statistics=statistics)(without_secrets(report), look)


def render_many(reports: tuple[Report, ...], format: str, *, root: str, look: Look | None = None) -> str:
    """The reports of several repositories below the folder `root`.

    In text, one line for each repository; in every other format, one report whose paths begin at `root`.
    """
    from kempt.report import repositories

    look = look or Look()
    cleaned = tuple(without_secrets(report) for report in reports)
    if format == "text":
        return repositories.render(cleaned, root, look)
    return _renderer(format, statistics=False)(repositories.together(cleaned, root), look)


def to_json(report: Report) -> str:
    """The report as JSON, version 1: what `kempt check --output-format json` prints."""
    return render(report, "json")


def _renderer(format: str, *, statistics: bool) -> Callable[[Report, Look], str]:
    if format not in RENDERERS:
        raise UsageError(f"there is no output format {format!r}", hint=f"Choose one of {', '.join(RENDERERS)}.")
    if statistics and format not in COUNTABLE:
        raise UsageError(
            f"statistics cannot be shown as {format}", hint=f"Choose one of {', '.join(COUNTABLE)} for them."
        )
    if statistics:
        module, name = "statistics", "to_json" if format == "json" else "to_text"
    else:
        module, name = RENDERERS[format], "render"
    renderer: Callable[[Report, Look], str] = getattr(import_module(f"kempt.report.{module}"), name)
    return renderer
