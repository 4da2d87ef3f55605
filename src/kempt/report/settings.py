"""Settings as text, in TOML, so that they can be pasted into a file; and as JSON."""

from __future__ import annotations

from kempt.model.config import DOCS, Config
from kempt.report.columns import pad, paint, width
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, encode
from kempt.report.look import Look

_WIDEST = 50


def to_text(config: Config, look: Look) -> str:
    """A line for each setting, with where its value comes from; with `verbose` what it means."""
    rows = [(f"{key} = {_toml(value)}", source, field) for field, key, value, source in _settings(config)]
    column = max((width(visible(text)) for text, _, _ in rows if width(text) <= _WIDEST), default=0)
    lines: list[str] = []
    for text, source, field in rows:
        if look.verbose:
            lines += [*([""] if lines else []), paint(f"# {DOCS[field]}", "dim", on=look.color)]
        style = "dim" if source == "default" else "cyan"
        lines.append(f"{pad(visible(text), column)}  {paint(f'# {visible(source)}', style, on=look.color)}")
    return "".join(f"{line}\n" for line in lines)


def to_json(config: Config) -> str:
    """One object: the file that was read (null for none), and each setting's value and source."""
    settings = {
        key: {"value": _plain(value), "source": well_formed(source)} for _, key, value, source in _settings(config)
    }
    rows = ",\n".join(f'    "{key}": {encode(each)}' for key, each in settings.items())
    file = encode(well_formed(config.source) or None)
    head = f'  "version": {VERSION},\n  "command": "config",\n  "file": {file}'
    return f'{{\n{head},\n  "settings": {{\n{rows}\n  }}\n}}\n'


def _settings(config: Config) -> list[tuple[str, str, object, str]]:
    """Field, key, value and source of each setting."""
    found = []
    for field in DOCS:
        value = getattr(config, field)
        key = field.replace("_", "-")
        source = "default" if value == Config._field_defaults[field] else config.origin(key) or "the caller"
        found.append((field, key, value, source))
    return found


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return encode(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{encode(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    raise TypeError(f"no setting is a {type(value).__name__}")


def _plain(value: object) -> object:
    return {key: list(each) for key, each in value.items()} if isinstance(value, dict) else value
