"""The JSON Schema of kempt's settings, made from the same table that checks them."""

from __future__ import annotations

from kempt import rules
from kempt.engine.configuration import CODE_KEYS
from kempt.model.config import CHOICES, DOCS, Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, object]:
    """The schema of `kempt.toml`, which is also that of `[tool.kempt]`."""
    keys = [field for field in Config._fields if field != "source"]
    return {
        "$schema": DIALECT,
        "title": "kempt",
        "description": "The settings of kempt, in kempt.toml or in [tool.kempt] of pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {field.replace("_", "-"): _property(field) for field in keys},
        "$defs": {
            "code": {
                "description": "The code of a rule, or how several codes begin.",
                "type": "string",
                "enum": code_prefixes(),
            },
            "codes": {"type": "array", "items": {"$ref": "#/$defs/code"}},
        },
    }


def code_prefixes() -> list[str]:
    """What may stand for rules: their codes, and how those begin."""
    return sorted({rule.code[:end] for rule in rules.ALL for end in range(1, len(rule.code) + 1)})


def _property(field: str) -> dict[str, object]:
    key, default = field.replace("_", "-"), Config._field_defaults[field]
    described: dict[str, object] = {"description": DOCS[field]}
    if isinstance(default, bool):
        return {**described, "type": "boolean", "default": default}
    if isinstance(default, str):
        return {**described, "type": "string", "enum": list(CHOICES[key]), "default": default}
    if isinstance(default, tuple):
        kind = {"$ref": "#/$defs/codes"} if key in CODE_KEYS else {"type": "array", "items": {"type": "string"}}
        return {**described, **kind, "default": list(default)}
    return {**described, "type": "object", "additionalProperties": {"$ref": "#/$defs/codes"}, "default": {}}
