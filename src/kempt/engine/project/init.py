"""`init`: what a project lacks so that git stays clean and one command rebuilds it, as one plan.

The ignore rules are those that the project's tools need, and no other line. Which tools those are is read from the
project; whether a line is needed is asked of git. So the lines are those of KPT201, with the few that every Python
project needs, and what hides a lock or a pin of Python goes (KPT203, KPT204).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kempt import catalog
from kempt.engine.overlay import Overlay
from kempt.engine.project.fix import plan_of
from kempt.engine.project.init_ci_lines import Branch
from kempt.engine.project.init_rebuild import Needs, Next, Unlocked, needs
from kempt.engine.project.settling import ROUNDS, edited
from kempt.engine.services import ROOTLESS
from kempt.engine.sources import Source, open_source
from kempt.engine.survey import survey
from kempt.errors import UnreadableError, UsageError
from kempt.formats import gitignore
from kempt.host.git import Git
from kempt.model.artefact import Artefact
from kempt.model.config import Config
from kempt.model.finding import Ignore, Safety, Untrack
from kempt.model.plan import Plan
from kempt.model.repo import Repo
from kempt.rules import ignored_lock, ignored_python_pin, unignored_artefact, untracking

ALWAYS = frozenset({".venv/", "__pycache__/", "*.pyc"})
ASKED = (unignored_artefact, ignored_lock, ignored_python_pin)
BRANCH = re.compile(r"[\w./+-]+", re.ASCII)
"""Names of branches that can be written into any provider's file as they are."""
SECRETS, SECRET_KIN, EXAMPLE = ".env", ".env.*", ".env.example"


class Prepared(NamedTuple):
    """A plan, what is left to people, and the locks that managers are to write when the plan is carried out."""

    plan: Plan
    next: tuple[Next, ...] = ()
    unlocked: tuple[Unlocked, ...] = ()


def plan_init(path: str = ".") -> Plan:
    """The plan that writes what the project lacks; without steps where nothing is missing.

    Raises KemptError outside git (KPT003), and UsageError in a bare repository.
    """
    return prepare_init(path).plan


def prepare_init(
    path: str = ".", *, lock: bool = False, ci: Sequence[str] = (), docker: bool = False, hooks: bool = False
) -> Prepared:
    """The plan of `plan_init`, and what comes after it.

    With `lock`, locks that are missing are about to be written; `ci` are the providers to write files for, `docker`
    asks for Dockerfiles, and `hooks` for a pre-commit configuration.
    """
    with open_source(path) as source:
        if source.git is None or source.git.work_tree is None:
            raise UsageError(f"only a work tree has ignore files: {path}")
        start = _with_ignore_file_on_disk(source)
        overlay = start
        for _ in range(ROUNDS):
            changes = _missing(source, overlay)
            if not changes:
                break
            overlay = overlay.with_changes(changes, ())
        lacking = needs(survey(_with_images(overlay) if docker else overlay, Config()), lock=lock)
        overlay = overlay.with_changes(lacking.contents, ())
        automated = _automation(source.git, overlay, ci, docker=docker, hooks=hooks)
        overlay = overlay.with_changes(automated.contents, ())
        changed = {name: text for name, text in overlay.contents.items() if text != start.contents.get(name)}
        plan = plan_of(source, source.git, Overlay(source.tree, changed), {}, "kempt init")
        return Prepared(plan, (*lacking.next, *automated.next), lacking.unlocked)


def _with_images(overlay: Overlay) -> Overlay:
    """The tree as if the Dockerfiles were there: what is deployed needs a pin of Python, before and after."""
    from kempt.engine.project.init_docker import docker_places

    return overlay.with_changes(dict.fromkeys(docker_places(survey(overlay, Config())), b""), ())


