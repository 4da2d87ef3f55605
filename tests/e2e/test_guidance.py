"""Files as guides recommend them, in projects of three managers: each defect found at its line, and mended.

What a rule finds stands here with the file and a text of its line. What is left after `--fix --unsafe-fixes` is what
no edit can mend: clean-up commands, whose remedy is another command, and requirements without versions.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from difflib import unified_diff
from pathlib import Path

import pytest
import yaml as reference

from conftest import MakeRepository, RunKempt
from kempt import __version__, rules
from kempt.formats import yaml
from kempt.managers.commands import TESTED
from kempt.model.finding import Finding
from rules.test_fail_open_guard import TEMPLATE
from support.checking import ENVIRONMENT, SIGNATURE, found, mended, messages
from support.guidance import BUILDSPEC, FILES, HOOKS, MAKEFILE, PROJECTS, SCRIPT, WORKFLOW
from support.pipelines import line_of
from support.repositories import Repository

FAMILIES = tuple(rule.code for rule in rules.ALL if rule.code.startswith(("KPT4", "KPT6")))
YAML = (WORKFLOW, BUILDSPEC, HOOKS)
WHOLE_FILE = 0
"""The line of what a file lacks."""
Defect = tuple[str, str, int]


def at(code: str, path: str, *texts: str) -> set[Defect]:
    """A defect at the first line that holds a text, for each of them."""
    return {(code, path, line_of(FILES[path], text)) for text in texts}


GUARD = at("KPT413", WORKFLOW, "if git ls-files") | at("KPT413", BUILDSPEC, "if git ls-files")
IN_ANY = (
    GUARD
    | at("KPT406", WORKFLOW, "pip install -U pip")
    | at("KPT406", BUILDSPEC, "pip install -U pip")
    | at("KPT410", BUILDSPEC, "python: 3.11")
    | at("KPT403", BUILDSPEC, "cache:")
    | at("KPT602", HOOKS, "id: ruff")
    | at("KPT601", HOOKS, "id: sweep")
)
CLEANING = {
    each
    for path in (MAKEFILE, SCRIPT)
    for each in at("KPT605", path, "uv cache prune", "poetry cache clear") | at("KPT604", path, "find .")
}
BARE_TOOL = at("KPT411", WORKFLOW, "run: pytest") | at("KPT411", BUILDSPEC, "- pytest")
DEFECTS: dict[str, set[Defect]] = {
    "uv": IN_ANY | CLEANING | BARE_TOOL
    | at("KPT402", WORKFLOW, "~/.cache/pip")
    | at("KPT402", BUILDSPEC, "/root/.cache/pypoetry")
    | at("KPT406", WORKFLOW, "pip install uv")
    | at("KPT406", BUILDSPEC, "pip install uv")
    | at("KPT418", WORKFLOW, "uv sync --frozen")
    | at("KPT418", BUILDSPEC, "uv sync --frozen")
    | at("KPT415", BUILDSPEC, '**/*"')
    | at("KPT419", BUILDSPEC, "cache:")
    | {("KPT603", HOOKS, WHOLE_FILE)},
    "poetry": IN_ANY | CLEANING | BARE_TOOL
    | at("KPT402", WORKFLOW, "~/.cache/pip")
    | at("KPT402", BUILDSPEC, "/root/.cache/uv")
    | at("KPT405", BUILDSPEC, "/root/.cache/pypoetry")
    | at("KPT406", WORKFLOW, "pip install poetry")
    | at("KPT406", BUILDSPEC, "pip install poetry"),
    "pip": IN_ANY | CLEANING
    | at("KPT401", WORKFLOW, "pip install -r")
    | at("KPT402", BUILDSPEC, "/root/.cache/pypoetry", "/root/.cache/uv")
    | at("KPT404", WORKFLOW, "key:"),
}  # fmt: skip
UNMENDED = {("KPT604", MAKEFILE), ("KPT605", MAKEFILE), ("KPT604", SCRIPT), ("KPT605", SCRIPT)}
"""Rules without a fix; the rule of pip's requirements has one, which cannot choose versions."""
LEFT = {"uv": UNMENDED, "poetry": UNMENDED, "pip": UNMENDED | {("KPT401", WORKFLOW)}}


