"""Rows of a run on their way into a fleet's database. Whoever calls holds the transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kempt.errors import UnsafeError
from kempt.host.store.schema import LEVELS, OUTCOMES, STATES
from kempt.host.store.settling import Changes, History, Kept, Look, settled, shared, taken_back
from kempt.model.fleet import Outcome, Row

if TYPE_CHECKING:
    from sqlite3 import Connection

_LEVELS = {level: number for number, level in enumerate(LEVELS)}
_OUTCOMES = {outcome: number for number, outcome in enumerate(OUTCOMES)}
_CREDENTIALS = re.compile(r"://[^/\s@]*@")
_UNFIT = re.compile("[\0\ud800-\udfff]|\\\\(?=u(?:d[89a-f][0-9a-f]{2}|0000|005c))")
_SPELLED = re.compile(r"\\u(d[89a-f][0-9a-f]{2}|0000|005c)")
_CACHED = 200_000  # texts of one table whose numbers are kept in memory
_MS = 1000

_COLUMNS = (
    "fingerprint, rule, level, path, line, message, help, fix, owners, service, files, bytes, "
    "first_run, gone_run, back_run, left_run, unasked"
)
_FINDINGS = f"SELECT {_COLUMNS} FROM finding WHERE repository = ?"
_PUT = f"INTO finding (repository, {_COLUMNS}) VALUES (?{', ?' * 17})"
# Each column that is bound costs a million rows a quarter of a second, also where it is NULL: most findings need few.
_PLAIN = "repository, first_run, fingerprint, rule, level, path, line, message, help, fix, owners"
_ADD_PLAIN = f"INSERT INTO finding ({_PLAIN}) VALUES (?{', ?' * 10})"
_ADD_FULL = f"INSERT INTO finding ({_PLAIN}, service, files, bytes) VALUES (?{', ?' * 13})"
_VISIT = f"INSERT OR REPLACE INTO visit VALUES (?{', ?' * 18})"
_SHARE = "INSERT INTO share VALUES (?, ?, ?, ?, ?, ?, ?)"
# What this run has said of a repository before, and whether the last look of an earlier one went by the same rules.
_EARLIER = """
    SELECT v.outcome, l.key = n.key FROM run n
    JOIN repository r ON r.id = :repository
    LEFT JOIN visit v ON v.run = n.id AND v.repository = r.id
    LEFT JOIN run l ON l.id = r.checked_run AND l.id < n.id
    WHERE n.id = :run
"""
_IS_LIKE = "SELECT l.key = n.key FROM run l JOIN run n ON n.id = :run WHERE l.id = :last"
_LAST_LOOK = """
    SELECT max(v.run) FROM run JOIN visit v ON v.run = run.id AND v.repository = :repository
    WHERE run.id < :run AND v.outcome <= :worst
