"""What an environment rests on: whether its interpreter is there, and is the one that it was made with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.engine.environments.layout import CONFIGURATION, Layout
from kempt.host import interpreter
from kempt.host.walking import Walk
from kempt.model.environment import Damage, Problem

_MINOR_FOLDER = re.compile(r"(?:lib|lib64)/(?:python|pypy)(\d+\.\d+)t?/")


def problems(layout: Layout, walk: Walk) -> Iterator[Problem]:
    """What is wrong with the interpreter and the settings. Looks outside of the environment, and runs nothing."""
    if layout.system_site:
        yield Problem(Damage.SYSTEM_SITE, CONFIGURATION, detail="it sees the packages of the base interpreter")
    for folder in layout.site:
        match = _MINOR_FOLDER.match(folder)
        if match and layout.minor and match[1] != layout.minor:
            words = f"pyvenv.cfg says Python {layout.python}"
            yield Problem(Damage.WRONG_PYTHON, folder.rstrip("/"), detail=words)
    yield from _interpreter(layout, walk)


def _interpreter(layout: Layout, walk: Walk) -> Iterator[Problem]:
    name = f"{layout.scripts}python.exe" if layout.scripts == "Scripts/" else f"{layout.scripts}python"
    if name not in walk.links and name not in walk.files:
        yield Problem(Damage.WRONG_PYTHON, name, detail="there is no interpreter")
        return
    found = interpreter.look(f"{layout.root}/{name}", layout.settings.get("home", ""))
    if found is None:
        target = walk.links.get(name) or layout.settings.get("home", "")
        yield Problem(Damage.WRONG_PYTHON, name, detail=f"the interpreter is gone: {target}")
    elif found.version and layout.python and not _agree(found.version, layout.python):
        words = f"pyvenv.cfg says Python {layout.python}, and it starts {found.version}"
        yield Problem(Damage.WRONG_PYTHON, name, detail=words)
    elif not found.is_base:
        yield Problem(Damage.WRONG_PYTHON, name, detail="it is no copy of the base interpreter")


def _agree(one: str, other: str) -> bool:
    """Whether two versions are the same as far as both say."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))