def short(findings: list[Finding]) -> set[Defect]:
    return {(each.code, str(each.location.path), each.location.line) for each in findings}


def texts(repository: Repository) -> dict[str, str]:
    return {path: (repository.root / path).read_text(encoding="utf-8") for path in FILES}


def changed(before: str, after: str) -> str:
    """The lines of a diff, without their numbers."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return "".join(f"{line}\n" for line in lines if not line.startswith(("---", "+++", "@@")))


@pytest.fixture(params=PROJECTS)
def project(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def repository(project: str, git_repo: MakeRepository) -> Repository:
    return git_repo({**PROJECTS[project], **FILES})


def test_each_defect_is_found_at_its_line(project: str, repository: Repository) -> None:
    assert DEFECTS[project] == short(found(repository, *FAMILIES))


def test_none_is_left_that_can_be_mended(project: str, repository: Repository) -> None:
    findings = found(mended(repository, *FAMILIES), *FAMILIES)

    assert LEFT[project] == {(each.code, str(each.location.path)) for each in findings}
    assert [] == [each for each in findings if each.fix is not None]


def test_none_is_left_either_where_every_rule_mends(project: str, repository: Repository) -> None:
    """Poetry is told to keep its environment in the project: from then on the artifacts hold it, and leave it out."""
    findings = found(mended(repository), *FAMILIES)

    assert LEFT[project] == {(each.code, str(each.location.path)) for each in findings}


def test_a_second_run_changes_nothing(repository: Repository) -> None:
    once = texts(mended(repository))

    assert once == texts(mended(repository))


def test_the_files_still_parse(repository: Repository) -> None:
    after = texts(mended(repository, *FAMILIES))

    for path in YAML:
        assert isinstance(yaml.parse(after[path].encode()), yaml.Document)
        assert isinstance(reference.safe_load(after[path]), dict)


def test_every_comment_survives(repository: Repository) -> None:
    comment = re.compile(r"(?:^|\s)#[ !].*", re.MULTILINE)
    after = texts(mended(repository, *FAMILIES))

    lost = {path: Counter(comment.findall(FILES[path])) - Counter(comment.findall(after[path])) for path in FILES}
    assert {path: Counter[str]() for path in FILES} == lost


# --- what is changed, line by line ---------------------------------------------------------------------
WORKFLOW_GUARD = f"""\
-          junk='(__pycache__|\\.venv|venv|\\.cache|\\.(mypy|ruff|pytest)_cache)(/|$)'
-          if git ls-files -z | xargs -0 -n1 | grep -E "$junk"; then
-            echo "untrack these, please"
-            exit 1
-          fi
+          pipx run kempt=={__version__} check
"""
OLD_KEY = """\
-          key: wheels-${{ runner.os }}-${{ hashFiles('**/requirements*.txt', '**/uv.lock', '**/poetry.lock') }}
-          restore-keys: wheels-${{ runner.os }}-
"""
WORKFLOW_PIP = f"""\
-          python -m pip install -U pip
+          python -m pip install -U pip=={TESTED["pip"]}
"""
BUILDSPEC_HEAD = f"""\
-      python: 3.11  # what production has
+      python: "3.11"  # what production has
-      - pip install -U pip
+      - pip install --quiet kempt=={__version__}
+      - kempt check $(test -d .git || echo --no-git)
+      - pip install -U pip=={TESTED["pip"]}
"""
BUILDSPEC_GUARD = """\
-        junk='(__pycache__|\\.venv|venv|\\.cache|\\.(mypy|ruff|pytest)_cache)(/|$)'
-        if git ls-files -z | xargs -0 -n1 | grep -E "$junk"; then
-          echo "untrack these, please"
-          exit 1
-        fi
+        echo "kempt has checked this before the install"
"""


def buildspec_key(manager: str, lock: str) -> str:
    head = f"{manager}-linux-$(uname -m)-py3.11-"
    return f"+  key: {head}$(codebuild-hash-files {lock})\n+  fallback-keys:\n+    - {head}\n"


CHANGED = {
    ("uv", WORKFLOW): WORKFLOW_GUARD + "-          path: ~/.cache/pip\n" + OLD_KEY + f"""\
