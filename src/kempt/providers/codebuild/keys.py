"""The key of a cache. A shell expands it: commands in `$(…)` become what they print, variables what they hold."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from kempt.model.pipeline import Key, KeyPart, PartKind, Text

HASH = "codebuild-hash-files"
PIECES = re.compile(
    r"(?P<escaped>(?:\$(?=\$\()|\\(?=\$))\$\([^()]*+\))"
    r"|\$\((?P<command>(?:[^()]|\([^()]*+\))*+)\)|`(?P<ticks>[^`]*+)`"
    r"|\$\{(?P<braced>\w++)[^{}]*+\}|\$(?P<bare>[A-Za-z_]\w*+)"
)
WORDS = re.compile(
    r"(?P<python>(?<![a-z])(?:python|py|cp)[-_]?[0-9]\.?[0-9]{1,2}(?![0-9])|(?<![0-9.])3\.[0-9]{1,2}(?![0-9.]))"
    r"|(?P<machine>x86[-_]64|amd64|x64|arm64|aarch64)"
    r"|(?P<system>(?<![a-z])(?:linux|windows|ubuntu|amazonlinux|al2(?:023)?)(?![a-z]))",
    re.IGNORECASE,
)
"""What is written out in a key: CodeBuild has no variable for the system, the machine or the Python."""
SUMS = frozenset({"md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "cksum", "shasum"})
RUN = frozenset({
    "CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_SOURCE_VERSION", "CODEBUILD_BUILD_ID", "CODEBUILD_BUILD_ARN",
    "CODEBUILD_BUILD_NUMBER", "CODEBUILD_START_TIME", "CODEBUILD_LOG_PATH",
})  # fmt: skip
"""Variables that differ from build to build."""
SAME = frozenset({"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCOUNT_ID", "CODEBUILD_SRC_DIR", "CODEBUILD_PROJECT_UUID"})
"""Variables that a project's builds have in common."""
WEBHOOK = "CODEBUILD_WEBHOOK_"
FOREIGN = {"hashFiles(": "`hashFiles` is GitHub's", "checksum ": "`checksum` is CircleCI's"}
SECONDS = ("%s", "%S", "%T", "%c", "%N", "%R", "%M", "%X")


def key_of(text: Text, variables: Mapping[str, str]) -> Key:
    """A key cut into its parts; `variables` are those of the buildspec, with their values."""
    parts = tuple(_parts(text.value, variables))
    hashes = any(part.kind is PartKind.FILES for part in parts)
    return Key(text, parts, "" if hashes else _broken(text.value))


def _parts(value: str, variables: Mapping[str, str]) -> Iterator[KeyPart]:
    done = 0
    for match in PIECES.finditer(value):
        yield from _words(value[done : match.start()])
        done = match.end()
        name = match["braced"] or match["bare"]
        if match["escaped"]:
            yield KeyPart(PartKind.WORD, match.group())
        elif name:
            yield KeyPart(_kind_of_variable(name, variables), match.group())
        else:
            yield from _command(match.group(), match["command"] or match["ticks"] or "")
    yield from _words(value[done:])


def _words(text: str) -> Iterator[KeyPart]:
    done = 0
    for match in WORDS.finditer(text):
        if match.start() > done:
            yield KeyPart(PartKind.WORD, text[done : match.start()])
        kind = {"python": PartKind.PYTHON, "machine": PartKind.MACHINE, "system": PartKind.SYSTEM}[
            match.lastgroup or ""
        ]
        yield KeyPart(kind, match.group())
        done = match.end()
    if done < len(text):
        yield KeyPart(PartKind.WORD, text[done:])


def _kind_of_variable(name: str, variables: Mapping[str, str]) -> PartKind:
    words = set(name.upper().split("_"))
    if name in RUN:
        return PartKind.RUN
    if name.startswith(WEBHOOK):
        return PartKind.BRANCH
    if "PYTHON" in name.upper() or "PY" in words:
        return PartKind.PYTHON
    if words & {"ARCH", "ARCHITECTURE", "MACHINE"}:
        return PartKind.MACHINE
    if words & {"OS", "PLATFORM"}:
        return PartKind.SYSTEM
    return PartKind.WORD if name in SAME or name in variables else PartKind.UNKNOWN


def _command(written: str, command: str) -> Iterator[KeyPart]:
    words = _split(command)
    name, rest = (words[0].rpartition("/")[2], words[1:]) if words else ("", ())
    files = _hashed(words)
    if files:
        yield KeyPart(PartKind.FILES, written, files)
    elif name == "uname":
        kinds = [PartKind.SYSTEM] * ("m" not in "".join(rest) or "s" in "".join(rest)) + [PartKind.MACHINE] * (
            "m" in "".join(rest)
        )
        yield from (KeyPart(kind, written if not index else "") for index, kind in enumerate(kinds))
    else:
        yield KeyPart(_kind_of_command(name, command), written)


def _kind_of_command(name: str, command: str) -> PartKind:
    if name == "arch" or command.split() == ["dpkg", "--print-architecture"]:
        return PartKind.MACHINE
    if name.startswith("python") or ".python-version" in command:
        return PartKind.PYTHON
    if name == "date":
        return PartKind.RUN if "+" not in command or any(sign in command for sign in SECONDS) else PartKind.UNKNOWN
    if name == "git":
        branch = "--abbrev-ref" in command or "--show-current" in command or "symbolic-ref" in command
        return PartKind.BRANCH if branch else PartKind.RUN
    return PartKind.WORD if name in {"echo", "printf"} and "$" not in command else PartKind.UNKNOWN


def _split(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError:  # a quote is open
        return tuple(command.split())


def _hashed(words: tuple[str, ...]) -> tuple[str, ...]:
    """The files that a command prints the hash of: `codebuild-hash-files a b`, `cat a | md5sum`."""
    programs = [word.rpartition("/")[2] for word in words]
    if HASH in programs[:1]:
        return words[1:]
    if not SUMS.intersection(programs):
        return ()
    return tuple(
        word for stage in _stages(words) if stage and stage[0].rpartition("/")[2] in {*SUMS, "cat"}
        for word in stage[1:] if word != "<" and not word.startswith("-") and not word.isdigit()
    )  # fmt: skip


def _stages(words: tuple[str, ...]) -> list[list[str]]:
    stages: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word.removeprefix("<") or "<")
    return stages


def _broken(value: str) -> str:
    """Why a key does not say what its writer meant, in words; empty where it does."""
    for match in PIECES.finditer(value):
        if match["escaped"]:
            return f"`{match.group()[:3]}…)` is not run, it is written as it stands"
    rest = PIECES.sub("", value)
    if HASH in rest:
        return f"`{HASH}` stands outside of `$(…)`, so it is a word"
    for name, whose in FOREIGN.items():
        if name in rest or name in value.replace("${{", "{{"):
            return f"{whose}, CodeBuild does not know it: use `$({HASH} FILE)`"
    return ""
