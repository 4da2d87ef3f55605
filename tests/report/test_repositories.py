from __future__ import annotations

import json

import pytest

from kempt.model.report import Suppressed
from kempt.report import RENDERERS, render_many
from kempt.report.look import Look
from report.builders import BYTECODE, DUBIOUS, SAFE, finding, report

SHOP = report(finding(BYTECODE, "a.pyc", fix=SAFE), root="/code/shop")
BLOG = report(root="/code/my blog", suppressed=(Suppressed(finding(BYTECODE, "a.pyc"), "comment"),))
BROKEN = report(root="/code/old/broken", errors=(DUBIOUS,))
ALL = (SHOP, BLOG, BROKEN)


def test_one_line_for_each_repository() -> None:
    expected = """\
shop         1 finding (1 error)   `kempt check ~/code/shop`
my blog      clean, 412 tracked files
old/broken   not checked: git failed: detected dubious ownership, https://...@example.org/x

3 repositories: 1 with findings, 1 clean, 1 not checked.
"""

    assert expected == render_many(ALL, "text", root="/code", look=Look(target="~/code/"))


def test_verbose_shows_the_findings_below_each() -> None:
    expected = """\
shop   1 finding (1 error)   `kempt check shop`
a.pyc:1:1   KPT102 tracked-bytecode  compiled bytecode is tracked by git   [fix]
                                     kempt check --fix takes it out of git


1 repository: 1 with findings.
"""

    assert expected == render_many((SHOP,), "text", root="/code", look=Look(verbose=True))


def test_a_name_with_blanks_is_quoted_in_the_command() -> None:
    found = SHOP._replace(root="/code/my shop")

    assert "`kempt check 'my shop'`" in render_many((found,), "text", root="/code")


def test_no_repositories() -> None:
    assert "0 repositories: nothing to check.\n" == render_many((), "text", root="/code").lstrip("\n")


def test_in_other_formats_paths_begin_at_the_folder() -> None:
    expected = """\
kempt: KPT004 old/broken: git failed: detected dubious ownership, https://...@example.org/x. git config safe.directory
shop/a.pyc:1:1: KPT102 [*] compiled bytecode is tracked by git
"""

    assert expected == render_many(ALL, "concise", root="/code", look=Look(quiet=True))


def test_fingerprints_of_different_repositories_differ() -> None:
    parsed = json.loads(render_many((SHOP, SHOP._replace(root="/code/b")), "json", root="/code"))

    assert ("/code", 2) == (parsed["root"], len({item["fingerprint"] for item in parsed["findings"]}))


@pytest.mark.parametrize("format", RENDERERS)
def test_every_format_takes_several(format: str) -> None:
    assert render_many(ALL, format, root="/code")
