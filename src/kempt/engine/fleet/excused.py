"""What waivers take away from the sums of a fleet, as finding after finding goes by that one of them may cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from kempt.engine.selection import NEVER_SUPPRESSED, matches
from kempt.model.finding import Level
from kempt.model.fleet import Waiver
from kempt.model.fleet_overview import Amount, Candidate, InForce, Kind, Share, Standing

_LEVELS = tuple(level.value for level in Level)
_REMEMBERED = 50_000  # rules and paths that were held against waivers


class Excused:
    """The waivers of a day, and what each of them covers.

    `used` counts findings by the waiver that excuses them; `touched` has all waivers that are about some finding, also
    those that have expired or come after another. `rules` counts findings that do not count by rule, `pairs` the
    repositories in which none of a rule does.
    """

    def __init__(self, waivers: Sequence[Waiver], today: str) -> None:
        """Nothing is covered yet. Days are YYYY-MM-DD."""
        self._waivers, self._today = waivers, today
        self.used, self.touched = Counter[Waiver](), set[Waiver]()
        self.rules, self.pairs = Counter[str](), Counter[str]()
        self._places = dict[Waiver, set[int]]()
        self._kinds = Counter[tuple[int, str, str]]()
        self._levels = Counter[tuple[int, str, str]]()
        self._safe, self._bytes = Counter[tuple[int, str]](), Counter[tuple[int, str]]()

    def groups(
        self, standings: dict[int, Standing], codes: Iterable[str]
    ) -> Iterator[tuple[tuple[Waiver, ...], tuple[int, ...], tuple[str, ...]]]:
        """Waivers, the repositories that just these can be about, and the rules that they name; without the others."""
        known = tuple(code for code in codes if code not in NEVER_SUPPRESSED)
        fitting = {number: list[str]() for number in standings}
        for glob in dict.fromkeys(each.repository for each in self._waivers):
            for number, standing in standings.items():
                if matches(standing.name, glob):
                    fitting[number].append(glob)
        grouped = dict[tuple[str, ...], list[int]]()
        for number, listed in fitting.items():
            grouped.setdefault(tuple(listed), []).append(number)
        for globs, numbers in grouped.items():
            waivers = tuple(each for each in self._waivers if each.repository in globs)
            if named := tuple(code for code in known if code.startswith(tuple(each.code for each in waivers))):
                yield waivers, tuple(numbers), named

    def add(self, waivers: tuple[Waiver, ...], found: Iterable[Candidate]) -> None:
        """Take note of all findings of the rules that these waivers name, in repositories that they are about."""

        @lru_cache(_REMEMBERED)
        def fits(code: str, path: str) -> tuple[tuple[int, ...], int | None]:
            every = tuple(
                n for n, each in enumerate(waivers) if code.startswith(each.code) and matches(path, each.path)
            )  # fmt: skip
            return every, next((n for n in every if waivers[n].expires >= self._today), None)

        touched, pairs = set[tuple[int, ...]](), Counter[tuple[int, str]]()
        cells, sizes = Counter[tuple[int, str, str, str, str, int]](), Counter[tuple[int, str]]()
        for repository, code, level, path, size, fix, owners in found:
            every, first = fits(code, path)
            pairs[repository, code] += 1
            touched.add(every)
            if first is not None:
                cells[repository, code, level, fix, owners, first] += 1
                sizes[repository, owners] += size
        self.touched.update(waivers[n] for every in touched for n in every)
        self._bytes.update(sizes)
        left = Counter(pairs)
        for (repository, code, level, fix, owners, first), number in cells.items():
            left[repository, code] -= number
            self.rules[code] += number
            self.used[waivers[first]] += number
            self._places.setdefault(waivers[first], set()).add(repository)
            self._kinds[repository, code, fix] += number
            self._levels[repository, owners, level] += number
            self._safe[repository, owners] += number if fix == "safe" else 0
        self.pairs.update(code for (_, code), number in left.items() if not number)

    def without(self, share: Share) -> Share:
        """What of a share counts."""
        key = (share.repository, share.owners)
        if key not in self._safe:
            return share
        gone = Amount._make((*(self._levels[*key, level] for level in _LEVELS), self._bytes[key]))
        return share._replace(amount=plus(share.amount, gone, -1), safe=share.safe - self._safe[key])

    def split(self, repository: int, kind: Kind) -> Kind:
        """How many of a kind count, and how many do not."""
        waived = self._kinds[repository, kind.code, kind.fix]
        return kind._replace(counting=kind.counting - waived, waived=waived)

    def in_force(self) -> tuple[InForce, ...]:
        """The waivers that cover something, each with what it covers."""
        return tuple(
            InForce(each, self.used[each], len(self._places[each]))
            for each in dict.fromkeys(self._waivers) if self.used[each]
        )  # fmt: skip


def plus(one: Amount, other: Amount, times: int = 1) -> Amount:
    """Two amounts together, or with -1 what is left of one without the other."""
    return Amount(*(a + times * b for a, b in zip(one, other, strict=True)))
