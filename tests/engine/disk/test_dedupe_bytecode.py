"""`kempt dedupe --bytecode`: the same source's bytecode becomes the same, and nothing that a program sees changes."""

from __future__ import annotations

import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe import eligible, forms
from kempt.engine.disk.dedupe.bytecode import NAMED, STALE
from kempt.engine.disk.dedupe.plan import carry_out, plan_dedupe
from kempt.engine.environments.fingerprint import fingerprint
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.model.dedupe import DedupeWishes
from kempt.model.plan import Means, Receipt
from support.sharing import SITE, inodes, installed, refusals, row, share_no_blocks, stale, state, take_back

WISHES = DedupeWishes(hardlink=True, bytecode=True)
CORE = b"""def outer():
    def inner():
        raise ValueError("from inside")
    return inner


if __name__ == "__main__":
    print(outer.__code__.co_filename)
"""
FILES = {"alpha/__init__.py": b"VALUE = 1\n" * 50, "alpha/core.py": CORE}
TAG = sys.implementation.cache_tag
CACHED = f"alpha/__pycache__/core.{TAG}.pyc"
HEAD = (3495).to_bytes(2, "little") + b"\r\n" + b"\0" * 12
"""What bytecode of 3.11 begins with."""
STAY = 0o640
"""A mode that keeps a source from becoming one with its copies, so that its time must be changed."""


@pytest.fixture(autouse=True)
def _no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return installed(tmp_path / "envs/one", FILES)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return installed(tmp_path / "envs/two", FILES, at=1_700_009_999)


@pytest.fixture
def apart(one: Path, two: Path) -> tuple[Path, Path]:
    """Two environments whose sources do not become one."""
    (two / SITE / "alpha/core.py").chmod(STAY)
    return one, two


@pytest.fixture
def envs(tmp_path: Path, one: Path, two: Path) -> Path:
    return tmp_path / "envs"


def share(envs: Path, wishes: DedupeWishes = WISHES) -> Receipt:
    return apply(plan_dedupe([str(envs)], wishes).plan)


def reasons(envs: Path) -> dict[str, int]:
    return {each.name: each.files for each in plan_dedupe([str(envs)], WISHES).spared}


def run(env: Path, *argv: str, check: bool = True) -> str:
    """What Python says that has the environment's packages, and writes no bytecode."""
    variables = {**os.environ, "PYTHONPATH": str(env / SITE)}
    done = subprocess.run(
        [sys.executable, "-B", "-S", *argv], env=variables, capture_output=True, text=True, check=check
    )
    return done.stdout + done.stderr


