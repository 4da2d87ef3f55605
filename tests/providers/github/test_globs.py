"""Globs as the actions read them, asked of tracked files."""

from __future__ import annotations

import time

import pytest

from kempt.model.listing import Listing
from kempt.providers.github.globs import matches
from kempt.providers.github.uses import NEWEST, read

LISTING = Listing.of(["uv.lock", "api/uv.lock", "api/x/requirements-dev.txt", "b/c/d.toml", "requirements.txt"])


@pytest.mark.parametrize(
    "globs, expected",
    [
        (["uv.lock"], ["uv.lock"]),
        (["**/uv.lock"], ["api/uv.lock", "uv.lock"]),
        (["*/uv.lock"], ["api/uv.lock"]),
        (["**/*requirements*.txt"], ["api/x/requirements-dev.txt", "requirements.txt"]),
        (["api/**"], ["api/uv.lock", "api/x/requirements-dev.txt"]),
        (["api"], ["api/uv.lock", "api/x/requirements-dev.txt"]),
        (["**/uv.lock", "!api/**"], ["uv.lock"]),
        (["requirement[s].txt"], ["requirements.txt"]),
        (["**"], list(LISTING)),
        (["b/**/d.toml", "?v.lock"], ["b/c/d.toml", "uv.lock"]),
        ([""], []),
        (["../uv.lock"], []),
        (["["], []),
    ],
    ids=str,
)
def test_what_globs_match(globs: list[str], expected: list[str]) -> None:
    assert sorted(expected) == sorted(matches(LISTING, globs))


def test_a_glob_made_to_take_long_does_not() -> None:
    listing = Listing.of(["a/" * 200 + "a" * 200])
    started = time.perf_counter()

    assert () == matches(listing, ["**/a/" * 100 + "*a" * 100 + "b", "*a" * 200 + "b"])
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "value, behind, name, version",
    [
        ("actions/checkout@v7", "", "actions/checkout", (7, NEWEST, NEWEST)),
        ("Astral-sh/Setup-UV@v7.1.5", "", "astral-sh/setup-uv", (7, 1, 5)),
        ("a/b@" + "0" * 40, " # v9.0.1", "a/b", (9, 0, 1)),
        ("a/b@" + "0" * 40, "  # a/b@v2", "a/b", (2, NEWEST, NEWEST)),
        ("a/b@" + "0" * 40, "", "a/b", (NEWEST, NEWEST, NEWEST)),
        ("a/b@main", " # v1", "a/b", (NEWEST, NEWEST, NEWEST)),
        ("./x@v1", "", "./x@v1", (NEWEST, NEWEST, NEWEST)),
        ("", "", "", (NEWEST, NEWEST, NEWEST)),
    ],
)
def test_an_action_with_its_version(value: str, behind: str, name: str, version: tuple[int, int, int]) -> None:
    found = read(value, behind)

    assert (name, version) == (found.name, found.version)
