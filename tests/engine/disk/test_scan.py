"""What `scan` recognises in real folders, what it does not enter, and what it does not mind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import MakeRepository, RunKempt
from kempt.engine.disk.scan import scan
from kempt.errors import UsageError
from kempt.model.cleaning import Scan
from support.cleaning import plan, project, spared, taken
from support.envs import make_environment
from support.repositories import write_files

TRASH = ".kempt-trash-20260102-030405-0a0b"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"


def found(root: Path) -> list[str]:
    return names(scan(str(root)), root)


def names(seen: Scan, root: Path) -> list[str]:
    return [str(Path(each.thing.path).relative_to(root)) for each in seen.found]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder that is no home folder and holds none."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


def test_everything_that_can_be_made_again_is_found_once(here: Path) -> None:
    root = project(here / "shop")

    assert [
        ".coverage", ".hypothesis", ".mypy_cache", ".ruff_cache", "app.egg-info", "build", "dist", "src/__pycache__",
    ] == found(root)  # fmt: skip


def test_nothing_inside_what_is_recognised_is_looked_at(here: Path) -> None:
    write_files(here, {".mypy_cache/__pycache__/a.pyc": "", "node_modules/x/.pytest_cache/y": ""})

    assert [".mypy_cache", "node_modules"] == found(here)


def test_an_environment_is_known_by_its_content_whatever_it_is_called(here: Path) -> None:
    make_environment(here / "my env", now=time.time())
    write_files(here, {"venv/a.py": "", "template/pyvenv.cfg": "home = /usr/bin\n", "bare/pyvenv.cfg": "",
                           "bare/bin/x": "", "conda/conda-meta/history": "", "conda/bin/python": ""})  # fmt: skip

    assert ["conda", "my env"] == found(here)


def test_conda_itself_stays(here: Path) -> None:
    write_files(here, {"conda/conda-meta/history": "", "conda/condabin/conda": "", "conda/envs/a/b": ""})

    assert ([], {"conda": "is conda's own installation"}) == (found(here), spared(plan(here), here))


def test_a_project_that_was_made_into_an_environment_stays(here: Path) -> None:
    root = make_environment(here / "shop", now=time.time())
    write_files(root, {"pyproject.toml": "", "app.py": ""})

    assert {"shop": "holds what is not an environment's: app.py, pyproject.toml"} == spared(plan(here), here)


def test_a_build_folder_counts_only_in_a_python_project_and_as_a_build_leaves_it(here: Path) -> None:
    write_files(here, {
        "js/build/lib/a.js": "", "js/dist/a.whl": "", "js/package.json": "",
        "tools/setup.py": "", "tools/build/make.sh": "", "tools/dist/app.js": "",
        "app/setup.cfg": "", "app/build/bdist.linux-x86_64/x": "", "app/dist/app-1.tar.gz": "",
    })  # fmt: skip

    assert ["app/build", "app/dist"] == found(here)


def test_documentation_counts_where_its_sources_lie(here: Path) -> None:
    write_files(here, {
        "docs/conf.py": "", "docs/_build/html/index.html": "", "other/_build/x": "",
        "mkdocs.yml": "", "site/index.html": "", "site/sitemap.xml": "", "x/mkdocs.yml": "", "x/site/a.py": "",
    })  # fmt: skip

    assert ["docs/_build", "site"] == found(here)


def test_a_folder_called_cache_is_taken_if_a_tool_tagged_it(here: Path) -> None:
    write_files(here, {
        "a/pyproject.toml": "", "a/.cache/CACHEDIR.TAG": TAG, "b/pyproject.toml": "", "b/.cache/x": "",
        "c/target/CACHEDIR.TAG": TAG, "d/CACHEDIR.TAG": "another text", "d/__pycache__/x.pyc": "",
    })  # fmt: skip
    cleaning = plan(here)

    assert ["a/.cache", "d/__pycache__"] == taken(cleaning, here)
    assert {
        "b/.cache": "is called a cache, but no tool tagged it as one (--include .cache)",
        "c/target": "is tagged as a cache by a tool that kempt does not know (--include target)",
    } == spared(cleaning, here)


def test_a_link_is_never_followed(here: Path) -> None:
    outside = project(here / "outside")
    inside = here / "inside"
    inside.mkdir()
    (inside / "package").symlink_to(outside)
    (inside / "__pycache__").symlink_to(outside / "src" / "__pycache__")
    (inside / "dist").symlink_to(outside / "dist")
    (inside / "loop").symlink_to(inside)
    write_files(inside, {"a.py": "", "pyproject.toml": ""})
    (inside / "a.pyc").symlink_to(outside / "notes.txt")

    assert [] == found(inside)
    assert {"a.pyc": "is a symbolic link, or not what its name says"} == spared(plan(inside), inside)


def test_a_file_that_is_called_like_a_folder_is_left_alone(here: Path) -> None:
    write_files(here, {"__pycache__": "a file", ".mypy_cache": "a file", ".venv": "/elsewhere"})

    assert [] == found(here)


def test_bytecode_beside_its_source_goes_and_without_it_stays(here: Path) -> None:
    write_files(here, {
        "a.py": "", "a.pyc": "", "a.pyo": "", "a.pyc.140234": "", "a$py.class": "", "legacy.pyc": "", "odd.pyc.12": "",
    })  # fmt: skip

    assert ["a$py.class", "a.pyc", "a.pyc.140234", "a.pyo"] == found(here)
    assert ["legacy.pyc", "odd.pyc.12"] == sorted(spared(plan(here), here))


def test_files_that_tools_write_for_a_project_count_in_one_only(here: Path) -> None:
    write_files(here, {"app/tox.ini": "", "app/x.lcov": "", "app/.coverage.host.1": "", "x.lcov": "", "y.egg": ""})

    assert ["app/.coverage.host.1", "app/x.lcov"] == found(here)


def test_names_that_are_no_text_are_no_obstacle(here: Path) -> None:
    write_files(here, {"caf\udce9\n::x/__pycache__/a.cpython-311.pyc": ""})

    assert [b"caf\xe9\n::x/__pycache__"] == [os.fsencode(each) for each in found(here)]


def test_git_and_other_systems_of_version_control_are_not_entered(here: Path) -> None:
    write_files(here, {"a/.git/x/__pycache__/a.pyc": "", "b/.hg/__pycache__/a.pyc": "", "b/c/__pycache__/a.pyc": ""})

    assert [] == found(here)
    assert {"b/c/__pycache__": "lies in a Mercurial repository, which cannot be asked what it tracks"} == spared(
        plan(here), here
    )


def test_the_library_of_a_python_is_left_alone(here: Path) -> None:
    library = "versions/3.11.7/lib/python3.11"
    write_files(here, {
        **{f"{library}/{name}": "" for name in ("os.py", "site.py", "encodings/__init__.py", "__pycache__/os.pyc")},
        f"{library}/json/__pycache__/x.pyc": "", f"{library}/site-packages/a/__pycache__/x.pyc": "",
        "lib/python3/dist-packages/a/__pycache__/x.pyc": "",
    })  # fmt: skip

    assert [] == found(here)


def test_data_is_not_looked_at(here: Path) -> None:
    write_files(here, {"mlruns/0/__pycache__/a.pyc": "", "wandb/x/__pycache__/a.pyc": "", "db.sqlite3": ""})

    assert ([], ()) == (found(here), plan(here).spared)


def test_what_kempt_put_aside_is_not_looked_at(here: Path) -> None:
    write_files(here, {".kempt-trash-20260102-030405-0a0b/dist/__pycache__/a.pyc": "",
                           ".venv.kempt-old-0a0b0c0d/lib/__pycache__/a.pyc": ""})  # fmt: skip

    assert [] == found(here)


def test_a_folder_that_cannot_be_listed_is_told_and_the_scan_goes_on(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(here, {"a/secret/x": "", "b/__pycache__/x.pyc": ""})
    listed = os.scandir

    def refusing(path: str | int) -> object:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr("kempt.host.scanning.os.scandir", refusing)
    seen = scan(str(here))

    assert ["b/__pycache__"] == names(seen, here)
    assert [(str(here / "a" / "secret"), "Permission denied")] == [tuple(each) for each in seen.unlisted]


def test_a_repository_inside_another_is_the_one_that_counts(git_repo: MakeRepository) -> None:
    root = git_repo({"a.py": ""}).root
    inner = git_repo({"b.py": ""}, name="repo/inner").root
    write_files(root, {"__pycache__/a.pyc": "", "inner/__pycache__/b.pyc": ""})

    assert [str(root), str(inner)] == [each.repository for each in scan(str(root)).found]


def test_what_lies_above_the_folder_counts_too(git_repo: MakeRepository) -> None:
    root = git_repo({"pyproject.toml": "", "uv.lock": "", "src/app/a.py": ""}).root
    write_files(root, {"src/app/__pycache__/a.pyc": ""})
    (seen,) = scan(str(root / "src")).found

    assert (str(root), str(root)) == (seen.thing.project, seen.repository)


def test_a_lock_speaks_for_the_environments_of_its_folder_alone(here: Path) -> None:
    write_files(here, {"uv.lock": "", "inner/.git/HEAD": ""})
    for place in (".venv", ".pixi/envs/default", "tools/env", "inner/.venv"):
        make_environment(here / place, now=time.time())

    assert {".venv": True, ".pixi/envs/default": True, "tools/env": False, "inner/.venv": False} == {
        str(Path(each.thing.path).relative_to(here)): each.locked for each in scan(str(here)).found
    }


def test_the_folder_may_itself_be_such_a_thing(here: Path) -> None:
    root = project(here / "shop")
    make_environment(root / ".venv", now=time.time())

    assert [".venv"] == names(scan(str(root / ".venv")), root)
    assert ["src/__pycache__"] == names(scan(str(root / "src" / "__pycache__")), root)


@pytest.mark.parametrize("name", ["dist", "build", "app.egg-info", ".mypy_cache"])
def test_a_folder_that_a_build_makes_may_be_named(name: str, here: Path) -> None:
    project(here)
    seen = scan(str(here / name))

    assert [(str(here / name), str(here))] == [(each.thing.path, each.thing.project) for each in seen.found]


def test_a_progress_line_is_told(here: Path) -> None:
    told: list[str] = []
    write_files(here, {f"{number}/x": "" for number in range(200)})
    scan(str(here), tell=told.append)

    assert (4, str(here)) == (len(told), told[0])


@pytest.mark.parametrize(
    "path, message",
    [
        ("/", "/ is the whole file system"),
        ("", "an empty path"),
        ("missing", "no such folder: missing"),
        ("a.py", "a.py is a file; what is cleaned is a folder"),
        (".mypy_cache/3.11", ".mypy_cache/3.11 lies inside the tool cache of mypy: {here}/.mypy_cache"),
        (".git", ".git lies inside git's own folder: {here}/.git"),
        (".git/hooks", ".git/hooks lies inside git's own folder: {here}/.git"),
        (TRASH, f"{TRASH} lies inside the trash of kempt: {{here}}/{TRASH}"),
        (".venv/lib", ".venv/lib lies inside an environment: {here}/.venv"),
    ],
)
def test_a_path_that_is_not_to_be_cleaned_is_refused(
    path: str, message: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(here, {"a.py": "", ".mypy_cache/3.11/x": "", ".git/hooks/x": "", f"{TRASH}/x": ""})
    make_environment(here / ".venv", now=time.time())
    monkeypatch.chdir(here)

    with pytest.raises(UsageError) as caught:
        scan(path)
    assert message.replace("{here}", str(here)) == caught.value.message


def test_a_home_folder_is_refused_and_what_holds_it(home: Path, tmp_path: Path) -> None:
    home.mkdir(exist_ok=True)
    (tmp_path / "link").symlink_to(home)

    for path, message in ((home, "is your home folder"), (tmp_path, "holds your home folder"),
                          (tmp_path / "link", "is your home folder")):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            scan(str(path))


def test_a_slash_at_the_end_changes_nothing(here: Path) -> None:
    project(here / "shop")

    assert scan(str(here / "shop")) == scan(f"{here / 'shop'}/")


@pytest.mark.skipif(
    not shutil.which("unshare") or os.geteuid() != 0, reason="mounts something in a namespace of its own"
)
def test_a_mount_point_is_not_crossed(tmp_path: Path, home: Path, kempt: RunKempt) -> None:
    root = project(tmp_path / "repo", {"inner/keep": "", ".pytest_cache/inner/keep": ""})
    write_files(tmp_path, {"other/__pycache__/a.cpython-311.pyc": ""})
    script = """
        mount --bind ../other inner && mount -t tmpfs none .mypy_cache && mount --bind ../other .pytest_cache/inner &&
        "$PYTHON" -m kempt clean -v --color never .
    """
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script], cwd=root, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHON": sys.executable, "HOME": str(home)},
    )  # fmt: skip
    if "permitted" in done.stderr or "denied" in done.stderr:
        pytest.skip("mounting is not allowed here")

    stays = [line for line in done.stdout.splitlines() if line.startswith("stays")]
    assert [
        f"stays: {root}/.mypy_cache lies on another file system",
        f"stays: {root}/.pytest_cache holds a mount point: {root}/.pytest_cache/inner",
    ] == stays
    assert "inner" not in done.stdout.replace(".pytest_cache/inner", "")
