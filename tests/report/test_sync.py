from __future__ import annotations

import json
from pathlib import PurePosixPath

import pytest

from kempt.cli.sync import exit_code
from kempt.model.manager import Command
from kempt.model.repo import Service
from kempt.model.sync import Outcome, Synced, SyncReport
from kempt.model.verify import Reason, Refusal
from kempt.report.look import Look
from kempt.report.sync import to_json, to_text

API, WEB = Service(PurePosixPath("services/api"), "uv"), Service(PurePosixPath("web"), "poetry")
GOOD = Synced(API, Outcome.INSTALLED, "/repo/services/api/.venv", "3.12.4", 29, "ab" * 32, seconds=1.24)
STALE = Refusal(Reason.LOCK, "poetry.lock is stale: pyproject.toml asks idna<3", "cd web && poetry lock", "KPT303")


def text(*services: Synced, quiet: bool = False, verbose: bool = False) -> str:
    return to_text(SyncReport("/repo", services), Look(width=100, quiet=quiet, verbose=verbose))


def test_the_table_and_what_is_next() -> None:
    repaired = Synced(
        WEB, Outcome.REPAIRED, "/repo/web/.venv", "3.12.4", 1234, "cd" * 32, ("alpha", "beta"), seconds=12
    )

    assert (
        "service       manager  Python  packages  result                digest        seconds\n"
        "services/api  uv       3.12.4        29  installed             abababababab      1.2\n"
        "web           poetry   3.12.4     1,234  repaired alpha, beta  cdcdcdcdcdcd     12.0\n"
        "\n"
        "Prove it with `kempt verify`.\n"
    ) == text(GOOD, repaired)


def test_a_refusal_is_one_line() -> None:
    assert (
        "service       manager  Python  packages  result     digest        seconds\n"
        "services/api  uv       3.12.4        29  installed  abababababab      1.2\n"
        "web           poetry                     refused                      0.0\n"
        "\n"
        "web: poetry.lock is stale: pyproject.toml asks idna<3. Run: cd web && poetry lock  [KPT303]\n"
        "not passed on: PIP_TARGET, UV_PYTHON\n"
        "\n"
        "1 of 2 services as the lock says.\n"
    ) == text(GOOD._replace(withheld=("PIP_TARGET", "UV_PYTHON")), Synced(WEB, Outcome.REFUSED, refusal=STALE))


def test_a_failure_shows_the_end_of_what_the_manager_printed_and_what_there_is_now() -> None:
    failed = Synced(
        API,
        Outcome.FAILED,
        refusal=Refusal(Reason.MANAGER, "`uv sync` ended with exit code 2"),
        output=("one", "https://ada:secret@example.com/\x1b[31mred"),
        state="the environment is as it was",
    )

    assert (
        "services/api: `uv sync` ended with exit code 2\n"
        "    one\n"
        "    https://...@example.com/\\x1b[31mred\n"
        "services/api: the environment is as it was\n"
    ) == text(failed, quiet=True)


def test_quiet_says_nothing_of_what_went_well() -> None:
    assert "" == text(GOOD, quiet=True)


def test_what_was_wrong_is_told_shortly_unless_asked_for() -> None:
    damage = tuple(f"alpha{number}: missing: a.py" for number in range(6))
    repaired = GOOD._replace(outcome=Outcome.REPAIRED, repaired=tuple(f"alpha{n}" for n in range(6)), damage=damage)

    short, long = text(repaired), text(repaired, verbose=True)

    assert "repaired alpha0, alpha1, alpha2, alpha3 and 2 more" in short
    assert "services/api: 2 more (--verbose)\n" in short
    assert "services/api: alpha5: missing: a.py\n" in long


def test_a_plan_is_what_a_person_would_type() -> None:
    command = Command(("uv", "sync", "--python", "/opt/my python"), "install", (("UV_X", "a b"),))
    planned = GOOD._replace(
        outcome=Outcome.PLANNED, commands=(command,), notes=("not pinned",), withheld=("UV_PYTHON",)
    )

    assert (
        "services/api: uv, Python 3.12.4\n"
        "  cd /repo/services/api\n"
        "  UV_X='a b' uv sync --python '/opt/my python'\n"
        "  (not pinned)\n"
        "  not passed on: UV_PYTHON\n"
    ) == text(planned._replace(withheld=("UV_PYTHON",)))


def test_json() -> None:
    command = Command(("uv", "sync"), "install", (("UV_X", "1"),))

    found = json.loads(to_json(SyncReport("/repo", (GOOD, Synced(WEB, Outcome.REFUSED, refusal=STALE)), 1.5)))
    (done,) = json.loads(to_json(SyncReport("/repo", (GOOD._replace(commands=(command,)),))))["services"]

    assert ("sync", "/repo", 1.5) == (found["command"], found["root"], found["seconds"])
    assert {"installed": 1, "refused": 1} == {name: count for name, count in found["summary"].items() if count}
    assert ("services/api", "installed", "ab" * 32) == tuple(
        found["services"][0][key] for key in ("service", "outcome", "digest")
    )
    assert {
        "reason": "lock",
        "code": "KPT303",
        "message": "poetry.lock is stale: pyproject.toml asks idna<3",
        "hint": "cd web && poetry lock",
    } == found["services"][1]["refusal"]
    assert [{"argv": ["uv", "sync"], "variables": {"UV_X": "1"}, "purpose": "install"}] == done["commands"]


@pytest.mark.parametrize(
    "reason, plain, detailed",
    [
        (Reason.LOCK, 2, 3),
        (Reason.MANAGER, 1, 4),
        (Reason.MISSING, 2, 5),
        (Reason.OFFLINE, 2, 6),
        (Reason.USAGE, 2, 2),
    ],
)
def test_exit_codes(reason: Reason, plain: int, detailed: int) -> None:
    report = SyncReport("/repo", (GOOD, Synced(WEB, Outcome.FAILED, refusal=Refusal(reason, "why"))))

    assert (plain, detailed) == (exit_code(report), exit_code(report, detail=True))
    assert (0, 0) == (exit_code(SyncReport("/repo", (GOOD,))), exit_code(SyncReport("/repo", (GOOD,)), detail=True))
