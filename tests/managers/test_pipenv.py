"""Pipenv: the hashes are those that Pipenv 2026.10.3 makes of these Pipfiles."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from kempt.managers import manager
from kempt.model.locks import Freshness, LockedPackage, LockState, Origin, Wanted
from kempt.model.manager import Setup
from support.managers import Managers
from support.projects import Projects
from support.repositories import write_files
from support.services import MERGE, distributions, run, service, setup, snapshot, state, wanted

FRESH, STALE, UNKNOWN = Freshness.FRESH, Freshness.STALE, Freshness.UNKNOWN
PIPENV = manager("pipenv")
SOURCE = '[[source]]\nname = "own"\nurl = "https://index.example/simple"\nverify_ssl = true\n'
SPELLED = f'{SOURCE}\n[packages]\nAl_Pha = "*"\n'
LOCKED = {"alpha": {"hashes": ["sha256:11"], "index": "own", "version": "==1.0"}}


def lock(content_hash: str, requires: dict[str, str] | None = None, **categories: dict[str, Any]) -> str:
    meta = {"hash": {"sha256": content_hash}, "pipfile-spec": 6, "requires": requires or {}, "sources": []}
    return json.dumps({"_meta": meta, "default": {}, "develop": {}, **categories}, indent=4) + "\n"


def said(pipfile: str, lock_text: str | bytes) -> LockState:
    return state("pipenv", {"Pipfile": pipfile, "Pipfile.lock": lock_text})


@pytest.mark.parametrize(
    "pipfile, content_hash",
    [
        pytest.param(
            f'{SOURCE}\n[packages]\nalpha = "*"\n',
            "f7f21ce8984ead54902e1e09c496bc18c4b5a1606c026f6dcf6743c47bb1eb8e",
            id="packages",
        ),
        pytest.param(
            SPELLED, "e801afc8c2609bc4692ddeb11137beb59979eb67b4a35e883ed1869bd84c4b83", id="spelling-of-names"
        ),
        pytest.param(
            '[[source]]\nname = "own"\nurl = "https://${USER}@index.example/simple"\nverify_ssl = false\n\n[packages]\n'
            'alpha = { version = ">=1", extras = ["more"], markers = "os_name == \'posix\'" }\n\n'
            '[dev-packages]\nbeta = "==1.0"\n\n[docs]\nGamma = "*"\n\n[requires]\npython_version = "3.11"\n\n'
            '[scripts]\nrun = "shop"\n\n[pipenv]\nallow_prereleases = true\n',
            "70164d540c598324bf40ed1174b0a9d763a5fe752ca424602ed916b61efc5611",
            id="all-sections",
        ),
        pytest.param(
            f'{SOURCE}\n[packages]\n"ünïcode" = "*"\n',
            "3e5c5333e6356553578d3e8a044f29a43c46ff2472dd392e1a3a091720744a2e",
            id="other-letters",
        ),
        pytest.param(SOURCE, "7a64e6d3c77610778eef361d192af3a7a472429fef0bb3ff33204865aa045174", id="no-packages"),
    ],
)
def test_a_lock_is_fresh_with_the_hash_that_pipenv_makes(pipfile: str, content_hash: str) -> None:
    assert LockState(FRESH) == said(pipfile, lock(content_hash))
    assert STALE is said(pipfile, lock("0" * 64)).freshness


@pytest.mark.parametrize(
    "pipfile, expected",
    [
        pytest.param(
            f'{SOURCE}\n[packages]\nalpha = "*"\nidna = "<3"\n',
            (8, "Pipfile asks for idna, Pipfile.lock does not hold it"),
            id="missing",
        ),
        pytest.param(
            f'{SOURCE}\n[docs]\nidna = "<3"\n',
            (7, "Pipfile asks for idna, Pipfile.lock does not hold it"),
            id="missing-in-a-category",
        ),
        pytest.param(
            f'{SOURCE}\n[requires]\npython_version = "3.12"\n',
            (7, "the Pipfile is for Python 3.12, its lock was made for 3.11"),
            id="other-python",
        ),
        pytest.param(
            f'{SOURCE}\n[packages]\nidna = {{ version = "*", markers = "os_name == \'nt\'" }}\n',
            (0, "Pipfile changed since Pipfile.lock was written"),
            id="cannot-be-told",
        ),
    ],
)
def test_a_stale_lock_comes_with_a_reason(pipfile: str, expected: tuple[int, str]) -> None:
    found = said(pipfile, lock("0" * 64, {"python_version": "3.11"}, default=LOCKED))

    assert (STALE, PurePosixPath("Pipfile"), *expected) == (found.freshness, found.path, found.line, found.reason)


@pytest.mark.parametrize(
    "pipfile, lock_text, expected",
    [
        pytest.param(
            SPELLED, lock("e8d41b43aa14b97832cd696c9ead76b0c2db55409d94754b442e149c864bd54f"), UNKNOWN, id="older-hash"
        ),
        pytest.param("[packages]\n", lock("0"), UNKNOWN, id="no-source"),
        pytest.param("[packages", lock("0"), UNKNOWN, id="not-toml"),
        pytest.param(f"{SOURCE}[docs]\nx = 2026-01-01\n", lock("0"), UNKNOWN, id="a-date"),
        pytest.param(f"docs = 1\n{SOURCE}", lock("0"), UNKNOWN, id="category-that-is-none"),
        pytest.param(SOURCE, "", STALE, id="empty"),
        pytest.param(SOURCE, "{}", STALE, id="no-hash"),
        pytest.param(SOURCE, '{"_meta": ' + "[" * 100_000, STALE, id="deep"),
        pytest.param(SOURCE, lock("0").encode() + MERGE, STALE, id="merge"),
    ],
)
def test_what_is_out_of_the_ordinary(pipfile: str, lock_text: str | bytes, expected: Freshness) -> None:
    assert expected is said(pipfile, lock_text).freshness


def test_packages() -> None:
    text = lock(
        "0",
        default=LOCKED | {"Beta_x": {"editable": True, "markers": "os_name == 'nt'", "path": "./lib/beta"}},
        develop={
            "alpha": {"version": "==1.0"},
            "gamma": {"git": "https://git.example/gamma.git", "ref": "0123"},
            "delta": {"file": "https://files.example/delta.zip"},
        },
    )

    assert (
        LockedPackage("alpha", "1.0", place="own", hashes=("sha256:11",), line=11),
        LockedPackage("beta-x", "", Origin.FOLDER, "./lib/beta", "os_name == 'nt'", editable=True, line=18),
        LockedPackage("alpha", "1.0", line=25),
        LockedPackage("gamma", "", Origin.VCS, "https://git.example/gamma.git", line=28),
        LockedPackage("delta", "", Origin.URL, "https://files.example/delta.zip", line=32),
    ) == PIPENV.packages(text.encode())


def test_what_is_wanted_is_the_default_category() -> None:
    files = {
        "Pipfile": SOURCE,
        "Pipfile.lock": lock(
            "0",
            default=LOCKED | {"beta": {"markers": "sys_platform == 'nowhere'", "version": "==2.0"}},
            develop=LOCKED | {"gamma": {"version": "==3.0"}},
            docs={"delta": {"version": "==4.0"}},
        ),
    }

    optional = {"gamma": "3.0", "delta": "4.0"}
    assert Wanted({"alpha": "1.0"}, optional) == wanted("pipenv", files)
    assert Wanted({"alpha": "1.0", "beta": "2.0"}, optional) == wanted("pipenv", files, sys_platform="nowhere")


def test_what_a_broken_lock_wants_is_not_known() -> None:
    assert wanted("pipenv", {"Pipfile": SOURCE, "Pipfile.lock": "{"}) is None


def test_the_environment_is_made_first_and_is_then_the_active_one() -> None:
    made, filled = PIPENV.install(service("pipenv"), Setup("/r", "/r/.venv", "/py", cache="/c"))

    assert ("/py", "-I", "-m", "venv", "--without-pip", "/r/.venv") == made.argv
    assert ("pipenv", "sync") == filled.argv
    variables = dict(filled.variables)
    assert ("/r/.venv", "/c") == (variables["VIRTUAL_ENV"], variables["PIPENV_CACHE_DIR"])


@pytest.mark.slow  # starts pipenv six times, each for a second or more
def test_beside_pipenv_itself(tmp_path: Path, projects: Projects, managers: Managers) -> None:
    """One project through its life: fresh, installed, damaged and mended, with something extra, stale."""
    files = projects.pipenv("beta", "gamma", "theta", tail='\n[dev-packages]\neta = "*"\n')
    root = tmp_path / "shop"
    write_files(root, files)

    assert LockState(FRESH) == state("pipenv", files)
    run("pipenv", PIPENV.install(service("pipenv"), setup(root, managers)), root, managers)
    assert Wanted(distributions(root), {"eta": "1.0"}) == wanted("pipenv", files)
    assert {*files, ".venv"} == {path.name for path in root.iterdir()}

    before = snapshot(root)
    (damaged,) = root.glob(".venv/lib/**/gamma/__init__.py")
    damaged.write_text("broken\n", encoding="utf-8")
    run("pipenv", PIPENV.reinstall(service("pipenv"), setup(root, managers), ("gamma",)), root, managers)
    assert before == snapshot(root)

    zeta = {"METADATA": "Metadata-Version: 2.1\nName: zeta\nVersion: 1.0\n", "INSTALLER": "pip\n"}
    record = "".join(f"zeta-1.0.dist-info/{each},,\n" for each in (*zeta, "RECORD"))
    write_files(damaged.parent.parent / "zeta-1.0.dist-info", {**zeta, "RECORD": record})
    run("pipenv", PIPENV.remove(service("pipenv"), setup(root, managers), ("zeta",)), root, managers)
    assert before == snapshot(root)

    files["Pipfile"] = files["Pipfile"].replace("[packages]\n", '[packages]\nzeta = "*"\n')
    write_files(root, files)
    check = PIPENV.check(service("pipenv"), setup(root, managers))
    assert check is not None
    assert "out-of-date" in run("pipenv", [check], root, managers, check=False)
    assert STALE is state("pipenv", files).freshness
