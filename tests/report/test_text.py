"""The report for people, compared whole."""

from __future__ import annotations

import re
from time import process_time

import pytest

from kempt.model.finding import Fix, Safety
from kempt.model.report import Report, Suppressed
from kempt.report import render
from kempt.report.columns import width
from report.builders import (
    BYTECODE,
    DUBIOUS,
    ENVIRONMENT,
    HISTORY,
    HOSTILE,
    PATTERN,
    SAFE,
    SECRETS,
    UNSAFE,
    finding,
    report,
    shop,
)  # fmt: skip

ANSI = re.compile(r"\x1b\[\d*m")


def test_the_picture_of_the_documentation() -> None:
    expected = """\
env/pyvenv.cfg:1:1   KPT101 tracked-environment  a Python 3.9 environment is tracked by git: 14,113 files, 412 MB   [unsafe fix]
.gitignore:3:1       KPT205 dead-ignore-pattern  `.__pypackages__/` matches nothing that any tool makes; PDM makes `__pypackages__/`   [fix]

2 findings (1 error, 1 info). Mend them with `kempt check --fix`, and with `--unsafe-fixes` the environment too.
"""  # noqa: E501 - as it looks

    assert expected == render(shop(), "text", width=150)


def test_messages_are_wrapped_below_themselves() -> None:
    expected = """\
env/pyvenv.cfg:1:1   KPT101 tracked-environment  a Python 3.9 environment is tracked by git:
                                                 14,113 files, 412 MB   [unsafe fix]
.gitignore:3:1       KPT205 dead-ignore-pattern  `.__pypackages__/` matches nothing that any tool
                                                 makes; PDM makes `__pypackages__/`   [fix]

2 findings (1 error, 1 info).
Mend them with `kempt check --fix`, and with `--unsafe-fixes` the environment too.
"""

    assert expected == render(shop(), "text", width=100)


def test_in_a_narrow_terminal_messages_go_below() -> None:
    expected = """\
env/pyvenv.cfg:1:1   KPT101 tracked-environment
    a Python 3.9 environment is tracked by git:
    14,113 files, 412 MB   [unsafe fix]
.gitignore:3:1       KPT205 dead-ignore-pattern
    `.__pypackages__/` matches nothing that any tool makes;
    PDM makes `__pypackages__/`   [fix]

2 findings (1 error, 1 info).
Mend them with `kempt check --fix`, and with
`--unsafe-fixes` the environment too.
"""

    assert expected == render(shop(), "text", width=60)


def test_a_long_path_stands_alone_and_the_table_keeps_its_shape() -> None:
    long = "services/" + "deep/" * 12 + "__pycache__/module.cpython-311.pyc"
    found = (finding(BYTECODE, "a.pyc", fix=SAFE), finding(BYTECODE, long, fix=SAFE))
    expected = f"""\
a.pyc:1:1   KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]
{long}:1:1
            KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]

2 findings (2 errors). Mend them with `kempt check --fix`.
"""

    assert expected == render(report(*found), "text")


def test_errors_stand_at_the_top_without_passwords() -> None:
    expected = """\
kempt: git failed: detected dubious ownership, https://...@example.org/x (KPT004)
       git config safe.directory

No findings. Not everything could be checked: 1 error.
"""

    assert expected == render(report(errors=(DUBIOUS,)), "text")


def test_help_stands_where_kempt_cannot_mend_and_hints_stand_once() -> None:
    found = (
        finding(SECRETS, ".env"),
        finding(BYTECODE, "a.pyc", fix=SAFE, notes=(f"{HISTORY} a.pyc",)),
        finding(BYTECODE, "b.pyc", fix=SAFE, notes=(f"{HISTORY} b.pyc",)),
        finding(BYTECODE, "b.pyc", fix=SAFE, notes=(f"{HISTORY} b.pyc",)),
    )
    expected = f"""\
.env:1:1    KPT108 tracked-secrets   a file that usually holds secrets is tracked by git
a.pyc:1:1   KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]
b.pyc:1:1   KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]
b.pyc:1:1   KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]

note  KPT108: change every secret in it
note  {HISTORY} a.pyc (1 more like this: `--verbose`)

4 findings (3 errors, 1 warning). Mend 3 of them with `kempt check --fix`.
"""

    assert expected == render(report(*found), "text", width=140)


def test_more_than_five_hints_are_counted() -> None:
    found = [finding(BYTECODE, f"{n}.pyc", fix=SAFE, notes=(f"hint {n}",)) for n in range(8)]

    assert "hint 4\n      3 more hints with `--verbose`.\n" in render(report(*found), "text")


def test_verbose_gives_each_finding_its_help_and_notes() -> None:
    expected = f"""\
a.pyc:1:1   KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]
                                     kempt check --fix takes it out of git
                                     {HISTORY} a.pyc

1 finding (1 error). Mend it with `kempt check --fix`.
"""
    found = finding(BYTECODE, "a.pyc", fix=SAFE, notes=(f"{HISTORY} a.pyc",))

    assert expected == render(report(found), "text", width=160, verbose=True)


