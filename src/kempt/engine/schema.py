"""The JSON Schema of kempt's settings, made from the same table that checks them."""

from __future__ import annotations

from kempt import rules
from kempt.engine.configuration import CODE_KEYS
from kempt.model.config import CHOICES, DOCS, FLEET, Config
from kempt.model.policy import POLICY_DOCS, WAIVER_DOCS, WAIVER_NEEDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, object]:
    """The schema of `kempt.toml`, which is also that of `[tool.kempt]`."""
    return {
        "$schema": DIALECT,
        "title": "kempt",
        "description": "The settings of kempt, in kempt.toml or in [tool.kempt] of pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {**{field.replace("_", "-"): _property(field) for field in DOCS}, FLEET: _policy()},
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
    if field == "extend":
        names = {"type": "array", "items": {"type": "string"}}
        return {**described, "anyOf": [{"type": "string"}, names], "default": []}
    if isinstance(default, str):
        return {**described, "type": "string", "enum": list(CHOICES[key]), "default": default}
    if isinstance(default, tuple):
        kind = {"$ref": "#/$defs/codes"} if key in CODE_KEYS else {"type": "array", "items": {"type": "string"}}
        return {**described, **kind, "default": list(default)}
    return {**described, "type": "object", "additionalProperties": {"$ref": "#/$defs/codes"}, "default": {}}


def _policy() -> dict[str, object]:
    """The table that makes a file of settings the policy for many repositories."""
    kinds: dict[str, dict[str, object]] = {
        "strict": {"type": "boolean", "default": True},
        "accept-suppressions": {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/codes"}], "default": False},
        "waivers": {"type": "array", "items": _waiver(), "default": []},
    }
    return {
        "description": "What counts where the file is a policy for many repositories: kempt fleet scan --config FILE.",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {"description": words, **kinds[key]} for key, words in POLICY_DOCS.items()},
        "default": {},
    }


def _waiver() -> dict[str, object]:
    kinds: dict[str, dict[str, object]] = {
        "code": {"$ref": "#/$defs/code"},
        "reason": {"type": "string", "pattern": r"\S"},
        "expires": {"type": "string", "format": "date"},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(WAIVER_NEEDS),
        "properties": {
            key: {"description": words, **kinds.get(key, {"type": "string"})} for key, words in WAIVER_DOCS.items()
        },
    }
