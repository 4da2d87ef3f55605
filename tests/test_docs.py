"""What the documentation says is true: examples run, links lead somewhere, tables are those of the program."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import MakeRepository, RunKempt
from kempt.cli.commands import all_names
from kempt.engine.fleet.policy import load_policy
from kempt.model.config import DOCS, Config
from kempt.model.policy import POLICY_DOCS, WAIVER_DOCS
from support.examples import ROOT, Example, Ran, blocks, examples, fits, pages, refreshed, run_page, with_examples

README = ROOT / "README.md"
BUG, NOT_FOUND = 3, 127
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
URL = re.compile(r"\w+://[^\s\"'<>)]+")


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def fenced(language: str) -> list[Any]:
    """Every block of a language, as a parameter with its place as id; rules' pages have tests of their own."""
    return [
        pytest.param(text, id=f"{named(path)}:{line}")
        for path in with_examples()
        for line, text in blocks(read(path), language)
    ]


def table(path: str, heading: str = "") -> list[list[str]]:
    """The rows, without the head, of the first table below a heading, code marks taken off the first two columns."""
    text = read(path)
    lines = text[text.index(f"{heading}\n") if heading else 0 :].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| --- "))
    rows = []
    for line in lines[first + 1 :]:
        if not line.startswith("| "):
            break
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        rows.append([cell.strip("`") for cell in cells[:2]] + cells[2:])
    return rows


# --- examples -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", [pytest.param(each, id=named(each)) for each in with_examples() if examples(read(each))]
)
def test_examples_print_what_the_page_shows(path: Path, tmp_path: Path) -> None:
    text = read(path)
    outcomes = run_page(text, tmp_path)

    assert text == refreshed(text, outcomes), "python scripts/refresh_docs.py mends the page if the program is right"
    assert [] == [
        each.command for each, ran in zip(examples(text), outcomes, strict=True) if ran.status in {BUG, NOT_FOUND}
    ]


@pytest.mark.parametrize(
    "expected, actual, same",
    [
        pytest.param("a\nb\n", "a\nb\n", True, id="equal"),
        pytest.param("a\nb\n", "a\nc\n", False, id="another line"),
        pytest.param("a\n", "a\nb\n", False, id="a line too many"),
        pytest.param("", "a\n", False, id="nothing expected"),
        pytest.param("a\n...\nd\n", "a\nb\nc\nd\n", True, id="dots for lines"),
        pytest.param("a\n...\nd\n", "a\nd\n", True, id="dots for no line"),
        pytest.param("id ... done\n", "id 20260102 done\n", True, id="dots in a line"),
        pytest.param("1...2\n", "1\n2\n", False, id="dots in a line cross no line end"),
        pytest.param("a (b)\n", "a (b)\n", True, id="no regular expression"),
        pytest.param("usage: x\n  -o FILE, --out FILE\n", "usage: x\n  -o, --out FILE\n", True, id="help of 3.13"),
    ],
)
def test_an_output_fits_what_a_page_shows(expected: str, actual: str, *, same: bool) -> None:
    assert same is fits(expected, actual)


def test_a_page_is_read_and_written_back() -> None:
    page = "Text\n\n  ```console\n  $ one \\\n  > two\n  old\n  $ three\n  ```\n\n```sh\n$ four\n```\n"

    assert [Example("one \\\ntwo", "old\n", 4), Example("three", "", 7)] == examples(page)
    assert page.replace("old", "new") == refreshed(page, [Ran("new\n", 0), Ran("", 0)])


@pytest.mark.parametrize("text", fenced("python"))
def test_python_examples_run(text: str, git_repo: MakeRepository, home: Path) -> None:
    repository = git_repo({"app.py": "", ".gitignore": ".venv\n__pycache__/\n*.py[co]\n"})
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=repository.root, env=repository.env, check=False, capture_output=True
    )

    assert (b"", 0) == (done.stderr, done.returncode), home


