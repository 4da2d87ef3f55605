"""Two fresh clones, installed with nothing in common, and compared: the proof that a clone needs no luck.

The clones lie in folders of different length, and each install has a home, a download cache, an umask and a time zone
of its own. Both from one cache would prove nothing about what is in there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kempt.engine.environments import fresh, pinned
from kempt.engine.environments.compare import changes
from kempt.engine.environments.fingerprint import fingerprint
from kempt.engine.environments.preflight import lock_digest
from kempt.engine.environments.project import Project
from kempt.engine.environments.sync import sync_services
from kempt.host.clones import Clones, clone
from kempt.host.env import environ
from kempt.host.git import Git
from kempt.model.environment import Fingerprint
from kempt.model.repo import Service
from kempt.model.sync import Event, Synced, SyncOptions
from kempt.model.verify import Difference, Outcome, Proof, Reason, Refusal

Tell = Callable[[str], None]
TELLING = re.compile(r"mismatch|error|fail|not found|refused", re.IGNORECASE)
"""Words of the lines that say why a manager stopped; its last line is often advice."""
KEPT_FROM_HOME = (".netrc", ".gitconfig", ".git-credentials")


class Circumstance(NamedTuple):
    """What is different about one of the two builds."""

    folder: str
    umask: int
    zone: str


FIRST = Circumstance("a", 0o022, "UTC")
SECOND = Circumstance("a-second-clone-in-a-folder-with-a-longer-name/b", 0o077, "Pacific/Chatham")


def rebuild(project: Project, service: Service, commit: str, empty: Proof, tell: Tell) -> Proof:
    """Install a service twice from clones of a commit, and compare the two, file by file."""
    if not project.has_git or not commit:
        return empty._replace(refusal=Refusal(Reason.USAGE, "there is no commit to clone", "git commit"))
    builder = _Builder(project, service, commit, tell)
    with Clones() as place:
        built: list[Fingerprint] = []
        for each in (FIRST, SECOND):
            tell(f"{service.root}: cloning and installing, {len(built) + 1} of 2")
            made = builder.build(place, each)
            if isinstance(made, Refusal):
                return empty._replace(refusal=made)
            built.append(made)
    first, second = built
    _, digest = lock_digest(project, service)
    platform = pinned.platform()
    differences = [
        Difference(each.path, f"from one fresh install to the other {each.words}", each.distribution)
        for each in changes(first.lines, second.lines)
    ]
    if not differences:
        fresh.remember(digest, first.python, platform, first.lines)
    held = pinned.held_against(project, service, pinned.row(first, service, digest, platform))
    differences += held.differences
    return empty._replace(
        outcome=Outcome.DIFFERS if differences else Outcome.PROVEN, platform=platform, lock_sha256=digest,
        fingerprint=first, differences=tuple(differences), against=("a second fresh install", *held.against),
        notes=held.notes,
    )  # fmt: skip


class _Builder(NamedTuple):
    """A service of one commit, and where to say what is going on."""

    project: Project
    service: Service
    commit: str
    tell: Tell

    def build(self, place: Clones, each: Circumstance) -> Fingerprint | Refusal:
        """Clone and install, and read every byte of what came of it."""
        root = place.folder(each.folder, "clone")
        home = place.folder(each.folder, "home")
        place.lend(home, KEPT_FROM_HOME)
        cache = place.folder(each.folder, "cache")
        options = SyncOptions(everything=True, jobs=1, cache=cache, variables=_variables(home, each))
        with place.umask(each.umask):
            with Git.open(self.project.root) as git:
                clone(git, self.commit, root)
            report = sync_services(root, [_in(root, self.service)], options, self._heard)
        synced = next((one for one in report.services if one.service.root == self.service.root), None)
        if synced is None:
            return Refusal(Reason.USAGE, "it is not a service in a fresh clone", "git add its manifest and its lock")
        if synced.refusal is not None:
            return _of_clone(synced.refusal, synced)
        return fingerprint(synced.environment, proof=True, root=_in(root, self.service), use_index=False)

    def _heard(self, event: Event) -> None:
        if event.line:
            self.tell(f"{self.service.root}: {event.line}")


def _in(clone_root: str, service: Service) -> str:
    """The service in a clone."""
    return clone_root if str(service.root) == "." else f"{clone_root}/{service.root}"


def _variables(home: str, each: Circumstance) -> tuple[tuple[str, str], ...]:
    data = environ().get("XDG_DATA_HOME") or f"{environ().get('HOME', '')}/.local/share"
    return (
        ("HOME", home), ("USERPROFILE", home), ("XDG_CACHE_HOME", f"{home}/.cache"),
        ("XDG_DATA_HOME", f"{home}/.local/share"), ("TZ", each.zone),
        ("UV_PYTHON_INSTALL_DIR", environ().get("UV_PYTHON_INSTALL_DIR") or f"{data}/uv/python"),
    )  # fmt: skip


def _of_clone(refusal: Refusal, synced: Synced) -> Refusal:
    told = [line for line in synced.output if TELLING.search(line)] or list(synced.output[-1:])
    last = f" ({told[-1].strip()})" if told else ""
    return refusal._replace(message=f"a fresh clone cannot be installed: {refusal.message}{last}")