"""


class Texts(dict[str, int]):
    """The numbers of the texts of one table; a new text gets one, and is written when the transaction ends.

    A table that is not large is read whole: what is not in it is new then, and need not be asked for.
    """

    def __init__(self, database: Connection, table: str, column: str) -> None:
        """Nothing is known yet."""
        super().__init__()
        self._database = database
        self._all = f"SELECT {column}, id FROM {table}"
        self._ask = f"SELECT id FROM {table} WHERE {column} = ?"
        self._last = f"SELECT coalesce(max(id), 0) FROM {table}"
        self._next = 0
        self._is_whole = False
        self._put = f"INSERT INTO {table} (id, {column}) VALUES (?, ?)"
        self._new = list[tuple[int, str]]()

    def __missing__(self, text: str) -> int:
        """What the database says, or the next number."""
        if not self._next:
            self._begin()
            return self[text]
        clean = encodable(text)
        if not self._is_whole and (found := self._database.execute(self._ask, (clean,)).fetchone()):
            number = int(found[0])
        else:
            number = self._next
            self._next += 1
            self._new.append((number, clean))
        self[text] = number
        return number

    def _begin(self) -> None:
        self._next = self._database.execute(self._last).fetchone()[0] + 1
        self._is_whole = self._next <= _CACHED // 2
        if self._is_whole:
            self.update((decoded(text), number) for text, number in self._database.execute(self._all).fetchall())

    def write(self) -> None:
        """Write the new ones."""
        if self._new:
            self._database.executemany(self._put, self._new)
            self._new.clear()
        if len(self) > _CACHED:
            self.clear()
            self._is_whole = False


class Numbers:
    """The numbers of repositories, rules, paths and phrases in the database; what is new gets one."""

    def __init__(self, database: Connection) -> None:
        """Nothing is known yet."""
        self._database = database
        self.forget()

    def forget(self) -> None:
        """Look everything up again: a transaction was taken back."""
        self.repositories = Texts(self._database, "repository", "name")
        self.rules = Texts(self._database, "rule", "code")
        self.paths = Texts(self._database, "path", "text")
        self.phrases = Texts(self._database, "phrase", "text")

    def name(self, names: Iterable[str]) -> None:
        """Know repositories, and write the new ones at once: their rows are updated."""
        for each in names:
            self.repositories[each]
        self.repositories.write()

    def write(self) -> None:
        """Write the new ones, before the transaction ends."""
        for texts in (self.repositories, self.rules, self.paths, self.phrases):
            texts.write()


def encodable(text: str) -> str:
    r"""A text as the database can hold it: bytes of a name that are no UTF-8 are spelled `\udc80`, NUL `\u0000`.

    The backslash of a text that holds these letters itself is `\u005c`, so that `decoded` gives back what it was.
    """
    if text.isascii() and "\0" not in text and "\\u" not in text:
        return text
    return _UNFIT.sub(lambda each: f"\\u{ord(each[0]):04x}", text)


def decoded(text: str) -> str:
    """The text of which `encodable` made this one."""
    return _SPELLED.sub(lambda each: chr(int(each[1], 16)), text) if "\\u" in text else text


def require_no_credentials(names: Iterable[str]) -> None:
    """Raises UnsafeError for the name of a repository that holds a user or a password: none is ever stored."""
    for name in names:
        if "@" in name and _CREDENTIALS.search(name):
            shown = _CREDENTIALS.sub("://...@", name)
            raise UnsafeError(f"the name of a repository holds a user or a password: {shown}")


class _Visit(NamedTuple):
    """What a visit counted of findings."""

    counts: tuple[int, ...] | tuple[None, ...] = (None, None, None)
    new: int | None = None
    gone: int | None = None


def put(database: Connection, numbers: Numbers, run: int, row: Row) -> None:
    """Write what came of one repository, in place of what this run has said of it before.

    Its repository is named already; `numbers` are written before the transaction ends.
    """
    repository = numbers.repositories[row.name]
    old, is_like = database.execute(_EARLIER, {"run": run, "repository": repository}).fetchone()
    visit = _Visit()
    if row.outcome is Outcome.CHECKED:
        found = _looks(row, numbers)
        if old is not None:
            is_like = _is_like(database, repository, run)
        changes = settled(_kept(database, repository), found, run, is_alike=is_like in {1, None})
        shares = shared(tuple(found.values()))
        if _carry_out(database, repository, run, changes):
            _share_out(database, repository, shares)
        counts = [share[1:4] for share in shares]
        visit = _Visit(tuple(map(sum, zip(*counts, strict=True))) or (0, 0, 0), changes.new, changes.gone)
    elif old is not None:
        _take_back(database, repository, run)
    database.execute(_VISIT, _visited((run, repository), row, visit, numbers))
    _remember(database, repository, run, row.outcome, is_again=old is not None)


def withdraw(database: Connection, run: int, repository: int) -> None:
    """Take back all that a run has said of a repository, as if it had never looked at it.

    What findings say stays as it was read last, so no head is known any more: the next run looks at it again.
    """
    _take_back(database, repository, run)
    gone = "DELETE FROM visit WHERE run = ? AND repository = ? RETURNING outcome"
    (outcome,) = database.execute(gone, (run, repository)).fetchone()
    checked, seen = (_last(database, repository, run, worst) for worst in (0, 1))
    database.execute("UPDATE repository SET checked_run = ?, seen_run = ? WHERE id = ?", (checked, seen, repository))
    if outcome == _OUTCOMES[Outcome.CHECKED]:
        database.execute("UPDATE visit SET head = NULL WHERE run = ? AND repository = ?", (checked, repository))


def _looks(row: Row, numbers: Numbers) -> dict[str, Look]:
    """Findings by fingerprint; of those that share one, the first."""
    rules, paths, phrases = numbers.rules, numbers.paths, numbers.phrases
    return {
        mark: (
            rules[code], _LEVELS[level], paths[path], line, message if message.isascii() else encodable(message),
            phrases[help] if help else None, fix or None, phrases[owners] if owners else None,
            paths[service] if service else None, files, bytes,
        )
        for code, level, path, line, message, help, mark, service, files, bytes, fix, owners in reversed(row.findings)
    }  # fmt: skip


def _kept(database: Connection, repository: int) -> dict[str, Kept]:
    return {
        fingerprint: Kept(tuple(rest[:11]), History(*rest[11:]))
        for fingerprint, *rest in database.execute(_FINDINGS, (repository,))
    }


def _carry_out(database: Connection, repository: int, run: int, changes: Changes) -> bool:
    """Write what changes; whether anything does."""
    if changes.removed:
        database.executemany(
            "DELETE FROM finding WHERE repository = ? AND fingerprint = ?",
            [(repository, each) for each in changes.removed],
        )
    if changes.changed:
        changed = [(repository, mark, *kept.look, *kept.history) for mark, kept in changes.changed]
        database.executemany(f"INSERT OR REPLACE {_PUT}", changed)
    plain, full = [], []
    for mark, look in changes.added:
        if look[8] is look[9] is look[10] is None:
            plain.append((repository, run, mark, *look[:8]))
        else:
            full.append((repository, run, mark, *look))
    database.executemany(_ADD_PLAIN, plain)
    database.executemany(_ADD_FULL, full)
    return bool(changes.added or changes.changed or changes.removed)


def _take_back(database: Connection, repository: int, run: int) -> None:
    """Take back what a run has said of the findings of a repository."""
    if _carry_out(database, repository, run, taken_back(_kept(database, repository), run)):
        left = _kept(database, repository).values()
        _share_out(database, repository, shared(tuple(kept.look for kept in left if kept.history.gone is None)))


def _share_out(database: Connection, repository: int, shares: Iterable[tuple[int, ...]]) -> None:
    database.execute("DELETE FROM share WHERE repository = ?", (repository,))
    database.executemany(_SHARE, [(repository, *share) for share in shares])


def _visited(key: tuple[int, int], row: Row, visit: _Visit, numbers: Numbers) -> tuple[object, ...]:
    """The columns of the table `visit`, in order; what an unchanged repository does not change is left out."""
    told: tuple[object, ...] = (None,) * 6
    if row.outcome is not Outcome.UNCHANGED:
        promises = "".join(STATES[each] for each in row.promises)
        why = numbers.phrases[reasons(row.unknown)] if any(row.unknown) else None
        told = (row.head or None, _text(row.branch), row.files or None, promises or None, why, _text(row.owners))
    reason = _CREDENTIALS.sub("://...@", row.reason)
    costs = (round(row.seconds * _MS) or None, round(row.processor * _MS) or None, row.received or None)
    return (
        *key, _OUTCOMES[row.outcome], *told, _text(row.error), _text(reason), *costs,
        *visit.counts, visit.new, visit.gone,
    )  # fmt: skip


def _text(text: str) -> str | None:
    return encodable(text) or None


def _remember(database: Connection, repository: int, run: int, outcome: Outcome, *, is_again: bool) -> None:
    """Which runs looked at a repository last."""
    if outcome is Outcome.CHECKED:
        database.execute("UPDATE repository SET checked_run = ?1, seen_run = ?1 WHERE id = ?2", (run, repository))
        return
    if is_again:
        checked, seen = (_last(database, repository, run, worst) for worst in (0, 1))
        seen = run if outcome is Outcome.UNCHANGED else seen
        values = (checked, seen, repository)
        database.execute("UPDATE repository SET checked_run = ?, seen_run = ? WHERE id = ?", values)
    elif outcome is Outcome.UNCHANGED:
        database.execute("UPDATE repository SET seen_run = ? WHERE id = ?", (run, repository))


def reasons(unknown: Sequence[str]) -> str:
    """Why promises are unknown, a line for each that is."""
    return "\n".join(f"promise {number}: {' '.join(words.split())}" for number, words in enumerate(unknown, 1) if words)


def _is_like(database: Connection, repository: int, run: int) -> int | None:
    """Whether the last look before this run went by the same rules; None where there was none."""
    values = {"run": run, "last": _last(database, repository, run, 0)}
    found = database.execute(_IS_LIKE, values).fetchone()
    return None if found is None else int(found[0])


def _last(database: Connection, repository: int, run: int, worst: int) -> int | None:
    """The last run before this one that looked at a repository with no worse an outcome."""
    values = {"repository": repository, "run": run, "worst": worst}
    (found,) = database.execute(_LAST_LOOK, values).fetchone()
    return None if found is None else int(found)
