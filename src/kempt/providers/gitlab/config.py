"""A configuration as GitLab works with it: `extends` and `!reference` resolved, defaults given to each job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kempt.formats import yaml
from kempt.providers.gitlab.values import (
    REFERENCE_DEPTH,
    Held,
    Source,
    Value,
    children,
    is_map,
    items,
    merged,
    referred,
    text_of,
)

EXTENDS_DEPTH = 11
"""How many levels of `extends` GitLab follows."""

BUDGET = 500_000
"""How many entries are put together for all jobs of a file: a hostile one asks for billions."""

MOST_LINES = 10_000
"""How many lines of scripts are read for all jobs of a file."""

DEFAULTED = ("after_script", "artifacts", "before_script", "cache", "image", "tags")
"""What `default:` or, in the old way, the top of the file says for all jobs; of the keywords that matter here."""

NO_JOBS = frozenset({*DEFAULTED, "default", "include", "services", "spec", "stages", "types", "variables", "workflow"})
"""Keywords of the top level that are not the name of a job."""


class Config:
    """One configuration, all files merged. Not changed once it is made; what was asked is remembered."""

    def __init__(self, whole: Value, own: Source, keys: Mapping[str, Held]) -> None:
        self.entries = children(whole)
        self.keys = keys
        self.own = own
        self.spent = 0
        self.lines_left = MOST_LINES
        self._extended: dict[str, Mapping[str, Value]] = {}
        self._missing: dict[str, frozenset[str]] = {}
        self._jobs: dict[str, Mapping[str, Value]] = {}
        self.defaults = {
            key: value
            for key in DEFAULTED
            if (value := children(self.entries.get("default")).get(key, self.entries.get(key))) is not None
        }
        self._variables = tuple(self.written(self.entries.get("variables")))

    def jobs(self) -> Iterator[str]:
        """The names of all that runs: maps at the top that are no keyword and not hidden by a dot."""
        for name, value in self.entries.items():
            if name not in NO_JOBS and not name.startswith(".") and is_map(value):
                yield name

    def spend(self, amount: int) -> bool:
        """Whether there is still enough of the budget for this."""
        self.spent += amount
        return self.spent <= BUDGET

    def extended(self, name: str) -> Mapping[str, Value]:
        """A job with what it extends."""
        return self._extend(name, ())

    def missing(self, name: str) -> frozenset[str]:
        """What a job extends that is in no file of the repository."""
        self._extend(name, ())
        return self._missing.get(name, frozenset())

    def _extend(self, name: str, trail: tuple[str, ...]) -> Mapping[str, Value]:
        if name in self._extended:
            return self._extended[name]
        own = children(self.entries[name])
        whole: Value = {}
        missing = set[str]()
        bases = tuple(map(text_of, items(own.get("extends"))))
        for base in bases:
            if base in (*trail, name) or base not in self.entries or len(trail) >= EXTENDS_DEPTH:
                missing.add(base)
                continue
            found = self._extend(base, (*trail, name))
            missing |= self._missing.get(base, frozenset())
            if self.spend(len(found)):
                whole = merged(whole, found)
            else:
                missing.add(base)
        self._missing[name] = frozenset(missing)
        self._extended[name] = children(merged(whole, own)) if bases else own
        return self._extended[name]

    def resolved(self, value: Value | None, depth: int = REFERENCE_DEPTH) -> Value | None:
        """A value, or what its `!reference` leads to; None where that is nowhere."""
        keys = referred(value)
        if not keys:
            return value
        if depth <= 0 or keys[0] not in self.entries or not self.spend(1):
            return None
        found: Value | None = self.extended(keys[0])
        for key in keys[1:]:
            found = self.resolved(children(found).get(key), depth - 1)
        return self.resolved(found, depth - 1)

    def lines(self, value: Value | None, depth: int = REFERENCE_DEPTH) -> Iterator[Held]:
        """The scalars of a script, lists in it opened and references followed, as long as the budget lasts."""
        if self.lines_left < 0:
            return
        for item in items(self.resolved(value, depth)):
            self.lines_left -= 1
            if self.lines_left < 0:
                return
            if isinstance(item.node, yaml.Sequence):
                if depth > 0:
                    yield from self.lines(item, depth - 1)
            elif isinstance(item.node, yaml.Scalar) and not yaml.is_null(item.node):
                yield item

    def job(self, name: str) -> Mapping[str, Value]:
        """A job's entries, with the defaults that it inherits."""
        if name not in self._jobs:
            found = dict(self.extended(name))
            allowed = children(found.get("inherit")).get("default")
            for key, value in self.defaults.items():
                if key not in found and _is_inherited(key, allowed):
                    found[key] = value
            self._jobs[name] = found
        return self._jobs[name]

    def variables(self, job: Mapping[str, Value]) -> Iterator[tuple[str, Held, str]]:
        """Name, value and scope of a job's variables, and the pipeline's before them, which it may override."""
        allowed = children(job.get("inherit")).get("variables")
        for name, held in self._variables if self.spend(len(self._variables)) else ():
            if _is_inherited(name, allowed):
                yield name, held, "pipeline"
        for name, held in self.written(job.get("variables")):
            yield name, held, "job"

    def written(self, variables: Value | None) -> Iterator[tuple[str, Held]]:
        """Each variable of a map and the scalar that holds its value: itself, or the `value` of a map."""
        for name, value in children(self.resolved(variables)).items():
            found = self.resolved(value)
            if is_map(found):
                found = self.resolved(children(found).get("value"))
            if isinstance(found, Held) and isinstance(found.node, yaml.Scalar):
                yield name, found


def _is_inherited(name: str, allowed: Value | None) -> bool:
    """What `inherit` lets through: all, none, or what it lists."""
    if allowed is None:
        return True
    if isinstance(allowed, Held) and isinstance(allowed.node, yaml.Scalar):
        return text_of(allowed).lower() != "false"
    return name in map(text_of, items(allowed))
