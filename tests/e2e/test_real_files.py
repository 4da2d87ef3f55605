"""YAML as people write it: edits that change nothing leave every byte, and every provider reads every CI file.

All repositories of KEMPT_CORPUS, as they are at HEAD. How to have them: see test_corpus.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from conftest import MakeRepository
from e2e.test_corpus import CORPUS, git_dir
from kempt import providers
from kempt.engine.automation import TreeFiles
from kempt.engine.sources import open_source
from kempt.formats.yaml import Change, Document, Node, Scalar, Sequence, applied, parse, with_value
from kempt.formats.yaml.quoting import PLAIN
from kempt.model.finding import Finding, Safety
from support.checking import found, mended
from support.ci_files import Tracked
from support.pipelines import everywhere
from support.repositories import environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="KEMPT_CORPUS names no folder with the repositories"),
]
ENOUGH = 200
LARGEST = 50_000
"""Bytes of a YAML file: longer ones are recorded answers and other data."""
OF_EACH = 40
"""Files of one repository, or a few more, so that none with thousands of them speaks for all."""
MOST = 0.9
"""Of all values, those that have one spelling."""


@pytest.fixture(autouse=True)
def owner_does_not_matter(home: Path) -> None:
    """The corpus may belong to another user; kempt leaves that judgement to git's own settings."""
    Path(environment(home)["GIT_CONFIG_GLOBAL"]).write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")


def repositories() -> Iterator[str]:
    for folder in sorted(Path(CORPUS).iterdir()):
        if "+" in folder.name and any(folder.rglob("HEAD")):
            yield folder.name.replace("+", "/", 1)


@cache
def documents() -> dict[str, Document]:
    """The YAML files, parsed; templates that make YAML are none, and are refused."""
    parsed = {key: parse(content) for key, content in yaml_files().items()}
    return {key: document for key, document in parsed.items() if isinstance(document, Document)}


