"""CI files and hooks of strangers, through the whole program: nothing raises, nothing hangs, nobody else is affected.

Each hostile file lies beside a workflow with one finding, which must still be found. What `--fix --unsafe-fixes` makes
of it is the same bytes, or YAML that parses.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml as pyyaml

from conftest import MakeRepository, RunKempt
from kempt.formats import yaml
from support.checking import Seen, found, mended, seen
from support.pipelines import everywhere, line_of, workflow
from support.repositories import Repository

CODES = ("KPT0", "KPT4", "KPT6")
SECONDS = 8
LOOSE = "pip install uv"
EVIL = ".github/workflows/evil.yml"
GOOD = ".github/workflows/good.yml"
HOOKS = ".pre-commit-config.yaml"
FOUND = Seen("KPT406", GOOD, 7)
PROJECT: dict[str, str | bytes] = {
    GOOD: workflow(LOOSE), "uv.lock": "version = 1\n", "requirements.txt": "a==1\n",
    ".gitignore": ".venv\n__pycache__/\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n',
}  # fmt: skip
PATHS = {
    "github": EVIL, **{name: path for name, (path, _) in everywhere().items() if name != "github"}, "pre-commit": HOOKS,
}  # fmt: skip
CACHE = "- uses: actions/cache@v4\n  with:\n    path: {path}\n    key: {key}\n"


def timed(repository: Repository) -> list[Seen]:
    """What is found, which takes no more of a processor's time than the limit."""
    started = time.process_time()
    findings = seen(found(repository, *CODES))
    assert time.process_time() - started < SECONDS
    assert "KPT000" not in {each.code for each in findings}, findings
    return findings


def mend(repository: Repository, *paths: str) -> None:
    """Apply all fixes: a file is then what it was, or parses."""
    before = {path: (repository.root / path).read_bytes() for path in paths}
    mended(repository, *CODES)
    for path, content in before.items():
        after = (repository.root / path).read_bytes()
        assert after == content or isinstance(yaml.parse(after), yaml.Document), after
    assert "KPT000" not in {each.code for each in seen(found(repository, *CODES))}


