"""The policy of a fleet: what its file may say, and what a repository may not weaken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt import rules
from kempt.engine.fleet.policy import Policy, load_policy, wishes_for
from kempt.engine.fleet.strictness import judge_for, settings_for, strengthened
from kempt.engine.project.check import examine
from kempt.engine.sources import open_source
from kempt.errors import ConfigError
from kempt.model.config import Config
from kempt.model.fleet import Waiver, Wishes
from support.repositories import Repository

BYTECODE: dict[str, str | bytes] = {
    "pkg/__pycache__/a.cpython-312.pyc": b"\0",
    "a.py": "",
    ".gitignore": "__pycache__/\n.venv\n",
}
LITTER: dict[str, str | bytes] = {**BYTECODE, ".DS_Store": b"\0"}
WAIVERS = """\
ignore = ["KPT205"]

[fleet]
strict = false
accept-suppressions = ["KPT2"]

[[fleet.waivers]]
code = "KPT1"
reason = "moves in June"
expires = 2027-06-30

[[fleet.waivers]]
repository = "*/old-*"
path = "env"
code = "KPT101"
reason = "nobody dares"
expires = "2027-01-31"
"""


def loaded(tmp_path: Path, text: str, **others: str) -> Policy:
    for name, content in {"policy": text, **others}.items():
        (tmp_path / f"{name}.toml").write_text(content)
    return load_policy(str(tmp_path / "policy.toml"))


def judged(repository: Repository, wishes: Wishes) -> tuple[list[str], list[str]]:
    """The codes of what counts, sorted, and of what is silenced."""
    with open_source(str(repository.root), rev="HEAD") as source:
        config, faults = settings_for(wishes, source.tree)
        counted, silenced = judge_for(wishes, *examine(source.tree, source.ignores, config, faults))
    return sorted(each.code for each in counted), [each.finding.code for each in silenced]


def test_all_that_a_policy_says(tmp_path: Path) -> None:
    waivers = (
        Waiver("*", "KPT1", "*", "moves in June", "2027-06-30"),
        Waiver("*/old-*", "KPT101", "env", "nobody dares", "2027-01-31"),
    )

    assert Policy(Config(ignore=("KPT205",)), False, ("KPT2",), waivers, str(tmp_path / "policy.toml")) == loaded(
        tmp_path, WAIVERS
    )


def test_a_policy_is_strict_and_accepts_nothing_unless_it_says_so(tmp_path: Path) -> None:
    assert (True, ()) == loaded(tmp_path, "")[1:3]


def test_a_policy_extends_others_and_their_waivers_add_up(tmp_path: Path) -> None:
    policy = loaded(tmp_path, 'extend = "base.toml"\n[fleet]\nstrict = true\n', base=WAIVERS)

    assert (("KPT205",), True, ("KPT2",), 2) == (
        policy.config.ignore, policy.strict, policy.accepted, len(policy.waivers)
    )  # fmt: skip


@pytest.mark.parametrize(
    "text, message",
    [
        ("selct = []\n", "1: unknown setting `selct`; did you mean `select`?"),
        ("fleet = 1\n", "1: unknown setting `fleet`"),
        ("\n[fleet]\nstrikt = true\n", "3: unknown key `strikt` in [fleet]; did you mean `strict`?"),
        ("[fleet]\nstrict = 1\n", "2: `strict` must be true or false"),
        ("[fleet]\naccept-suppressions = 1\n", "2: `accept-suppressions` must be true, false or a list of codes"),
        ("[fleet]\naccept-suppressions = ['E501']\n", "2: no rule begins with `E501`"),
        ("[fleet]\nwaivers = 1\n", "2: `waivers` must be a list of tables: write each as [[fleet.waivers]]"),
        (WAIVERS + "until = 1\n", "18: unknown key `until` in a waiver"),
        (WAIVERS.replace('code = "KPT101"\n', ""), "12: a waiver needs `code`"),
        (WAIVERS.replace('reason = "nobody dares"\n', ""), "12: a waiver needs `reason`"),
        (WAIVERS.replace('expires = "2027-01-31"\n', ""), "12: a waiver needs `expires`"),
        (WAIVERS.replace('"nobody dares"', '" "'), "16: `reason` of a waiver is blank"),
        (WAIVERS.replace('"2027-01-31"', '"2027-02-30"'), "17: `expires` must be a date, as 2027-06-30"),
        (WAIVERS.replace("2027-06-30", "2027-06-30T00:00:00"), "10: `expires` must be a date, as 2027-06-30"),
        (WAIVERS.replace('"KPT101"', '"KPT999"'), "15: no rule begins with `KPT999`"),
        (
            WAIVERS.replace('"KPT101"', '"KPT001"'),
            "15: no waiver covers KPT001: it says that something was not checked",
        ),
        (WAIVERS.replace('"KPT101"', '"KPT00"'), "15: no waiver covers KPT000: it says that something was not checked"),
        (WAIVERS.replace('path = "env"', "path = 1"), "14: `path` must be a string"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)

    assert f"{tmp_path / 'policy.toml'}:{message}" == str(caught.value)


@pytest.mark.parametrize(
    "own",
    [
        'ignore = ["KPT1"]\n',
        "select = []\n",
        'extend-ignore = ["KPT102", "KPT107"]\n',
        'allow = ["*"]\n',
        '[per-path-ignores]\n"*" = ["KPT"]\n',
        "nonsense = \n",
        'extend = "../out.toml"\n',
    ],
)
def test_a_repository_cannot_weaken_a_strict_policy(git_repo: MakeRepository, own: str) -> None:
    counted, silenced = judged(git_repo(LITTER | {"kempt.toml": own}), Wishes(config=Config(), strict=True))

    assert (["KPT102", "KPT107"], []) == ([code for code in counted if code != "KPT002"], silenced)


def test_broken_settings_are_a_finding_under_a_policy(git_repo: MakeRepository) -> None:
    repository = git_repo(BYTECODE | {"kempt.toml": "\nnonsense = 1\n"})

    assert (["KPT002", "KPT102"], []) == judged(repository, Wishes(config=Config()))
    with pytest.raises(ConfigError):
        judged(repository, Wishes())


def test_a_comment_silences_accepted_codes_alone(git_repo: MakeRepository) -> None:
    repository = git_repo(
        {"a.py": "", ".gitignore": "# kempt: ignore[KPT205]\n.__pypackages__/\n__pycache__/\n.venv\n"}
    )
    outcomes = [
        judged(repository, Wishes(config=Config(), strict=strict, accepted=accepted))
        for strict, accepted in ((True, ()), (True, ("KPT1",)), (True, ("KPT2",)), (False, ()))
    ]

    assert [(["KPT205"], []), (["KPT205"], []), ([], ["KPT205"]), ([], ["KPT205"])] == outcomes


@pytest.mark.parametrize(
    "accepted, counted",
    [((), ["KPT102", "KPT107"]), (("KPT102",), ["KPT107"]), (("KPT",), []), (("KPT2",), ["KPT102", "KPT107"])],
)
def test_what_a_repository_allows_counts_for_accepted_codes(
    git_repo: MakeRepository, accepted: tuple[str, ...], counted: list[str]
) -> None:
    repository = git_repo(LITTER | {"kempt.toml": 'allow = ["pkg", ".DS_Store"]\n'})

    assert counted == judged(repository, Wishes(config=Config(), strict=True, accepted=accepted))[0]


def test_a_repository_may_add(git_repo: MakeRepository) -> None:
    own = 'select = ["KPT1"]\nextend-select = ["KPT203"]\ntracked-but-ignored = "all"\nunfixable = ["KPT102"]\n'
    repository = git_repo(LITTER | {"kempt.toml": own})
    central = Config(select=("KPT107",), ignore=("KPT203",))

    with open_source(str(repository.root)) as source:
        config, _ = settings_for(Wishes(config=central, strict=True), source.tree)

    assert (True, True, False, False) == tuple(map(config.wants, ("KPT107", "KPT102", "KPT203", "KPT301")))
    assert ("all", False) == (config.tracked_but_ignored, config.may_fix("KPT102"))


def test_settings_of_a_repository_are_laid_over_a_policy_that_is_not_strict(git_repo: MakeRepository) -> None:
    repository = git_repo(LITTER | {"kempt.toml": 'ignore = ["KPT107"]\nextend-ignore = ["KPT2"]\n'})
    central = Config(ignore=("KPT102",), extend_ignore=("KPT4",), allow=("x",))

    with open_source(str(repository.root)) as source:
        config, _ = settings_for(Wishes(config=central), source.tree)

    assert Config(ignore=("KPT107",), extend_ignore=("KPT4", "KPT2"), allow=("x",)) == config


def test_exceptions_of_a_policy_that_one_repository_does_not_need_are_no_finding(git_repo: MakeRepository) -> None:
    wishes = Wishes(config=Config(allow=("elsewhere",), per_path_ignores={"nowhere": ("KPT1",)}), strict=True)

    assert (["KPT102"], []) == judged(git_repo(BYTECODE), wishes)


def test_the_command_line_is_laid_over_all(git_repo: MakeRepository) -> None:
    wishes = Wishes(config=Config(), strict=True, overrides=(("select", ("KPT107",)),))

    assert (["KPT107"], []) == judged(git_repo(LITTER | {"kempt.toml": 'ignore = ["KPT107"]\n'}), wishes)


def test_wishes_under_a_policy(tmp_path: Path) -> None:
    policy = loaded(tmp_path, WAIVERS)

    assert Wishes(config=policy.config, accepted=("KPT2",)) == wishes_for(Wishes(), policy.source)
    assert Wishes() == wishes_for(Wishes(), None)


CODES = st.lists(st.sampled_from(["KPT", "KPT1", "KPT10", "KPT102", "KPT2", "KPT205", "KPT416"]), max_size=3).map(tuple)
CONFIGS = st.builds(
    Config, select=CODES, ignore=CODES, extend_select=CODES, extend_ignore=CODES, allow=st.just(("*",)),
    per_path_ignores=st.dictionaries(st.just("*"), CODES), tracked_but_ignored=st.sampled_from(["caches", "all"]),
)  # fmt: skip


@given(CONFIGS, CONFIGS)
def test_nothing_that_a_policy_asks_for_is_turned_off(central: Config, own: Config) -> None:
    both = strengthened(central, own, ())

    assert [] == [rule.code for rule in rules.ALL if central.wants(rule.code) and not both.wants(rule.code)]
    assert (central.allow, central.per_path_ignores) == (both.allow, both.per_path_ignores)
    assert both.tracked_but_ignored == "all" or central.tracked_but_ignored == "caches"