+          path: ~/.cache/uv
+          key: uv-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.11-${{{{ hashFiles('uv.lock') }}}}
+          restore-keys: uv-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.11-
{WORKFLOW_PIP}\
-            pip install uv && uv sync --frozen  # the fast one
+            pip install uv=={TESTED["uv"]} && uv sync --locked  # the fast one
-        run: pytest -q  # quietly
+        run: uv run --locked pytest -q  # quietly
+
+      - run: uv cache prune --ci
""",
    ("uv", BUILDSPEC): BUILDSPEC_HEAD + f"""\
-          pip install uv
-          uv sync --frozen
+          pip install uv=={TESTED["uv"]}
+          uv sync --locked
{BUILDSPEC_GUARD}\
-      - pytest -q  # quietly
+      - uv run --locked pytest -q  # quietly
+  post_build:
+    commands:
+      - uv cache prune --ci
{buildspec_key("uv", "uv.lock")}\
-    - /root/.cache/pypoetry/**/*
+  exclude-paths:
+    - .venv/**/*
+    - "**/__pycache__/**/*"
""",
    ("poetry", WORKFLOW): WORKFLOW_GUARD + "-          path: ~/.cache/pip\n" + OLD_KEY + f"""\
+          path: |
+            ~/.cache/pypoetry/artifacts
+            ~/.cache/pypoetry/cache
+          key: poetry-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.11-${{{{ hashFiles('poetry.lock') }}}}
+          restore-keys: poetry-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.11-
{WORKFLOW_PIP}\
-            pip install poetry && poetry install --no-root --no-interaction
+            pip install poetry=={TESTED["poetry"]} && poetry install --no-root --no-interaction
-        run: pytest -q  # quietly
+        run: poetry run pytest -q  # quietly
""",
    ("poetry", BUILDSPEC): BUILDSPEC_HEAD + f"""\
-          pip install poetry
+          pip install poetry=={TESTED["poetry"]}
{BUILDSPEC_GUARD}\
-      - pytest -q  # quietly
+      - poetry run pytest -q  # quietly
{buildspec_key("poetry", "poetry.lock")}\
-    - /root/.cache/pypoetry/**/*
-    - /root/.cache/uv/**/*
+    - /root/.cache/pypoetry/artifacts/**/*
+    - /root/.cache/pypoetry/cache/**/*
""",
    ("pip", WORKFLOW): WORKFLOW_GUARD + OLD_KEY + f"""\
+          key: pip-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.11-${{{{ hashFiles('requirements.txt') }}}}
+          restore-keys: pip-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-py3.11-
{WORKFLOW_PIP}\
""",
    ("pip", BUILDSPEC): BUILDSPEC_HEAD + BUILDSPEC_GUARD + buildspec_key("pip", "requirements.txt") + """\
