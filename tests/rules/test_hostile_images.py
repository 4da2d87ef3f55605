"""Dockerfiles that are made to keep the rules on images busy: each comes to an end."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from conftest import MakeRepository
from kempt import rules
from support.checking import surveyed

CACHE = "--mount=type=cache,target=/root/.cache "
HOSTILE = {
    "installs in a run": "FROM python\nRUN " + " && ".join(f"pip install x{n}" for n in range(1_000)) + "\n",
    "runs": "FROM python\n" + f"RUN {CACHE}pip install x\n" * 3_000,
    "removals": "FROM python\n" + "RUN pip install x\nRUN rm -rf /x /y\n" * 800,
    "copies": "FROM python AS b\n"
    + "RUN pip wheel -w /w x\n" * 800
    + "FROM python\n"
    + "COPY --from=b /root /r\n" * 1_000,
    "stages": "FROM python AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nRUN pip install x\n" for n in range(1_500)),
    "mounts": f"FROM python\nRUN {CACHE * 5_000}pip install x\n",
    "words": "FROM python\nRUN pip install x && rm -rf " + "/a " * 20_000 + "\n",
}
CODES = tuple(rule for rule in rules.ALL if rule.code.startswith("KPT5"))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_rules_come_to_an_end(git_repo: MakeRepository, name: str) -> None:
    with surveyed(git_repo({"Dockerfile": HOSTILE[name]})) as repo:
        places = {each.location.path for rule in CODES for each in rule.check(repo)}

    assert {PurePosixPath("Dockerfile")} >= places