def test_quiet_leaves_findings_and_errors() -> None:
    expected = """\
kempt: git failed: detected dubious ownership, https://...@example.org/x (KPT004)
       git config safe.directory

.env:1:1   KPT108 tracked-secrets  a file that usually holds secrets is tracked by git
"""

    assert expected == render(report(finding(SECRETS, ".env"), errors=(DUBIOUS,)), "text", quiet=True)


def test_a_clean_report_says_what_it_looked_at() -> None:
    assert "Clean: 412 tracked files.\n" == render(report(), "text")


def test_a_clean_report_is_silent_when_quiet() -> None:
    assert not render(report(), "text", quiet=True)


def test_fixes_are_listed_on_request() -> None:
    expected = """\
mended  a.pyc:1:1  KPT102  untrack it

1 finding mended, nothing left.
"""

    assert expected == render(report(fixed=(finding(BYTECODE, "a.pyc", fix=SAFE),)), "text", show_fixes=True)


ENV, PYC, DOT = (
    finding(ENVIRONMENT, "env/x", fix=UNSAFE), finding(BYTECODE, "a.pyc", fix=SAFE), finding(SECRETS, ".env"),
)  # fmt: skip
EGG = finding(SECRETS, "x", fix=UNSAFE)


@pytest.mark.parametrize(
    "found, expected",
    [
        pytest.param(report(PYC), "1 finding (1 error). Mend it with `kempt check --fix`.", id="one-safe"),
        pytest.param(
            report(ENV), "1 finding (1 error). Mend it with `kempt check --fix --unsafe-fixes`.", id="one-unsafe"
        ),
        pytest.param(report(DOT), "1 finding (1 warning). `kempt rule KPT108` says what to do.", id="none-mendable"),
        pytest.param(
            report(finding(SECRETS, ".env", fix=Fix("git rm", Safety.SHOW))),
            "1 finding (1 warning). `kempt rule KPT108` says what to do.", id="a-fix-that-is-only-shown",
        ),
        pytest.param(
            report(PYC, ENV, ENV, DOT),
            "4 findings (3 errors, 1 warning)."
            "\nMend 1 of them with `kempt check --fix`, and with `--unsafe-fixes` the 2 environments too.",
            id="all-kinds",
        ),
        pytest.param(
            report(PYC, ENV, EGG),
            "3 findings (2 errors, 1 warning)."
            "\nMend them with `kempt check --fix`, and with `--unsafe-fixes` 2 more.",
            id="other-unsafe-ones",
        ),
        pytest.param(
            report(PYC, suppressed=(Suppressed(DOT, "comment"),), fixed=(PYC, PYC)),
            "2 findings mended; 1 finding left (1 error), 1 suppressed. Mend it with `kempt check --fix`.",
            id="after-a-fix",
        ),
        pytest.param(
            report(suppressed=(Suppressed(DOT, "comment"),)), "Clean: 412 tracked files, 1 suppressed.", id="suppressed"
        ),
    ],
)  # fmt: skip
def test_the_last_lines_count_and_say_what_to_type(found: Report, expected: str) -> None:
    assert f"\n{render(found, 'text')}".endswith(f"\n{expected}\n")


def test_the_command_to_type_repeats_the_paths() -> None:
    assert "`kempt check --fix services/api`" in render(report(PYC), "text", target="services/api")


def test_colour_changes_nothing_but_colour() -> None:
    everything = report(PYC, ENV, DOT, *shop().findings, errors=(DUBIOUS,), fixed=(PYC,))
    plain = render(everything, "text", show_fixes=True)
    colored = render(everything, "text", show_fixes=True, color=True)

    assert plain == ANSI.sub("", colored)
    assert "\x1b[31mKPT102\x1b[0m" in colored
    assert "\x1b" not in plain


@pytest.mark.parametrize("columns", [20, 40, 80, 100, 137])
def test_no_line_is_wider_than_the_terminal_unless_a_word_is(columns: int) -> None:
    long = finding(PATTERN, "größe/日本/.gitignore", "`日本` and `größe` match nothing " * 5, fix=SAFE)
    text = render(report(long, DOT, PYC), "text", width=columns, quiet=True)
    broken = [line for line in text.splitlines() if width(line) > columns and len(line.split()) > 3]

    assert [] == broken


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_stays_in_its_row(name: str) -> None:
    found = finding(BYTECODE, f"d/{name}", f"`{name}` is tracked")
    lines = render(report(found), "text", quiet=True, width=200).splitlines()

    assert 1 == len(lines)
    assert lines[0].isprintable()


def test_ten_thousand_findings_take_less_than_a_second() -> None:
    many = report(*(
        finding(BYTECODE, f"a/b{n}/__pycache__/m.pyc", "bytecode `é` is tracked " * 4, fix=SAFE, files=n, bytes=n)
        for n in range(10_000)
    ))  # fmt: skip
    started = process_time()
    render(many, "text", color=True)

    assert process_time() - started < 1
