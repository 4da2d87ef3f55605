"""What of a user's pip settings is passed on: where packages come from and how to get there, never what is installed.

Hashes decide what `pip install --require-hashes` installs, so an index may be any that has the files. All else that
pip.conf may say is left out, for measured reasons (pip 23.2 and 26.3): `target`, `root` and `python` send packages to
another place or another interpreter with exit status 0, and `--python` on the command line undoes only the last;
`dry-run` installs nothing with exit status 0; `requirement` adds packages; `constraint`, `no-binary` and
`config-settings` change how. `--isolated` is no way out: it drops the index address with the rest, `PIP_INDEX_URL` too,
it still obeys the machine's own pip.conf, and still obeys `python`. `PIP_CONFIG_FILE=os.devnull` keeps pip from reading
any settings file, and leaves variables alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from kempt.managers.activated import PIP_HARMLESS

HARMLESS = frozenset(
    {
        *PIP_HARMLESS,
        "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_CACHE_DIR", "PIP_NO_INDEX",
        "PIP_RESUME_RETRIES",
    }
)  # fmt: skip
"""Variables of pip that do not change what is installed by hash. Each is a setting of pip.conf as well."""
SECTIONS = ("global", "install")
SIZE_LIMIT = 1024**2


def kept(contents: Iterable[bytes]) -> tuple[tuple[str, str], ...]:
    """The variables that stand for what may be kept of these settings files; a later file is above an earlier one.

    What is no settings file says nothing. Source: "Configuration" in pip's documentation.
    """
    from configparser import Error, RawConfigParser

    found: dict[str, str] = {}
    for content in contents:
        parser = RawConfigParser()
        try:
            parser.read_string(content[:SIZE_LIMIT].decode("utf-8", "replace"))
        except Error:
            continue
        for section in filter(parser.has_section, SECTIONS):
            for key, value in parser.items(section):
                name = f"PIP_{key.upper().replace('-', '_')}"
                if name in HARMLESS and value.strip():
                    found[name] = " ".join(value.split())
    return tuple(sorted(found.items()))