-    - /root/.cache/pypoetry/**/*
-    - /root/.cache/uv/**/*
""",
}  # fmt: skip
CHANGED_HOOKS = f"""\
-  rev: v0.5.7
+  rev: v0.16.4
-    - id: ruff
+    - id: ruff-check
+    - id: ruff-format
-    - id: sweep
-      name: No bytecode here
-      entry: bash -c "find . -type d -name '__pycache__' -prune -exec rm -rf {{}} +"
-      language: system
+    - id: kempt-check
+      name: kempt check
+      entry: kempt check --staged
+      language: python
+      additional_dependencies: [kempt=={__version__}]
"""
LOCK_HOOK = """\
+
+- repo: https://github.com/astral-sh/uv-pre-commit
+  rev: 0.11.32
+  hooks:
+    - id: uv-lock
+      args: [--check]
"""


def test_only_the_lines_that_must_are_changed(project: str, repository: Repository) -> None:
    after = texts(mended(repository, *FAMILIES))

    for path in (WORKFLOW, BUILDSPEC):
        assert CHANGED[project, path] == changed(FILES[path], after[path])
    assert CHANGED_HOOKS + (LOCK_HOOK if project == "uv" else "") == changed(FILES[HOOKS], after[HOOKS])
    assert {path: FILES[path] for path in (MAKEFILE, SCRIPT)} == {path: after[path] for path in (MAKEFILE, SCRIPT)}


def test_windows_line_ends_stay(project: str, git_repo: MakeRepository) -> None:
    files = {path: FILES[path].replace("\n", "\r\n") if path in YAML else FILES[path] for path in FILES}
    windows = mended(git_repo({**PROJECTS[project], **files}), *FAMILIES)
    other = texts(mended(git_repo({**PROJECTS[project], **FILES}, "other"), *FAMILIES))

    for path in YAML:
        assert other[path].replace("\n", "\r\n") == (windows.root / path).read_bytes().decode()


# --- by the command line -------------------------------------------------------------------------------
def test_the_command_line_mends_them(git_repo: MakeRepository, kempt: RunKempt) -> None:
    repository = git_repo({**PROJECTS["uv"], **FILES})
    words = ("check", "--select", "KPT4,KPT6", "--fix", "--unsafe-fixes", "--output-format", "concise")

    first = kempt(*words)
    after = texts(repository)
    second = kempt(*words)

    assert (1, "") == (first.status, first.err), first
    assert CHANGED["uv", WORKFLOW] == changed(FILES[WORKFLOW], after[WORKFLOW])
    assert after == texts(repository)
    assert UNMENDED == {(line.split()[1], line.split(":")[0]) for line in second.out.splitlines() if ": KPT" in line}


# --- the guard, run ------------------------------------------------------------------------------------
SHELL_GUARD = """\
junk='(__pycache__|\\.venv|venv|\\.cache|\\.(mypy|ruff|pytest)_cache)(/|$)'
if git ls-files -z | xargs -0 -n1 | grep -E "$junk"; then exit 1; fi
"""


def guard(folder: Path, repository: Repository) -> subprocess.CompletedProcess[bytes]:
    """The guard as it is, in a folder."""
    command = ["bash", "-c", SHELL_GUARD]
    return subprocess.run(command, cwd=folder, env=repository.env, capture_output=True, check=False)


def test_the_guard_is_green_where_git_fails_and_kempt_is_not(
    tmp_path: Path, git_repo: MakeRepository, kempt: RunKempt
) -> None:
    folder = tmp_path / "archive" / "__pycache__"
    folder.mkdir(parents=True)

    done = guard(folder, git_repo())

    assert (0, True) == (done.returncode, b"not a git repository" in done.stderr)
    assert 2 == kempt("check", cwd=folder).status


MISSED = {
    "env/pyvenv.cfg": "KPT101", "pkg/legacy.pyc": "KPT102", "a/__PYCACHE__/m.cpython-313.pyc": "KPT102",
    ".tox/CACHEDIR.TAG": "KPT103", "shop.egg-info/PKG-INFO": "KPT104", "dist/shop-1-py3-none-any.whl": "KPT105",
    ".coverage": "KPT106", "docs/.DS_Store": "KPT107",
}  # fmt: skip
"""What a pattern of a few names does not see, and the rule that does."""
HARMLESS = ("docs/http.cache", "src/foo.cache/config.py", "src/shop/cli/venv/create.py", "tools/create-venv")
"""What it takes for disposable."""


def test_kempt_sees_what_the_guard_does_not_and_leaves_what_it_should(git_repo: MakeRepository) -> None:
    contents = {"env/pyvenv.cfg": ENVIRONMENT, ".tox/CACHEDIR.TAG": SIGNATURE}
    repository = git_repo({path: contents.get(path, "x") for path in (*MISSED, *HARMLESS)})
    seen_by_guard = guard(repository.root, repository).stdout.decode().splitlines()

    assert set(HARMLESS) == set(seen_by_guard)
    assert Counter(MISSED.values()) == Counter(each.code for each in found(repository, "KPT1"))


def test_an_archive_without_git_is_checked_as_one(git_repo: MakeRepository) -> None:
    """CodePipeline hands the sources over without `.git`: the guard can never find anything there."""
    repository = git_repo({**PROJECTS["uv"], **FILES, "template.yml": TEMPLATE})
    told = [each for each in messages(found(repository, "KPT413")) if "comes without `.git`" in each]
    after = texts(mended(repository, *FAMILIES))[BUILDSPEC]

    assert 1 == len(told)
    assert "      - kempt check --no-git\n" in after
    assert after.index("kempt check --no-git") < after.index("uv sync")


# --- the same files with something else in them --------------------------------------------------------
def with_text(path: str, *replacements: tuple[str, str]) -> dict[str, str]:
    """All files, one of them with other words."""
    text = FILES[path]
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return {**FILES, path: text}


def in_workflow(repository: Repository, *codes: str) -> list[tuple[str, int, str]]:
    """Level, line and code of what is found in the workflow."""
    findings = [each for each in found(repository, *codes) if str(each.location.path) == WORKFLOW]
    return [(each.code, each.location.line, each.level.value) for each in findings]


def test_a_key_without_architecture_and_python(git_repo: MakeRepository) -> None:
    """Where uv's own downloads are stored, the rest of the key is looked at."""
    files = with_text(WORKFLOW, ("~/.cache/pip", "~/.cache/uv"))
    repository = git_repo({**PROJECTS["uv"], **files})

    found_there = in_workflow(repository, "KPT402", "KPT403", "KPT404")

    assert [("KPT404", line_of(files[WORKFLOW], "key:"), "info")] == found_there


