"""How a fleet's database is laid out, step by step: each step is one transaction, and none is ever changed afterwards.

Whoever reads it in SQL uses the views; the tables below them may change from one version to the next.
"""

from __future__ import annotations

APPLICATION_ID = 0x6B6D7074
"""`kmpt`, in the header of every database that is ours: one without it belongs to another program."""

LEVELS = ("error", "warning", "info")
OUTCOMES = ("checked", "unchanged", "failed")
STATES = {"kept": "k", "broken": "b", "absent": "a", "unknown": "u"}

_TABLES = (
    """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL,
      version TEXT NOT NULL,
      started REAL NOT NULL,
      finished REAL,
      abandoned INTEGER NOT NULL DEFAULT 0,
      repositories INTEGER NOT NULL,
      waivers TEXT NOT NULL DEFAULT '[]',
      checked INTEGER NOT NULL DEFAULT 0,
      unchanged INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0,
      errors INTEGER NOT NULL DEFAULT 0,
      warnings INTEGER NOT NULL DEFAULT 0,
      infos INTEGER NOT NULL DEFAULT 0,
      waived INTEGER NOT NULL DEFAULT 0,
      new INTEGER NOT NULL DEFAULT 0,
      gone INTEGER NOT NULL DEFAULT 0,
      received INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    # checked_run: the last run that examined it; seen_run: the last that did, or found its head unchanged.
    """
    CREATE TABLE repository (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      checked_run INTEGER REFERENCES run,
      seen_run INTEGER REFERENCES run
    ) STRICT
    """,
    # NULL wherever there is nothing to say: an unchanged repository costs a few bytes a night.
    """
    CREATE TABLE visit (
      run INTEGER NOT NULL REFERENCES run,
      repository INTEGER NOT NULL REFERENCES repository,
      outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 2),
      head TEXT,
      branch TEXT,
      files INTEGER,
      promises TEXT,
      unknown INTEGER REFERENCES phrase,
      owners TEXT,
      error TEXT,
      reason TEXT,
      milliseconds INTEGER,
      processor INTEGER,
      received INTEGER,
      errors INTEGER,
      warnings INTEGER,
      infos INTEGER,
      new INTEGER,
      gone INTEGER,
      PRIMARY KEY (run, repository)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE rule (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL DEFAULT '',
      promise INTEGER,
      level TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE TABLE path (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE phrase (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT",
    # gone_run: the run that no longer found it, NULL while it is open. back_run: the run in which it last came back,
    # and left_run the gone_run that it had until then: with both, what a run did to a finding can be taken back.
    # unasked: 1 where gone_run, or after it came back left_run, went by other rules than the look before, so that
    # nobody knows whether it was mended.
    """
    CREATE TABLE finding (
      repository INTEGER NOT NULL REFERENCES repository,
      fingerprint TEXT NOT NULL,
      rule INTEGER NOT NULL REFERENCES rule,
      level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 2),
      path INTEGER NOT NULL REFERENCES path,
      line INTEGER NOT NULL,
      message TEXT NOT NULL,
      help INTEGER REFERENCES phrase,
      service INTEGER REFERENCES path,
      files INTEGER,
      bytes INTEGER,
      fix TEXT,
      owners INTEGER REFERENCES phrase,
      first_run INTEGER NOT NULL REFERENCES run,
      gone_run INTEGER REFERENCES run,
      back_run INTEGER REFERENCES run,
      left_run INTEGER REFERENCES run,
      unasked INTEGER,
      PRIMARY KEY (repository, fingerprint)
    ) STRICT, WITHOUT ROWID
    """,
    # What the open findings of a repository with the same owners come to, written whenever one of them changes. Those
    # without owners have 0; `safe` have a safe fix.
    """
    CREATE TABLE share (
      repository INTEGER NOT NULL REFERENCES repository,
      owners INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      warnings INTEGER NOT NULL,
      infos INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      safe INTEGER NOT NULL,
      PRIMARY KEY (repository, owners)
    ) STRICT, WITHOUT ROWID
    """,
    # What a run came to in the end, added up once: a page reads these and not a million findings. `repositories` are
    # those where a rule has a finding that counts, `everywhere` those where it has any.
    """
    CREATE TABLE tally (
      run INTEGER NOT NULL REFERENCES run,
      rule INTEGER NOT NULL REFERENCES rule,
      errors INTEGER NOT NULL,
      warnings INTEGER NOT NULL,
      infos INTEGER NOT NULL,
      waived INTEGER NOT NULL,
      repositories INTEGER NOT NULL,
      everywhere INTEGER NOT NULL,
      PRIMARY KEY (run, rule)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE coverage (
      run INTEGER NOT NULL REFERENCES run,
      promise INTEGER NOT NULL,
      kept INTEGER NOT NULL,
      broken INTEGER NOT NULL,
      absent INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      PRIMARY KEY (run, promise)
    ) STRICT, WITHOUT ROWID
    """,
)

CURRENT = "(SELECT max(id) FROM run WHERE finished IS NOT NULL)"
"""The last finished run: what it visited is what the fleet is now."""
BEFORE = "(SELECT max(b.id) FROM run b WHERE b.finished IS NOT NULL AND b.id < run.id)"
"""The finished run before one."""
IS_COMPARED = f"coalesce((SELECT c.key = run.key FROM run c WHERE c.id = {BEFORE}), 1)"
"""Whether a run went by the same rules as the finished one before it, if there is one: else nothing is compared."""
_STATE = (
    "CASE substr(coalesce(c.promises, ''), {0}, 1) "
    "WHEN 'k' THEN 'kept' WHEN 'b' THEN 'broken' WHEN 'a' THEN 'absent' ELSE 'unknown' END"
)

_VIEWS = (
    f"""
    CREATE VIEW runs AS SELECT
      id AS run,
      CASE WHEN finished IS NOT NULL THEN 'finished' WHEN abandoned THEN 'abandoned' ELSE 'running' END AS state,
      datetime(started, 'unixepoch') AS started, datetime(finished, 'unixepoch') AS finished, version,
      repositories, checked, unchanged, failed, errors, warnings, infos, waived,
      CASE WHEN {IS_COMPARED} THEN new END AS new, CASE WHEN {IS_COMPARED} THEN gone END AS gone, received,
      CASE WHEN {IS_COMPARED} THEN {BEFORE} END AS compared_with
    FROM run
    """,
    f"""
    CREATE VIEW repositories AS SELECT
      r.name AS repository,
      CASE v.outcome WHEN 0 THEN 'checked' WHEN 1 THEN 'unchanged' ELSE 'failed' END AS outcome,
      c.head AS head, c.branch AS branch, c.files AS files,
      {_STATE.format(1)} AS rebuilds, {_STATE.format(2)} AS git, {_STATE.format(3)} AS ci,
      {_STATE.format(4)} AS images, replace(u.text, char(10), '; ') AS unknown,
      c.errors AS errors, c.warnings AS warnings, c.infos AS infos,
      v.error AS error, v.reason AS reason, c.owners AS owners,
      datetime(s.started, 'unixepoch') AS looked_at
    FROM visit v
    JOIN repository r ON r.id = v.repository
    LEFT JOIN visit c ON c.run = r.checked_run AND c.repository = r.id
    LEFT JOIN phrase u ON u.id = c.unknown
    LEFT JOIN run s ON s.id = r.seen_run
    WHERE v.run = {CURRENT}
    """,
    f"""
    CREATE VIEW findings AS SELECT
      r.name AS repository, ru.code AS code, ru.name AS rule, ru.promise AS promise,
      CASE f.level WHEN 0 THEN 'error' WHEN 1 THEN 'warning' ELSE 'info' END AS level,
      p.text AS path, f.line AS line, f.message AS message, h.text AS help, f.fix AS fix, o.text AS owners,
      sv.text AS service, f.files AS files, f.bytes AS bytes, f.fingerprint AS fingerprint,
      datetime(b.started, 'unixepoch') AS first_seen, datetime(s.started, 'unixepoch') AS last_seen
    FROM repository r
    JOIN finding f ON f.repository = r.id AND f.gone_run IS NULL
    JOIN visit v ON v.run = {CURRENT} AND v.repository = r.id
    JOIN rule ru ON ru.id = f.rule
    JOIN path p ON p.id = f.path
    LEFT JOIN phrase h ON h.id = f.help
    LEFT JOIN phrase o ON o.id = f.owners
    LEFT JOIN path sv ON sv.id = f.service
    LEFT JOIN run b ON b.id = f.first_run
    LEFT JOIN run s ON s.id = r.seen_run
    """,
    """
    CREATE VIEW mended AS SELECT
      r.name AS repository, ru.code AS code, ru.name AS rule, ru.promise AS promise,
      CASE f.level WHEN 0 THEN 'error' WHEN 1 THEN 'warning' ELSE 'info' END AS level,
      p.text AS path, f.message AS message, f.fingerprint AS fingerprint,
      datetime(b.started, 'unixepoch') AS first_seen, datetime(g.started, 'unixepoch') AS gone
    FROM finding f
    JOIN run g ON g.id = f.gone_run
    JOIN repository r ON r.id = f.repository
    JOIN rule ru ON ru.id = f.rule
    JOIN path p ON p.id = f.path
    JOIN run b ON b.id = f.first_run
    WHERE f.unasked IS NULL
    """,
    """
    CREATE VIEW promises AS SELECT
      c.run AS run, datetime(run.started, 'unixepoch') AS started, c.promise AS promise,
      CASE c.promise WHEN 1 THEN 'one command rebuilds' WHEN 2 THEN 'git is clean' WHEN 3 THEN 'CI caches downloads'
        ELSE 'images are lean' END AS title,
      c.kept AS kept, c.broken AS broken, c.absent AS absent, c.unknown AS unknown
    FROM coverage c JOIN run ON run.id = c.run
    """,
    """
    CREATE VIEW trends AS SELECT
      t.run AS run, datetime(run.started, 'unixepoch') AS started, ru.code AS code, ru.name AS rule,
      t.errors AS errors, t.warnings AS warnings, t.infos AS infos, t.waived AS waived, t.repositories AS repositories
    FROM tally t JOIN run ON run.id = t.run JOIN rule ru ON ru.id = t.rule
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = ((*_TABLES, *_VIEWS),)
"""What brings a database from each version to the next: the first step makes version 1 of an empty file."""

VIEWS = ("findings", "repositories", "runs", "promises", "trends", "mended")
"""What people ask, in the order to show it. Their columns stay; new ones may come."""
