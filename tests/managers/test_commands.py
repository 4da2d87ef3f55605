"""What a command line does with packages: the verbs of every manager, and how they are found on the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats import shell
from kempt.managers import commands
from kempt.managers.commands import downloads, program, understand
from kempt.model.installs import Doing, Effect
from kempt.model.pipeline import Word


def words(text: str) -> tuple[Word, ...]:
    """The words of the first command, as providers hand them on."""
    parsed = shell.parse(text).commands[0]
    return tuple(Word(word.text, word.start, word.end) for word in shell.normalised(parsed.words))


def doing(text: str, **variables: str) -> Doing | None:
    return understand(words(text), variables)


def effect(text: str, **variables: str) -> Effect | None:
    found = doing(text, **variables)
    return None if found is None else found.effect


@pytest.mark.parametrize(
    "text, expected",
    [
        ("uv sync", Effect.UNLOCKED),
        ("uv sync --locked", Effect.CHECKED),
        ("uv sync --frozen", Effect.FROZEN),
        ("uv sync --check", None),
        ("uv sync --check --locked", Effect.COMPARES),
        ("uv sync --dry-run", None),
        ("uv sync --script a.py", None),
        ("uv run pytest", Effect.UNLOCKED),
        ("uv run --locked pytest", Effect.CHECKED),
        ("uv run pytest --locked", Effect.UNLOCKED),
        ("uv run --frozen pytest", Effect.FROZEN),
        ("uv run --no-sync pytest", Effect.RUNS),
        ("uv run --no-project pytest", None),
        ("uv run --script a.py", None),
        ("uv run", None),
        ("uv add idna", Effect.CHANGES),
        ("uv remove idna", Effect.CHANGES),
        ("uv add --script a.py idna", None),
        ("uv lock", Effect.CHANGES),
        ("uv lock --upgrade-package idna", Effect.CHANGES),
        ("uv lock --check", Effect.COMPARES),
        ("uv lock --locked", Effect.COMPARES),
        ("uv lock --check-exists", None),
        ("uv lock --frozen", None),
        ("uv lock --dry-run", None),
        ("uv export --locked", Effect.COMPARES),
        ("uv export", None),
        ("uv tree --locked", Effect.COMPARES),
        ("uv pip install idna", Effect.PACKAGES),
        ("uv pip sync requirements.txt", Effect.PACKAGES),
        ("uv pip compile requirements.in", None),
        ("uv tool install ruff", Effect.TOOL),
        ("uv tool run ruff", Effect.TOOL),
        ("uv tool list", None),
        ("uvx ruff", Effect.TOOL),
        ("uvx --version", None),
        ("uv cache prune --ci", Effect.PRUNES),
        ("uv cache clean", Effect.CLEARS),
        ("uv cache dir", None),
        ("uv venv", None),
        ("uv python install 3.13", None),
        ("uv build", None),
        ("uv", None),
        ("poetry install", Effect.CHECKED),
        ("poetry install --sync --no-root", Effect.CHECKED),
        ("poetry sync", Effect.CHECKED),
        ("poetry add idna", Effect.CHANGES),
        ("poetry update", Effect.CHANGES),
        ("poetry lock", Effect.CHANGES),
        ("poetry lock --check", Effect.COMPARES),
        ("poetry check --lock", Effect.COMPARES),
        ("poetry check", None),
        ("poetry run pytest", Effect.RUNS),
        ("poetry cache clear pypi --all", Effect.CLEARS),
        ("poetry cache list", None),
        ("poetry self add poetry-plugin-export", Effect.TOOL),
        ("poetry config virtualenvs.create false", None),
        ("poetry build", None),
        ("pdm sync", Effect.FROZEN),
        ("pdm install", Effect.UNLOCKED),
        ("pdm install --check", Effect.CHECKED),
        ("pdm install --frozen-lockfile", Effect.FROZEN),
        ("pdm install --no-lock", Effect.FROZEN),
        ("pdm lock", Effect.CHANGES),
        ("pdm lock --check", Effect.COMPARES),
        ("pdm update", Effect.CHANGES),
        ("pdm run pytest", Effect.RUNS),
        ("pdm cache clear", Effect.CLEARS),
        ("pdm venv create", None),
        ("pipenv sync", Effect.FROZEN),
        ("pipenv install --dev", Effect.UNLOCKED),
        ("pipenv install --deploy", Effect.CHECKED),
        ("pipenv install --ignore-pipfile", Effect.FROZEN),
        ("pipenv install idna", Effect.CHANGES),
        ("pipenv install -e .", Effect.CHANGES),
        ("pipenv install -r requirements.txt", Effect.CHANGES),
        ("pipenv lock", Effect.CHANGES),
        ("pipenv verify", Effect.COMPARES),
        ("pipenv run pytest", Effect.RUNS),
        ("pipenv --rm", None),
        ("pip install idna", Effect.PACKAGES),
        ("pip install -r requirements.txt", Effect.PACKAGES),
        ("pip cache purge", Effect.CLEARS),
        ("pip list", None),
        ("pip", None),
        ("pip-sync", Effect.PACKAGES),
        ("pip-compile", None),
        ("pipx install poetry", Effect.TOOL),
        ("pipx run build", Effect.TOOL),
        ("pipx ensurepath", None),
        ("npm ci", None),
        ("echo uv sync", None),
    ],
)
def test_verbs(text: str, expected: Effect | None) -> None:
    assert expected == effect(text)


@pytest.mark.parametrize(
    "text, variables, expected",
    [
        ("uv sync", {"UV_LOCKED": "1"}, Effect.CHECKED),
        ("uv sync", {"UV_FROZEN": "true"}, Effect.FROZEN),
        ("uv sync", {"UV_FROZEN": "0"}, Effect.UNLOCKED),
        ("uv sync", {"UV_FROZEN": ""}, Effect.UNLOCKED),
        ("uv run pytest", {"UV_FROZEN": "True"}, Effect.FROZEN),
        ("uv sync --frozen", {"UV_LOCKED": "1"}, Effect.FROZEN),
        ("uv run pytest", {"UV_NO_SYNC": "1"}, Effect.RUNS),
        ("uv lock", {"UV_LOCKED": "1"}, Effect.COMPARES),
        ("uv lock", {"UV_FROZEN": "1"}, None),
        ("uv sync", {"PIP_NO_CACHE_DIR": "1"}, Effect.UNLOCKED),
        ("pdm install", {"PDM_FROZEN_LOCKFILE": "1"}, Effect.FROZEN),
        ("pipenv install", {"PIPENV_IGNORE_PIPFILE": "1"}, Effect.FROZEN),
    ],
)
def test_variables(text: str, variables: dict[str, str], expected: Effect | None) -> None:
    assert expected == effect(text, **variables)


@pytest.mark.parametrize(
    "text, variables, cached",
    [
        ("uv sync", {"UV_NO_CACHE": "1"}, False),
        ("uv sync", {"UV_NO_CACHE": "0"}, True),
        ("uv sync", {"PIP_NO_CACHE_DIR": "1"}, True),
        ("uv sync -n", {}, False),
        ("uv --no-cache sync", {}, False),
        ("uv run -n pytest", {}, False),
        ("uv run pytest -n 4", {}, True),
        ("uv pip install --no-cache-dir idna", {}, False),
        ("pip install idna", {"PIP_NO_CACHE_DIR": "0"}, False),
        ("pip install idna", {"PIP_NO_CACHE_DIR": "false"}, False),
        ("pip install idna", {"UV_NO_CACHE": "1"}, True),
        ("pip install --no-cache-dir idna", {}, False),
        ("pip install --no-cache idna", {}, False),
        ("poetry install --no-cache", {}, False),
        ("pdm sync", {"PDM_NO_CACHE": "1"}, False),
    ],
)
def test_whether_the_cache_is_used(text: str, variables: dict[str, str], *, cached: bool) -> None:
    found = doing(text, **variables)

    assert found is not None
    assert cached is found.cached


@pytest.mark.parametrize(
    "text, expected",
    [
        ("uv --directory api sync", "api"),
        ("uv sync --directory=api", "api"),
        ("uv --project api run pytest", "api"),
        ("uv --directory api lock", "api"),
        ("uv --directory api export --locked", "api"),
        ("poetry -C api install", "api"),
        ("poetry install --project api", "api"),
        ("pdm -p api install", "api"),
        ("pdm install --project=api", "api"),
        ("uv sync", ""),
    ],
)
def test_folders(text: str, expected: str) -> None:
    found = doing(text)

    assert found is not None
    assert expected == found.folder


@pytest.mark.parametrize(
    "text, names, files, folders",
    [
        ("pip install idna 'attrs>=2'", ["idna", "attrs>=2"], [], []),
        ("pip install -U pip", ["pip"], [], []),
        ("pip install -r a.txt -rb.txt --requirement=c.txt", [], ["a.txt", "b.txt", "c.txt"], []),
        ("pip install -qr a.txt", [], ["a.txt"], []),
        ("pip install -Ur a.txt idna", ["idna"], ["a.txt"], []),
        ("pip install . -e ./lib", [], [], ["./lib", "."]),
        ("pip install '.[dev]'", [], [], [".[dev]"]),
        ("pip install dist/a-1-py3-none-any.whl", [], [], ["dist/a-1-py3-none-any.whl"]),
        ("pip install -i https://example.com/simple idna", ["idna"], [], []),
        ("pip --quiet install idna", ["idna"], [], []),
        ("pip install -- idna", ["idna"], [], []),
        ("uv pip install --system -r a.txt", [], ["a.txt"], []),
        ("uv pip sync a.txt b.txt", [], ["a.txt", "b.txt"], []),
        ("uv pip install -r pyproject.toml -r a.txt", [], ["a.txt"], ["."]),
        ("uv pip install -r api/setup.py", [], [], ["api"]),
        ("uv pip sync setup.cfg", [], [], ["."]),
        ("pip install -r pyproject.toml", [], ["pyproject.toml"], []),
        ("pip-sync", [], ["requirements.txt"], []),
        ("pipx install poetry==2", ["poetry==2"], [], []),
        ("pipx inject poetry export", ["export"], [], []),
        ("pipx run --spec twine==6 twine check", ["twine==6"], [], []),
        ("pipx --quiet install poetry", ["poetry"], [], []),
        ("uvx --with attrs ruff check", ["ruff"], [], []),
        ("uvx --from build==1 pyproject-build", ["build==1"], [], []),
        ("uv tool install --python-preference only-managed tox", ["tox"], [], []),
        ("poetry add idna", ["idna"], [], []),
    ],
)
def test_what_is_named(text: str, names: list[str], files: list[str], folders: list[str]) -> None:
    found = doing(text)

    assert found is not None
    assert (names, files, folders) == ([word.text for word in found.names], [*found.files], [*found.folders])


@pytest.mark.parametrize(
    "text, verb, option",
    [
        ("uv sync", "sync", ""),
        ("uv -q sync --all-extras --frozen", "sync", "--frozen"),
        ("uv --directory api run --frozen pytest", "run", "--frozen"),
        ("pdm -p api install --frozen-lockfile", "install", "--frozen-lockfile"),
        ("pipenv install --dev --ignore-pipfile", "install", "--ignore-pipfile"),
        ("uv pip install idna", "install", ""),
        ("uv cache prune", "prune", ""),
    ],
)
def test_where_the_verb_and_the_option_stand(text: str, verb: str, option: str) -> None:
    found, parts = doing(text), words(text)

    assert found is not None
    assert (verb, option) == (parts[found.verb].text, parts[found.option].text if found.option else "")


@pytest.mark.parametrize(
    "text, runs",
    [
        ("uv run pytest -q", ("pytest", "-q")),
        ("uv run --with attrs -p 3.13 pytest", ("pytest",)),
        ("uv run -- pytest", ("pytest",)),
        ("uv run -m pytest", ("python", "-m", "pytest")),
        ("poetry run pytest --cov", ("pytest", "--cov")),
        ("pdm run pytest", ("pytest",)),
        ("uvx ruff check .", ("ruff", "check", ".")),
    ],
)
def test_what_is_run(text: str, runs: tuple[str, ...]) -> None:
    found = doing(text)

    assert found is not None
    assert runs == found.runs


@pytest.mark.parametrize(
    "text, upgrades",
    [
        ("uv sync --upgrade", True),
        ("uv sync -U", True),
        ("uv sync --resolution=lowest-direct", True),
        ("uv sync --resolution ${{ matrix.resolution }}", True),
        ("uv sync --resolution highest", False),
        ("uv sync", False),
        ("poetry update", True),
        ("pip install --upgrade idna", True),
        ("pip install idna", False),
    ],
)
def test_who_wants_other_versions(text: str, *, upgrades: bool) -> None:
    found = doing(text)

    assert found is not None
    assert upgrades is found.upgrades


@pytest.mark.parametrize(
    "text, expected",
    [
        ("pip install a", "pip"),
        ("pip3 install a", "pip"),
        ("pip3.12 install a", "pip"),
        ("/env/bin/pip install a", "pip"),
        (".venv/bin/pip install a", "pip"),
        ("$HOME/.venv/bin/pip install a", "pip"),
        (".venv\\\\Scripts\\\\pip.exe install a", "pip"),
        ("python -m pip install a", "pip"),
        ("python3.12 -I -m pip install a", "pip"),
        ("py -3 -m pip install a", "pip"),
        ("/usr/bin/uv sync", "uv"),
        ("~/.local/bin/poetry install", "poetry"),
        ("python -m poetry install", "poetry"),
        ("sudo -E pip install a", "pip"),
        ("env UV_LOCKED=1 uv sync", "uv"),
        ("./uv sync", "./uv"),
        ("$PIP install a", "$PIP"),
        ("pipdeptree", "pipdeptree"),
    ],
)
def test_programs(text: str, expected: str) -> None:
    assert expected == program(words(text))


def test_no_words_are_no_program() -> None:
    assert ("", None) == (program(()), understand((), {}))


def test_hashes() -> None:
    cases = ("pip install --require-hashes -r a.txt", "pip install -r a.txt")

    assert [True, False] == [found.hashed for text in cases if (found := doing(text))]
    assert [True] == [found.hashed for found in [doing("pip install -r a.txt", PIP_REQUIRE_HASHES="1")] if found]


def test_every_manager_has_a_download_cache() -> None:
    names = sorted(set(commands.PROGRAMS.values()))

    assert ["PDM_CACHE_DIR", "PIP_CACHE_DIR", "PIPENV_CACHE_DIR", "POETRY_CACHE_DIR", "UV_CACHE_DIR"] == [
        downloads(name).variable for name in names
    ]


def test_who_is_no_manager_has_none() -> None:
    with pytest.raises(KeyError):
        downloads("conda")


WORDS = st.sampled_from([
    "uv", "uvx", "poetry", "pdm", "pipenv", "pip", "pip3.12", "pipx", "pip-sync", "sync", "install", "run", "add",
    "lock", "tool", "cache", "clear", "export", "tree", "self", "check", "inject", "--", "-", "-r", "-rq", "--group",
    "--from", "--frozen", "--locked", "-m", "--spec", "--directory", "--directory=", "-C", "=", "-=", "--=", "",
    "a b", "$X", "\0",
])  # fmt: skip


NAMES = st.sampled_from(["UV_LOCKED", "UV_FROZEN", "UV_RESOLUTION", "PIP_NO_CACHE_DIR", "UV_NO_CACHE", "PDM_NO_CACHE"])


@given(st.lists(WORDS | st.text(max_size=8), max_size=8), st.dictionaries(NAMES, st.text(max_size=5)))
def test_no_command_line_is_an_error(texts: list[str], variables: dict[str, str]) -> None:
    parts = [Word(text, number, number + 1) for number, text in enumerate(texts)]
    found = understand(parts, variables)

    assert found is None or (0 <= found.verb < len(parts) and 0 <= found.option < len(parts))
