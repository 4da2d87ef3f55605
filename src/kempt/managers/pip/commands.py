"""pip's command line, with pipx's and pip-sync's (pip 26.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kempt.managers import options
from kempt.model.installs import Doing, Downloads, Effect
from kempt.model.pipeline import Word

if TYPE_CHECKING:
    from kempt.managers.options import Options

DOWNLOADS = Downloads(
    variable="PIP_CACHE_DIR",
    linux="pip",
    macos="~/Library/Caches/pip",
    windows="~/AppData/Local/pip/Cache",
    asked=("pip", "cache", "dir"),
)
VALUED = frozenset({
    "-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "--platform", "--python-version",
    "--implementation", "--abi", "--root", "--prefix", "--src", "--upgrade-strategy", "--progress-bar", "-i",
    "--index-url", "--extra-index-url", "-f", "--find-links", "--no-binary", "--only-binary", "--config-settings", "-C",
    "--global-option", "--report", "--python", "--log", "--retries", "--timeout", "--exists-action", "--trusted-host",
    "--cert", "--client-cert", "--cache-dir", "--use-feature", "--use-deprecated", "--proxy", "--group", "-d", "--dest",
    "-w", "--wheel-dir", "--root-user-action", "--build-constraint", "--uploaded-prior-to", "--keyring-provider",
})  # fmt: skip
OF_PIPX = frozenset({"--python", "--pip-args", "-i", "--index-url", "--spec", "--suffix", "--preinstall", "--backend"})
NO_CACHE = ("--no-cache-dir", "--no-cache")
_LOCAL = re.compile(r"(?:\.{0,2}|~|\$[\w{}]+|[A-Za-z]:)?[/\\].*|\.{1,2}(?:\[.*\])?|file:.*|.*\.(?:whl|zip|tar\.gz)")


def understand(program: str, words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What `pip …`, `pipx …` and `pip-sync …` do."""
    if program == "pipx":
        return _pipx(words)
    if program == "pip-sync":
        files = tuple(word.text for _, word in options.read(words, 1, VALUED).rest) or ("requirements.txt",)
        return Doing("pip", Effect.PACKAGES, files=files, cached=_is_cached(None, variables))
    before = options.read(words, 1, VALUED, whole=False)
    if not before.rest:
        return None
    at, verb = before.rest[0]
    if verb.text == "install":
        found = options.read(words, at + 1, VALUED)
        hashed = options.is_on(variables.get("PIP_REQUIRE_HASHES"))
        return packages(found, at, hashed=hashed)._replace(cached=_is_cached(found, variables))
    if verb.text == "cache" and len(words) > at + 1 and words[at + 1].text in {"purge", "remove"}:
        return Doing("pip", Effect.CLEARS, at + 1)
    return None


def packages(found: Options, verb: int, *, hashed: bool) -> Doing:
    """What an install in pip's words names: `-r` files, requirements, folders and archives."""
    plain = [word for _, word in found.rest]
    folders = (*found.all("-e", "--editable"), *(word.text for word in plain if is_local(word.text)))
    return Doing(
        "pip", Effect.PACKAGES, verb,
        names=tuple(word for word in plain if not is_local(word.text)),
        files=found.all("-r", "--requirement", "--requirements"),
        constraints=found.all("-c", "--constraint", "--constraints"),
        folders=folders,
        upgrades=found.has("-U", "--upgrade"),
        target=found.value("-t", "--target"),
        hashed=hashed or found.has("--require-hashes"),
    )  # fmt: skip


def is_local(text: str) -> bool:
    """Whether a requirement is a path on this machine: a folder with a project, a wheel."""
    return _LOCAL.fullmatch(text) is not None


def _pipx(words: Sequence[Word]) -> Doing | None:
    """pipx takes the newest of what is named; what `inject` names first is there already."""
    before = options.read(words, 1, OF_PIPX, whole=False)
    if not before.rest or before.rest[0][1].text not in {"install", "run", "inject"}:
        return None
    at, verb = before.rest[0]
    found = options.read(words, at + 1, OF_PIPX, whole=verb.text != "run")
    named = tuple(word for _, word in found.rest)
    if not named:
        return None
    spec = found.value("--spec")
    wanted = {"install": named, "run": named[:1], "inject": named[1:]}[verb.text]
    return Doing(
        "pip", Effect.TOOL, at, names=(Word(spec),) if spec else wanted, runs=tuple(word.text for word in named)
    )


def _is_cached(found: Options | None, variables: Mapping[str, str]) -> bool:
    """pip takes any valid value of PIP_NO_CACHE_DIR for yes, `0` and `false` too (measured)."""
    off = found is not None and found.has(*NO_CACHE)
    return not off and not variables.get("PIP_NO_CACHE_DIR")
