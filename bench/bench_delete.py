"""Claims: removing an environment costs at most 1.25 times the CPU of `rm -rf`; the trash at most a tenth of its time.

Each run gets a fresh copy of the same environment, which is on the disk before the clock starts. What is measured is
the program as a whole, the start of Python and the journal with it. The kempt command also looks for environments,
weighs them and asks who uses them; its row is there to be seen, and is not what the claims are about.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Table, compare, kempt, report

PACKAGES, MODULES, RUNS = 120, 55, 5
CPU, WALL = 1.25, 0.1
CODE = """
import os, stat, sys
from kempt.engine.apply import apply
from kempt.model.plan import Identity, MoveToTrash, Plan, RemoveTree
kind, root, name = sys.argv[1:]
found = os.lstat(os.path.join(root, name))
step = {"remove": RemoveTree, "trash": MoveToTrash}[kind](
    name, Identity(found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode))
)
sys.stdout.flush()
os._exit(not apply(Plan(root, (step,), "bench")).ok)
"""


def environment(root: Path) -> int:
    """Write something like an environment; how many entries it has."""
    site = root / "lib" / "python3.11" / "site-packages"
    for package in range(PACKAGES):
        for module in range(MODULES):
            folder = site / f"package_{package}" / (f"part_{module % 5}" if module % 3 else "")
            (folder / "__pycache__").mkdir(parents=True, exist_ok=True)
            (folder / f"module_{module}.py").write_bytes(b"# text\n" * 1500)
            (folder / "__pycache__" / f"module_{module}.cpython-311.pyc").write_bytes(b"\0" * 8000)
    (root / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n", encoding="utf-8")
    return sum(len(folders) + len(files) for _, folders, files in os.walk(root))


def tables() -> tuple[Table, ...]:
    """All on copies of one environment, by turns, on the disk that holds temporary files."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        base = Path(folder).resolve()
        entries = environment(base / "template")
        place = base / "project" / ".venv"
        place.parent.mkdir()
        for name in ("pyproject.toml", "uv.lock"):
            (place.parent / name).touch()

        def fresh() -> None:
            for old in (place, *place.parent.glob(".kempt-*")):
                shutil.rmtree(old, ignore_errors=True)
            subprocess.run(["cp", "-a", base / "template", place], check=True)
            os.sync()

        state = ("env", f"KEMPT_STATE_DIR={base / 'state'}")
        library = (*state, sys.executable, "-I", "-S", "-c", _with_paths())
        rows = compare(
            (
                Program("rm -rf", ("rm", "-rf", str(place)), runs=RUNS, before=fresh),
                Program(
                    "kempt, removed", (*library, "remove", str(place.parent), ".venv"), runs=RUNS, before=fresh
                ),
                Program("kempt, trashed", (*library, "trash", str(place.parent), ".venv"), runs=RUNS, before=fresh),
                Program(
                    "kempt clean --envs --no-trash --yes",
                    (*state, kempt(), "clean", "--envs", "--no-trash", "--yes", str(place.parent)),
                    runs=RUNS, before=fresh,
                ),
                Program(
                    "shutil.rmtree",
                    (sys.executable, "-I", "-S", "-c", "import shutil, sys; shutil.rmtree(sys.argv[1])", str(place)),
                    runs=3, before=fresh,
                ),
            )
        )  # fmt: skip
    claims = (
        Claim("removed, CPU over `rm -rf`", rows[1].ratio, CPU),
        Claim("to the trash, wall over `rm -rf`", rows[2].wall / rows[0].wall, WALL),
    )
    return (Table(f"An environment of {entries:,} files and folders goes", rows, claims),)


def _with_paths() -> str:
    """The code, finding kempt where this Python finds it, without the 20 ms of `site`."""
    return f"import sys\nsys.path[:0] = {[path for path in sys.path if path]!r}\n{CODE}"


if __name__ == "__main__":
    raise SystemExit(report(tables()))
