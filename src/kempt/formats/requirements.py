"""Requirements files, as pip reads them: logical lines, what they ask for, and the options between them.

The rules are pip's own (`pip._internal.req.req_file`, and the page "Requirements File Format" of its documentation):
lines end where `str.splitlines` says, a backslash at the end continues one unless it is a comment, a comment begins at
a `#` at the start or behind a blank, and what follows the first word that begins with `-` are options. `${NAME}` stays
as it is written: what it stands for is not the file's. Nothing here raises: what cannot be read is a fault.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kempt.formats.logical_lines import decode, logical_lines
from kempt.formats.requirement import normalised_name

SIZE_LIMIT = 8 * 1024**2
LINE_LIMIT = 256 * 1024
"""Bytes of a file, and characters of a logical line, beyond which nothing is read."""
HASH = re.compile(r"--hash[= ]\s*+([^\s\"'\\]++)")
NAME = re.compile(r"([A-Za-z0-9][\w.-]*+)(?<=[A-Za-z0-9])\s*+(?:\[([^\]]*+)\])?\s*+", re.ASCII)
SPECIFIERS = re.compile(r"(?:(?:===|==|~=|!=|<=|>=|<|>)[^\s,;()]++(?:,|$))*+")
PIN = re.compile(r"={2,3}+([^,*=]++)")
ADDRESS = re.compile(r"(?:https?|ftp|file|ssh|(?:git|hg|svn|bzr|lp)(?:\+[a-z]+)?):", re.IGNORECASE)
PLAIN = re.compile(
    r"([A-Za-z0-9]++(?:[._-]++[A-Za-z0-9]++)*+)(==[\w.!+-]++)((?:[ \t]++--hash=[^\s\"'\\]++)*+)", re.ASCII
)
"""What nearly every line of a compiled file is: read in one go."""
EGG = re.compile(r"[#&]egg=([^&\[\s]++)(?:\[([^\]&]*+)\])?")
ARCHIVE = re.compile(r"([A-Za-z0-9][\w.]*+)-([0-9][^-]*)(?:-.+\.whl|\.tar\.gz|\.tar\.bz2|\.zip)", re.ASCII)
ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2")
VALUED = {
    "--requirement", "--constraint", "--editable", "--index-url", "--extra-index-url", "--find-links", "--no-binary",
    "--only-binary", "--trusted-host", "--use-feature", "--all-releases", "--only-final", "--hash", "--config-settings",
    "--global-option", "--install-option",
}  # fmt: skip
FLAGS = {"--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre", "--always-unzip"}
ALIASES = {
    "-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url", "-f": "--find-links",
    "-C": "--config-settings", "--pypi-url": "--index-url", "--config-setting": "--config-settings",
}  # fmt: skip
EVERY_NAME = sorted((*VALUED, *FLAGS, *(each for each in ALIASES if each.startswith("--"))))


class Requirement(NamedTuple):
    """One thing that pip is to install. `text` is the line without its options, `line` where it begins.

    `name` and `extras` are normalised; the name is empty where only a build can tell it. `specifier` has no blanks.
    `place` is an address or a path, empty for what comes from an index. `hashes` are as written (`sha256:…`), and
    `settings` are what `--config-settings` hands to the build backend.
    """

    name: str
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str = ""
    place: str = ""
    hashes: tuple[str, ...] = ()
    editable: bool = False
    settings: tuple[str, ...] = ()
    text: str = ""
    line: int = 1

    @property
    def pin(self) -> str:
        """The one version that is allowed, empty where there may be several or an address decides."""
        match = PIN.fullmatch(self.specifier)
        return match[1] if match else ""


class Option(NamedTuple):
    """An option on a line of its own: `Option("--requirement", "base.txt", 3)`. A flag has no value."""

    name: str
    value: str
    line: int


class Fault(NamedTuple):
    """A line that pip would refuse, or that is beyond reason; line 0 is the file."""

    message: str
    line: int


class Requirements(NamedTuple):
    """A requirements file. `text` is the whole of it, decoded."""

    text: str
    requirements: tuple[Requirement, ...] = ()
    options: tuple[Option, ...] = ()
    faults: tuple[Fault, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of one option, in their order."""
        return tuple(each.value for each in self.options if each.name == name)


@lru_cache(maxsize=1024)
def parse(content: bytes) -> Requirements:
    """Everything that a requirements file says, whatever its bytes are. Several rules ask the same of one file."""
    if len(content) > SIZE_LIMIT:
        return Requirements("", faults=(Fault(f"larger than {SIZE_LIMIT:,} bytes", 0),))
    text = decode(content)
    requirements: list[Requirement] = []
    options: list[Option] = []
    faults: list[Fault] = []
    for number, line in logical_lines(text):
        found = _read(line, number)
        if isinstance(found, Fault):
            faults.append(found)
        elif isinstance(found, Requirement):
            requirements.append(found)
        else:
            options += found
    return Requirements(text, tuple(requirements), tuple(options), tuple(faults))


def is_hashed(parsed: Requirements) -> bool:
    """Whether pip would install all of it with `--require-hashes`: each is pinned, or an archive, and has a hash."""
    return bool(parsed.requirements) and all(
        each.hashes and (each.pin or each.place) and not each.editable for each in parsed.requirements
    )


