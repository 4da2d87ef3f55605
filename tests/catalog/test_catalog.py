"""The catalog's rows agree with each other, with the rules, and with the table that is generated from them."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from kempt import catalog, rules
from kempt.catalog.caches import CACHES
from kempt.catalog.user_caches_table import ROWS as USER_CACHES
from kempt.engine.disk.caches.found import LAYOUTS
from kempt.model.artefact import Artefact, Delete, Kind
from kempt.model.caches import CacheFacts
from kempt.model.finding import Level
from kempt.model.image import CacheRow, Place

ROOT = Path(__file__).parents[2]
CODES = {rule.code: rule for rule in rules.ALL}
KINDS = {
    "KPT101": Kind.ENVIRONMENT,
    "KPT102": Kind.BYTECODE,
    "KPT103": Kind.TOOL_CACHE,
    "KPT104": Kind.PACKAGE_METADATA,
    "KPT105": Kind.BUILD_OUTPUT,
    "KPT106": Kind.TEST_OUTPUT,
    "KPT107": Kind.OS_JUNK,
    "KPT108": Kind.SECRET,
    "KPT109": Kind.MANAGER_STATE,
    "KPT110": Kind.OPTIONAL,
}


def generator() -> ModuleType:
    path = ROOT / "scripts" / "generate_catalog.py"
    spec = importlib.util.spec_from_file_location("generate_catalog", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_table_is_the_catalog_for_people() -> None:
    folder = ROOT / "src" / "kempt" / "catalog"

    expected = generator().render((folder / "artefacts.toml").read_text("utf-8"))

    assert expected == (folder / "table.py").read_text("utf-8"), "run: python scripts/generate_catalog.py"


def test_the_generated_table_of_caches_is_the_one_for_people() -> None:
    folder = ROOT / "src" / "kempt" / "catalog"

    expected = generator().render_caches((folder / "caches.toml").read_text("utf-8"))

    assert expected == (folder / "caches_table.py").read_text("utf-8"), "run: python scripts/generate_catalog.py"


@pytest.mark.parametrize("row", CACHES, ids=lambda row: f"{row.tool} {row.path}")
def test_a_row_of_caches_belongs_to_a_rule_on_images(row: CacheRow) -> None:
    assert row.code in {"KPT551", "KPT553", "KPT554"} & CODES.keys()
    assert not row.path.startswith("/")
    assert bool(row.path) is (row.place is not Place.WHEEL)


def test_names_are_unique_without_regard_to_case() -> None:
    assert [] == [name for name, count in Counter(row.name.lower() for row in catalog.ROWS).items() if count > 1]


@pytest.mark.parametrize("row", catalog.ROWS, ids=lambda row: row.name)
def test_a_row_belongs_to_the_rule_of_its_kind(row: Artefact) -> None:
    assert row.code in CODES
    assert row.kind == KINDS[row.code]


@pytest.mark.parametrize("row", [row for row in catalog.ROWS if row.used_by], ids=lambda row: row.name)
def test_what_is_asked_about_has_a_line_for_the_ignore_file(row: Artefact) -> None:
    assert row.ignore
    assert "\n" not in row.ignore


@pytest.mark.parametrize("row", catalog.ROWS, ids=lambda row: row.name)
def test_evidence_is_spelled_as_it_is_looked_for(row: Artefact) -> None:
    """Manifests are compared in lower case."""
    assert [word.lower() for word in row.used_by] == list(row.used_by)


def test_secrets_and_data_are_never_deleted() -> None:
    precious = {Kind.SECRET, Kind.OPTIONAL}

    assert {Delete.NO} == {row.delete for row in catalog.ROWS if row.kind in precious}
    assert Delete.NO not in {row.delete for row in catalog.ROWS if row.kind not in precious}


def test_no_pattern_hides_what_others_track_on_purpose() -> None:
    """Sources are called `build` and `dist` too, libraries and wheels are vendored: such a line must have a place."""
    lines = {row.ignore.strip("/") for row in catalog.ROWS if row.ignore and "/" not in row.ignore.rstrip("/")}

    assert set() == lines & {"build", "dist", "lib", "env", "site", "*.so", "*.pyd", "*.whl", "*.egg"}


@pytest.mark.parametrize(
    "name, level",
    [
        (".hypothesis/", Level.WARNING),
        (".coverage", Level.ERROR),
        ("coverage.xml", Level.WARNING),
        ("/dist/", Level.WARNING),
    ],
)
def test_levels_that_differ_within_a_rule(name: str, level: Level) -> None:
    assert level == catalog.row(name).level


def test_a_row_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalog.row("nothing")


@pytest.mark.parametrize(
    "path, expected",
    [
        ("tests/env/pyvenv.cfg", True),
        ("src/testing/x", True),
        ("Tests/x", True),
        ("pkg/test-data/wheels/a.whl", True),
        ("__tests__/x", True),
        ("testimonials/x", False),
        ("src/tests.py", False),
        ("tests", False),
        ("src/x", False),
    ],
)
def test_fixtures_are_what_lies_below_a_folder_of_test_data(*, path: str, expected: bool) -> None:
    assert expected == catalog.is_fixture(path)


@pytest.mark.parametrize(
    "folder, expected",
    [
        ("examples/shop", True),
        ("docs", True),
        ("tests", True),
        ("a/vendor/b", True),
        ("services/api", False),
        ("", False),
    ],
)
def test_examples_and_documentation_are_no_services(*, folder: str, expected: bool) -> None:
    assert expected == catalog.is_demoted(folder)


def test_a_typo_is_mended_into_something_else() -> None:
    assert [] == [wrong for wrong, right in catalog.PATTERN_TYPOS.items() if wrong == right]


def test_the_generated_table_of_user_caches_is_the_one_for_people() -> None:
    folder = ROOT / "src" / "kempt" / "catalog"

    expected = generator().render_user_caches((folder / "user_caches.toml").read_text("utf-8"))

    assert expected == (folder / "user_caches_table.py").read_text("utf-8"), "run: python scripts/generate_catalog.py"


@pytest.mark.parametrize("row", USER_CACHES, ids=lambda row: row.tool)
def test_a_user_cache_has_a_layout_and_a_place(row: CacheFacts) -> None:
    assert row.layout in LAYOUTS
    assert row.unix or row.variables
    assert all(each.startswith(("{", "/")) for each in (*row.unix, *row.windows, *row.settings))
    assert bool(row.key) is bool(row.settings)
    assert bool(row.download or row.create or row.remark) or row.layout != "plain"
