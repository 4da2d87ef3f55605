from __future__ import annotations

import os
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.trash import expired, plan_purge, purge, trashes
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.host.clock import now, seconds_of, stamp
from kempt.host.journal import prune_journals
from kempt.host.own_names import gone_name
from kempt.model.disk import TRASH_DAYS, Trash, Weight
from kempt.model.plan import RemoveTree
from support.taking import clean, grow, identity, trash, tree

DAY = 24 * 3600


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    grow(root, "one/.venv/pyvenv.cfg", "one/dist/a", "two/dist/b", "two/keep")
    return root


def fill(root: Path) -> None:
    receipt = apply(
        clean(root, trash(root, "one/.venv", 3, 4096), trash(root, "one/dist", 1, 10), trash(root, "two/dist", 2, 20))
    )
    assert receipt.ok


def contents(held: tuple[Trash, ...]) -> list[tuple[str, tuple[str, ...], Weight]]:
    return [(Path(each.path).parent.name, each.things, each.weight) for each in held]


def test_what_is_in_the_trash_is_told_by_the_journals(root: Path) -> None:
    fill(root)

    expected = [("one", (".venv", "dist"), Weight(4, 4106)), ("two", ("dist",), Weight(2, 20))]
    assert expected == contents(trashes())
    assert expected == contents(trashes([str(root)]))
    assert expected[:1] == contents(trashes([str(root / "one")]))
    assert expected == contents(trashes([str(root / "one"), str(root / "two")]))
    assert [] == contents(trashes([str(root.parent / "other")]))


def test_it_is_found_by_a_scan_where_no_journal_is_left(root: Path) -> None:
    fill(root)
    prune_journals(now() + 1)
    met = [str(path) for path in root.rglob(".kempt-trash-*")]

    assert () == trashes()
    assert [("one", (".venv", "dist")), ("two", ("dist",))] == [each[:2] for each in contents(trashes((), met))]
    assert all(each.weight.files and each.weight.bytes for each in trashes((), met))


def test_it_is_kept_for_its_days_and_then_purged(root: Path) -> None:
    fill(root)
    made = trashes()[0].made

    assert () == expired()
    assert () == expired(time=made + TRASH_DAYS * DAY - 1)
    assert trashes() == expired(time=made + TRASH_DAYS * DAY + 2)
    assert () == expired(time=made - 1000 * DAY)


def test_purging_removes_the_trash_and_nothing_else(root: Path) -> None:
    fill(root)
    [plan] = plan_purge(trashes())
    steps = [step for step in plan.steps if isinstance(step, RemoveTree)]
    assert (str(root), ["one", "two"]) == (plan.root, [step.path.split("/")[0] for step in steps])

    [receipt] = purge(trashes())

    assert (True, 5) == (receipt.ok, sum(each.files for each in receipt.outcomes))
    assert ({"one", "two", "two/keep"}, ()) == (set(tree(root)), trashes())


def test_what_was_purged_is_not_brought_back_and_said_so(root: Path) -> None:
    fill(root)
    purge(trashes([str(root / "one")]))

    back = undo(plan_undo(str(root)))

    reason = "not in the trash any more"
    assert [("one/dist", reason), ("one/.venv", reason)] == [tuple(left) for left in back.left]
    assert {"one", "two", "two/dist", "two/dist/b", "two/keep"} == set(tree(root))


def test_a_purge_is_no_change_that_undo_takes_back(root: Path) -> None:
    fill(root)
    purge(trashes([str(root / "one")]))

    assert "kempt clean" == plan_undo(str(root)).journal.header.why


def test_what_only_looks_like_trash_stays(root: Path) -> None:
    fill(root)
    odd = root / f".kempt-trash-{stamp(0)}"
    grow(odd, "precious", ".gitignore")
    for path in root.rglob(".kempt-trash-*/.gitignore"):
        path.write_text("*\n")
    before = tree(root)

    assert ((), (), before) == (trashes(), trashes((), [str(odd)]), tree(root))


def test_a_trash_that_was_swapped_for_a_link_stays(root: Path, tmp_path: Path) -> None:
    fill(root)
    held = trashes()
    place = Path(held[0].path)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")

    assert ["two"] == [name for name, _, _ in contents(trashes())]
    receipts = purge(held)
    assert ([False], True) == ([each.ok for each in receipts], (tmp_path / "elsewhere/dist/a").exists())


def test_the_rest_of_a_removal_that_a_scan_met_is_purged(root: Path) -> None:
    rest = root / "two" / gone_name("20261129-120000-0000-7")
    grow(rest, "half")
    [found] = trashes((), [str(rest), str(root / "two/dist")])

    assert (str(rest), 0.0, (), identity(rest)) == (found.path, found.made, found.things, found.identity)
    assert (found,) == expired([found.path])
    assert [True] == [each.ok for each in purge([found])]
    assert not rest.exists()


class TestUndoFromAnotherFolder:
    def test_the_folder_itself_one_inside_and_one_above(self, root: Path) -> None:
        fill(root)

        for folder in (root, root / "one", root.parent):
            assert "kempt clean" == plan_undo(str(folder)).journal.header.why
        (root.parent / "other").mkdir()
        with pytest.raises(UsageError, match="nothing to undo"):
            plan_undo(str(root.parent / "other"))

    def test_the_last_change_around_it_is_the_one(self, root: Path) -> None:
        before = tree(root)
        apply(clean(root / "one", trash(root / "one", "dist")))
        last = apply(clean(root, trash(root, "two/dist"))).journal

        assert last == plan_undo(str(root / "one")).journal.header.id
        undo(plan_undo(str(root / "one")))
        undo(plan_undo(str(root)))
        assert before == tree(root)

    def test_a_root_that_is_named_by_a_link(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(root)
        fill(tmp_path / "link")

        assert [DAYS] * 2 == [each.until - each.made for each in trashes([str(tmp_path / "link")])]
        assert "kempt clean" == plan_undo(str(root)).journal.header.why


DAYS = TRASH_DAYS * DAY


def test_a_stamp_tells_its_time() -> None:
    assert 1.5 == seconds_of(stamp(1.5))
    assert abs(now() - seconds_of(stamp(now()))) < 1
    with pytest.raises(ValueError, match="unpack"):
        seconds_of("yesterday")


def test_a_trash_of_another_user_stays(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    fill(root)
    for each in trashes():
        os.chown(each.path, 65534, -1)

    assert () == trashes()