# --- texts that are no YAML, or too much of it ----------------------------------------------------------
LAUGHS = "a0: &a0 [uv, uv]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
MERGES = "m0: &m0 {k: uv}\n" + "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 12))
BROKEN = {  # text -> the line that is wrong, where it is certain
    "laughs": (LAUGHS, 0),
    "merges": (MERGES, 0),
    "deep": ("uv: " + "[" * 100_000, 1),
    "deep-maps": ("uv: " + "{a: " * 50_000, 1),
    "deep-dashes": ("uv:\n  " + "- " * 5_000 + "x\n", 2),
    "itself": ("# uv\njobs: &j\n  a: *j\n", 3),
    "no-anchor": ("# uv\njobs: *nobody\n", 2),
    "duplicate": ("# uv\njobs: {}\non: push\njobs: {}\n", 4),
    "tab": ("# uv\njobs:\n\ttest: 1\n", 3),
    "template": ("# uv\nname: x\n{{ cookiecutter.name }}: {% if x %}\n", 3),
    "braces": ("# uv\njobs: {{ uv }}\n", 2),
    "open-quote": ('# uv\nname: "x\n', 0),
    "latin-1": (b"# uv\nname: caf\xe9\n", 2),
    "nul": (b"# uv\nname: a\0b\n", 2),
    "merge-conflict": ("# uv\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n", 0),
    "utf-16": ("# uv\njobs: {}\n".encode("utf-16"), 0),
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("text, line", BROKEN.values(), ids=BROKEN)
def test_what_does_not_parse_is_one_finding_beside_the_others(
    text: str | bytes, line: int, path: str, git_repo: MakeRepository
) -> None:
    repository = git_repo({**PROJECT, path: text})

    findings = timed(repository)

    utf_16_is_of_nobody = isinstance(text, bytes) and b"u\0v" in text and path != HOOKS  # no word of ours is in it
    assert FOUND in findings
    broken = [each for each in findings if each.path == path]
    assert broken or utf_16_is_of_nobody
    assert all(each.code == "KPT002" and (not line or each.line == line) for each in broken), broken
    mend(repository, path)
    assert (repository.root / path).read_bytes() == (text if isinstance(text, bytes) else text.encode())


# --- the same meaning, unusual bytes ---------------------------------------------------------------------
RESPELLED: dict[str, Callable[[str], str]] = {
    "bom": lambda text: "\ufeff" + text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom-and-crlf": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "no-last-line-end": lambda text: text.removesuffix("\n"),
    "document-marks": lambda text: f"---\n{text}...\n",
    "wide-characters": lambda text: f"# \U0001f600 \u202e \u00e9\n{text}",
}


@pytest.mark.parametrize("provider", everywhere())
@pytest.mark.parametrize("respell", RESPELLED.values(), ids=RESPELLED)
def test_unusual_bytes_change_no_verdict(
    respell: Callable[[str], str], provider: str, git_repo: MakeRepository
) -> None:
    path, plain = everywhere(LOOSE, "uv sync")[provider]
    text = respell(plain)
    repository = git_repo({**PROJECT, path: text})

    findings = [(each.code, each.line) for each in timed(repository) if each.path == path]

    assert ("KPT406", line_of(text, LOOSE)) in findings
    assert ("KPT401", line_of(text, "uv sync")) in findings
    mend(repository, path)
    content = (repository.root / path).read_bytes().decode()
    assert "pip install uv==" in content
    assert text.startswith("\ufeff") is content.startswith("\ufeff")
    assert {"\r\n" if "\r\n" in text else "\n"} == set(re.findall(r"\r?\n", content))


# --- size -------------------------------------------------------------------------------------------------
MEGABYTES_10 = 10 * 1024**2
BIG = {
    "long-scalar": workflow(LOOSE) + "x: " + "y" * 10_000_000 + "\n",
    "comments": workflow(LOOSE) + "# pip\n" * 1_600_000,
    "script": workflow("|\n" + f"    {LOOSE}\n" * 400_000),
    "steps": workflow(*[LOOSE] * 200_000),
    "keys": workflow(LOOSE) + "".join(f"k{number}: v\n" for number in range(900_000)),
    "blank-lines": workflow(LOOSE) + "\n" * 9_000_000,
}


@pytest.mark.parametrize("text", BIG.values(), ids=BIG)
def test_ten_megabytes_are_read_in_seconds(text: str, git_repo: MakeRepository) -> None:
    assert len(text) < MEGABYTES_10
    repository = git_repo({**PROJECT, EVIL: text})

    assert FOUND in timed(repository)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_more_than_ten_megabytes_are_a_file_that_cannot_be_read(path: str, git_repo: MakeRepository) -> None:
    text = f"# uv\n{'# pip x' * (MEGABYTES_10 // 7)}\n"
    repository = git_repo({**PROJECT, path: text})

    assert {FOUND, Seen("KPT001", path)} == set(timed(repository))
    mend(repository)
    assert len(text) == (repository.root / path).stat().st_size


MANY = {
    "installs": workflow(*[LOOSE] * 1000),
    "frozen": workflow(*["uv sync --frozen"] * 1000),
    "jobs": "on: push\njobs:\n"
    + "".join(f"  j{number}:\n    runs-on: ubuntu-latest\n    steps:\n      - run: uv sync\n" for number in range(700)),
    "environments": workflow(*[CACHE.format(path=".venv", key="x")] * 700, "uv sync"),
    "keys": workflow(*[CACHE.format(path="~/.cache/uv", key="x")] * 700, "uv sync"),
    "foreign": workflow(*[CACHE.format(path="~/.cache/pypoetry", key="x")] * 700, "uv sync"),
}


@pytest.mark.parametrize("text", MANY.values(), ids=MANY)
def test_hundreds_of_findings_in_one_file_take_seconds(text: str, git_repo: MakeRepository) -> None:
    repository = git_repo({**PROJECT, EVIL: text})

    assert len(timed(repository)) > 500


# --- other types than the provider's --------------------------------------------------------------------
RICH = {
    "github": (EVIL, f"""\
name: x
on: {{push: {{branches: [main]}}}}
env: {{UV_FROZEN: "1"}}
defaults: {{run: {{shell: bash, working-directory: a}}}}
jobs:
  test:
    runs-on: ubuntu-latest
    container: {{image: x}}
    strategy: {{matrix: {{python: ["3.10"], include: [{{python: "3.11"}}]}}}}
    env: {{A: b}}
    steps:
      - uses: actions/setup-python@v5
        with: {{python-version: "3.10", cache: pip, cache-dependency-path: uv.lock}}
      - uses: actions/cache@v4
        if: always()
        with: {{path: .venv, key: "a-${{{{ hashFiles('uv.lock') }}}}", restore-keys: a-}}
      - name: n
        run: {LOOSE}
        shell: bash
        env: {{A: b}}
      - uses: actions/upload-artifact@v4
        with: {{name: x, path: .}}
"""),
    "codebuild": ("buildspec.yml", f"""\
version: 0.2
run-as: root
env: {{shell: bash, variables: {{A: b}}, exported-variables: [A]}}
phases:
  install: {{runtime-versions: {{python: "3.10"}}, commands: ["{LOOSE}"], on-failure: ABORT}}
  build: {{commands: ["uv sync"], finally: [ls]}}
batch: {{build-list: [{{identifier: a, env: {{variables: {{B: c}}}}, buildspec: x.yml}}]}}
artifacts: {{files: ["**/*"], base-directory: .}}
cache: {{key: "k-$(codebuild-hash-files uv.lock)", fallback-keys: [k], paths: [".venv/**/*"]}}
"""),
    "gitlab": (".gitlab-ci.yml", f"""\
include: [{{local: a.yml}}]
variables: {{A: {{value: b}}}}
default: {{image: {{name: "python:3.13"}}, before_script: [ls], cache: {{key: x, paths: [.venv]}}}}
workflow: {{rules: [{{if: x}}]}}
test:
  extends: .base
  stage: test
  script: ["{LOOSE}", [uv sync]]
  cache: [{{key: {{files: [uv.lock], prefix: x}}, paths: [.cache], policy: pull}}]
  artifacts: {{paths: [.], exclude: [x], expire_in: 1 day}}
  rules: [{{if: $CI_COMMIT_TAG}}]
  parallel: {{matrix: [{{P: ["3.10"]}}]}}
.base: {{tags: [a]}}
"""),
    "azure": ("azure-pipelines.yml", f"""\
trigger: [main]
variables: [{{name: A, value: b}}]
pool: {{vmImage: ubuntu-latest}}
stages:
  - stage: s
    jobs:
      - job: j
        strategy: {{matrix: {{a: {{py: "3.10"}}}}}}
        variables: {{B: c}}
        steps:
          - task: UsePythonVersion@0
            inputs: {{versionSpec: "3.10"}}
          - task: Cache@2
            inputs: {{key: 'x | "$(Agent.OS)" | uv.lock', path: .venv, cacheHitVar: H, restoreKeys: x}}
          - script: {LOOSE}
            workingDirectory: a
            env: {{A: b}}
          - template: x.yml
            parameters: {{a: b}}
"""),
    "circleci": (".circleci/config.yml", f"""\
version: 2.1
orbs: {{python: circleci/python@2.1.1}}
executors: {{e: {{docker: [{{image: "cimg/python:3.13"}}]}}}}
commands: {{c: {{parameters: {{p: {{type: string, default: x}}}}, steps: [{{run: "<< parameters.p >>"}}]}}}}
jobs:
  test:
    executor: {{name: e}}
    environment: {{A: b}}
    steps:
      - checkout
      - restore_cache: {{keys: ['x-{{{{ checksum "uv.lock" }}}}']}}
      - run: {{name: n, command: {LOOSE}, environment: {{A: b}}, working_directory: a}}
      - c: {{p: uv sync}}
      - save_cache: {{key: x, paths: [.venv]}}
workflows: {{w: {{jobs: [test]}}}}
"""),
    "bitbucket": ("bitbucket-pipelines.yml", f"""\
image: {{name: "python:3.13"}}
definitions: {{caches: {{uv: {{key: {{files: [uv.lock]}}, path: .venv}}}}}}
pipelines:
  default:
    - step: {{name: n, image: x, caches: [uv, pip], script: ["{LOOSE}", {{pipe: x, variables: {{A: b}}}}]}}
    - parallel: {{steps: [{{step: {{script: [uv sync], artifacts: {{paths: [.]}}}}}}]}}
  tags: {{v1: [{{step: {{script: [ls]}}}}]}}
"""),
    "pre-commit": (HOOKS, """\
default_language_version: {python: python3}
default_stages: [pre-commit]
ci: {skip: [a]}
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.1.0
    hooks: [{id: ruff, args: [--fix], stages: [pre-push]}]
  - repo: local
    hooks: [{id: clean, name: n, entry: "bash -c 'rm -rf .venv'", language: system, additional_dependencies: [a]}]
"""),
}  # fmt: skip
OTHERS: tuple[Any, ...] = (5, None, [], ["a", ["b"]], {}, {"a": {"b": ["c"]}}, "2026-13-45", True)


def changed(node: Any, at: int, other: Any) -> tuple[Any, int]:
    """A structure with its node of a number replaced, and the number of the next one."""
    if at == 0:
        return other, -1
    at -= 1
    if isinstance(node, dict):
        new: dict[Any, Any] = {}
        for key, value in node.items():
            new[key], at = changed(value, at, other) if at >= 0 else (value, at)
        return new, at
    if isinstance(node, list):
        items = []
        for value in node:
            item, at = changed(value, at, other) if at >= 0 else (value, at)
            items.append(item)
        return items, at
    return node, at


def variants(text: str) -> Iterator[str]:
    """A file with each of its values in turn replaced by one of another type."""
    whole = pyyaml.load(text, pyyaml.BaseLoader)  # noqa: S506 - it makes words alone
    at, left = 0, -1
    while left < 0:
        for other in OTHERS[at % 2 :: 2]:
            new, left = changed(whole, at, other)
            if left < 0:
                yield pyyaml.safe_dump(new, sort_keys=False, default_flow_style=None if at % 3 else False) + "# uv\n"
        at += 1


@pytest.mark.parametrize("provider", RICH)
def test_a_value_of_any_other_type_crashes_no_rule(provider: str, git_repo: MakeRepository) -> None:
    path, text = RICH[provider]
    repository = git_repo({**PROJECT, path: text})
    assert path in {each.path for each in timed(repository)}

    for variant in variants(text):
        (repository.root / path).write_text(variant, encoding="utf-8")
        findings = seen(found(repository, *CODES))
        assert FOUND in findings, variant
        assert {"KPT000", "KPT002"}.isdisjoint(each.code for each in findings), (variant, findings)


@pytest.mark.parametrize("provider", RICH)
def test_a_fix_of_values_of_other_types_leaves_a_file_that_parses(provider: str, git_repo: MakeRepository) -> None:
    path, text = RICH[provider]
    repository = git_repo({**PROJECT, path: text})

    for number, variant in enumerate(variants(text)):
        if number % 7 == 0:
            (repository.root / path).write_text(variant, encoding="utf-8")
            mend(repository, path)


ODD = {
    "shell-number": "      - {run: pip install uv, shell: 5}\n",
    "shell-map": "      - {run: pip install uv, shell: {a: b}}\n",
    "run-list": "      - run: [pip install uv]\n",
    "run-map": "      - run: {a: pip install uv}\n",
    "uses-null": "      - uses: null\n        with: {path: .venv, key: uv}\n",
    "uses-list": "      - uses: [actions/cache@v4]\n        with: {path: .venv, key: uv}\n",
    "env-list": "      - {run: ls uv, env: [x]}\n",
    "key-map": "      - uses: actions/cache@v4\n        with: {path: ~/.cache/uv, key: {}}\n"
    "      - run: uv sync --locked\n",
    "date-python": "      - uses: actions/setup-python@v5\n        with: {python-version: 2026-13-45, cache: [pip]}\n",
    "step-text": "      - uv sync\n",
    "step-null": "      -\n",
    "step-list": "      - [run, uv sync]\n",
    "with-text": "      - uses: actions/cache@v4\n        with: uv\n",
    "complex-key": "      - ? [a, b]\n        : uv\n",
    "tagged": "      - run: !!python/object/apply:os.system ['touch uv']\n",
    "binary": "      - run: !!binary dXYgc3luYw==\n",
}


@pytest.mark.parametrize("step", ODD.values(), ids=ODD)
def test_a_step_of_another_shape_ends_nothing(step: str, git_repo: MakeRepository) -> None:
    repository = git_repo({**PROJECT, EVIL: workflow() + step})

    assert FOUND in timed(repository)
    mend(repository, EVIL)


@pytest.mark.parametrize("steps", ["{}", "null", "5", "uv", "2026-13-45", "[[]]", "{run: uv sync}"])
def test_steps_that_are_no_list_are_no_steps(steps: str, git_repo: MakeRepository) -> None:
    text = f"on: push\njobs:\n  uv: {{runs-on: ubuntu-latest, steps: {steps}}}\n"
    repository = git_repo({**PROJECT, EVIL: text})

    assert [FOUND] == timed(repository)


# --- what YAML means, and what it does not ----------------------------------------------------------------
def test_on_is_the_key_that_it_looks_like(git_repo: MakeRepository) -> None:
    """YAML 1.1 makes `True` of it: what starts a workflow would then be unknown."""
    text = workflow(CACHE.format(path="~/.cache/uv", key="x"), "uv sync --locked")
    repository = git_repo({**PROJECT, EVIL: text.replace("on: push", "on: release"), GOOD: text})

    assert [EVIL] == [str(each.location.path) for each in found(repository, "KPT416")]


def test_what_an_alias_repeats_is_found_once_where_it_stands(git_repo: MakeRepository) -> None:
    text = (
        "on: push\njobs:\n  one: &job\n    runs-on: ubuntu-latest\n    steps: &steps\n      - &loose\n"
        f"        run: {LOOSE}\n      - *loose\n  two: *job\n  three:\n    <<: *job\n    name: x\n"
        "  four: {runs-on: ubuntu-latest, steps: *steps}\n"
    )
    repository = git_repo({**PROJECT, EVIL: text})

    assert [Seen("KPT406", EVIL, 7)] == [each for each in timed(repository) if each.path == EVIL]
    mend(repository, EVIL)


def test_an_alias_in_a_gitlab_file_is_found_once(git_repo: MakeRepository) -> None:
    text = f".a: &a\n  script: &s\n    - {LOOSE}\none:\n  <<: *a\ntwo:\n  script: *s\nthree:\n  extends: .a\n"
    repository = git_repo({**PROJECT, ".gitlab-ci.yml": text})

    assert [("KPT406", 3)] == [(each.code, each.line) for each in timed(repository) if each.path == ".gitlab-ci.yml"]
    mend(repository, ".gitlab-ci.yml")


@pytest.mark.parametrize("shell", ["pwsh", "powershell", "cmd", "python", "perl {0}", "5"])
def test_a_script_of_another_language_is_not_read_as_bash(shell: str, git_repo: MakeRepository) -> None:
    step = f"- run: {LOOSE}\n  shell: {shell}\n"
    repository = git_repo({**PROJECT, EVIL: workflow(step)})

    assert [FOUND] == timed(repository)


def test_powershell_of_azure_is_not_read_as_bash(git_repo: MakeRepository) -> None:
    steps = f"steps:\n  - powershell: {LOOSE}\n  - pwsh: {LOOSE}\n"
    repository = git_repo({**PROJECT, "azure-pipelines.yml": f"pool: {{vmImage: ubuntu-latest}}\n{steps}"})

    assert [FOUND] == timed(repository)


def test_expressions_in_scripts_are_no_shell(git_repo: MakeRepository) -> None:
    script = "|\n" + "".join(f"    {line}\n" for line in (
        "echo '${{ github.event.title }}' ${{ ", "cat <<${{ x }}", "$(((", "`", "'", '"', "if case (( [[ ${", "\\"
    ))  # fmt: skip
    repository = git_repo({**PROJECT, EVIL: workflow(LOOSE, script)})

    assert Seen("KPT406", EVIL, 7) in timed(repository)
    mend(repository, EVIL)


# --- files that are none -----------------------------------------------------------------------------------
LINKS = {"inside": "{root}/" + GOOD, "outside": "{root}/../outside.yml", "zeros": "/dev/zero", "itself": "{place}"}


@pytest.fixture(params=["github", "gitlab", "codebuild", "pre-commit"])
def place(request: pytest.FixtureRequest, git_repo: MakeRepository) -> tuple[Repository, str]:
    """A repository with a tracked file that is gone from the work tree, and its path."""
    path = PATHS[request.param]
    repository = git_repo({**PROJECT, path: "uv: 1\n", "../outside.yml": workflow(LOOSE)}, commit=False)
    (repository.root / path).unlink()
    return repository, path


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS)
def test_a_link_in_the_place_of_a_file_is_not_followed(target: str, place: tuple[Repository, str]) -> None:
    repository, path = place
    link = repository.root / path
    link.symlink_to(os.path.relpath(target.format(root=repository.root, place=link), link.parent))

    assert {FOUND, Seen("KPT001", path)} == set(timed(repository))
    mended(repository, *CODES)
    assert link.is_symlink()


