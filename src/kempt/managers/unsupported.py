"""Managers that kempt recognises by their lock and does not work with: what to type instead."""

from __future__ import annotations

from typing import NamedTuple


class Unsupported(NamedTuple):
    """A manager that kempt only names. `install_command` gives the environment that its lock describes."""

    name: str
    title: str
    locks: tuple[str, ...]
    install_command: str

    @property
    def reason(self) -> str:
        """For people: "not supported; run pixi install --locked"."""
        return f"not supported; run {self.install_command}"


ALL = (
    Unsupported("pixi", "pixi", ("pixi.lock",), "pixi install --locked"),
    Unsupported("conda-lock", "conda-lock", ("conda-lock.yml",), "conda-lock install conda-lock.yml"),
)


def find(name: str) -> Unsupported | None:
    """The manager of this name, None where kempt works with it, or knows none."""
    return next((each for each in ALL if each.name == name), None)
