"""What `environments` says of real folders: whose one is, how it stands, when it was used, what it weighs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kempt.engine.disk.envs import environments
from kempt.errors import UsageError
from kempt.model.envs import Environment, State
from support.envs import DAY, PYTHON, SITE, backdate, make_environment

NOW = time.time()


def look(path: Path, *, central: bool = False, sizes: bool = False) -> tuple[Environment, ...]:
    return environments([str(path)], central=central, sizes=sizes).environments


def one(path: Path) -> Environment:
    (found,) = look(path)
    return found


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A project with a manifest, all of it a year old."""
    (tmp_path / "code" / "shop").mkdir(parents=True)
    (tmp_path / "code" / "shop" / "pyproject.toml").write_text("")
    return tmp_path / "code"


def test_an_environment_is_found_by_what_it_holds_whatever_it_is_called(code: Path) -> None:
    make_environment(code / "shop" / "my_env", now=NOW)
    (code / "shop" / "venv").mkdir()  # a package of that name
    (code / "shop" / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")  # a template: no folder of an environment

    assert [str(code / "shop" / "my_env")] == [each.path for each in look(code)]


def test_nothing_inside_an_environment_is_looked_for(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW)
    make_environment(code / "shop" / ".venv" / SITE / "inner", now=NOW)

    assert [str(code / "shop" / ".venv")] == [each.path for each in look(code)]


def test_the_folder_asked_for_may_be_one(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW)

    assert str(code / "shop" / ".venv") == one(code / "shop" / ".venv").path


def test_links_are_not_followed_and_one_is_found_once(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW)
    (code / "linked").symlink_to(code / "shop")
    (code / "shop" / "loop").symlink_to(code)

    assert 1 == len(environments([str(code), str(code / "shop")], central=False, sizes=False).environments)


def test_what_cannot_be_listed_is_told(code: Path) -> None:
    (code / "closed").mkdir(mode=0)
    try:
        found = environments([str(code)], central=False, sizes=False)
    finally:
        (code / "closed").chmod(0o755)

    assert [str(code / "closed")] * (os.geteuid() != 0) == [each.path for each in found.unread]


def test_a_path_that_is_missing_is_the_users_side(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        environments([str(tmp_path / "gone")])


@pytest.mark.parametrize("sign", ["uv/CACHEDIR.TAG", "pre-commit/db.db"])
def test_what_lies_in_a_cache_is_pruned_with_it_and_not_listed(code: Path, sign: str) -> None:
    make_environment(code / sign.partition("/")[0] / "environments-v2" / "x", now=NOW)
    (code / sign).write_text("")

    assert () == look(code)


def test_a_cache_that_is_asked_for_by_name_is_looked_into(code: Path) -> None:
    make_environment(code / "uv" / "environments-v2" / "x", now=NOW)
    (code / "uv" / "CACHEDIR.TAG").write_text("")

    assert 1 == len(look(code / "uv"))


def test_tox_tags_its_folder_and_is_entered_all_the_same(code: Path) -> None:
    make_environment(code / "shop" / ".tox" / "py311", now=NOW)
    (code / "shop" / ".tox" / "CACHEDIR.TAG").write_text("")

    assert ["tox"] == [each.manager for each in look(code)]


def test_kempts_trash_is_not_entered(code: Path) -> None:
    make_environment(code / "shop" / ".kempt-trash-20261122-185501-3f2a" / ".venv", now=NOW)

    assert () == look(code)


# --- whose it is


@pytest.mark.parametrize(
    "settings, files, manager",
    [
        ("", (), "venv"),
        ("uv = 0.13.9\n", (), "uv"),
        ("virtualenv = 21.1\n", (), "virtualenv"),
        ("virtualenv = 21.1\n", ("poetry.lock",), "Poetry"),
        ("virtualenv = 21.1\n", ("pdm.lock",), "PDM"),
        ("virtualenv = 21.1\n", ("Pipfile.lock",), "Pipenv"),
        ("virtualenv = 21.1\n", ("Pipfile.lock", "pdm.lock"), "virtualenv"),
        ("uv = 0.13.9\n", (".venv/uv-receipt.toml",), "uv tool"),
        ("", (".venv/pipx_metadata.json",), "pipx"),
    ],
)
def test_who_made_it(code: Path, settings: str, files: tuple[str, ...], manager: str) -> None:
    make_environment(code / "shop" / ".venv", now=NOW, settings=settings)
    for name in files:
        (code / "shop" / name).write_text("")

    assert manager == one(code).manager


@pytest.mark.parametrize("folder, manager", [(".tox/py311", "tox"), (".nox/tests-3-11", "nox")])
def test_runners_keep_theirs_in_a_folder_of_the_project(code: Path, folder: str, manager: str) -> None:
    make_environment(code / "shop" / folder, now=NOW)
    found = one(code)

    assert (manager, str(code / "shop")) == (found.manager, found.project and found.project.root)


def test_conda_is_known_by_its_history(code: Path) -> None:
    meta = code / "shop" / "conda" / "conda-meta"
    meta.mkdir(parents=True)
    (meta / "history").write_text("")
    (meta / "python-3.12.4-h99153fb_1_cpython.json").write_text("{}")
    (meta / "tk-8.6.14-h39e8969_0.json").write_text("{}")
    found = one(code)

    assert ("conda", "3.12.4", 2, State.OK) == (found.manager, found.python, found.packages, found.state)


def test_pixi_keeps_several(code: Path) -> None:
    for name in ("default", "docs"):
        meta = code / "shop" / ".pixi" / "envs" / name / "conda-meta"
        meta.mkdir(parents=True)
        (meta / "history").write_text("")

    assert [("pixi", "shop"), ("pixi", "shop")] == [
        (each.manager, each.project and each.project.name) for each in look(code)
    ]


def test_pdm_without_an_environment(code: Path) -> None:
    (code / "shop" / "__pypackages__" / "3.11" / "lib" / "idna-3.10.dist-info").mkdir(parents=True)
    found = one(code)

    assert ("PDM", "3.11", 1) == (found.manager, found.python, found.packages)


def test_python_and_the_number_of_packages(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW, packages=("a-1", "b-2", "c-3"))
    found = one(code)

    assert ("3.11.7", 3) == (found.python, found.packages)


# --- the project


def test_the_project_is_the_folder_around_it(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW)
    project = one(code).project

    assert project
    assert ("shop", str(code / "shop"), "it lies in it") == project


def test_a_folder_without_a_manifest_is_no_project(code: Path) -> None:
    make_environment(code / "all" / "scratch", now=NOW, settings="prompt = 'ideas'\n")
    project = one(code / "all").project

    assert project
    assert ("ideas", "") == (project.name, project.root)


def test_pipenv_notes_the_project_down(home: Path, tmp_path: Path) -> None:
    root = home / ".local" / "share" / "virtualenvs" / "shop-AAAAAAAA"
    make_environment(root, now=NOW)
    (root / ".project").write_text(f"{tmp_path}\n")
    (tmp_path / "empty").mkdir()
    (found,) = look(tmp_path / "empty", central=True)

    assert ("Pipenv", str(tmp_path)) == (found.manager, found.project and found.project.root)


def test_an_editable_install_tells_the_project(home: Path, code: Path) -> None:
    root = home / ".virtualenvs" / "work"
    make_environment(root, now=NOW)
    note = f'{{"url": "file://{code}/shop", "dir_info": {{"editable": true}}}}'
    (root / SITE / "idna-3.10.dist-info" / "direct_url.json").write_text(note)
    (found,) = look(code, central=True)

    assert ("virtualenvwrapper", str(code / "shop")) == (found.manager, found.project and found.project.root)


def test_the_hash_in_poetrys_name_tells_the_project_among_those_that_are_known(home: Path, code: Path) -> None:
    from kempt.managers.environment_names import _hash

    for project in (str(code / "shop"), "/somewhere/else"):
        make_environment(
            home / "cache" / "pypoetry" / "virtualenvs" / f"x-{_hash(project, whole=True)}-py3.11", now=NOW
        )
    projects = [each.project for each in look(code, central=True)]

    assert {str(code / "shop"), ""} == {project.root for project in projects if project}
    assert {"shop", "x"} == {project.name for project in projects if project}


# --- central places


def test_variables_move_central_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "WORKON_HOME": ("a/x", "virtualenvwrapper"),
        "POETRY_VIRTUALENVS_PATH": ("b/x", "Poetry"),
        "POETRY_CACHE_DIR": ("c/virtualenvs/x", "Poetry"),
        "HATCH_DATA_DIR": ("d/env/virtual/shop/hash/shop", "Hatch"),
        "PIPX_HOME": ("e/venvs/x", "pipx"),
        "UV_TOOL_DIR": ("f/x", "uv tool"),
        "PYENV_ROOT": ("g/versions/3.11.7/envs/x", "pyenv"),
    }
    for variable, (below, _) in wanted.items():
        monkeypatch.setenv(variable, str(tmp_path / below.split("/")[0]))
        make_environment(tmp_path / below, now=NOW)
    (tmp_path / "empty").mkdir()
    found = {each.path: each.manager for each in look(tmp_path / "empty", central=True)}

    assert {str(tmp_path / below): manager for below, manager in wanted.values()} == found


def test_managers_settings_move_them_too(tmp_path: Path, home: Path) -> None:
    (home / "config" / "pypoetry").mkdir(parents=True)
    (home / "config" / "pypoetry" / "config.toml").write_text(f'[virtualenvs]\npath = "{tmp_path}/poetry"\n')
    (home / ".condarc").write_text(f"channels:\n  - x\nenvs_dirs:\n  - '{tmp_path}/conda'\n  - ~/more # mine\nx: 1\n")
    (home / ".conda").mkdir()
    (home / ".conda" / "environments.txt").write_text(f"{tmp_path}/gone\n{tmp_path}/noted\n")
    make_environment(tmp_path / "poetry" / "x", now=NOW)
    for path in (tmp_path / "conda" / "x", home / "more" / "y", tmp_path / "noted"):
        (path / "conda-meta").mkdir(parents=True)
        (path / "conda-meta" / "history").write_text("")
    (tmp_path / "empty").mkdir()
    found = {each.path: each.manager for each in look(tmp_path / "empty", central=True)}

    assert {
        str(tmp_path / "poetry" / "x"): "Poetry", str(tmp_path / "conda" / "x"): "conda",
        str(home / "more" / "y"): "conda", str(tmp_path / "noted"): "conda",
    } == found  # fmt: skip


def test_without_central_places_only_what_lies_below_the_path(home: Path, code: Path) -> None:
    make_environment(home / ".virtualenvs" / "work", now=NOW)
    make_environment(code / "shop" / ".venv", now=NOW)

    assert ([1, 2]) == [len(look(code)), len(look(code, central=True))]


# --- how it stands


def test_a_good_one_is_ok(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW)

    assert (State.OK, "") == (one(code).state, one(code).reason)


def test_a_dangling_interpreter_breaks_it(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW, python=Path("/opt/python3.8/bin/python3.8"))

    assert (State.BROKEN, "its Python is gone: /opt/python3.8/bin/python3.8") == one(code)[7:9]


def test_a_copy_whose_base_is_gone_is_broken_too(code: Path) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW, python=None)
    (root / "bin" / "python").write_text("")
    (root / "pyvenv.cfg").write_text("home = /opt/gone/bin\nversion = 3.8.1\n")

    assert (State.BROKEN, "the Python that it was made from is gone: /opt/gone/bin") == one(code)[7:9]