def _read(line: str, number: int) -> Requirement | list[Option] | Fault:
    if len(line) > LINE_LIMIT:
        return Fault(f"longer than {LINE_LIMIT:,} characters", number)
    if (plain := PLAIN.fullmatch(line)) and not plain[1].endswith(ARCHIVES):
        name, specifier, hashed = plain.groups()
        hashes = tuple(HASH.findall(hashed)) if hashed else ()
        return Requirement(normalised_name(name), (), specifier, hashes=hashes, text=name + specifier, line=number)
    start = 0 if line.startswith("-") else f"{line} -".index(" -") + 1
    text, rest = line[:start].rstrip(), line[start:]
    only = _only_hashes(rest)
    options = [Option("--hash", each, number) for each in only] if only is not None else _options(rest, number)
    if isinstance(options, Fault):
        return options
    editable = next((each.value for each in options if each.name == "--editable"), "")
    if not text and not editable:
        return options
    found = _requirement(text or editable, editable=not text)
    if found is None:
        return Fault(f"`{(text or editable)[:80]}` is no requirement", number)
    settings = tuple(each.value for each in options if each.name == "--config-settings")
    hashes = tuple(each.value for each in options if each.name == "--hash")
    return found._replace(hashes=hashes, settings=settings, text=text or editable, line=number)


def _only_hashes(rest: str) -> tuple[str, ...] | None:
    """The hashes of a line that has no other options, as a machine writes it; None for any other line."""
    if not rest:
        return ()
    found = HASH.findall(rest)
    words = rest.split()
    return tuple(found) if found and len(found) == len(words) and rest.count("--hash=") == len(words) else None


def _options(rest: str, number: int) -> list[Option] | Fault:
    words = _words(rest)
    if words is None:
        return Fault("a quotation that does not end", number)
    found: list[Option] = []
    remaining = iter(words)
    for word in remaining:
        if not word.startswith("-") or word in {"-", "--"}:
            continue  # pip passes over what follows a flag
        name, value = _split(word)
        if name is None:
            return Fault(f"`{word[:80]}` is no option of a requirements file", number)
        if name in VALUED and value is None:
            value = next(remaining, None)
            if value is None:
                return Fault(f"`{word[:80]}` has no value", number)
        found.append(Option(name, value or "", number))
    return found


def _words(rest: str) -> list[str] | None:
    if not any(sign in rest for sign in "\"'\\"):
        return rest.split()
    import shlex

    try:
        return shlex.split(rest)
    except ValueError:
        return None


def _split(word: str) -> tuple[str | None, str | None]:
    """The full name of an option and what is joined to it; no name where there is no such option."""
    if not word.startswith("--"):
        name = ALIASES.get(word[:2])
        return name, word[2:] or None
    name, sign, value = word.partition("=")
    known = [name] if name in EVERY_NAME else [each for each in EVERY_NAME if each.startswith(name)]
    names = {ALIASES.get(each, each) for each in known}
    return names.pop() if len(names) == 1 else None, value if sign else None


def _requirement(text: str, *, editable: bool) -> Requirement | None:
    """What a text asks for; None where it is neither a requirement, an address nor a path."""
    if ADDRESS.match(text) or editable or _looks_like_path(text):
        return _placed(text, editable=editable)
    match = NAME.match(text)
    if match is None:
        return None
    name, extras, rest = normalised_name(match[1]), _extras(match[2]), text[match.end() :]
    if rest.startswith("@"):
        place, marker = _place_and_marker(rest[1:].strip())
        return Requirement(name, extras, marker=marker, place=place) if place else None
    wanted, semicolon, marker = rest.partition(";")
    specifier = "".join(wanted.split()).removeprefix("(").removesuffix(")")
    if not SPECIFIERS.fullmatch(specifier) or (semicolon and not marker.strip()):
        return None
    return Requirement(name, extras, specifier, marker.strip())


def _placed(text: str, *, editable: bool) -> Requirement | None:
    """What an address or a path without a name before it stands for: `#egg=` and file names tell the name."""
    named = NAME.match(text)
    if named and text[named.end() :].startswith("@"):  # -e name @ git+https://…
        place, marker = _place_and_marker(text[named.end() + 1 :].strip())
        return Requirement(normalised_name(named[1]), _extras(named[2]), "", marker, place, editable=editable)
    place, marker = _place_and_marker(text)
    if egg := EGG.search(place):
        return Requirement(normalised_name(egg[1]), _extras(egg[2]), "", marker, place, editable=editable)
    extras: tuple[str, ...] = ()
    if place.endswith("]") and "[" in place:
        place, _, listed = place[:-1].rpartition("[")
        extras = _extras(listed)
    archive = ARCHIVE.fullmatch(re.split(r"[#?]", place, maxsplit=1)[0].replace("\\", "/").rpartition("/")[2])
    name = normalised_name(archive[1]) if archive else ""
    return Requirement(name, extras, "", marker, place, editable=editable) if place else None


def _looks_like_path(text: str) -> bool:
    """Whether this is a path on the disk: pip asks for a separator, or a dot at the beginning."""
    if text.startswith("."):
        return True
    head = re.split(r"[<>=!~;@\s\[]", text, maxsplit=1)[0]
    return "/" in head or "\\" in head or head.endswith(ARCHIVES)


def _place_and_marker(text: str) -> tuple[str, str]:
    """An address or a path, and the marker behind it: `; ` or ` ;` ends the former."""
    match = re.search(r"\s;|;\s", text)
    if match is None:
        return text, ""
    return text[: match.start()].rstrip(), text[match.end() :].lstrip("; \t").strip()


def _extras(listed: str | None) -> tuple[str, ...]:
    return tuple(sorted({normalised_name(each) for each in (listed or "").split(",") if each.strip()}))
