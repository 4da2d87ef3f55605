from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.status import status
from kempt.errors import KemptError
from kempt.model.status import Promise, State

CLEAN = {".gitignore": ".venv\n__pycache__/\n", ".python-version": "3.12\n"}
UV = {
    "pyproject.toml": "[project]\nname = 'a'\nversion = '1'\nrequires-python = '>=3.12'\n\n"
    "[tool.uv]\nrequired-version = '>=0.1'\n",
    "uv.lock": 'version = 1\nrevision = 3\nrequires-python = ">=3.12"\n\n'
    '[[package]]\nname = "a"\nversion = "1"\nsource = { virtual = "." }\n',
}
WANTS = "[project]\nname = 'a'\nversion = '1'\nrequires-python = '==3.12.*'\ndependencies = ['idna']\n"
HASHED = f"idna==3.1 --hash=sha256:{'0' * 64}\n"


def promise(number: int, repository: object) -> Promise:
    return status(str(repository)).promises[number - 1]


@pytest.mark.parametrize(
    "files, detail, command, folder",
    [
        pytest.param({}, "no Python project found", "", ".", id="no-python"),
        pytest.param({"examples/a/uv.lock": ""}, "no Python project found", "", ".", id="an-example-is-no-project"),
        pytest.param({"pyproject.toml": "[tool.uv]\n"}, "no package is asked for", "", ".", id="nothing-to-lock"),
        pytest.param(
            {"setup.py": "setup(install_requires=['idna'])\n"}, "a library needs no lock file", "", ".", id="a-library"
        ),
        pytest.param(
            {"requirements.txt": HASHED}, "`requirements.txt`: nothing says what requirements.txt was made from",
            "kempt verify", ".", id="hashed-requirements",
        ),
        pytest.param(
            {f"api/{name}": content for name, content in UV.items()} | {"web/pixi.lock": "version: 6\n"},
            "1 of 2 lock files are fresh; `web/pixi.lock`: kempt does not read what pixi locks",
            "pixi install --locked", "web", id="one-that-kempt-does-not-read",
        ),
        pytest.param(
            {"api/pyproject.toml": WANTS, "kempt.toml": "per-path-ignores = {api = ['KPT301']}\n"},
            "`api` has no lock file", "uv lock", "api", id="a-missing-lock-that-is-suppressed",
        ),
        pytest.param(
            {
                "api/pyproject.toml": f"{WANTS}[tool.poetry]\nrequires-poetry = '>=1'\n",
                "api/poetry.lock": '[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n',
                "api/poetry.toml": "[virtualenvs]\nin-project = true\n",
                "kempt.toml": "per-path-ignores = {api = ['KPT303']}\n",
            },
            "`api/poetry.lock`: pyproject.toml asks for idna, poetry.lock does not hold it", "poetry lock", "api",
            id="a-stale-lock-that-is-suppressed",
        ),
        pytest.param(
            {**UV, "kempt.toml": "ignore = ['KPT308', 'KPT3']\n"},
            "nothing found, but the settings turn 16 rules off", "kempt config", ".", id="rules-are-off",
        ),
        pytest.param(
            {**UV, "Pipfile": "<<<<<<< ours\n"}, "not everything could be checked", "kempt check", ".", id="unreadable"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_not_called_kept(
    git_repo: MakeRepository, files: dict[str, str], detail: str, command: str, folder: str
) -> None:
    repository = git_repo({**CLEAN, **files})

    absent = detail.startswith(("no Python", "no package", "a library"))
    assert Promise(1, State.UNCHECKED, detail, command, folder=folder, absent=absent) == promise(1, repository.root)


@pytest.mark.parametrize(
    "files, detail",
    [
        pytest.param(UV, "`uv.lock` is fresh; not proven on an environment", id="one"),
        pytest.param(
            {f"{folder}/{name}": content for folder in "ab" for name, content in UV.items()},
            "2 lock files are fresh; not proven on an environment", id="several",
        ),
        pytest.param(
            {**UV, "lib/setup.py": "setup(install_requires=['idna'])\n"},
            "`uv.lock` is fresh; not proven on an environment", id="beside-a-library",
        ),
    ],
)  # fmt: skip
def test_fresh_locks_keep_the_first_promise(git_repo: MakeRepository, files: dict[str, str], detail: str) -> None:
    repository = git_repo({**CLEAN, **files})

    assert Promise(1, State.KEPT, detail, "kempt verify") == promise(1, repository.root)


STALE_POETRY = {
    "api/pyproject.toml": "[tool.poetry.dependencies]\nidna = '3'\n",
    "api/poetry.lock": '[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n',
}


@pytest.mark.parametrize(
    "files, codes, command, folder",
    [
        pytest.param(STALE_POETRY, ["KPT303", "KPT702"], "poetry lock", "api", id="the-worst-first"),
        pytest.param({"pyproject.toml": WANTS}, ["KPT301"], "uv lock", ".", id="missing"),
        pytest.param(
            {**{f"api/{name}": content for name, content in UV.items()}, "b/pyproject.toml": WANTS},
            ["KPT701"], "uv lock", "b", id="missing-in-one-of-several",
        ),
        pytest.param({"requirements.txt": "idna\n"}, ["KPT306"], "kempt check", ".", id="by-hand"),
    ],
)  # fmt: skip
def test_what_breaks_the_first_promise_and_what_to_type(
    git_repo: MakeRepository, files: dict[str, str], codes: list[str], command: str, folder: str
) -> None:
    found = promise(1, git_repo({**CLEAN, **files}).root)

    assert (State.BROKEN, codes, command, folder) == (
        found.state, [each.code for each in found.findings], found.command, found.folder
    )  # fmt: skip


def test_a_lock_that_nobody_has_added_is_to_be_added(git_repo: MakeRepository) -> None:
    repository = git_repo({**CLEAN, "api/pyproject.toml": UV["pyproject.toml"]})
    repository.write({"api/uv.lock": UV["uv.lock"]})
    found = promise(1, repository.root)

    assert ("git add api/uv.lock", ".") == (found.command, found.folder)


def test_a_lock_that_is_kept_out_of_git_breaks_the_first_promise(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": "[tool.uv]\n", ".gitignore": ".venv\n__pycache__/\nuv.lock\n"})
    found = promise(1, repository.root)

    assert (State.BROKEN, "kempt check --fix", ["KPT203"]) == (
        found.state, found.command, [each.code for each in found.findings]
    )  # fmt: skip


@pytest.mark.parametrize(
    "files, command",
    [
        pytest.param({"a.pyc": ""}, "kempt check --fix", id="safe"),
        pytest.param({"env/pyvenv.cfg": "home = /usr\n", "a.pyc": ""}, "kempt check --fix --unsafe-fixes", id="unsafe"),
        pytest.param({".env": "KEY=1\n"}, "kempt check", id="by-hand"),
    ],
)
def test_what_is_tracked_breaks_the_second_promise(
    git_repo: MakeRepository, files: dict[str, str], command: str
) -> None:
    found = promise(2, git_repo({**CLEAN, **files}).root)

    assert (State.BROKEN, command) == (found.state, found.command)


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({}, (State.KEPT, "nothing tracked that tools make again", ""), id="clean"),
        pytest.param(
            {".gitignore": ".venv\n__pycache__/\n.venv\n"},
            (State.KEPT, "nothing tracked that tools make again; 1 hint", "kempt check"), id="hint",
        ),
        pytest.param(
            {"x/a.pyc": "", "kempt.toml": "per-path-ignores = {x = ['KPT102']}\n"},
            (State.KEPT, "nothing tracked that tools make again; 1 suppressed", ""), id="suppressed",
        ),
        pytest.param(
            {"kempt.toml": "ignore = ['KPT101']\n"},
            (State.UNCHECKED, "nothing found, but the settings turn KPT101 off", "kempt config"), id="a-rule-is-off",
        ),
        pytest.param(
            {"kempt.toml": "select = ['KPT2']\n"},
            (State.UNCHECKED, "nothing found, but the settings turn 15 rules off", "kempt config"), id="rules-are-off",
        ),
        pytest.param(
            {"pyproject.toml": "<<<<<<< ours\n"},
            (State.UNCHECKED, "not everything could be checked", "kempt check"), id="unreadable",
        ),
    ],
)  # fmt: skip
def test_only_what_was_checked_is_kept(
    git_repo: MakeRepository, files: dict[str, str], expected: tuple[State, str, str]
) -> None:
    found = promise(2, git_repo({**CLEAN, **files}).root)

    assert expected == (found.state, found.detail, found.command)


LOCKED = {
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['idna']\n",
    "uv.lock": "version = 1\n",
}
JOB = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n"
SETUP = "      - uses: astral-sh/setup-uv@v10\n        with:\n          version: 0.13.9\n"
CACHED = f"{SETUP}          enable-cache: true\n          cache-dependency-glob: uv.lock\n"
UNCACHED = SETUP.replace("@v10", "@v4")  # which does not cache unless it is asked to
SYNC = "      - run: uv sync --locked\n"


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({}, (State.UNCHECKED, "no CI file for Python found", "kempt init --ci github"), id="none"),
        pytest.param(
            {".github/workflows/ci.yml": f"{JOB}      - run: make python\n"},
            (State.UNCHECKED, "`.github/workflows/ci.yml`: no install in it that kempt can read", ""), id="no-install",
        ),
        pytest.param(
            {".github/workflows/ci.yml": f"{JOB}{CACHED}{SYNC}"},
            (State.KEPT, "ci.yml: uv cache keyed on uv.lock", ""), id="cached",
        ),
        pytest.param(
            {".github/workflows/ci.yml": f"{JOB}{UNCACHED}{SYNC}"},
            (State.BROKEN, "", "kempt check --fix --unsafe-fixes"), id="uncached",
        ),
        pytest.param(
            {".github/workflows/a.yml": f"{JOB}{CACHED}{SYNC}", ".github/workflows/b.yml": f"{JOB}{UNCACHED}{SYNC}"},
            (State.KEPT, "a.yml: uv cache keyed on uv.lock; 1 job without", "kempt check"), id="one-of-two",
        ),
        pytest.param(
            {".github/workflows/ci.yml": f"{JOB}      - uses: some/action@v1\n{SYNC}"},
            (State.UNCHECKED, "`.github/workflows/ci.yml`: what it caches is not known", ""), id="unknown-action",
        ),
        pytest.param(
            {".github/workflows/ci.yml": "a: [uv\n"},
            (State.UNCHECKED, "not everything could be checked", "kempt check"), id="unparsable",
        ),
    ],
)  # fmt: skip
def test_the_third_promise(git_repo: MakeRepository, files: dict[str, str], expected: tuple[State, str, str]) -> None:
    found = promise(3, git_repo({**LOCKED, **CLEAN, **files}).root)

    assert expected == (found.state, found.detail, found.command)


