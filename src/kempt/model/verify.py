"""Proof that an environment is what its lock file says: what was compared with what, and each difference by name."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.environment import Fingerprint
from kempt.model.repo import Service


class Mode(StrEnum):
    """How much was read. `FAST` believes RECORD and the sizes, `PROOF` reads every byte, `REBUILD` builds twice."""

    FAST = "fast"
    PROOF = "proof"
    REBUILD = "rebuild"


class Outcome(StrEnum):
    """What came of it. What could not be checked is never called proven."""

    PROVEN = "proven"
    DIFFERS = "differs"
    UNCHECKED = "could not be checked"


class Reason(StrEnum):
    """Why something could not be checked: `--exit-code-detail` gives each a code of its own."""

    LOCK = "lock"  # missing, two, stale
    MANAGER = "manager"  # it failed
    MISSING = "missing"  # Python, the manager or the environment is not there
    OFFLINE = "offline"
    USAGE = "usage"


class Difference(NamedTuple):
    """One thing that is not as it should be, in words. `path` is relative to the environment, or a file beside it."""

    path: str
    words: str
    distribution: str = ""


class Refusal(NamedTuple):
    """Why a service could not be installed or checked: in words, with the command to type next and a rule's code."""

    reason: Reason
    message: str
    hint: str = ""
    code: str = ""


class Pinned(NamedTuple):
    """A row of `kempt.fingerprint`: what a lock gives for one Python on one platform.

    `lock` is the lock file's name and `lock_sha256` the SHA-256 of its content when the digest was taken.
    """

    python: str
    platform: str
    lock: str
    lock_sha256: str
    packages: int
    digest: str


class Proof(NamedTuple):
    """What is known of the environment of one service.

    `environment` is relative to the repository. `against` names what it was held against, in words; `notes` say what
    was not proven and why. `written` is the path of the `kempt.fingerprint` that was written.
    """

    service: Service
    mode: Mode
    outcome: Outcome
    environment: str
    platform: str = ""
    lock_sha256: str = ""
    fingerprint: Fingerprint | None = None
    differences: tuple[Difference, ...] = ()
    against: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: Refusal | None = None
    written: str = ""
    seconds: float = 0.0


class Verification(NamedTuple):
    """All proofs of one run. `root` is the repository; `commit` is what HEAD was, empty outside git.

    `finished` is seconds since the epoch.
    """

    root: str
    proofs: tuple[Proof, ...]
    commit: str = ""
    finished: float = 0.0
