"""What a report must not give away: an error that quotes a URL would hand its password to every log."""

from __future__ import annotations

import re

from kempt.model.report import Report

_CREDENTIALS = r"://[^/\s@]*@"


def redacted(text: str) -> str:
    """The same text without the user and password of URLs."""
    return re.sub(_CREDENTIALS, "://...@", text) if "://" in text else text


def without_secrets(report: Report) -> Report:
    """The same report with its error messages redacted."""
    errors = (error._replace(message=redacted(error.message), hint=redacted(error.hint)) for error in report.errors)
    return report._replace(errors=tuple(errors)) if report.errors else report
