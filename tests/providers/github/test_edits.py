"""Edits of workflows: what is wanted is there afterwards, and nothing else has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.installs import Downloads
from kempt.model.pipeline import Built, CacheUse, PartKind, Pipeline, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.github import PROVIDER
from support.workflows import HEAD, edited, pipeline

CACHE = "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0"
UV = Wanted(
    "uv", Downloads("UV_CACHE_DIR", "uv", "~/.cache/uv", "~/AppData/Local/uv/cache", ("uv",)), ("uv.lock",), "3.13"
)
PIP = Wanted(
    "pip",
    Downloads("PIP_CACHE_DIR", "pip", "~/Library/Caches/pip", "~/AppData/Local/pip/Cache", ("pip",)),
    ("requirements.txt", "requirements/dev.txt"),
)
POETRY = Wanted(
    "poetry",
    Downloads(
        "POETRY_CACHE_DIR", "pypoetry", "~/Library/Caches/pypoetry", "~/AppData/Local/pypoetry/Cache", ("poetry",),
        ("artifacts", "cache"),
    ),
    ("poetry.lock",),
)  # fmt: skip
LOCKS = {"uv.lock": "", "poetry.lock": "", "requirements.txt": "", "requirements/dev.txt": ""}
START = "on: push\njobs:\n  a:\n"
KEY = "-${{ runner.os }}-${{ runner.arch }}-py3.13-"


def after(text: str, edit: Callable[[Pipeline], Edits]) -> str:
    """The steps after an edit, which must not be empty, parse, and be done once."""
    found = pipeline(text, LOCKS)
    edits = edit(found)
    assert edits
    return edited(found.text, edits).removesuffix("# uv, pip\n")


def first_cache(found: Pipeline) -> CacheUse:
    return next(cache for cache in found.jobs[0].all_caches)


def with_cache(wanted: Wanted) -> Callable[[Pipeline], Edits]:
    return lambda found: PROVIDER.with_cache(found, found.jobs[0], wanted)


def with_key(wanted: Wanted) -> Callable[[Pipeline], Edits]:
    return lambda found: PROVIDER.with_key(found, found.jobs[0], first_cache(found), wanted)


def with_path(wanted: Wanted, number: int = 0) -> Callable[[Pipeline], Edits]:
    def edit(found: Pipeline) -> Edits:
        cache = first_cache(found)
        text = cache.paths[number] if cache.paths else Text(cache.manager, cache.location)
        return PROVIDER.with_path(found, found.jobs[0], cache, text, wanted)

    return edit


@pytest.mark.parametrize(
    "before, wanted, expected",
    [
        (
            "      - uses: astral-sh/setup-uv@v4\n      - run: uv sync\n", UV,
            ("      - uses: astral-sh/setup-uv@v4\n        with:\n          enable-cache: true\n"
            "          cache-dependency-glob: uv.lock\n      - run: uv sync\n"),
        ),
        (
            ("      - uses: astral-sh/setup-uv@v10 # newest\n        with:\n          version: 0.13.9 # pin\n"
            "          enable-cache: false # why\n      - run: uv sync\n"), UV,
            ("      - uses: astral-sh/setup-uv@v10 # newest\n        with:\n          version: 0.13.9 # pin\n"
            "          enable-cache: true # why\n          cache-dependency-glob: uv.lock\n      - run: uv sync\n"),
        ),
        (
            "      - uses: astral-sh/setup-uv@v10\n        with: {enable-cache: false}\n      - run: uv sync\n", UV,
            ("      - uses: astral-sh/setup-uv@v10\n"
             "        with: {enable-cache: true, cache-dependency-glob: uv.lock}\n"
            "      - run: uv sync\n"),
        ),
        (
            ("      - uses: actions/setup-python@v7\n        with:\n          python-version: '3.13'\n"
            "      - run: pip install -r requirements.txt\n"), PIP,
            ("      - uses: actions/setup-python@v7\n        with:\n          python-version: '3.13'\n"
             "          cache: pip\n"
            "          cache-dependency-path: |\n            requirements.txt\n            requirements/dev.txt\n"
            "      - run: pip install -r requirements.txt\n"),
        ),
        (
            "      - run: pip install uv\n      # the project\n      - run: uv sync\n", UV,
            (f"      - run: pip install uv\n      - uses: {CACHE}\n        with:\n          path: ~/.cache/uv\n"
            f"          key: uv{KEY}${{{{ hashFiles('uv.lock') }}}}\n          restore-keys: uv{KEY}\n"
            "      # the project\n      - run: uv sync\n"),
        ),
        (
            ("      - id: python\n        uses: actions/setup-python@v7\n        with:\n"
             "          python-version-file: x\n\n"
            "      - run: poetry install\n\n      - run: poetry run pytest\n"), POETRY,
            ("      - id: python\n        uses: actions/setup-python@v7\n        with:\n"
             "          python-version-file: x\n\n"
            f"      - uses: {CACHE}\n        with:\n          path: |\n            ~/.cache/pypoetry/artifacts\n"
            "            ~/.cache/pypoetry/cache\n          key: poetry-${{ runner.os }}-${{ runner.arch }}"
            "-py${{ steps.python.outputs.python-version }}-${{ hashFiles('poetry.lock') }}\n"
            "          restore-keys: poetry-${{ runner.os }}-${{ runner.arch }}"
            "-py${{ steps.python.outputs.python-version }}-\n\n"
            "      - run: poetry install\n\n      - run: poetry run pytest\n"),
        ),
    ],
    ids=["setup-uv", "setup-uv-off", "flow", "setup-python", "by-hand", "poetry"],
)  # fmt: skip
def test_a_cache_for_a_job(before: str, wanted: Wanted, expected: str) -> None:
    assert expected == after(HEAD + before, with_cache(wanted)).removeprefix(HEAD)


def test_a_cache_where_a_variable_has_it() -> None:
    before = "      - run: uv sync\n        env: {UV_CACHE_DIR: .uv}\n"

    assert "path: ${{ env.UV_CACHE_DIR }}\n" in after("env: {UV_CACHE_DIR: .uv}\n" + HEAD + before, with_cache(UV))


@pytest.mark.parametrize(
    "set_later, expected",
    [
        ("      - run: uv sync\n        env: {UV_CACHE_DIR: .uv}\n", "path: .uv\n"),
        ("      - uses: astral-sh/setup-uv@v6\n        with: {enable-cache: false}\n      - run: uv sync\n",
            "path: ${{ runner.temp }}/setup-uv-cache\n"),
    ],
    ids=["step", "action"],
)  # fmt: skip
def test_a_variable_that_is_set_after_the_cache_is_written_out(set_later: str, expected: str) -> None:
    cache = "      - uses: actions/cache@v6\n        with: {key: a, path: ~/.cache}\n"

    assert expected.strip() in after(
        HEAD + cache.replace("{key: a, path: ~/.cache}", "\n          key: a\n          path: ~/.cache") + set_later,
        with_path(UV),
    ).replace('"', "")


def test_a_variable_that_nobody_can_write_out_is_not_named() -> None:
    cache = "      - uses: actions/cache@v6\n        with:\n          key: a\n          path: ~/.cache\n"
    found = pipeline(HEAD + cache + "      - run: uv sync\n        env: {UV_CACHE_DIR: $X/uv}\n", LOCKS)

    assert () == with_path(UV)(found)


def test_a_file_that_says_the_python_is_hashed_beside_the_lock() -> None:
    wanted = UV._replace(python="", python_file=".python-version")
    found = after(HEAD + "      - run: uv sync\n", with_cache(wanted))

    assert "${{ runner.arch }}-${{ hashFiles('uv.lock', '.python-version') }}\n" in found


def test_a_cache_for_several_systems_is_at_each_of_their_places() -> None:
    text = HEAD.replace("ubuntu-latest", "${{ matrix.os }}") + "      - run: pip install -r requirements.txt\n"
    found = after(text, with_cache(PIP))

    assert "path: |\n            ~/.cache/pip\n            ~/Library/Caches/pip\n            ~/AppData" in found


def test_line_ends_stay_as_they_are() -> None:
    before = (HEAD + "      - run: uv sync\n").replace("\n", "\r\n")
    found = pipeline(before, LOCKS)
    text = edited(found.text, PROVIDER.with_cache(found, found.jobs[0], UV))

    assert text.count("\n") - 1 == text.removesuffix("# uv, pip\n").count("\r\n")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "      - uses: ./.github/actions/x\n",
        HEAD + "      - run: make\n",
        HEAD + "      - uses: actions/checkout@v7\n        with: {path: src}\n      - run: uv sync\n",
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [&s {run: uv sync}]\n  tests:\n    steps: [*s]\n",
    ],
    ids=["elsewhere", "make", "moved", "anchor"],
)
def test_no_cache_is_written_where_the_place_is_not_known(text: str) -> None:
    found = pipeline(text, LOCKS)

    assert () == PROVIDER.with_cache(found, found.jobs[-1], UV)


@pytest.mark.parametrize(
    "before, wanted, number, expected",
    [
        (
            "          path: ~/.cache/pip # here\n          key: a\n", UV, 0,
            "          path: ~/.cache/uv # here\n          key: a\n",
        ),
        (
            "          path: '.venv'\n          key: a\n", POETRY, 0,
            ("          path: |\n            ~/.cache/pypoetry/artifacts\n            ~/.cache/pypoetry/cache\n"
            "          key: a\n"),
        ),
        (
            "          path: |\n            .mypy_cache\n            .venv\n          key: a\n", POETRY, 1,
            ("          path: |\n            .mypy_cache\n            ~/.cache/pypoetry/artifacts\n"
            "            ~/.cache/pypoetry/cache\n          key: a\n"),
        ),
    ],
    ids=["one", "becomes-two", "in-a-list"],
)  # fmt: skip
def test_another_path_for_a_cache(before: str, wanted: Wanted, number: int, expected: str) -> None:
    start = "      - uses: actions/cache@v6\n        with:\n"

    assert expected == after(HEAD + start + before, with_path(wanted, number)).removeprefix(HEAD + start)


def test_a_switch_that_stores_environments_becomes_a_cache_of_downloads() -> None:
    before = (
        "      - run: pipx install poetry==2.5.1\n      - uses: actions/setup-python@v7\n        with:\n"
        "          python-version: ${{ matrix.python }} # all\n          cache: poetry\n"
        "          cache-dependency-path: poetry.lock\n      - run: poetry install\n"
    )
    key = "poetry-${{ runner.os }}-${{ runner.arch }}-py${{ matrix.python }}-"
    expected = (
        "      - run: pipx install poetry==2.5.1\n      - uses: actions/setup-python@v7\n        with:\n"
        f"          python-version: ${{{{ matrix.python }}}} # all\n      - uses: {CACHE}\n        with:\n"
        f"          path: |\n"
        "            ~/.cache/pypoetry/artifacts\n            ~/.cache/pypoetry/cache\n"
        f"          key: {key}${{{{ hashFiles('poetry.lock') }}}}\n          restore-keys: {key}\n"
        "      - run: poetry install\n"
    )

    assert expected == after(HEAD + before, with_path(POETRY)).removeprefix(HEAD)


def test_a_switch_that_is_all_the_action_was_given_takes_its_inputs_with_it() -> None:
    before = (
        "      - uses: actions/setup-python@v7\n        with:\n          cache: pipenv\n      - run: poetry install\n"
    )
    text = after(HEAD + before, with_path(POETRY))
    built = [cache.built for cache in pipeline(text, LOCKS).jobs[0].all_caches]

    assert f"      - uses: actions/setup-python@v7\n      - uses: {CACHE}\n" in text
    assert [None] == built


def test_a_switch_for_pip_where_uv_installs_moves_to_setup_uv() -> None:
    before = (
        "      - uses: actions/setup-python@v7\n        with:\n          python-version: '3.13'\n          cache: pip\n"
        "      - uses: astral-sh/setup-uv@v4\n      - run: uv sync\n"
    )
    text = after(HEAD + before, with_path(UV))

    assert [("uv", Built.DOWNLOADS)] == [(one.manager, one.built) for one in pipeline(text, LOCKS).jobs[0].all_caches]


@pytest.mark.parametrize(
    "before, wanted, expected",
    [
        (
            ("      - uses: actions/cache@v6\n        with:\n          path: ~/.cache/uv\n"
            "          key: 'uv' # constant\n"), UV,
            ("      - uses: actions/cache@v6\n        with:\n          path: ~/.cache/uv\n"
            f"          key: uv{KEY}${{{{ hashFiles('uv.lock') }}}} # constant\n          restore-keys: uv{KEY}\n"),
        ),
        (
            ("      - uses: actions/cache@v6\n        with:\n          key: uv\n          restore-keys: |\n"
             "            uv-\n"
            "            u\n          path: ~/.cache/uv\n"), UV,
            (f"      - uses: actions/cache@v6\n        with:\n          key: uv{KEY}${{{{ hashFiles('uv.lock') }}}}\n"
            f"          restore-keys: uv{KEY}\n          path: ~/.cache/uv\n"),
        ),
        (
            "      - uses: actions/cache/save@v6\n        with:\n          path: ~/.cache/uv\n          key: uv\n", UV,
            ("      - uses: actions/cache/save@v6\n        with:\n          path: ~/.cache/uv\n"
            f"          key: uv{KEY}${{{{ hashFiles('uv.lock') }}}}\n"),
        ),
        (
            "      - uses: actions/setup-python@v7\n        with:\n          cache: pip\n", PIP,
            ("      - uses: actions/setup-python@v7\n        with:\n          cache: pip\n"
             "          cache-dependency-path: |\n"
            "            requirements.txt\n            requirements/dev.txt\n"),
        ),
        (
            ("      - uses: astral-sh/setup-uv@v10\n        with:\n          enable-cache: true\n"
            '          cache-dependency-glob: ""\n'), UV,
            ("      - uses: astral-sh/setup-uv@v10\n        with:\n          enable-cache: true\n"
            "          cache-dependency-glob: uv.lock\n"),
        ),
    ],
    ids=["cache", "restore-keys", "save", "setup-python", "setup-uv"],
)  # fmt: skip
def test_a_key_that_follows_the_locks(before: str, wanted: Wanted, expected: str) -> None:
    text = after(HEAD + before, with_key(wanted))
    key = first_cache(pipeline(text, LOCKS)).key

    assert expected == text.removeprefix(HEAD)
    assert key is not None
    assert key.has(PartKind.FILES)
    assert wanted.locks == key.files


def test_a_lock_with_a_quote_in_its_name_is_not_written() -> None:
    found = pipeline(HEAD + "      - uses: actions/cache@v6\n        with: {path: x, key: y}\n", LOCKS)
    wanted = UV._replace(locks=("it's/uv.lock",))

    assert () == PROVIDER.with_key(found, found.jobs[0], first_cache(found), wanted)


@pytest.mark.parametrize(
    "number, commands, expected",
    [
        (None, ("uv cache prune --ci",), "      - run: uv sync\n      - run: uv cache prune --ci\n"),
        (0, ("kempt check",), "      - run: kempt check\n      - run: uv sync\n"),
        (0, ("a", "b: c"), "      - run: |\n          a\n          b: c\n      - run: uv sync\n"),
    ],
    ids=["last", "before", "several"],
)
def test_commands_more(number: int | None, commands: tuple[str, ...], expected: str) -> None:
    def edit(found: Pipeline) -> Edits:
        step = None if number is None else found.jobs[0].steps[number]
        return PROVIDER.with_commands(found, found.jobs[0], step, commands)

    assert expected == after(HEAD + "      - run: uv sync\n", edit).removeprefix(HEAD)


@pytest.mark.parametrize(
    "before, expected",
    [
        ("          path: .\n", "          path: |\n            .\n            !.venv/**\n"),
        ("          path: |\n            .\n            !x\n          name: a\n",
         "          path: |\n            .\n            !x\n            !.venv/**\n          name: a\n"),
    ],
    ids=["one", "list"],
)  # fmt: skip
def test_artifacts_less(before: str, expected: str) -> None:
    start = "      - uses: actions/upload-artifact@v7\n        with:\n"

    def edit(found: Pipeline) -> Edits:
        return PROVIDER.without_paths(found, found.jobs[0].artifacts[0], (".venv/**",))

    text = after(HEAD + start + before, edit)

    assert expected == text.removeprefix(HEAD + start)
    assert "!.venv/**" in [one.value for one in pipeline(text).jobs[0].artifacts[0].excluded]


def test_artifacts_that_leave_it_out_already_stay() -> None:
    found = pipeline(HEAD + '      - uses: actions/upload-artifact@v7\n        with: {path: ".\\n!.venv/**"}\n')

    assert () == PROVIDER.without_paths(found, found.jobs[0].artifacts[0], (".venv/**",))


def test_of_several_pythons_the_last_one_before_pip_gets_the_cache() -> None:
    before = "".join(
        f"      - uses: actions/setup-python@v7\n        with: {{python-version: '{version}'}}\n"
        for version in (3.12, 3.13)
    )
    text = after(
        HEAD + before + "      - run: pip install -r requirements.txt\n", with_cache(PIP._replace(locks=("a",)))
    )

    assert [False, True, False] == [bool(step.caches) for step in pipeline(text, LOCKS).jobs[0].steps]


def test_a_key_that_is_right_already_is_left_alone() -> None:
    found = pipeline(
        HEAD + "      - uses: astral-sh/setup-uv@v10\n        with:\n          enable-cache: true\n"
        "          cache-dependency-glob: uv.lock\n",
        LOCKS,
    )

    assert () == PROVIDER.with_key(found, found.jobs[0], first_cache(found), UV)


@pytest.mark.parametrize(
    "text",
    [
        f"{START}    steps: [{{uses: actions/cache@v6, with: {{path: .venv, key: a}}}}, {{run: poetry install}}]\n",
        f"{START}    steps: [{{uses: astral-sh/setup-uv@v4}}, {{run: uv sync}}]\n",
        f"{START}    steps: [{{uses: actions/setup-python@v7, with: {{cache: poetry}}}}, {{run: poetry install}}]\n",
    ],
    ids=["cache", "setup-uv", "switch"],
)
def test_no_lines_are_put_between_brackets(text: str) -> None:
    found = pipeline(text, LOCKS)
    job = found.jobs[0]

    assert () == PROVIDER.with_commands(found, job, None, ("uv cache prune --ci",))
    assert () == PROVIDER.with_cache(found, job, UV)
    for cache in job.all_caches:
        where = cache.paths[0] if cache.paths else Text(cache.manager, cache.location)
        assert () == PROVIDER.with_path(found, job, cache, where, POETRY)