@cache
def yaml_files() -> dict[str, bytes]:
    """Name and content of YAML files of all repositories."""
    found = dict[str, bytes]()
    for name in repositories():
        with open_source(git_dir(name), rev="HEAD") as source:
            listing = source.tree.listing
            paths = sorted((*listing.ending(".yml"), *listing.ending(".yaml")))
            files = TreeFiles(source.tree, listing)
            some = paths[:: max(1, len(paths) // OF_EACH)]
            source.tree.prefetch(some)
            contents = {f"{name} {path}": files.read(path) for path in some}
        found |= {key: content for key, content in contents.items() if content and len(content) <= LARGEST}
    return found


@cache
def ci_files() -> dict[tuple[str, str], bytes]:
    """The repository, with the path, and the content of each CI file of any provider."""
    found = dict[tuple[str, str], bytes]()
    for name in repositories():
        with open_source(git_dir(name), rev="HEAD") as source:
            listing = source.tree.listing
            files = TreeFiles(source.tree, listing)
            paths = [path for each in providers.NAMES for path in providers.provider(each).paths(listing)]
            source.tree.prefetch(paths)
            found |= {(name, path): content for path in paths if (content := files.read(path))}
    return found


# --- edits that change nothing -------------------------------------------------------------------------
def every_scalar(nodes: Iterable[Node]) -> dict[int, Scalar]:
    """All scalars that are written out, keys too, by where they start; what an alias repeats is there once."""
    found = dict[int, Scalar]()
    waiting: list[Node] = list(nodes)
    seen = set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            found[node.start] = node
        elif isinstance(node, Sequence):
            waiting += node.items
        else:
            waiting += [part for entry in node.entries for part in entry]
    return {start: scalar for start, scalar in found.items() if scalar.end > start}


def is_simple(document: Document, scalar: Scalar) -> bool:
    """Whether a value has one spelling in its style: without escapes, on one line, and safe where it has no quotes."""
    written = document.text[scalar.start : scalar.end]
    if scalar.style in {"|", ">"}:
        return True
    if "\n" in written or not written.isprintable():
        return False
    return PLAIN.fullmatch(written) is not None if scalar.style == "" else "\\" not in written


def own_values(document: Document, scalars: Iterable[Scalar]) -> list[Change]:
    return [with_value(scalar, scalar.value, document) for scalar in scalars]


def test_no_edit_leaves_every_byte() -> None:
    same = {key: applied(document.text, []).encode() for key, document in documents().items()}
    changed = [key for key, content in same.items() if content != yaml_files()[key]]

    assert ([], True) == (changed, len(documents()) >= ENOUGH)


def test_a_value_in_its_own_place_leaves_every_byte() -> None:
    changed, simple, total = list[str](), 0, 0
    for key, document in documents().items():
        scalars = every_scalar(document.roots).values()
        some = [each for each in scalars if is_simple(document, each)]
        simple, total = simple + len(some), total + len(scalars)
        if applied(document.text, own_values(document, some)).encode() != yaml_files()[key]:
            changed.append(key)

    assert ([], True) == (changed, simple > MOST * total)


def test_any_value_in_its_own_place_is_read_again() -> None:
    """One with a spelling of its own, an escape or several lines, may be spelled otherwise, and says the same."""
    changed = list[str]()
    for key, document in documents().items():
        scalars = every_scalar(document.roots).values()
        again = parse(applied(document.text, own_values(document, scalars)).encode())
        if not isinstance(again, Document) or said(again) != said(document):
            changed.append(key)

    assert [] == changed


def said(document: Document) -> list[str]:
    """What the scalars of a document say, in the order in which they are written."""
    found = every_scalar(document.roots)
    return [found[start].value for start in sorted(found)]


# --- the providers -------------------------------------------------------------------------------------
REFUSED = {"DataDog/dd-trace-py .gitlab-ci.yml duplicate key `script`"}
"""CI files that do not parse, and why. Which of two `script:` counts is for nobody to guess."""
USED = frozenset({"github", "gitlab", "azure", "circleci"})
"""The providers that some of the repositories have files of."""


@pytest.mark.parametrize("provider", providers.NAMES)
def test_a_provider_reads_its_own_files(provider: str) -> None:
    """With all that they include; each pipeline holds its file's text."""
    known, read, broken = providers.provider(provider), set[str](), set[str]()
    for name in repositories():
        with open_source(git_dir(name), rev="HEAD") as source:
            listing = source.tree.listing
            files = TreeFiles(source.tree, listing)
            found = known.read(files, known.paths(listing))
        broken |= {f"{name} {fault.path} {fault.message}" for fault in found.faults}
        for pipeline in found.pipelines:
            assert files.contents[str(pipeline.path)] == pipeline.text.encode()
            read.add(f"{name} {pipeline.path}")

    assert set() == broken - REFUSED
    assert provider not in USED or read


@pytest.mark.parametrize("provider", providers.NAMES)
def test_a_provider_reads_what_was_written_for_another(provider: str) -> None:
    path, _ = everywhere("true")[provider]
    for content in ci_files().values():
        providers.provider(provider).read(Tracked({path: content}), (path,))


# --- the fixes -----------------------------------------------------------------------------------------
MENDED = [
    "Comfy-Org/comfy-cli", "Textualize/textual", "aio-libs/aiohttp", "fastapi/full-stack-fastapi-template",
    "langchain-ai/langgraph", "mealie-recipes/mealie", "numpy/numpy", "pdm-project/pdm", "simonw/datasette",
    "wagtail/wagtail",
]  # fmt: skip
"""Repositories whose CI and hooks have something to mend."""
TEXTS = (".yml", ".yaml", ".toml", ".lock", ".txt", ".in", ".cfg", ".ini", ".sh", "Makefile", ".python-version")
"""What rules on CI and hooks look into, by the ends of names."""
DEPTH = 4
"""Folders above a file that is looked into."""
FAMILIES = ("KPT4", "KPT6")


def texts_of(name: str) -> dict[str, bytes]:
    """The files of a repository that rules on CI look into, none of them large or deep below."""
    with open_source(git_dir(name), rev="HEAD") as source:
        listing = source.tree.listing
        files = TreeFiles(source.tree, listing)
        paths = {path for end in TEXTS for path in listing.ending(end) if path.count("/") <= DEPTH}
        source.tree.prefetch(sorted(paths))
        return {path: content for path in paths if (content := files.read(path))}


@pytest.mark.parametrize("name", MENDED)
def test_what_can_be_mended_is_mended_once(name: str, git_repo: MakeRepository) -> None:
    repository = mended(git_repo(texts_of(name)), *FAMILIES)
    changed = repository.git("diff")

    touched = repository.git("diff", "--name-only", "-z").split("\0")
    parsed = {
        path: parse((repository.root / path).read_bytes()) for path in touched if path.endswith((".yml", ".yaml"))
    }
    assert [] == [path for path, document in parsed.items() if not isinstance(document, Document)]
    assert parsed
    assert [] == [f"{each.code} {each.location}" for each in found(repository, *FAMILIES) if can_be_mended(each)]
    assert changed == mended(repository, *FAMILIES).git("diff")


def can_be_mended(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.safety is not Safety.SHOW
