"""The stat index: an untouched environment is not read again, and whatever was touched is."""

from __future__ import annotations

import hashlib
import os
import py_compile
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kempt.engine.environments import bytecode, stat_index
from kempt.engine.environments.fingerprint import fingerprint
from kempt.host import clock
from kempt.model.environment import Damage, Fingerprint
from support.installed import SITE, TAG, edit_in_place

LATER = 60.0


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment was installed a minute ago: what was changed a moment ago is read again each time."""
    monkeypatch.setattr(stat_index, "now", lambda: clock.now() + LATER)


@pytest.fixture
def index_file(home: Path, installed: Path) -> Callable[[], Path]:
    """Where the index of the environment lies once it was written."""

    def find() -> Path:
        (found,) = home.rglob("*.index")
        return found

    return find


def plain(found: Fingerprint) -> Fingerprint:
    """What must be the same however it was come by."""
    return found._replace(read=0)


def test_an_untouched_environment_is_not_read_again(installed: Path) -> None:
    first, second = fingerprint(str(installed)), fingerprint(str(installed))

    assert first.read > 0
    assert (0, plain(first)) == (second.read, second)


def test_without_the_index_it_is_read_again_and_nothing_is_written(installed: Path, home: Path) -> None:
    first, second = (fingerprint(str(installed), use_index=False) for _ in range(2))

    assert first == second
    assert [] == list(home.rglob("*.index"))


def test_what_changed_a_moment_ago_is_read_again(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stat_index, "now", clock.now)

    first, second = fingerprint(str(installed)), fingerprint(str(installed))

    assert first == second
    assert second.read > 0


@pytest.mark.parametrize(
    "locked, root", [(frozenset({"pip"}), None), (None, "/")], ids=["another-lock", "another-root"]
)
def test_another_question_has_an_answer_of_its_own(
    locked: frozenset[str] | None, root: str | None, installed: Path
) -> None:
    fingerprint(str(installed))

    found = fingerprint(str(installed), locked=locked, root=root)
    fresh = fingerprint(str(installed), locked=locked, root=root, use_index=False)

    assert plain(fresh) == plain(found)


def test_an_edit_that_keeps_size_and_time_is_seen_once_the_file_was_read(installed: Path) -> None:
    fingerprint(str(installed), proof=True)
    before = fingerprint(str(installed))
    edit_in_place(installed / SITE / "alpha/core.py", b"VALUE = 2\n")

    proven = fingerprint(str(installed), proof=True)
    after = fingerprint(str(installed))

    assert () == before.problems
    assert [(Damage.MODIFIED, "alpha")] == [(each.damage, each.distribution) for each in after.problems]
    assert (proven.digest, proven.problems) == (after.digest, after.problems)


def test_proof_never_believes_the_index(installed: Path, index_file: Callable[[], Path]) -> None:
    good = fingerprint(str(installed), proof=True)
    path = index_file()
    _, _, body = path.read_bytes().partition(b"\0")
    digest = hashlib.sha256(b"VALUE = 1\n").hexdigest().encode()
    assert digest in body
    forged = body.replace(digest, b"0" * 64)
    path.write_bytes(f"{stat_index.MAGIC} {hashlib.sha256(forged).hexdigest()}\0".encode() + forged)

    assert plain(good) == plain(fingerprint(str(installed), proof=True))


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def rebuilt(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    body = change(content.partition(b"\0")[2])
    return f"{stat_index.MAGIC} {hashlib.sha256(body).hexdigest()}\0".encode() + body


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        truncated,
        flipped,
        lambda content: content.replace(b" 1 ", b" 0 ", 1),
        lambda content: rebuilt(content, lambda body: body.replace(b'"environment": "/', b'"environment": "/x/', 1)),
        lambda content: rebuilt(content, lambda body: b"[]\0" + body.partition(b"\0")[2]),
        lambda content: rebuilt(content, lambda body: b"{\0" + body.partition(b"\0")[2]),
        lambda content: rebuilt(content, lambda body: body.replace(b'"problems": []', b'"problems": [["none"]]', 1)),
        lambda content: rebuilt(content, lambda body: body.replace(b"\0", b"\0x", 1)),
    ],
    ids=["empty", "cut", "flipped", "format", "foreign", "list", "no-json", "damage", "no-count"],
)
def test_a_damaged_index_is_as_none(
    change: Callable[[bytes], bytes], installed: Path, index_file: Callable[[], Path]
) -> None:
    first = fingerprint(str(installed))
    path = index_file()
    path.write_bytes(change(path.read_bytes()))

    assert first == fingerprint(str(installed))
    assert 0 == fingerprint(str(installed)).read


def test_the_index_of_another_environment_is_not_used(installed: Path, tmp_path: Path) -> None:
    before = fingerprint(str(installed))
    aside = tmp_path / "aside"
    installed.rename(aside)
    shutil.copytree(aside, installed, symlinks=True)
    (installed / SITE / "alpha/core.py").unlink()

    after = fingerprint(str(installed))

    assert before.digest != after.digest
    assert [Damage.MISSING] == [each.damage for each in after.problems]


def test_where_the_cache_cannot_be_written_all_goes_on(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("KEMPT_CACHE_DIR", str(blocked / "cache"))

    assert () == fingerprint(str(installed)).problems


def test_the_interpreter_is_looked_at_each_time(installed: Path, tmp_path: Path) -> None:
    link = tmp_path / "python3"
    link.symlink_to(os.path.realpath(installed / "bin/python"))
    (installed / "bin/python").unlink()
    (installed / "bin/python").symlink_to(link)
    before = fingerprint(str(installed))
    link.unlink()

    after = fingerprint(str(installed))

    assert () == before.problems
    assert [Damage.WRONG_PYTHON] == [each.damage for each in after.problems]
    assert 0 == after.read


def test_bytecode_that_was_proven_is_not_compiled_again(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (installed / SITE).glob("*/*.py"):
        py_compile.compile(str(path), doraise=True)
    compared: list[str] = []
    original = bytecode.compare

    def compare(batch: tuple[str, list[bytecode.Compiled]]) -> list[bytecode.Verdict]:
        compared.extend(each.path for each in batch[1])
        return original(batch)

    monkeypatch.setattr(bytecode, "compare", compare)
    fingerprint(str(installed), proof=True, jobs=1)
    assert compared
    compared.clear()

    found = fingerprint(str(installed), proof=True, jobs=1)

    assert ([], ()) == (compared, found.problems)
    edit_in_place(installed / SITE / "alpha/core.py", b"VALUE = 2\n")
    fingerprint(str(installed), proof=True, jobs=1)
    assert [f"{SITE}/alpha/__pycache__/core.{TAG}.pyc"] == compared