def test_one_without_a_python_is_half_made(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW, python=None)

    assert (State.INCOMPLETE, "it has no Python") == one(code)[7:9]


def test_one_that_a_sync_was_stopped_on_is_half_made_and_stays(code: Path) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW)
    (root / ".kempt-incomplete").write_bytes(b"{}")
    found = one(code)

    assert State.INCOMPLETE is found.state
    assert found.kept


def test_a_lock_newer_than_the_packages_makes_it_stale(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=NOW, age_days=3)
    (code / "shop" / "uv.lock").write_text("")

    assert (State.STALE, "uv.lock is newer than its packages") == one(code)[7:9]


def test_a_lock_that_was_written_with_the_packages_does_not(code: Path) -> None:
    make_environment(code / "shop" / ".venv", now=time.time())
    (code / "shop" / "uv.lock").write_text("")

    assert State.OK is one(code).state


def test_one_whose_project_is_gone_is_orphaned(home: Path, code: Path) -> None:
    root = make_environment(home / ".local" / "share" / "virtualenvs" / "old-AAAAAAAA", now=NOW)
    (root / ".project").write_text(f"{code}/old\n")
    (found,) = look(code, central=True)

    assert (State.ORPHANED, f"its project is gone: {code}/old") == found[7:9]


def test_a_project_on_a_disk_that_is_away_is_not_gone(home: Path, code: Path) -> None:
    root = make_environment(home / ".local" / "share" / "virtualenvs" / "old-AAAAAAAA", now=NOW)
    (root / ".project").write_text("/media/ada/stick/old\n")
    (found,) = look(code, central=True)

    assert State.OK is found.state


