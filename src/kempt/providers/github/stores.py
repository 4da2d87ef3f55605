"""actions/cache with its two halves, and actions/upload-artifact."""

from __future__ import annotations

from kempt.model.pipeline import Artifacts, CacheUse, Key, Text
from kempt.providers.github.around import Around, Effect
from kempt.providers.github.keys import cut
from kempt.providers.github.sources import With
from kempt.providers.github.uses import Uses

CACHES = {"actions/cache": (True, True), "actions/cache/restore": (True, False), "actions/cache/save": (False, True)}
"""Whether each restores, and whether it saves."""
UPLOADS = {"actions/upload-artifact": (4, 4, 0), "actions/upload-pages-artifact": (4, 0, 0)}
"""Since when each leaves hidden files out, unless it is told to take them."""
HIDDEN = "!**/.*/**"


def cache(name: str, given: With, around: Around) -> Effect:
    """A cache of paths under a key."""
    restores, saves = CACHES[name]
    return Effect(
        caches=(
            CacheUse(
                around.location,
                paths=given.every("path"),
                key=_key(given, around),
                restore_keys=given.lines("restore-keys"),
                restores=restores and given.value("lookup-only") != "true",
                saves=saves,
                block=around.block,
            ),
        )
    )


def artifacts(uses: Uses, given: With, around: Around) -> Effect:
    """What is uploaded, and what is left out: by `!`, or because it is hidden."""
    lines = given.every("path")
    excluded = tuple(line for line in lines if line.value.startswith("!"))
    kept = tuple(line for line in lines if not line.value.startswith("!"))
    if uses.version >= UPLOADS[uses.name] and given.value("include-hidden-files") != "true":
        excluded += (Text(HIDDEN, around.location),)
    return Effect(artifacts=(Artifacts(around.location, kept, excluded, around.block),))


def _key(given: With, around: Around) -> Key:
    scalar = given.scalar("key")
    if scalar is None:
        return Key(Text("", around.location), ())
    written = given.source.text(scalar)._replace(value=scalar.value)
    found = cut(written, given.scope)
    parts = tuple(part._replace(files=tuple(map(around.checkout.glob, part.files))) for part in found.parts)
    return found._replace(text=given.source.text(scalar, given.scope), parts=parts)
