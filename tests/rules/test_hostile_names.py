"""Ninety paths that mislead a guard made of `grep`: sources called like artefacts, artefacts called like sources.

Each artefact is one finding with its own root and count of files, and no legitimate path is in any.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeRepository
from kempt.model.finding import Finding
from support.checking import ENVIRONMENT, SIGNATURE, found, mended, surveyed
from support.repositories import Repository

SOURCES = {  # what a pattern without anchors takes for an artefact, and names that a shell or a terminal trips over
    "app.py": "",
    "myvenv/lib/x.py": "",
    "src/prevenv/x.py": "",
    "src/foo.cache/config.py": "",
    "docs/http.cache": "",
    "tools/create-venv": "",
    "Lib/venv/__init__.py": "",
    "Lib/venv/__main__.py": "",
    "doc/library/venv": "",
    "src/pdm/cli/commands/venv/__init__.py": "",
    "src/pdm/cli/commands/venv/create.py": "",
    "src/app/env/__init__.py": "",
    "src/app/build/steps.py": "",
    "src/app/dist/normal.py": "",
    "docs/pycache.md": "",
    "pyvenv.cfg.md": "",
    "templates/pyvenv.cfg": "prompt = {{ name }}\n",
    "data/CACHEDIR.TAG": "not a signature\n",
    "vendor/libfoo.so": "",
    "pkg/native.pyd": "",
    "pkg/fast.pyx": "",
    ".pixi/config.toml": "",
    ".env.example": "",
    "tests/fixtures/env/pyvenv.cfg": ENVIRONMENT,
    "tests/wheels/demo-1.0-py3-none-any.whl": "",
    "-n": "",
    "-e": "",
    "-E": "",
    "-neE": "",
    "new\nline.py": "",
    'quote".py': "",
    "it's.py": "",
    "back\\slash.py": "",
    "esc\x1b[31m.py": "",
    "bidi\u202egnp.py": "",
    "\udcff.py": "",
    "*.py": "",
    "[a-z].py": "",
    ":(top)x.py": "",
    " blank .py": "",
    "tab\t.py": "",
    "%0A.py": "",
    "::error::.py": "",
}
FILES = {  # path → content of everything that belongs to an artefact
    "env/pyvenv.cfg": ENVIRONMENT,
    "env/lib/python3.12/site-packages/six.py": "",
    "ENV/pyvenv.cfg": ENVIRONMENT,
    ".venv2/pyvenv.cfg": ENVIRONMENT,
    "venv3/PYVENV.CFG": ENVIRONMENT,
    "Venv/pyvenv.cfg": ENVIRONMENT,
    "VENV/pyvenv.cfg": ENVIRONMENT,
    "VENV/bin/python": "",
    "venv-dev/pyvenv.cfg": ENVIRONMENT,
    ".env/pyvenv.cfg": ENVIRONMENT,
    "my env/pyvenv.cfg": ENVIRONMENT,
    "new\nline/.venv/pyvenv.cfg": ENVIRONMENT,
    "-rf/.venv/pyvenv.cfg": ENVIRONMENT,
    "\udcfe/.venv/pyvenv.cfg": ENVIRONMENT,
    ".tox/py312/pyvenv.cfg": ENVIRONMENT,
    ".tox/.package.lock": "",
    ".pixi/envs/default/conda-meta/history": "",
    "__pypackages__/3.12/lib/six.py": "",
    "opt/conda/conda-meta/history": "",
    "__PYCACHE__/app.cpython-312.pyc": "",
    "--/__pycache__/x.cpython-312.pyc": "",
    "esc\x1b[2J/__pycache__/x.cpython-312.pyc": "",
    "pkg/legacy.pyc": "",
    "pkg/legacy.pyo": "",
    "pkg/Jython$py.class": "",
    "tests/__pycache__/test_app.cpython-312.pyc": "",
    ".nox/tests/tmp/log": "",
    ".hypothesis/examples/ab": "",
    "book/.ipynb_checkpoints/a-checkpoint.ipynb": "",
    ".pyre/cache": "",
    ".pytype/cache": "",
    ".ty_cache/cache": "",
    "bidi\u202e/.mypy_cache/3.12/app.json": "",
    "node_modules/left-pad/index.js": "",
    "odd-cache/CACHEDIR.TAG": SIGNATURE,
    "odd-cache/blob": "",
    "app.egg-info/PKG-INFO": "",
    "app.egg-info/SOURCES.txt": "",
    ".eggs/README.txt": "",
    "layer/site-packages/six.py": "",
    "build/lib/app.py": "",
    "dist/app-1.0-py3-none-any.whl": "",
    "pkg/fast.cpython-312-x86_64-linux-gnu.so": "",
    "tests/.coverage": "",
    "htmlcov/index.html": "",
    'quote"/.DS_Store': "",
    ".venv": "/somewhere/else\n",
}
ARTEFACTS = [  # code, root, files, the file a finding points to
    ("KPT101", "env", 2, "env/pyvenv.cfg"),
    ("KPT101", "ENV", 1, "ENV/pyvenv.cfg"),
    ("KPT101", ".venv2", 1, ".venv2/pyvenv.cfg"),
    ("KPT101", "venv3", 1, "venv3/PYVENV.CFG"),
    ("KPT101", "Venv", 1, "Venv/pyvenv.cfg"),
    ("KPT101", "VENV", 2, "VENV/pyvenv.cfg"),
    ("KPT101", "venv-dev", 1, "venv-dev/pyvenv.cfg"),
    ("KPT101", ".env", 1, ".env/pyvenv.cfg"),
    ("KPT101", "my env", 1, "my env/pyvenv.cfg"),
    ("KPT101", "new\nline/.venv", 1, "new\nline/.venv/pyvenv.cfg"),
    ("KPT101", "-rf/.venv", 1, "-rf/.venv/pyvenv.cfg"),
    ("KPT101", "\udcfe/.venv", 1, "\udcfe/.venv/pyvenv.cfg"),
    ("KPT101", ".tox/py312", 1, ".tox/py312/pyvenv.cfg"),
    ("KPT101", ".pixi/envs", 1, ".pixi/envs/default/conda-meta/history"),
    ("KPT101", "__pypackages__", 1, "__pypackages__/3.12/lib/six.py"),
    ("KPT101", "opt/conda", 1, "opt/conda/conda-meta/history"),
    ("KPT102", "__PYCACHE__", 1, "__PYCACHE__/app.cpython-312.pyc"),
    ("KPT102", "--/__pycache__", 1, "--/__pycache__/x.cpython-312.pyc"),
    ("KPT102", "esc\x1b[2J/__pycache__", 1, "esc\x1b[2J/__pycache__/x.cpython-312.pyc"),
    ("KPT102", "pkg", 2, "pkg/legacy.pyc"),
    ("KPT102", "pkg", 1, "pkg/Jython$py.class"),
    ("KPT102", "tests/__pycache__", 1, "tests/__pycache__/test_app.cpython-312.pyc"),
    ("KPT103", ".tox", 1, ".tox/.package.lock"),
    ("KPT103", ".nox", 1, ".nox/tests/tmp/log"),
    ("KPT103", ".hypothesis", 1, ".hypothesis/examples/ab"),
    ("KPT103", "book/.ipynb_checkpoints", 1, "book/.ipynb_checkpoints/a-checkpoint.ipynb"),
    ("KPT103", ".pyre", 1, ".pyre/cache"),
    ("KPT103", ".pytype", 1, ".pytype/cache"),
    ("KPT103", ".ty_cache", 1, ".ty_cache/cache"),
    ("KPT103", "bidi\u202e/.mypy_cache", 1, "bidi\u202e/.mypy_cache/3.12/app.json"),
    ("KPT103", "node_modules", 1, "node_modules/left-pad/index.js"),
    ("KPT103", "odd-cache", 2, "odd-cache/CACHEDIR.TAG"),
    ("KPT104", "app.egg-info", 2, "app.egg-info/PKG-INFO"),
    ("KPT104", ".eggs", 1, ".eggs/README.txt"),
    ("KPT104", "layer/site-packages", 1, "layer/site-packages/six.py"),
    ("KPT105", "build", 1, "build/lib/app.py"),
    ("KPT105", "dist", 1, "dist/app-1.0-py3-none-any.whl"),
    ("KPT105", "pkg", 1, "pkg/fast.cpython-312-x86_64-linux-gnu.so"),
    ("KPT106", "tests/.coverage", 1, "tests/.coverage"),
    ("KPT106", "htmlcov", 1, "htmlcov/index.html"),
    ("KPT107", 'quote"/.DS_Store', 1, 'quote"/.DS_Store'),
    ("KPT109", ".venv", 1, ".venv"),
]
EVERYTHING = SOURCES | FILES


@pytest.fixture
def hostile(git_repo: MakeRepository) -> Repository:
    """The tree in git's index and in a commit only, so that no file system has to hold such names."""
    repository = git_repo(commit=False)
    blobs = {
        text: repository.git("hash-object", "-w", "--stdin", input=text.encode()).strip()
        for text in set(EVERYTHING.values())
    }
    entries = (os.fsencode(f"100644 {blobs[text]}\t{path}\0") for path, text in EVERYTHING.items())
    repository.git("update-index", "-z", "--index-info", input=b"".join(entries))
    repository.commit()
    return repository


