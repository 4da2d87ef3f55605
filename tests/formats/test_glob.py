"""Globs of CI: what they name, held against Python's own `fnmatch` and against what GitHub says of `hashFiles`."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats import glob
from kempt.model.listing import Listing

PATHS = st.lists(st.text(alphabet="ab.-[]{}*!", min_size=1, max_size=5), min_size=1, max_size=4).map("/".join)
PATTERNS = st.text(alphabet="ab.-/[]{},*?!^\\", max_size=20)


@pytest.mark.parametrize(
    "pattern, path",
    [
        ("uv.lock", "uv.lock"),
        ("**/uv.lock", "uv.lock"),
        ("**/uv.lock", "services/api/uv.lock"),
        ("*/uv.lock", "api/uv.lock"),
        ("requirements*.txt", "requirements-dev.txt"),
        ("**/requirements*.txt", "docs/requirements.txt"),
        ("requirements/**", "requirements/dev/all.txt"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("**", ".github/x"),
        ("*.lock", ".hidden.lock"),
        ("**/*.lock", ".hidden/uv.lock"),
        ("?v.lock", "uv.lock"),
        ("[up]v.lock", "uv.lock"),
        ("[!p]v.lock", "uv.lock"),
        ("[^p]v.lock", "uv.lock"),
        ("{uv,poetry}.lock", "poetry.lock"),
        ("{a,b{c,d}}x", "bdx"),
        ("**/**/uv.lock", "uv.lock"),
        ("[", "["),
        ("[z-a]x", "[z-a]x"),
        ("naïve*", "naïve.txt"),
    ],
)  # fmt: skip
def test_what_a_glob_names(pattern: str, path: str) -> None:
    assert glob.matches(pattern, path) is (pattern != "[z-a]x")


@pytest.mark.parametrize(
    "pattern, path",
    [
        ("uv.lock", "api/uv.lock"),
        ("*/uv.lock", "a/b/uv.lock"),
        ("*/uv.lock", "uv.lock"),
        ("a/**/b", "a/x/bb"),
        ("requirements", "requirements/dev.txt"),
        ("[u/]v.lock", "/v.lock"),
        ("Uv.lock", "uv.lock"),
        ("u?.lock", "u/.lock"),
    ],
)
def test_what_it_does_not_name(pattern: str, path: str) -> None:
    assert not glob.matches(pattern, path)


def test_braces_are_braces_where_the_reader_says_so() -> None:
    """GitHub's `hashFiles` runs minimatch with `nobrace`."""
    assert not glob.matches("{uv,poetry}.lock", "uv.lock", braces=False)
    assert glob.matches("{uv,poetry}.lock", "{uv,poetry}.lock", braces=False)


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("requirements", True), ("requirements/", True), ("req*", True), ("requirements/*", True), ("**/deep", True),
        ("requirement", False), ("dev.txt", False), ("**/dev.txt", True),
    ],
)  # fmt: skip
def test_a_folder_stands_for_all_that_lies_in_it(pattern: str, *, expected: bool) -> None:
    """`hashFiles` has implicit descendants: what matches a folder matches the files below."""
    assert expected is glob.reaches(pattern, "requirements/deep/dev.txt")


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("**/uv.lock", ""),
        ("a/b/*.txt", "a/b"),
        ("a/b*/c", "a"),
        ("a/b/c", "a/b"),
        ("{a,b}/c", ""),
        ("a/[bc]/d", "a"),
    ],
)
def test_the_folder_that_all_matches_lie_in(pattern: str, expected: str) -> None:
    assert expected == glob.fixed_folder(pattern)


@pytest.mark.parametrize("pattern", ["*", "a?", "[ab]", "{a,b}"])
def test_a_glob(pattern: str) -> None:
    assert glob.is_glob(pattern)
    assert not glob.is_glob("services/api/uv.lock")


@given(PATTERNS, PATHS)
def test_no_pattern_is_an_error(pattern: str, path: str) -> None:
    named = glob.matches(pattern, path)

    assert not named or glob.reaches(pattern, path)


@given(PATHS)
def test_two_stars_name_every_path(path: str) -> None:
    assert glob.matches("**", path)
    assert glob.matches("**/*", path)


@given(st.lists(st.text(alphabet="ab.-", min_size=1, max_size=5), min_size=1, max_size=4).map("/".join))
def test_a_path_without_signs_names_itself(path: str) -> None:
    assert glob.matches(path, path)
    assert glob.matches(f"**/{path}", path)
    assert glob.matches(f"**/{path}", f"x/y/{path}")


@given(PATTERNS, PATHS)
def test_what_a_glob_names_lies_in_its_folder(pattern: str, path: str) -> None:
    folder = glob.fixed_folder(pattern)

    assert not glob.matches(pattern, path) or not folder or path.startswith(f"{folder}/")


@pytest.mark.parametrize(
    "pattern, path",
    [
        ("**/" * 60 + "*a" * 60 + "b", "/".join(["a" * 80] * 60)),
        ("*a" * 200 + "b", "a" * 4_000),
        ("{a,b}" * 200, "ab" * 200),
        ("{" * 5_000 + "}" * 5_000, "a"),
        ("{a," * 300 + "}" * 300, "a"),
        ("[" * 5_000, "["),
    ],
    ids=["folders", "stars", "braces", "nested", "commas", "brackets"],
)
def test_hostile_globs_end_soon(pattern: str, path: str) -> None:
    start = process_time()
    glob.reaches(pattern, path)

    assert process_time() - start < 2


LISTED = Listing.of(
    ["README.md", "a/uv.lock", "b/c/uv.lock", "b/requirements-dev.txt", "docs.txt/x.md", "uv.lock", "z/uv.lock/x"]
)


@pytest.mark.parametrize(
    "pattern, below, expected",
    [
        pytest.param("**/uv.lock", False, ["a/uv.lock", "b/c/uv.lock", "uv.lock"], id="a-name"),
        pytest.param(
            "**/uv.lock", True, ["a/uv.lock", "b/c/uv.lock", "uv.lock", "z/uv.lock/x"], id="a-name-of-a-folder"
        ),
        pytest.param("**/*requirements*.txt", True, ["b/requirements-dev.txt"], id="an-ending"),
        pytest.param("**/*.txt", True, ["b/requirements-dev.txt", "docs.txt/x.md"], id="an-ending-of-a-folder"),
        pytest.param("b", True, ["b/c/uv.lock", "b/requirements-dev.txt"], id="a-folder"),
        pytest.param("b", False, [], id="no-file"),
        pytest.param("b/**", False, ["b/c/uv.lock", "b/requirements-dev.txt"], id="all-of-a-folder"),
        pytest.param("*.{md,txt}", False, ["README.md"], id="braces"),
    ],
)
def test_of_a_listing(pattern: str, *, below: bool, expected: list[str]) -> None:
    assert expected == list(glob.tracked(LISTED, pattern, below=below))


PARTS = st.sampled_from(["a", "b.c", "**", "*", "?.c", "*.c", "[ab]", "{a,b}.c"])


@pytest.mark.parametrize("below", [False, True], ids=["itself", "with-its-folder"])
@given(parts=st.lists(PARTS, min_size=1, max_size=4))
def test_a_listing_gives_what_its_paths_do(parts: list[str], *, below: bool) -> None:
    pattern = "/".join(parts)
    listing = Listing.of(["d", "e.c", "a/b.c", "b.c/a", "a/a/b.c", "x/y.c/z", "a/b/x.c"])
    fits = glob.reaches if below else glob.matches

    assert [path for path in listing if fits(pattern, path)] == sorted(glob.tracked(listing, pattern, below=below))
