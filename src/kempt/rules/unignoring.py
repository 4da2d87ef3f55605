"""What the rules on hidden files share: the edit that makes git see a file again."""

from __future__ import annotations

from kempt.model.finding import Edit, Fix, Ignore, Replace, Safety
from kempt.model.repo import Repo
from kempt.model.tree import Verdict


def fix_for(repo: Repo, verdict: Verdict, name: str) -> Fix:
    """Remove the pattern if it names this file alone; otherwise except the file from it."""
    file = next(each for each in repo.ignore_files if each.path == verdict.source)
    pattern = next(each for each in file.patterns if each.line == verdict.line)
    if pattern.body == name or pattern.body.endswith(f"/{name}"):
        removal: Edit = Replace(file.path, pattern.start, pattern.end, "")
        return Fix(f"remove `{pattern.text}`", Safety.SAFE, (removal,))
    return Fix(f"except `{name}` from `{pattern.text}`", Safety.SAFE, (Ignore(file.path, f"!{name}"),))
