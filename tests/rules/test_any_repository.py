"""Whatever a repository holds: no rule crashes, and after one fix there is nothing left that it could mend."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt.engine.project.fix import prepare
from kempt.model.finding import Finding
from support.checking import ENVIRONMENT, SIGNATURE, found, mended
from support.repositories import Repository

FOLDERS = st.sampled_from(
    [
        "",
        "",
        "a/",
        "src/app/",
        "tests/",
        "env/",
        "venv/",
        ".venv/",
        "build/",
        "dist/",
        "lib/",
        "a b/",
        "é/",
        "-n/",
        "x\ny/",
        "[z]/",
    ]
)
FILES = st.sampled_from(
    [
        ("app.py", ""),
        ("pyvenv.cfg", ENVIRONMENT),
        ("bin/activate", ""),
        ("lib/python3.12/site-packages/six.py", ""),
        ("__pycache__/x.pyc", ""),
        ("x.pyc", ""),
        ("X.PYC", ""),
        (".mypy_cache/x", ""),
        (".hidden/.tox/x", ""),
        ("cache/CACHEDIR.TAG", SIGNATURE),
        ("a.egg-info/PKG-INFO", ""),
        ("a.whl", ""),
        (".coverage", ""),
        (".DS_Store", ""),
        (".env", ""),
        ("conda-meta/history", ""),
        ("uv.lock", 'name = "coverage"\n'),
        ("setup.py", ""),
        ("requirements.txt", "python-dotenv\n"),
        ("notebook.ipynb", ""),
    ]
)
LINES = st.sampled_from(
    [".venv", ".venv/", "!.venv", "__pycache__/", "!__pycache__/", "*.pyc", "*.py[cod]", "build/", "lib/", "/dist/",
     "*.lock", "uv.lock", ".python-version", "*", "!*.py", "!*/", "env/", "e*", ".coverage", "# kempt: ignore[KPT205]",
     "", ".*"]
)  # fmt: skip
IGNORES = st.lists(LINES, max_size=8).map("\n".join)
TREES = st.builds(
    lambda files, ignores: (
        {"notes.md": ""}
        | {f"{folder}{name}": text for folder, (name, text) in files}
        | {f"{folder}.gitignore": text for folder, text in ignores.items()}
    ),
    st.lists(st.tuples(FOLDERS, FILES), min_size=1, max_size=12),
    st.dictionaries(FOLDERS, IGNORES, max_size=3),
)
NUMBERS = count()
CHOSEN = ["KPT0", "KPT10", "KPT2"]
"""All but KPT110: a new line in an ignore file may rightly show it what no finding named before."""


def untracked(findings: list[Finding]) -> Iterator[str]:
    """Every path that the fixes of these findings may take out of git."""
    for finding in findings:
        for edit in finding.fix.edits if finding.fix is not None else ():
            yield from map(str, getattr(edit, "paths", ()))


def is_below(path: str, roots: set[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files=TREES)
def test_one_fix_is_enough_and_takes_nothing_that_no_finding_named(
    git_repo: MakeRepository, files: dict[str, str]
) -> None:
    repository = git_repo(files, name=f"repo-{next(NUMBERS)}", commit=False)
    before, tracked = found(repository, *CHOSEN), repository.tracked()

    mended(repository, *CHOSEN)

    after = found(repository, *CHOSEN)
    assert [] == [each.message for each in (*before, *after) if each.code in {"KPT000", "KPT001", "KPT002"}]
    assert () == prepare(str(repository.root), unsafe=True, overrides={"select": CHOSEN}).plan.steps
    assert [] == [each.message for each in after if each.code.startswith("KPT10") and each.fix is not None]
    gone = [path for path in tracked if path not in repository.tracked()]
    assert [] == [path for path in gone if not is_below(path, set(untracked(before)))]
    assert all((repository.root / path).exists() for path in files)


@pytest.mark.parametrize(
    "name", ["a\nb", "\udcff", "-e", "a b", "é", "[x]", "$(id)", "a'b", 'a"b', "\x1b[31m"], ids=ascii
)
def test_odd_names_of_folders_do_no_harm(git_repo: MakeRepository, name: str) -> None:
    files = {
        f"{name}/env/pyvenv.cfg": ENVIRONMENT,
        f"{name}/__pycache__/x.pyc": "",
        f"{name}/uv.lock": "version = 0\n",
        f"{name}/x.py": "",
    }
    repository: Repository = mended(git_repo(files, commit=False))

    assert [f"{name}/uv.lock", f"{name}/x.py"] == [path for path in repository.tracked() if path != ".gitignore"]
    assert [] == [each.message for each in found(repository) if each.level == "error"]


def test_a_file_that_goes_with_its_folder_is_not_mended(git_repo: MakeRepository) -> None:
    repository = mended(git_repo({"app.py": "", "build/.gitignore": ".venv\n.venv"}, commit=False))

    assert [".gitignore", "app.py"] == repository.tracked()
    assert ".venv\n.venv" == (repository.root / "build/.gitignore").read_text(encoding="utf-8")
