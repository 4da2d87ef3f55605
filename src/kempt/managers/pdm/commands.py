"""PDM's command line (2.29.3): only `pdm install --check` and `pdm lock --check` compare the lock with the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kempt.managers import options
from kempt.model.installs import Doing, Downloads, Effect

if TYPE_CHECKING:
    from kempt.model.pipeline import Word

DOWNLOADS = Downloads(
    variable="PDM_CACHE_DIR",
    linux="pdm",
    macos="~/Library/Caches/pdm",
    windows="~/AppData/Local/pdm/pdm/Cache",
    asked=("pdm", "config", "cache_dir"),
)
VALUED = frozenset({
    "-p", "--project", "-L", "--lockfile", "-G", "--group", "--with", "--without", "-S", "--strategy", "-c",
    "--config", "--override", "--exclude-newer", "--exclude-newer-override", "--python", "--platform",
    "--implementation", "--venv", "-k", "--skip", "-C", "--config-setting", "-e", "--editable",
})  # fmt: skip
EFFECTS = {
    "sync": Effect.FROZEN, "install": Effect.UNLOCKED, "add": Effect.CHANGES, "update": Effect.CHANGES,
    "remove": Effect.CHANGES, "lock": Effect.CHANGES, "run": Effect.RUNS,
}  # fmt: skip


def understand(_program: str, words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What `pdm …` does."""
    before = options.read(words, 1, VALUED, whole=False)
    if not before.rest:
        return None
    at, verb = before.rest[0]
    found = options.read(words, at + 1, VALUED, whole=verb.text != "run")
    effect, option = EFFECTS.get(verb.text), 0
    if verb.text in {"install", "lock"} and found.has("--check"):
        effect = Effect.CHECKED if verb.text == "install" else Effect.COMPARES
    elif verb.text == "install":
        option = found.flags.get("--frozen-lockfile", found.flags.get("--no-lock", 0))
        frozen = option or options.is_on(variables.get("PDM_FROZEN_LOCKFILE"))
        effect = Effect.FROZEN if frozen else Effect.UNLOCKED
    elif verb.text == "cache" and len(words) > at + 1 and words[at + 1].text == "clear":
        effect = Effect.CLEARS
    if effect is None:
        return None
    rest = tuple(word for _, word in found.rest)
    return Doing(
        "pdm", effect, at, option, names=rest if effect is Effect.CHANGES else (),
        runs=tuple(word.text for word in rest) if effect is Effect.RUNS else (),
        folder=before.value("-p", "--project") or found.value("-p", "--project"), upgrades=verb.text == "update",
        cached=not options.is_on(variables.get("PDM_NO_CACHE")),
    )  # fmt: skip
