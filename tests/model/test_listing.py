"""The listing answers from one buffer what a list of paths would answer slowly; the naive answers stand here."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.model import listing as module
from kempt.model.listing import Listing

ASCII = [
    "a",
    "A",
    "ab",
    "a-",
    "a.b",
    "a0",
    "b",
    "lib",
    "Lib",
    "-n",
    "venv",
    ".b",
    ".B",
    "__x",
    "__x__",
    "c.pyc",
    ".c.pyc",
    "b.CFG",
    "A$py.class",
]
PARTS = st.sampled_from([*ASCII, "é", "É", "\udcff", "\udc80x", "new\nline"])
NAMES = st.lists(st.sampled_from(ASCII), min_size=1, max_size=2).map("/".join)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


def is_tree(paths: set[str]) -> bool:
    """Whether no path is a file and a folder at once, which git does not allow."""
    return not any(other.startswith(f"{path}/") for path in paths for other in paths)


TREES = st.sets(PATHS, max_size=12).filter(is_tree)


sizes = pytest.mark.parametrize("small", [module.SMALL, 0], ids=["small", "large"])
"""A listing of many megabytes is searched otherwise than a small one, and must give the same answers."""


def bytewise(paths: set[str]) -> list[str]:
    return sorted(paths, key=os.fsencode)


def lowered(path: str) -> bytes:
    """ASCII letters only, as file systems' tools compare their own names."""
    return os.fsencode(path).lower()


def below(paths: set[str], folder: str) -> list[str]:
    return [path for path in bytewise(paths) if path.startswith(f"{folder}/")]


@given(TREES)
def test_it_lists_each_path_once_in_the_order_of_git(paths: set[str]) -> None:
    listing = Listing.of([*paths, *paths])

    assert (bytewise(paths), len(paths)) == (list(listing), len(listing))


@given(TREES, PATHS)
def test_it_knows_its_paths_and_no_others(paths: set[str], path: str) -> None:
    assert (path in paths) == (path in Listing.of(paths))


@pytest.mark.parametrize("stranger", [None, 1, b"a", ""], ids=repr)
def test_what_is_no_path_is_in_no_listing(stranger: object) -> None:
    assert stranger not in Listing.of(["a"])


@given(TREES, PATHS)
def test_a_span_holds_what_lies_below_a_folder(paths: set[str], folder: str) -> None:
    listing = Listing.of(paths)

    start, end = listing.span(folder)

    assert below(paths, folder) == list(listing.paths(start, end))
    assert len(below(paths, folder)) == listing.count(start, end)
    assert bool(below(paths, folder)) == listing.has_folder(folder)


@pytest.mark.parametrize("top", ["", "."])
def test_the_span_of_the_top_is_everything(top: str) -> None:
    listing = Listing.of(["a/b", "c"])

    assert ["a/b", "c"] == list(listing.paths(*listing.span(top)))


@given(TREES, PATHS)
def test_the_span_of_a_path_is_the_file_or_the_folder(paths: set[str], path: str) -> None:
    listing = Listing.of(paths)

    assert ([path] if path in paths else below(paths, path)) == list(listing.paths(*listing.span_of(path)))


@sizes
@given(paths=TREES, name=NAMES)
def test_names_are_found_at_the_end_of_paths_without_regard_to_case(small: int, paths: set[str], name: str) -> None:
    wanted = [path for path in bytewise(paths) if (b"/" + lowered(path)).endswith(b"/" + lowered(name))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SMALL", small)
        assert wanted == list(Listing.of(paths).named(name))


@sizes
@given(
    paths=TREES, tail=st.sampled_from(["venv", "ib", "$py.class", "a/b", "b/c.pyc", ".pyc", ".cfg", "x__/b", ".b/.b"])
)
def test_endings_are_found_without_regard_to_case(small: int, paths: set[str], tail: str) -> None:
    wanted = [path for path in bytewise(paths) if lowered(path).endswith(lowered(tail))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SMALL", small)
        assert wanted == list(Listing.of(paths).ending(tail))


@sizes
@given(paths=TREES, name=NAMES)
def test_folders_of_a_name_are_found_outermost_only(small: int, paths: set[str], name: str) -> None:
    every = {path[:cut] for path in paths for cut, char in enumerate(path) if char == "/"}
    named = {folder for folder in every if (b"/" + lowered(folder)).endswith(b"/" + lowered(name))}
    outermost = {folder for folder in named if not any(folder.startswith(f"{other}/") for other in named)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SMALL", small)
        assert bytewise(outermost) == bytewise(set(Listing.of(paths).folders(name)))


@given(TREES, st.lists(PATHS, max_size=4))
def test_without_spans_the_other_paths_stay(paths: set[str], gone: list[str]) -> None:
    listing = Listing.of(paths)
    left = {path for path in paths if not any(path == each or path.startswith(f"{each}/") for each in gone)}

    assert bytewise(left) == list(listing.without(listing.span_of(each) for each in gone))


@given(TREES, PATHS)
def test_with_a_path_it_holds_that_too(paths: set[str], path: str) -> None:
    assert bytewise(paths | {path}) == list(Listing.of(paths).with_path(path))


@given(TREES)
def test_every_offset_leads_to_its_path(paths: set[str]) -> None:
    listing = Listing.of(paths)
    start, found = 1, []
    while start < len(listing.raw):
        middle = start + len(os.fsencode(listing.path_at(start))) // 2
        assert start == listing.start_of(middle)
        assert start == listing.position(listing.path_at(start))
        found.append(listing.path_at(start))
        start = listing.after(start)

    assert bytewise(paths) == found


def test_a_name_that_begins_like_another_is_another() -> None:
    """`a-b` and `a.b` sort between `a/` and `a0`, so a search for the folder `a` passes right by them."""
    listing = Listing.of(["a-b/x", "a.b/x", "a/x", "a0/x", "ab/x"])

    assert ["a/x"] == list(listing.paths(*listing.span("a")))
    assert ["a"] == list(listing.folders("a"))
