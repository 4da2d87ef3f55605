"""A page on a disk: what can be made again, as treemaps and tables, in bytes and in files.

It is one file that fetches nothing and runs nothing. Its policy allows its own style sheet, by its digest, and that is
all: what a name on the disk may hold is text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing, Volume
from kempt.report.disk import ONE, middle_cut
from kempt.report.disk_groups import Group, grouped, sections, short, states, targets, total, ways
from kempt.report.disk_page_map import KEYS, picture
from kempt.report.disk_page_text import STYLE, TEMPLATE
from kempt.report.escape import visible, xml
from kempt.report.quantity import age, count, size

LARGEST, GROUPS = 20, 12
_PATH, _NAME, _SAID = 160, 90, 120
"""Characters of a path in a table, of a name, and of what is said of one: the page stays small whatever they are."""
_BAR = 100
_RAIL = (200, 8)


class Row(NamedTuple):
    """A line of a table on the page: a name, what is said of it, numbers, a bar."""

    name: str
    said: str
    amount: str
    going: str
    bar: str
    kind: str = ""
    used: str = ""
    state: str = ""


class View(NamedTuple):
    """All that the page shows by one measure: `name` is bytes or files."""

    name: str
    whole: str
    going: str
    wide: str
    narrow: str
    sections: tuple[Row, ...]
    largest: tuple[Row, ...]
    projects: tuple[Row, ...]
    tools: tuple[Row, ...]


class Measure(NamedTuple):
    """How a weight is counted: the number, and the number in words."""

    name: str
    of: Callable[[Weight], int]
    said: Callable[[int], str]


MEASURES = (
    Measure("bytes", lambda weight: weight.bytes, size),
    Measure("files", lambda weight: weight.files, lambda number: count(number, "file")),
)


def to_html(overview: DiskOverview) -> str:
    """The page. At most 300 KiB, whatever lies on the disk."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    return environment.from_string(TEMPLATE).render(
        style=STYLE,
        digest=digest,
        title=_cut(", ".join(_short(root, overview) for root in overview.roots) or "this user's caches", _PATH),
        when=f"{datetime.fromtimestamp(overview.now_ns / 10**9, UTC):%Y-%m-%d %H:%M} UTC",
        keys=[(key, section.value) for section, key in KEYS.items() if _has(overview, section)],
        views=[_view(overview, measure) for measure in MEASURES],
        volumes=[_volume(each, overview) for each in overview.volumes[:GROUPS]],
        ways=[(size(way.going.bytes), count(way.going.files, "file"), visible(way.command), way.what)
              for way in ways(overview, targets(overview))],
        unread=[_cut(f"{_short(each.path, overview)}: {visible(each.reason)}", _PATH) for each in overview.unread[:10]],
        unread_number=len(overview.unread),
        shared=size(overview.environments.shared) if overview.environments.shared else "",
        empty=not overview.things,
    )  # fmt: skip


def _view(overview: DiskOverview, measure: Measure) -> View:
    whole = total(overview)
    things = sorted(overview.things, key=lambda each: (-measure.of(each.weight), each.path))
    by_project = [each for each in overview.things if each.project and each.section is not Section.TRASH]
    return View(
        measure.name, measure.said(measure.of(whole.weight)), measure.said(measure.of(whole.going)),
        picture(overview, measure.of, measure.said), picture(overview, measure.of, measure.said, narrow=True),
        _rows(sections(overview), measure, overview, _standing),
        tuple(_largest(things[:LARGEST], measure, overview)),
        _rows(grouped(by_project, lambda each: each.project), measure, overview, _kinds),
        _rows(grouped(overview.things, lambda each: each.tool), measure, overview, _kinds),
    )  # fmt: skip


