from __future__ import annotations

from collections.abc import Mapping

import pytest
from jsonschema import Draft202012Validator

from kempt import rules
from kempt.engine.configuration import with_settings
from kempt.engine.schema import config_schema
from kempt.errors import ConfigError
from kempt.model.config import CHOICES, DOCS, Config

KEYS = [field.replace("_", "-") for field in Config._fields if field not in {"source", "origins"}]
GOOD: dict[str, Mapping[str, object]] = {
    "empty": {},
    "everything": {
        "select": ["KPT"], "ignore": ["KPT205"], "extend-select": [], "extend-ignore": ["KPT2"], "fixable": ["KPT1"],
        "unfixable": ["KPT101"], "unsafe-fixes": True, "allow": ["vendor/*"],
        "per-path-ignores": {"tests/**": ["KPT10"]}, "tracked-but-ignored": "all",
        "docker-fix": "mount", "extend": ["base.toml"],
    },
    "one-file-to-extend": {"extend": "base.toml"},
    "a-policy": {"fleet": {"strict": False, "accept-suppressions": ["KPT2"], "waivers": [
        {"code": "KPT1", "reason": "moves in June", "expires": "2027-06-30", "repository": "*/old", "path": "env"},
    ]}},
}  # fmt: skip
BAD: dict[str, Mapping[str, object]] = {
    "unknown-key": {"selct": ["KPT"]},
    "underscores": {"unsafe_fixes": True},
    "the-field-that-is-no-setting": {"source": "x"},
    "a-word-for-a-list": {"select": "KPT"},
    "a-number-in-a-list": {"allow": [1]},
    "a-code-of-no-rule": {"ignore": ["KPT999"]},
    "an-empty-code": {"ignore": [""]},
    "a-code-in-small-letters": {"ignore": ["kpt101"]},
    "a-word-for-a-switch": {"unsafe-fixes": "yes"},
    "an-unknown-choice": {"tracked-but-ignored": "some"},
    "an-unknown-fix": {"docker-fix": "rm"},
    "a-number-to-extend": {"extend": 1},
    "a-list-for-a-table": {"per-path-ignores": ["x"]},
    "a-table-of-words": {"per-path-ignores": {"x": "KPT1"}},
    "a-table-of-codes-of-no-rule": {"per-path-ignores": {"x": ["KPT999"]}},
}  # fmt: skip


def accepted(settings: Mapping[str, object]) -> bool:
    """Whether kempt takes these settings."""
    try:
        with_settings(Config(), settings, b"", "kempt.toml")
    except ConfigError:
        return False
    return True


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(config_schema())


def test_every_setting_is_in_it_and_documented() -> None:
    properties = config_schema()["properties"]

    assert isinstance(properties, dict)
    assert [*KEYS, "fleet"] == list(properties) == [*(field.replace("_", "-") for field in DOCS), "fleet"]
    assert set(CHOICES) <= set(KEYS)


def test_the_defaults_are_those_of_the_settings() -> None:
    properties = config_schema()["properties"]

    assert isinstance(properties, dict)
    defaults = {key: each["default"] for key, each in properties.items()}
    assert Config() == with_settings(Config(select=()), defaults, b"", "")


@pytest.mark.parametrize("settings", GOOD.values(), ids=GOOD)
def test_what_kempt_takes_the_schema_takes(settings: Mapping[str, object]) -> None:
    assert (True, True) == (accepted(settings), Draft202012Validator(config_schema()).is_valid(settings))


@pytest.mark.parametrize("settings", BAD.values(), ids=BAD)
def test_what_kempt_refuses_the_schema_refuses(settings: Mapping[str, object]) -> None:
    assert (False, False) == (accepted(settings), Draft202012Validator(config_schema()).is_valid(settings))


def test_every_code_and_every_beginning_of_one_is_taken() -> None:
    validator = Draft202012Validator(config_schema())
    words = {rule.code[:end] for rule in rules.ALL for end in range(1, 7)}

    assert [] == [
        word for word in words if not (validator.is_valid({"select": [word]}) and accepted({"select": [word]}))
    ]


def test_descriptions_are_sentences() -> None:
    assert [] == [text for text in DOCS.values() if not text.endswith(".") or text != text.strip()]
