"""What `find` does to paths that need not exist."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kempt.formats import find
from kempt.formats.find import Act, Find


def parsed(command: str) -> Find:
    found = find.parse(shlex.split(command))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "command, starts",
    [("find", (".",)), ("find -name x", (".",)), ("find a b/ -name x", ("a", "b/")), ("find -L -O3 . -type f", (".",)),
     ("find ( -name x )", (".",)), ("find ! -name x", (".",))],
    ids=["bare", "none", "two", "options", "bracket", "not"],
)  # fmt: skip
def test_where_it_starts(command: str, starts: tuple[str, ...]) -> None:
    assert starts == parsed(command).starts


@pytest.mark.parametrize(
    "command",
    ["find . -bogus", "find . -name", "find . ( -name x", "find . -name x )", "find . -name x y", "find . !",
     "find . " + "! " * 30 + "-name x", "find . " + "( " * 30 + "-name x" + " )" * 30],
    ids=["unknown", "no-value", "open", "close", "late-start", "nothing", "denied", "deep"],
)  # fmt: skip
def test_what_is_not_understood(command: str) -> None:
    assert None is find.parse(shlex.split(command))


@pytest.mark.parametrize(
    "tests, expected",
    [
        ("-name '*.pyc' -delete", {Act.DELETED}),
        ("-name '*.py' -delete", set()),
        ("-name '*.pyc'", {Act.PRINTED}),
        ("-name '*.pyc' -prune", {Act.PRUNED, Act.PRINTED}),
        ("-name '*.pyc' -prune -o -print", {Act.PRUNED}),
        ("-iname '*.PYC' -print0", {Act.PRINTED}),
        ("-path './a/*' -exec rm -f {} +", {Act.DELETED}),
        ("-path 'a/*' -exec rm -f {} +", set()),
        ("-regex '.*/m\\.\\(pyc\\|pyo\\)' -delete", set()),
        ("-regex '.*\\.pyc' -delete", {Act.DELETED}),
        ("-type d -delete", set()),
        ("-type f,l -delete", {Act.DELETED}),
        ("-not -name x -delete", {Act.DELETED}),
        ("! ( -name m.pyc -o -name x ) -delete", set()),
        ("-name x -o -name m.pyc -exec unlink {} ;", {Act.DELETED}),
        ("-name m.pyc , -name x -delete", set()),
        ("-mtime +3 -delete", {Act.DELETED}),
        ("! -mtime +3 -delete", {Act.DELETED}),
        ("-name x -mtime +3 -delete", set()),
        ("-false -o -exec grep -q x {} ; -delete", {Act.DELETED}),
        ("-ok rm {} ;", set()),
        ("-exec echo {} ;", set()),
        ("-exec sh -c 'rm -f \"$1\"' _ {} ;", {Act.DELETED}),
        ("-exec charm {} ;", set()),
        ("-maxdepth 1 -delete", set()),
        ("-maxdepth 2 -delete", {Act.DELETED}),
    ],
)
def test_what_becomes_of_a_file(tests: str, expected: set[Act]) -> None:
    assert expected == parsed(f"find . {tests}").on("./a/m.pyc", "f", 2)


def test_a_folder_that_is_not_empty_is_not_deleted() -> None:
    assert frozenset() == parsed("find . -name a -delete").on("./a", "d", 1)
    assert frozenset() == parsed("find . -name a -exec rmdir {} ;").on("./a", "d", 1)
    assert {Act.DELETED} == parsed("find . -name a -exec rm -r {} ;").on("./a", "d", 1)


@pytest.mark.parametrize(
    "pattern, text, expected",
    [("a.*c", "xabc", True), ("^b", "abc", False), ("(a+)+$", "a" * 40, None), ("a*b*c*d*", "x", None),
     ("[", "x", None), ("a", "a" * 9999, None)],
    ids=["fits", "not", "nested", "many", "broken", "long"],
)  # fmt: skip
def test_expressions_that_might_take_for_ever_are_not_tried(pattern: str, text: str, *, expected: bool | None) -> None:
    assert expected is find.matches(pattern, text)


TESTS = st.sampled_from([
    "-name a", "-name '*.pyc'", "-name '[ab]'", "-path './a/*'", "-path '*/b/*'", "-type d", "-type f", "-true",
    "-false", "-prune", "-iname A", "-print",
])  # fmt: skip
EXPRESSIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" -o ".join),
        st.tuples(inner, inner).map(" ".join),
        inner.map("( {} )".format),
        inner.map("! ( {} )".format),
    ),
    max_leaves=6,
)
TREE = ("a/b/m.pyc", "a/a.txt", "b/a", "m.pyc")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=EXPRESSIONS)
def test_it_prints_what_find_prints(tmp_path: Path, expression: str) -> None:
    """GNU find itself is asked about a small tree."""
    for name in TREE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    argv = shlex.split(f"find . {expression}")
    done = subprocess.run(argv, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)

    assert sorted(set(done.stdout.decode().split())) == sorted(printed(tmp_path, parsed(shlex.join(argv))))


def printed(root: Path, search: Find) -> set[str]:
    """What a search prints of a tree, going down as find does."""
    found, waiting = set[str](), [(root, ".", 0)]
    while waiting:
        place, name, depth = waiting.pop()
        acts = search.on(name, "d" if place.is_dir() else "f", depth)
        if Act.PRINTED in acts:
            found.add(name)
        if place.is_dir() and Act.PRUNED not in acts:
            waiting += [(each, f"{name}/{each.name}", depth + 1) for each in place.iterdir()]
    return found
