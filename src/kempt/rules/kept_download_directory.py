"""KPT505 kept-download-directory: the archives that `pip download` fetched stay in the image."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.managers import options
from kempt.managers.pip import commands as pip
from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import building, filling, removing
from kempt.rules.building import Filled


def check(repo: Repo) -> Iterator[Finding]:
    """A folder of archives is a cache by another name, unless the running container installs from it."""
    for file in building.files(repo):
        for each in building.filled(file, file.shipped):
            place = _place(each)
            if place and building.mount_over(each.run, place) is None and not _is_removed(each, place):
                yield RULE.finding(
                    each.command.location, f"`pip download` leaves its archives in the image, in `{place}`", key=place
                )


def _place(each: Filled) -> str:
    """The folder that is downloaded to; empty where it is no download, or not known."""
    verb = filling.pip_verb(each.words)
    if verb is None or each.words[verb].text != "download":
        return ""
    found = options.read(each.words, verb + 1, pip.VALUED)
    return building.absolute(found.value("-d", "--dest") or ".", each.run, dict(each.command.assignments))


def _is_removed(each: Filled, place: str) -> bool:
    return any(
        building.is_within(place, folder)
        for command in removing.after(each) for folder in removing.removals(each.run, command)
    )  # fmt: skip


RULE = Rule(
    "KPT505", "kept-download-directory", promise=4, level=Level.INFO, since="0.1", check=check,
    summary="the archives that `pip download` fetched stay in the image",
    help="install them in the same RUN and remove them, or say why they stay: # kempt: ignore[KPT505] reason",
)  # fmt: skip
