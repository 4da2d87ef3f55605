"""Journals: one JSON object a line, in ASCII. Names and contents that are no text survive the round trip."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from kempt.errors import UnsupportedError
from kempt.model.journal import (
    BytecodeChange,
    Fate,
    FileChange,
    Header,
    IndexEdit,
    Intent,
    Journal,
    ShareChange,
    TreeChange,
)
from kempt.model.plan import Expect, Identity, IndexChange, Means, Tracked

VERSION = 1
_SHARE_PATHS = ("path", "keep", "temporary", "environment")
_BYTECODE_PATHS = ("path", "source", "temporary", "environment")
SHARED = b'"share":['
"""What is in the journal of a change that let files share their blocks."""
TRASHED = b'"fate":"trashed"'
"""What is in the journal of a change that moved something to the trash."""


def render_header(header: Header, versions: Mapping[str, str]) -> bytes:
    """The first line. `versions` tells a person what wrote it; nothing depends on it."""
    fields = header._asdict() | {name: _written(getattr(header, name)) for name in ("root", "git_dir", "index_file")}
    return _line({"kempt journal": VERSION, **fields, "versions": dict(versions)})


def render_intent(number: int, intent: Intent) -> bytes:
    """The line that goes to the disk before step `number` begins."""
    if isinstance(intent, IndexEdit):
        changes = [[_written(each.path), each.before, each.after] for each in intent.changes]
        return _line({"intent": number, "index": changes, "token": intent.token})
    if isinstance(intent, TreeChange):
        fields = intent._asdict() | {"path": _written(intent.path), "place": _written(intent.place)}
        return _line({"intent": number, **fields})
    if isinstance(intent, ShareChange):
        fields = intent._asdict() | {name: _written(getattr(intent, name)) for name in _SHARE_PATHS}
        return _line({"intent": number, "share": list(fields.values())})  # there are thousands: no names
    if isinstance(intent, BytecodeChange):
        names = {name: _written(getattr(intent, name)) for name in _BYTECODE_PATHS}
        tokens = {"before": intent.before.decode("latin-1"), "after": intent.after.decode("latin-1")}
        return _line({"intent": number, "bytecode": list((intent._asdict() | names | tokens).values())})
    before = None if intent.before is None else b64encode(intent.before).decode("ascii")
    fields = intent._asdict() | {"path": _written(intent.path), "temporary": _written(intent.temporary)}
    return _line({"intent": number, **fields, "before": before, "folders": [_written(each) for each in intent.folders]})


def render_done(number: int) -> bytes:
    """The line for a step that is done."""
    return _line({"done": number})


def render_refused(numbers: Sequence[int]) -> bytes:
    """The line for steps that changed nothing, since the world was not as they expected."""
    return _line({"refused": list(numbers)})


def render_finished(*, rest: bool = False) -> bytes:
    """The line that says that kempt was not stopped on the way; `rest`: something could not be removed whole."""
    return _line({"finished": True} | ({"rest": True} if rest else {}))


def render_undone(*, undone: bool) -> bytes:
    """The line that says that the change was taken back, or made again; the last one counts."""
    return _line({"undone": undone})


def render_swept() -> bytes:
    """The line that says that what a stopped kempt had begun to remove is gone by now."""
    return _line({"swept": True})


def is_settled(end: bytes) -> bool:
    """Whether nothing half removed can be left, by the last lines of a journal."""
    records = [_record(line) for line in end.split(b"\n")]
    return any("swept" in record or ("finished" in record and "rest" not in record) for record in records)


def parse(content: bytes) -> Journal | None:
    """A journal; None where even its first line never reached the disk.

    A line that was cut off is left out: its step had not begun. Raises UnsupportedError for a later version of kempt.
    """
    records = [record for line in content.split(b"\n") if (record := _record(line))]
    if not records or "kempt journal" not in records[0]:
        return None
    first = records[0]
    if first["kempt journal"] != VERSION:
        raise UnsupportedError(f"change {first.get('id')} was made by a later version of kempt", hint="upgrade kempt")
    header = Header(
        first["id"], _read(first["root"]), _read(first["git_dir"]), _read(first["index_file"]),
        first["why"], first["time"], first["undoes"],
    )  # fmt: skip
    refused = {number for record in records for number in record.get("refused", ())}
    intents = tuple(_intent(each) for each in records if "intent" in each and each["intent"] not in refused)
    marks = [record["undone"] for record in records if "undone" in record]
    finished = any("finished" in record for record in records)
    return Journal(header, intents, finished, bool(marks and marks[-1]))


def _intent(record: dict[str, Any]) -> Intent:
    if "index" in record:
        changes = (IndexChange(_read(path), _tracked(old), _tracked(new)) for path, old, new in record["index"])
        return IndexEdit(tuple(changes), record["token"])
    if "fate" in record:
        return TreeChange(
            _read(record["path"]), _read(record["place"]), Identity(*record["identity"]), Fate(record["fate"]),
            record["files"], record["bytes"],
        )  # fmt: skip
    if "share" in record:
        return _share_change(record["share"])
    if "bytecode" in record:
        return _bytecode_change(record["bytecode"])
    before = None if record["before"] is None else b64decode(record["before"])
    folders = tuple(_read(each) for each in record["folders"])
    return FileChange(_read(record["path"]), before, record["after"], _read(record["temporary"]), folders)


def _share_change(fields: list[Any]) -> ShareChange:
    written = ShareChange(*fields)
    path, keep, temporary, environment = (_read(getattr(written, name)) for name in _SHARE_PATHS)
    return written._replace(
        path=path, keep=keep, means=Means(written.means), before=Expect(*written.before), kept=Expect(*written.kept),
        temporary=temporary, environment=environment,
    )  # fmt: skip


def _bytecode_change(fields: list[Any]) -> BytecodeChange:
    written: dict[str, Any] = BytecodeChange(*fields)._asdict()
    read: dict[str, Any] = {name: _read(written[name]) for name in _BYTECODE_PATHS}
    tokens = {name: written[name].encode("latin-1") for name in ("before", "after")}
    looks = {name: Expect(*written[name]) for name in ("was", "source_was")}
    return BytecodeChange(**{**written, **read, **tokens, **looks, "means": Means(written["means"])})


def _tracked(fields: list[str] | None) -> Tracked | None:
    return None if fields is None else Tracked(*fields)


def _line(record: dict[str, Any]) -> bytes:
    import json

    return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def _record(line: bytes) -> dict[str, Any]:
    import json

    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _written(path: str) -> str:
    """A path so that it means the same bytes under another locale: UTF-8, other bytes as lone surrogates."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def _read(text: str) -> str:
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))
