"""A rule, its file, its page, its line in the index and its line in the registry say the same."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from kempt import catalog, rules
from kempt.model.artefact import Artefact
from kempt.model.finding import Level, Safety
from kempt.model.rule import PROMISES, Rule
from support.pages import PAGES, Page, pages, tree

FOLDER = Path(rules.__file__).parent
SHARED = {
    "__init__", "building", "caching", "cleaning_up", "environments", "exchanging", "filling", "hooking", "image_edits",
    "installing", "keying", "linting", "locking", "merging", "mounting", "places", "referring", "removing", "staging",
    "unignoring", "untracking", "versioning", "wrapping",
}  # fmt: skip
HEADINGS = ["What it does", "Why", "Bad", "Good", "Fix", "Known limits"]
EXAMPLE_HEADINGS = ["What it does", "Why", "Example", "Fix", "Known limits"]
EXAMPLES = {"KPT000", "KPT003", "KPT004", "KPT005", "KPT551", "KPT552", "KPT553", "KPT554"}
"""Conditions of a run or of an image, and not of a repository: their pages show a console."""
FIXES = {None: "none", Safety.SAFE: "safe (`--fix`)", Safety.UNSAFE: "unsafe (`--fix --unsafe-fixes`)"}
BY_CODE = {page.code: page for page in pages()}


def module_of(rule: Rule) -> ModuleType:
    return import_module(f"kempt.rules.{rule.name.replace('-', '_')}")


def by_code(rule: Rule) -> str:
    return rule.code


def page_of(rule: Rule) -> Page:
    return BY_CODE[rule.code]


def test_codes_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in rules.ALL]

    assert sorted(set(codes)) == codes
    assert all(re.fullmatch(r"KPT\d{3}", code) for code in codes)


def test_names_are_unique() -> None:
    assert len(rules.ALL) == len({rule.name for rule in rules.ALL})


def test_every_file_of_a_rule_is_in_the_registry() -> None:
    named = {rule.name.replace("-", "_") for rule in rules.ALL}

    assert named == {path.stem for path in FOLDER.glob("*.py")} - SHARED


@pytest.mark.parametrize("rule", rules.ALL, ids=by_code)
def test_a_rule_lives_in_the_file_of_its_name(rule: Rule) -> None:
    module = module_of(rule)

    assert rule is module.RULE
    assert (module.__doc__ or "").startswith(f"{rule.code} {rule.name}: ")
    assert module.check is rule.check


@pytest.mark.parametrize("rule", rules.ALL, ids=by_code)
def test_a_rule_says_what_it_must(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert rule.promise is None or rule.promise in PROMISES
    assert re.fullmatch(r"\d+\.\d+", rule.since)
    for text in (rule.summary, rule.help):
        assert text == text.strip()
        assert not text.endswith((".", "!"))
        assert "\n" not in text
    first = rule.summary.split()[0]
    assert first[0].islower() or first[0] == "`" or first.isupper()  # CI is written so


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert [rule.code for rule in rules.ALL] == list(BY_CODE)


@pytest.mark.parametrize("rule", rules.ALL, ids=by_code)
def test_a_page_agrees_with_its_rule(rule: Rule) -> None:
    page = page_of(rule)
    promise = "none: it is about kempt itself" if rule.promise is None else f"{rule.promise}, {PROMISES[rule.promise]}"

    assert f"{rule.name} ({rule.code})" == page.title
    assert ["level", "promise", "fix", "since"] == list(page.facts)
    assert str(rule.level) == re.split(r"[, ]", page.facts["level"])[0]
    assert (promise, FIXES[rule.fix], rule.since) == tuple(page.facts[key] for key in ("promise", "fix", "since"))


@pytest.mark.parametrize("rule", rules.ALL, ids=by_code)
def test_a_page_has_its_headings(rule: Rule) -> None:
    page = page_of(rule)

    assert (EXAMPLE_HEADINGS if rule.code in EXAMPLES else HEADINGS) == list(page.sections)
    assert all(text.strip() for text in page.sections.values())


@pytest.mark.parametrize("rule", [rule for rule in rules.ALL if rule.code not in EXAMPLES], ids=by_code)
def test_the_examples_of_a_page_are_trees_of_files(rule: Rule) -> None:
    """A line that is no file, for a typing error, must not be skipped in silence."""
    for heading in ("Bad", "Good"):
        section = page_of(rule).sections[heading]
        found = tree(section)
        bullets = [line for line in section.splitlines() if line.startswith("- ")]
        marks = sum(map(section.count, ("(empty)", "(not shown)", "(untracked)", "→")))
        assert len(bullets) == marks + section.count("\n  ```") // 2
        assert found.files


@pytest.mark.parametrize("rule", rules.ALL, ids=by_code)
def test_the_index_agrees_with_the_rules(rule: Rule) -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    fix = "none" if rule.fix is None else str(rule.fix)

    assert f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.level} | {fix} |\n" in index


def test_links_between_pages_lead_to_pages() -> None:
    targets = {
        target for path in PAGES.glob("*.md") for target in re.findall(r"\]\(([^):#]+)\)", path.read_text("utf-8"))
    }

    assert set() == {target for target in targets if not (PAGES / target).exists()}


@pytest.mark.parametrize("row", catalog.ROWS, ids=lambda row: row.name)
def test_a_row_of_the_catalog_weighs_no_more_than_its_rule(row: Artefact) -> None:
    weights = [Level.INFO, Level.WARNING, Level.ERROR]
    rule = next(rule for rule in rules.ALL if rule.code == row.code)

    assert weights.index(row.level) <= weights.index(rule.level)


@pytest.mark.parametrize("rule", [rule for rule in rules.ALL if rule.code.startswith("KPT10")], ids=by_code)
def test_a_page_names_what_the_catalog_has(rule: Rule) -> None:
    """At least the row that weighs most stands on the page of its rule."""
    names = [row.name.strip("/*") for row in catalog.ROWS if row.code == rule.code and row.level == rule.level]
    text = page_of(rule).path.read_text("utf-8")

    assert any(name in text for name in names)
