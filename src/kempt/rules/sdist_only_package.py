"""KPT310 sdist-only-package: a locked package has no wheel, so its build decides what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt import catalog
from kempt.formats import lock_blocks, toml
from kempt.formats.lock_blocks import Block
from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import referring

ARCHIVE_HINTS = (b".tar.", b".tgz", b".zip")
ARCHIVE = rb"\.(?:tar\.gz|tgz|zip|tar\.bz2|tar\.xz)[\"'#?]"
OLD_TABLE = b"\n[metadata.files]\n"
OLD_FILES = rb"(?m)^[\"']?([\w.-]+)[\"']? = \[\n((?:[ \t].*\n)*+)\]"
"""One package's files below `[metadata.files]`, where Poetry kept them before 1.3."""
FROM_INDEX = {
    "uv.lock": rb"(?m)^source = \{ registry = ",
    "poetry.lock": rb"(?m)\A(?!(?s:.*)^type = \"(?:git|url|file|directory)\")",
    "pdm.lock": rb"(?m)\A(?!(?s:.*)^(?:git|hg|svn|bzr|url|path) = )",
}
HELP = {
    "uv": "pin the backend with build-constraint-dependencies in [tool.uv], or write no-build = true there",
    "poetry": "pin the backend in [tool.poetry.build-constraints], or set installer.only-binary in poetry.toml",
    "pdm": "build a wheel for your own index, or set only-binary in [tool.pdm.resolution]",
}


def check(repo: Repo) -> Iterator[Finding]:
    """No lock file records what a build needs: it takes the newest backend of the day. Silent where that is settled."""
    for service in repo.services:
        for lock in dict.fromkeys(filter(None, (service.lock, *service.locks))):
            if lock.suffix not in {".lock", ".toml"} or catalog.is_fixture(str(lock)):
                continue
            found = dict(_built(repo.documents.read(lock) or b"", lock.name))
            for name in _settled(repo, service, found):
                found.pop(name, None)
            if found:
                verb = "has" if len(found) == 1 else "have"
                yield RULE.finding(
                    Location(lock, next(iter(found.values()))),
                    f"{referring.named(found)} {verb} no wheel, and `{lock}` does not say what builds "
                    f"{'it' if len(found) == 1 else 'them'}",
                    level=Level.INFO if service.demoted else None, service=service.root,
                    help=HELP.get(service.manager),
                )  # fmt: skip


def _built(content: bytes, lock: str) -> Iterator[tuple[str, int]]:
    """(name, line) of the packages that an index offers without any wheel."""
    kind = "packages" if lock.endswith(".toml") else "package"
    parts = content.split(f"[[{kind}]]".encode())
    if not any(_is_sdist_only(part) for part in parts[1:]) and OLD_TABLE not in content:
        return
    from_index = FROM_INDEX.get(lock)
    for block in lock_blocks.blocks(content, kind):
        if not _is_sdist_only(block.content):
            continue
        if re.search(from_index, block.content) if from_index else _has_sdist(block):
            yield block.text("name"), block.line
    start = content.find(OLD_TABLE)
    if start >= 0:
        for match in re.compile(OLD_FILES).finditer(content, start):
            if _is_sdist_only(match[2]):
                yield match[1].decode(), content.count(b"\n", 0, match.start()) + 1


def _is_sdist_only(part: bytes) -> bool:
    """Whether a part of a lock names an archive of sources and no wheel."""
    return b".whl" not in part and any(hint in part for hint in ARCHIVE_HINTS) and re.search(ARCHIVE, part) is not None


def _has_sdist(block: Block) -> bool:
    """Whether a package of a pylock.toml comes from an index: `archive` and `vcs` are what somebody chose."""
    return bool(block.value("sdist") or block.table("sdist"))


def _settled(repo: Repo, service: Service, found: dict[str, int]) -> list[str]:
    """The packages whose build is forbidden, or held to versions that somebody chose."""
    if not found or service.manifest is None:
        return []
    folders = (service.root, *service.root.parents)
    manifest = repo.documents.toml(service.root / "pyproject.toml")
    uv, poetry = toml.table(manifest, "tool", "uv"), toml.table(manifest, "tool", "poetry")
    files = [repo.documents.toml(folder / "uv.toml") for folder in folders]
    for settings in (uv, *files):
        if settings.get("no-build") is True or settings.get("build-constraint-dependencies"):
            return list(found)
    named = [name for settings in (uv, *files) for name in _listed(settings.get("no-build-package"))]
    named += toml.table(poetry, "build-constraints")
    installer = toml.table(repo.documents.toml(service.root / "poetry.toml"), "installer")
    pdm = toml.table(manifest, "tool", "pdm", "resolution")
    named += [*_listed(installer.get("only-binary")), *_listed(pdm.get("only-binary"))]
    return list(found) if ":all:" in named else named


def _listed(value: object) -> list[str]:
    """The names of a setting that is a list, or a text with commas."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",")]
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


RULE = Rule(
    "KPT310", "sdist-only-package", promise=1, level=Level.WARNING, since="0.1", check=check,
    summary="a locked package has no wheel, so its build decides what is installed",
    help="refuse to build it, or pin what builds it",
)  # fmt: skip
