"""A fleet on one page: the promises over time, where the findings are, what failed, and each repository.

It is one file that fetches nothing. Its policy allows its own style sheet and its own script, by their digests: what a
name, a message or a path holds is text. Without the script all of it is there, in the order of the worst first.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from hashlib import sha256
from typing import NamedTuple

from kempt.model.fleet import Outcome
from kempt.model.fleet_overview import Overview
from kempt.model.rule import PROMISES
from kempt.report.escape import visible
from kempt.report.fleet import day, moment
from kempt.report.fleet_figures import (
    Whole,
    change,
    coverages,
    failed,
    mendable,
    moved,
    percent,
    unknowns,
    whole,
)
from kempt.report.fleet_lines import left_out
from kempt.report.fleet_page_charts import MEASURES, coverage, treemap
from kempt.report.fleet_page_details import DETAILED, FINDINGS, OF_ONE, details, places
from kempt.report.fleet_page_rows import (
    FAILED,
    LISTED,
    OWNERS,
    SIGNS,
    WAIVERS,
    Heavy,
    as_data,
    cut,
    failures,
    heaviest,
    lines,
    owners,
    rules,
    runs,
    start_of,
    waivers,
)  # fmt: skip
from kempt.report.fleet_page_script import SCRIPT
from kempt.report.fleet_page_style import STYLE
from kempt.report.fleet_page_template import TEMPLATE
from kempt.report.quantity import count

_TITLE = 160
_REASONS = 3


class Kept(NamedTuple):
    """One promise on the page."""

    name: str
    share: str
    moved: str
    picture: str
    first: str
    last: str
    kept: str
    broken: str
    absent: str
    unknown: str
    why: str


class View(NamedTuple):
    """The treemap and the worst by one measure: findings or bytes."""

    name: str
    wide: str
    narrow: str
    worst: tuple[Heavy, ...]


def render(overview: Overview, *, target: str = "") -> str:
    """The page. At most 300 KiB and the data: 500 rows, 500 sections and 2,000 findings are text, the rest compact.

    `target` is what commands on the page repeat, quoted for a shell: `--db nightly.db`.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        finalize=_inert,
    )  # fmt: skip
    numbers, start = places(overview), start_of(overview)
    return environment.from_string(TEMPLATE).render(
        style=STYLE, script=SCRIPT, style_digest=_digest(STYLE), script_digest=_digest(SCRIPT), signs=SIGNS,
        **_head(overview), **_next(overview, target), **_tables(overview, numbers, start),
        **_all(overview, numbers, start),
        views=_views(overview, numbers, start),
        details=tuple(details(overview, numbers, start, target)), details_said=_details_said(overview, numbers),
    )  # fmt: skip