class TestPlan:
    def test_bytecode_is_only_touched_if_that_is_asked_for(self, envs: Path) -> None:
        assert () == plan_dedupe([str(envs)], DedupeWishes(hardlink=True)).bytecode

    def test_nothing_is_shared_where_no_means_is_allowed(self, envs: Path) -> None:
        dedupe = plan_dedupe([str(envs)], DedupeWishes(bytecode=True))

        assert ((), True) == (dedupe.steps, eligible.NO_WAY in {each.name for each in dedupe.spared})

    def test_a_dry_run_changes_nothing(self, envs: Path) -> None:
        before = state(envs)
        plan_dedupe([str(envs)], WISHES)

        assert before == state(envs)

    def test_one_file_is_put_alike_and_the_other_comes_to_it(self, envs: Path, two: Path) -> None:
        steps = [each for each in plan_dedupe([str(envs)], WISHES).bytecode if each.path.endswith(CACHED)]
        size = (two / SITE / CACHED).stat().st_blocks * 512

        assert [("", 0), (f"one/{SITE}/{CACHED}", size)] == [(each.keep, each.bytes) for each in steps]
        assert {Means.LINK} == {each.means for each in steps}

    def test_a_source_that_gets_another_time_is_named(self, envs: Path, apart: tuple[Path, Path]) -> None:
        steps = plan_dedupe([str(envs)], WISHES).bytecode
        dated = {step.source for step in steps if step.mtime_ns != step.planned.mtime_ns}

        assert {f"two/{SITE}/alpha/core.py"} == dated

    @pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode)[1:])
    def test_bytecode_that_is_compared_by_hash_stays(
        self, envs: Path, one: Path, mode: py_compile.PycInvalidationMode
    ) -> None:
        py_compile.compile(str(one / SITE / "alpha/core.py"), doraise=True, invalidation_mode=mode)

        assert 1 == reasons(envs)[forms.OTHER_KIND]

    @pytest.mark.parametrize(
        "content, why",
        [
            (b"", forms.MALFORMED),
            ((3999).to_bytes(2, "little") + b"\r\n" + b"\0" * 40, forms.UNKNOWN),
            (HEAD, forms.MALFORMED),
            (HEAD + b"\xe3" + b"(\xff\xff\xff\x7f" * 5000, forms.MALFORMED),
            (HEAD + b"[" * 100_000, forms.MALFORMED),
        ],
    )
    def test_what_holds_no_code_stays(self, envs: Path, one: Path, content: bytes, why: str) -> None:
        (one / SITE / CACHED).write_bytes(content)

        assert 1 == reasons(envs)[why]

    def test_bytecode_that_is_older_than_its_source_stays(self, envs: Path, one: Path) -> None:
        (one / SITE / "alpha/core.py").write_bytes(CORE.replace(b"inside", b"within"))

        assert 1 == reasons(envs)[STALE]

    def test_bytecode_that_a_record_knows_stays(self, envs: Path, one: Path) -> None:
        with open(one / SITE / "alpha-1.0.dist-info/RECORD", "a") as record:
            record.write(f"{row(CACHED, (one / SITE / CACHED).read_bytes())}\n")

        assert [] == [each for each in plan_dedupe([str(envs)], WISHES).bytecode if each.path.endswith(CACHED)]

    def test_bytecode_without_a_source_stays(self, envs: Path, one: Path) -> None:
        before = (one / SITE / CACHED).read_bytes()
        (one / SITE / "alpha/core.py").unlink()
        share(envs)

        assert before == (one / SITE / CACHED).read_bytes()

    def test_a_folder_that_a_link_leads_to_is_not_entered(self, envs: Path, one: Path, two: Path) -> None:
        (two / SITE / "beta").symlink_to(one / SITE / "alpha")

        assert not any("beta" in each.path for each in plan_dedupe([str(envs)], WISHES).bytecode)

    def test_packages_without_an_environment_count_too(self, one: Path, two: Path) -> None:
        sites = [(env / SITE).rename(env.parent / env.name / "site-packages") for env in (one, two)]
        for env in (one, two):
            (env / "pyvenv.cfg").unlink()
        steps = plan_dedupe([str(each) for each in sites], WISHES).bytecode

        assert 2 == sum(each.path.endswith(CACHED) for each in steps)

    def test_a_source_with_names_elsewhere_keeps_its_time(self, envs: Path, apart: tuple[Path, Path]) -> None:
        for number, env in enumerate(apart):
            os.link(env / SITE / "alpha/core.py", envs.parent / f"cache{number}")

        assert 1 == reasons(envs)[NAMED]

    def test_other_code_is_not_shared(self, envs: Path, one: Path, two: Path) -> None:
        cached = two / SITE / CACHED
        cached.write_bytes(cached.read_bytes().replace(b"from inside", b"from beside"))
        share(envs)

        assert 2 == inodes(CACHED, one, two)


class TestShare:
    def test_bytecode_becomes_one_file(self, envs: Path, one: Path, two: Path) -> None:
        receipt = share(envs)

        assert (True, 1, 1) == (receipt.ok, inodes(CACHED, one, two), inodes("alpha/core.py", one, two))

    def test_imports_stay_warm(self, envs: Path, apart: tuple[Path, Path]) -> None:
        receipt = share(envs)
        said = [run(env, "-v", "-c", "import alpha.core") for env in apart]

        assert (True, []) == (receipt.ok, stale(*apart))
        assert [2, 2] == [sum(" matches " in line and "alpha" in line for line in text.splitlines()) for text in said]

    def test_each_level_of_optimization_is_handled_by_itself(self, envs: Path, one: Path, two: Path) -> None:
        for env in (one, two):
            subprocess.run([sys.executable, "-O", "-m", "compileall", "-q", str(env / SITE)], check=True)
        share(envs)

        assert [1, 1] == [inodes(f"alpha/__pycache__/core.{TAG}{part}.pyc", one, two) for part in ("", ".opt-1")]
        assert [] == stale(one, two)

    def test_other_bytecode_of_a_source_that_gets_another_time_is_stamped(
        self, envs: Path, apart: tuple[Path, Path]
    ) -> None:
        py_compile.compile(str(apart[1] / SITE / "alpha/core.py"), doraise=True, optimize=2)
        share(envs)

        assert (1, []) == (inodes(CACHED, *apart), stale(*apart))

    def test_a_second_run_has_nothing_to_do(self, envs: Path, apart: tuple[Path, Path]) -> None:
        share(envs)
        dedupe = plan_dedupe([str(envs)], WISHES)

        assert ((), 0) == (dedupe.steps, dedupe.bytes)

    def test_a_third_environment_comes_to_the_others(self, envs: Path, one: Path, two: Path) -> None:
        share(envs)
        three = installed(envs / "three", FILES, at=1_600_000_000)
        receipt = share(envs)

        assert (True, 1, []) == (receipt.ok, inodes(CACHED, one, two, three), stale(one, two, three))
        assert () == plan_dedupe([str(envs)], WISHES).steps

    def test_the_environment_is_the_same_with_nothing_wrong_in_it(self, envs: Path, one: Path) -> None:
        before = fingerprint(str(one), proof=True)
        share(envs)
        after = fingerprint(str(one), proof=True)

        assert (before.digest, before.problems) == (after.digest, after.problems)

    def test_what_it_means_for_imports_is_measured(self, envs: Path) -> None:
        loaded = carry_out(plan_dedupe([str(envs)], WISHES)).loaded

        assert loaded is not None
        assert (4, 0, 0, True) == (loaded.modules, loaded.anew_before, loaded.anew_after, loaded.after > 0)


