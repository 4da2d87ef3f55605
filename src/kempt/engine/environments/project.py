"""The repository that services lie in, as those who install need it."""

from __future__ import annotations

from typing import NamedTuple

from kempt.model.documents import Documents
from kempt.model.repo import Repo, Service
from kempt.model.tree import Ignores, Tree


class Project(NamedTuple):
    """`root` is its absolute path. `has_git` is False for a plain folder, whose files all count as tracked."""

    root: str
    repo: Repo
    tree: Tree
    ignores: Ignores
    has_git: bool = True

    @property
    def documents(self) -> Documents:
        """Its manifests and lock files."""
        return self.repo.documents

    def folder(self, service: Service) -> str:
        """The absolute path of a service."""
        return self.root if str(service.root) == "." else f"{self.root}/{service.root}"

    def environment(self, service: Service) -> str:
        """The absolute path of a service's environment."""
        return f"{self.folder(service)}/{service.env_dir}"

    def inputs(self, service: Service) -> tuple[str, ...]:
        """The files that decide what is installed: the lock, or the requirements, and the manifests."""
        paths = (service.lock, *service.requirements, service.manifest, *service.members)
        return tuple(dict.fromkeys(str(path) for path in paths if path is not None))
