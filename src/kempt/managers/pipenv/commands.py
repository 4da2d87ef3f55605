"""Pipenv's command line (2026.10.3): `install` writes the lock anew, `sync` does not look whether it is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kempt.managers import options
from kempt.model.installs import Doing, Downloads, Effect

if TYPE_CHECKING:
    from kempt.model.pipeline import Word

DOWNLOADS = Downloads(
    variable="PIPENV_CACHE_DIR",
    linux="pipenv",
    macos="~/Library/Caches/pipenv",
    windows="~/AppData/Local/pipenv/pipenv/Cache",
    asked=(),
)
VALUED = frozenset({
    "--python", "--categories", "-i", "--index", "--pypi-mirror", "-r", "--requirements", "--extra-pip-args", "-c",
    "-e", "--editable",
})  # fmt: skip
EFFECTS = {
    "sync": Effect.FROZEN, "install": Effect.UNLOCKED, "lock": Effect.CHANGES, "update": Effect.CHANGES,
    "upgrade": Effect.CHANGES, "uninstall": Effect.CHANGES, "verify": Effect.COMPARES, "run": Effect.RUNS,
}  # fmt: skip


def understand(_program: str, words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What `pipenv …` does."""
    before = options.read(words, 1, VALUED, whole=False)
    if not before.rest:
        return None
    at, verb = before.rest[0]
    found = options.read(words, at + 1, VALUED, whole=verb.text != "run")
    rest = tuple(word for _, word in found.rest)
    effect, option = EFFECTS.get(verb.text), 0
    if verb.text == "install":
        effect, option = _install(found, rest, variables)
    if effect is None:
        return None
    return Doing(
        "pipenv", effect, at, option, names=rest if effect is Effect.CHANGES else (),
        runs=tuple(word.text for word in rest) if effect is Effect.RUNS else (),
        upgrades=verb.text in {"update", "upgrade"},
    )  # fmt: skip


def _install(found: options.Options, rest: tuple[Word, ...], variables: Mapping[str, str]) -> tuple[Effect, int]:
    """`--deploy` fails on a stale lock; `--ignore-pipfile` installs it all the same."""
    if found.has("--deploy"):
        return Effect.CHECKED, 0
    if found.has("--ignore-pipfile") or options.is_on(variables.get("PIPENV_IGNORE_PIPFILE")):
        return Effect.FROZEN, found.flags.get("--ignore-pipfile", 0)
    named = rest or found.has("-r", "--requirements", "-e", "--editable")
    return (Effect.CHANGES if named else Effect.UNLOCKED), 0
