"""Keys of caches, cut into what changes them."""

from __future__ import annotations

import pytest

from kempt.model.pipeline import PartKind
from support.workflows import job

START = (
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env: {LOCK: uv.lock}\n"
    "    strategy: {matrix: {service: [api, web], py: ['3.12']}}\n    steps:\n"
)
FILES, SYSTEM, MACHINE, PYTHON = PartKind.FILES, PartKind.SYSTEM, PartKind.MACHINE, PartKind.PYTHON
RUN, BRANCH, WORD, UNKNOWN = PartKind.RUN, PartKind.BRANCH, PartKind.WORD, PartKind.UNKNOWN


@pytest.mark.parametrize(
    "key, kinds, files",
    [
        ("uv-v1", [WORD], ()),
        ("${{ runner.os }}-${{ runner.arch }}", [SYSTEM, WORD, MACHINE], ()),
        ("${{ hashFiles('uv.lock') }}", [FILES], ("uv.lock",)),
        ("${{ hashFiles('**/uv.lock', './a/poetry.lock') }}", [FILES], ("**/uv.lock", "a/poetry.lock")),
        ("${{ hashFiles(env.LOCK) }}", [FILES], ("uv.lock",)),
        ("${{ hashFiles(format('{0}/uv.lock', matrix.service)) }}", [FILES], ("api/uv.lock", "web/uv.lock")),
        ("${{ hashFiles(format('{0}/uv.lock', github.ref)) }}", [UNKNOWN], ()),
        ("${{ hashFiles(inputs.lock) }}", [UNKNOWN], ()),
        ("${{ matrix.python-version }}", [PYTHON], ()),
        ("${{ matrix.py }}", [PYTHON], ()),
        ("${{ env.pythonLocation }}", [PYTHON], ()),
        ("${{ steps.python.outputs.python-version }}", [PYTHON], ()),
        ("${{ steps.date.outputs.date }}", [UNKNOWN], ()),
        ("${{ matrix.os }}", [SYSTEM], ()),
        ("${{ github.sha }}", [RUN], ()),
        ("${{ github.run_id }}", [RUN], ()),
        ("${{ github.head_ref }}", [BRANCH], ()),
        ("${{ github.head_ref || github.ref_name }}", [BRANCH, BRANCH], ()),
        ("${{ format('{0}-{1}', runner.os, hashFiles('uv.lock')) }}", [WORD, SYSTEM, FILES], ("uv.lock",)),
        ("${{ env.LOCK }}", [WORD], ()),
    ],
)
def test_the_parts_of_a_key(key: str, kinds: list[PartKind], files: tuple[str, ...]) -> None:
    steps = job(
        f'{START}      - uses: actions/cache@v6\n        with:\n          path: x\n          key: "{key}"\n'
    ).steps
    found = steps[0].caches[0].key

    assert found is not None
    assert kinds == [part.kind for part in found.parts]
    assert files == found.files


@pytest.mark.parametrize("key", ["uv-hashFiles('uv.lock')", "{{ hashFiles('uv.lock') }}", "$(hashFiles('a'))"])
def test_hashing_outside_an_expression_hashes_nothing(key: str) -> None:
    steps = job(
        f'{START}      - uses: actions/cache@v6\n        with:\n          path: x\n          key: "{key}"\n'
    ).steps
    found = steps[0].caches[0].key

    assert found is not None
    assert found.broken
    assert not found.has(FILES)
