"""The process's environment: the only place that reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping


def environ() -> Mapping[str, str]:
    """The environment variables of this process."""
    return os.environ
