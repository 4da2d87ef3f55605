"""`init`: what a project lacks so that git stays clean and one command rebuilds it, as one plan.

The ignore rules are those that the project's tools need, and no other line. Which tools those are is read from the
project; whether a line is needed is asked of git. So the lines are those of KPT201, with the few that every Python
project needs, and what hides a lock or a pin of Python goes (KPT203, KPT204).
"""

from __future__ import annotations

from typing import NamedTuple

from kempt import catalog
from kempt.engine.overlay import Overlay
from kempt.engine.project.fix import ROUNDS, edited, plan_of
from kempt.engine.project.init_rebuild import Next, Unlocked, needs
from kempt.engine.services import ROOTLESS
from kempt.engine.sources import Source, open_source
from kempt.engine.survey import survey
from kempt.errors import UnreadableError, UsageError
from kempt.formats import gitignore
from kempt.model.artefact import Artefact
from kempt.model.config import Config
from kempt.model.finding import Ignore, Safety, Untrack
from kempt.model.plan import Plan
from kempt.model.repo import Repo
from kempt.rules import ignored_lock, ignored_python_pin, unignored_artefact, untracking

ALWAYS = frozenset({".venv/", "__pycache__/", "*.pyc"})
ASKED = (unignored_artefact, ignored_lock, ignored_python_pin)
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


def prepare_init(path: str = ".", *, lock: bool = False) -> Prepared:
    """The plan of `plan_init`, and what comes after it. With `lock`, locks that are missing are about to be written."""
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
        lacking = needs(survey(overlay, Config()), lock=lock)
        overlay = overlay.with_changes(lacking.contents, ())
        changed = {name: text for name, text in overlay.contents.items() if text != start.contents.get(name)}
        plan = plan_of(source, source.git, Overlay(source.tree, changed), {}, "kempt init")
        return Prepared(plan, lacking.next, lacking.unlocked)


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
    repo = repo._replace(used=_rows(repo), services=repo.services or (ROOTLESS,))
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
    names = {row.name for row in repo.used} | ALWAYS
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