def _rows(
    groups: Sequence[Group], measure: Measure, overview: DiskOverview, said: Callable[[Group], str]
) -> tuple[Row, ...]:
    """The heaviest groups as rows, with bars that are as long as their share of the first."""
    ordered = sorted(groups, key=lambda group: (-measure.of(group.weight), group.name))[:GROUPS]
    most = max((measure.of(group.weight) for group in ordered), default=0)
    return tuple(
        Row(
            _cut(_short(group.name, overview), _NAME), _cut(visible(said(group)), _SAID),
            measure.said(measure.of(group.weight)), _going(group.going, measure), _bar(group, measure, most),
        )
        for group in ordered
    )  # fmt: skip


def _largest(things: Sequence[Thing], measure: Measure, overview: DiskOverview) -> Iterator[Row]:
    most = max((measure.of(each.weight) for each in things), default=0)
    for each in things:
        group = Group("", (each,), each.weight, each.going)
        used = age((overview.now_ns - each.used_ns) / 10**9) if each.used_ns else "unknown"
        bar = _bar(group, measure, most, each.section)
        yield Row(
            _cut(_short(each.path, overview), _PATH), _cut(visible(each.reason), _SAID),
            measure.said(measure.of(each.weight)), _going(each.going, measure), bar, ONE[each.section], used,
            each.state,
        )  # fmt: skip


def _going(weight: Weight, measure: Measure) -> str:
    return measure.said(measure.of(weight)) if any(weight) else ""


def _bar(group: Group, measure: Measure, most: int, section: Section | None = None) -> str:
    """A bar in SVG: what can go in full colour, the rest pale."""
    whole = _BAR * measure.of(group.weight) / most if most else 0.0
    part = _BAR * min(measure.of(group.going), measure.of(group.weight)) / most if most else 0.0
    found = [each.section for each in group.things]
    key = KEYS[section] if section else KEYS[found[0]] if len(set(found)) == 1 else "several"
    return (
        f'<svg class="bar {key}" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="goes" width="{part:.2f}" height="10"/>'
        f'<rect class="stays" x="{part:.2f}" width="{max(whole - part, 0):.2f}" height="10"/></svg>'
    )


def _standing(group: Group) -> str:
    """What is in a section: how environments stand, how many things there are of the others."""
    if group.name == Section.ENVIRONMENTS:
        return ": ".join(filter(None, [count(len(group.things), "environment"), states(group.things)]))
    if group.name == Section.DOWNLOADS:
        return ", ".join(each.name for each in grouped(group.things, lambda thing: thing.tool))
    return count(len(group.things), "thing") if group.name != Section.TRASH else "removed after 7 days"


def _kinds(group: Group) -> str:
    return ", ".join(each.name for each in grouped(group.things, lambda thing: thing.section.value))


def _volume(volume: Volume, overview: DiskOverview) -> dict[str, str]:
    """How full a file system is, in words and as a rail, in bytes and in files."""
    used = volume.files - volume.files_free
    return {
        "name": _cut(_short(volume.path, overview), _NAME),
        "bytes": f"{size(volume.used)} used, {size(volume.free)} free",
        "bytes_rail": _rail(volume.used, volume.used + volume.free),
        "files": f"{used:,} files and folders, room for {volume.files_free:,} more" if volume.files else "no limit",
        "files_rail": _rail(used, volume.files) if volume.files else "",
    }


def _rail(part: int, whole: int) -> str:
    """A line that is as full as the file system."""
    width, height = _RAIL
    share = part / whole if whole else 0.0
    return (
        f'<svg class="rail" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{xml(f"{share:.0%} full")}"><rect class="track" width="{width}" height="{height}"/>'
        f'<rect class="full" width="{width * share:.1f}" height="{height}"/></svg>'
    )


def _has(overview: DiskOverview, section: Section) -> bool:
    return any(each.section is section for each in overview.things)


def _short(path: str, overview: DiskOverview) -> str:
    return visible(short(path, overview.home))


def _cut(text: str, most: int) -> str:
    return middle_cut(text, most)