def test_a_constant_key_breaks_the_third_promise(git_repo: MakeRepository) -> None:
    cache = "      - uses: actions/cache@v6\n        with:\n          path: ~/.cache/uv\n          key: uv\n"
    files = {".github/workflows/ci.yml": f"{JOB}{cache}      - run: pip install uv==0.13.9\n{SYNC}"}
    found = promise(3, git_repo({**LOCKED, **CLEAN, **files}).root)

    assert (State.BROKEN, ["KPT403"]) == (found.state, [each.code for each in found.findings])


INSTALL = "FROM python:3.12\nCOPY uv.lock /\nRUN uv sync --locked"


@pytest.mark.parametrize(
    "files, state, detail, command",
    [
        ({"a.txt": ""}, State.UNCHECKED, "no Dockerfile found", ""),
        ({"a/Dockerfile": "FROM x\n"}, State.UNCHECKED, "`a/Dockerfile`: no install in it that kempt can read",
         "kempt image NAME"),
        ({"Dockerfile": f"{INSTALL} --no-cache\n"}, State.KEPT,
         "no cache left in `Dockerfile`; not proven on an image", "kempt image NAME"),
        ({"Dockerfile": f"{INSTALL}\n"}, State.BROKEN, "", "kempt check --fix"),
        ({"Dockerfile": "FROM python\nRUN ./up.sh\n", "up.sh": "pip install x\n"}, State.UNCHECKED,
         "`Dockerfile`: `./up.sh` may install and leave a cache: that is not known here", "kempt image NAME"),
        ({"Dockerfile": f"{INSTALL}\n", "kempt.toml": 'ignore = ["KPT501"]\n'}, State.UNCHECKED,
         "nothing found, but the settings turn KPT501 off", "kempt config"),
    ],
)  # fmt: skip
def test_the_fourth_promise(
    git_repo: MakeRepository, files: dict[str, str], state: State, detail: str, command: str
) -> None:
    found = promise(4, git_repo(files).root)

    assert (state, detail, command) == (found.state, found.detail, found.command)


def test_an_empty_repository_has_no_status(git_repo: MakeRepository) -> None:
    with pytest.raises(KemptError, match="nothing to check"):
        status(str(git_repo().root))


def test_what_is_tracked_comes_before_what_might_be(git_repo: MakeRepository) -> None:
    repository = git_repo({"requirements.txt": "", "z.py": "", "y/a.pyc": "", "z/a.pyc": "", "z/b.pyc": ""})

    assert ["z", "y", ".gitignore"] == [
        str(finding.location.path).partition("/")[0] for finding in promise(2, repository.root).findings[:3]
    ]
