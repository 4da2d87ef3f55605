"""Overviews of disks that no test has to make."""

from __future__ import annotations

from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing, Volume

DAY_NS = 24 * 3600 * 10**9
NOW_NS = 1_795_000_000 * 10**9
MB = 10**6


def thing(section: Section, path: str, tool: str, weight: tuple[int, ...], **more: str) -> Thing:
    """A thing used three days ago. `weight` is so many MB, so many files, and so many of the MB that can go, if any."""
    size, files, going = (*weight, 0)[:3]
    part = Weight(files * going // size if size else 0, going * MB)
    return Thing(section, path, tool, Weight(files, size * MB), part, used_ns=NOW_NS - 3 * DAY_NS, **more)


THINGS = (
    thing(Section.ENVIRONMENTS, "/home/ada/code/ml/.venv", "uv", (2200, 41_000), project="/home/ada/code/ml"),
    thing(Section.ENVIRONMENTS, "/home/ada/code/old/.venv", "Poetry", (900, 14_000, 900), project="/home/ada/code/old",
          state="unused"),
    thing(Section.ENVIRONMENTS, "/home/ada/code/web/env", "venv", (60, 2_000, 60), project="/home/ada/code/web",
          state="broken", reason="its Python is gone: /opt/python3.8"),
    thing(Section.DOWNLOADS, "/home/ada/.cache/uv", "uv", (2900, 80_000, 300)),
    thing(Section.DOWNLOADS, "/home/ada/.cache/pip", "pip", (700, 4_000), state="in use"),
    thing(Section.CACHES, "/home/ada/code/ml/.mypy_cache", "mypy", (400, 9_000, 400), project="/home/ada/code/ml"),
    thing(Section.BYTECODE, "/home/ada/code/ml/src/__pycache__", "CPython", (3, 40, 3), project="/home/ada/code/ml"),
    thing(Section.BUILDS, "/home/ada/code/web/dist", "build", (20, 7, 20), project="/home/ada/code/web"),
    thing(Section.TRASH, "/home/ada/code/.kempt-trash-20261120T101010Z", "kempt", (500, 6_000, 500),
          project="/home/ada/code"),
)  # fmt: skip


def overview(*things: Thing, roots: tuple[str, ...] = ("/home/ada/code",)) -> DiskOverview:
    """A disk with these things."""
    held = things or THINGS
    of_environments = [each.weight for each in held if each.section is Section.ENVIRONMENTS]
    whole = Weight(*map(sum, zip(*of_environments, strict=True))) if of_environments else Weight()
    volumes = (Volume("/home/ada/code", 512 * 10**9, 400 * 10**9, 100 * 10**9, 30_000_000, 20_000_000),)
    ordered = tuple(sorted(held, key=lambda each: -each.weight.bytes))
    return DiskOverview(roots, ordered, volumes, whole, (), NOW_NS, 0.5, "/home/ada")
