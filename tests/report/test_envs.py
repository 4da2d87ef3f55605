from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from kempt.model.disk import Process, Spared, Weight
from kempt.model.envs import Environment, Environments, LastUse, Project, Removal, State
from kempt.model.plan import Identity, MoveToTrash, Outcome, Receipt, Result
from kempt.report.columns import width
from kempt.report.envs import Listing, to_text
from kempt.report.envs_json import record, to_json, to_jsonl
from kempt.report.envs_removal import done, planned, question
from kempt.report.look import Look

ROOT = Path(__file__).parents[2]
DAY_NS = 24 * 3600 * 10**9
NOW = 1000 * DAY_NS
THING = Identity(1, 2, 0o040000)


def environment(path: str, **fields: Any) -> Environment:
    defaults: dict[str, Any] = {
        "packages": 42,
        "used": LastUse(NOW - 3 * DAY_NS, "bytecode written"),
        "weight": Weight(1_000, 182_000_000, 0),
    }
    return Environment(path, fields.pop("manager", "uv"), "3.12.4", THING, **defaults | fields)


def listing(*environments: Environment, **fields: Any) -> Listing:
    total = Weight(sum(each.weight.files for each in environments if each.weight), 10**9, 5 * 10**6)
    roots = fields.pop("roots", ("/home/ada/code",))
    unread = fields.pop("unread", ())
    return Listing(Environments(roots, environments, unread, total, NOW, 0.5, "/home/ada"), environments, **fields)


BROKEN = environment(
    "/home/ada/code/web/env", state=State.BROKEN, reason="its Python is gone: /opt/python3.8", manager="venv",
    weight=Weight(10, 57_000, 0), used=LastUse(NOW - 400 * DAY_NS, "packages installed", sure=False),
)  # fmt: skip
RUNNING = environment(
    "/home/ada/code/api/.venv", state=State.IN_USE, reason="python (7) runs its Python", packages=None,
    processes=(Process(7, "python", "runs its Python"),), weight=Weight(9, 1_700_000, 26_000_000),
)  # fmt: skip
POETRY = environment(
    "/home/ada/.cache/pypoetry/virtualenvs/shop-xtsYcuoG-py3.12", manager="Poetry",
    place="/home/ada/.cache/pypoetry/virtualenvs", project=Project("shop", "/home/ada/code/shop", "its path is in it"),
)  # fmt: skip


def test_a_wide_table() -> None:
    assert """\
      size  shared  last used              Python  packages  manager  environment

~/code
  ● 1.7 MB   26 MB  now        in use      3.12.4            uv       api/.venv
    in use: python (7) runs its Python
  ✗  57 kB          13 months  installed?  3.12.4        42  venv     web/env
    broken: its Python is gone: /opt/python3.8

~/.cache/pypoetry/virtualenvs
    182 MB          3 days     bytecode    3.12.4        42  Poetry   shop-xtsYcuoG-py3.12  of ~/code/shop

3 environments hold 1 GB; 5 MB more are links to files of a cache.
?: the disk keeps no access times, so it may have been used since.
1 broken: `kempt envs --broken --remove` shows what would go to the trash.
""" == to_text(listing(BROKEN, RUNNING, POETRY), Look(width=110))


def test_a_narrow_one_has_fewer_columns_and_long_names_have_their_own_lines() -> None:
    long = environment(f"/home/ada/code/{'services/' * 6}.venv")

    assert """\
      size  last used            Python  manager  environment

~/code
    182 MB  3 days     bytecode  3.12.4  uv
      services/services/services/services/services/services/.venv

~/.cache/pypoetry/virtualenvs
    182 MB  3 days     bytecode  3.12.4  Poetry   shop-xtsYcuoG-py3.12
      of ~/code/shop

2 environments hold 1 GB; 5 MB more are links to files of a cache.
""" == to_text(listing(long, POETRY), Look(width=80))


def test_one_folder_has_no_heading() -> None:
    lines = to_text(listing(BROKEN), Look(width=100)).splitlines()

    assert lines[1].endswith("  web/env")


def test_no_line_is_wider_than_the_terminal() -> None:
    found = listing(BROKEN, RUNNING, POETRY, environment("/home/ada/code/" + "a" * 30))
    widths = {size: max(map(width, to_text(found, Look(width=size)).splitlines())) for size in (80, 100, 140)}

    assert dict.fromkeys(widths, True) == {size: widest <= size for size, widest in widths.items()}


def test_colours_are_few_and_only_where_they_are_wanted() -> None:
    plain, coloured = (to_text(listing(BROKEN, RUNNING), Look(color=on)) for on in (False, True))

    assert "\x1b" not in plain
    assert "\x1b[31m✗\x1b[0m" in coloured
    assert "\x1b[31mbroken: its Python is gone: /opt/python3.8\x1b[0m" in coloured


