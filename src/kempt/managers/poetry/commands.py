"""Poetry's command line (2.5.1): install and sync follow poetry.lock, and fail where it is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kempt.managers import options
from kempt.model.installs import Doing, Downloads, Effect

if TYPE_CHECKING:
    from kempt.model.pipeline import Word

DOWNLOADS = Downloads(
    variable="POETRY_CACHE_DIR",
    linux="pypoetry",
    macos="~/Library/Caches/pypoetry",
    windows="~/AppData/Local/pypoetry/Cache",
    asked=("poetry", "config", "cache-dir"),
    kept=("artifacts", "cache"),  # beside them lie `virtualenvs`, which are no downloads
)
VALUED = frozenset({
    "-C", "--directory", "-P", "--project", "-E", "--extras", "--with", "--without", "--only", "-G", "--group",
    "--source", "--python", "--platform", "--format", "-f", "-o", "--output",
})  # fmt: skip
EFFECTS = {
    "install": Effect.CHECKED, "sync": Effect.CHECKED, "add": Effect.CHANGES, "update": Effect.CHANGES,
    "remove": Effect.CHANGES, "lock": Effect.CHANGES, "run": Effect.RUNS,
}  # fmt: skip


def understand(_program: str, words: Sequence[Word], _variables: Mapping[str, str]) -> Doing | None:
    """What `poetry …` does."""
    before = options.read(words, 1, VALUED, whole=False)
    if not before.rest:
        return None
    at, verb = before.rest[0]
    found = options.read(words, at + 1, VALUED, whole=verb.text != "run")
    folder = before.value("-C", "--directory", "-P", "--project") or found.value("-C", "--directory", "-P", "--project")
    effect = EFFECTS.get(verb.text)
    if verb.text == "check" or (verb.text == "lock" and found.has("--check")):
        effect = Effect.COMPARES if verb.text == "lock" or found.has("--lock") else None
    elif verb.text == "cache" and len(words) > at + 1 and words[at + 1].text == "clear":
        effect = Effect.CLEARS
    elif verb.text == "self" and len(words) > at + 1 and words[at + 1].text in {"add", "install", "update"}:
        effect = Effect.TOOL
    if effect is None:
        return None
    rest = tuple(word for _, word in found.rest)
    return Doing(
        "poetry", effect, at, names=rest if effect is Effect.CHANGES else (),
        runs=tuple(word.text for word in rest) if effect is Effect.RUNS else (), folder=folder,
        upgrades=verb.text == "update", cached=not found.has("--no-cache") and not before.has("--no-cache"),
    )  # fmt: skip
