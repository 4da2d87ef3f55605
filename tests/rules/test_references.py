"""KPT312 and KPT313: requirements that name a repository or a path."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen

COMMIT = "2c9f0f5b1d3e4a5b6c7d8e9f0a1b2c3d4e5f6a7b"
AT = "https://git.example.com/shop/core"
DEFAULT, MAIN = f"warning: `core` follows the default branch of {AT}", f"warning: `core` follows `main` of {AT}"


@pytest.mark.parametrize(
    "line, expected",
    [
        (f"git+{AT}", DEFAULT),
        (f"-e git+{AT}@main#egg=core", MAIN),
        (f"--editable=git+{AT}@main", MAIN),
        (f"core @ git+{AT}@main ; python_version < '3.12'", MAIN),
        (f"core[x] @ git+{AT}@main  # why", MAIN),
        ("core @ git+https://ada:hunter2@git.example.com/shop/core@main", MAIN),
        ("git+https://ada:hun/ter2@git.example.com/shop/core@main", ""),
        ("git+ssh://git@git.example.com/shop/core@main", MAIN.replace("https:", "ssh:")),
        ("git+git@git.example.com:shop/core@main", "warning: `core` follows `main` of git.example.com:shop/core"),
        (f"git+{AT}@feature/x", f"warning: `core` follows `feature/x` of {AT}"),
        (f"git+{AT}@{COMMIT[:12]}", f"warning: `core` follows `{COMMIT[:12]}` of {AT}"),
        (f"svn+{AT}@trunk", f"warning: `core` follows `trunk` of {AT}"),
        (f"svn+{AT}@1234", ""),
        (f"git+{AT}@{COMMIT}", ""),
        (f"core @ git+{AT}@{COMMIT}#subdirectory=x", ""),
        (f"git+{AT}@${{REF}}", ""),
        (f"# git+{AT}", ""),
        ("gitpython==3.1.45", ""),
    ],
    ids=[
        "default", "editable", "editable-equals", "marker", "extra", "password", "broken-password", "ssh",
        "scp", "slash", "short", "svn", "svn-number", "commit", "commit-subdirectory", "computed", "comment",
        "name",
    ],
)  # fmt: skip
def test_lines_of_requirements_files(line: str, expected: str, git_repo: MakeRepository) -> None:
    findings = found(git_repo({"requirements.txt": f"idna==3.11\n{line}\n"}), "KPT312")

    assert ([expected] if expected else []) == messages(findings)
    assert ([Seen("KPT312", "requirements.txt", 2)] if expected else []) == seen(findings)


@pytest.mark.parametrize(
    "path, text, line",
    [
        ("pyproject.toml", f'[project]\ndependencies = [\n  "idna",\n  "core @ git+{AT}@main",\n]\n', 4),
        ("pyproject.toml", f'[project.optional-dependencies]\nx = ["core @ git+{AT}@main"]\n', 2),
        ("pyproject.toml", f'[dependency-groups]\nx = ["core @ git+{AT}@main", {{ include-group = "y" }}]\n', 2),
        ("pyproject.toml", f'[build-system]\nrequires = ["core @ git+{AT}@main"]\n', 2),
        ("pyproject.toml", f'[tool.uv.sources]\ncore = {{ git = "{AT}", branch = "main" }}\n', 2),
        ("pyproject.toml", f'[tool.uv.sources]\ncore = [\n  {{ git = "{AT}", tag = "main" }},\n]\n', 2),
        ("pyproject.toml", f'[tool.uv.sources.core]\ngit = "{AT}"\nrev = "main"\n', 1),
        ("pyproject.toml", f'[tool.poetry.dependencies]\nx = "1"\ncore = {{ git = "{AT}", branch = "main" }}\n', 3),
        ("pyproject.toml", f'[tool.poetry.group.dev.dependencies]\ncore = {{ git = "{AT}", tag = "main" }}\n', 2),
        ("pyproject.toml", f'[tool.pdm.dev-dependencies]\nx = ["-e git+{AT}@main#egg=core"]\n', 2),
        ("Pipfile", f'[packages]\ncore = {{ git = "{AT}", ref = "main" }}\n', 2),
        ("setup.cfg", f"[options]\ninstall_requires =\n    core @ git+{AT}@main\n", 3),
        ("setup.py", f"setup(\n    install_requires=['idna', 'core @ git+{AT}@main'])\n", 2),
    ],
    ids=[
        "dependencies", "optional", "group", "build", "uv", "uv-list", "uv-table", "poetry", "poetry-group", "pdm",
        "pipfile", "setup-cfg", "setup-py",
    ],
)  # fmt: skip
def test_manifests(path: str, text: str, line: int, git_repo: MakeRepository) -> None:
    findings = found(git_repo({path: text}), "KPT312")

    assert [MAIN] == messages(findings)
    assert [Seen("KPT312", path, line)] == seen(findings)
    assert [] == found(git_repo({path: text.replace("main", COMMIT)}, "fixed"), "KPT312")


@pytest.mark.parametrize(
    "lock, level",
    [
        (f'source = {{ git = "{AT}?branch=main#{COMMIT}" }}\n', "info"),
        ('source = { registry = "https://packages.example.com/simple" }\n', "warning"),
    ],
    ids=["held", "not-held"],
)
def test_a_lock_that_holds_the_commit_makes_it_info(lock: str, level: str, git_repo: MakeRepository) -> None:
    manifest = (
        f'[project]\ndependencies = ["core"]\n[tool.uv.sources]\ncore = {{ git = "{AT}.git", branch = "main" }}\n'
    )
    findings = found(git_repo({"api/pyproject.toml": manifest, "api/uv.lock": lock}), "KPT312")

    assert [(level, "api")] == [(each.level, str(each.service)) for each in findings]


def test_the_same_requirement_twice_in_a_line_is_told_once(git_repo: MakeRepository) -> None:
    text = f'[project]\ndependencies = ["core @ git+{AT}"]\n[dependency-groups]\nx = ["core @ git+{AT}"]\n'

    assert [Seen("KPT312", "pyproject.toml", 2)] == seen(found(git_repo({"pyproject.toml": text}), "KPT312"))


CORE_ABOVE = "`core` is taken from above the repository: ../core"


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("requirements.txt", "-e ../core\n", CORE_ABOVE),
        ("requirements.txt", "-e ..\n", "`..` is taken from above the repository: .."),
        ("api/requirements.txt", "-e ../core\n", ""),
        ("api/requirements.txt", "../../core[x]\n", "`core` is taken from above the repository: ../../core"),
        ("requirements.txt", "-e .\n./core\n-r base.txt\n", ""),
        ("requirements.txt", "core @ file:///srv/core\n", "`core` is taken from an absolute path: /srv/core"),
        ("requirements.txt", "C:\\core\n", "`core` is taken from an absolute path: C:\\core"),
        ("requirements.txt", "~/core\n", "`core` is taken from an absolute path: ~/core"),
        ("requirements.txt", "core @ file:///${HOME}/core\n", ""),
        (
            "requirements.txt", "a @ file:///x/a\nb @ file:///x/b\nc @ file:///x/c\nd @ file:///x/d\n",
            "`a`, `b`, `c` and others are taken from an absolute path: /x/a",
        ),
        ("pyproject.toml", '[tool.uv.sources]\ncore = { path = "../core" }\n', CORE_ABOVE),
        ("api/pyproject.toml", '[tool.uv.sources]\ncore = { path = "../core" }\n', ""),
        ("pyproject.toml", "[tool.uv.sources]\ncore = { workspace = true }\n", ""),
        (
            "pyproject.toml", '[tool.poetry.dependencies]\ncore = { path = "x/../../core", develop = true }\n',
            "`core` is taken from above the repository: x/../../core",
        ),
        ("pyproject.toml", '[project]\ndependencies = ["core @ file:///${PROJECT_ROOT}/../core"]\n', CORE_ABOVE),
        ("pyproject.toml", '[project]\ndependencies = ["core @ file:///${PROJECT_ROOT}/core"]\n', ""),
        ("Pipfile", '[packages]\ncore = { path = "/srv/core" }\n', "`core` is taken from an absolute path: /srv/core"),
        ("setup.cfg", "[options]\npackage_dir =\n    = ../src\n/usr/include\n", ""),
        ("setup.py", "setup(include_dirs=['/usr/include', '../x'])\n", ""),
        ("tests/fixtures/requirements.txt", "-e /srv/core\n", ""),
    ],
    ids=[
        "above", "parent", "sibling", "above-from-below", "inside", "file-address", "windows", "home", "computed",
        "many", "uv", "uv-sibling", "uv-workspace", "poetry", "pdm", "pdm-inside", "pipfile", "setup-cfg", "setup-py",
        "test-data",
    ],
)  # fmt: skip
def test_paths(path: str, text: str, expected: str, git_repo: MakeRepository) -> None:
    assert ([f"warning: {expected}"] if expected else []) == messages(found(git_repo({path: text}), "KPT313"))
