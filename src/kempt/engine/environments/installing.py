"""One service, from its lock to an environment that is checked: installed, and mended or rebuilt where it must be.

At any moment there is either the old environment, or one that is marked as incomplete.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from kempt.engine.environments import marker
from kempt.engine.environments.against_lock import against_lock
from kempt.engine.environments.owners import owners
from kempt.engine.environments.recorded import Recorded, load_recorded, record
from kempt.engine.environments.repair import Cure, as_published, changed_paths, cure_of, is_harmless, strays
from kempt.engine.environments.running import Failed, Runner
from kempt.errors import KemptError
from kempt.host import environments
from kempt.host.clock import now
from kempt.host.environments import Place
from kempt.model.environment import Fingerprint
from kempt.model.manager import Command
from kempt.model.sync import Outcome, Phase
from kempt.model.verify import Reason, Refusal

SHOWN = 4
"""Files that are named of an old environment that is kept."""


class Installed(NamedTuple):
    """An environment that is good, and how it became so."""

    outcome: Outcome
    found: Fingerprint
    repaired: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def install(runner: Runner, *, proof: bool) -> Installed:
    """Install, check, mend. `proof` reads every byte of the environment.

    Raises Failed, which says what there is now.
    """
    place = runner.ready.setup.environment
    environments.sweep(place)
    killed = _recover(place)
    work = _Work(runner, proof=proof or killed)
    marker.begin(place)
    try:
        done = work.do()
    except BaseException as error:
        state = work.state(killed=killed)
        if isinstance(error, Failed):
            raise Failed(error.refusal, state) from error
        raise
    work.remember(done)
    kept = tuple(note for each in environments.asides(place) if (note := _removed(each)))
    marker.finish(place)
    return done._replace(notes=(*done.notes, *kept, *_left(done.found)))


def _removed(aside: str) -> str:
    """Remove an old environment, or keep one that holds files which came with no distribution; a note says so."""
    found = _users_files(aside)
    if not found:
        environments.remove(aside)
        return ""
    shown = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else "")
    name = posixpath.basename(environments.keep(aside))
    return f"the old environment is kept as {name}, for files that came with no distribution: {shown}"


def _users_files(environment: str) -> tuple[str, ...]:
    from kempt.engine.environments.fingerprint import fingerprint

    try:
        return strays(fingerprint(environment, use_index=False))
    except KemptError:
        return ("what it holds cannot be told",)


def _left(found: Fingerprint) -> tuple[str, ...]:
    return tuple(f"left as it is: {each.path} {each.words}" for each in found.problems if is_harmless(each))


def _recover(place: str) -> bool:
    """Bring back what a run that was killed had moved aside; whether there was such a run."""
    old, begun = environments.asides(place), marker.is_begun(place)
    there = environments.place_of(place)
    if begun and there is Place.FOLDER:  # it was killed while the environment was made
        environments.remove(place)
        there = Place.MISSING
    if old and there is not Place.ENVIRONMENT:
        environments.put_back(old[-1], place)
    return begun or bool(old)


class _Work:
    """One installation under way."""

    def __init__(self, runner: Runner, *, proof: bool) -> None:
        self.runner = runner
        self.ready = runner.ready
        self.place = runner.ready.setup.environment
        self.proof = proof
        self.existed = environments.place_of(self.place) is Place.ENVIRONMENT
        self.installed = environments.installed(self.place)
        self.touched = False
        self.recorded = load_recorded(self.place, lines=False)
        self.accepted: tuple[str, ...] = ()

    def do(self) -> Installed:
        """Install and check; what is wrong is mended with as little as will do."""
        if not self.existed:
            return self._anew(())
        if self.ready.rebuild:
            with self._set_aside():
                return self._anew((self.ready.rebuild,))
        current = self.recorded is not None and self._is_current(self.recorded)
        if self.recorded is not None and current:
            self.accepted = self.recorded.accepted
        self.touched = True
        self.runner.run(self._commands(exists=True), Phase.INSTALLING)
        same = self.installed == environments.installed(self.place)
        found, cure = self._check(same=same)
        if not cure.is_needed:
            # Poetry installs the project itself each time, and nothing is different for it.
            same = same or (current and self.recorded is not None and self.recorded.digest == found.digest)
            return Installed(Outcome.UNCHANGED if same else Outcome.INSTALLED, found)
        mended = self._mended(cure)
        if mended is not None:
            return mended
        with self._set_aside():
            return self._anew(cure.words)

    def state(self, *, killed: bool) -> str:
        """What there is after a failure, in words. The sign goes where nothing is left unfinished."""
        if not self.existed:
            if environments.place_of(self.place) in {Place.EMPTY, Place.ENVIRONMENT, Place.FOLDER}:
                environments.remove(self.place)
            marker.finish(self.place)
            return "there is no environment, as before"
        if not self.touched and not killed:
            marker.finish(self.place)
            return "the environment is as it was"
        if self.installed == environments.installed(self.place):
            return "no distribution was installed or removed; the next `kempt sync` reads every byte"
        return "a part of it may be installed; the next `kempt sync` reads every byte and mends it"

    def remember(self, done: Installed) -> None:
        """Write down what the environment is now, for the next run and for `verify`."""
        target, ready = self.ready.interpreter.target, self.ready
        platform = f"{target.markers['sys_platform']}-{target.markers['platform_machine']}"
        anew = not self.existed or done.outcome is Outcome.REBUILT
        adopted = not anew and (self.recorded is None or self.recorded.adopted)
        found = done.found
        new = Recorded(
            self.place, found.digest, target.python, ready.lock, ready.lock_sha256, platform, ready.manager.name, now(),
            self.accepted, found.lines, adopted,
        )  # fmt: skip
        if self.recorded is None or self.recorded._replace(time=new.time, lines=new.lines) != new:
            record(new)

    def _anew(self, why: tuple[str, ...]) -> Installed:
        """Make an environment from nothing. What is wrong with it even so was published that way, or is a failure."""
        self.accepted = ()
        self.runner.run(self._commands(exists=False), Phase.REBUILDING if self.existed else Phase.INSTALLING)
        outcome = Outcome.REBUILT if self.existed else Outcome.INSTALLED
        found, cure = self._check()
        if not cure.is_needed:
            return Installed(outcome, found, damage=why)
        mended = self._mended(cure)
        if mended is not None:
            return Installed(outcome, mended.found, mended.repaired, (*why, *mended.damage))
        found, cure = self._check()
        accepted = as_published(found)
        if accepted is None or against_lock(self.ready.wanted, found.distributions).words:
            words = "; ".join(cure.words) or "it is not what the lock says"
            raise Failed(Refusal(Reason.MANAGER, f"the environment is wrong even when it is made anew: {words}"))
        self.accepted = accepted
        return Installed(outcome, found, damage=why, notes=tuple(f"as published: {words}" for words in cure.words))

    def _mended(self, cure: Cure) -> Installed | None:
        """Install only what is damaged anew; None where that was not enough, or the manager cannot."""
        if cure.rebuild:
            return None
        ready, setup = self.ready, self.ready.setup._replace(exists=True)
        for path in cure.files:
            environments.remove_inside(self.place, path)
        try:
            if cure.remove:
                self.runner.run(ready.manager.remove(ready.service, setup, cure.remove), Phase.REPAIRING)
            if cure.reinstall:
                self.runner.run(ready.manager.reinstall(ready.service, setup, cure.reinstall), Phase.REPAIRING)
        except Failed:
            return None
        found, left = self._check()
        if left.is_needed:
            return None
        outcome = Outcome.REPAIRED if cure.reinstall or cure.files else Outcome.INSTALLED
        return Installed(outcome, found, cure.reinstall, cure.words)

    def _check(self, *, same: bool = False) -> tuple[Fingerprint, Cure]:
        """Look at the environment. `same` says that the manager changed nothing, so it must be what was recorded."""
        from kempt.engine.environments.fingerprint import fingerprint  # imported while the manager worked

        self.runner.say(Phase.CHECKING)
        environments.unmark(self.place)  # a file more; the sign in kempt's own folder stays
        ready = self.ready
        names = None if ready.wanted is None else frozenset(ready.wanted.packages)
        root = ready.setup.root
        found = fingerprint(self.place, proof=self.proof, locked=names, root=root, use_index=not self.proof)
        against = against_lock(ready.wanted, found.distributions)
        changed = self._changed(found) if same and not found.problems else set()
        return found, cure_of(found, against, changed, self.accepted)

    def _changed(self, found: Fingerprint) -> set[str]:
        """The distributions that somebody has changed together with their RECORD."""
        if self.recorded is None or self.recorded.digest == found.digest or not self._is_current(self.recorded):
            return set()
        whole = load_recorded(self.place)
        return set() if whole is None else owners(found, changed_paths(found, whole))

    def _commands(self, *, exists: bool) -> tuple[Command, ...]:
        ready = self.ready
        return ready.manager.install(ready.service, ready.setup._replace(exists=exists))

    def _is_current(self, recorded: Recorded) -> bool:
        """Whether the same was installed the last time."""
        ready = self.ready
        now_installed = ready.lock_sha256, ready.interpreter.target.python, ready.manager.name
        return (recorded.lock_sha256, recorded.python, recorded.manager) == now_installed

    @contextmanager
    def _set_aside(self) -> Iterator[None]:
        """The old environment waits under another name, and comes back where the new one does not become good."""
        aside = environments.move_aside(self.place)
        try:
            yield
        except BaseException:
            environments.put_back(aside, self.place)
            raise