def test_a_key_that_nothing_changes(git_repo: MakeRepository) -> None:
    """No file has one of the names, so the hash of them is always the same."""
    files = with_text(WORKFLOW, ("-r requirements.txt", "-r deps/main.txt"), ("if [ -f uv.lock ]", "if [ -f no ]"))
    repository = git_repo({"deps/main.txt": "idna==3.10\n", **files})

    assert [("KPT403", line_of(files[WORKFLOW], "key:"), "error")] == in_workflow(repository, "KPT403")


def test_poetry_without_a_lock_resolves_and_says_nothing(git_repo: MakeRepository) -> None:
    (choice,) = re.findall(r"if \[ -f uv\.lock \].*?pip install poetry && ", FILES[WORKFLOW], re.DOTALL)
    files = with_text(WORKFLOW, (choice, "if true; then\n            pip install poetry && "))
    repository = git_repo({"pyproject.toml": PROJECTS["poetry"]["pyproject.toml"], **files})

    assert [("KPT401", line_of(files[WORKFLOW], "poetry install"), "warning")] == in_workflow(repository, "KPT401")


def test_nobody_is_told_to_let_setup_python_cache_for_uv(project: str, repository: Repository) -> None:
    """It knows pip, pipenv and poetry only."""
    said = [f"{each.message} {each.help}" for each in found(repository, *FAMILIES)]

    assert "cache: uv" not in "".join([*said, *texts(mended(repository, *FAMILIES)).values()]), project


CLEAN_UP = """\

      - name: Room for others
        run: |
          pip cache purge || true  # pip's
          uv cache prune || true
          poetry cache clear pypi --all -n || true
          find . -type d -name __pycache__ -prune -exec rm -rf {} +
"""


def test_clean_up_in_ci(git_repo: MakeRepository) -> None:
    text = FILES[WORKFLOW] + CLEAN_UP
    line = line_of(text, "pip cache purge")
    repository = git_repo({**PROJECTS["uv"], **FILES, WORKFLOW: text})

    assert {
        ("KPT414", line, "error"), ("KPT414", line + 1, "error"), ("KPT414", line + 2, "error"),
        ("KPT605", line + 2, "info"), ("KPT604", line + 3, "warning"),
    } == set(in_workflow(repository, "KPT414", "KPT604", "KPT605"))  # fmt: skip
    assert [] == found(mended(repository, "KPT414"), "KPT414")
    wanted = text.replace("purge || true", "purge").replace("prune || true", "prune").replace("-n || true", "-n")
    assert wanted == texts(repository)[WORKFLOW]
