"""Plans for tests, made by looking at a repository as the planner would."""

from __future__ import annotations

from kempt.host.files import expect_of
from kempt.model.plan import Plan, RemoveFile, Step, UpdateIndex, WriteFile
from kempt.model.tree import Entry
from support.repositories import Repository


def plan_for(repository: Repository, *steps: Step, why: str = "kempt check --fix") -> Plan:
    """A plan for this repository."""
    return Plan(str(repository.root), steps, why, str(repository.root / ".git"))


def write(repository: Repository, path: str, content: bytes) -> WriteFile:
    """Write a file as it is now, or a new one."""
    place = repository.root / path
    return WriteFile(path, content, expect_of(place.lstat()) if place.exists() else None)


def remove(repository: Repository, path: str, *folders: str) -> RemoveFile:
    """Remove a file as it is now."""
    return RemoveFile(path, expect_of((repository.root / path).lstat()), folders)


def entries(repository: Repository, *paths: str) -> tuple[Entry, ...]:
    """What git's index holds below these paths."""
    records = repository.git("--literal-pathspecs", "ls-files", "-sz", "--", *paths).split("\0")[:-1]
    found = []
    for record in records:
        head, _, path = record.partition("\t")
        mode, oid, _stage = head.split(" ")
        found.append(Entry(mode, oid, path))
    return tuple(found)


def untrack(repository: Repository, *paths: str, **added: bytes) -> UpdateIndex:
    """Take paths out of the index and put these contents in; a file's name is given with `_` for `.`."""
    contents = {name.replace("_", "."): content for name, content in added.items()}
    known = {entry.path: entry.oid for entry in entries(repository, *contents)} if contents else {}
    return UpdateIndex(
        entries(repository, *paths) if paths else (),
        tuple(contents.items()),
        tuple(known.get(path, "") for path in contents),
    )
