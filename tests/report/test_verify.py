"""What `verify` says: each difference by name, and nothing called proven that was not."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

import pytest

from kempt.cli.verify import exit_code
from kempt.model.environment import Distribution, Fingerprint
from kempt.model.repo import Service
from kempt.model.verify import Difference, Mode, Outcome, Proof, Reason, Refusal, Verification
from kempt.report.look import Look
from kempt.report.statement import to_statement
from kempt.report.verify import SHOWN, to_json, to_text

DIGEST = "b90b07af40a7" + "0" * 52
FOUND = Fingerprint(
    "/shop/.venv", DIGEST, "3.11.7", (), distributions=(Distribution("alpha", "1.0", "lib/alpha-1.0.dist-info"),),
    files=1_398, bytes=12_000_000,
)  # fmt: skip
API = Service(PurePosixPath("services/api"), "uv", lock=PurePosixPath("services/api/uv.lock"))
PROVEN = Proof(
    API, Mode.PROOF, Outcome.PROVEN, "services/api/.venv", "linux-x86_64", "aa" * 32, FOUND,
    against=("RECORD", "the lock"),
)  # fmt: skip
DIFFERS = PROVEN._replace(
    outcome=Outcome.DIFFERS,
    differences=(
        Difference("lib/evil.pth", "belongs to no distribution"),
        Difference("lib/alpha/core.py", "is not what RECORD says", "alpha"),
    ),
)
UNCHECKED = Proof(
    API, Mode.PROOF, Outcome.UNCHECKED, "services/api/.venv",
    refusal=Refusal(Reason.LOCK, "uv.lock is stale", "cd services/api && uv lock", "KPT303"),
)  # fmt: skip


def shown(*proofs: Proof, verbose: bool = False, quiet: bool = False) -> str:
    return to_text(Verification("/shop", proofs), Look(width=100, verbose=verbose, quiet=quiet))


def test_a_proof_says_how_much_was_read_and_what_it_was_held_against() -> None:
    assert (
        "shop  ·  1 environment  ·  proof: every byte is read\n"
        "\n"
        "  ✓ services/api   proven  1 package  1,398 files  12 MB  Python 3.11.7  b90b07af40a7\n"
        "                   against RECORD and the lock\n"
        "\n"
        "Proven.\n"
    ) == shown(PROVEN)


def test_each_difference_is_named_with_its_file() -> None:
    assert (
        "  ✗ services/api   differs  1 package  1,398 files  12 MB  Python 3.11.7  b90b07af40a7\n"
        "      lib/evil.pth        belongs to no distribution\n"
        "      lib/alpha/core.py   alpha: is not what RECORD says\n"
        "\n"
        "Differs. Mend it with `kempt sync --repair services/api`.\n"
    ) == "".join(shown(DIFFERS).splitlines(keepends=True)[2:])


def test_what_could_not_be_checked_says_why_and_what_to_type() -> None:
    assert (
        "  · services/api   could not be checked: uv.lock is stale. Run: cd services/api && uv lock  [KPT303]\n"
        "\n"
        "Could not be checked.\n"
    ) == "".join(shown(UNCHECKED).splitlines(keepends=True)[2:])


def test_of_many_differences_only_the_first_are_listed_unless_all_are_asked_for() -> None:
    many = DIFFERS._replace(differences=tuple(Difference(f"lib/{n:02}.py", "it is gone") for n in range(SHOWN + 5)))

    assert "and 5 more differences: --verbose lists all" in shown(many)
    assert "more difference" not in shown(many, verbose=True)


def test_quiet_shows_only_what_needs_attention() -> None:
    assert "" == shown(PROVEN, quiet=True)
    assert 3 == len(shown(PROVEN, DIFFERS, quiet=True).splitlines())


def test_names_of_files_cannot_write_to_the_terminal() -> None:
    hostile = DIFFERS._replace(differences=(Difference("lib/\x1b[2J\n::error::x.py", "it is gone"),))

    text = shown(hostile)

    assert "\x1b" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@pytest.mark.parametrize(
    "proofs, expected, detailed",
    [
        pytest.param([PROVEN, PROVEN], 0, 0, id="all-proven"),
        pytest.param([PROVEN, DIFFERS], 1, 1, id="one-differs"),
        pytest.param([PROVEN, UNCHECKED], 2, 3, id="lock"),
        pytest.param([UNCHECKED._replace(refusal=Refusal(Reason.MISSING, "no environment"))], 2, 5, id="missing"),
        pytest.param([UNCHECKED._replace(refusal=Refusal(Reason.MANAGER, "uv failed"))], 1, 4, id="manager"),
        pytest.param([UNCHECKED._replace(refusal=Refusal(Reason.OFFLINE, "no index"))], 2, 6, id="offline"),
        pytest.param([UNCHECKED._replace(refusal=Refusal(Reason.USAGE, "broken file"))], 2, 2, id="usage"),
    ],
)
def test_the_exit_code_is_0_only_where_all_is_proven(proofs: list[Proof], expected: int, detailed: int) -> None:
    assert (expected, detailed) == (exit_code(proofs), exit_code(proofs, detail=True))


def test_the_json_report_holds_every_difference() -> None:
    report = json.loads(to_json(Verification("/shop", (DIFFERS, UNCHECKED), "c0ffee")))

    assert ("verify", 1, "c0ffee") == (report["command"], report["version"], report["commit"])
    assert {"proven": 0, "differs": 1, "unchecked": 1} == report["summary"]
    first, second = report["environments"]
    assert ["lib/evil.pth", "lib/alpha/core.py"] == [each["path"] for each in first["differences"]]
    assert ("lock", "KPT303") == (second["refusal"]["reason"], second["refusal"]["code"])


def test_a_statement_names_the_environment_by_its_digest_and_tells_the_result() -> None:
    lines = to_statement(Verification("/shop", (PROVEN, DIFFERS, UNCHECKED), "c0ffee", 1_800_000_000.0)).splitlines()
    first, second, third = map(json.loads, lines)

    assert "https://in-toto.io/Statement/v1" == first["_type"]
    assert [{"name": "services/api/.venv", "digest": {"sha256": DIGEST}}] == first["subject"]
    assert "2027-01-15T08:00:00+00:00" == first["predicate"]["timeVerified"]
    assert ["PASSED", "FAILED", "UNKNOWN"] == [
        each["predicate"]["verificationResult"] for each in (first, second, third)
    ]
    assert {} == third["subject"][0]["digest"]
