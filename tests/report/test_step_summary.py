from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from kempt.report import step_summary
from kempt.report.look import Look
from report.builders import BYTECODE, DUBIOUS, HOSTILE, PATTERN, finding, report, shop


def test_the_whole_page() -> None:
    expected = """\
## kempt

2 findings \\(1 error, 1 info\\). Mend them with <code>kempt check --fix</code>, and with <code>--unsafe-fixes</code> \
the environment too.

| level | rule | where | what |
|---|---|---|---|
| error | KPT101 | <code>env/pyvenv.cfg:1:1</code> | a Python 3.9 environment is tracked by git: 14,113 files, 412 MB |
| info | KPT205 | <code>.gitignore:3:1</code> | <code>.\\_\\_pypackages\\_\\_/</code> matches nothing that any tool \
makes; PDM makes <code>\\_\\_pypackages\\_\\_/</code> |
"""

    assert expected == step_summary.render(shop(), Look())


def test_errors_stand_first_without_passwords() -> None:
    expected = """\
## kempt

No findings. Not everything could be checked: 1 error.

**Not checked.** KPT004: git failed: detected dubious ownership, https&#58;//...&#64;example.org/x. \
git config safe.directory

"""

    assert expected == step_summary.render(report(errors=(DUBIOUS,)), Look())


def test_30_000_findings_fit_the_limit_and_the_heaviest_are_shown() -> None:
    found = [finding(PATTERN, f"a/{n}") for n in range(29_999)] + [finding(BYTECODE, "z.pyc")]
    page = step_summary.render(report(*found), Look())
    shown = page.count("\n| info ") + 1

    assert 900_000 < len(page.encode()) <= step_summary.LIMIT
    assert "| error | KPT102 |" in page
    assert page.endswith(
        f"\n{30_000 - shown:,} findings more: this page may hold no more text. `kempt check` lists all.\n"
    )


def test_the_limit_holds_whatever_is_in_the_report() -> None:
    found = report(finding(BYTECODE, "é" * 4000), errors=(DUBIOUS._replace(message="x" * 4000),))

    assert len(step_summary.render(found, Look(), limit=1000).encode()) <= 1000


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_one_cell_of_plain_text(name: str) -> None:
    page = step_summary.render(report(finding(BYTECODE, name, name)), Look())
    html = MarkdownIt("gfm-like", {"linkify": False}).render(page)

    assert (1, 4) == (html.count("<tr>") - 1, html.count("<td>"))
    assert not any(tag in html for tag in ("<b>", "<a ", "<em>", "<strong>"))