def _inert(value: object) -> object:
    """What is printed: text that is no markup of this program's own shows every character and obeys none."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _head(overview: Overview) -> dict[str, object]:
    """The title, the heading, the numbers, and the promises."""
    found = whole(overview)
    said = [cut(overview.part, _TITLE)] if overview.part else []
    if overview.runs:
        last = overview.runs[-1]
        said += [f"run {last.number:,}", moment(last.finished or last.started), f"kempt {last.version}"]
    title = cut(overview.title, _TITLE)
    return {
        "title": title,
        "from": " · ".join(["kempt fleet", title, *said]),
        "heading": _heading(found, overview),
        "lead": _lead(found, overview),
        "facts": _facts(found, overview),
        "promises": _promises(overview) if overview.repositories else (),
        "parts": _parts(found, overview),
    }


def _next(overview: Overview, target: str) -> dict[str, str]:
    """The command that mends what can be mended, and of how many repositories; empty where there is none, or a part."""
    number = 0 if overview.part else mendable(overview)
    return {
        "mend": f"kempt fleet fix -o patches {target}".rstrip(),
        "mendable": count(number, "repository", "repositories") if number else "",
    }


def _heading(found: Whole, overview: Overview) -> str:
    if not overview.repositories:
        return "No run has been finished yet"
    of = count(found.all, "repository", "repositories")
    if not found.amount.findings:
        return (
            f"No findings in {of}"
            if not found.repositories[Outcome.FAILED]
            else f"No findings in what was seen of {of}"
        )
    places = sum(bool(each.amount.findings) for each in overview.repositories)
    return f"{count(found.amount.findings, 'finding')} in {places:,} of {of}"


def _lead(found: Whole, overview: Overview) -> str:
    said = []
    if len(overview.runs) > 1 and (words := moved(overview.runs)):
        said.append(f"{words[0].upper()}{words[1:]}.")
    if number := found.repositories[Outcome.FAILED]:
        said.append(f"{count(number, 'repository', 'repositories')} could not be looked at.")
    said += [left_out(overview.not_asked)] * bool(overview.not_asked.repositories)
    return " ".join(said) or (
        "Every repository was looked at." if overview.repositories else "kempt fleet scan starts one."
    )


def _facts(found: Whole, overview: Overview) -> tuple[tuple[str, str, str], ...]:
    """The headline numbers: name, number, and "bad" for what needs attention."""
    outcomes, amounts = found.repositories, found.amount
    rows = [
        ("repositories", found.all, ""), ("looked at", outcomes[Outcome.CHECKED], ""),
        ("unchanged", outcomes[Outcome.UNCHANGED], ""), ("failed", outcomes[Outcome.FAILED], "bad"),
        ("without findings", found.clean, ""), ("errors", amounts.errors, "bad"), ("warnings", amounts.warnings, ""),
        ("info", amounts.infos, ""), ("waived", found.waived, ""),
    ]  # fmt: skip
    if len(overview.runs) > 1 and overview.runs[-1].compared:
        rows += [("new", overview.runs[-1].new, ""), ("gone", overview.runs[-1].gone, "")]
    return tuple((name, f"{number:,}", kind if number else "") for name, number, kind in rows)


def _parts(found: Whole, overview: Overview) -> tuple[tuple[str, str], ...]:
    """The sections that the page has, for its list of contents."""
    has = {
        "promises": bool(overview.repositories), "worst": bool(found.amount.findings),
        "failed": bool(found.repositories[Outcome.FAILED]), "rules": any(any(rule.counts) for rule in overview.rules),
        "owners": bool(found.amount.findings), "waivers": any((overview.expired, overview.idle, overview.in_force)),
        "repositories": bool(overview.repositories),
        "details": any(each.held or each.outcome is Outcome.FAILED for each in overview.repositories),
    }  # fmt: skip
    names = {"promises": "Promises", "worst": "Findings", "failed": "Failed", "rules": "Rules", "owners": "Owners",
             "waivers": "Waivers", "repositories": "Repositories", "details": "One by one"}  # fmt: skip
    return tuple((place, name) for place, name in names.items() if has[place])


def _promises(overview: Overview) -> tuple[Kept, ...]:
    ended = [day(run.finished or run.started) for run in overview.runs]
    rows = []
    for each in coverages(overview):
        share, by = percent(each), change(each, overview)
        points = f"{by:+,} {'point' if abs(by) == 1 else 'points'} since the last run" if by else ""
        rows.append(
            Kept(
                PROMISES[each.promise], "-" if share is None else f"{share}%", points,
                coverage(each.promise, overview.runs), ended[0] if ended else "", ended[-1] if len(ended) > 1 else "",
                f"{each.kept:,}", f"{each.broken:,}", f"{each.absent:,}", f"{each.unknown:,}",
                "; ".join(f"{many:,} {cut(words)}" for words, many in unknowns(overview, each.promise)[:_REASONS]),
            )
        )  # fmt: skip
    return tuple(rows)


def _views(overview: Overview, numbers: dict[str, int], start: str) -> tuple[View, ...]:
    """Where the findings are, by number and, where any is known, by bytes."""
    made = (
        View(measure.name, treemap(overview, measure), treemap(overview, measure, narrow=True),
             tuple(heaviest(overview, numbers, measure, start)))
        for measure in MEASURES
    )  # fmt: skip
    return tuple(view for view in made if view.wide)


def _tables(overview: Overview, numbers: dict[str, int], start: str) -> dict[str, object]:
    """Failures, rules, owners, waivers and runs."""
    lost = tuple(failures(overview, numbers, start))
    kinds = Counter(each.error or "unknown" for each in failed(overview)).most_common()
    listed, all_owners = tuple(owners(overview)), OWNERS
    excused = max(len(each) for each in (overview.expired, overview.idle, overview.in_force))
    return {
        "failures": lost[:FAILED], "unlisted": lost[FAILED:],
        "failed_by": ", ".join(f"{cut(kind, 40)}: {number:,}" for kind, number in kinds[:20]),
        "rules": tuple(rules(overview)), "owners": listed, "runs": tuple(runs(overview)),
        "owners_more": f" The {all_owners:,} with most." if len(listed) == all_owners else "",
        "waivers": tuple(waivers(overview)),
        "waivers_more": f" At most {WAIVERS:,} of each kind are listed." if excused > WAIVERS else "",
    }  # fmt: skip


def _all(overview: Overview, numbers: dict[str, int], start: str) -> dict[str, object]:
    """The table of all repositories: so many as rows, the others as data for sorting and filtering."""
    rows = tuple(lines(overview, numbers, start))
    rest = rows[LISTED:]
    said = f"{LISTED:,} are listed; sorting and filtering reach all {len(rows):,}. `--only GLOB` makes a page of fewer."
    return {
        "lines": rows[:LISTED], "rest": as_data(rest) if rest else "", "rest_said": said,
        "below": f" Names are below {cut(start, _TITLE)}." if start else "",
    }  # fmt: skip


def _details_said(overview: Overview, numbers: dict[str, int]) -> str:
    """What has a section and what has not, in words."""
    rows = overview.repositories
    held = sum(bool(each.held) or each.outcome is Outcome.FAILED for each in rows)
    said = "What to type, and each finding with the days on which it was first and last seen."
    if held > len(numbers):
        said += f" The first {DETAILED:,} of {held:,} repositories are here; `--only GLOB` makes a page of the others."
    if sum(each.held for each in rows) > FINDINGS or any(each.held > OF_ONE for each in rows):
        said += (
            f" At most {FINDINGS:,} findings are listed, {OF_ONE} of one repository; the others are counted by rule."
        )
    return said