def test_a_name_that_a_terminal_would_obey_is_spelled_out() -> None:
    shown = to_text(listing(environment("/home/ada/code/\x1b[31m\n\udcff", manager="\x1b")), Look())

    assert r"\x1b[31m\n\xff" in shown
    assert "\x1b" not in shown


def test_quietly_only_what_something_is_wrong_with() -> None:
    lines = to_text(listing(BROKEN, RUNNING, POETRY), Look(quiet=True)).splitlines()

    assert [True, False, False] == [any(name in line for line in lines) for name in ("web/env", "api/", "shop-")]
    assert "    broken: its Python is gone: /opt/python3.8" == lines[-1]


def test_what_can_go_is_pointed_out_with_its_command() -> None:
    old = environment("/home/ada/code/old/.venv", used=LastUse(NOW - 91 * DAY_NS, "made"))
    kept = old._replace(path="/home/ada/code/kept/.venv", kept="it is a mount point")
    lost = old._replace(path="/home/ada/code/lost/.venv", state=State.ORPHANED, reason="its project is gone: /x")
    behind = environment("/home/ada/code/b/.venv", state=State.STALE, reason="uv.lock is newer than its packages")

    assert [
        "1 broken and 1 orphaned: `kempt envs code --broken --orphaned --remove` shows what would go to the trash.",
        "1 stale: `kempt sync` in its project installs what the lock says.",
        "1 not used for 90 days: `kempt envs code --stale 90d --remove` shows what would go to the trash.",
    ] == to_text(listing(old, kept, lost, behind, BROKEN), Look(width=120, target="code")).splitlines()[-3:]


def test_what_could_not_be_read_is_told() -> None:
    unread = (Spared("/home/ada/code/closed", "Permission denied"),)

    assert "not read: ~/code/closed: Permission denied\nNo environment.\n" == to_text(listing(unread=unread), Look())


def test_a_removal_lists_what_goes_and_what_stays() -> None:
    removal = Removal((), (BROKEN,), (Spared(RUNNING.path, "python (7) runs its Python"),))

    assert [
        "~/code/api/.venv stays: python (7) runs its Python",
        "",
        "1 environment, 57 kB in 10 files: to the trash for 7 days.",
    ] == planned(removal, listing(BROKEN, RUNNING), Look()).splitlines()[-3:]


def test_where_nothing_tells_what_is_in_use_a_removal_says_so() -> None:
    found = listing(BROKEN)
    blind = found._replace(listed=found.listed._replace(sees_processes=False))
    said = "This system does not tell which of them a process uses: look before you agree.\n"

    assert [False, True] == [said in planned(Removal((), (BROKEN,)), each, Look()) for each in (found, blind)]


def test_one_is_asked_about_otherwise_than_many() -> None:
    assert ["Move it to the trash?", "Move these 2 environments to the trash?"] == [
        question((BROKEN,) * number) for number in (1, 2)
    ]


def test_what_was_done_ends_with_the_way_back() -> None:
    step = MoveToTrash("web/env", THING, 10, 57_000)
    outcomes = (
        Outcome(step, Result.DONE, 57_000, files=10),
        Outcome(step._replace(path="x"), Result.REFUSED, detail="changed since the plan was made"),
    )

    assert """\
Moved 1 environment to the trash.
57 kB in 10 files held in the trash until 2026-12-06; `kempt clean --purge` frees that now.
refused: x: changed since the plan was made
Take it back with `kempt undo 20261129-195342-462c`.
""" == done(
            (Receipt(outcomes, "20261129-195342-462c"),), Removal((), (), ()), listing(BROKEN), Look(),
        )  # fmt: skip


def test_nothing_done_says_so() -> None:
    late = Removal((), (), (Spared(RUNNING.path, "python (7) runs its Python"),))

    assert [
        "Nothing was removed.\n",
        "Nothing was removed.\n~/code/api/.venv stays: python (7) runs its Python\n",
    ] == [done((), each, listing(RUNNING), Look()) for each in (Removal((), ()), late)]


def test_json_is_ascii_and_whole_whatever_the_names() -> None:
    found = listing(environment("/home/ada/code/é\udcff"), unread=(Spared("/x", "y"),))
    whole, (row, last) = json.loads(to_json(found)), map(json.loads, to_jsonl(found).splitlines())

    assert (to_json(found) + to_jsonl(found)).isascii()
    assert [row] == whole["environments"]
    assert {key: value for key, value in whole.items() if key != "environments"} == last
    assert [{"path": "/x", "reason": "y"}] == whole["unread"]


def test_the_documentation_names_every_field() -> None:
    page = (ROOT / "docs" / "how-to" / "environments.md").read_text("utf-8").partition("| field |")[2]
    fields = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)

    assert list(record(BROKEN)) == fields
