"""The merged view is what a container sees, and what it does not see is known to be shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from kempt.errors import UnreadableError
from kempt.formats.oci.merged import Merged
from kempt.formats.oci.tar import TarScanner
from kempt.model.image import FILE, FOLDER, LINK
from support.images import Member, folder, hard_link, layer, link
from support.replay import random_layers, replay

KINDS = {FILE: "file", FOLDER: "folder", LINK: "link"}
CASES = 2_000


def merged(layers: Sequence[bytes]) -> Merged:
    made = Merged()
    for content in layers:
        scanner = TarScanner()
        scanner.feed(content)
        scanner.close()
        made.add(scanner.entries)
    return made


def seen(*layers: Iterable[Member | str]) -> list[str]:
    return sorted(node.path for node in merged([layer(each) for each in layers]).nodes() if node.kind != FOLDER)


def buried(*layers: Iterable[Member | str]) -> list[tuple[str, int]]:
    shipped = merged([layer(each) for each in layers]).shipped
    return sorted((each.path, each.layer) for each in shipped if not each.alive)


def test_a_whiteout_deletes_below() -> None:
    assert ["a/c"] == seen(["a/b", "a/c"], ["a/.wh.b"])


def test_a_whiteout_of_a_folder_deletes_all_in_it() -> None:
    assert ["d"] == seen(["a/b/c", "a/b/e", "d"], [".wh.a"])


@pytest.mark.parametrize("members", [["a/.wh.b", "a/b"], ["a/b", "a/.wh.b"]], ids=["before", "after"])
def test_a_whiteout_leaves_what_its_own_layer_holds_wherever_it_stands(members: list[str]) -> None:
    assert ["a/b"] == seen(["a/b"], members)
    assert [("a/b", 0)] == buried(["a/b"], members)


def test_a_whiteout_makes_no_folder_and_takes_no_place_of_a_file() -> None:
    assert ["c"] == sorted(node.path for node in merged([layer(["c"]), layer(["c/d/.wh.e", "x/.wh.y"])]).nodes())


@pytest.mark.parametrize("members", [["a/.wh..wh..opq", "a/c"], ["a/c", "a/.wh..wh..opq"]], ids=["before", "after"])
def test_an_opaque_folder_hides_all_lower_children_and_no_own(members: list[str]) -> None:
    assert ["a/c", "b"] == seen(["a/b", "a/c", "a/d/e", "b"], members)


def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file() -> None:
    assert ["a"] == seen(["a/b"], ["a"])
    assert ["a/b"] == seen(["a"], ["a/b"])


def test_a_name_that_stands_twice_in_a_layer_is_the_last_one_and_the_first_is_shipped() -> None:
    assert ["a"] == seen(["a", "a"])
    assert [("a", 0)] == buried(["a", "a"])


def test_what_goes_through_a_link_lies_where_the_link_leads() -> None:
    assert ["home/app/.cache", "root"] == seen([folder("home/app"), link("root", "/home/app")], ["root/.cache"])
    assert ["b/x", "l"] == seen([folder("b"), link("l", "b")], [Member("l/x")])


def test_a_link_cannot_lead_out_of_the_image() -> None:
    assert ["etc/x", "l"] == seen([link("l", "../../../etc")], ["l/x"])


def test_a_whiteout_below_a_link_deletes_where_the_link_leads() -> None:
    assert ["l"] == seen(["b/x", link("l", "/b")], ["l/.wh.x"])


def test_a_folder_takes_the_place_of_a_link() -> None:
    assert ["b/x", "l/y"] == seen(["b/x", link("l", "b")], [folder("l"), "l/y"])


def test_a_hard_link_keeps_the_bytes_when_the_other_name_goes() -> None:
    shipped = merged([layer([Member("a", b"12"), hard_link("b", "a")]), layer([".wh.a"])]).shipped

    assert [("a", False, 1), ("b", True, 1)] == [(each.path, each.alive, each.content.left) for each in shipped]


def test_links_in_a_circle_are_refused() -> None:
    with pytest.raises(UnreadableError, match="run in a circle"):
        seen([link("a", "b"), link("b", "a"), "a/x"])


def test_marks_of_aufs_are_no_files_and_hide_nothing() -> None:
    assert ["a"] == seen(["a"], [".wh..wh.plnk", ".wh..wh.aufs"])


def test_the_merged_view_of_random_layers_is_what_a_plain_replay_gives() -> None:
    refused = 0
    for seed in range(CASES):
        layers = random_layers(seed)
        try:
            found = merged(layers)
        except UnreadableError:
            refused += 1
            continue
        actual = {node.path: KINDS[node.kind] for node in found.nodes()}

        assert {path: kind for path, (kind, _) in replay(layers).items()} == actual, f"seed {seed}"
    assert refused < CASES // 10


def test_the_contents_of_random_layers_are_of_the_layer_that_a_plain_replay_gives() -> None:
    for seed in range(CASES):
        layers = random_layers(seed, links=False)
        actual = {node.path: node.content.layer for node in merged(layers).nodes() if node.kind == FILE}

        expected = {path: int(text.split(".")[0]) for path, (kind, text) in replay(layers).items() if kind == "file"}
        assert expected == actual, f"seed {seed}"


def test_the_names_of_bytes_in_random_layers_are_counted() -> None:
    for seed in range(CASES):
        shipped = merged(random_layers(seed, links=False)).shipped
        names, left = Counter(each.content for each in shipped), Counter(each.content for each in shipped if each.alive)

        assert [(names[each], left[each]) for each in names] == [(each.names, each.left) for each in names], seed
