"""A Dockerfile: its instructions with their places, its stages, and what holds at each instruction.

Offsets count the characters of the file's text, decoded as UTF-8 with `surrogateescape`, as `Replace` counts them.
Lines count from 1. The words are those of the Dockerfile reference: instruction, stage, mount, heredoc.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.model.pipeline import UNPLACED, Command, Word

ROOT = "root"


class Flag(NamedTuple):
    """`--name=value` before what an instruction is given; quotes taken off the value."""

    name: str
    value: str
    start: int
    end: int


class Mount(NamedTuple):
    """A `--mount` of RUN. `kind` is bind, cache, tmpfs, secret or ssh; `target` is absolute, variables replaced.

    `options` are all of them as written; the span is that of the whole flag.
    """

    kind: str
    target: str
    options: Mapping[str, str]
    start: int
    end: int


class Heredoc(NamedTuple):
    """`<<NAME` and the lines up to NAME. `start` to `end` are those lines; `expands`: the name is not quoted."""

    name: str
    start: int
    end: int
    expands: bool = True
    strips_tabs: bool = False


class State(NamedTuple):
    """What holds where an instruction stands, inherited along `FROM stage`.

    `variables` are those of ENV and, in this stage, ARG: both are in the environment of RUN. `environment` are those of
    ENV alone, which the image keeps. `user` is as USER says it, without its group. `folder` is WORKDIR, absolute.
    `homes` are the home folders that RUN has given to users, by name and number; empty where a user has none, or it is
    not known.
    """

    variables: Mapping[str, str] = {}
    environment: Mapping[str, str] = {}
    user: str = ROOT
    folder: str = "/"
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    homes: Mapping[str, str] = {}

    @property
    def home(self) -> str:
        """The home folder of the user; empty where it is not known, as for a bare number."""
        if "HOME" in self.variables:
            return self.variables["HOME"].rstrip("/")
        if self.user in {ROOT, "0", ""}:
            return "/root"
        if self.user in self.homes:
            return self.homes[self.user]
        return "" if self.user.isdigit() or "$" in self.user else f"/home/{self.user}"


class Instruction(NamedTuple):
    """One instruction. `keyword` is in capitals; `trigger`: it stands behind ONBUILD, and runs in another build.

    `start` to `end` is all of it, heredocs included; `body` is where what follows the flags begins, and `words` are
    that in words. `json`: it is in the JSON form. `commands` are those of RUN; `unread`: there may be more of them.
    """

    keyword: str
    start: int
    end: int
    line: int
    end_line: int
    body: int
    words: tuple[Word, ...] = ()
    flags: tuple[Flag, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    json: bool = False
    trigger: bool = False
    mounts: tuple[Mount, ...] = ()
    commands: tuple[Command, ...] = ()
    state: State = State()
    unread: bool = False

    def flag(self, name: str) -> str:
        """The last value of a flag, empty where it is not given."""
        return next((each.value for each in reversed(self.flags) if each.name == name), "")


class Copy(NamedTuple):
    """A COPY or ADD. `origin` is what `--from` names, `stage` the number of that stage where it is one of this file.

    `sources` are as written, variables replaced; `target` is absolute.
    """

    instruction: Instruction
    sources: tuple[str, ...]
    target: str
    origin: str = ""
    stage: int | None = None


class Stage(NamedTuple):
    """From a FROM to the next. `base` is what it names, variables replaced; `parent` is the number of that stage.

    `name` is that of `AS`, in lower case. `instructions` are those after FROM, `opening` is FROM itself.
    """

    number: int
    opening: Instruction
    base: str
    name: str = ""
    parent: int | None = None
    instructions: tuple[Instruction, ...] = ()
    copies: tuple[Copy, ...] = ()
    needs: tuple[int, ...] = ()

    @property
    def runs(self) -> tuple[Instruction, ...]:
        """The RUN instructions that run in this build."""
        return tuple(each for each in self.instructions if each.keyword == "RUN" and not each.trigger)


class Dockerfile(NamedTuple):
    """A file. `target` is the stage that is built: the last, unless a compose or bake file names another.

    `others` are more stages that such files build as images of their own.
    `context` is the folder that is sent to the builder, relative to the root; None where that is not known.
    `unclear` is the compose or bake file that names the stage by a variable whose value is not written down; where
    nothing else names one, there are no stages to be judged.
    `ignore_path` is the `.dockerignore` that counts, and `ignore_text` what stands in it: None where there is none.
    """

    path: PurePosixPath
    text: str
    stages: tuple[Stage, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    target: int = UNPLACED
    context: str | None = None
    escape: str = "\\"
    ignore_path: PurePosixPath = PurePosixPath(".dockerignore")
    ignore_text: str | None = None
    others: tuple[int, ...] = ()
    unclear: str = ""

    @property
    def final(self) -> Stage | None:
        """The stage whose image is kept."""
        return self.stages[self.target] if self.stages else None

    @property
    def shipped(self) -> tuple[Stage, ...]:
        """The stages whose layers are in the images, the first one first: along `FROM stage`, no copies."""
        chain = set[int]()
        for each in self._targets:
            number: int | None = each
            while number is not None and number not in chain:
                chain.add(number)
                number = self.stages[number].parent
        return tuple(self.stages[number] for number in sorted(chain))

    @property
    def built(self) -> tuple[Stage, ...]:
        """The stages that the images need; BuildKit skips the others."""
        wanted = set(self._targets)
        for stage in reversed(self.stages):
            if stage.number in wanted:
                wanted.update(stage.needs)
        return tuple(stage for stage in self.stages if stage.number in wanted)

    @property
    def _targets(self) -> tuple[int, ...]:
        return (self.target, *self.others) if self.stages else ()

    def layers(self) -> Iterator[tuple[Stage, Instruction]]:
        """The instructions of the images, in the order in which they run, those behind ONBUILD left out."""
        for stage in self.shipped:
            yield from ((stage, each) for each in stage.instructions if not each.trigger)
