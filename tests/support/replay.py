"""Layers put upon each other in the plainest way, path by path: what kempt's tree is held against.

Nothing here is kempt's: tarfile reads the layers, and a dictionary of whole paths is the file system.
"""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Sequence
from typing import NamedTuple

from support.images import Member, folder, hard_link, layer, link

DELETED = 0.15
"""The share of paths that a layer deletes."""

LINKED = 0.2
"""The share of files that are one more name of another one."""
FOLDERS = ("root/.cache/pip/http-v2", "root/.cache/pip/elsewhere", "home/app/.cache/uv", "root/.cache/uv", "app")
"""Where `cache_layers` puts files; the second and the last are of no cache."""


class Held(NamedTuple):
    """What lies at a path: its kind, what it holds or points to, and the layer that put it there."""

    kind: str
    content: str
    layer: int


Paths = dict[str, Held]


def replay(layers: Sequence[bytes]) -> dict[str, tuple[str, str]]:
    """(kind, content or target) of all paths that a container sees."""
    held: Paths = {}
    for number, content in enumerate(layers):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for info in tar:
                read = tar.extractfile(info) if info.isreg() else None
                _add(held, info, read.read().decode("latin-1") if read else "", number)
    return {path: (each.kind, each.content) for path, each in held.items()}


def _add(held: Paths, info: tarfile.TarInfo, content: str, number: int) -> None:
    *parents, name = info.name.split("/")
    if name.startswith(".wh."):
        there = _there(held, parents)
        if there is not None:
            _whiteout(held, there, name, number)
        return
    place = _real(held, parents, number)
    path = "/".join([*place, name])
    if info.isdir():
        if path not in held or held[path].kind != "folder":
            _remove(held, path)
        held[path] = Held("folder", "", number)
        return
    new = Held("link", info.linkname, number) if info.issym() else Held("file", content, number)
    if info.islnk():
        found = _lookup(held, info.linkname)
        new = Held("file", "", number) if found is None or found.kind == "folder" else found._replace(layer=number)
    _remove(held, path)
    held[path] = new


def _whiteout(held: Paths, place: list[str], name: str, number: int) -> None:
    below = "/".join([*place, "" if name == ".wh..wh..opq" else name.removeprefix(".wh.")])
    for each in [each for each in held if f"{each}/".startswith(below if below[-1:] in {"", "/"} else f"{below}/")]:
        if each != "/".join(place):
            _hide(held, each, number)


def _hide(held: Paths, path: str, number: int) -> None:
    """Take away what a lower layer put there, unless this layer has put something below it."""
    if path in held and held[path].layer < number:
        own = [each for each in held if each.startswith(f"{path}/") and held[each].layer == number]
        if not own:
            del held[path]


def _remove(held: Paths, path: str) -> None:
    for each in [each for each in held if f"{each}/".startswith(f"{path}/")]:
        del held[each]


def _real(held: Paths, parents: Sequence[str], number: int) -> list[str]:
    """The parents with links followed, made where they are missing."""
    place: list[str] = []
    left = list(parents)
    while left:
        part = left.pop(0)
        if part == "..":
            place = place[:-1]
            continue
        if part in {"", "."}:
            continue
        path = "/".join([*place, part])
        found = held.get(path)
        if found is not None and found.kind == "link":
            left = [*found.content.split("/"), *left]
            place = [] if found.content.startswith("/") else place
            continue
        if found is None or found.kind != "folder":
            held[path] = Held("folder", "", number)
        place = [*place, part]
    return place


def _lookup(held: Paths, path: str) -> Held | None:
    *parents, name = path.split("/")
    place = _there(held, parents)
    return None if place is None else held.get("/".join([*place, name]))


def _there(held: Paths, parents: Sequence[str]) -> list[str] | None:
    """The parents with links followed; None where one is missing or no folder."""
    place: list[str] = []
    left = list(parents)
    while left:
        part = left.pop(0)
        if part == "..":
            place = place[:-1]
        elif part not in {"", "."}:
            found = held.get("/".join([*place, part]))
            if found is None or found.kind == "file":
                return None
            if found.kind == "link":
                left = [*found.content.split("/"), *left]
                place = [] if found.content.startswith("/") else place
            else:
                place.append(part)
    return place