@pytest.mark.parametrize("text", [each for each in fenced("toml") if "[fleet]" in str(each.values[0])])
def test_policy_examples_are_accepted(text: str, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")

    assert set(tomllib.loads(text)["fleet"]) <= set(POLICY_DOCS)
    assert load_policy(str(tmp_path / "policy.toml")).waivers


@pytest.mark.parametrize("text", [each for each in fenced("toml") if "[fleet]" not in str(each.values[0])])
def test_settings_examples_are_accepted(text: str, git_repo: MakeRepository, kempt: RunKempt) -> None:
    git_repo({"pyproject.toml": text})
    shown = kempt("config", "--output-format", "json")

    assert (0, "") == (shown.status, shown.err)
    settings = json.loads(shown.out)["settings"]
    assert tomllib.loads(text)["tool"]["kempt"] == {
        key: each["value"] for key, each in settings.items() if each["source"] == "pyproject.toml"
    }


@pytest.mark.parametrize("text", fenced("yaml"))
def test_yaml_examples_name_hooks_and_inputs_that_exist(text: str) -> None:
    document = yaml.safe_load(text)
    hooks = {hook["id"] for hook in yaml.safe_load(read(".pre-commit-hooks.yaml"))}
    inputs = yaml.safe_load(read("action.yml"))["inputs"]
    used_hooks = {hook["id"] for repo in document.get("repos", ()) for hook in repo["hooks"]}
    steps = [
        step for job in document.get("jobs", {}).values() for step in job["steps"] if "/kempt@" in step.get("uses", "")
    ]

    assert used_hooks | steps_inputs(steps) <= hooks | inputs.keys()


def steps_inputs(steps: list[Mapping[str, Any]]) -> set[str]:
    return {name for step in steps for name in step.get("with", ())}


# --- commands, links, pictures -------------------------------------------------------------------------
def test_the_readme_begins_with_the_two_commands_that_ci_runs() -> None:
    run = [line.strip() for line in read(".ci/run").splitlines() if line.strip().startswith("python3 -m venv")]

    assert run == [text.strip() for _, text in blocks(read(README), "sh")][:2]


def test_the_command_reference_has_every_command() -> None:
    shown = [each.command for each in examples(read("docs/reference/cli.md"))]

    assert ["kempt --help", *(f"kempt {name} --help" for name in all_names())] == shown


@pytest.mark.parametrize("path", [pytest.param(each, id=named(each)) for each in pages()])
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for match in LINK.finditer(re.sub(r"```.*?```", "", read(path), flags=re.DOTALL)):
        file, _, anchor = (match[1] or match[2]).partition("#")
        target = path.parent / file if file else path
        if ":" in file:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(match[0])

    assert [] == broken


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    headings = HEADING.findall(re.sub(r"```.*?```", "", read(path), flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def refresh() -> Any:
    """The script that draws the pictures and writes the tables."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("refresh_docs", ROOT / "scripts" / "refresh_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["check.svg", "status.svg"])
def test_a_picture_shows_what_kempt_prints_and_fetches_nothing(name: str, refresh: Any) -> None:
    drawn = read(f"docs/_static/{name}")

    assert {"http://www.w3.org/2000/svg"} == set(URL.findall(drawn))
    assert drawn == refresh.picture(refresh.PICTURES[name]), "python scripts/refresh_docs.py draws it again"


def test_the_table_of_rules_is_the_registry(refresh: Any) -> None:
    assert read(README) == refresh.with_table(read(README), README), "python scripts/refresh_docs.py writes it again"


# --- tables of the reference ---------------------------------------------------------------------------
def test_every_setting_is_documented() -> None:
    defaults = {field.replace("_", "-"): Config._field_defaults[field] for field in DOCS}
    shown = {
        key: (tomllib.loads(f"x = {default}")["x"], words)
        for key, default, words in table("docs/reference/configuration.md")
    }

    assert shown == {
        key: (list(value) if isinstance(value, tuple) else value, DOCS[key.replace("-", "_")])
        for key, value in defaults.items()
    }


def test_every_key_of_a_policy_is_documented() -> None:
    page = "docs/reference/configuration.md"

    assert list(POLICY_DOCS.items()) == [
        (key, words) for key, _, words in table(page, "## In a policy for many repositories")
    ]
    assert list(WAIVER_DOCS.items()) == [
        (key, words) for key, _, words in table(page, "A waiver is a table `[[fleet.waivers]]`:")
    ]


@pytest.fixture
def document(git_repo: MakeRepository, kempt: RunKempt) -> Any:
    """What `kempt check --output-format json` prints, with a finding and a suppressed one."""
    git_repo({
        "app.py": "",
        "a/__pycache__/x.pyc": "",
        "b/__pycache__/x.pyc": "",
        "kempt.toml": 'per-path-ignores = { "b/**" = ["KPT102"] }',
    })  # fmt: skip
    return json.loads(kempt("check", "--output-format", "json").out)


@pytest.mark.parametrize(
    "heading, part",
    [
        pytest.param("### The document", lambda document: document, id="document"),
        pytest.param("### A finding", lambda document: document["findings"][0], id="finding"),
        pytest.param("### The summary", lambda document: document["summary"], id="summary"),
    ],
)
def test_every_field_of_json_is_documented(heading: str, part: Any, document: Any) -> None:
    assert list(part(document)) == [row[0] for row in table("docs/reference/output.md", heading)]


def test_a_suppressed_finding_has_one_field_more(document: Any) -> None:
    extra = [row[0] for row in table("docs/reference/output.md", "### A suppressed finding")]

    assert [*document["findings"][0], *extra] == list(document["suppressed"][0])


def test_every_field_of_an_error_is_documented(kempt: RunKempt, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    document = json.loads(kempt("check", "--output-format", "json").out)

    assert list(document["errors"][0]) == [row[0] for row in table("docs/reference/output.md", "### An error")]


def test_every_input_of_the_action_is_documented() -> None:
    inputs = yaml.safe_load(read("action.yml"))["inputs"]
    shown = {name: "" if default == "none" else default.strip("`") for name, _, default in table("docs/how-to/ci.md")}

    assert shown == {name: each["default"] for name, each in inputs.items()}


def test_every_variable_of_kempt_is_documented() -> None:
    strings = {
        node.value
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = {each for each in strings if re.fullmatch(r"KEMPT_[A-Z_]+", each)}
    shown = {row[0] for row in table("docs/reference/cli.md", "## Environment variables")}

    assert used == {each for each in shown if each.startswith("KEMPT_")}
