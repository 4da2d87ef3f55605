"""Two environments beside each other: what one holds and the other does not, by distribution and file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from kempt.engine.environments.compare import changes
from kempt.engine.environments.distributions import SEEDS
from kempt.engine.environments.fingerprint import fingerprint
from kempt.errors import UnreadableError
from kempt.formats import record
from kempt.host.reading import read_regular
from kempt.model.environment import Distribution, Fingerprint
from kempt.model.verify import Difference

SCRIPTS = ("bin/", "Scripts/")


def differences(one: Fingerprint, other: Fingerprint, names: tuple[str, str]) -> tuple[Difference, ...]:
    """Each difference in words; `names` is what the two are called.

    A distribution that only one has, or that they have at two versions, is one difference, whatever files it brings.
    """
    if one.digest == other.digest:
        return ()
    first, second = _by_name(one), _by_name(other)
    found = [*_of_headers(one, other, names), *_of_distributions(first, second, names)]
    unlike = {name for name in first.keys() | second.keys() if _version(first, name) != _version(second, name)}
    owned = owners(one) | owners(other)
    words = {
        "it has gone": f"only in {names[0]}",
        "it has come": f"only in {names[1]}",
        "its content has changed": "differs",
    }
    found += _of_editables(one, other, names)
    for each in changes(*([line for line in each.lines[3:] if "\t" in line] for each in (one, other))):
        distribution = owned.get(each.path)
        if distribution is None:
            found.append(Difference(each.path, words[each.words]))
        elif distribution.name not in unlike:
            said = f"{distribution.name} {distribution.version}"
            found.append(Difference(each.path, words[each.words], said))
    return tuple(found)


def both(first: str, second: str, *, proof: bool, jobs: int, use_index: bool) -> tuple[Fingerprint, Fingerprint]:
    """The fingerprints of two environments. What was installed into one of them on purpose counts in the other too."""

    def look_at(environment: str, locked: frozenset[str] | None) -> Fingerprint:
        return fingerprint(environment, proof=proof, jobs=jobs, use_index=use_index, locked=locked)

    one, other = look_at(first, None), look_at(second, None)
    names = {each.name for found in (one, other) for each in found.distributions if not each.seed}
    wanted = frozenset(names.intersection(SEEDS))
    seeds = {each.name for found in (one, other) for each in found.distributions if each.seed}
    if wanted.isdisjoint(seeds):
        return one, other
    return look_at(first, wanted), look_at(second, wanted)


def owners(found: Fingerprint) -> dict[str, Distribution]:
    """The distribution of each file that a RECORD names, by the path as lines of the fingerprint have it."""
    owned: dict[str, Distribution] = {}
    for each in found.distributions:
        try:
            content = read_regular(f"{found.environment}/{each.folder}/RECORD", record.LIMIT)
        except UnreadableError:
            continue
        site = posixpath.dirname(each.folder)
        owned.update((_shown(site, raw), each) for raw in record.parse(content).rows)
    return owned


def _shown(site: str, raw: str) -> str:
    path = posixpath.normpath(posixpath.join(site, raw))
    if path.startswith(f"{site}/"):
        return f"site/{path[len(site) + 1 :]}"
    for scripts in SCRIPTS:
        if path.startswith(scripts):
            return f"scripts/{path[len(scripts) :]}"
    return f"data/{path}"


def _by_name(found: Fingerprint) -> dict[str, Distribution]:
    return {each.name: each for each in found.distributions if not each.seed}


def _version(found: Mapping[str, Distribution], name: str) -> str:
    return found[name].version if name in found else ""


def _of_headers(one: Fingerprint, other: Fingerprint, names: tuple[str, str]) -> Iterator[Difference]:
    for mine, yours in zip(one.lines[:3], other.lines[:3], strict=True):
        if mine != yours:
            yield Difference("", f"{mine} in {names[0]}, {yours.rpartition(' ')[2]} in {names[1]}")


def _of_editables(one: Fingerprint, other: Fingerprint, names: tuple[str, str]) -> Iterator[Difference]:
    mine, yours = ({each for each in found.lines[3:] if "\t" not in each} for found in (one, other))
    for line in sorted(mine ^ yours):
        _, name, path = line.split(" ", 2)
        yield Difference("", f"used in place, from {path}, in {names[0] if line in mine else names[1]}", name)


def _of_distributions(
    first: Mapping[str, Distribution], second: Mapping[str, Distribution], names: tuple[str, str]
) -> Iterator[Difference]:
    for name in sorted(first.keys() | second.keys()):
        mine, yours = _version(first, name), _version(second, name)
        if mine and yours and mine != yours:
            yield Difference("", f"{mine} in {names[0]}, {yours} in {names[1]}", name)
        elif mine != yours:
            yield Difference("", f"only in {names[0] if mine else names[1]}", f"{name} {mine or yours}")
