"""The reader of requirements files, held against pip's own and against any text."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.logical_lines import decode, logical_lines
from kempt.formats.requirements import Fault, Option, Requirement, is_hashed, parse
from support.managers import PYTHON

HASH = f"sha256:{'0' * 64}"
OTHER = f"sha256:{'1' * 64}"


@pytest.mark.parametrize(
    "line, expected",
    [
        pytest.param("idna", Requirement("idna"), id="name"),
        pytest.param("Foo_Bar.baz", Requirement("foo-bar-baz"), id="normalised"),
        pytest.param("idna == 3.10", Requirement("idna", specifier="==3.10"), id="blanks"),
        pytest.param("idna (>=3, <4)", Requirement("idna", specifier=">=3,<4"), id="brackets"),
        pytest.param("idna[b, A_c]>=1", Requirement("idna", ("a-c", "b"), ">=1"), id="extras"),
        pytest.param(
            "idna>=1 ; python_version < '3.12'", Requirement("idna", (), ">=1", "python_version < '3.12'"), id="marker"
        ),
        pytest.param(
            "idna @ git+https://example.org/i@v1 ; os_name == 'nt'",
            Requirement("idna", marker="os_name == 'nt'", place="git+https://example.org/i@v1"),
            id="direct reference",
        ),
        pytest.param(
            "git+https://example.org/i@v1#egg=Idna[x]&subdirectory=s",
            Requirement("idna", ("x",), place="git+https://example.org/i@v1#egg=Idna[x]&subdirectory=s"),
            id="VCS with egg",
        ),
        pytest.param(
            "https://example.org/a_b-1.0-py3-none-any.whl#sha256=00",
            Requirement("a-b", place="https://example.org/a_b-1.0-py3-none-any.whl#sha256=00"),
            id="wheel at an address",
        ),
        pytest.param("git+https://example.org/i", Requirement("", place="git+https://example.org/i"), id="nameless"),
        pytest.param("./pkg[dev]", Requirement("", ("dev",), place="./pkg"), id="folder with extras"),
        pytest.param("vendor/a-1.0.tar.gz", Requirement("a", place="vendor/a-1.0.tar.gz"), id="archive in a folder"),
        pytest.param("-e .", Requirement("", place=".", editable=True), id="editable"),
        pytest.param("--editable=./lib", Requirement("", place="./lib", editable=True), id="editable, long"),
        pytest.param(
            "-e 'idna @ git+https://example.org/i'",
            Requirement("idna", place="git+https://example.org/i", editable=True),
            id="editable with a name",
        ),
        pytest.param(f"idna==1 --hash={HASH}", Requirement("idna", (), "==1", hashes=(HASH,)), id="hash"),
        pytest.param(
            f"idna==1 --hash {HASH} --hash='{OTHER}'",
            Requirement("idna", (), "==1", hashes=(HASH, OTHER)),
            id="hashes in other spellings",
        ),
        pytest.param(
            'idna==1 --config-settings "--build-option=-x y"',
            Requirement("idna", (), "==1", settings=("--build-option=-x y",)),
            id="quoted settings",
        ),
        pytest.param(
            "idna @ https://${TOKEN}@example.org/i.zip",
            Requirement("idna", place="https://${TOKEN}@example.org/i.zip"),
            id="variables stay",
        ),
    ],
)
def test_a_requirement_is_taken_apart(line: str, expected: Requirement) -> None:
    parsed = parse(line.encode())

    assert ((expected,), ()) == (tuple(each._replace(text="") for each in parsed.requirements), parsed.faults)


@pytest.mark.parametrize(
    "line, expected",
    [
        pytest.param("-r base.txt", [("--requirement", "base.txt")], id="short"),
        pytest.param("-rbase.txt", [("--requirement", "base.txt")], id="joined"),
        pytest.param("--constraint=c.txt", [("--constraint", "c.txt")], id="equals sign"),
        pytest.param("--index-url https://a --pre", [("--index-url", "https://a"), ("--pre", "")], id="two"),
        pytest.param("-i https://a", [("--index-url", "https://a")], id="alias"),
        pytest.param("--extra https://a", [("--extra-index-url", "https://a")], id="abbreviated"),
        pytest.param("--find-links 'my wheels'", [("--find-links", "my wheels")], id="quoted"),
        pytest.param("--require-hashes", [("--require-hashes", "")], id="flag"),
    ],
)
def test_an_option_on_its_own_line_has_its_full_name(line: str, expected: list[tuple[str, str]]) -> None:
    parsed = parse(line.encode())

    assert ((), [(*each, 1) for each in expected]) == (parsed.requirements, [tuple(each) for each in parsed.options])


@pytest.mark.parametrize(
    "line, message",
    [
        pytest.param("idna = 3", "`idna = 3` is no requirement", id="one equals sign"),
        pytest.param("<<<<<<< HEAD", "`<<<<<<< HEAD` is no requirement", id="merge conflict"),
        pytest.param("--unknown x", "`--unknown` is no option of a requirements file", id="option"),
        pytest.param("--re x", "`--re` is no option of a requirements file", id="ambiguous option"),
        pytest.param("-r", "`-r` has no value", id="value"),
        pytest.param("idna --hash='x", "a quotation that does not end", id="quotation"),
        pytest.param("idna;", "`idna;` is no requirement", id="empty marker"),
        pytest.param("idna @", "`idna @` is no requirement", id="no address"),
    ],
)
def test_what_pip_would_refuse_is_a_fault(line: str, message: str) -> None:
    assert (Fault(message, 2),) == parse(f"ok\n{line}\n".encode()).faults


def test_lines_are_joined_and_comments_cut_as_pip_does_it() -> None:
    text = "# c\none==1 \\\n    --hash=sha256:a \\\n    # via x\ntwo#not #yes\n\n  three \\\n\nfour\\"

    assert [(2, "one==1     --hash=sha256:a"), (5, "two#not"), (7, "three"), (9, "four")] == list(logical_lines(text))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be-bom", "utf-32", "latin-1 comment"])
def test_a_file_in_any_encoding_is_read(encoding: str) -> None:
    text = "# é\r\nidna==3.10\r\n"
    content = {
        "utf-16-be-bom": b"\xfe\xff" + text.encode("utf-16-be"),
        "latin-1 comment": b"# -*- coding: latin-1 -*-\r\n" + text.encode("latin-1"),
    }.get(encoding) or text.encode(encoding)
    first = 3 if encoding.startswith("latin") else 2

    assert [("idna", "3.10", first)] == [(each.name, each.pin, each.line) for each in parse(content).requirements]
    assert decode(content).endswith(text)


@pytest.mark.parametrize(
    "content, expected",
    [
        pytest.param(f"a==1 --hash={HASH}\nb==2 --hash={HASH}", True, id="all"),
        pytest.param(f"a==1 --hash={HASH}\nb==2", False, id="not all"),
        pytest.param(f"a>=1 --hash={HASH}", False, id="a range"),
        pytest.param(f"a==1.* --hash={HASH}", False, id="a family"),
        pytest.param(f"https://example.org/a-1-py3-none-any.whl --hash={HASH}", True, id="an archive"),
        pytest.param(f"a==1 --hash={HASH}\n-e .", False, id="editable"),
        pytest.param("# nothing", False, id="empty"),
    ],
)
def test_hashed_is_what_pip_would_install_with_require_hashes(content: str, *, expected: bool) -> None:
    assert expected is is_hashed(parse(content.encode()))


def test_what_is_beyond_reason_is_not_read() -> None:
    assert (Fault("larger than 8,388,608 bytes", 0),) == parse(b" " * (8 * 1024**2 + 1)).faults
    assert (Fault("longer than 262,144 characters", 1),) == parse(b"a" * 300_000).faults


WORDS = st.sampled_from(
    ["idna", "==1.0", ">=2", "[x]", ";", " ", "  ", "\t", "\\", "\n", "\r\n", "#", " # via", "-r", "-e", "--hash=",
     "--pre", "'", '"', "@", "git+https://e.org/x", "./p", "\x0c", "python_version < '3'", ",", "(", ")", "--", "-"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(WORDS, max_size=30).map("".join)))
def test_no_text_is_too_strange(text: str) -> None:
    parsed = parse(text.encode("utf-8", "surrogatepass"))
    physical = decode(text.encode("utf-8", "surrogatepass")).splitlines()

    lines = [*(each.line for each in parsed.requirements), *(each.line for each in parsed.options)]
    assert all(1 <= line <= len(physical) for line in (*lines, *(each.line for each in parsed.faults)))


@given(st.binary())
def test_no_bytes_are_too_strange(content: bytes) -> None:
    parse(content)


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
MADE = st.tuples(
    NAMES,
    st.lists(NAMES, max_size=2, unique=True).map(lambda each: tuple(sorted(each))),
    st.sampled_from(["", "==1.0", ">=1,<2", "~=2.1", "!=3.*", "===weird"]),
    st.sampled_from(["", "python_version < '3.12'", 'sys_platform == "win32" and extra == "x"']),
    st.lists(st.sampled_from([HASH, OTHER]), max_size=2, unique=True).map(tuple),
).map(lambda drawn: Requirement(*drawn[:4], hashes=drawn[4]))


@given(st.lists(MADE, max_size=6), st.sampled_from(["\n", "\r\n"]), st.sampled_from([[], ["", "# a comment"]]))
def test_what_was_written_is_what_is_read(made: list[Requirement], end: str, above: list[str]) -> None:
    lines: list[str] = []
    expected = []
    for each in made:
        lines += above
        expected.append(each._replace(line=len(lines) + 1))
        extras = f"[{','.join(each.extras)}]" if each.extras else ""
        head = f"{each.name}{extras}{each.specifier}" + (f" ; {each.marker}" if each.marker else "")
        lines += " \\\n".join([head, *(f"    --hash={digest}" for digest in each.hashes)]).split("\n")

    parsed = parse(end.join(lines).encode())

    assert (expected, ()) == ([each._replace(text="") for each in parsed.requirements], parsed.faults)


ORACLE = """
import json, sys
from pip._internal.req.req_file import parse_requirements
found = []
for path in sys.argv[1:]:
    rows = []
    try:
        for each in parse_requirements(path, session=None):
            hashes = (each.options or {}).get("hashes", {})
            line = int(each.comes_from.rpartition(" ")[2][:-1])
            every = sorted(f"{kind}:{one}" for kind, many in hashes.items() for one in many)
            rows.append([line, each.requirement.rstrip(), bool(each.is_editable), every])
    except Exception as error:  # pip's own errors, of many classes: that it refuses the file is the answer
        rows = type(error).__name__
    found.append(rows)
