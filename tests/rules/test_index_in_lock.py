"""KPT311: second indexes, and addresses that only one machine has."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen

EXTRA = "`--extra-index-url` makes https://packages.example.com/simple a second place to take any package from"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("--extra-index-url https://packages.example.com/simple\n", EXTRA),
        ("--extra-index-url=https://packages.example.com/simple\n", EXTRA),
        ("--extra-index-url https://ada:hunter2@packages.example.com/simple?token=hunter2\n", EXTRA),
        ("--extra-index-url https://ada:hun@ter2@packages.example.com/simple\n", EXTRA),
        ("--index-url https://packages.example.com/simple\n", ""),
        ("-i file:///srv/simple\n", "`-i` is a folder of one machine: file:///srv/simple"),
        ("-f https://example.com/x\n", "`-f` makes https://example.com/x a second place to take any package from"),
        ("--find-links /wheels\n", "`--find-links` makes /wheels a second place to take any package from"),
        ("--find-links ../wheels\n", "`--find-links` makes ../wheels a second place to take any package from"),
        ("--find-links wheels\n", ""),
        ("# --extra-index-url https://packages.example.com/simple\n", ""),
        ("idna==3.11\n", ""),
    ],
    ids=[
        "extra", "extra-equals", "password", "password-with-at", "one-index", "local-index", "find-links", "absolute",
        "above", "tracked-folder", "comment", "none",
    ],
)  # fmt: skip
def test_options_of_requirements_files(text: str, expected: str, git_repo: MakeRepository) -> None:
    files = {"requirements.txt": text, "wheels/idna.whl": ""}

    assert ([f"warning: {expected}"] if expected else []) == messages(found(git_repo(files), "KPT311"))


ONE = '[[tool.uv.index]]\nname = "company"\nurl = "https://ada:hunter2@packages.example.com/simple"\n'
TWO = '[[tool.uv.index]]\nname = "torch"\nurl = "https://torch.example.com/whl"\n'
POETRY = ONE.replace("tool.uv.index", "tool.poetry.source"), TWO.replace("tool.uv.index", "tool.poetry.source")
PDM = ONE.replace("tool.uv.index", "tool.pdm.source"), TWO.replace("tool.uv.index", "tool.pdm.source")
OPTION = "warning: `{}` makes https://torch.example.com/whl a second place to take any package from"
FIRST = "warning: `company` (https://packages.example.com/simple) is a second place to take any package from"
SECOND = "warning: `torch` (https://torch.example.com/whl) is a second place to take any package from"


@pytest.mark.parametrize(
    "text, expected",
    [
        (ONE, []),
        (ONE + "default = true\n", []),
        (ONE + TWO, [SECOND]),
        (ONE + "default = true\n" + TWO, [SECOND]),
        (ONE + TWO + "default = true\n", [FIRST]),
        (ONE + "explicit = true\n" + TWO, []),
        (ONE + "explicit = true\n" + TWO + "explicit = true\n", []),
        (
            '[tool.uv]\nextra-index-url = ["https://ada:hunter2@torch.example.com/whl"]\n',
            [OPTION.format("extra-index-url")],
        ),
        ('[tool.uv.pip]\nfind-links = ["https://torch.example.com/whl"]\n', [OPTION.format("find-links")]),
        ("".join(POETRY), [SECOND]),
        (POETRY[0] + 'priority = "explicit"\n' + POETRY[1], []),
        (POETRY[0], []),
        ("".join(PDM), [SECOND]),
        (PDM[0] + 'include_packages = ["shop-*"]\n' + PDM[1], []),
        ('[tool.uv]\nindex = "https://packages.example.com"\n[tool.poetry]\nsource = 1\n', []),
    ],
    ids=[
        "one", "one-default", "two", "two-one-default", "default-last", "one-explicit", "both-explicit", "extra",
        "find-links", "poetry", "poetry-explicit", "poetry-one", "pdm", "pdm-bound", "not-as-it-must-be",
    ],
)  # fmt: skip
def test_indexes_in_settings(text: str, expected: list[str], git_repo: MakeRepository) -> None:
    assert expected == messages(found(git_repo({"pyproject.toml": text}), "KPT311"))


@pytest.mark.parametrize(
    "text, line",
    [
        (ONE + TWO, 4),
        (ONE + "\n" + TWO, 5),
        ('[tool.uv]\nindex = [\n  { url = "https://a.example.com" },\n  { url = "https://b.example.com" },\n]\n', 4),
        ('[tool.uv]\nextra-index-url = [\n  "https://a.example.com",\n]\n', 3),
    ],
    ids=["table", "table-after-a-line", "inline", "list"],
)
def test_it_points_to_the_second_index(text: str, line: int, git_repo: MakeRepository) -> None:
    assert [Seen("KPT311", "pyproject.toml", line)] == seen(found(git_repo({"pyproject.toml": text}), "KPT311"))


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("pylock.toml", 'x = 1\nurl = "file:///srv/idna.whl"\nurl = "file:///srv/click.whl"\n', "file:///srv/idna.whl"),
        ("poetry.lock", '\nurl = "file:///srv/simple"\n', "file:///srv/simple"),
        ("uv.lock", '\nsource = { registry = "/srv/wheels" }\n', "/srv/wheels"),
        ("uv.lock", '\nsource = { registry = "../wheels" }\n', "../wheels"),
        ("uv.lock", '\nsource = { registry = "wheels" }\n', ""),
        ("uv.lock", '\nsource = { registry = "https://packages.example.com/simple" }\n', ""),
        ("pdm.lock", '\nurl = "file:///${PROJECT_ROOT}/core"\n', ""),
        ("Pipfile.lock", '{"_meta": {"sources": [\n{"url": "file:///srv/simple"}]}}', "file:///srv/simple"),
    ],
    ids=["pylock", "poetry", "uv", "uv-above", "uv-tracked", "uv-index", "pdm-path", "pipenv"],
)
def test_addresses_of_one_machine_in_a_lock(path: str, text: str, expected: str, git_repo: MakeRepository) -> None:
    findings = found(git_repo({path: text, "wheels/idna.whl": ""}), "KPT311")

    told = f"warning: `{path}` takes packages from a folder of one machine: {expected}"
    assert ([told] if expected else []) == messages(findings)
    assert ([Seen("KPT311", path, 2)] if expected else []) == seen(findings)


@pytest.mark.parametrize(
    "path, expected", [("docs/requirements.txt", ["info"]), ("tests/requirements.txt", [])], ids=["docs", "test-data"]
)
def test_what_is_not_the_product_weighs_less(path: str, expected: list[str], git_repo: MakeRepository) -> None:
    repository = git_repo({path: "--extra-index-url https://packages.example.com/simple\n"})

    assert expected == [str(each.level) for each in found(repository, "KPT311")]