@pytest.fixture
def on_disk(hostile_folder: Path, git_repo: MakeRepository) -> Repository:
    """The tree as a work tree, all of it tracked."""
    repository = git_repo(name=hostile_folder.name, commit=False)
    repository.stage()
    return repository


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    root = tmp_path / "folder"
    try:
        for path, text in EVERYTHING.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
    except OSError:
        pytest.skip("this file system does not take these names")
    if sum(len(files) for _, _, files in os.walk(root)) < len(EVERYTHING):
        pytest.skip("this file system does not tell upper case from lower case")
    return root


def verdicts(findings: Iterable[Finding]) -> list[tuple[str, int | None, str]]:
    return sorted((each.code, each.files, str(each.location.path)) for each in findings)


EXPECTED = sorted((code, files, at) for code, _, files, at in ARTEFACTS)


def test_there_are_ninety_paths() -> None:
    assert (90, 42) == (len(EVERYTHING), len(ARTEFACTS))


def test_each_artefact_is_recognised_with_its_root(hostile: Repository) -> None:
    with surveyed(hostile, rev="HEAD") as repo:
        found = [(each.row.code, str(each.root), each.files, str(each.at)) for each in repo.artefacts.tracked]

    assert sorted(ARTEFACTS) == sorted(found)


@pytest.mark.parametrize("source", [{"rev": "HEAD"}, {"staged": True}], ids=["commit", "index"])
def test_each_artefact_is_one_finding_and_no_source_is_in_any(hostile: Repository, source: dict[str, Any]) -> None:
    assert EXPECTED == verdicts(found(hostile, "KPT1", **source))


