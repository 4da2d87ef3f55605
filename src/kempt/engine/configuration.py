"""Settings: read from `kempt.toml` or `[tool.kempt]`, checked key by key, with file, line and "did you mean"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt import rules
from kempt.errors import ConfigError, UnreadableError
from kempt.formats import toml
from kempt.host.reading import read_regular
from kempt.model.config import CHOICES, OWN_FILE, SHARED_FILE, Config, table_of
from kempt.model.repo import Fault
from kempt.model.tree import Tree

MISSING = "no such file"
OWN_WORD = b"kempt"
"""What a shared file must hold to have settings of kempt; TOML has several ways to spell the table."""
CODE_KEYS = ("select", "ignore", "extend-select", "extend-ignore", "fixable", "unfixable")


def load_config(
    tree: Tree, given: Config | None, file: str | None, overrides: Mapping[str, object], *, isolated: bool
) -> tuple[Config, tuple[Fault, ...]]:
    """The settings of one run, and what could not be read on the way to them.

    `overrides` are laid over a file's settings, spelled as in the file; what extends them is added. Raises ConfigError
    for an unknown key, a wrong type or a code that no rule has, UnreadableError where `file` cannot be read.
    """
    faults: tuple[Fault, ...] = ()
    if given is not None:
        config = given
    elif file is not None:
        content = read_regular(file, toml.SIZE_LIMIT)
        config = _parsed(content, file, table_of(PurePosixPath(file).name))
    else:
        config, faults = (Config(), ()) if isolated else _of_tree(tree)
    laid = with_settings(config, overrides, b"", "the command line")
    if "extend-select" in overrides:
        laid = laid._replace(extend_select=(*config.extend_select, *laid.extend_select))
    if "extend-ignore" in overrides:
        laid = laid._replace(extend_ignore=(*config.extend_ignore, *laid.extend_ignore))
    return laid, faults


def with_settings(
    config: Config, settings: Mapping[str, object], content: bytes, source: str, table: str = ""
) -> Config:
    """The configuration with these settings laid over it. `content` and `table` serve to name the line of a mistake."""
    changes: dict[str, Any] = {}
    for key, value in settings.items():
        field = key.replace("-", "_")
        line = toml.line_of(content, key, table) if content else None
        if field not in Config._fields or field == "source" or "_" in key:
            raise ConfigError(f"unknown setting `{key}`{_meant(key, _keys())}", path=source, line=line)
        checked = _checked(value, Config._field_defaults[field])
        if checked is None:
            wanted = _wanted(Config._field_defaults[field])
            raise ConfigError(f"`{key}` must be {wanted}", path=source, line=line)
        _refuse_unknown_codes(key, checked, source, line)
        if key in CHOICES and checked not in CHOICES[key]:
            raise ConfigError(f"`{key}` must be one of {', '.join(CHOICES[key])}", path=source, line=line)
        changes[field] = checked
    return config._replace(**changes)


def _of_tree(tree: Tree) -> tuple[Config, tuple[Fault, ...]]:
    for name in (OWN_FILE, SHARED_FILE):
        try:
            content = tree.read(name)
        except UnreadableError as error:
            if name == OWN_FILE and error.message != MISSING:
                raise ConfigError(f"cannot be read: {error.message}", path=name) from error
            continue
        table = table_of(name)
        if table and OWN_WORD not in content:
            continue
        document = toml.parse(content) if table else {}
        if isinstance(document, toml.Unparsable):
            return Config(), (Fault("KPT002", PurePosixPath(name), document.message, document.line),)
        if table and not holds_table(document, table):
            continue
        return _parsed(content, name, table), ()
    return Config(), ()


def _parsed(content: bytes, source: str, table: str) -> Config:
    document: object = toml.parse(content)
    if isinstance(document, toml.Unparsable):
        raise ConfigError(document.message, path=source, line=document.line)
    for part in table.split(".") if table else ():
        document = document.get(part, {}) if isinstance(document, dict) else {}
    if not isinstance(document, dict):
        raise ConfigError(f"[{table}] must be a table", path=source)
    return with_settings(Config(source=source), document, content, source, table)


def holds_table(document: Mapping[str, object], table: str) -> bool:
    """Whether a TOML document says anything at a dotted name, in whichever way it is spelled."""
    *above, last = table.split(".")
    return last in toml.table(document, *above)


def _checked(value: object, default: object) -> object | None:
    """The value in the type of the setting's default, None where it does not fit."""
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, str):
        return value if isinstance(value, str) else None
    if isinstance(default, tuple):
        return _strings(value)
    if not isinstance(value, dict):
        return None
    lists = {glob: _strings(codes) for glob, codes in value.items()}
    return None if None in lists.values() else lists


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    return None


def _wanted(default: object) -> str:
    if isinstance(default, bool):
        return "true or false"
    if isinstance(default, str):
        return "a string"
    return "a list of strings" if isinstance(default, tuple) else "a table of lists of strings"


def _refuse_unknown_codes(key: str, value: object, source: str, line: int | None) -> None:
    if key in CODE_KEYS and isinstance(value, tuple):
        given = value
    elif key == "per-path-ignores" and isinstance(value, dict):
        given = tuple(code for codes in value.values() for code in codes)
    else:
        return
    known = [rule.code for rule in rules.ALL]
    for code in given:
        if not code or not any(each.startswith(code) for each in known):
            meant = _meant(code, known) if code[:1] in {"K", "k"} else ""  # `E501` is another linter's
            raise ConfigError(f"no rule begins with `{code}`{meant}", path=source, line=line)


def _keys() -> list[str]:
    return [field.replace("_", "-") for field in Config._fields if field != "source"]


def _meant(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.replace("_", "-"), known, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
