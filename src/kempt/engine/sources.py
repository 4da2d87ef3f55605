"""From a path and a few flags to the tree that is checked, and to who answers for its ignore rules."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from kempt.errors import UsageError
from kempt.host.conversation import CAN_CONVERSE
from kempt.host.git import Git
from kempt.host.gitdir import GitDir
from kempt.host.ignores import ScratchIgnores
from kempt.host.trees import CommitTree, FolderTree, IndexTree, WorkTree
from kempt.model.finding import Finding
from kempt.model.tree import Ignores, Tree


class Source(NamedTuple):
    """An opened tree. `git` is None for a plain folder; `inside` is the folder asked for, relative to the root."""

    tree: Tree
    ignores: Ignores
    git: Git | None
    inside: str = ""
    staged: bool = False

    @property
    def file_count(self) -> int:
        """How many tracked files were asked for."""
        listing = self.tree.listing
        return listing.count(*listing.span(self.inside)) or int(self.inside in listing)

    def covers(self, finding: Finding) -> bool:
        """Whether a finding lies in the folder that was asked for, or speaks of the repository as a whole."""
        path = str(finding.location.path)
        return (
            not self.inside or path == self.inside or path.startswith(self.inside + "/") or path in {".", ".gitignore"}
        )


@contextmanager
def open_source(
    path: str, *, staged: bool = False, rev: str | None = None, git: bool = True, names: Iterable[str] | None = None
) -> Iterator[Source]:
    """Open what is to be checked; its scratch folder is gone afterwards.

    Raises UsageError for flags that contradict each other, KemptError outside git, ToolError when git fails.
    """
    if staged + (rev is not None) + (not git) + (names is not None) > 1:
        raise UsageError("--staged, --rev, --no-git and --filenames exclude each other")
    if not git or names is not None:
        with Git(GitDir("", None)) as scratch:
            yield Source(FolderTree(path, names), ScratchIgnores(scratch), None)
        return
    with Git.open(path, staged=staged) as repository:
        tree = _git_tree(repository, staged=staged, rev=rev)
        yield Source(tree, ScratchIgnores(repository), repository, repository.inside(path), staged)


def _git_tree(git: Git, *, staged: bool, rev: str | None) -> Tree:
    if rev is not None:
        if not CAN_CONVERSE:
            return CommitTree(git, rev)
        from kempt.host.objects import ObjectTree  # a hook looks at no commit

        return ObjectTree(git, rev)
    if git.work_tree is None:
        raise UsageError(
            f"{git.git_dir} is a bare repository: it has no files of its own", hint="kempt check PATH --rev HEAD"
        )
    return IndexTree(git) if staged else WorkTree(git)
