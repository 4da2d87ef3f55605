"""KPT504 unlocked-image-install: an image gets other packages, or another installer, than the last build had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from posixpath import basename, normpath

from kempt.managers import commands
from kempt.model.finding import Finding, Fix, Level, Replace, Safety
from kempt.model.installs import Effect
from kempt.model.pipeline import UNPLACED, Word
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, image_edits, installing, staging, unlocked_ci_install
from kempt.rules.building import Filled

MANAGERS = frozenset({"uv", "poetry", "pdm", "pipenv", "pip-tools", "pipx"})
BARE = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w,.-]*\])?")
"""A requirement that leaves the version open."""
FOLLOWING = frozenset({Effect.CHECKED, Effect.FROZEN})


def check(repo: Repo) -> Iterator[Finding]:
    """`uv sync` writes another lock where the manifest asks for it; `pip install -U pip` takes what is the newest."""
    for file in building.files(repo):
        followed = set[str]()
        for each in building.filled(file, file.built):
            finding = _of_project(repo, each) if each.manager not in followed else None
            finding = finding or _of_files(repo, each)
            if each.doing.effect in FOLLOWING or finding is not None:
                followed.add(each.manager)
            if finding is not None:
                yield finding
            yield from (_of_installer(repo, each, word) for word in each.doing.names if _is_loose(each, word))


def _of_project(repo: Repo, each: Filled) -> Finding | None:
    service, word = staging.service(repo, each.file), unlocked_ci_install.STRICT.get(each.manager, "")
    unknown = any("$" in text for text in each.command.argv)
    if each.doing.effect is not Effect.UNLOCKED or service is None or service.demoted or unknown or not word:
        return None
    if service.lock is None or service.manager != each.manager:
        return _finding(
            repo, each, f"`{each.text}` takes the newest versions: there is no lock to hold it to", each.text
        )
    edits = image_edits.with_flag(each, word)
    return _finding(
        repo, each, f"`{each.text}` may write another `{service.lock.name}` and install from that", each.text,
        f"add {word}: it fails where the lock is stale",
    )._replace(fix=Fix(f"add `{word}`", Safety.UNSAFE, edits) if edits else None)  # fmt: skip


def _of_files(repo: Repo, each: Filled) -> Finding | None:
    """A requirements file that leaves a version open."""
    doing = each.doing
    if doing.effect is not Effect.PACKAGES or doing.hashed or doing.constraints or "--no-deps" in each.command.argv:
        return None
    for name in doing.files:
        path = _tracked(repo, each, name)
        loose = unlocked_ci_install.first_loose(repo, path) if path is not None else ""
        if loose:
            return _finding(
                repo, each, f"`{each.text}` takes the newest {loose}: `{path}` leaves its version open", str(path),
                "write the file with uv pip compile --generate-hashes, and install it with --require-hashes",
            )  # fmt: skip
    return None


def _tracked(repo: Repo, each: Filled, name: str) -> PurePosixPath | None:
    """The tracked file that an image's path most likely is a copy of: the one of this name in the context."""
    if "$" in name or each.file.context is None:
        return None
    context = each.file.context or "."
    sources = [source for copy in each.stage.copies if not copy.origin for source in copy.sources]
    tried = [*(source for source in sources if basename(source) == basename(name)), name.lstrip("/"), basename(name)]
    found = (normpath(f"{context}/{one}") for one in tried)
    return next((PurePosixPath(path) for path in found if path in repo.tree.listing), None)


def _is_loose(each: Filled, word: Word) -> bool:
    name = installing.name_of(word.text)
    if BARE.fullmatch(word.text) is None or each.doing.constraints:
        return False
    return name in MANAGERS or (name == "pip" and each.doing.upgrades)


def _of_installer(repo: Repo, each: Filled, word: Word) -> Finding:
    name = installing.name_of(word.text)
    version = commands.TESTED.get(name, "")
    fix = None
    if version and word.start != UNPLACED and word.text == name:
        quoted = each.run.json
        text = f'"{name}=={version}"' if quoted else f"{name}=={version}"
        fix = Fix(f"pin {name} to {version}", Safety.UNSAFE, (Replace(each.file.path, word.start, word.end, text),))
    return _finding(
        repo, each, f"`{each.text}` takes the newest {name}", f"{each.text} {name}", "name the version"
    )._replace(fix=fix)


def _finding(
    repo: Repo, each: Filled, message: str, key: str, help_: str = "write a lock, and install from it"
) -> Finding:
    service = staging.service(repo, each.file)
    return RULE.finding(
        each.command.location, message, key=key, help=help_, service=service.root if service is not None else None,
        level=Level.INFO if staging.is_for_development(each.file, each.stage) else None,
    )  # fmt: skip


RULE = Rule(
    "KPT504", "unlocked-image-install", promise=1, level=Level.WARNING, since="0.1", check=check, fix=Safety.UNSAFE,
    summary="an image is built with whatever versions are the newest",
    help="install from the lock file, with an installer whose version is named",
)  # fmt: skip
