"""KPT310: locked packages that are built when they are installed."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen

URL = "https://files.example.com/docopt-0.6.2"
SDIST, WHEEL = (
    f'{{ url = "{URL}.tar.gz", hash = "sha256:00" }}',
    f'{{ url = "{URL}-py3-none-any.whl", hash = "sha256:00" }}',
)
TOLD = "warning: `docopt` has no wheel, and `{}` does not say what builds it"


def uv_lock(source: str = '{ registry = "https://example.com/simple" }', wheels: str = "", name: str = "docopt") -> str:
    block = f'[[package]]\nname = "{name}"\nversion = "0.6.2"\nsource = {source}\nsdist = {SDIST}\n'
    return "version = 1\n\n" + block + (f"wheels = [\n    {wheels},\n]\n" if wheels else "")


def poetry_lock(*files: str, rest: str = "") -> str:
    listed = "".join(f'    {{file = "{name}", hash = "sha256:00"}},\n' for name in files)
    block = f'[[package]]\nname = "docopt"\nversion = "0.6.2"\nfiles = [\n{listed}]\n{rest}\n'
    return f'{block}[metadata]\nlock-version = "2.1"\n'


OLD = """[[package]]
name = "docopt"
version = "0.6.2"

[[package]]
name = "idna"
version = "3.4"

[metadata]
lock-version = "1.1"

[metadata.files]
docopt = [
    {file = "docopt-0.6.2.tar.gz", hash = "sha256:00"},
]
idna = [
    {file = "idna-3.4-py3-none-any.whl", hash = "sha256:00"},
    {file = "idna-3.4.tar.gz", hash = "sha256:00"},
]
"""
GIT = '[package.source]\ntype = "git"\nurl = "https://git.example.com/docopt"\n'
LEGACY = '[package.source]\ntype = "legacy"\nurl = "https://packages.example.com/simple"\n'
POETRY = "[tool.poetry.build-constraints.docopt]\nsetuptools = '80'\n"
PYLOCK = 'lock-version = "1.0"\ncreated-by = "x"\n\n[[packages]]\nname = "docopt"\n'


@pytest.mark.parametrize(
    "path, lock, told",
    [
        ("uv.lock", uv_lock(), True),
        ("uv.lock", uv_lock(wheels=WHEEL), False),
        ("uv.lock", uv_lock('{ git = "https://git.example.com/docopt" }'), False),
        ("uv.lock", uv_lock('{ url = "https://example.com/docopt.tar.gz" }'), False),
        ("poetry.lock", poetry_lock("docopt-0.6.2.tar.gz"), True),
        ("poetry.lock", poetry_lock("docopt-0.6.2.tar.gz", "docopt-0.6.2-py3-none-any.whl"), False),
        ("poetry.lock", poetry_lock("docopt-0.6.2.tar.gz", rest=LEGACY), True),
        ("poetry.lock", poetry_lock("docopt-0.6.2.tar.gz", rest=GIT), False),
        ("poetry.lock", OLD, True),
        ("pdm.lock", poetry_lock("docopt-0.6.2.zip"), True),
        ("pdm.lock", poetry_lock("docopt-0.6.2.zip", rest='path = "./docopt.zip"'), False),
        ("pylock.toml", f"{PYLOCK}sdist = {SDIST}\n", True),
        ("pylock.toml", f'{PYLOCK}[packages.sdist]\nurl = "{URL}.tar.gz"\n', True),
        ("pylock.toml", f'{PYLOCK}[packages.archive]\nurl = "{URL}.tar.gz"\n', False),
        ("pylock.toml", f"{PYLOCK}sdist = {SDIST}\nwheels = [{WHEEL}]\n", False),
        ("tests/data/uv.lock", uv_lock(), False),
        ("uv.lock", "version = 0\n", False),
        ("Pipfile.lock", '{"default": {"docopt": {"hashes": ["sha256:00"]}}}', False),
    ],
    ids=[
        "uv", "uv-wheel", "uv-git", "uv-url", "poetry", "poetry-wheel", "poetry-index", "poetry-git", "poetry-old",
        "pdm", "pdm-path", "pylock", "pylock-table", "pylock-archive", "pylock-wheel", "test-data", "empty", "pipenv",
    ],
)  # fmt: skip
def test_a_package_without_a_wheel_is_told(path: str, lock: str, *, told: bool, git_repo: MakeRepository) -> None:
    assert ([TOLD.format(path)] if told else []) == messages(found(git_repo({path: lock}), "KPT310"))


@pytest.mark.parametrize(
    "path, lock, settings",
    [
        ("uv.lock", uv_lock(), {"pyproject.toml": "[tool.uv]\nno-build = true\n"}),
        ("uv.lock", uv_lock(), {"pyproject.toml": '[tool.uv]\nno-build-package = ["docopt"]\n'}),
        ("uv.lock", uv_lock(), {"pyproject.toml": '[tool.uv]\nbuild-constraint-dependencies = ["setuptools==80"]\n'}),
        ("uv.lock", uv_lock(), {"pyproject.toml": "", "uv.toml": "no-build = true\n"}),
        ("poetry.lock", poetry_lock("docopt-0.6.2.tar.gz"), {"pyproject.toml": POETRY}),
        (
            "poetry.lock", poetry_lock("docopt-0.6.2.tar.gz"),
            {"pyproject.toml": "[tool.poetry]\n", "poetry.toml": '[installer]\nonly-binary = ":all:"\n'},
        ),
        (
            "pdm.lock", poetry_lock("docopt-0.6.2.zip"),
            {"pyproject.toml": '[tool.pdm.resolution]\nonly-binary = ["docopt"]\n'},
        ),
    ],
    ids=["no-build", "no-build-package", "build-constraints", "uv-toml", "poetry-constraints", "poetry-binary", "pdm"],
)  # fmt: skip
def test_a_build_that_is_settled_is_not_told(
    path: str, lock: str, settings: dict[str, str], git_repo: MakeRepository
) -> None:
    assert [] == found(git_repo({path: lock} | settings), "KPT310")


def test_one_finding_names_the_packages_of_a_lock(git_repo: MakeRepository) -> None:
    lock = "version = 1\n" + "".join(uv_lock(name=name).partition("\n")[2] for name in "abcd")
    findings = found(git_repo({"api/uv.lock": lock}), "KPT310")

    assert [Seen("KPT310", "api/uv.lock", 3)] == seen(findings)
    assert [
        "warning: `a`, `b`, `c` and others have no wheel, and `api/uv.lock` does not say what builds them"
    ] == messages(findings)


def test_an_old_poetry_lock_is_pointed_to_where_its_files_stand(git_repo: MakeRepository) -> None:
    assert [Seen("KPT310", "poetry.lock", 13)] == seen(found(git_repo({"poetry.lock": OLD}), "KPT310"))
