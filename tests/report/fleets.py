"""Fleets that no test has to scan."""

from __future__ import annotations

from collections import Counter
from itertools import count, cycle, islice

from kempt.model.fleet import Noted, Outcome, Promised, Waiver
from kempt.model.fleet_overview import Coverage, InForce, Open, Overview, RuleTrend, RunSummary, Standing
from kempt.report.fleet_json import to_json, to_jsonl
from support.fleet_plain import counted, owners

DAY = 24 * 3600.0
NOW = 1_795_000_000.0
MB = 10**6
HOST = "https://git.example.org/platform/"
WORDS = (
    "billing", "search", "gateway", "catalogue", "identity", "mailer", "invoices", "forecast", "pricing", "returns",
    "ledger", "assets", "sessions", "warehouse", "routing", "translations", "webhooks", "quotas", "archive", "alerts",
)  # fmt: skip
KINDS = ("api", "worker", "models", "web", "jobs", "sdk", "notebooks", "tools")
RULES = (
    ("KPT101", "tracked-environment", 2, "error", "env/pyvenv.cfg", "a Python environment is tracked by git: `env`"),
    ("KPT102", "tracked-bytecode", 2, "error", "src/__pycache__", "compiled bytecode is tracked by git"),
    ("KPT201", "unignored-artefact", 2, "warning", ".gitignore", "`.venv/` is not ignored"),
    ("KPT302", "stale-lock", 1, "error", "uv.lock", "uv.lock is stale: pyproject.toml asks httpx>=0.28"),
    ("KPT308", "unpinned-python", 1, "warning", "pyproject.toml", "no Python is pinned"),
    ("KPT404", "unkeyed-ci-cache", 3, "warning", ".github/workflows/ci.yml", "the cache of uv has no lock in its key"),
    ("KPT501", "cache-in-image", 4, "warning", "Dockerfile", "pip leaves its cache in the image"),
    ("KPT205", "dead-ignore-pattern", 2, "info", ".gitignore", "`.__pypackages__/` matches nothing"),
)  # fmt: skip
OWNERS = ("@acme/payments", "@acme/search", "@acme/platform", "@acme/data ana@example.org", "")
FIXES = ("safe", "", "unsafe", "safe", "show", "")
WAIVERS = (
    Waiver("*/archive-*", "KPT1", "*", "archived, deleted in spring", "2027-03-31"),
    Waiver("*/ledger-api", "KPT302", "uv.lock", "waits for the new index", "2026-10-01"),
    Waiver("*/gone", "KPT501", "*", "its image is built elsewhere", "2027-01-31"),
)
REASONS = (
    ("timeout", "it took longer than 120 seconds"),
    ("not-found", "the server says that there is no such repository"),
    ("KPT004", "git failed: the object 4b825dc is corrupt"),
)


def finding(number: int, waiver: str = "") -> Open:
    """A finding: rule, line and age by its number."""
    code, _, _, level, path, message = RULES[number % len(RULES)]
    size = 40 * MB * (number % 7 + 1) if code in {"KPT101", "KPT102"} else None
    noted = Noted(
        code, level, path, number % 90, message, "kempt check --fix mends it", f"{number:016x}",
        bytes=size, files=size and 100, fix=FIXES[number % len(FIXES)], owners=OWNERS[number % len(OWNERS)],
    )  # fmt: skip
    return Open(noted, NOW - number % 60 * DAY, NOW, waiver)


