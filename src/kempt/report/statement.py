"""What `verify` proved, as a statement that other tools can sign and keep (in-toto Statement, version 1).

Source: the in-toto attestation framework. The subject of each statement is one environment, by its digest.
"""

from __future__ import annotations

from json import dumps

from kempt import __version__
from kempt.model.verify import Outcome, Proof, Verification
from kempt.report.verify import record

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:kempt:environment-proof:1"
RESULTS = {Outcome.PROVEN: "PASSED", Outcome.DIFFERS: "FAILED", Outcome.UNCHECKED: "UNKNOWN"}


def to_statement(verification: Verification) -> str:
    """One JSON object a line, one line for each environment that has a digest or could not be checked."""
    return "".join(f"{dumps(_statement(proof, verification))}\n" for proof in verification.proofs)


def _statement(proof: Proof, verification: Verification) -> dict[str, object]:
    from datetime import UTC, datetime

    fields = record(proof)
    digest = {"sha256": fields["digest"]} if fields["digest"] else {}
    return {
        "_type": TYPE,
        "subject": [{"name": fields["environment"], "digest": digest}],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": "kempt", "version": __version__},
            "timeVerified": datetime.fromtimestamp(verification.finished, UTC).isoformat(timespec="seconds"),
            "verificationResult": RESULTS[proof.outcome],
            "commit": verification.commit or None,
            "format": "kempt-env-1",
            **{key: fields[key] for key in _COPIED},
        },
    }


_COPIED = (
    "service", "manager", "lock", "lock_sha256", "mode", "python", "platform", "packages", "files", "against",
    "differences", "notes", "refusal",
)  # fmt: skip
