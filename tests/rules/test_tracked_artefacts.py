"""KPT101 to KPT109: what the findings say, how much they weigh, and what their fixes write."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.model.finding import Ignore, Untrack
from support.checking import ENVIRONMENT, SIGNATURE, found, mended, messages, numbered
from support.repositories import Repository

HEADING = "# What tools make again (kept out by kempt)\n"


def ignore_file(repository: Repository, path: str = ".gitignore") -> str:
    return (repository.root / path).read_text(encoding="utf-8", errors="surrogateescape")


@pytest.mark.parametrize(
    "files, code, message",
    [
        ({"env/pyvenv.cfg": ENVIRONMENT}, "KPT101", "error: a Python 3.12 environment is tracked by git: `env`"),
        ({"env/pyvenv.cfg": "home = x"}, "KPT101", "error: an environment is tracked by git: `env`"),
        ({"c/conda-meta/history": ""}, "KPT101", "error: a conda environment is tracked by git: `c`"),
        (
            {"pyvenv.cfg": ENVIRONMENT, "lib64": "", "a.py": ""},
            "KPT101",
            "error: a Python 3.12 environment is tracked by git: `.`",
        ),
        ({"__pycache__/a.pyc": ""}, "KPT102", "error: bytecode is tracked by git: `__pycache__`"),
        ({"p/a.pyc": ""}, "KPT102", "error: bytecode is tracked by git: `p/a.pyc`"),
        (numbered("p/{}.pyc", 3), "KPT102", "error: bytecode is tracked by git: `p/0.pyc` and 2 more in `p`"),
        ({".ruff_cache/x": ""}, "KPT103", "error: the cache of Ruff is tracked by git: `.ruff_cache`"),
        ({".hypothesis/x": ""}, "KPT103", "warning: the cache of Hypothesis is tracked by git: `.hypothesis`"),
        ({"a.egg-info/PKG-INFO": ""}, "KPT104", "error: package metadata (setuptools) is tracked by git: `a.egg-info`"),
        ({"dist/a.whl": ""}, "KPT105", "warning: build output (build) is tracked by git: `dist`"),
        ({"docs/_build/x": ""}, "KPT105", "info: build output (Sphinx) is tracked by git: `docs/_build`"),
        ({".coverage": ""}, "KPT106", "error: test output (coverage) is tracked by git: `.coverage`"),
        ({"coverage.xml": ""}, "KPT106", "warning: test output (coverage) is tracked by git: `coverage.xml`"),
        ({".DS_Store": ""}, "KPT107", "error: litter of macOS is tracked by git: `.DS_Store`"),
        ({".env": ""}, "KPT108", "warning: a file that usually holds secrets is tracked by git: `.env`"),
        ({".pdm-python": ""}, "KPT109", "warning: state of PDM for one machine is tracked by git: `.pdm-python`"),
    ],
    ids=["environment", "no-version", "conda", "at-the-top", "pycache", "loose", "several", "cache", "examples",
         "egg-info", "dist", "docs", "coverage", "report", "litter", "secret", "state"],
)  # fmt: skip
def test_what_a_finding_says(git_repo: MakeRepository, files: dict[str, str], code: str, message: str) -> None:
    assert [message] == messages(found(git_repo(files, commit=False), code))


def test_a_finding_measures_what_git_holds(git_repo: MakeRepository) -> None:
    repository = git_repo({"env/pyvenv.cfg": ENVIRONMENT, "env/bin/python": "12345"}, commit=False)

    (finding,) = found(repository, "KPT101")

    assert (2, len(ENVIRONMENT) + 5) == (finding.files, finding.bytes)


def test_sizes_that_git_does_not_hold_are_unknown(git_repo: MakeRepository) -> None:
    repository = git_repo(commit=False)
    repository.git("update-index", "--index-info", input=f"100644 {'1' * 40}\t.coverage\n".encode())

    assert [(1, None)] == [(each.files, each.bytes) for each in found(repository, "KPT106", staged=True)]


@pytest.mark.parametrize(
    "files, code, lines",
    [
        ({"env/pyvenv.cfg": ENVIRONMENT}, "KPT101", "/env/\n"),
        ({"api/.venv/pyvenv.cfg": ENVIRONMENT}, "KPT101", ".venv\n"),
        ({"Venv/pyvenv.cfg": ENVIRONMENT}, "KPT101", "/Venv/\n"),
        ({"a [x]*/pyvenv.cfg": ENVIRONMENT}, "KPT101", "/a \\[x]\\*/\n"),
        (
            {"pyvenv.cfg": ENVIRONMENT, "bin/activate": "", "lib64": "", "a.py": ""},
            "KPT101",
            "/bin/\n/lib64\n/pyvenv.cfg\n",
        ),
        ({"a/__pycache__/x.pyc": "", "b/__pycache__/x.pyc": ""}, "KPT102", "__pycache__/\n"),
        ({"__PYCACHE__/x.pyc": ""}, "KPT102", "/__PYCACHE__/\n"),
        ({"p/a.pyc": "", "p/b.pyo": ""}, "KPT102", "*.py[co]\n"),
        ({"p/A.PYC": "", "p/B.PYC": "", "C.PYC": ""}, "KPT102", "/*.PYC\n/p/*.PYC\n"),
        ({".ipynb_checkpoints/a": ""}, "KPT103", ".ipynb_checkpoints/\n"),
        ({"odd/cache/CACHEDIR.TAG": SIGNATURE}, "KPT103", "/odd/cache/\n"),
        ({"a.egg-info/PKG-INFO": ""}, "KPT104", "*.egg-info/\n"),
        ({"v/a-1.dist-info/RECORD": ""}, "KPT104", "/v/a-1.dist-info/\n"),
        ({"layer/site-packages/six.py": ""}, "KPT104", "/layer/site-packages/\n"),
        ({"build/x": "", "dist/y": ""}, "KPT105", "/build/\n/dist/\n"),
        ({"w/a.whl": "", "w/b.whl": ""}, "KPT105", "/w/*.whl\n"),
        ({"a.whl": ""}, "KPT105", "/*.whl\n"),
        ({"p/f.so": "", "p/f.pyx": "", "vendor/g.so": ""}, "KPT105", "/p/*.so\n"),
        ({".coverage.a": "", ".coverage.b": ""}, "KPT106", ".coverage.*\n"),
        ({"a/.ds_store": ""}, "KPT107", "/a/.ds_store\n"),
        ({".venv": "/x"}, "KPT109", ".venv\n"),
    ],
    ids=["environment", "dot-venv", "case", "special", "at-the-top", "pycache", "pycache-case", "loose", "loose-case",
         "checkpoints", "tagged", "egg-info", "dist-info", "site-packages", "build", "wheels", "wheels-at-top",
         "compiled", "coverage", "litter-case", "pointer"],
)  # fmt: skip
def test_the_fix_writes_the_usual_line_or_the_very_place(
    git_repo: MakeRepository, files: dict[str, str], code: str, lines: str
) -> None:
    repository = mended(git_repo(files, commit=False), code)

    assert HEADING + lines == ignore_file(repository)
    assert [] == found(repository, code)


@pytest.mark.parametrize(
    "files", [{".pytest_cache/x": ""}, {".ruff_cache/x": ""}, {"htmlcov/x": ""}], ids=["pytest", "ruff", "html"]
)
def test_what_ignores_itself_needs_no_line(git_repo: MakeRepository, files: dict[str, str]) -> None:
    repository = mended(git_repo(files | {"a": ""}, commit=False), "KPT1")

    assert ["a"] == repository.tracked()


@pytest.mark.parametrize(
    "text", ["env\n", "/env/\n", "e*/\n", "*\n!.gitignore\n"], ids=["name", "rooted", "wildcard", "all"]
)
def test_what_is_ignored_already_needs_no_line(git_repo: MakeRepository, text: str) -> None:
    repository = mended(git_repo({".gitignore": text, "env/pyvenv.cfg": ENVIRONMENT}, commit=False), "KPT101")

    assert (text, [".gitignore"]) == (ignore_file(repository), repository.tracked())


def test_the_line_for_a_place_goes_to_the_nearest_ignore_file(git_repo: MakeRepository) -> None:
    files = {".gitignore": "x\n", "api/.gitignore": "y\n", "api/env/pyvenv.cfg": ENVIRONMENT}
    repository = mended(git_repo(files, commit=False), "KPT101")

    assert ("x\n", f"y\n\n{HEADING}/env/\n") == (ignore_file(repository), ignore_file(repository, "api/.gitignore"))


@pytest.mark.parametrize(
    "files, path, text",
    [
        ({".gitignore": "!.scrapy\n", ".scrapy/x": ""}, ".gitignore", ".scrapy/\n"),
        ({"a/.gitignore": "!.venv\n", ".gitignore": ".venv\n", "a/.venv": "x"}, "a/.gitignore", "/.venv\n"),
        ({".gitignore": "x\n", ".scrapy/.gitignore": "!*\n", ".scrapy/x": ""}, ".gitignore", ".scrapy/\n"),
    ],
    ids=["above", "nested", "inside"],
)
def test_an_exception_above_is_outdone_and_one_inside_goes_too(
    git_repo: MakeRepository, files: dict[str, str], path: str, text: str
) -> None:
    repository = mended(git_repo(files, commit=False), "KPT1")

    assert ignore_file(repository, path).endswith(f"\n{HEADING}{text}")
    assert [] == found(repository, "KPT1")


def test_environments_beside_sources_go_without_them(git_repo: MakeRepository) -> None:
    files = {"pyvenv.cfg": ENVIRONMENT, "bin/activate": "", ".gitignore": "*.log\n", "scripts/x.sh": "", "app.py": ""}
    repository = mended(git_repo(files, commit=False), "KPT101")

    assert [".gitignore", "app.py", "scripts/x.sh"] == repository.tracked()


def test_history_is_spoken_of_and_left_alone(git_repo: MakeRepository) -> None:
    repository = git_repo({"it's/__pycache__/a.pyc": ""})
    before = repository.git("rev-parse", "HEAD")

    (finding,) = found(repository, "KPT102")
    mended(repository, "KPT102")

    command = "git filter-repo --invert-paths --path 'it'\\''s/__pycache__'"
    assert (f"git's history still holds the bytes; to rewrite it: {command}",) == finding.notes
    assert before == repository.git("rev-parse", "HEAD")


def test_a_secret_is_never_untracked(git_repo: MakeRepository) -> None:
    repository = mended(git_repo({".env": "x"}, commit=False), "KPT1")

    assert [".env"] == repository.tracked()


def test_a_finding_belongs_to_the_innermost_service(git_repo: MakeRepository) -> None:
    files = {"uv.lock": "version = 0\n", "api/uv.lock": "version = 0\n", "api/.coverage": "", "web/.coverage": ""}

    findings = found(git_repo(files, commit=False), "KPT106")

    assert {"api/.coverage": "api", "web/.coverage": "."} == {
        str(each.location.path): str(each.service) for each in findings
    }


def test_each_edit_is_made_once(git_repo: MakeRepository) -> None:
    (finding,) = found(git_repo(numbered("w/{}.whl", 5), commit=False), "KPT105")

    assert finding.fix is not None
    assert [Untrack, Ignore] == [type(edit) for edit in finding.fix.edits]
