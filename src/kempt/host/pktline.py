"""git's wire format: lines with their length before them, and the one question that is asked in it: where HEAD is.

A list of refs by `git ls-remote` is a list of all of them, which is more than a megabyte for a repository with many
pull requests; protocol v2 (gitprotocol-v2) gives out one, if asked for one.
"""

from __future__ import annotations

from collections.abc import Iterable

FLUSH, DELIMITER, END = b"0000", b"0001", b"0002"
HEADER = 4
LONGEST = 65520
_HEAD = b"HEAD"


def line(text: bytes) -> bytes:
    """A line as it is sent."""
    return b"%04x" % (len(text) + HEADER) + text


def size_of(header: bytes) -> int | None:
    """Bytes of the line after these four; None where a list ends. Raises ValueError for what is no length."""
    if header in {FLUSH, END}:
        return None
    if header == DELIMITER:
        return 0
    if not all(each in b"0123456789abcdefABCDEF" for each in header):
        raise ValueError(f"bad line length character: {header!r}")
    size = int(header, 16)
    if not HEADER <= size <= LONGEST:
        raise ValueError(f"bad line length: {size}")
    return size - HEADER


def question(capabilities: Iterable[bytes]) -> bytes:
    """Where HEAD is and what it stands for, as protocol v2 asks it of a server with these capabilities."""
    formats = [each.strip() for each in capabilities if each.startswith(b"object-format=")]
    asked = b"".join(line(each + b"\n") for each in (b"command=ls-refs", *formats[:1]))
    return asked + DELIMITER + line(b"symrefs\n") + line(b"ref-prefix HEAD\n") + FLUSH


def speaks_v2(capabilities: Iterable[bytes]) -> bool:
    """Whether a server's first words are those of protocol v2, and it lists refs."""
    words = [each.strip() for each in capabilities]
    return b"version 2" in words and any(each.partition(b"=")[0] == b"ls-refs" for each in words)


def as_v2(first: bytes) -> bytes:
    """The first line of a list of refs in the older protocol, which is that of HEAD, as protocol v2 puts it."""
    ref, _, capabilities = first.partition(b"\0")
    symbolic = b"symref=HEAD:"
    targets = [word.removeprefix(symbolic) for word in capabilities.split() if word.startswith(symbolic)]
    return ref.strip() + b"".join(b" symref-target:" + target for target in targets)


def as_ls_remote(lines: Iterable[bytes]) -> bytes:
    """The answer as `git ls-remote --symref` prints it, of HEAD alone."""
    said = b""
    for each in lines:
        oid, name, *attributes = (*each.strip().split(b" "), b"")
        if name == _HEAD:
            targets = [word.partition(b":")[2] for word in attributes if word.startswith(b"symref-target:")]
            said += b"".join(b"ref: " + target + b"\tHEAD\n" for target in targets) + oid + b"\tHEAD\n"
    return said
