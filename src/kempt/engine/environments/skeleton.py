"""What an environment holds that no distribution brought: its own parts, leftovers of stopped installs, and strays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kempt.engine.environments.distributions import Installed
from kempt.engine.environments.layout import CONFIGURATION, PYTHON_NAME, Layout
from kempt.host.environments import MARK
from kempt.host.reading import kind_of
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Problem

OWN_FILES = frozenset({CONFIGURATION, ".gitignore", ".lock", "CACHEDIR.TAG", ".project", "pip-selfcheck.json", MARK})
"""Files at the root: of `venv`, uv, virtualenv, Pipenv, old versions of pip, and kempt."""
OWN_SCRIPT = re.compile(
    r"(?:de)?activate(?:\.(?:bat|csh|fish|nu|ps1|xsh))?|Activate\.ps1|activate_this\.py|pydoc\.bat", re.IGNORECASE
)
VIRTUALENV_PTH = frozenset({"69ac3d8f27e679c81b94ab30b3b56e9cd138219b1ba94a1fa3606d5a76a1433d"})
VIRTUALENV_PY = frozenset(
    {  # virtualenv 20.0.9 to 21.15, uv up to 0.13; both add it for Python 3.9 and older only, by now
        "0278334cdcfab4c746b4416fbd5c2b6e7da937c81e132397d62c361d404ebe0e",
        "02943e192823d75212f206e1f2991ac572119882683a95dfbb7a1b913d7b14b5",
        "07584d2a5d13e0811eb567d78ed2aca0fb60e7defff59a01ca7a48d907bdea51",
        "095a1099733d28c837bca584f5fb3eb3724e357f8846c015083dc6e9a7b985f3",
        "0aeb86546345c1d0fada097536e35525714d5cdbcc2d8eb3f9912a955044fcff",
        "0f20351ea7e90039c46d3fabdef991f28b1e3ff33eb13ee6f0d5cd21ea0e8b14",
        "119e4eb9c1a39e6ffd220840844bd326fa1bd3acf2f1c9fa0612949aedc228a5",
        "460589e83387d4dfe5fd84d41c5f6979599f5cd080983d73c832549161c80435",
        "684b8c07932ba4a84ac2e5ae9afe49ef04e92bac3d8d4191d455cf09d093e5fc",
        "82944bb74841efbcfdc3539e7d60df63f43cc023041eb183abbd56f44e071b45",
        "96245d9e9c0b16fdcd99b470abe101863858120c9bf57752278ec4d7f9b09a94",
        "bd9633de3d8122488d66fcfa0c7f0c9cd0b58e9147938ddf1f8fa76ca12b6ad5",
        "bec6155ff7bfc88f8e79e481f27fd7ee0a3b40eeca9bfeb41f4c4b997b2f8100",
        "c9199315871b11b12df226f890a38e66e63191e1adbfb11a66e6861151b33fca",
        "ce57d5e0d9b5d7356cb42da7450ba8f9359bdf693e335f4c921626943c77e64d",
        "e3db5fe06ab41ca9b95dd6463b83836787028a1b55562cc383803bb83001a45c",
        "e8c426ce260f866254ff35cefedc8b3efbd6d1446d99d7a4cdeb0095f98a8b8f",
        "f4dfaeb9efc1614890cfa94ed15bbe9b2ee15fbe76d569ef5e435e93e4987dc7",
        "6cf30c56faf2a55228914dbbd17f8088ed371ebb08f5e7fa6fd931f913fcaf1d",
        "cfb3db86aaa53bb62b5ff764970bec2d71c9228590a0ebec57f6ec926cc0bf1a",
        "e3e10c8a19a62a49928c139b8e6824eac92dcdda7639953bcd10921011cbbdff",
        "ee52b2e2e720a40885a6b4b90c40e28e5c70e550af74d5efd169eaa5db2a6f6f",
    }
)
TEMPORARY = re.compile(r"(?:^|/)\.tmp\w{6}(?:/|$)|(?:^|/)\.kempt-[^/]*\.tmp$|\.pdmtmp$")
_IN_SITE = re.compile(
    r"~[^/]*(?:/|$)|[^/]+-[^/]+\.data/|[^/]+\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)\w+\.tmp$"
)


def own_parts(layout: Layout, walk: Walk) -> set[str]:
    """The files that every environment has, or that the tool which made it put there."""
    found = set(OWN_FILES.intersection(walk.files))
    start = len(layout.scripts)
    for path in walk.files:
        if path.startswith(layout.scripts):
            name = path[start:]
            if PYTHON_NAME.fullmatch(name) or OWN_SCRIPT.fullmatch(name):
                found.add(path)
    return found


def patches(layout: Layout, walk: Walk) -> Iterator[tuple[str, frozenset[str]]]:
    """The files that virtualenv and uv add to site-packages to mend `distutils`, and what they may hold."""
    for site in layout.site:
        for name, known in (("_virtualenv.py", VIRTUALENV_PY), ("_virtualenv.pth", VIRTUALENV_PTH)):
            if f"{site}{name}" in walk.files:
                yield f"{site}{name}", known


def own_links(layout: Layout, walk: Walk) -> set[str]:
    """The links that are part of an environment: its interpreters, and `lib64` where that is `lib`."""
    found = {path for path in walk.links if PYTHON_NAME.fullmatch(path.removeprefix(layout.scripts))}
    found = {path for path in found if path.startswith(layout.scripts)}
    if walk.links.get("lib64") in {"lib", f"{layout.root}/lib"}:
        found.add("lib64")
    return found


def unowned(
    paths: Iterable[str], layout: Layout, found: list[Installed], caches: Mapping[str, str]
) -> Iterator[Problem]:
    """Files that no distribution owns: leftovers and strays. `caches` maps those that are bytecode to what is wrong."""
    names = {one.folder: one.name for one in found}
    for path in paths:
        owner = next((names[folder] for folder in _above(path) if folder in names), "")
        if is_leftover(path, layout):
            yield Problem(Damage.LEFTOVER, path, owner, "of an installation that was stopped")
        elif path in caches:
            yield Problem(Damage.BYTECODE, path, owner, caches[path])
        else:
            yield Problem(Damage.STRAY, path, owner, _words(path, layout))


def is_leftover(path: str, layout: Layout) -> bool:
    """Whether a file was left by an installer that was stopped."""
    if TEMPORARY.search(path):
        return True
    return any(path.startswith(site) and _IN_SITE.match(path, len(site)) for site in layout.site)


def special(walk: Walk, owners: Mapping[str, str], own: set[str]) -> Iterator[Problem]:
    """What is no regular file: links, with their `owners`, devices, FIFOs, and folders that cannot be listed."""
    for path, target in walk.links.items():
        if path not in own:
            yield Problem(Damage.SYMLINK, path, owners.get(path, ""), f"leads to {target}")
    for path, mode in walk.others.items():
        yield Problem(Damage.STRAY, path, detail=kind_of(mode))
    for path, why in walk.unreadable.items():
        yield Problem(Damage.UNREADABLE, path or ".", detail=why)


def _above(path: str) -> Iterator[str]:
    """The folders above a path, innermost first, each with its `/`."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield f"{path}/"


def _words(path: str, layout: Layout) -> str:
    """What is special about a stray file: some run at every start."""
    for site in layout.site:
        if path.startswith(site) and "/" not in path[len(site) :]:
            name = path[len(site) :]
            if name.endswith(".pth") or name in {"sitecustomize.py", "usercustomize.py"}:
                return "Python runs it at every start"
    return ""
