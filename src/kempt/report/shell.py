"""Words as a shell takes them: for commands that are shown to be typed."""

from __future__ import annotations


def quoted(path: str) -> str:
    """A path as a shell takes it, and kempt after it; all of it prints, whatever the name holds."""
    return word(f"./{path}" if path.startswith("-") else path)


def word(text: str) -> str:
    """A text as one word of a shell; all of it prints, whatever it holds."""
    from shlex import quote

    if text.isprintable():
        return quote(text)
    letters = (c if c.isprintable() and c not in "'\\" else _spelled(c) for c in text)
    return f"$'{''.join(letters)}'"


def pattern(name: str) -> str:
    """A pattern that only this name matches, as one word of a shell."""
    return word("".join(f"[{letter}]" if letter in "*?[" else letter for letter in name))


def _spelled(character: str) -> str:
    """A character as `$'...'` has it: the bytes that it has in a file name."""
    errors = "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass"
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", errors))