def standing(number: int, name: str = "", findings: tuple[Open, ...] | None = None) -> Standing:
    """A repository. One in 40 failed, a third have findings, fewer and fewer of them."""
    name = name or f"{HOST}{WORDS[number % 20]}-{KINDS[number // 20 % 8]}{number // 160 or ''}"
    if number % 40 == 39:
        return Standing(name, Outcome.FAILED, "", "", 0, (), *REASONS[number // 40 % 3], "", NOW - DAY, ())
    if findings is None:
        many = max(34 - number // 3, number % 5 + 1) if number % 3 == 0 else 0
        waiver = "archived, deleted in spring (until 2027-03-31)" if "archive" in name else ""
        findings = tuple(finding(number * 7 + each, waiver) for each in range(many))
    codes = {each.noted.code for each in findings if not each.waiver}
    broken = {promise for code, _, promise, level, *_ in RULES if code in codes and level != "info"}
    states = [Promised.BROKEN if each in broken else Promised.ABSENT if (number + each) % 9 == 0 else Promised.KEPT
              for each in range(1, 5)]  # fmt: skip
    return Standing(
        name, Outcome.UNCHANGED if number % 4 else Outcome.CHECKED, f"{number * 7919:040x}", "main", 40 + number,
        tuple(states), "", "", OWNERS[number % len(OWNERS)], NOW - number % 3 * DAY, findings,
        number % 4 if findings else 0, number % 3,
    )  # fmt: skip


def run(number: int, of: int, held: tuple[Standing, ...]) -> RunSummary:
    """A run of `of`: things get better, up to where these repositories stand."""
    left = (of - number) / of
    rows = []
    for promise in range(4):
        states = Counter(each.promises[promise] if each.promises else Promised.UNKNOWN for each in held)
        moved = round(states[Promised.KEPT] * left * (0.15 + 0.13 * (promise * 3 % 4)))
        rows.append(Coverage(promise + 1, states[Promised.KEPT] - moved, states[Promised.BROKEN] + moved,
                             states[Promised.ABSENT], states[Promised.UNKNOWN]))  # fmt: skip
    levels = Counter(found.noted.level for each in held for found in each.findings if not found.waiver)
    outcomes = Counter(each.outcome for each in held)
    return RunSummary._make((
        number, NOW - (of - number) * DAY - 900, NOW - (of - number) * DAY, "0.9.0", len(held),
        outcomes[Outcome.CHECKED], outcomes[Outcome.UNCHANGED], outcomes[Outcome.FAILED],
        *(round(levels[level] * (1 + left)) for level in ("error", "warning", "info")), 28,
        sum(each.new for each in held), sum(each.gone for each in held), 3 * MB, tuple(rows),
        number - 1, True,
    ))  # fmt: skip


def trends(runs: int, held: tuple[Standing, ...]) -> tuple[RuleTrend, ...]:
    """How many findings each rule had, up to those of these repositories."""
    counts = Counter(found.noted.code for each in held for found in each.findings if not found.waiver)
    places = Counter(code for each in held for code in {f.noted.code for f in each.findings if not f.waiver})
    return tuple(
        RuleTrend(code, name, promise, level,
                  tuple(round(counts[code] * (1 + (runs - each) * (place * 5 % 8 - 2) / 3 / runs)
                        + (each * 7 % 5 if each < runs else 0)) for each in range(1, runs + 1)), places[code])
        for place, (code, name, promise, level, *_) in enumerate(RULES)
    )  # fmt: skip


def overview(*repositories: Standing, number: int = 240, runs: int = 12, title: str = "platform") -> Overview:
    """A fleet of these repositories, or of `number` of them."""
    held = tuple(sorted(map(counted, repositories or map(standing, range(number))), key=lambda each: each.rank))
    covered = InForce(WAIVERS[0], 28, 4)
    return Overview(
        title, NOW, tuple(run(each, runs, held) for each in range(1, runs + 1)), held, trends(runs, held),
        (WAIVERS[1],), (WAIVERS[2],), (covered,), "", owners(held),
    )  # fmt: skip


def many(names: tuple[str, ...], number: int) -> tuple[Standing, ...]:
    """So many repositories with these names in turn, each with findings that say the name wherever they can."""
    rows = []
    for place, name in zip(count(), islice(cycle(names), number), strict=False):
        noted = Noted(
            "KPT101", "error", name, 3, name, name, name, name, 5, 9 * MB, "safe", name.replace(" ", "") or "x"
        )
        held = (Open(noted, NOW - DAY, NOW), Open(noted, NOW, NOW, name))
        row = standing(place if place % 40 != 39 else 1, f"{HOST}{place}/{name}", held)
        rows.append(
            row if place % 3 else Standing(row.name, Outcome.FAILED, name, name, 0, (), name, name, name, NOW, ())
        )
    return tuple(rows)


def json_of(found: Overview) -> str:
    """The fleet as one object."""
    return "".join(to_json(found, lambda each: each.findings))


def jsonl_of(found: Overview) -> str:
    """The fleet a repository a line."""
    return "".join(to_jsonl(found, lambda each: each.findings))
