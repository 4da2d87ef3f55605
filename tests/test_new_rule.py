"""`scripts/new_rule.py` starts a rule that has the form of all others."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from support.pages import PAGES, Page, pages, read, tree

ROOT = Path(__file__).parent.parent
CODE, NAME, MODULE = "KPT199", "tracked-example", "tracked_example"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, to write into copies of the folders."""
    spec = importlib.util.spec_from_file_location("new_rule", ROOT / "scripts" / "new_rule.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rules, docs = tmp_path / "rules", tmp_path / "docs"
    for source, copy in ((module.RULES, rules), (PAGES, docs)):
        copy.mkdir()
        for path in source.glob("*.*"):
            (copy / path.name).write_text(path.read_text("utf-8"), "utf-8")
    for name, value in {"ROOT": tmp_path, "RULES": rules, "PAGES": docs}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "REGISTRY", rules / "__init__.py")
    monkeypatch.setattr(module, "INDEX", docs / "index.md")
    return module


def run(script: ModuleType, monkeypatch: pytest.MonkeyPatch, code: str = CODE) -> None:
    monkeypatch.setattr(sys, "argv", ["new_rule.py", code, NAME])
    script.main()


def shape(page: Page) -> tuple[list[str], list[str]]:
    return list(page.facts), list(page.sections)


def test_the_page_has_the_form_of_all_pages(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(script, monkeypatch)

    page = read(tmp_path / "docs" / f"{CODE}.md")
    assert (f"{NAME} ({CODE})", "2, git is clean") == (page.title, page.facts["promise"])
    assert shape(next(each for each in pages() if each.code == "KPT201")) == shape(page)
    assert [CODE] == [each.code for each in tree(page.sections["Bad"]).findings]


def test_the_registry_and_the_index_stay_sorted(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(script, monkeypatch)

    registry = (tmp_path / "rules" / "__init__.py").read_text("utf-8")
    listed, codes = re.findall(r"(\w+)\.RULE,", registry), script.codes_of(tmp_path / "rules")
    assert f"    {MODULE},\n" in registry
    assert sorted(codes[each] for each in listed) == [codes[each] for each in listed]
    rows = re.findall(r"^\| \[(KPT\d+)\]", (tmp_path / "docs" / "index.md").read_text("utf-8"), re.MULTILINE)
    assert CODE in rows
    assert sorted(rows) == rows


def test_a_code_is_taken_once(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(script, monkeypatch, "KPT101")

    assert "there already: " in capsys.readouterr().err