def test_no_two_findings_share_a_fingerprint(hostile: Repository) -> None:
    findings = found(hostile, "KPT1", rev="HEAD")

    assert len(findings) == len({each.fingerprint for each in findings})


def test_a_folder_without_git_gets_the_same_verdicts(hostile_folder: Path) -> None:
    assert EXPECTED == verdicts(found(hostile_folder, "KPT1", git=False))


def test_files_on_disk_get_the_same_verdicts(on_disk: Repository) -> None:
    assert EXPECTED == verdicts(found(on_disk, "KPT1"))


def test_the_safe_fix_leaves_what_wants_a_look(on_disk: Repository) -> None:
    """Environments, package metadata and build output stay, but for the environment inside `.tox`."""
    left = [root for code, root, _, _ in ARTEFACTS if code in {"KPT101", "KPT104", "KPT105"} and "py312" not in root]
    remaining = [path for path in FILES if path.startswith(tuple(f"{root}/" for root in left)) and "legacy" not in path]
    remaining.remove("pkg/Jython$py.class")

    mended(on_disk, "KPT1", unsafe=False)

    assert sorted([*SOURCES, ".gitignore", *remaining]) == sorted(on_disk.tracked())


def test_the_unsafe_fix_untracks_all_artefacts_and_nothing_else(on_disk: Repository) -> None:
    mended(on_disk, "KPT1")

    assert sorted([*SOURCES, ".gitignore"]) == sorted(on_disk.tracked())
    assert all(os.path.lexists(on_disk.root / path) for path in EVERYTHING)


def test_after_the_fix_git_takes_none_of_the_artefacts_back_and_all_of_the_sources(on_disk: Repository) -> None:
    """Those that ignore themselves were made by no tool here, so nothing in them says so."""
    self_ignoring = (".nox/", ".tox/", ".hypothesis/", ".pixi/", "htmlcov/", "bidi\u202e/")

    mended(on_disk, "KPT1")
    on_disk.git("rm", "--quiet", "-r", "--cached", ".")
    on_disk.git("add", ".")

    back = [path for path in on_disk.tracked() if path in FILES and not path.startswith(self_ignoring)]
    assert [] == back
    assert [] == [path for path in SOURCES if path not in on_disk.tracked()]
