"""`kempt sync` with the real managers: the environment that the lock says, or a refusal before anything is written."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Ended, MakeRepository, RunKempt
from support.managers import Managers
from support.projects import Files, Projects
from support.repositories import Repository
from support.wheels import pyproject

WANTED = ("beta", "gamma", "delta", "zeta", "theta")
LOCKED = {"alpha": "3.0", **dict.fromkeys(WANTED, "1.0")}
ONE_LINE = re.compile(r"  [0-9a-f]{12}  +\d+\.\d$", re.MULTILINE)
VERSION = sys.version.split()[0]

Sync = Callable[..., Ended]


@pytest.fixture
def sync(kempt: RunKempt, managers: Managers) -> Sync:
    """Run `kempt sync` where the managers are on PATH."""

    def run(*args: str, cwd: Path | None = None, **env: str) -> Ended:
        return kempt("sync", *args, cwd=cwd, **(managers.variables | env))

    return run


def results(ended: Ended) -> dict[str, dict[str, Any]]:
    """The services of a JSON report, by their roots."""
    assert ended.out, ended.err
    return {each["service"]: each for each in json.loads(ended.out)["services"]}


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file, folder and link below a folder: mode and content."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            content = (
                os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            )
            found[str(path.relative_to(root))] = (mode, content)
    return found


def versions(root: Path) -> dict[str, str]:
    """What an environment holds, by the names of its dist-info folders."""
    found = (
        path.name.removesuffix(".dist-info").split("-") for path in root.glob(".venv/lib/*/site-packages/*.dist-info")
    )
    return {name: version for name, version in found if name not in {"pip", "setuptools", "wheel"}}


MANAGERS: dict[str, Callable[[Projects], Files]] = {
    "uv": lambda p: p.uv(*WANTED),
    "uv-packaged": lambda p: p.uv(*WANTED, packaged=True),
    "poetry": lambda p: p.poetry(*WANTED),
    "poetry-packaged": lambda p: p.poetry(*WANTED, packaged=True),
    "pdm": lambda p: p.pdm(*WANTED),
    "pipenv": lambda p: p.pipenv(*WANTED),
    "requirements": lambda p: p.requirements(*WANTED),
    "pylock": lambda p: p.pylock(*WANTED),
}


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in MANAGERS.items()])
def test_a_fresh_clone_gets_what_the_lock_says_and_a_second_run_does_nothing(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, sync: Sync, tmp_path: Path
) -> None:
    origin = git_repo(make(projects), "origin")
    origin.git("clone", "--quiet", ".", str(tmp_path / "repo"))

    first = results(sync("--output-format", "json"))["."]
    installed = state(tmp_path / "repo" / ".venv")
    second = results(sync("--output-format", "json"))["."]

    assert ("installed", None) == (first["outcome"], first["refusal"])
    assert {} == {name: version for name, version in LOCKED.items() if versions(tmp_path / "repo").get(name) != version}
    assert ("unchanged", first["digest"]) == (second["outcome"], second["digest"])
    assert installed == state(tmp_path / "repo" / ".venv")
    assert "" == origin.git("-C", str(tmp_path / "repo"), "status", "--porcelain")


def test_the_table_and_the_next_command(projects: Projects, git_repo: MakeRepository, sync: Sync) -> None:
    git_repo(projects.uv("alpha", "gamma"))

    ended = sync()

    assert (0, "") == (ended.status, ended.err)
    assert (
        "service  manager  Python  packages  result     digest        seconds\n"
        f".        uv       {VERSION}         2  installed  DIGEST\n"
        "\n"
        "Prove it with `kempt verify`.\n"
    ) == ONE_LINE.sub("  DIGEST", ended.out)


STALE = pyproject(
    {"name": "shop", "version": "1.0", "requires-python": ">=3.11", "dependencies": ["alpha<2"]}, packaged=False
)


def stale(repo: Repository) -> None:
    text = (repo.root / "pyproject.toml").read_text().replace('"alpha"', '"alpha<2"')
    repo.write({"pyproject.toml": text})


def conflict(repo: Repository) -> None:
    text = (repo.root / "uv.lock").read_text()
    repo.write({"uv.lock": f"<<<<<<< HEAD\n{text}=======\n>>>>>>> other\n"})


def cut(repo: Repository) -> None:
    text = (repo.root / "uv.lock").read_bytes()
    repo.write({"uv.lock": text[:-40] + b'[[package\nname = "'})


def untracked(repo: Repository) -> None:
    repo.git("rm", "--quiet", "--cached", "uv.lock")


def ignored(repo: Repository) -> None:
    untracked(repo)
    repo.write({".gitignore": ".venv\n*.lock\n"})


def another(repo: Repository) -> None:
    repo.write(
        {"poetry.lock": '# This file is generated by Poetry 2.5.1\npackage = []\n\n[metadata]\nlock-version = "2.1"\n'}
    )
    repo.stage(["poetry.lock"])


def gone(repo: Repository) -> None:
    (repo.root / "uv.lock").unlink()


def unlocked(repo: Repository) -> None:
    repo.git("rm", "--quiet", "uv.lock")


def linked(repo: Repository) -> None:
    (repo.root / "elsewhere").mkdir()
    (repo.root / ".venv").symlink_to("elsewhere")


def a_file(repo: Repository) -> None:
    repo.write({".venv": "shop\n"})


def a_folder(repo: Repository) -> None:
    repo.write({".venv/notes.txt": "mine\n"})


def other_python(repo: Repository) -> None:
    repo.write({".python-version": "3.10\n"})


def no_python(repo: Repository) -> None:
    repo.write({".python-version": "3.47\n"})


def no_such_uv(repo: Repository) -> None:
    repo.write({"uv.toml": ""})


REFUSED = [
    pytest.param(stale, 3, "uv.lock is stale: .*alpha<2.*Run: uv lock  [KPT303]", id="stale"),
    pytest.param(conflict, 3, "uv.lock cannot be used: conflict markers: resolve the merge (line 1)  [KPT002]", id="conflict"),
    pytest.param(cut, 3, "uv.lock .*", id="unparsable"),
    pytest.param(untracked, 3, "git does not track uv.lock. Run: git add uv.lock  [KPT304]", id="untracked"),
    pytest.param(
        ignored, 3,
        "git does not track uv.lock, because .gitignore:2 ignores it (`*.lock`). "
        "Run: kempt check --fix && git add uv.lock  [KPT203]",
        id="ignored",
    ),
    pytest.param(another, 3, ".*uv.lock.*poetry.lock.*[KPT302]", id="two-locks"),
    pytest.param(gone, 3, "uv.lock is tracked, and not there. Run: git restore uv.lock  [KPT001]", id="deleted"),
    pytest.param(unlocked, 3, "there is no .*. Run: uv lock  [KPT301]", id="no-lock"),
    pytest.param(linked, 2, ".venv is a symbolic link, so kempt leaves it alone; move it away first", id="link"),
    pytest.param(a_file, 2, ".venv is a file, so kempt leaves it alone; move it away first", id="file"),
    pytest.param(
        a_folder, 2, ".venv is a folder without pyvenv.cfg, so kempt leaves it alone; move it away first", id="folder"
    ),
    pytest.param(
        other_python, 2, ".python-version asks for Python 3.10, and pyproject.toml for >=3.11.*", id="contradiction"
    ),
    pytest.param(
        no_python, 5, "Python 3.47 is not installed (.python-version asks for it). Run: uv python install 3.47",
        id="no-python",
    ),
]  # fmt: skip


@pytest.mark.parametrize("spoil, code, message", REFUSED)
def test_what_cannot_be_installed_is_refused_in_one_line_before_anything_is_written(
    spoil: Callable[[Repository], None],
    code: int,
    message: str,
    projects: Projects,
    git_repo: MakeRepository,
    sync: Sync,
) -> None:
    repo = git_repo(projects.uv("alpha"))
    spoil(repo)
    before = state(repo.root)

    ended, detailed = sync("--quiet"), sync("--quiet", "--exit-code-detail")

    assert before == state(repo.root)
    assert (2, code) == (ended.status, detailed.status)
    pattern = ".*".join(map(re.escape, f"\n.: {message}\n".split(".*")))
    assert re.fullmatch(pattern, ended.out), ended
