"""KPT312 floating-vcs-reference: a requirement follows a branch or a tag, which can move."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import referring
from kempt.rules.referring import Reference

HINTS = tuple(system + sign for system in (b"git", b"hg", b"svn", b"bzr") for sign in (b"+", b" =", b"="))
COMMIT = r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}"
NUMBERED = {"svn", "bzr"}
"""Systems that count their revisions: a number is one that never moves."""


def check(repo: Repo) -> Iterator[Finding]:
    """Whoever can push there decides what the next install brings. Where a lock holds the commit, the next lock."""
    for found in referring.references(repo, HINTS):
        if found.kind != "path" and not _is_fixed(found):
            lock = _lock_with(repo, found)
            revision = f"`{found.revision}`" if found.revision else "the default branch"
            yield RULE.finding(
                Location(found.file, found.line), f"`{found.name}` follows {revision} of {found.place}",
                key=f"{found.place} {found.revision}",
                level=Level.INFO if lock else referring.milder(repo, found.file),
                help=f"{RULE.help}; until then `{lock}` holds the commit" if lock else None,
                service=getattr(referring.owner(repo, found.file), "root", None),
            )  # fmt: skip


def _is_fixed(found: Reference) -> bool:
    """Whether it names a commit. What is computed (`${REF}`) is not judged."""
    if re.fullmatch(COMMIT, found.revision) or re.search(r"[${%]", found.revision):
        return True
    return found.kind in NUMBERED and found.revision.isdigit()


def _lock_with(repo: Repo, found: Reference) -> str:
    """The lock beside a manifest that holds this address; a requirements file is nobody's manifest."""
    service = referring.owner(repo, found.file)
    if service is None or found.file.suffix == ".txt":
        return ""
    address = found.place.removesuffix(".git").partition("://")[2] or found.place
    for lock in filter(None, dict.fromkeys((service.lock, *service.locks))):
        if address.encode("utf-8", "replace") in (repo.documents.read(lock) or b""):
            return str(lock)
    return ""


RULE = Rule(
    "KPT312", "floating-vcs-reference", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="a requirement follows a branch or a tag, which can move",
    help='name the commit: @ and 40 hexadecimal digits behind the address, or rev = "..." in a table',
)  # fmt: skip