@pytest.mark.parametrize("age_days, state", [(30, State.ORPHANED), (1, State.OK)])
def test_one_that_is_left_alone_in_its_folder_is_orphaned_unless_it_is_new(
    code: Path, age_days: int, state: State
) -> None:
    make_environment(code / "old" / ".venv", now=NOW, age_days=age_days)
    (code / "old" / "__pycache__").mkdir()

    assert state is one(code / "old").state


@pytest.fixture
def running(code: Path) -> Iterator[Path]:
    """An environment in which a Python runs that was started by its own name."""
    root = make_environment(code / "shop" / ".venv", now=NOW, age_days=400)
    process = subprocess.Popen(
        [root / "bin" / "python", "-S", "-c", "print(flush=True); import time; time.sleep(60)"],
        stdout=subprocess.PIPE, cwd="/",
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.read(1)
    yield root
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes use")
def test_one_in_which_a_process_runs_is_in_use_now(running: Path) -> None:
    found = one(running.parent)

    assert (State.IN_USE, True, True) == (found.state, bool(found.kept), "runs its Python" in found.reason)
    assert found.used
    assert NOW < found.used.ns / 10**9


def test_the_one_that_is_active_is_in_use(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW)
    monkeypatch.setenv("VIRTUAL_ENV", str(root))

    assert (State.IN_USE, "it is active in this shell (VIRTUAL_ENV)") == one(code)[7:9]


def test_the_one_that_kempt_runs_in_is_in_use() -> None:
    (found,) = environments([sys.prefix], central=False, sizes=False).environments

    assert State.IN_USE is found.state


def test_one_that_is_locked_is_in_use(code: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    root = make_environment(code / "shop" / ".venv", now=NOW)
    with (root / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)

        assert (State.IN_USE, "a program is at work on it") == one(code)[7:9]


# --- what is kept


def kept(path: Path) -> str:
    return one(path).kept


def test_one_with_somebodys_sources_in_it_is_kept(code: Path) -> None:
    root = make_environment(code / "flask", now=NOW)
    (root / "app.py").write_text("")

    assert "it holds a file that no environment has: app.py" == kept(root)


def test_one_with_a_checkout_in_it_is_kept(code: Path) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW)
    (root / "src" / "lib" / ".git").mkdir(parents=True)

    assert "it holds a repository: src" == kept(code)


def test_a_home_folder_is_kept(home: Path) -> None:
    make_environment(home / "x", now=NOW)
    for each in ("bin", "lib", "pyvenv.cfg"):
        (home / "x" / each).rename(home / each)

    assert "it is a home folder" == kept(home)


def test_the_one_around_the_current_folder_is_kept(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW)
    monkeypatch.chdir(root / "lib")

    assert "the current folder lies in it" == kept(root)


def test_conda_itself_is_kept(code: Path) -> None:
    for name in ("conda-meta", "condabin", "pkgs", "envs"):
        (code / "miniconda3" / name).mkdir(parents=True)
    (code / "miniconda3" / "conda-meta" / "history").write_text("")

    assert "conda itself lives in it" == kept(code)


def test_one_that_another_was_made_from_is_kept(code: Path) -> None:
    base = make_environment(code / "base", now=NOW)
    other = make_environment(code / "shop" / ".venv", now=NOW, python=base / "bin" / "python")
    found = {Path(each.path): each.kept for each in look(code)}

    assert {base: f"another environment needs it: {other}", other: ""} == found


PYENV = ".pyenv" + "/versions"


@pytest.mark.parametrize(
    "place, command",
    [
        (".local/share/pipx/venvs/cowsay", "pipx uninstall cowsay"),
        (".local/share/uv/tools/ruff", "uv tool uninstall ruff"),
        (f"{PYENV}/3.11.7/envs/work", "pyenv virtualenv-delete work"),
    ],
)
def test_some_are_removed_by_their_managers(home: Path, code: Path, place: str, command: str) -> None:
    make_environment(home / place, now=NOW)
    (found,) = look(code, central=True)

    assert command == found.removal


# --- what it weighs and holds


@pytest.mark.skipif(sys.platform != "linux", reason="it counts as GNU's du does, in blocks of 4 kB")
def test_sizes_are_those_of_du_and_shared_files_count_once(code: Path) -> None:
    first = make_environment(code / "shop" / ".venv", now=NOW)
    second = make_environment(code / "shop" / "venv", now=NOW)
    module = Path(SITE) / "idna" / "__init__.py"
    (second / module).unlink()
    os.link(first / module, second / module)
    done = subprocess.run(["du", "-sc", "-B1", first, second], capture_output=True, check=True, encoding="utf-8")
    found = environments([str(code)], central=False)
    weights = [each.weight for each in found.environments if each.weight]

    assert found.total
    assert int(done.stdout.splitlines()[-1].split()[0]) == found.total.bytes
    assert [8192, 8192] == [each.shared for each in weights]
    assert found.total.bytes == sum(each.bytes for each in weights) + 8192


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 100, b"\xff\xfe" * 100, b"home\n" * 1000, b"home = " + b"x" * 60_000, b"x" * 10**6, b"",
        b"home = /a\0b\nversion = 3.11.7", b"prompt = \x1b[31mred\n", b"version = 9" + b"9" * 5000,
    ],
)  # fmt: skip
def test_any_pyvenv_cfg_ends_in_a_row(code: Path, content: bytes) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW)
    (root / "pyvenv.cfg").write_bytes(content)

    assert 1 == len(look(code))


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_a_pyvenv_cfg_that_is_no_file_breaks_it(code: Path, kind: str) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW)
    (root / "pyvenv.cfg").unlink()
    if kind == "link":
        (root / "pyvenv.cfg").symlink_to("/dev/zero")
    elif kind == "fifo":
        os.mkfifo(root / "pyvenv.cfg")
    else:
        (root / "pyvenv.cfg").mkdir()

    assert State.BROKEN is one(code).state