def _automation(git: Git, overlay: Overlay, ci: Sequence[str], *, docker: bool, hooks: bool) -> Needs:
    """The CI files, Dockerfiles and hooks that were asked for, for the project as it is about to be."""
    if not ci and not docker and not hooks:
        return Needs({})
    from kempt.engine.project.init_ci import ci_files
    from kempt.engine.project.init_ci_versions import Versions
    from kempt.engine.project.init_hooks import hook_files

    repo = survey(overlay, Config())
    versions = Versions(repo)
    found = [ci_files(repo, ci, _default_branch(git), versions)] if ci else []
    if docker:
        from kempt.engine.project.init_docker import docker_files

        found.append(docker_files(repo, versions))
    found += [hook_files(repo, versions)] if hooks else []
    contents = {path: content for each in found for path, content in each.contents.items()}
    return Needs(contents, next=tuple(dict.fromkeys(step for each in found for step in each.next)))


def _default_branch(git: Git) -> Branch:
    """What `origin` calls its main branch; in a repository of its own, `main`, `master` or where HEAD is."""
    for name in ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"):
        done = git.run("rev-parse", "--verify", "--quiet", "--abbrev-ref", name, check=False)
        branch = done.out.decode("utf-8", "replace").strip().removeprefix("origin/")
        if done.status == 0 and BRANCH.fullmatch(branch) and branch != "HEAD":
            return Branch(branch)
    here = git.run("symbolic-ref", "--quiet", "--short", "HEAD", check=False)  # it says so before the first commit too
    branch = here.out.decode("utf-8", "replace").strip()
    if here.status == 0 and BRANCH.fullmatch(branch):
        return Branch(branch, "HEAD is there")
    return Branch("main", "it is the usual name")


def _with_ignore_file_on_disk(source: Source) -> Overlay:
    """The tree, with a .gitignore at the top that is not tracked yet: it counts, for it is about to be."""
    top = str(untracking.TOP)
    tree = Overlay(source.tree)
    if top in source.tree.listing:
        return tree
    try:
        return tree.with_changes({top: source.tree.read(top)}, ())
    except UnreadableError:
        return tree


def _missing(source: Source, overlay: Overlay) -> dict[str, bytes]:
    """The ignore files that one more round changes, with their new contents."""
    repo = survey(overlay, Config())
    repo = repo._replace(artefacts=repo.artefacts._replace(used=_rows(repo)), services=repo.services or (ROOTLESS,))
    files = {str(each.path): gitignore.encode(each.text) for each in repo.ignore_files}
    questions = {question for rule in ASKED for question in rule.asks(repo)}
    repo = repo._replace(ignores=source.ignores.ask(files, {*questions, EXAMPLE}))
    fixes = [finding.fix for rule in ASKED for finding in rule.check(repo) if finding.fix is not None]
    safe = [fix for fix in fixes if fix.safety is Safety.SAFE]
    edits = [edit for fix in safe for edit in fix.edits if not isinstance(edit, Untrack)]
    edits += _exceptions(repo)
    texts = {str(each.path): gitignore.encode(each.text) for each in repo.ignore_files}
    changed = {}
    for path in sorted({str(edit.path) for edit in edits}):
        new = edited(texts.get(path), [edit for edit in edits if str(edit.path) == path])
        if new != texts.get(path):
            changed[path] = new
    return changed


def _rows(repo: Repo) -> tuple[Artefact, ...]:
    """The rows of the catalog that the project needs: its tools', those of every project, and `.env`'s kin."""
    names = {row.name for row in repo.artefacts.used} | ALWAYS
    if SECRETS in names and not _tracks_secrets(repo):
        names.add(SECRET_KIN)
    return tuple(row for row in catalog.ROWS if row.name in names)


def _tracks_secrets(repo: Repo) -> bool:
    """Whether a file like `.env.production` is tracked: then somebody means it, and it is not ours to ignore."""
    for path in repo.tree.listing:
        name = path.rpartition("/")[2].lower()
        if name.startswith(".env.") and not name.endswith(catalog.SECRET_TEMPLATES):
            return True
    return False


def _exceptions(repo: Repo) -> list[Ignore]:
    """`.env.example` is meant to be committed: it is let in again where the pattern for `.env`'s kin keeps it out."""
    verdict = repo.ignores.get(EXAMPLE)
    if verdict is None or not verdict.ignored or verdict.pattern != SECRET_KIN:
        return []
    return [Ignore(verdict.source, f"!{EXAMPLE}")]
