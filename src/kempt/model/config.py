"""What a user can set, in `kempt.toml` or `[tool.kempt]`, with the words that document it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

OWN_FILE, SHARED_FILE = "kempt.toml", "pyproject.toml"
"""Where settings are looked for, the first that holds some wins."""


def table_of(file_name: str) -> str:
    """The table that holds the settings in a file of this name, "" for its top."""
    return "tool.kempt" if file_name == SHARED_FILE else ""


FLEET = "fleet"
"""The table of a policy for many repositories; where one repository is checked, it says nothing."""

OFF_BY_DEFAULT = frozenset({"KPT416"})
"""Rules that most projects leave to another tool."""


class Config(NamedTuple):
    """The settings of one run. Keys in files are spelled with dashes.

    `source` is the file they come from; `origins` has the keys that come from files which that one extends: key → file.
    """

    select: tuple[str, ...] = ("KPT",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    fixable: tuple[str, ...] = ("KPT",)
    unfixable: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    allow: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, tuple[str, ...]] = {}
    tracked_but_ignored: str = "caches"
    docker_fix: str = "auto"
    clean_keep: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    source: str = ""
    origins: Mapping[str, str] = {}

    def wants(self, code: str) -> bool:
        """Whether the rule of this code is on: the longest matching prefix wins, and `ignore` wins a tie.

        A few rules are off unless their whole code is selected.
        """
        return _wants(code, (*self.select, *self.extend_select), (*self.ignore, *self.extend_ignore))

    def origin(self, key: str) -> str:
        """The file that a setting comes from, "" for none."""
        return self.origins.get(key, self.source)

    def may_fix(self, code: str) -> bool:
        """Whether fixes of this rule may be applied."""
        return code.startswith(self.fixable) and not (self.unfixable and code.startswith(self.unfixable))


@lru_cache(1024)
def _wants(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Asked a hundred times for each repository of a fleet, with the same settings."""
    if code in OFF_BY_DEFAULT and code not in select:
        return False
    chosen = max((len(prefix) for prefix in select if code.startswith(prefix)), default=-1)
    dropped = max((len(prefix) for prefix in ignore if code.startswith(prefix)), default=-1)
    return chosen > dropped


CHOICES: Mapping[str, tuple[str, ...]] = {
    "tracked-but-ignored": ("caches", "all"),
    "docker-fix": ("auto", "flag", "mount"),
}
"""Settings that take one of a few words."""

DOCS: Mapping[str, str] = {
    "select": "Rule codes or prefixes that are on.",
    "ignore": "Rule codes or prefixes that are off.",
    "extend_select": "Codes or prefixes added to `select`.",
    "extend_ignore": "Codes or prefixes added to `ignore`.",
    "fixable": "Rules whose fixes `--fix` may apply.",
    "unfixable": "Rules whose fixes `--fix` never applies.",
    "unsafe_fixes": "Apply unsafe fixes too, as `--unsafe-fixes` does.",
    "allow": "Paths (globs) that may be tracked whatever they are: no KPT1xx finding below them.",
    "per_path_ignores": "Codes or prefixes that are off below a path (glob).",
    "tracked_but_ignored": "What KPT110 looks at: `caches` (environments, caches, OS junk) or `all`.",
    "docker_fix": "How fixes keep a cache out of an image: by a `flag` (any builder), a `mount` (BuildKit, buildah), or"
    " `auto`: a flag in what is shipped, a mount in builders.",
    "clean_keep": "Patterns as in a .gitignore beside the settings: `kempt clean` leaves alone what they match.",
    "extend": "Other settings files, a path or a list of paths relative to this file; what this file says wins.",
}