def test_nothing_is_changed_by_looking_and_no_access_time_either(code: Path) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW, age_days=400)
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_atime_ns) for path in root.rglob("*") if path.is_file()}
    backdated = (root / "pyvenv.cfg").stat().st_atime_ns
    environments([str(code)])

    assert backdated == (root / "pyvenv.cfg").stat().st_atime_ns
    assert before == {
        path: (path.lstat().st_mtime_ns, path.lstat().st_atime_ns) for path in before if not path.is_symlink()
    } | {path: before[path] for path in before if path.is_symlink()}


def test_a_name_that_is_no_text_is_shown_all_the_same(code: Path) -> None:
    place = os.fsdecode(os.fsencode(code) + b"/\xff\n\x1b[31m")
    make_environment(Path(place) / ".venv", now=NOW)

    assert f"{place}/.venv" == one(code).path


def test_a_real_environment_of_the_standard_library(code: Path) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", code / "shop" / ".venv"], check=True)
    found = one(code)

    assert ("venv", State.OK, 0) == (found.manager, found.state, found.packages)
    assert found.python.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")


def test_a_real_environment_of_virtualenv(code: Path) -> None:
    pytest.importorskip("virtualenv", reason="it is among the locked tools, and not in every environment of the tests")
    subprocess.run(
        [sys.executable, "-m", "virtualenv", "--quiet", "--without-pip", code / "shop" / ".venv"], check=True
    )
    found = one(code)

    assert ("virtualenv", State.OK) == (found.manager, found.state)


def test_it_is_used_when_bytecode_was_written_in_it(code: Path) -> None:
    root = make_environment(code / "shop" / ".venv", now=NOW, age_days=400)
    backdate(code / "shop" / "pyproject.toml", NOW - 500 * DAY)
    cache = root / SITE / "idna" / "__pycache__"
    os.utime(cache, (NOW - 5 * DAY, NOW - 5 * DAY))
    used = one(code).used

    assert used
    assert ("bytecode written", 5) == (used.evidence, round((NOW - used.ns / 10**9) / DAY))
