"""`kempt clean` on what real tools made: a real environment, a real build's bytecode, a real repository."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from conftest import MakeRepository, RunKempt
from support.repositories import environment, write_files

DAY = 24 * 3600


def test_a_real_project_is_cleaned_and_works_again(git_repo: MakeRepository, kempt: RunKempt, home: Path) -> None:
    repository = git_repo({
        ".gitignore": ".venv/\n__pycache__/\n/dist/\n", "pyproject.toml": "", "uv.lock": "", "src/app.py": "x = 1\n",
        "src/__init__.py": "", "data/kept.pyc": "tracked",
    })  # fmt: skip
    root = repository.root
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    os.utime(root / ".venv", (time.time() - DAY, time.time() - DAY))
    python = root / ".venv" / "bin" / "python"
    imported = [str(python), "-c", "import src.app; print(src.app.x)"]
    variables = environment(home, PYTHONDONTWRITEBYTECODE="")
    subprocess.run(imported, cwd=root, check=True, env=variables)
    write_files(root, {"dist/app-1.0.tar.gz": "mine"})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git/" not in str(path)}

    done = kempt("clean", "--all", "--yes")
    gone = (not python.exists(), not (root / "src" / "__pycache__").exists(), not (root / "dist").exists())
    status = repository.git("status", "--short")
    undone = kempt("undo", "--yes")

    assert (0, (True, True, True), "", 0) == (done.status, gone, status, undone.status), done
    assert {} == {
        path: "changed"
        for path, content in before.items()
        if "__pycache__" not in path.parts and path.read_bytes() != content
    }
    assert b"1\n" == subprocess.run(imported, cwd=root, check=True, capture_output=True, env=variables).stdout


def test_bytecode_of_a_real_environment_stays_and_comes_back_where_it_was_asked_for(
    git_repo: MakeRepository, kempt: RunKempt, home: Path
) -> None:
    root = git_repo({"uv.lock": ""}).root
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    (site,) = (root / ".venv" / "lib").glob("python3*/site-packages")
    write_files(site, {"thing/__init__.py": "x = 2\n"})
    imported = [str(root / ".venv" / "bin" / "python"), "-c", "import thing; print(thing.x)"]
    subprocess.run(imported, check=True, env=environment(home, PYTHONDONTWRITEBYTECODE=""))
    cache = site / "thing" / "__pycache__"
    assert cache.exists()

    assert (0, True) == (kempt("clean", "--yes").status, cache.exists())
    assert (0, False) == (kempt("clean", "--bytecode", "--in-environments", "--yes").status, cache.exists())
    assert (
        b"2\n"
        == subprocess.run(
            imported, check=True, capture_output=True, env=environment(home, PYTHONDONTWRITEBYTECODE="")
        ).stdout
    )
    assert cache.exists()


def test_the_environment_that_runs_kempt_is_never_taken(tmp_path: Path, kempt: RunKempt) -> None:
    shop = tmp_path / "repo"
    write_files(shop, {"uv.lock": "", "run.py": "import time; time.sleep(60)\n"})
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(shop / ".venv")], check=True)
    os.utime(shop / ".venv", (time.time() - DAY, time.time() - DAY))
    with subprocess.Popen([str(shop / ".venv" / "bin" / "python"), "run.py"], cwd=shop) as running:
        while b"run.py" not in Path(f"/proc/{running.pid}/cmdline").read_bytes():
            time.sleep(0.01)
        shown = kempt("clean", "--envs", "--yes", "-v")
        running.kill()

    assert (True, f"({running.pid}) runs its Python" in shown.out) == ((shop / ".venv").exists(), True), shown
