from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.conftest import Run
from kempt import rules
from kempt.model.rule import PROMISES


@pytest.mark.parametrize("word", ["KPT101", "kpt101", "tracked-environment"])
def test_a_rule_is_explained(run: Run, tmp_path: Path, word: str) -> None:
    assert run("rule", word, cwd=tmp_path) == (
        0,
        """\
KPT101 tracked-environment

  an environment is tracked by git

  promise  2, git is clean
  level    error
  fix      unsafe (--fix --unsafe-fixes)
  help     kempt check --fix --unsafe-fixes takes it out of git and leaves it on disk
  since    0.1
  page     rules/KPT101.html in the documentation
""",
        "",
    )


def test_a_rule_as_json(run: Run, tmp_path: Path) -> None:
    document = json.loads(run("rule", "KPT000", "--output-format", "json", cwd=tmp_path).out)

    assert ("KPT000", "rule-crashed", None, None) == tuple(document[key] for key in ("code", "name", "promise", "fix"))


@pytest.mark.parametrize(
    "word, meant",
    [
        pytest.param("KPT1011", "; did you mean `KPT101`?", id="code"),
        pytest.param("tracked_enviroment", "; did you mean `tracked-environment`?", id="name"),
        pytest.param("xyzzy", "", id="nothing-near"),
    ],
)
def test_an_unknown_rule(run: Run, tmp_path: Path, word: str, meant: str) -> None:
    expected = f"kempt: there is no rule `{word}`{meant}\n       kempt rules lists all\n"

    assert (2, "", expected) == run("rule", word, cwd=tmp_path)


def test_the_list_has_every_rule_below_its_promise(run: Run, tmp_path: Path) -> None:
    status, out, err = run("rules", cwd=tmp_path)
    titles = [line for line in out.splitlines() if line and not line.startswith((" ", "`"))]

    assert (0, "") == (status, err)
    assert [*(f"{number}  {name}" for number, name in PROMISES.items()), "kempt itself"] == titles
    assert sorted(rule.code for rule in rules.ALL) == sorted(re.findall(r"^  (KPT\d+) ", out, re.MULTILINE))
    assert all(len(line) <= 100 for line in out.splitlines())


def test_a_narrow_list_puts_what_a_rule_says_below_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("--version", cwd=tmp_path)
    monkeypatch.setenv("COLUMNS", "60")
    lines = run("rules", cwd=tmp_path).out.splitlines()

    assert "          the ignore rules keep a lock file out of git" == lines[2]
    assert all(len(line) <= 60 for line in lines)


def test_the_list_as_json(run: Run, tmp_path: Path) -> None:
    document = json.loads(run("rules", "--output-format", "json", cwd=tmp_path).out)

    assert sorted(rule.code for rule in rules.ALL) == [each["code"] for each in document]
    assert ["code", "name", "promise", "level", "fix", "summary", "help", "since", "page"] == list(document[0])
