"""What CircleCI's steps store: caches that are saved and restored under the same key, and artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.pipeline import Artifacts, CacheUse, Job, Step, Text
from kempt.providers import scripts
from kempt.providers.circleci.keys import Known, key
from kempt.providers.circleci.parameters import Scope, filled, resolved
from kempt.providers.circleci.splicing import Item


def texts(node: yaml.Node | None, scope: Scope, path: PurePosixPath) -> tuple[Text, ...]:
    """The scalars of a node, parameters filled in; what is put in the place of a whole scalar has its own place."""
    found, scope = resolved(node, scope)
    made = list[Text]()
    for scalar in yaml.scalars(found):
        one, inner = resolved(scalar, scope)
        for each in yaml.scalars(one):
            text = scripts.text(each, path)
            made.append(text._replace(value=filled(text.value, inner)))
    return tuple(text for text in made if text.value)


def cache(item: Item, path: PurePosixPath, known: Known) -> CacheUse:
    """What a `restore_cache` or `save_cache` step does. A restored one gets its paths from the one that saves."""
    body, scope = resolved(item.body, item.scope)
    wanted = [
        text
        for name in ("key", "keys") if item.name == "restore_cache" or name == "key"
        for text in _written(yaml.get(body, name), scope, path)
    ]  # fmt: skip
    keys = [key(text, known._replace(scope=inner)) for text, inner in wanted]
    saves = item.name == "save_cache"
    return CacheUse(
        scripts.place(item.key, path),
        texts(yaml.get(body, "paths"), scope, path) if saves else (),
        keys[0] if keys else None,
        tuple(each.text for each in keys[1:]),
        restores=not saves,
        saves=saves,
        block=item.block,
        name=yaml.text_of(yaml.get(body, "name")),
    )


def _written(node: yaml.Node | None, scope: Scope, path: PurePosixPath) -> Iterator[tuple[Text, Scope]]:
    """Keys as they are written, with the parameters that are known in them."""
    found, scope = resolved(node, scope)
    for scalar in yaml.scalars(found):
        one, inner = resolved(scalar, scope)
        if isinstance(one, yaml.Scalar):
            yield scripts.text(one, path), inner


def paired(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """The jobs with the paths of what they restore: those that the same job, or else another, saves under the key."""
    everywhere = tuple(cache for job in jobs for cache in job.all_caches if cache.saves and cache.paths)
    return tuple(job._replace(steps=tuple(_with_paths(job, everywhere))) for job in jobs)


def _with_paths(job: Job, everywhere: tuple[CacheUse, ...]) -> Iterator[Step]:
    own = tuple(cache for cache in job.all_caches if cache.saves and cache.paths)
    for step in job.steps:
        if any(cache.restores and not cache.saves for cache in step.caches):
            yield step._replace(caches=tuple(_restored(cache, (*own, *everywhere)) for cache in step.caches))
        else:
            yield step


def _restored(cache: CacheUse, saved: Iterable[CacheUse]) -> CacheUse:
    if cache.saves or cache.key is None:
        return cache
    return cache._replace(paths=next((each.paths for each in saved if same(cache, each)), ()))


def same(restored: CacheUse, saved: CacheUse) -> bool:
    """Whether what is saved can be restored: CircleCI takes the newest cache whose key begins with a wanted one."""
    if restored.key is None or saved.key is None:
        return False
    full = _folded(saved.key.text)
    return any(full.startswith(_folded(text)) for text in (restored.key.text, *restored.restore_keys))


def _folded(text: Text) -> str:
    return "".join(text.value.split())


def artifacts(item: Item, path: PurePosixPath) -> Artifacts:
    """What `store_artifacts` keeps and `persist_to_workspace` hands to later jobs; paths start from the root of it."""
    body, scope = resolved(item.body, item.scope)
    found = texts(yaml.get(body, "path" if item.name == "store_artifacts" else "paths"), scope, path)
    root = filled(yaml.text_of(yaml.get(body, "root")), scope).removeprefix("./").rstrip("/")
    if root and not root.startswith((".", "/", "~", "$")):
        found = tuple(text._replace(value=f"{root}/{text.value.removeprefix('./')}") for text in found)
    return Artifacts(scripts.place(item.key, path), found, block=item.block)
