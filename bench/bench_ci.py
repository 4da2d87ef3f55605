"""Claims: 40 workflows cost 0.6 CPU seconds, none costs no parser; over real workflows at most 3 times zizmor.

KEMPT_CORPUS names a folder with git directories of real repositories, one `owner+name` each (tests/e2e/test_corpus.py
says how to make it); without it only the repository made here is measured.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Claim, Program, Table, compare, kempt, python, report
from repositories import committed

WORKFLOWS = 40
CI_SECONDS = 0.6
OVER_ZIZMOR = 3
PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["idna"]\n',
    "uv.lock": "version = 1\n",
    ".gitignore": ".venv\n__pycache__/\n",
    **{f"src/shop/part{number}.py": "" for number in range(200)},
}
STEPS = """\
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: ${{ matrix.python }}
      - uses: actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0
        with:
          path: ~/.cache/uv
          key: ${{ runner.os }}-${{ runner.arch }}-py${{ matrix.python }}-${{ hashFiles('uv.lock') }}
      - name: Install
        run: |
          python -m pip install uv==0.13.9
          if [ -f uv.lock ]; then
            uv sync --locked
          else
            pip install -r requirements.txt
          fi
      - name: Test
        run: |
          for part in src/shop/*.py; do
            uv run --locked pytest "$part" --quiet
          done
      - run: uv cache prune --ci
"""
JOB = """\
  {name}:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    strategy:
      matrix:
        python: ["3.12", "3.13"]
    steps:
{steps}"""


def workflow(number: int) -> str:
    """A workflow of about 5 kB: four jobs of six steps."""
    jobs = "".join(JOB.format(name=f"job{job}", steps=STEPS) for job in range(4))
    return f"name: CI {number}\non: [push]\npermissions: {{}}\njobs:\n{jobs}"


def tables() -> tuple[Table, ...]:
    """kempt with all rules on many workflows and on none, and beside zizmor."""
    with TemporaryDirectory(prefix="kempt-bench-") as folder:
        made = _made(Path(folder))
        corpus = os.environ.get("KEMPT_CORPUS", "")
        return (made, _beside_zizmor(Path(folder), Path(corpus))) if corpus else (made,)


def _made(folder: Path) -> Table:
    workflows = {f".github/workflows/ci{number}.yml": workflow(number) for number in range(WORKFLOWS)}
    many = str(committed(folder / "many", PROJECT | workflows))
    none = str(committed(folder / "none", PROJECT))
    check = (kempt(), "check", "--isolated", "--exit-zero")
    title = f"kempt check, {WORKFLOWS} workflows of {len(workflow(0)):,} bytes"
    rows = compare(
        (
            python(),
            Program(title, check, many),
            Program("the same without rules on CI and hooks", (*check, "--ignore", "KPT4,KPT6"), many),
            Program("kempt check, no CI file", check, none),
            *_zizmor(many),
        )
    )
    return Table(
        f"CI files, a repository with {WORKFLOWS} workflows", rows,
        (
            Claim(f"all rules on {WORKFLOWS} workflows", rows[1].cpu, CI_SECONDS, "s of CPU"),
            Claim("modules of YAML and shell that are loaded where there is no CI file", _parsers(none), 0, "modules"),
        ),
    )  # fmt: skip


def _zizmor(folder: str) -> tuple[Program, ...]:
    program = shutil.which("zizmor", path=os.path.dirname(sys.executable)) or shutil.which("zizmor")
    found = range(15)  # its status says how severe the worst finding is
    argv = (program or "", "--offline", "--quiet", folder)
    return (Program("zizmor --offline", argv, folder, fine=found),) if program else ()


def _parsers(folder: str) -> int:
    """How many modules of PyYAML and tree-sitter a check of this repository loads."""
    code = "import sys; from kempt.engine.project.check import check; check(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
    return sum(name.partition(".")[0] in {"yaml", "tree_sitter"} for name in done.stdout.split())


def _beside_zizmor(folder: Path, corpus: Path) -> Table:
    """The workflows of real repositories, each in a repository of its own with all its other files' names."""
    exported = (_exported(path, folder / "real") for path in sorted(corpus.iterdir()) if path.is_dir())
    roots = [root for root in exported if root is not None]
    checks = " ; ".join(f"'{kempt()}' check --isolated --exit-zero --select KPT4 '{root}'" for root in roots)
    zizmor = _zizmor(".")
    if not zizmor:
        raise SystemExit("zizmor is not installed beside this Python: pip install zizmor")
    audits = " ; ".join(f"'{zizmor[0].argv[0]}' --offline --quiet '{root}'" for root in roots)
    rows = compare(
        (
            Program(f"zizmor --offline, {len(roots)} repositories", ("sh", "-c", audits), fine=range(15), runs=3),
            Program("kempt check --select KPT4, the same", ("sh", "-c", checks), fine=range(3), runs=3),
        )
    )
    claim = Claim("kempt over zizmor, start of the program included", rows[1].ratio, OVER_ZIZMOR)
    return Table("CI files of real repositories, beside zizmor", rows, (claim,))


def _exported(git_dir: Path, folder: Path) -> Path | None:
    """A work tree with the `.github` folder and the manifests of a bare repository; None where it has no workflow."""
    where = git_dir / "repo" if (git_dir / "repo").exists() else git_dir
    git = ("git", f"--git-dir={where}")
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "-z", "--name-only", "HEAD"], capture_output=True, check=False
    ).stdout
    paths = [path.decode() for path in listed.split(b"\0")[:-1] if path.isascii()]
    read = [path for path in paths if path.startswith(".github/") and path.endswith((".yml", ".yaml"))]
    if not any(path.startswith(".github/workflows/") for path in read):
        return None
    named = {path: "" for path in paths if path.endswith((".toml", ".lock", ".txt", ".py"))}
    return committed(folder / git_dir.name, named | {path: _blob(git, path) for path in read})


def _blob(git: tuple[str, ...], path: str) -> str:
    done = subprocess.run([*git, "cat-file", "blob", f"HEAD:{path}"], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(report(tables()))
