"""The jobs of a CircleCI configuration: those that it defines, and those of orbs that its workflows use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import Command, Job, Step
from kempt.providers import scripts
from kempt.providers.circleci import orb
from kempt.providers.circleci.caches import artifacts, paired
from kempt.providers.circleci.executors import LINUX_HOME, Definitions, Machine, machine
from kempt.providers.circleci.parameters import EMPTY
from kempt.providers.circleci.splicing import NOWHERE, Item, Place, lines, spliced
from kempt.providers.circleci.steps import Setup, root_of, steps
from kempt.providers.circleci.workflows import Use, scope

MOST_STEPS = 5_000
"""Steps of one file that are looked at, commands written out: a hostile file has more."""
UPDATES = re.compile(
    r"(?:^|[-_ ])(?:update|upgrade|bump|renovate|latest|newest|lowest)(?:$|[-_ ])", re.IGNORECASE
)  # fmt: skip
PUBLISHERS = frozenset({"twine upload", "uv publish", "poetry publish", "pdm publish", "flit publish", "hatch publish"})

STORED = frozenset({"store_artifacts", "persist_to_workspace"})


class File(NamedTuple):
    """A configuration that was parsed."""

    document: yaml.Document
    path: PurePosixPath
    root: yaml.Node | None
    defined: Definitions


def jobs(file: File, uses: Iterable[Use]) -> tuple[Job, ...]:
    """All jobs, with what they restore from each other."""
    by_name = defaultdict[str, list[Use]](list)
    for use in uses:
        by_name[use.job].append(use)
    left, made = MOST_STEPS, list[Job]()
    for entry in yaml.entries(yaml.get(file.root, "jobs")):
        job, looked_at = _defined(file, entry, by_name.pop(entry.key.value, []), left)
        made.append(job)
        left -= looked_at
    made += [_of_orb(file, use) for name, found in by_name.items() if file.defined.orb_of(name) for use in found]
    return paired(tuple(made))


def _defined(file: File, entry: yaml.Entry, uses: list[Use], left: int) -> tuple[Job, int]:
    key, node = entry
    known = scope(node, uses)
    place = Place(file.document, file.defined.commands, known)
    every = (*_around(uses, "pre-steps"), yaml.get(node, "steps"), *_around(uses, "post-steps"))
    looked_at = tuple(islice(chain.from_iterable(spliced(each, place) for each in every), max(left, 0)))
    items = tuple(item for item in looked_at if item is not None)
    runner = machine(node, known, file.defined)
    setup = Setup(file.document, file.path, runner, file.defined.orbs, root_of(items, runner))
    made = steps(items, setup)
    job = Job(
        key.value,
        scripts.place(key, file.path),
        made,
        artifacts=tuple(artifacts(item, file.path) for item in items if item.name in STORED),
        system=runner.system,
        home=runner.home,
        hosted=runner.hosted,
        block=NOWHERE if node.start < key.start else lines(file.document.text, key.start, node.end),
        image=runner.image,
    )
    return _purposeful(job, uses), len(looked_at)


def _around(uses: list[Use], name: str) -> Iterator[yaml.Node]:
    """The `pre-steps` or `post-steps` that workflows put around a job; what several share counts once."""
    found = {node.start: node for use in uses if (node := yaml.get(use.arguments, name)) is not None}
    yield from found.values()


def _purposeful(job: Job, uses: list[Use]) -> Job:
    publishes = any(_publishes(command) for command in job.commands)
    return job._replace(
        releases=publishes or (bool(uses) and all(use.for_tags for use in uses)),
        updates=bool(UPDATES.search(job.name)),
    )


def _publishes(command: Command) -> bool:
    return " ".join(command.argv[:2]) in PUBLISHERS


def _of_orb(file: File, use: Use) -> Job:
    """A job that an orb defines. Of circleci/python's `test` the install is known; what others do is not."""
    location = scripts.place(use.key, file.path)
    if file.defined.orb_of(use.job) != orb.SOURCE or not use.job.endswith("/test"):
        return Job(use.job, location, (Step(location, use.job, opaque=use.job),), system="")
    place = Place(file.document, file.defined.commands, EMPTY)
    own_steps = tuple(islice(spliced(yaml.get(use.arguments, "setup"), place), MOST_STEPS))
    install = Item(f"{use.job.partition('/')[0]}/install-packages", use.key, use.arguments, EMPTY, "", NOWHERE)
    items = (*(item for item in own_steps if item is not None), install)
    setup = Setup(file.document, file.path, Machine("linux", LINUX_HOME), file.defined.orbs)
    return _purposeful(Job(use.job, location, steps(items, setup), system="linux", home=LINUX_HOME), [use])
