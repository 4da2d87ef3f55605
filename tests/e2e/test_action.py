"""`action.yml`, its steps run as GitHub's runner runs them, in bash, with what kempt needs from an index here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import kempt
from conftest import MakeRepository
from e2e.conftest import CHECKOUT, PATIENCE_SECONDS, Installed
from support.index import Index
from support.repacked import publish, repacked
from support.repositories import Repository, environment

CLEAN: dict[str, str | bytes] = {"app.py": "print(1)\n", ".gitignore": "__pycache__/\n.venv\n"}
DIRTY = {**CLEAN, "env/pyvenv.cfg": "home = /usr/bin\nversion = 3.12.1\n", "env/bin/activate": "# sh\n"}
BUILD = ("hatchling", "packaging", "pathspec", "pluggy", "trove_classifiers")
"""What builds kempt from its sources, as it is installed where these tests run."""
RELEASE = kempt.__version__
EQUALS = re.compile(r"(\S+) ([!=]=) '(.*)'")


class Ended(NamedTuple):
    """How a job with the action ended. `uploads` are the inputs of the upload, None if there was none."""

    status: int
    said: str
    outputs: dict[str, str]
    summary: str
    uploads: dict[str, str] | None


class Runner:
    """A runner with one repository checked out; `run` takes the inputs of the action.

    In a `temp` where kempt is installed already, the first step is left out.
    """

    def __init__(self, folder: Path, workspace: Path, action: Path, env: Mapping[str, str], temp: Path) -> None:
        self.folder, self.workspace, self.action, self.env, self.temp = folder, workspace, action, env, temp
        self.values: dict[str, str] = {}

    def run(self, **inputs: str) -> Ended:
        action: dict[str, Any] = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        given = {name: each["default"] for name, each in action["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() == action["inputs"].keys()
        self.folder.mkdir()
        (output := self.folder / "output").touch()
        (summary := self.folder / "summary").touch()
        env = {
            **self.env, "RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true", "CI": "true",
        }  # fmt: skip
        self.values = {f"inputs.{name}": value for name, value in given.items()}
        status, said, uploads = 0, "", None
        installed = int((self.temp / "kempt").exists())
        for step in action["runs"]["steps"][installed:]:
            condition = step.get("if", "success()").removeprefix("${{ ").removesuffix(" }}")
            if not self.holds(condition, failed=status != 0):
                continue
            if "uses" in step:
                uploads = {name: self.resolved(text) for name, text in step["with"].items()}
                continue
            assert "bash" == step["shell"]
            own = {name: self.resolved(text) for name, text in step.get("env", {}).items()}
            status, text = self.call(step["run"], env | own)
            said += text
            self.values |= {
                f"steps.{step['id']}.outputs.{name}": value
                for name, _, value in (line.partition("=") for line in output.read_text("utf-8").splitlines())
                if "id" in step
            }  # fmt: skip
        outputs = {name: self.resolved(each["value"]) for name, each in action["outputs"].items()}
        return Ended(status, said, outputs, summary.read_text("utf-8"), uploads)

    def call(self, script: str, env: Mapping[str, str]) -> tuple[int, str]:
        path = self.folder / "script.sh"
        path.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(path)],
            cwd=self.workspace, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False, encoding="utf-8", timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        return done.returncode, done.stdout

    def resolved(self, text: str) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self.value(match[1]), text)

    def value(self, expression: str) -> str:
        """A name, or `a == 'b' && 'c' || d`."""
        condition, _, rest = expression.partition(" && ")
        if not rest:
            return self.values.get(expression, "")
        yes, _, no = rest.partition(" || ")
        return yes.strip("'") if self.holds(condition, failed=False) else self.value(no)

    def holds(self, condition: str, *, failed: bool) -> bool:
        parts = condition.split(" && ")
        if not {"success()", "!cancelled()"}.intersection(parts):
            parts.append("success()")
        return all(self.is_true(part, failed=failed) for part in parts)

    def is_true(self, part: str, *, failed: bool) -> bool:
        if part in {"success()", "!cancelled()"}:
            return part == "!cancelled()" or not failed
        match = EQUALS.fullmatch(part)
        assert match, part
        return (self.values.get(match[1], "") == match[3]) is (match[2] == "==")


@pytest.fixture(scope="module")
def index(installed: Installed) -> Iterator[Index]:
    """kempt as built, what it needs, and what builds it."""
    with Index() as served:
        publish(served, installed.python.parents[1])
        for name in BUILD:
            (info,) = Path(sys.prefix).glob(f"lib/python*/site-packages/{name}-*.dist-info")
            filename, published = repacked(info)
            served.files[filename] = published
        yield served


@pytest.fixture
def action(index: Index, tmp_path: Path) -> Path:
    """kempt's own checkout as the runner has it, its lock with the hashes of what this index serves."""
    folder = tmp_path / "action"
    folder.mkdir()
    for name in ("action.yml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, folder)
    shutil.copytree(CHECKOUT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    lock = (CHECKOUT / "requirements/runtime.txt").read_text("utf-8")
    pins = re.findall(r"^([\w.-]+)==([\w.]+)(.*?) ?\\$", lock, re.MULTILINE)
    digests = {(each.project, each.version): each.digest for each in index.files.values()}
    lines = [f"{name}=={version}{rest} --hash=sha256:{digests[name, version]}" for name, version, rest in pins]
    (folder / "requirements").mkdir()
    (folder / "requirements/runtime.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


@pytest.fixture
def fresh(index: Index, action: Path, git_repo: MakeRepository, tmp_path: Path) -> Runner:
    """A runner with an empty repository, and one index."""
    variables = {"PIP_INDEX_URL": index.url, "PIP_TRUSTED_HOST": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    index.requests.clear()
    (temp := tmp_path / "temp").mkdir()
    env = environment(tmp_path / "home", **variables)
    env.pop("PYTHONPATH", None)
    return Runner(tmp_path / "job", git_repo().root, action, env, temp)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of runners that need not install again."""
    return tmp_path_factory.mktemp("runner")


@pytest.fixture
def runner(fresh: Runner, shared: Path, git_repo: MakeRepository, tmp_path: Path) -> Runner:
    """A runner where the action has installed a release."""
    if not (shared / "kempt").exists():
        first = Runner(tmp_path / "first", git_repo(CLEAN, "clean").root, fresh.action, fresh.env, shared)
        assert 0 == first.run(version=RELEASE).status
    return Runner(fresh.folder, fresh.workspace, fresh.action, fresh.env, shared)


def checked_out(runner: Runner, files: Mapping[str, str | bytes], home: Path) -> None:
    """Track and commit files in the runner's workspace."""
    repository = Repository(runner.workspace, home)
    repository.write(files)
    repository.stage()
    repository.commit()


def test_a_clean_repository_passes(fresh: Runner, home: Path) -> None:
    checked_out(fresh, CLEAN, home)

    ended = fresh.run()

    assert (0, "", {"sarif-file": ""}, None) == (ended.status, ended.said, ended.outputs, ended.uploads)
    assert ended.summary.startswith("## kempt")


@pytest.mark.slow
def test_findings_mark_their_lines_and_fail_the_job(fresh: Runner, home: Path) -> None:
    checked_out(fresh, DIRTY, home)

    ended = fresh.run(version=RELEASE)

    assert 1 == ended.status
    assert ended.said.startswith("::error title=kempt (KPT101),file=env/pyvenv.cfg,line=1,col=1::")
    assert "KPT101" in ended.summary
    assert ended.uploads is None


def test_what_is_installed_is_what_the_lock_of_the_action_says(fresh: Runner, home: Path) -> None:
    checked_out(fresh, CLEAN, home)
    lock = fresh.action / "requirements/runtime.txt"
    lock.write_text(re.sub(r"sha256:\w{64}", f"sha256:{'0' * 64}", lock.read_text("utf-8"), count=1), encoding="utf-8")

    ended = fresh.run()

    assert 0 != ended.status
    assert "DO NOT MATCH THE HASHES" in ended.said


@pytest.mark.slow
def test_by_default_kempt_comes_from_the_commit_of_the_action(fresh: Runner, home: Path, index: Index) -> None:
    checked_out(fresh, CLEAN, home)
    init = fresh.action / "src/kempt/__init__.py"
    init.write_text(init.read_text("utf-8").replace(f'"{RELEASE}"', '"9.9.9"'), encoding="utf-8")

    assert 0 == fresh.run().status
    bin = fresh.temp / "kempt/bin"
    assert "kempt 9.9.9" in subprocess.check_output([bin / "kempt", "--version"], encoding="utf-8", env=fresh.env)
    assert [] == [path for path in index.requests if "/kempt-" in path]


def test_sarif_is_written_and_findings_do_not_fail_the_job(runner: Runner, home: Path) -> None:
    checked_out(runner, DIRTY, home)

    ended = runner.run(format="sarif")

    file = runner.temp / "kempt.sarif"
    assert (0, "", {"sarif-file": str(file)}, None) == (ended.status, ended.said, ended.outputs, ended.uploads)
    (run,) = json.loads(file.read_text("utf-8"))["runs"]
    assert ["KPT101"] == sorted({each["ruleId"] for each in run["results"]})
    assert "KPT101" in ended.summary


def test_findings_are_sent_to_code_scanning_when_asked(runner: Runner, home: Path) -> None:
    checked_out(runner, DIRTY, home)

    ended = runner.run(upload_sarif="true")

    assert 0 == ended.status
    assert {"sarif_file": str(runner.temp / "kempt.sarif"), "category": "kempt"} == ended.uploads


def test_a_file_that_does_not_parse_fails_the_job_and_the_findings_are_sent(runner: Runner, home: Path) -> None:
    checked_out(runner, {**DIRTY, ".pre-commit-config.yaml": "repos: [\n"}, home)

    ended = runner.run(upload_sarif="true")

    assert 1 == ended.status
    assert ended.uploads is not None
    assert {"KPT002", "KPT101"} <= set(re.findall(r"KPT\d{3}", ended.summary))


def test_where_nothing_can_be_checked_nothing_is_sent(runner: Runner) -> None:
    ended = runner.run(upload_sarif="true")

    assert (2, None) == (ended.status, ended.uploads)
    assert "nothing to check" in ended.said


@pytest.mark.parametrize("style", ["text", "", "sarif; touch pwned"])
def test_another_format_is_refused(style: str, runner: Runner, home: Path) -> None:
    checked_out(runner, CLEAN, home)

    ended = runner.run(format=style)

    assert (2, "::error title=kempt::the input format is github or sarif\n") == (ended.status, ended.said)


def test_options_and_the_folder_reach_kempt(runner: Runner, home: Path) -> None:
    checked_out(runner, {**DIRTY, "lib/a.pyc": "x"}, home)

    def on(job: str) -> Runner:
        return Runner(runner.folder / job, runner.workspace, runner.action, runner.env, runner.temp)

    runner.folder.mkdir()
    assert 0 == on("all").run(args="--ignore KPT101,KPT201  --ignore KPT102").status
    inside = on("folder").run(path="lib")
    assert ["KPT102"] == re.findall(r"^::error title=kempt \((KPT\d{3})\)", inside.said, re.MULTILINE)


@pytest.mark.parametrize(
    "inputs",
    [
        {"path": "--help"}, {"path": "$(touch pwned)"}, {"path": "`touch pwned`; touch pwned"},
        {"args": "$(touch pwned)"}, {"args": "; touch pwned"}, {"args": "* --output-file=/dev/null"},
    ],
    ids=["option", "substitution", "backticks", "args", "semicolon", "star"],
)  # fmt: skip
def test_no_input_becomes_a_part_of_a_script(inputs: dict[str, str], runner: Runner, home: Path) -> None:
    checked_out(runner, CLEAN, home)

    ended = runner.run(**inputs)

    assert 2 == ended.status
    assert [] == list(runner.workspace.parent.rglob("pwned"))


def test_a_version_is_no_option_of_pip(fresh: Runner, home: Path) -> None:
    checked_out(fresh, CLEAN, home)

    assert 0 != fresh.run(version=f"{RELEASE} --target=.").status
    assert not (fresh.workspace / "kempt").exists()


def test_modules_of_the_repository_are_not_run(fresh: Runner, home: Path) -> None:
    """`python -m venv` and `-m pip` would import these, from the folder that is checked."""
    evil = "import pathlib; pathlib.Path('pwned').touch()\n"
    names = ("venv.py", "pip.py", "ensurepip.py", "sitecustomize.py", "kempt.py", "argparse.py")
    checked_out(fresh, {**CLEAN, **dict.fromkeys(names, evil)}, home)

    assert 0 == fresh.run(version=RELEASE).status
    assert not (fresh.workspace / "pwned").exists()
