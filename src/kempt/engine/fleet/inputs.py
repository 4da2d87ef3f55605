"""What a command about a fleet reads, none of which a result may be written over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.engine.configuration import layers_of
from kempt.engine.fleet.inventory import STDIN, path_of
from kempt.errors import UsageError
from kempt.host.folders import real
from kempt.host.output import is_one_place

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database. Source: https://sqlite.org/tempfiles.html"""


def refuse_overwriting(
    outputs: Sequence[tuple[str, str]], database: str, policy: str | None = None, sources: Sequence[str] = ()
) -> None:
    """Raises UsageError where a result would be written over what the command reads, or over another result.

    `outputs` are options with the files that they name. What is read is the database and what lies beside it, the
    policy and what it extends, and lists of repositories. Raises ConfigError and UnreadableError for a policy that
    cannot be read.
    """
    read = [*_of_database(database), *_of_policy(policy), *_of_sources(sources)]
    for number, (option, path) in enumerate(outputs):
        for what, other in (*read, *((f"what {first} names", place) for first, place in outputs[:number])):
            if is_one_place(path, other):
                raise UsageError(f"{option} {path} would be written over {what}", hint="name another file")


def _of_database(path: str) -> Iterator[tuple[str, str]]:
    yield "the database", path
    for ending in BESIDE:
        yield "a part of the database", real(path) + ending


def _of_policy(path: str | None) -> Iterator[tuple[str, str]]:
    for layer in () if path is None else layers_of(path):
        yield "the policy", layer.source


def _of_sources(sources: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in sources:
        is_address = text.lower().startswith("file://")
        yield "a list of repositories", "/dev/stdin" if text == STDIN else path_of(text) if is_address else text
