"""The fingerprint of an environment, `kempt-env-1`: the same for one lock at every place, by every installer.

The digest is the SHA-256 of the lines: the format's name, the Python, whether the base's packages are seen, and then,
sorted, one line for each file that was installed. What differs between two installs of one lock is left out (who
installed it and when, bytecode, the text of console scripts) and looked at in other ways: see `Problem`.

Fast, a file is known by its size and by RECORD, which says what was installed; proof reads every byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from kempt import __version__
from kempt.engine.environments import base, stat_index
from kempt.engine.environments import layout as places
from kempt.engine.environments.layout import Layout
from kempt.engine.environments.scan import Scan
from kempt.engine.environments.stat_index import Answer
from kempt.host.folders import real
from kempt.model.environment import Fingerprint, Problem

FORMAT = "kempt-env-1"


def fingerprint(
    environment: str,
    *,
    proof: bool = False,
    locked: Collection[str] | None = None,
    root: str | None = None,
    jobs: int = 0,
    use_index: bool = True,
) -> Fingerprint:
    """What an environment holds, and what is wrong with it; nothing of it is run.

    `proof` reads every byte; otherwise a file is read only where RECORD does not tell, or tells another size.
    `locked` are the normalised names that the lock holds: pip, setuptools and wheel are left out where it holds none of
    that name, and, where it is None, if the environment was made by a tool that brings them. `root` is what the paths
    of editable projects are relative to, the folder that holds the environment if it is None. `jobs` threads read, as
    many as there are processors where it is 0. `use_index` trusts what kempt wrote down of files that were not touched
    since.

    Raises UsageError where there is no environment.
    """
    settings = places.require_environment(environment)
    look = stat_index.look_at(environment)
    layout = places.layout_of(look.walk, settings)
    beside = real(root) if root else layout.root.rpartition("/")[0]
    asked = stat_index.asked_for(locked, beside, __version__)
    index = stat_index.load(layout.root) if use_index else stat_index.EMPTY
    outside = tuple(base.problems(layout, look.walk))
    if not proof and index.answer is not None and index.walk == look.digest and index.asked == asked:
        return _fingerprint(layout, index.answer, outside)
    settled = use_index and look.is_settled
    known = {} if proof else stat_index.known(index, look.walk)
    proven = stat_index.proven(index)
    scan = Scan(layout, look.walk, locked, beside)
    hashed = scan.read(known, proven, proof=proof, jobs=jobs)
    answer = _answer(layout, scan)
    if use_index:
        proven = scan.proven if proof else proven
        stat_index.save(look, asked, answer, hashed, settled=settled, kept=known, proven=proven)
    return _fingerprint(layout, answer, outside, len(hashed) - len(known), proof=proof)


def _answer(layout: Layout, scan: Scan) -> Answer:
    header = (FORMAT, f"python {layout.python}", f"system-site-packages {str(layout.system_site).lower()}")
    return Answer(
        (*header, *scan.lines()),
        tuple(scan.problems),
        tuple(one.distribution for one in scan.installed),
        scan.count,
        scan.bytes,
        scan.notes,
    )


def _fingerprint(
    layout: Layout, answer: Answer, outside: tuple[Problem, ...], read: int = 0, *, proof: bool = False
) -> Fingerprint:
    problems = sorted({*answer.problems, *outside}, key=lambda each: (each.path, each.damage, each.distribution))
    return Fingerprint(
        layout.root,
        digest_of(answer.lines),
        layout.python,
        answer.lines,
        tuple(problems),
        answer.distributions,
        answer.files,
        answer.bytes,
        read,
        proof,
        answer.notes,
    )


def digest_of(lines: Collection[str]) -> str:
    """The digest of lines."""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
