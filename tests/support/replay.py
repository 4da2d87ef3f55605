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
            "hard": hard_link(path, "/".join(chance.choice("abcd") for _ in range(chance.randint(1, 3)))),
        }
        names = ["file"] * 6 + ["folder"] * 3 + ["whiteout"] * 4 + ["opaque"] * 2
        names += ["link", "link", "through", "through", "hard"] if links else []
        members.append(kinds[chance.choice(names)])
    return members
