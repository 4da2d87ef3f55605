"""`init`: the ignore rules that a project's tools need, and no other line.

Which tools those are is read from the project; whether a line is needed is asked of git. So the lines are those of
KPT201, with the few that every Python project needs.
"""

from __future__ import annotations

from kempt import catalog
from kempt.engine.overlay import Overlay
from kempt.engine.project.fix import ROUNDS, edited, plan_of
from kempt.engine.services import ROOTLESS
from kempt.engine.sources import Source, open_source
from kempt.engine.survey import survey
from kempt.errors import UnreadableError, UsageError
from kempt.formats import gitignore
from kempt.model.artefact import Artefact
from kempt.model.config import Config
from kempt.model.finding import Ignore, Untrack
from kempt.model.plan import Plan
from kempt.model.repo import Repo
from kempt.rules import unignored_artefact, untracking

ALWAYS = frozenset({".venv/", "__pycache__/", "*.pyc"})
SECRETS, SECRET_KIN, EXAMPLE = ".env", ".env.*", ".env.example"


def plan_init(path: str = ".") -> Plan:
    """The plan that merges the ignore rules into the project's ignore files; without steps where nothing is missing.

    Raises KemptError outside git (KPT003), and UsageError in a bare repository.
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
        changed = {name: text for name, text in overlay.contents.items() if text != start.contents.get(name)}
        return plan_of(source, source.git, Overlay(source.tree, changed), {}, "kempt init")


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
    repo = repo._replace(ignores=source.ignores.ask(files, {*unignored_artefact.asks(repo), EXAMPLE}))
    fixes = [finding.fix for finding in unignored_artefact.check(repo) if finding.fix is not None]
    edits = [edit for fix in fixes for edit in fix.edits if not isinstance(edit, Untrack)]
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
