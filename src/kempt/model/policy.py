"""One policy for many repositories: the settings that count for all of them, and what they live with for a time."""

from collections.abc import Mapping
from typing import NamedTuple

from kempt.model.config import Config
from kempt.model.fleet import Waiver


class Policy(NamedTuple):
    """What a policy file says.

    `config` has neither source nor origins: where the file lies changes nothing. `strict`: repositories may add to
    these settings and take nothing away; what a repository silences counts for rules whose codes begin with one of
    `accepted` only. `waivers` are in the order of the files; `source` is the file.
    """

    config: Config
    strict: bool
    accepted: tuple[str, ...]
    waivers: tuple[Waiver, ...]
    source: str


POLICY_DOCS: Mapping[str, str] = {
    "strict": "Repositories may add to these settings, and turn nothing off. `false`: their own are laid over these.",
    "accept-suppressions": "Whether a repository may silence findings by itself, or the codes for which it may.",
    "waivers": "Findings that are lived with for a time.",
}
WAIVER_DOCS: Mapping[str, str] = {
    "repository": "Glob of the repository's name: its URL without user, password and `.git`, or its path.",
    "code": "The code of a rule, or how several codes begin.",
    "path": "Glob of the path in the repository; what lies below is meant too.",
    "reason": "Why.",
    "expires": "The last day on which it counts, as 2027-06-30.",
}
WAIVER_NEEDS = ("code", "reason", "expires")
"""Keys that a waiver must have; a glob that is left out fits everything."""
