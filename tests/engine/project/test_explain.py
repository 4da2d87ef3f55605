from __future__ import annotations

import pytest

from kempt import rules
from kempt.engine.project.explain import all_rules, find_rule
from kempt.errors import UsageError
from kempt.model.rule import Rule


def test_all_rules_by_code() -> None:
    assert sorted(rule.code for rule in rules.ALL) == [rule.code for rule in all_rules()]


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.code)
def test_every_rule_is_found_by_code_and_name(rule: Rule) -> None:
    assert [rule] * 3 == [find_rule(word) for word in (rule.code, f" {rule.code.lower()} ", rule.name.upper())]


def test_a_prefix_is_no_rule() -> None:
    with pytest.raises(UsageError, match="there is no rule `KPT1`"):
        find_rule("KPT1")
