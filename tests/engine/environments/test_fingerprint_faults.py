"""Every way in which an installed environment can be wrong, one at a time: what is named, and what the digest does."""

from __future__ import annotations

import importlib.util
import marshal
import os
import py_compile
import random
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from kempt.engine.environments.fingerprint import fingerprint
from kempt.model.environment import Damage, Fingerprint
from support.installed import SITE, TAG, WHEELS, edit_in_place, listed, make, record_of, rewrite
from support.wheels import Wheel

Named = tuple[str, str, str]


class Fault(NamedTuple):
    """What is done to the environment, what must be named of it fast and by proof, and whether the digest changes."""

    id: str
    do: Callable[[Path], object]
    fast: tuple[Named, ...]
    proof: tuple[Named, ...] | None = None
    digest: tuple[bool, bool] = (True, True)


def found_in(fingerprinted: Fingerprint) -> tuple[Named, ...]:
    return tuple(
        (each.damage.value, each.path.replace(f"{SITE}/", ""), each.distribution) for each in fingerprinted.problems
    )


def put(path: str, content: bytes = b"print('evil')\n") -> Callable[[Path], object]:
    def do(env: Path) -> None:
        target = env / path.replace("SITE", SITE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    return do


def remove(path: str) -> Callable[[Path], object]:
    def do(env: Path) -> None:
        target = env / path.replace("SITE", SITE)
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return do


def append(path: str, content: bytes) -> Callable[[Path], object]:
    def do(env: Path) -> None:
        target = env / path.replace("SITE", SITE)
        target.write_bytes(target.read_bytes() + content)

    return do


def link(path: str, target: str) -> Callable[[Path], object]:
    return lambda env: (env / path.replace("SITE", SITE)).symlink_to(target)


def record(change: Callable[[str], str]) -> Callable[[Path], object]:
    """Change alpha's RECORD."""

    def do(env: Path) -> None:
        path = record_of(env)
        path.write_bytes(change(path.read_bytes().decode()).encode("utf-8", "surrogateescape"))

    return do


def without(text: str, *parts: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not any(part in line for part in parts))


def flip(env: Path) -> None:
    edit_in_place(env / SITE / "alpha/core.py", b"VALUE = 2\n")


def compiled(
    env: Path, source: str = "VALUE = 2\n", mode: int = 0, *, size: int | None = None, ending: str = ""
) -> None:
    """Bytecode of another source under the name of alpha/core.py's, with a header that fits alpha/core.py."""
    real = env / SITE / "alpha/core.py"
    code = marshal.dumps(compile(source, str(real), "exec", dont_inherit=True))
    stated = (int(real.stat().st_mtime), real.stat().st_size if size is None else size)
    words = (
        importlib.util.source_hash(real.read_bytes())
        if mode
        else b"".join(each.to_bytes(4, "little") for each in stated)
    )
    cache = env / SITE / f"alpha/__pycache__/core.{TAG}{ending}.pyc"
    cache.parent.mkdir()
    cache.write_bytes(importlib.util.MAGIC_NUMBER + mode.to_bytes(4, "little") + words + code)


def damaged(env: Path) -> None:
    compiled(env, "VALUE = 1\n")
    append(f"SITE/{PYC}", b"N")(env)


def lib64(env: Path) -> None:
    (env / "lib64").unlink(missing_ok=True)
    (env / "lib64").symlink_to(env / "lib")


def own_bytecode(env: Path) -> None:
    for path in (env / SITE).glob("*/*.py"):
        py_compile.compile(str(path), doraise=True)
        py_compile.compile(str(path), doraise=True, optimize=2)


def second_copy(env: Path) -> None:
    shutil.copytree(env / SITE / "alpha-1.0.dist-info", env / SITE / "alpha-0.9.dist-info")
    rewrite(env / SITE / "alpha-0.9.dist-info/METADATA", b"Version: 1.0", b"Version: 0.9")
    text = record_of(env, version="0.9").read_text().replace("alpha-1.0.", "alpha-0.9.")
    metadata = (env / SITE / "alpha-0.9.dist-info/METADATA").read_bytes()
    text = without(text, "METADATA") + listed("alpha-0.9.dist-info/METADATA", metadata)
    record_of(env, version="0.9").write_text(text)


def rival(env: Path) -> None:
    """beta says that it brought alpha/core.py, too, with another content of the same size."""
    path = record_of(env, "beta")
    path.write_text(path.read_text() + listed("alpha/core.py", b"VALUE = 9\n"))


def companion(env: Path) -> None:
    path = record_of(env, "beta")
    path.write_text(path.read_text() + listed("alpha/core.py", b"VALUE = 1\n"))


def other_python(env: Path) -> None:
    rewrite(env / "bin/gamma", str(env / "bin").encode(), b"/opt/other/.venv/bin")


def dangling(env: Path) -> None:
    (env / "bin/python").unlink()
    (env / "bin/python").symlink_to("/nowhere/python3")


def another_version(env: Path) -> None:
    rewrite(env / "pyvenv.cfg", f"version = {sys.version_info.major}.".encode(), b"version = 2.")


def swapped_interpreter(env: Path) -> None:
    (env / "bin/python").unlink()
    (env / "bin/python").write_text("#!/bin/sh\necho evil\n")


ALPHA = "alpha-1.0.dist-info"
BROKEN = ("broken-record", f"{ALPHA}/RECORD", "alpha")
UNSAFE = ("unsafe-record", f"{ALPHA}/RECORD", "alpha")
PYC = f"alpha/__pycache__/core.{TAG}.pyc"
BYTECODE = ("bytecode", PYC, "alpha")
SAME = (False, False)
STRAYS = tuple(("stray", f"alpha/{name}", "") for name in ("__init__.py", "core.py", "data.bin"))
FAULTS = [
    Fault("flipped-byte", flip, (), (("modified", "alpha/core.py", "alpha"),), (False, True)),
    Fault("edited", append("SITE/alpha/core.py", b"#"), (("resized", "alpha/core.py", "alpha"),)),
    Fault("edited-metadata", append(f"SITE/{ALPHA}/METADATA", b"\n"), (("resized", f"{ALPHA}/METADATA", "alpha"),)),
    Fault(
        "edited-data-file",
        append("share/delta/words.txt", b"three\n"),
        (("resized", "share/delta/words.txt", "delta"),),
    ),
    Fault("missing", remove("SITE/alpha/core.py"), (("missing", "alpha/core.py", "alpha"),)),
    Fault("stray-module", put("SITE/json.py"), (("stray", "json.py", ""),)),
    Fault("stray-submodule", put("SITE/alpha/evil.py"), (("stray", "alpha/evil.py", ""),)),
    Fault("stray-pth", put("SITE/evil.pth", b"import os"), (("stray", "evil.pth", ""),)),
    Fault("sitecustomize", put("SITE/sitecustomize.py"), (("stray", "sitecustomize.py", ""),)),
    Fault("stray-extension", put("SITE/evil.so", b"\x7fELF"), (("stray", "evil.so", ""),)),
    Fault("unknown-virtualenv-patch", put("SITE/_virtualenv.py"), (("stray", "_virtualenv.py", ""),)),
    Fault("stray-script", put("bin/evil", b"#!/bin/sh\n"), (("stray", "bin/evil", ""),)),
    Fault("script-like-python", put("bin/python-evil", b"#!/bin/sh\n"), (("stray", "bin/python-evil", ""),)),
    Fault("stray-data", put("share/evil", b"x"), (("stray", "share/evil", ""),)),
    Fault("stray-in-dist-info", put(f"SITE/{ALPHA}/evil", b"x"), (("stray", f"{ALPHA}/evil", "alpha"),)),
    Fault("stray-in-pycache", put("SITE/alpha/__pycache__/evil.py"), (("stray", "alpha/__pycache__/evil.py", ""),)),
    Fault("fifo", lambda env: os.mkfifo(env / SITE / "pipe"), (("stray", "pipe", ""),)),
    Fault(
        "no-record",
        remove(f"SITE/{ALPHA}/RECORD"),
        (*STRAYS, ("no-record", f"{ALPHA}/RECORD", "alpha")),
        digest=SAME,
    ),
    Fault(
        "empty-record",
        lambda env: record_of(env).write_bytes(b""),
        (BROKEN, *(("stray", f"{ALPHA}/{each}", "alpha") for each in ("METADATA", "WHEEL")), *STRAYS),
        digest=SAME,
    ),
    Fault(
        "record-cut-in-a-row",
        record(lambda text: text[: text.index("alpha/core.py") + 20]),
        (BROKEN, ("stray", "alpha/core.py", ""), ("stray", "alpha/data.bin", "")),
        digest=SAME,
    ),
    Fault(
        "record-without-metadata",
        record(lambda text: without(text, "METADATA")),
        (("stray", f"{ALPHA}/METADATA", "alpha"), BROKEN),
        digest=SAME,
    ),
    Fault(
        "missing-metadata",
        remove(f"SITE/{ALPHA}/METADATA"),
        (("broken-metadata", f"{ALPHA}/METADATA", "alpha"), ("missing", f"{ALPHA}/METADATA", "alpha")),
    ),
    Fault(
        "only-a-0-byte-record",
        lambda env: (remove("SITE/alpha")(env), remove(f"SITE/{ALPHA}")(env), put(f"SITE/{ALPHA}/RECORD", b"")(env)),
        (("broken-metadata", f"{ALPHA}/METADATA", "alpha"), BROKEN),
    ),
    Fault("missing-dist-info", remove(f"SITE/{ALPHA}"), STRAYS),
    Fault("row-leads-out", record(lambda text: text + "../../../../../etc/passwd,,\n"), (UNSAFE,), digest=SAME),
    Fault("absolute-row-leads-out", record(lambda text: text + "/etc/passwd,,\n"), (UNSAFE,), digest=SAME),
    Fault("contradicting-rows", record(lambda text: text + listed("alpha/core.py", b"x")), (BROKEN,), digest=SAME),
    Fault(
        "other-case",
        record(lambda text: text.replace("alpha/core.py", "alpha/Core.py")),
        (("missing", "alpha/Core.py", "alpha"), ("stray", "alpha/core.py", "")),
        digest=SAME,
    ),
    Fault(
        "leftover-of-pip",
        put(f"SITE/{ALPHA}/RECORDab12cd34.tmp", b""),
        (("leftover", f"{ALPHA}/RECORDab12cd34.tmp", "alpha"),),
    ),
    Fault("leftover-of-pip-uninstall", put("SITE/~lpha/core.py"), (("leftover", "~lpha/core.py", ""),)),
    Fault(
        "leftover-dist-info",
        put("SITE/~lpha-1.0.dist-info/METADATA"),
        (("leftover", "~lpha-1.0.dist-info/METADATA", ""),),
    ),
    Fault("leftover-of-uv", put("SITE/.tmpAb1Cd2/alpha/core.py"), (("leftover", ".tmpAb1Cd2/alpha/core.py", ""),)),
    Fault(
        "leftover-data",
        put("SITE/delta-1.0.data/data/share/x", b"x"),
        (("leftover", "delta-1.0.data/data/share/x", ""),),
    ),
    Fault("evil-bytecode", compiled, (), (BYTECODE,), SAME),
    Fault(
        "optimized-evil-bytecode",
        lambda env: compiled(env, ending=".opt-1"),
        (),
        (("bytecode", f"alpha/__pycache__/core.{TAG}.opt-1.pyc", "alpha"),),
        SAME,
    ),
    Fault("damaged-bytecode", damaged, (), (BYTECODE,), SAME),
    Fault("hashed-evil-bytecode", lambda env: compiled(env, mode=0b11), (), (BYTECODE,), SAME),
    Fault(
        "unchecked-bytecode",
        lambda env: compiled(env, "VALUE = 1\n", 0b01),
        (("unchecked-bytecode", PYC, "alpha"),),
        digest=SAME,
    ),
    Fault("sourceless-bytecode", put("SITE/evil.pyc", b"\0" * 32), (("bytecode", "evil.pyc", ""),)),
    Fault("edited-wrapper", append("bin/gamma", b"print('evil')\n"), (("edited-script", "bin/gamma", "gamma"),)),
    Fault(
        "wrapper-of-another-entry",
        lambda env: rewrite(env / "bin/gamma", b"from gamma import", b"from alpha import"),
        (("edited-script", "bin/gamma", "gamma"),),
    ),
    Fault("wrapper-of-another-python", other_python, (("foreign-script", "bin/gamma", "gamma"),)),
    Fault("missing-wrapper", remove("bin/gamma"), (("missing-script", "bin/gamma", "gamma"),)),
    Fault(
        "edited-script",
        lambda env: rewrite(env / "bin/zeta-run", b"VERSION", b"REVISION"),
        (("resized", "bin/zeta-run", "zeta"),),
    ),
    Fault(
        "flipped-byte-in-a-script",
        lambda env: rewrite(env / "bin/zeta-run", b"VERSION", b"VERSIOn"),
        (("modified", "bin/zeta-run", "zeta"),),
    ),
    Fault(
        "system-site",
        lambda env: rewrite(env / "pyvenv.cfg", b"packages = false", b"packages = true"),
        (("system-site", "pyvenv.cfg", ""),),
    ),
    Fault("symlink", link("SITE/evil.py", "alpha/core.py"), (("symlink", "evil.py", ""),)),
    Fault("symlinked-folder", link("SITE/evil", "alpha"), (("symlink", "evil", ""),)),
    Fault("escaping-symlink", link("SITE/evil", "/etc"), (("symlink", "evil", ""),)),
    Fault(
        "file-made-a-symlink",
        lambda env: (remove("SITE/alpha/core.py")(env), link("SITE/alpha/core.py", "/etc/hosts")(env)),
        (("symlink", "alpha/core.py", "alpha"),),
    ),
    Fault("two-owners", rival, (("shared", "alpha/core.py", "beta"),), digest=SAME),
    Fault("installed-twice", second_copy, (("duplicate", ALPHA, "alpha"),)),
    Fault("interpreter-gone", dangling, (("wrong-python", "bin/python", ""),), digest=SAME),
    Fault(
        "other-interpreter",
        another_version,
        (("wrong-python", "bin/python", ""), ("wrong-python", SITE.removesuffix("/"), "")),
    ),
    Fault("swapped-interpreter", swapped_interpreter, (("wrong-python", "bin/python", ""),), digest=SAME),
    Fault("no-interpreter", remove("bin/python"), (("wrong-python", "bin/python", ""),), digest=SAME),
]
HARMLESS = [
    Fault("nothing", lambda env: None, ()),
    Fault("crlf-record", record(lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n")), ()),
    Fault("quoted-record", record(lambda text: text.replace("alpha/core.py,", '"alpha/core.py",')), ()),
    Fault("repeated-row", record(lambda text: text + text), ()),
    Fault("row-of-a-folder", record(lambda text: text + "alpha/__pycache__,,\nalpha/,,\nalpha,,\n"), ()),
    Fault("row-of-removed-bytecode", record(lambda text: text + f"alpha/__pycache__/core.{TAG}.pyc,,\n"), ()),
    Fault("row-with-dots", record(lambda text: text.replace("alpha/core.py,", "./beta/../alpha/core.py,")), ()),
    Fault("byte-order-mark", record(lambda text: f"\ufeff{text}"), ()),
    Fault("own-bytecode", own_bytecode, ()),
    Fault("stale-bytecode", lambda env: compiled(env, size=1), ()),
    Fault("bytecode-of-another-python", put("SITE/alpha/__pycache__/core.cpython-36.pyc", b"\0" * 32), ()),
    Fault("execute-permission", lambda env: (env / SITE / "alpha/core.py").chmod(0o755), ()),
    Fault("private-permissions", lambda env: (env / SITE / "alpha/core.py").chmod(0o600), ()),
    Fault("same-file-of-two", companion, ()),
    Fault(
        "files-of-managers",
        lambda env: [put(name, b"")(env) for name in (".lock", ".gitignore", "CACHEDIR.TAG", ".project")],
        (),
    ),
    Fault("virtualenv-patch", put("SITE/_virtualenv.pth", b"import _virtualenv"), ()),
    Fault("marker", put(".kempt-incomplete", b"{}"), ()),
    Fault("lib64", lib64, ()),
    Fault("touched", lambda env: os.utime(env / SITE / "alpha/core.py"), ()),
]


def ids(faults: Iterable[Fault]) -> list[str]:
    return [each.id for each in faults]


@pytest.mark.parametrize("fault", FAULTS, ids=ids(FAULTS))
@pytest.mark.parametrize("proof", [False, True], ids=["fast", "proof"])
def test_a_fault_is_named(fault: Fault, proof: bool, installed: Path) -> None:  # noqa: FBT001 - a parameter of the test
    before = fingerprint(str(installed), proof=proof)
    fault.do(installed)
    after = fingerprint(str(installed), proof=proof)
    expected = fault.proof if proof and fault.proof is not None else fault.fast

    assert () == found_in(before)
    assert sorted(expected) == sorted(found_in(after))
    assert fault.digest[proof] == (before.digest != after.digest)


@pytest.mark.parametrize("fault", HARMLESS, ids=ids(HARMLESS))
@pytest.mark.parametrize("proof", [False, True], ids=["fast", "proof"])
def test_what_is_no_fault_changes_nothing(fault: Fault, proof: bool, installed: Path) -> None:  # noqa: FBT001
    before = fingerprint(str(installed))
    fault.do(installed)
    after = fingerprint(str(installed), proof=proof)

    assert () == found_in(after)
    assert before.lines == after.lines


def test_a_copy_that_is_moved_says_where_it_was_made(installed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / ".venv"
    shutil.copytree(installed, copy, symlinks=True)

    (problem,) = fingerprint(str(copy)).problems

    assert (Damage.MOVED, "bin/activate") == problem[:2]
    assert problem.detail == f"made at {installed}; 2 scripts start the Python there"


def test_a_copy_without_activate_is_told_by_its_scripts(installed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / ".venv"
    shutil.copytree(installed, copy, symlinks=True)
    (copy / "bin/activate").unlink()

    assert [Damage.MOVED] == [each.damage for each in fingerprint(str(copy)).problems]


def test_an_environment_below_a_link_is_where_it_was_made(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(installed.parent)

    found = fingerprint(str(tmp_path / "link" / ".venv"))

    assert () == found.problems
    assert fingerprint(str(installed)).digest == found.digest


def test_proof_names_each_of_100_flipped_bytes(tmp_path: Path, home: Path) -> None:
    files = {f"many/m{number}.py": f"VALUE = {number:05}\n" * 3 for number in range(100)}
    env = make(tmp_path / "project" / ".venv", home, [Wheel("many", "1.0", files=files)])
    chosen = random.Random(0)  # noqa: S311 - the same each time
    for path in files:
        content = bytearray((env / SITE / path).read_bytes())
        content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        edit_in_place(env / SITE / path, bytes(content))

    found = fingerprint(str(env), proof=True)

    assert sorted(("modified", path, "many") for path in files) == sorted(found_in(found))


def test_another_version_is_another_digest(tmp_path: Path, home: Path, installed: Path) -> None:
    other = make(tmp_path / "project" / ".venv", home, [*WHEELS[1:], Wheel("alpha", "1.0.1")])

    assert fingerprint(str(other)).digest != fingerprint(str(installed)).digest