def test_a_fifo_in_the_place_of_a_file_makes_nobody_wait(place: tuple[Repository, str]) -> None:
    repository, path = place
    os.mkfifo(repository.root / path)

    assert {FOUND, Seen("KPT001", path)} == set(timed(repository))
    mended(repository, *CODES)
    assert (repository.root / path).is_fifo()


def test_a_folder_in_the_place_of_a_file_holds_up_nobody(place: tuple[Repository, str]) -> None:
    repository, path = place
    (repository.root / path).mkdir()

    assert FOUND in timed(repository)
    mended(repository, *CODES)


def test_a_link_that_is_tracked_leads_nowhere(git_repo: MakeRepository) -> None:
    repository = git_repo({**PROJECT}, commit=False)
    (repository.root / EVIL).symlink_to("good.yml")
    repository.stage()
    repository.commit()

    for keywords in ({}, {"staged": True}, {"rev": "HEAD"}):
        findings = seen(found(repository, *CODES, **keywords))
        assert {FOUND, Seen("KPT001", EVIL)} == set(findings), keywords


# --- names and texts on their way out ---------------------------------------------------------------------
ESC, RLO = "\x1b", "\u202e"
NASTY_PATH = f".github/workflows/::error file=x,line=1::pwned{ESC}[31m{RLO}\n::error::two.yml"
NASTY = f"::error file=x::pwned ##[error]x ##vso[task.complete]x <b> & ]]> | ` {RLO}"
NASTY_TEXT = (
    "on: push\njobs:\n"
    f'  "a\\n::error ::job\\e[31m":\n    runs-on: ubuntu-latest\n    name: "{NASTY}\\e[2J\\n::error::x"\n'
    "    steps:\n"
    f'      - run: "{LOOSE} \'{NASTY}\' \\e[31m\\x07"\n        name: "::set-output name=x::y\\e[2J"\n'
    f"      - run: \"uv sync --extra '\\e]0;title\\a\\n::error ::{RLO}'\"\n"
    f'      - uses: actions/cache@v4\n        with: {{path: ".venv\\e[31m", key: "x\\n::error::key"}}\n'
    f'      - uses: actions/cache@v4\n        with:\n          key: "\\e::error::"\n          path: ".venv"\n'
)
BROKEN_TEXT = f"uv: &::error {NASTY}\n  - x\n::error::{RLO}: [\n"
FORMATS = ("text", "concise", "github", "json", "sarif", "junit", "gitlab")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
OBEYED = re.compile(r"^\s*::.*|##\[.*|##vso\[.*", re.MULTILINE)
OURS = re.compile(r"::(?:error|warning|notice) title=kempt \(KPT\d{3}\),file=[^:,]+,line=\d+,col=\d+::\S")


