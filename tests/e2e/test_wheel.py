"""The main job from the first screen to the last, with the wheel that users install; every line of it is compared."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

import kempt
from conftest import Ended, MakeRepository
from e2e.conftest import Installed
from support.repositories import Repository, environment

SHOP: dict[str, str | bytes] = {
    "pyproject.toml": """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["httpx"]

[tool.uv]
required-version = ">=0.9"
""",
    "uv.lock": """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "httpx"
version = "0.28.1"
source = { registry = "https://packages.example.com/simple" }
wheels = [
    { url = "https://packages.example.com/httpx-0.28.1-py3-none-any.whl", hash = "sha256:00", size = 1 },
]

[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "httpx" },
]

[package.metadata]
requires-dist = [{ name = "httpx" }]
""",
    ".python-version": "3.12\n",
    "src/shop/app.py": "print(1)\n",
    "src/shop/__pycache__/app.cpython-312.pyc": b"\0" * 1500,
    ".gitignore": "# ours\n.__pypackages__/\n*.log\n",
    "env/pyvenv.cfg": "home = /usr/bin\nversion = 3.9.1\n",
    **{f"env/lib/python3.9/site-packages/big/{number}.py": "x" * 1000 for number in range(1200)},
}
STATUS = """\
shop  ·  1 service (uv)  ·  1,207 tracked files

  ✓ one command rebuilds   `uv.lock` is fresh; not proven on an     kempt verify
                           environment
  ✗ git is clean           a Python 3.9 environment is tracked by   kempt check --fix --unsafe-fixes
                           git: `env`, 1,201 files, 1.2 MB;
                           2 more findings
  · CI caches downloads    no CI file for Python found              kempt init --ci github
  · images are lean        no Dockerfile found

  5 findings (2 errors, 1 warning, 2 info)                          kempt check
"""
CHECK = """\
env/pyvenv.cfg:1:1   KPT101 tracked-environment  a Python 3.9 environment is tracked by git: `env`,
                                                 1,201 files, 1.2 MB   [unsafe fix]
src/shop/__pycache__/app.cpython-312.pyc:1:1
                     KPT102 tracked-bytecode     bytecode is tracked by git: `src/shop/__pycache__`,
                                                 1 file, 1.5 kB   [fix]
.gitignore:1:1       KPT201 unignored-artefact   `git add .` would take `__pycache__`   [fix]
.gitignore:1:1       KPT201 unignored-artefact   `git add .` would take `.venv`   [fix]
.gitignore:2:1       KPT205 dead-ignore-pattern  `.__pypackages__/` matches nothing that any tool
                                                 makes; `__pypackages__/` is meant   [fix]

note  git's history still holds the bytes; to rewrite it: git filter-repo --invert-paths --path env
      (1 more like this: `--verbose`)

5 findings (2 errors, 1 warning, 2 info).
Mend them with `kempt check --fix`, and with `--unsafe-fixes` the environment too.
"""
PLAN = """\
kempt check --fix will:

  write    .gitignore                                 8 lines
  untrack  env/                                       1,201 files, kept on disk
  untrack  src/shop/__pycache__/app.cpython-312.pyc   1 file, kept on disk
  stage    .gitignore

1 file to write, 1,202 files to untrack, 1 file to stage; no file is deleted from disk.
Nothing would be left.
"""
FIX = """\
wrote .gitignore (8 lines)
untracked env/ (1,201 files, kept on disk)
untracked src/shop/__pycache__/app.cpython-312.pyc (1 file, kept on disk)
staged .gitignore

Take it back with `kempt undo ID`.

5 findings mended, nothing left.
"""
KEMPT = """\
shop  ·  1 service (uv)  ·  5 tracked files

  ✓ one command rebuilds   `uv.lock` is fresh; not proven on an environment   kempt verify
  ✓ git is clean           nothing tracked that tools make again
  · CI caches downloads    no CI file for Python found                        kempt init --ci github
  · images are lean        no Dockerfile found
"""
UNDO = """\
kempt check --fix, DATE

kempt undo ID will:

  restore  .gitignore                                 1 entry of git's index
  restore  env/                                       1,201 entries of git's index
  restore  src/shop/__pycache__/app.cpython-312.pyc   1 entry of git's index
  write    .gitignore                                 3 lines

1 file to write, 1,203 index entries to restore; no file is deleted from disk.

