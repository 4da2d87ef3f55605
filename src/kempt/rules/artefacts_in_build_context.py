"""KPT509 artefacts-in-build-context: COPY takes the whole context, and nothing keeps environments and caches out."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from kempt.formats import dockerignore
from kempt.model.dockerfile import Copy, Dockerfile
from kempt.model.finding import Create, Finding, Fix, Level, Replace, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, staging

CACHES = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".kempt-*")
"""Tools' caches, and kempt's own trash, which holds whole environments for some days."""


def check(repo: Repo) -> Iterator[Finding]:
    """The host's `.venv` would take the place of the image's; with `.git`, each commit makes a new layer."""
    for file in building.files(repo):
        copy = next((copy for stage in file.built for copy in stage.copies if staging.is_whole(copy)), None)
        if copy is not None and file.context is not None:
            taken = _taken(repo, file)
            if taken:
                yield _finding(file, copy, taken)


def _taken(repo: Repo, file: Dockerfile) -> tuple[str, ...]:
    """What comes along, as patterns that would keep it out. Caches are only told of where something else is, too."""
    text, context = file.ignore_text or "", file.context or ""
    wanted = [".git"] if not context else []
    for service in repo.services:
        place = normpath(str(service.root / service.env_dir))
        inside = not context or place.startswith(f"{context}/")
        if inside and not place.startswith(("/", "..")) and not service.demoted:
            wanted.append(place.removeprefix(f"{context}/") if context else place)
    wanted = [*dict.fromkeys((*wanted, ".venv"))]
    taken = [each for each in wanted if not dockerignore.is_ignored(text, each)]
    if _has_modules(repo, context) and not _keeps_bytecode_out(repo, text, context):
        taken.append("**/__pycache__")
    if taken:
        taken += [f"**/{each}" for each in CACHES if not dockerignore.is_ignored(text, each)]
    return tuple(taken)


def _has_modules(repo: Repo, context: str) -> bool:
    return any(path.startswith(f"{context}/" if context else "") for path in repo.tree.listing.ending(".py"))


def _keeps_bytecode_out(repo: Repo, text: str, context: str) -> bool:
    """Whether the bytecode of the first module that is sent stays at home."""
    for path in repo.tree.listing.ending(".py"):
        own = path.removeprefix(f"{context}/") if context else path
        if (own != path or not context) and not dockerignore.is_ignored(text, own):
            folder, _, name = own.rpartition("/")
            sample = f"{folder}/__pycache__/{name[:-3]}.cpython-313.pyc".lstrip("/")
            return dockerignore.is_ignored(text, sample)
    return True


def _holds_environment(taken: tuple[str, ...]) -> bool:
    """Whether an environment is let in: that breaks an image, and the rest only makes it larger."""
    return any(each.rpartition("/")[2] not in {".git", "__pycache__", *CACHES} for each in taken)


def _finding(file: Dockerfile, copy: Copy, taken: tuple[str, ...]) -> Finding:
    shown = ", ".join(f"`{each.removeprefix('**/')}`" for each in taken[:3])
    why = "there is no `.dockerignore`" if file.ignore_text is None else f"`{file.ignore_path}` lets it in"
    written = " ".join((copy.instruction.keyword, *copy.sources))
    edit = (
        Create(file.ignore_path, dockerignore.with_patterns("", taken)) if file.ignore_text is None
        else Replace(
            file.ignore_path, 0, len(file.ignore_text), dockerignore.with_patterns(file.ignore_text, taken)
        )
    )  # fmt: skip
    return RULE.finding(
        building.location(file, copy.instruction.start), f"`{written}` takes {shown} along where it lies there: {why}",
        key=written, level=None if _holds_environment(taken) else Level.INFO,
        help=f"write to {file.ignore_path}: {' '.join(taken)}",
        fix=Fix(f"keep them out by `{file.ignore_path}`", Safety.SAFE, (edit,)),
    )  # fmt: skip


RULE = Rule(
    "KPT509", "artefacts-in-build-context", promise=4, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="an image copies the whole folder, and nothing keeps environments and caches out",
    help="write a .dockerignore",
)  # fmt: skip
