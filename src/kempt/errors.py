"""Every error kempt raises on purpose; anything else that escapes is a bug in kempt.

    KemptError                  one line and a hint, never a traceback      exit 2
    ├── UsageError              the command line asks for something impossible
    ├── ConfigError             kempt.toml or [tool.kempt], with file and line
    ├── ToolError               git (or another program) failed, is missing or took too long
    │   ├── RemoteError         a repository elsewhere could not be had
    │   └── WorkerDiedError     a process of kempt's own ended before its work
    ├── UnreadableError         a file of the project cannot be read or parsed
    ├── UnsafeError             refused: outside the root, changed since the plan, not a regular file
    └── UnsupportedError        this platform or file system cannot do it

An unreadable *project* file ends as a finding (KPT001, KPT002), because one broken file must not stop a run.
"""

from __future__ import annotations


class KemptError(Exception):
    """What is wrong, where, and what to do next, in one line each.

    `code` is the KPT code of a condition that has a page of its own (KPT003 to KPT005), else empty; a RemoteError has a
    word there.
    """

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, hint: str = "", code: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        place = "" if self.path is None else f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        return f"{place}{self.message}"


class UsageError(KemptError):
    """The command line or the call asks for something that cannot be done."""


class ConfigError(KemptError):
    """A setting is unknown, of the wrong type or contradicts another."""


class ToolError(KemptError):
    """A program that kempt runs failed, is missing or took too long.

    `argv` is what was run, `status` its exit status (None if it never started or was stopped).
    """

    def __init__(
        self, message: str, *, argv: tuple[str, ...] = (), status: int | None = None, hint: str = "", code: str = ""
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.argv = argv
        self.status = status


class RemoteError(ToolError):
    """A repository elsewhere, or what a server says of it, could not be had.

    `code` is a short word for why: `timeout`, `too-large`, `not-found`, `denied`, `rate-limited`, `unreachable`,
    `redirected`, `empty`, `refused`, `damaged`, `failed`.
    """


class WorkerDiedError(ToolError):
    """A process of kempt's own, which worked for this one, ended before its work. `status` is negative for a signal."""


class UnreadableError(KemptError):
    """A file of the project cannot be read: a device, a dangling link, too large, no permission."""


class UnsafeError(KemptError):
    """kempt refuses: the step would leave the root, or the world changed since the plan was made."""


class UnsupportedError(KemptError):
    """This platform, file system or version of a program cannot do what was asked."""
