"""A patch as `git format-patch` writes it: a mail that `git am` makes a commit of.

It is UTF-8 throughout. Names are quoted as git quotes them; contents that mail would change, and those that are no
text, are in git's binary form (base85 of a zlib stream, 52 bytes a line; "diff-format" and "git-apply" of git's pages).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from kempt.model.patches import Mended, Part, Patch, Sending
from kempt.report.escape import visible
from kempt.report.quantity import count
from kempt.report.shell import word

OWNER_HEADER = "X-Kempt-Repository: "
SEPARATOR = f"From {'0' * 40} Mon Sep 17 00:00:00 2001"
MOST_LINES, MOST_CODES, BINARY_WIDTH, HALF_WIDTH = 40, 5, 52, 26
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-+@=,~%^:")
_QUOTED = '"\\'


def render(patch: Patch, sending: Sending) -> str:
    """The mail. `git am` on the commit that it was made for gives the tree that `kempt check --fix` gives."""
    date = format_datetime(datetime.fromtimestamp(int(sending.seconds), UTC))
    head = [
        SEPARATOR, f"From: {sending.author}", f"Date: {date}", f"Subject: [PATCH] {subject(patch)}",
        "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit",
        owner_line(patch.name), "",
    ]  # fmt: skip
    lines = [*head, *_message(patch, sending), "---", f" base-commit: {patch.head}", *_stat(patch.parts), ""]
    text = "".join(f"{line}\n" for line in lines)
    return f"{text}{''.join(map(_diff, patch.parts))}-- \nkempt {sending.version}\n\n"


def owner_line(name: str) -> str:
    """The header that says which repository a patch file is for; only kempt writes it."""
    from urllib.parse import quote

    return OWNER_HEADER + quote(name, safe="/:@", errors="surrogateescape")


def subject(patch: Patch) -> str:
    """The first line of the commit's message."""
    codes = sorted({each.code for each in patch.mended})
    if not codes:
        return "Mend what kempt found"
    more = f" and {len(codes) - MOST_CODES} more" if len(codes) > MOST_CODES else ""
    names = {each.code: each.rule for each in patch.mended}
    return f"Mend {codes[0]} {names[codes[0]]}" if len(codes) == 1 else f"Mend {', '.join(codes[:MOST_CODES])}{more}"


def _message(patch: Patch, sending: Sending) -> Iterator[str]:
    yield f"kempt {sending.version} found this in commit {patch.head}, and mends it:"
    yield ""
    yield from (f"  {_finding(each)}" for each in patch.mended[:MOST_LINES])
    if len(patch.mended) > MOST_LINES:
        yield f"  and {count(len(patch.mended) - MOST_LINES, 'finding')} more"
    leaving = sum(part.leaves for part in patch.parts)
    if leaving:
        yield ""
        yield f"{count(leaving, 'file leaves', 'files leave')} git. Where this commit is applied or checked out, git"
        yield "takes what leaves it from the disk as well; the tools that made it make it again."
    for note in patch.notes:
        yield ""
        yield f"  {visible(note)}"
    yield ""
    yield "The same in a clone:"
    yield ""
    yield f"  kempt check --fix{''.join(f' {word(each)}' for each in sending.options)}"


def _finding(mended: Mended) -> str:
    path = "" if mended.path in {".", ""} else f"{visible(mended.path)}: "
    return f"{mended.code} {mended.rule}: {path}{visible(mended.message)}"


def _stat(parts: Sequence[Part]) -> Iterator[str]:
    """What changes, file by file; git takes no notice of it."""
    added = removed = 0
    for number, part in enumerate(parts):
        lines = part.hunks.split("\n")
        plus, minus = sum(each.startswith("+") for each in lines), sum(each.startswith("-") for each in lines)
        added, removed = added + plus, removed + minus
        if number < MOST_LINES:
            yield f" {_quoted(part.path)} | {'leaves git' if part.leaves else _amount(part, plus, minus)}"
    if len(parts) > MOST_LINES:
        yield f" and {count(len(parts) - MOST_LINES, 'file')} more"
    yield f" {count(len(parts), 'file')} changed, {added} insertions(+), {removed} deletions(-)"


def _amount(part: Part, plus: int, minus: int) -> str:
    return "Bin" if part.after is not None else f"{plus + minus} {'+' * min(plus, 20)}{'-' * min(minus, 20)}"


def _diff(part: Part) -> str:
    """The part as git's diff has it."""
    old, new = _quoted(f"a/{part.path}"), _quoted(f"b/{part.path}")
    none = "0" * len(part.old or part.new)
    ids = f"index {part.old or none}..{part.new or none}"
    lines = [f"diff --git {old} {new}"]
    if part.leaves:
        lines += [f"deleted file mode {part.mode}", ids]
    elif not part.old:
        lines += [f"new file mode {part.mode}", ids]
    else:
        lines.append(f"{ids} {part.mode}")
    if part.hunks:
        lines += [f"--- {old if part.old else '/dev/null'}", f"+++ {new if part.new else '/dev/null'}"]
        return "".join(f"{line}\n" for line in lines) + part.hunks
    if part.leaves or part.after is not None:
        lines.append("GIT binary patch")
        lines += [*_literal(part.after or b""), ""]
        lines += [*_literal(part.before), ""] if part.before is not None else []
    return "".join(f"{line}\n" for line in lines)


def _literal(content: bytes) -> Iterator[str]:
    """A content in git's binary form."""
    import base64
    import zlib

    packed = zlib.compress(content)
    yield f"literal {len(content)}"
    for at in range(0, len(packed), BINARY_WIDTH):
        piece = packed[at : at + BINARY_WIDTH]
        length = chr(ord("A") + len(piece) - 1) if len(piece) <= HALF_WIDTH else chr(ord("a") + len(piece) - 27)
        yield length + base64.b85encode(piece, pad=True).decode("ascii")


def _quoted(path: str) -> str:
    """A path as git writes and reads it; in quotes where it holds anything but the plainest characters."""
    if _PLAIN.issuperset(path):
        return path
    return f'"{"".join(c if c in _PLAIN or c == " " else _spelled(c) for c in path)}"'


def _spelled(character: str) -> str:
    """A character as git spells it: a backslash before it, or its bytes in octal digits."""
    if character in _QUOTED:
        return f"\\{character}"
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
