"""What of a merged image is left over: caches, wheelhouses, tools' caches, environments that are shipped twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kempt.engine.image_kinds import ENVIRONMENT, WHEEL, Kind, Kinds
from kempt.formats.oci.merged import Merged, Node
from kempt.model.image import ImageConfig, Leftover, Verdict

BURIED_CACHE = "KPT552"
_CACHE = "KPT551"
_CONDA = "conda"


class _Group(NamedTuple):
    verdict: Verdict
    kind: Kind
    layer: int


def leftovers(merged: Merged, kinds: Kinds, config: ImageConfig) -> tuple[Leftover, ...]:
    """What each layer ships of each, sorted by verdict, path and layer."""
    files: dict[_Group, int] = defaultdict(int)
    contents: dict[_Group, set[Node]] = defaultdict(set)
    used = _used_outside(merged.shipped, kinds)
    for each, kind in _classified(merged.shipped, kinds):
        content = each.content
        verdict = Verdict.PRESENT if each.alive else Verdict.BURIED
        if verdict is Verdict.PRESENT and kind.row is ENVIRONMENT:
            continue
        if content in used and (verdict is Verdict.BURIED or kind.row.tool == _CONDA):
            continue  # the bytes are needed
        if verdict is Verdict.BURIED and (content.layer != each.layer or content.left):
            continue  # another name for bytes that are counted where they are
        group = _Group(verdict, kind, each.layer)
        files[group] += 1
        if content not in used and content.layer == each.layer:
            contents[group].add(content)
    found = (
        _leftover(group, number, sum(each.size for each in contents[group]), config) for group, number in files.items()
    )
    return tuple(sorted(found, key=lambda each: (each.verdict is Verdict.BURIED, each.path, each.layer, each.tool)))


def bytes_by_kind(merged: Merged, kinds: Kinds, layers: int) -> tuple[tuple[tuple[str, int], ...], ...]:
    """What each layer's files weigh, by what they are, heaviest first: for a picture.

    Bytes of a cache that a file outside of it needs are those of that file, as in `leftovers`.
    """
    sums: list[dict[str, int]] = [defaultdict(int) for _ in range(layers)]
    used = _used_outside(merged.shipped, kinds)
    for each in merged.shipped:
        if each.first is None:
            sums[each.layer][_called(used.get(each, each), kinds)] += each.size
    return tuple(tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))) for found in sums)


def _called(each: Node, kinds: Kinds) -> str:
    """The kind of a file in words: "cache of pip", "environments", "packages" or "other files"."""
    kind, buried = kinds.of(each.path), "" if each.content.left else "buried "
    if kind is None:
        return f"{buried}packages" if "-packages/" in each.path else f"{buried}files" if buried else "other files"
    if kind.row is ENVIRONMENT:
        return f"{buried}environments"
    return f"{buried}wheels" if kind.row is WHEEL else f"{buried}cache of {kind.row.tool}"


def _leftover(group: _Group, files: int, size: int, config: ImageConfig) -> Leftover:
    row, root = group.kind
    code = BURIED_CACHE if row.code == _CACHE and group.verdict is Verdict.BURIED else row.code
    made_by = config.made_by[group.layer] if group.layer < len(config.made_by) else ""
    return Leftover(
        code, group.verdict, row.tool, root, files, size, group.layer + 1, made_by, base=group.layer < config.base
    )


def _classified(shipped: Iterable[Node], kinds: Kinds) -> Iterator[tuple[Node, Kind]]:
    for each in shipped:
        kind = kinds.of(each.path)
        if kind is not None:
            yield each, kind


def _used_outside(shipped: Sequence[Node], kinds: Kinds) -> Mapping[Node, Node]:
    """Bytes with several names, one of which is in the merged view and in no cache: they have to be there.

    Each comes with the first such name.
    """
    used: dict[Node, Node] = {}
    for each in shipped:
        if each.alive and each.content.names > 1:
            kind = kinds.of(each.path)
            if kind is None or kind.row is ENVIRONMENT:
                used.setdefault(each.content, each)
    return used
