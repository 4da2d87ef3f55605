"""Settings: read from `kempt.toml` or `[tool.kempt]`, checked key by key, with file, line and "did you mean"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from kempt import rules
from kempt.engine.extending import InTree, Layer, OnDisk, layer_of, with_bases
from kempt.errors import ConfigError, UnreadableError
from kempt.formats import toml
from kempt.host.reading import read_regular
from kempt.model.config import CHOICES, DOCS, FLEET, OWN_FILE, SHARED_FILE, Config, table_of
from kempt.model.repo import Fault
from kempt.model.tree import Tree

MISSING = "no such file"
OWN_WORD = b"kempt"
"""What a shared file must hold to have settings of kempt; TOML has several ways to spell the table."""
CODE_KEYS = ("select", "ignore", "extend-select", "extend-ignore", "fixable", "unfixable")
ADDED = ("extend-select", "extend-ignore")
"""Lists that are added to those of a file that is extended, and of a file by the command line; others replace them."""


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
        config = laid(layers_of(file))
    else:
        config, faults = (Config(), ()) if isolated else _of_tree(tree)
    return over(config, overrides), faults


def layers_of(file: str) -> tuple[Layer, ...]:
    """What a file on the disk sets and what it extends, the last wins. Raises ConfigError and UnreadableError."""
    return with_bases(layer_of(read_regular(file, toml.SIZE_LIMIT), file), OnDisk())


def laid(layers: Sequence[Layer]) -> Config:
    """The settings of files, each laid over those before it. Raises ConfigError for what is wrong in one."""
    config, origins = Config(), dict[str, str]()
    for layer in layers:
        config = over(config, layer.settings, layer.content, layer.source, layer.table)
        for key in layer.settings:
            before = f"{origins[key]}, " if key in ADDED and key in origins else ""
            origins[key] = before + layer.source
    source = layers[-1].source
    return config._replace(source=source, origins={key: each for key, each in origins.items() if each != source})


def over(
    config: Config, settings: Mapping[str, object], content: bytes = b"", source: str = "the command line",
    table: str = "",
) -> Config:  # fmt: skip
    """As `with_settings`, but lists that extend others are added to what is there."""
    new = with_settings(config, settings, content, source, table)
    if "extend-select" in settings:
        new = new._replace(extend_select=(*config.extend_select, *new.extend_select))
    if "extend-ignore" in settings:
        new = new._replace(extend_ignore=(*config.extend_ignore, *new.extend_ignore))
    return new


def with_settings(
    config: Config, settings: Mapping[str, object], content: bytes, source: str, table: str = ""
) -> Config:
    """The configuration with these settings laid over it. `content` and `table` serve to name the line of a mistake."""
    changes: dict[str, Any] = {}
    for key, value in settings.items():
        field = key.replace("-", "_")
        line = toml.line_of(content, key, table) if content else None
        if key == FLEET and isinstance(value, Mapping):
            continue
        if field not in DOCS or "_" in key:
            raise ConfigError(f"unknown setting `{key}`{_meant(key, _keys())}", path=source, line=line)
        words = (value,) if field == "extend" and isinstance(value, str) else value
        checked = _checked(words, Config._field_defaults[field])
        if checked is None:
            wanted = ("a string or " if field == "extend" else "") + _wanted(Config._field_defaults[field])
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
        return laid(with_bases(layer_of(content, name), InTree(tree))), ()
    return Config(), ()


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
    return [field.replace("_", "-") for field in DOCS]


def _meant(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.replace("_", "-"), known, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
