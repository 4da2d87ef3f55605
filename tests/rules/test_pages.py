"""Every page is executed: Bad gives exactly its code where it is marked, the fix makes Good of it, Good is clean."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt import rules
from kempt.model.finding import Safety
from support.checking import found, mended
from support.pages import FileTree, Marked, Page, fences, pages, tree
from support.repositories import Repository, environment

PAGES = pages()
TREES = [page for page in PAGES if "Bad" in page.sections]
EXAMPLES = [page for page in PAGES if "Bad" not in page.sections]
RULES = {rule.code: rule for rule in rules.ALL}
TOGETHER = {"KPT006": ["KPT"]}
"""What is on while a page is tried: the page's own code, but an idle suppression is one only if the others have run."""


def by_code(page: Page) -> str:
    return page.code


def built(make: MakeRepository, name: str, wanted: FileTree) -> Repository:
    repository = make(wanted.files, name=name, commit=False)
    for path, target in wanted.links.items():
        place = repository.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    repository.stage()
    repository.commit()
    repository.write(dict.fromkeys(wanted.untracked, ""))
    return repository


def marked(repository: Repository, page: Page) -> list[Marked]:
    findings = found(repository, *TOGETHER.get(page.code, [page.code]))
    return [Marked(each.code, str(each.location.path), each.location.line) for each in findings]


def on_disk(repository: Repository) -> dict[str, str]:
    """The tracked regular files with their contents."""
    places = {path: repository.root / path for path in repository.tracked()}
    return {path: place.read_text(encoding="utf-8") for path, place in places.items() if not place.is_symlink()}


@pytest.mark.parametrize("page", TREES, ids=by_code)
def test_bad_gives_exactly_this_code_at_the_marked_line(page: Page, git_repo: MakeRepository) -> None:
    wanted = tree(page.sections["Bad"])

    assert 1 == len(wanted.findings)
    assert list(wanted.findings) == marked(built(git_repo, "bad", wanted), page)


@pytest.mark.parametrize("page", TREES, ids=by_code)
def test_good_is_clean(page: Page, git_repo: MakeRepository) -> None:
    wanted = tree(page.sections["Good"])

    assert () == wanted.findings
    assert [] == marked(built(git_repo, "good", wanted), page)


@pytest.mark.parametrize("page", [page for page in TREES if RULES[page.code].fix], ids=by_code)
def test_the_fix_turns_bad_into_good(page: Page, git_repo: MakeRepository) -> None:
    bad, good = tree(page.sections["Bad"]), tree(page.sections["Good"])
    repository = built(git_repo, "bad", bad)

    unsafe = RULES[page.code].fix is Safety.UNSAFE
    mended(repository, *TOGETHER.get(page.code, [page.code]), unsafe=unsafe)

    assert (good.files, sorted([*good.files, *good.links])) == (on_disk(repository), repository.tracked())
    assert all(os.path.lexists(repository.root / path) for path in [*bad.files, *bad.links])


@pytest.mark.parametrize("page", [page for page in TREES if RULES[page.code].fix is Safety.UNSAFE], ids=by_code)
def test_an_unsafe_fix_is_not_made_unasked(page: Page, git_repo: MakeRepository) -> None:
    repository = built(git_repo, "bad", tree(page.sections["Bad"]))

    before = repository.tracked()

    assert before == mended(repository, page.code, unsafe=False).tracked()


@pytest.mark.parametrize("page", [page for page in TREES if not RULES[page.code].fix], ids=by_code)
def test_a_rule_without_a_fix_offers_none(page: Page, git_repo: MakeRepository) -> None:
    repository = built(git_repo, "bad", tree(page.sections["Bad"]))

    assert [None] == [each.fix for each in found(repository, page.code)]


CONSOLES = [
    (page.code, number, text)
    for page in EXAMPLES
    for number, text in enumerate(fences(page.sections["Example"], "console"))
]


@pytest.mark.parametrize(
    "text", [text for _, _, text in CONSOLES], ids=[f"{code}-{number}" for code, number, _ in CONSOLES]
)
def test_a_console_shows_what_happens(text: str, tmp_path: Path, home: Path) -> None:
    commands = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    script = f'kempt() {{ "{sys.executable}" -m kempt "$@"; }}\n'
    script += "".join(f"{command}\nstatus=$?; printf '\\036'; (exit $status)\n" for command in commands)
    ada = tmp_path / "ada"
    ada.mkdir()
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=ada,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )

    outputs = done.stdout.decode().replace(str(ada), "/home/ada").split("\x1e")

    assert text == "".join(f"$ {command}\n{output}" for command, output in zip(commands, outputs, strict=False))


@pytest.mark.parametrize("page", [page for page in EXAMPLES if fences(page.sections["Example"], "python")], ids=by_code)
def test_a_program_prints_what_the_page_says(page: Page) -> None:
    section = page.sections["Example"]
    out = io.StringIO()

    with contextlib.redirect_stdout(out):
        for program in fences(section, "python"):
            exec(compile(program, page.path, "exec"), {})  # noqa: S102 - the page's own example

    assert "".join(fences(section, "text")) == out.getvalue()