print(json.dumps(found))
"""
CASES = {
    "compiled": f"""
# by pip-compile
a==1 \\
    --hash={HASH} \\
    --hash={OTHER}
    # via b
b[x]==2 ; os_name == 'nt' \\
    --hash={HASH}
""",
    "comments": "a #x\n#b\n ./c#d\ne\t# f\n  # g \\\nh\ni \\\n  # j\nk\n",
    "continued": "a\\\n==1\nb \\\n\nc\\\\\nd\\",
    "crlf": "a==1 \\\r\n  --hash=sha256:ab\r\n# c\r\nb\r\n",
    "options": """
--pre
--no-index
a
--extra-index-url https://x
b -C a=b
c --hash sha256:00 --config-settings 'x=y z'
""",
    "places": """
-e ./x
-e git+https://e.org/x#egg=y
-e 'x @ git+https://e.org/x'
git+https://e.org/x
./z[a]
https://e.org/a-1-py3-none-any.whl
q @ https://e.org/q.zip ; os_name == 'x'
""",
    "variables": "a @ https://${NOBODY_SETS_THIS}@e.org/a.zip\n",
    "form feeds": "a\x0cb\u2028c\n",
    "unknown option": "a\n--what x\n",
    "unfinished quotation": "a --hash='x\n",
}


def test_pip_itself_reads_the_same(tmp_path: Path) -> None:
    """The same requirements at the same lines, or a refusal where there is a fault."""
    for name, text in CASES.items():
        (tmp_path / name).write_bytes(text.encode())
    done = subprocess.run(
        [PYTHON, "-I", "-c", ORACLE, *(tmp_path / name for name in CASES)], capture_output=True, check=False, text=True
    )
    if "No module named 'pip'" in done.stderr:
        pytest.skip(f"{PYTHON} has no pip: Linux distributions ship Python without it")
    expected = dict(zip(CASES, json.loads(done.stdout), strict=True))

    found: dict[str, object] = {}
    for name, text in CASES.items():
        parsed = parse(text.encode())
        rows = [[each.line, each.text, each.editable, sorted(each.hashes)] for each in parsed.requirements]
        found[name] = "RequirementsFileParseError" if parsed.faults else rows
    assert expected == found


def test_a_hundred_thousand_blanks_take_no_longer_than_letters() -> None:
    started = process_time()
    for text in (" " * 200_000 + "x", "a" + " #" * 100_000, "\\\n" * 100_000, "a[" * 100_000, "a;" + "(" * 200_000):
        parse(text.encode())

    assert process_time() - started < 2


def test_four_hundred_files_take_half_a_second_at_most() -> None:
    """Hashed files of 40 lines, as compilers write them."""
    lines = [f"package-{n}==1.{n} ; python_version < '3.{n}' \\\n    --hash={HASH}\n    # via other" for n in range(14)]
    content = "\n".join(lines).encode()
    started = process_time()
    for _ in range(400):
        parse(content)

    assert process_time() - started < 0.5


def test_options_of_a_name_come_in_their_order() -> None:
    parsed = parse(b"-r a.txt\nidna\n-r b.txt\n")

    assert (("a.txt", "b.txt"), (Option("--requirement", "a.txt", 1), Option("--requirement", "b.txt", 3))) == (
        parsed.values("--requirement"), parsed.options,
    )  # fmt: skip
