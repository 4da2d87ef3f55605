"""What mends one repository, as a patch that its people apply: nothing is pushed, and no clone is changed."""

from typing import NamedTuple


class Part(NamedTuple):
    """One file that a patch changes.

    `old` and `new` are its object ids before and after, "" where it is not there: what leaves git has no `new`. `mode`
    is as git prints it. Text has `hunks`, those of a unified diff. Anything else has the contents `before` and `after`;
    what leaves git needs neither, for its id is enough to know it by.
    """

    path: str
    mode: str
    old: str = ""
    new: str = ""
    hunks: str = ""
    before: bytes | None = None
    after: bytes | None = None

    @property
    def leaves(self) -> bool:
        """Whether the file leaves git."""
        return not self.new


class Mended(NamedTuple):
    """A finding that the patch ends."""

    code: str
    rule: str
    path: str
    message: str


class Patch(NamedTuple):
    """What can be mended in one repository.

    `head` is the commit that it is made for, `url` what git clones. Without `parts` there is nothing to mend, or
    `error` says why nobody knows. `mended` are the findings that it ends, the worst first; `left` counts those that
    stay. `notes` say what is not in it and why.
    """

    name: str
    url: str
    head: str = ""
    parts: tuple[Part, ...] = ()
    mended: tuple[Mended, ...] = ()
    left: int = 0
    notes: tuple[str, ...] = ()
    error: str = ""


class Sending(NamedTuple):
    """How patches are sent: the branch to make, who the author is, when it is, and the options that make them again.

    `seconds` since 1970, UTC; `options` are words of a `kempt check --fix`.
    """

    branch: str
    author: str
    seconds: float
    version: str
    options: tuple[str, ...] = ()
