"""Running a manager's commands for one service: in its folder, with scrubbed variables, line by line."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from kempt.engine.environments import marker
from kempt.engine.environments.ready import Ready
from kempt.engine.environments.refused import refused
from kempt.engine.environments.scrub import Scrubbed
from kempt.errors import ToolError
from kempt.host.run import Programs, find_program
from kempt.model.manager import Command
from kempt.model.sync import Event, Phase
from kempt.model.verify import Reason, Refusal

KEPT_LINES = 30
UNREACHABLE = re.compile(
    r"dns error|connect(?:ion)? ?(?:refused|reset|error)|error sending request|network is unreachable|name resolution"
    r"|name or service not known|failed to establish a new connection|max retries exceeded|all attempts to connect"
    r"|timed out|timeout",
    re.IGNORECASE,
)
"""Words that managers have for an index that does not answer: they choose between two exit codes, and nothing else."""

Tell = Callable[[Event], None]


class Failed(Exception):  # noqa: N818 - no error of kempt's: what a manager ended in
    """Raised when a manager's command fails, or when what it left is not what the lock says.

    `state` says, in words, what there is now.
    """

    def __init__(self, refusal: Refusal, state: str = "") -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.state = state


class Runner:
    """The commands of one service. `output` is the end of what they printed, `done` are those that were run."""

    def __init__(self, ready: Ready, scrubbed: Scrubbed, programs: Programs, tell: Tell, held: int) -> None:
        self.ready = ready
        self.done: list[Command] = []
        self.output: deque[str] = deque(maxlen=KEPT_LINES)
        self._variables = scrubbed.variables
        self._programs = programs
        self._tell = tell
        self._held = held

    def say(self, phase: Phase, line: str = "") -> None:
        """Show what is being done."""
        self._tell(Event(self.ready.service, phase, line))

    def run(self, commands: Iterable[Command], phase: Phase) -> None:
        """Run these, one after the other. Raises Failed for the first that fails, KeyboardInterrupt when stopped."""
        self.say(phase)
        for command in commands:
            status = self._stream(command, phase)
            self.done.append(command)
            if self._programs.is_stopped():
                raise KeyboardInterrupt
            if status != 0:
                raise Failed(self._failure(command, status))

    def _stream(self, command: Command, phase: Phase) -> int:
        def heard(line: str) -> None:
            self.output.append(line)
            marker.repeat(self.ready.setup.environment)
            self.say(phase, line)

        variables = {**self._variables, **dict(command.variables)}
        try:
            return self._programs.stream(
                _found(command.argv), heard, env=variables, cwd=self.ready.setup.root, keep=(self._held,),
                meanwhile=_prepare_check,
            )  # fmt: skip
        except ToolError as error:
            raise Failed(refused(error, Reason.MISSING)) from error

    def _failure(self, command: Command, status: int) -> Refusal:
        spelled = " ".join(_short(word, self.ready.setup.root) for word in command.argv)
        how = f"ended with exit code {status}" if status > 0 else f"was killed by signal {-status}"
        unreachable = self.ready.setup.offline or any(UNREACHABLE.search(line) for line in self.output)
        offline = " (without a network)" if self.ready.setup.offline else ""
        return Refusal(Reason.OFFLINE if unreachable else Reason.MANAGER, f"`{spelled}` {how}{offline}")


def _found(argv: Sequence[str]) -> tuple[str, ...]:
    """The command with the absolute path of its program. Raises ToolError where it is not installed."""
    if "/" in argv[0] or "\\" in argv[0]:
        return tuple(argv)
    program = find_program(argv[0])
    if program is None:
        raise ToolError(f"{argv[0]} is not installed, or not on PATH", argv=tuple(argv))
    return (program, *argv[1:])


def _prepare_check() -> None:
    """Import what the check needs while the manager works: it takes as long as a whole run with nothing to do."""
    import_module("kempt.engine.environments.fingerprint")


def _short(word: str, root: str) -> str:
    return word.removeprefix(f"{root}/")
