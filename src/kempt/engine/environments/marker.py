"""The sign that an environment is being worked on. Found at the start of a run, it says that another one was killed.

It lies in kempt's state folder, and a copy in the environment: managers remove an environment, and what is in it, when
the interpreter changes, and the state folder may be another one tomorrow.
"""

from __future__ import annotations

import json

from kempt.errors import KemptError
from kempt.host import environments
from kempt.host.clock import now
from kempt.host.state import environment_key, read_state, remove_state, write_state

FOLDER = "environments"
LIMIT = 64 * 1024


def begin(environment: str) -> None:
    """Leave the sign. Raises KemptError where kempt's state cannot be written."""
    content = json.dumps({"version": 1, "environment": environment, "begun": now()}, ensure_ascii=True).encode()
    write_state(FOLDER, _name(environment), content)
    environments.mark(environment, content)


def repeat(environment: str) -> None:
    """Leave the copy in an environment that was made meanwhile."""
    if not environments.is_marked(environment):
        environments.mark(environment, b"{}")


def is_begun(environment: str) -> bool:
    """Whether the sign is there. One that cannot be read is there as well."""
    try:
        return read_state(FOLDER, _name(environment), LIMIT) is not None or environments.is_marked(environment)
    except KemptError:
        return True


def finish(environment: str) -> None:
    """Take the sign away."""
    environments.unmark(environment)
    remove_state(FOLDER, _name(environment))


def _name(environment: str) -> str:
    return f"{environment_key(environment)}.incomplete"