class TestPrograms:
    @pytest.fixture(autouse=True)
    def _shared(self, envs: Path, apart: tuple[Path, Path]) -> None:
        assert share(envs).ok

    def test_a_traceback_shows_the_real_file_of_code_in_code(self, two: Path) -> None:
        said = run(two, "-c", "import alpha.core; alpha.core.outer()()", check=False)

        assert f'File "{two}/{SITE}/alpha/core.py", line 3, in inner\n    raise ValueError("from inside")' in said

    def test_inspect_finds_the_source(self, two: Path) -> None:
        said = run(two, "-c", "import inspect, alpha.core as m; print(inspect.getsource(m.outer()))")

        assert "raise ValueError" in said

    def test_a_module_that_is_run_knows_its_file(self, two: Path) -> None:
        assert f"{two}/{SITE}/alpha/core.py\n" == run(two, "-m", "alpha.core")

    def test_an_edit_takes_effect_in_its_environment_alone(self, one: Path, two: Path) -> None:
        source = two / SITE / "alpha/core.py"
        source.write_bytes(CORE.replace(b"inside", b"edited"))
        program = "import alpha.core as m\ntry: m.outer()()\nexcept ValueError as error: print(error)"

        assert ["from inside\n", "from edited\n"] == [run(env, "-c", program) for env in (one, two)]

    def test_python_that_writes_bytecode_anew_reaches_no_other_environment(self, one: Path, two: Path) -> None:
        before = (one / SITE / CACHED).read_bytes()
        (two / SITE / "alpha/core.py").write_bytes(CORE + b"# more\n")
        py_compile.compile(str(two / SITE / "alpha/core.py"), doraise=True)

        assert (before, 2) == ((one / SITE / CACHED).read_bytes(), inodes(CACHED, one, two))


class TestLater:
    def test_a_source_that_was_edited_since_the_plan_is_left_alone(self, envs: Path, apart: tuple[Path, Path]) -> None:
        plan = plan_dedupe([str(envs)], WISHES).plan
        source = apart[1] / SITE / "alpha/core.py"
        source.write_bytes(CORE.replace(b"inside", b"edited"))
        receipt = apply(plan)

        assert [f"two/{SITE}/{CACHED}: its source changed since the plan was made"] == refusals(receipt)
        assert b"edited" in source.read_bytes()

    def test_bytecode_that_was_made_since_the_plan_is_left_alone(self, envs: Path, two: Path) -> None:
        plan = plan_dedupe([str(envs)], WISHES).plan
        py_compile.compile(str(two / SITE / "alpha/core.py"), doraise=True)
        receipt = apply(plan)

        assert 1 == len(refusals(receipt))
        assert 2 == inodes(CACHED, envs / "one", two)

    def test_an_environment_that_is_gone_is_told(self, envs: Path, two: Path) -> None:
        plan = plan_dedupe([str(envs)], WISHES).plan
        two.rename(envs.parent / "elsewhere")
        receipt = apply(plan)

        assert (False, True) == (receipt.ok, all(refusals(receipt)))


class TestUndo:
    def test_everything_is_as_before(self, envs: Path, apart: tuple[Path, Path]) -> None:
        before, bytes_ = state(envs), [(env / SITE / CACHED).read_bytes() for env in apart]
        share(envs)
        receipt = take_back(envs)

        assert (True, ()) == (receipt.ok, receipt.left)
        assert (before, bytes_, 2) == (
            state(envs), [(env / SITE / CACHED).read_bytes() for env in apart], inodes(CACHED, *apart)
        )  # fmt: skip

    def test_what_was_edited_since_keeps_its_edit(self, envs: Path, apart: tuple[Path, Path]) -> None:
        share(envs)
        source = apart[1] / SITE / "alpha/core.py"
        source.write_bytes(CORE.replace(b"inside", b"edited"))
        py_compile.compile(str(source), doraise=True)
        undone = undo(plan_undo(str(envs)))

        assert [f"two/{SITE}/{CACHED}"] == [each.path for each in undone.left]
        assert (b"edited" in source.read_bytes(), []) == (True, stale(*apart))


def test_all_files_and_bytecode_are_not_asked_for_together(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bytecode is looked for in environments"):
        plan_dedupe([str(tmp_path)], DedupeWishes(any=True, bytecode=True))
