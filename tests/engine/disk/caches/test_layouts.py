"""How each tool's cache is read: what is one entry, in which order its files go, when it was used."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from kempt.model.caches import Cache, CacheEntry, Remake
from support.caches import Content, age, looked_at, plant

HASH = "0e10be9ea838bd5a5f290ce5d87577b0862a6a0e918245012deeed91"
ANSWER = f"http-v2/0/e/1/0/b/{HASH}"
LEFT = ".kempt-gone-20261129-190000-00ff-3"
UV: dict[str, Content] = {
    "CACHEDIR.TAG": "x", ".lock": "", "archive-v0/one/alpha/__init__.py": 9000, "archive-v0/two/beta.py": 9000,
    "wheels-v8/pypi/alpha/1.0-py3-none-any": Path("../../../archive-v0/one"),
    "wheels-v8/pypi/alpha/1.0-py3-none-any.http": "h", "wheels-v8/pypi/alpha/1.0-py3-none-any.msgpack": "m",
    "simple-v28/pypi/alpha.rkyv": "page",
}  # fmt: skip


def entry(cache: Cache, name: str) -> CacheEntry:
    (found,) = (each for each in cache.entries if each.name == name)
    return found


def paths(cache: Cache) -> dict[str, tuple[str, ...]]:
    return {each.name: each.paths for each in cache.entries}


def test_pip_has_an_entry_for_each_answer_and_each_build(tmp_path: Path) -> None:
    build = "wheels/62/e1/16/99c76d"
    root = plant(tmp_path / "cache", {
        ANSWER: "m", f"{ANSWER}.body": "b", "http/1/2/3/4/5/12345": "old", "selfcheck/x.json": "{}",
        f"{build}/epsilon-1.0-py3-none-any.whl": "w", f"{build}/origin.json": "{}",
    })  # fmt: skip
    found = looked_at("pip", root)

    assert {
        "answer 0e10be9ea838": (f"{ANSWER}.body", ANSWER),
        "answer 12345": ("http/1/2/3/4/5/12345",),
        "epsilon-1.0-py3-none-any.whl": (f"{build}/epsilon-1.0-py3-none-any.whl", f"{build}/origin.json"),
    } == paths(found)
    assert ["epsilon-1.0-py3-none-any.whl"] == [each.name for each in found.entries if each.built]


def test_half_a_pair_of_pips_is_an_entry(tmp_path: Path) -> None:
    assert {"answer 0e10be9ea838": (f"{ANSWER}.body",)} == paths(
        looked_at("pip", plant(tmp_path / "cache", {f"{ANSWER}.body": "b"}))
    )


def test_poetry_has_its_artifacts_as_entries_and_never_an_environment(tmp_path: Path) -> None:
    folder = "artifacts/74/60/0f/87fb8a"
    answer = "cache/repositories/PyPI/_http_/a/c/c/b/b/accbb12fa6bf"
    root = plant(tmp_path / "cache", {
        f"{folder}/epsilon-1.0.tar.gz": "s", f"{folder}/epsilon-1.0-py3-none-any.whl": "w",
        "artifacts/2d/eb/a0/68fe/alpha-3.0-py3-none-any.whl": "w", answer: "m", f"{answer}.body": "b",
        f"{answer}.lock": "", f"{answer}.body.lock": "", "virtualenvs/shop-x-py3.11/pyvenv.cfg": "home = /usr\n",
    })  # fmt: skip
    found = looked_at("Poetry", root)

    assert {
        "answer accbb12fa6bf": (f"{answer}.body", answer, f"{answer}.body.lock", f"{answer}.lock"),
        "epsilon-1.0.tar.gz": (f"{folder}/epsilon-1.0.tar.gz",),
        "epsilon-1.0-py3-none-any.whl": (f"{folder}/epsilon-1.0-py3-none-any.whl",),
        "alpha-3.0-py3-none-any.whl": ("artifacts/2d/eb/a0/68fe/alpha-3.0-py3-none-any.whl",),
    } == paths(found)
    assert ["epsilon-1.0-py3-none-any.whl"] == [each.name for each in found.entries if each.built]


def test_uv_has_what_names_an_archive_before_it(tmp_path: Path) -> None:
    link = "wheels-v8/pypi/alpha/1.0-py3-none-any"

    assert {
        "alpha 1.0-py3-none-any": (f"{link}.http", link, "archive-v0/one", f"{link}.msgpack"),
        "archive-v0/two, which nothing leads to": ("archive-v0/two",),
        "index page alpha": ("simple-v28/pypi/alpha.rkyv",),
    } == paths(looked_at("uv", plant(tmp_path / "cache", UV)))


def test_a_page_of_an_index_was_used_when_its_package_was(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", UV, days=200)
    age(root / "wheels-v8/pypi/alpha/1.0-py3-none-any", 3)
    found = looked_at("uv", root)

    assert entry(found, "alpha 1.0-py3-none-any").used_ns == entry(found, "index page alpha").used_ns


def test_bytes_of_uv_that_an_environment_shares_are_not_its_own_and_hold_the_entry(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", UV, days=100)
    os.link(root / "archive-v0/one/alpha/__init__.py", tmp_path / "installed.py")
    found = entry(looked_at("uv", root), "alpha 1.0-py3-none-any")

    assert ("environments share its files", 12288, "linked into an environment") == (
        found.held, found.weight.shared, found.evidence,
    )  # fmt: skip


def test_a_link_of_uv_that_leads_nowhere_is_an_entry(tmp_path: Path) -> None:
    link = "wheels-v8/pypi/alpha/1.0-py3-none-any"
    root = plant(tmp_path / "cache", {link: Path("../../../archive-v0/gone"), f"{link}.http": "h"})

    assert {"alpha 1.0-py3-none-any": (f"{link}.http", link)} == paths(looked_at("uv", root))


def test_what_uv_built_goes_folder_first(tmp_path: Path) -> None:
    folder = "sdists-v11/pypi/epsilon/1.0"
    root = plant(tmp_path / "cache", {
        f"{folder}/revision.http": "r", f"{folder}/id/src/setup.py": "s",
        f"{folder}/id/epsilon-1.0-py3-none-any": Path("../../../../../archive-v0/built"),
        "archive-v0/built/epsilon.py": "e", "sdists-v11/.gitignore": "",
    })  # fmt: skip
    (found,) = looked_at("uv", root).entries

    assert ("epsilon 1.0", (folder, "archive-v0/built"), Remake.CREATE, True) == (*found[:3], found.built)


def test_a_bucket_of_an_unknown_name_is_left_alone_and_so_is_what_it_may_lead_to(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", UV | {"blobs-v0/x": "archive-v0/two"})
    found = looked_at("uv", root)

    assert ("blobs-v0 is left alone: its layout is not known",) == found.remarks
    assert {"alpha 1.0-py3-none-any", "index page alpha"} == set(paths(found))


def test_a_newer_bucket_with_another_layout_is_left_alone_and_so_is_what_it_may_lead_to(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", UV | {"wheels-v99/pypi/beta/pointer.json": '{"archive": "two"}'})
    found = looked_at("uv", root)

    assert ("wheels-v99 is left alone: its layout is not known",) == found.remarks
    assert {"alpha 1.0-py3-none-any", "index page alpha"} == set(paths(found))


def test_a_pointer_without_a_link_may_lead_to_any_archive(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", UV | {"wheels-v9/pypi/beta/1.0-py3-none-any.http": "two"})

    assert {"alpha 1.0-py3-none-any", "index page alpha"} == set(paths(looked_at("uv", root)))


def test_a_newer_bucket_with_the_same_layout_is_read(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", UV | {"wheels-v99/pypi/beta/1.0-py3-none-any": Path("../../../archive-v0/two")})

    assert {"alpha 1.0-py3-none-any", "beta 1.0-py3-none-any", "index page alpha"} == set(paths(looked_at("uv", root)))


def test_a_bucket_that_is_a_link_means_that_nothing_is_known(tmp_path: Path) -> None:
    plant(tmp_path / "disk", {"one/alpha.py": "a"})
    link = "wheels-v8/pypi/alpha/1.0-py3-none-any"
    root = plant(tmp_path / "cache", {"archive-v0": tmp_path / "disk", link: Path("../../../archive-v0/one")})
    found = looked_at("uv", root)

    assert {} == paths(found)
    assert ("archive-v0 is a link, so all is left alone: what it leads to is not looked at",) == found.remarks


def test_an_environment_of_uvx_is_an_entry(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {
        "environments-v2/abc/def": Path("../../archive-v0/env"), "archive-v0/env/pyvenv.cfg": "home = /usr\n",
    })  # fmt: skip

    assert {"environment def": ("environments-v2/abc/def", "archive-v0/env")} == paths(looked_at("uv", root))


def test_environments_of_scripts_are_left_to_uv_and_said_so(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {"environments-v2/job-dbc26f71/pyvenv.cfg": "home = /usr\n"})
    found = looked_at("uv", root)

    said = "environments-v2 is left alone: environments of scripts are in it; `uv cache prune` removes those"
    assert ({}, (said,)) == (paths(found), found.remarks)


def test_an_absolute_link_of_an_older_uv_is_followed(tmp_path: Path) -> None:
    link = "wheels-v1/pypi/alpha/1.0-py3-none-any"
    root = plant(tmp_path / "cache", {link: tmp_path / "cache/archive-v0/one", "archive-v0/one/alpha.py": "a"})

    assert {"alpha 1.0-py3-none-any": (link, "archive-v0/one")} == paths(looked_at("uv", root))


def test_a_link_out_of_the_cache_leads_to_no_archive(tmp_path: Path) -> None:
    link = "wheels-v8/pypi/alpha/1.0-py3-none-any"
    plant(tmp_path / "precious", {"file": "x"})
    root = plant(tmp_path / "cache", {link: tmp_path / "precious"})

    assert {"alpha 1.0-py3-none-any": (link,)} == paths(looked_at("uv", root))


def test_a_repository_of_hooks_has_the_name_that_the_database_knows(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {
        "repoab12cd_4/.pre-commit-hooks.yaml": "[]", "repoab12cd_4/py_env-python3/pyvenv.cfg": "", "README": "",
        "patch1700000000-12": "someone's work",
    })  # fmt: skip
    with sqlite3.connect(root / "db.db") as database:
        database.execute("CREATE TABLE repos (repo TEXT, ref TEXT, path TEXT)")
        database.execute(
            "INSERT INTO repos VALUES ('https://x/y/ruff-pre-commit', 'v1', ?)", [str(root / "repoab12cd_4")]
        )
    database.close()

    assert {"ruff-pre-commit v1": ("repoab12cd_4",)} == paths(looked_at("pre-commit", root))


def test_a_revision_of_the_hub_takes_the_blobs_that_only_it_has(tmp_path: Path) -> None:
    model = "models--org--tiny"
    root = plant(tmp_path / "cache", {
        f"{model}/refs/main": "b" * 40, f"{model}/blobs/e1": 9000, f"{model}/blobs/e2": 50, f"{model}/blobs/half": 7,
        f"{model}/snapshots/{'a' * 40}/config.json": Path("../../blobs/e2"),
        f"{model}/snapshots/{'b' * 40}/model.bin": Path("../../blobs/e1"),
        f"{model}/snapshots/{'b' * 40}/config.json": Path("../../blobs/e2"),
        "version.txt": "1", ".locks/x.lock": "",
    })  # fmt: skip

    assert {
        "model org/tiny aaaaaaaa": (f"{model}/snapshots/{'a' * 40}",),
        "model org/tiny bbbbbbbb": (f"{model}/refs/main", f"{model}/snapshots/{'b' * 40}", f"{model}/blobs/e1"),
        "blob half of no revision": (f"{model}/blobs/half",),
    } == paths(looked_at("huggingface", root))


def test_conda_gives_its_archives_and_keeps_what_environments_may_link_to(tmp_path: Path) -> None:
    root = plant(
        tmp_path / "cache", {"numpy-2.0-h1_0.conda": 50, "old-1.0-0.tar.bz2": 9, "numpy-2.0-h1_0/info/index.json": "{}"}
    )

    assert {"numpy-2.0-h1_0.conda", "old-1.0-0.tar.bz2"} == set(paths(looked_at("conda", root)))


def test_a_folder_that_is_no_cache_has_no_entry(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {"thesis.tex": "x", "src/app.py": "x", "data/2026/jan/a/b/c/d.csv": "x"})

    tools = ("pip", "uv", "Poetry", "pre-commit", "conda", "huggingface", "PDM", "black", "numba", "mypy", "ruff")
    assert {tool: {} for tool in tools} == {tool: paths(looked_at(tool, root)) for tool in tools}


def test_what_a_stopped_kempt_left_goes_and_what_only_that_led_to(tmp_path: Path) -> None:
    root = plant(tmp_path / "cache", {
        f"archive-v0/{LEFT}/half.py": "h", "archive-v0/built/epsilon.py": "e",
        f"sdists-v11/pypi/epsilon/{LEFT}/revision.http": "r",
        f"sdists-v11/pypi/epsilon/{LEFT}/id/epsilon": Path("../../../../../archive-v0/built"),
    })  # fmt: skip

    assert {f"archive-v0/{LEFT}", f"sdists-v11/pypi/epsilon/{LEFT}", "archive-v0/built"} == {
        path for each in looked_at("uv", root).entries for path in each.paths
    }
