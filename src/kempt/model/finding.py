"""What a rule reports: a finding, where it is, and the fix it may carry."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple


class Level(StrEnum):
    """How much a finding weighs. Only `ERROR` and `WARNING` make `kempt check` exit 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Safety(StrEnum):
    """Who may apply a fix: `--fix` takes SAFE ones, `--unsafe-fixes` UNSAFE ones too, SHOW is text for people."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    SHOW = "show"


class Location(NamedTuple):
    """A place in a file. Lines and columns count from 1; line 0 means the file as a whole."""

    path: PurePosixPath
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None

    @property
    def shown_line(self) -> int:
        """The line to print: a finding about a whole file is shown at its first line."""
        return max(self.line, 1)


class Replace(NamedTuple):
    """Put `text` in the place of the characters from `start` to `end` of a file."""

    path: PurePosixPath
    start: int
    end: int
    text: str


class Create(NamedTuple):
    """Write a new file; refused where one is already."""

    path: PurePosixPath
    text: str


class Ignore(NamedTuple):
    """Append a pattern to an ignore file under kempt's heading, once; the file is made if it is missing."""

    path: PurePosixPath
    pattern: str


class Untrack(NamedTuple):
    """Take files out of git's index and leave them on disk. A path stands for itself and all that lies below it."""

    paths: tuple[PurePosixPath, ...]


Edit = Replace | Create | Ignore | Untrack


class Fix(NamedTuple):
    """A change that ends a finding. `title` is an imperative without a full stop: "untrack `.venv`"."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...] = ()


class Finding(NamedTuple):
    """One thing that is wrong, at one place.

    `files` and `bytes` measure what the finding is about; `bytes` is None where git does not hold the sizes.
    `service` is the root of the service it belongs to. `identity` holds no line number: code, path and what tells two
    findings about one path apart.
    """

    code: str
    level: Level
    message: str
    help: str
    location: Location
    identity: str
    notes: tuple[str, ...] = ()
    fix: Fix | None = None
    service: PurePosixPath | None = None
    files: int | None = None
    bytes: int | None = None

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that stay the same when lines move, for baselines and SARIF."""
        from hashlib import sha256  # here: it loads OpenSSL, and a report for people never needs it

        return sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]
