"""Who answers for the files of a repository: its CODEOWNERS."""

from __future__ import annotations

from kempt.errors import UnreadableError
from kempt.formats import codeowners
from kempt.formats.codeowners import Codeowners
from kempt.model.tree import Tree

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where it is looked for, the first that is there counts: GitHub's order, then GitLab's own place."""


def codeowners_of(tree: Tree) -> Codeowners:
    """The owners that a repository names; none where it has no such file, or one that cannot be read."""
    place = next((path for path in PLACES if path in tree.listing), None)
    if place is None:
        return Codeowners()
    try:
        content = tree.read(place)
    except UnreadableError:
        return Codeowners()
    gitlab = place.startswith(".gitlab/") or (".gitlab-ci.yml" in tree.listing and not place.startswith(".github/"))
    return codeowners.parse(content.decode("utf-8", "surrogateescape"), gitlab=gitlab)
