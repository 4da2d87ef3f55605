"""The settings and the judgement of one repository under the wishes of a fleet: what a repository may not weaken.

Without central settings its own count. With them, and not strict, its own are laid over them, as if they extended them.
Strict, they may only add: rules, the wider look of KPT110, rules that are not mended by themselves. What they allow or
leave out below a path, and what comments silence, counts for the accepted codes alone. Settings that are broken are a
finding then (KPT002), and the central ones count: nobody gets out of a scan by a typing error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from kempt import rules
from kempt.engine.configuration import load_config, over
from kempt.engine.project.check import judge, worst_first
from kempt.errors import ConfigError, UsageError
from kempt.model.config import OWN_FILE, Config
from kempt.model.finding import Finding
from kempt.model.fleet import Wishes
from kempt.model.repo import Fault, Repo
from kempt.model.report import Suppressed
from kempt.model.tree import Tree

DEFAULT = Config()


def settings_for(wishes: Wishes, tree: Tree) -> tuple[Config, tuple[Fault, ...]]:
    """The settings for one repository, and what could not be read on the way to them.

    Raises ConfigError where its own are broken and nothing central takes their place.
    """
    overrides = dict(wishes.overrides)
    if wishes.config is None and not wishes.strict:
        return load_config(tree, None, None, overrides, isolated=False)
    central = wishes.config or DEFAULT
    try:
        own, faults = load_config(tree, None, None, {}, isolated=False)
    except ConfigError as error:
        fault = Fault("KPT002", PurePosixPath(error.path or OWN_FILE), error.message, error.line or 1)
        return over(central, overrides), (fault,)
    config = strengthened(central, own, wishes.accepted) if wishes.strict else _over(central, own)
    return over(config, overrides), faults


def require_rules(wishes: Wishes) -> None:
    """Raises ConfigError for a code that no rule has, UsageError where the wishes alone turn every rule off.

    What every repository would fail for is said once, before any is looked at.
    """
    config = over(wishes.config or DEFAULT, dict(wishes.overrides))
    if not any(config.wants(rule.code) for rule in rules.ALL):
        raise UsageError("nothing would be checked: every rule is off", hint="see --select, --ignore and the policy")


def judge_for(
    wishes: Wishes, repo: Repo, findings: Iterable[Finding]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """As `judge`, but where it is strict a comment silences findings of the accepted codes only."""
    counted, silenced = judge(repo, findings, ())
    if not wishes.strict:
        return counted, silenced
    refused = [
        each for each in silenced if each.by == "comment" and not each.finding.code.startswith(wishes.accepted or "-")
    ]
    kept = tuple(each for each in silenced if each not in refused)
    return worst_first((*counted, *(each.finding for each in refused))), kept


def strengthened(central: Config, own: Config, accepted: tuple[str, ...]) -> Config:
    """The central settings with what a repository's own add to them, and with nothing that they take away."""
    named = own.extend_select if own.select == DEFAULT.select else (*own.select, *own.extend_select)
    more = [
        rule.code for rule in rules.ALL
        if rule.code.startswith(named or "-") and own.wants(rule.code) and not central.wants(rule.code)
    ]  # fmt: skip
    return central._replace(
        extend_select=(*central.extend_select, *more),
        unfixable=(*central.unfixable, *own.unfixable),
        tracked_but_ignored="all" if "all" in {central.tracked_but_ignored, own.tracked_but_ignored} else "caches",
        docker_fix=own.docker_fix if central.docker_fix == DEFAULT.docker_fix else central.docker_fix,
        per_path_ignores=_exceptions(central, own, accepted),
    )


def _exceptions(central: Config, own: Config, accepted: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The central exceptions by path, and of a repository's own those for accepted codes."""
    found = dict(central.per_path_ignores)
    own_ones = [*own.per_path_ignores.items(), *((glob, ("KPT1",)) for glob in own.allow)]
    for glob, codes in own_ones:
        both = [longer for code in codes for each in accepted if (longer := _narrower(code, each))]
        if both:
            found[glob] = (*found.get(glob, ()), *both)
    return found


def _narrower(one: str, other: str) -> str:
    """The longer of two beginnings of codes where one begins with the other, else "": the rules that both mean."""
    if one.startswith(other):
        return one
    return other if other.startswith(one) else ""


def _over(central: Config, own: Config) -> Config:
    """A repository's own settings laid over central ones, as if they extended them."""
    said = {field: value for field, value in own._asdict().items() if value != getattr(DEFAULT, field)}
    return central._replace(**said)._replace(
        extend_select=(*central.extend_select, *own.extend_select),
        extend_ignore=(*central.extend_ignore, *own.extend_ignore),
        source="", origins={},
    )  # fmt: skip
