"""The process's environment: the only place that reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def environ() -> Mapping[str, str]:
    """The environment variables of this process."""
    return os.environ


def home_folder() -> str:
    """The user's home folder: HOME, or what the system says."""
    return os.environ.get("HOME") or os.path.expanduser("~")


def platform_name() -> str:
    """What the system is called: `linux`, `darwin`, `win32`."""
    return sys.platform


def machine_name() -> str:
    """What the processor is called: `x86_64`, `arm64`, `AMD64`; on Linux without glibc with `-musl` behind it."""
    import platform

    musl = sys.platform == "linux" and platform.libc_ver()[0] != "glibc"
    return platform.machine() + "-musl" * musl