restored .gitignore (1 entry of git's index)
restored env/ (1,201 entries of git's index)
restored src/shop/__pycache__/app.cpython-312.pyc (1 entry of git's index)
wrote .gitignore (3 lines)

Take it back with `kempt undo ID`.
"""


@pytest.fixture
def shop(git_repo: MakeRepository) -> Repository:
    return git_repo(SHOP, name="shop")


def run(installed: Installed, cwd: Path, home: Path, *words: str) -> Ended:
    """Run the installed program, without anything of this process's environment."""
    done = subprocess.run(
        [installed.kempt, *words], cwd=cwd, env=environment(home, COLUMNS="100", PYTHONUTF8="1"),
        stdin=subprocess.DEVNULL, capture_output=True, check=False, encoding="utf-8", timeout=120,
    )  # fmt: skip
    out = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "ID", done.stdout)
    return Ended(done.returncode, re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "DATE", out), done.stderr)


def test_the_main_job_from_the_first_screen_to_the_last(installed: Installed, shop: Repository, home: Path) -> None:
    before = shop.git("ls-files", "--stage")
    files = sorted(path for path in shop.root.rglob("*") if ".git" not in path.parts)

    for words, expected in (
        ("", (0, STATUS)),
        ("check", (1, CHECK)),
        ("check --dry-run --unsafe-fixes", (0, PLAN)),
        ("check --fix --unsafe-fixes", (0, FIX)),
        ("check", (0, "Clean: 5 tracked files.\n")),
        ("status", (0, KEMPT)),
        ("init --yes", (0, None)),
        ("init --yes", (0, "Nothing to do: this project has every line that `kempt init` writes.\n")),
        ("undo", (0, None)),
        ("undo", (0, UNDO)),
    ):
        status, out, err = run(installed, shop.root, home, *words.split())
        assert (*expected, "") == (status, out if expected[1] is not None else None, err), words

    assert before == shop.git("ls-files", "--stage")
    assert files == sorted(path for path in shop.root.rglob("*") if ".git" not in path.parts)


def test_a_fix_leaves_only_removals_and_ignore_files_to_commit(
    installed: Installed, shop: Repository, home: Path
) -> None:
    run(installed, shop.root, home, "check", "--fix", "--unsafe-fixes")

    changes = [line.split("\t") for line in shop.git("diff", "--cached", "--name-status").splitlines()]

    assert {"D"} == {state for state, path in changes if path != ".gitignore"}
    assert "" == shop.git("status", "--porcelain", "--untracked-files=all", "--", ":!env").replace(
        "M  .gitignore\n", ""
    ).replace("D  src/shop/__pycache__/app.cpython-312.pyc\n", "")


@pytest.mark.parametrize(
    "words, expected",
    [
        pytest.param("check --exit-zero", 0, id="0-exit-zero"),
        pytest.param("check --select KPT205", 0, id="0-info-alone"),
        pytest.param("check", 1, id="1-findings"),
        pytest.param("check --diff", 1, id="1-difference"),
        pytest.param("check --nonsense", 2, id="2-usage"),
        pytest.param("check ELSEWHERE", 2, id="2-no-repository"),
        pytest.param("check --rev nothing", 2, id="2-no-such-commit"),
        pytest.param("check --exit-zero --rev nothing", 2, id="2-exit-zero-hides-no-error"),
    ],
)
def test_exit_codes(installed: Installed, shop: Repository, home: Path, words: str, expected: int) -> None:
    elsewhere = home / "no-repository"
    elsewhere.mkdir(exist_ok=True)
    argv = words.replace("ELSEWHERE", str(elsewhere)).split()

    assert expected == run(installed, shop.root, home, *argv).status


def test_a_program_of_five_lines(installed: Installed, shop: Repository, home: Path) -> None:
    program = "import sys\nimport kempt\n\nreport = kempt.check(sys.argv[1])\nprint(kempt.to_json(report), end='')\n"

    done = subprocess.run(
        [installed.python, "-c", program, str(shop.root)], env=environment(home), capture_output=True, check=True
    )

    assert 5 == len(json.loads(done.stdout)["findings"])


def test_the_version_and_the_module(installed: Installed, tmp_path: Path, home: Path) -> None:
    done = subprocess.run(
        [installed.python, "-m", "kempt", "-V"], cwd=tmp_path, env=environment(home), capture_output=True, check=True
    )

    assert (0, f"kempt {kempt.__version__}\n", "") == run(installed, tmp_path, home, "--version")
    assert f"kempt {kempt.__version__}".encode() == done.stdout.strip()


def test_completion_needs_nothing_but_what_is_installed(installed: Installed, tmp_path: Path, home: Path) -> None:
    status, out, err = run(installed, tmp_path, home, "completion", "bash")

    assert (0, "", True) == (status, err, "_shtab_kempt" in out)


def test_what_the_wheel_holds(installed: Installed) -> None:
    names = ZipFile(installed.wheel).namelist()

    assert {"kempt/py.typed", "kempt/catalog/artefacts.toml"} <= set(names)
    assert [] == [name for name in names if not name.startswith(("kempt/", f"kempt-{kempt.__version__}.dist-info/"))]
    assert [] == [name for name in names if "__pycache__" in name]
