"""What people install and plug in: the wheel's claims, the locks, the hooks and the action agree with the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

import kempt

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
STEPS: list[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"]
CATALOG = tomllib.loads((ROOT / "src/kempt/catalog/artefacts.toml").read_text("utf-8"))["artefact"]
FIRES = re.compile(HOOKS["kempt-check"]["files"])
LOCKS = ["requirements/runtime.txt", "requirements/dev.txt"]


def example(name: str) -> str:
    """A path that a row of the catalog speaks of, somewhere below the root unless the row is rooted."""
    folder = "" if name.startswith("/") else "services/api/"
    return folder + name.removeprefix("/").replace("*", "x") + ("x.bin" if name.endswith("/") else "")


def required(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[]", requirement)[0].lower()


@pytest.mark.parametrize("name", [row["name"] for row in CATALOG if row["kind"] != "optional"])
def test_the_hook_starts_for_every_row_of_the_catalog(name: str) -> None:
    assert FIRES.search(example(name))


@pytest.mark.parametrize(
    "path",
    [
        ".gitignore", "a/.gitignore", "pyproject.toml", "a/b/pyproject.toml", "kempt.toml", "uv.lock", "poetry.lock",
        "Pipfile", "Pipfile.lock", "requirements.txt", "requirements-dev.txt", "requirements/dev.txt", "pylock.toml",
        "pylock.api.toml", ".python-version", "Dockerfile", "docker/api.Dockerfile", ".github/workflows/ci.yml",
        ".gitlab-ci.yml", "buildspec.yml", "azure-pipelines.yml", ".circleci/config.yml", "bitbucket-pipelines.yml",
        ".pre-commit-config.yaml", ".venv", "services/api/env/lib/python3.9/os.py", "odd_name/pyvenv.cfg",
        "odd_name/lib/python3.12/site-packages/x.py", "PKG/__PYCACHE__/A.PYC", "x.egg-info/PKG-INFO",
        "conda-meta/history",
    ],
)  # fmt: skip
def test_the_hook_starts_for_what_can_matter(path: str) -> None:
    assert FIRES.search(path)


@pytest.mark.parametrize(
    "path",
    ["src/kempt/cli/check.py", "README.md", "src/environment.py", "docs/venvs.md", "a/cache.py", "lib/prevenv/x.py"],
)
def test_the_hook_is_skipped_for_ordinary_files(path: str) -> None:
    assert not FIRES.search(path)


def test_hooks_take_symbolic_links_too() -> None:
    assert [[], []] == [hook["types"] for hook in HOOKS.values()]


def test_no_expression_stands_in_a_script_of_the_action() -> None:
    assert [] == [step["name"] for step in STEPS if "${{" in step.get("run", "")]


def test_other_peoples_actions_are_pinned_to_a_commit() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "action.yml", *(ROOT / ".github/workflows").glob("*.yml"))]
    used = [name for text in texts for name in re.findall(r"uses: (.*)", text)]

    assert [] == [name for name in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[0-9.]+", name)]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_everything_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.split("\n", 2)[2])
    pinned = re.compile(r"[\w.-]+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}")

    assert [] == [entry for entry in entries if not pinned.match(entry)]
    assert [] == re.findall(r".*(?:://|index-url|find-links|file:|/home).*", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_the_runtime_dependencies(lock: str) -> None:
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE))

    assert set() == {required(each) for each in PROJECT["dependencies"]} - locked


def test_each_runtime_dependency_has_its_reason() -> None:
    text = (ROOT / "docs/explanation/decisions/0015-runtime-dependencies.md").read_text("utf-8")

    assert sorted(re.findall(r"^- \*\*(\S+)\*\*", text, re.MULTILINE)) == sorted(map(required, PROJECT["dependencies"]))


def test_the_decisions_page_lists_every_decision() -> None:
    folder = ROOT / "docs/explanation/decisions"
    listed = re.findall(r"^\d{4}-\S+$", (folder / "index.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(path.stem for path in folder.glob("0*.md")) == listed


def test_the_installed_package_is_what_the_project_says() -> None:
    from importlib.metadata import entry_points, version

    assert kempt.__version__ == version("kempt")
    assert {"kempt.cli:program"} == {each.value for each in entry_points(group="console_scripts", name="kempt")}


def test_the_package_carries_its_types_and_tables() -> None:
    package = Path(kempt.__file__).parent
    wanted = {PurePosixPath("py.typed"), PurePosixPath("catalog/artefacts.toml")}

    assert set() == {path for path in wanted if not (package / path).is_file()}