@pytest.fixture
def nasty(git_repo: MakeRepository) -> Repository:
    return git_repo({
        **PROJECT, NASTY_PATH: NASTY_TEXT, EVIL: BROKEN_TEXT,
        HOOKS: f'repos:\n  - repo: local\n    hooks:\n      - id: "x\\n::error::{RLO}\\e[31m"\n'
        '        language: system\n        entry: "find . -name __pycache__ -exec rm -rf {} + \'\\e[31m::error::\'"\n',
    })  # fmt: skip


@pytest.mark.parametrize("style", FORMATS)
def test_every_format_is_inert(style: str, nasty: Repository, kempt: RunKempt) -> None:
    ended = kempt("check", "--select", "KPT0,KPT4,KPT6", "--output-format", style)

    assert (1, "") == (ended.status, ended.err)
    assert {"KPT002", "KPT401", "KPT406"} <= set(re.findall(r"KPT\d{3}", ended.out))
    assert style in {"sarif", "junit"} or "KPT000" not in ended.out  # these two list all rules
    assert style not in {"json", "sarif", "gitlab"} or json.loads(ended.out)
    assert [] == CONTROL.findall(ended.out)
    assert [] == [line for line in OBEYED.findall(ended.out) if style != "github" or not OURS.match(line)]


def test_the_fixes_of_texts_that_would_be_obeyed_are_shown_inert(nasty: Repository, kempt: RunKempt) -> None:
    ended = kempt("check", "--select", "KPT0,KPT4,KPT6", "--fix", "--unsafe-fixes", "--diff")

    assert [] == CONTROL.findall(ended.out + ended.err)
    assert [] == OBEYED.findall(ended.out)


def test_texts_that_would_be_obeyed_are_mended_like_others(nasty: Repository) -> None:
    mend(nasty, NASTY_PATH, EVIL, HOOKS)

    assert "uv sync --locked" in (nasty.root / NASTY_PATH).read_text("utf-8")


def test_without_a_hostile_file_there_is_one_finding(git_repo: MakeRepository) -> None:
    """What all tests above rely on."""
    assert [FOUND] == timed(git_repo(PROJECT))