def random_layers(seed: int, *, links: bool = True) -> list[bytes]:
    """One to five layers of a few names, so that they meet; links lead down only, so that none runs in a circle."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [layer(_members(chance, number, links=links)) for number in range(chance.randint(1, 5))]


def _members(chance: random.Random, number: int, *, links: bool) -> list[Member]:
    members = []
    for each in range(chance.randint(0, 12)):
        depth = chance.randint(1, 4)
        parts = [chance.choice("abcd") for _ in range(depth)]
        path, place = "/".join(parts), "/".join(parts[:-1])
        content = f"{number}.{each}".encode()
        before = f"{place}/" if place else ""
        kinds = {
            "file": Member(path, content),
            "folder": folder(path),
            "whiteout": Member(f"{before}.wh.{parts[-1]}"),
            "opaque": Member(f"{before}.wh..wh..opq"),
            "link": link(f"{before}l{chance.choice('12')}", chance.choice(["a", "/b", "a/../b", "../c/d", "/missing"])),
            "through": Member(f"{before}l{chance.choice('12')}/{chance.choice('ab')}", content),
            "over": chance.choice([folder(f"{before}l1"), Member(f"{before}l2", content)]),
            "hard": hard_link(path, "/".join(chance.choice("abcd") for _ in range(chance.randint(1, 3)))),
        }
        names = ["file"] * 6 + ["folder"] * 3 + ["whiteout"] * 4 + ["opaque"] * 2
        names += ["link", "link", "through", "through", "over", "hard", "hard"] if links else []
        members.append(kinds[chance.choice(names)])
    return members


def whole_layers(seed: int) -> list[bytes]:
    """Layers as builders write them, so that programs unpack them too.

    Marks of deletion come first, folders before what is in them, and hard links lead to what is there. Names stand
    twice, and links lead parents elsewhere, as in `random_layers`.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    held: Paths = {}
    layers = []
    for number in range(chance.randint(2, 5)):
        marks = [each for path in list(held) for each in _marks(chance, held, path)]
        others = [each for each in _members(chance, number, links=True) if ".wh." not in each.name]
        files = [path for path, each in held.items() if each.kind == "file"]
        files += [each.name for each in others if each.kind == tarfile.REGTYPE] or ["none"]
        others = [
            each._replace(content=chance.choice(files)) if each.kind == tarfile.LNKTYPE else each for each in others
        ]
        layers.append(layer([put for each in [*marks, *others] for put in _put(held, each, number)]))
    return layers


def cache_layers(seed: int) -> list[bytes]:
    """Layers with caches in them, and each name once in a layer; hard links lead to files of the same layer."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    held: Paths = {}
    layers = []
    for number in range(chance.randint(2, 5)):
        members: dict[str, Member] = {}
        for mark in [each for path in list(held) for each in _marks(chance, held, path)]:
            members |= {each.name: each for each in _put(held, mark, number)}
        for _ in range(chance.randint(0, 15)):
            path = f"{chance.choice(FOLDERS)}/{chance.choice(('a', 'b', 'c', 'd/a', 'd/b', 'd'))}"
            files = [each.name for each in members.values() if each.kind == tarfile.REGTYPE and ".wh." not in each.name]
            member = Member(path, b"x" * chance.randint(0, 99))
            if files and chance.random() < LINKED:
                member = hard_link(path, chance.choice(files))
            if path not in members and not any(name.startswith(f"{path}/") for name in members):
                members |= {each.name: each for each in _put(held, member, number)}
        layers.append(layer(members.values()))
    return layers


def _marks(chance: random.Random, held: Paths, path: str) -> list[Member]:
    """What deletes a path, or what is in it, by its own name or through a link."""
    if chance.random() > DELETED:
        return []
    place, _, name = path.rpartition("/")
    mark = Member(f"{place}/.wh.{name}" if place else f".wh.{name}")
    if held[path].kind == "folder":
        return [chance.choice([mark, Member(f"{path}/.wh..wh..opq")])]
    there = _there(held, path.split("/")) if held[path].kind == "link" else None
    below = [each for each in held if there and each.startswith("/".join([*there, ""]))]
    return [Member(f"{path}/.wh.{below[0].split('/')[len(there or ())]}")] if below else [mark]


def _put(held: Paths, member: Member, number: int) -> list[Member]:
    """The member, behind the folders that it needs; less where something is in the way."""
    parents = member.name.split("/")[:-1]
    put: list[Member] = []
    for depth in range(1, len(parents) + 1):
        if _there(held, parents[:depth]) is None:
            path = "/".join(parents[:depth])
            if ".wh." in member.name or _lookup(held, path) is not None:
                return put
            put.append(_applied(held, folder(path), number))
    if member.kind == tarfile.LNKTYPE:
        target = _lookup(held, str(member.content))
        replaced = _lookup(held, member.name)
        if target is None or target.kind != "file" or replaced is not None:
            return put
    return [*put, _applied(held, member, number)]


def _applied(held: Paths, member: Member, number: int) -> Member:
    info = tarfile.TarInfo(member.name)
    info.type = member.kind
    text = member.content if isinstance(member.content, str) else member.content.decode()
    info.linkname = text
    _add(held, info, text, number)
    return member
