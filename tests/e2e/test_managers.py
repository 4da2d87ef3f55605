"""Each real manager locks a project, and its own frozen install puts exactly that into `.venv`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import MakeRepository
from support.index import Index
from support.managers import Managers
from support.projects import Files, Projects
from support.wheels import Sdist, Wheel

WANTED = ("beta", "gamma", "delta", "epsilon", "zeta", "theta")
LOCKED = {"alpha": "3.0", **dict.fromkeys(WANTED, "1.0")}
ALPHA, OTHER = Wheel("alpha", "1.0"), Wheel("alpha", "1.0", files={"alpha.py": ""})
SHOP = {"shop": "1.0"}
MEMBERS = {"cart": ["alpha<3"], "till": ["cart", "omega[more]"]}
CASES: list[tuple[str, Callable[[Projects], Files], str, dict[str, str]]] = [
    ("uv", lambda p: p.uv(*WANTED), "uv sync --locked", LOCKED),
    ("uv-packaged", lambda p: p.uv(*WANTED, packaged=True), "uv sync --locked", LOCKED | SHOP),
    (
        "uv-workspace",
        lambda p: p.uv_workspace(MEMBERS),
        "uv sync --locked --all-packages",
        {"alpha": "2.0", "omega": "1.0", "eta": "1.0", "gamma": "1.0", "cart": "1.0", "till": "1.0"},
    ),
    ("poetry", lambda p: p.poetry(*WANTED, packaged=True), "poetry sync --no-interaction", LOCKED | SHOP),
    ("pdm", lambda p: p.pdm(*WANTED, packaged=True), "pdm sync --clean", LOCKED | SHOP),
    ("pipenv", lambda p: p.pipenv(*WANTED, packaged=True), "pipenv sync", LOCKED | SHOP),
    (
        "requirements-uv-pip",
        lambda p: p.requirements(*WANTED),
        "uv venv && pip --python .venv install --require-hashes -r requirements.txt",
        LOCKED,
    ),
    (
        "requirements-pip-tools",
        lambda p: p.requirements(*WANTED, by="pip-tools"),
        "python -m venv .venv && pip-sync --python-executable .venv/bin/python requirements.txt",
        LOCKED,
    ),
    (
        "pylock-uv-pip",
        lambda p: p.pylock(*WANTED),
        "uv venv && pip --python .venv install -r pylock.toml",
        LOCKED,
    ),
    ("pylock-pip-uv", lambda p: p.pylock(*WANTED, by="pip"), "uv venv && uv pip sync pylock.toml", LOCKED),
]


def installed(root: Path) -> dict[str, str]:
    """Names and versions of what lies in the project's environment, without what a new one holds."""
    code = "from importlib.metadata import distributions\nfor each in distributions(): print(each.name, each.version)"
    done = subprocess.run([root / ".venv/bin/python", "-c", code], capture_output=True, check=True, encoding="utf-8")
    return {name: at for name, at in map(str.split, done.stdout.splitlines()) if name not in {"pip", "setuptools"}}


LONG = frozenset({"pipenv", "requirements-pip-tools"})


@pytest.mark.parametrize(
    "make, commands, expected",
    [pytest.param(*case, id=id, marks=pytest.mark.slow if id in LONG else ()) for id, *case in CASES],
)
def test_a_frozen_install(
    *,
    make: Callable[[Projects], Files],
    commands: str,
    expected: dict[str, str],
    projects: Projects,
    managers: Managers,
    git_repo: MakeRepository,
) -> None:
    repo = git_repo(make(projects), "shop")

    for command in commands.split(" && "):
        managers.run(*command.split(), cwd=repo.root)

    assert expected == installed(repo.root)


def test_what_wheels_put_outside_of_their_packages(
    projects: Projects, managers: Managers, git_repo: MakeRepository
) -> None:
    repo = git_repo(projects.uv(*WANTED, packaged=True, scripts={"shop": "shop:main"}), "shop")
    managers.run("uv", "sync", "--locked", cwd=repo.root)
    env = repo.root / ".venv"

    printed = [
        subprocess.run([env / "bin" / name], capture_output=True, check=True, encoding="utf-8").stdout
        for name in ("gamma", "zeta-run", "shop")
    ]

    assert ["gamma 1.0\n", "zeta 1.0\n", "shop 1.0\n"] == printed
    assert "one\ntwo\n" == (env / "share/delta/words.txt").read_text(encoding="utf-8")


class TestAnIndex:
    @pytest.mark.parametrize("release", [Wheel("alpha", "9.0"), Sdist("alpha", "9.0")], ids=["wheel", "sdist"])
    def test_takes_a_release_while_it_runs(
        self, release: Wheel | Sdist, projects: Projects, managers: Managers, tmp_path: Path
    ) -> None:
        with Index([Wheel("alpha", "1.0")]) as index:
            before = projects.against(index.url).uv("alpha")["uv.lock"]
            index.add(release)
            after = projects.against(index.url).uv("alpha")["uv.lock"]

        assert ['version = "1.0"', 'version = "9.0"'] == [_version_of("alpha", lock) for lock in (before, after)]
        assert release.sha256 in after

    @pytest.mark.parametrize(
        "trouble, told",
        [
            pytest.param(lambda index: index.failures.update({"/files/": 404}), "404", id="404"),
            pytest.param(lambda index: index.failures.update({"/files/": 0}), "alpha", id="hangs-up"),
            pytest.param(
                lambda index: index.tamper(
                    "alpha-1.0-py3-none-any.whl", Wheel("alpha", "1.0", files={"alpha.py": ""}).content
                ),
                "Hash mismatch",
                id="tampered",
            ),
        ],
    )
    def test_can_fail(
        self,
        trouble: Callable[[Index], None],
        told: str,
        projects: Projects,
        managers: Managers,
        git_repo: MakeRepository,
    ) -> None:
        with Index([Wheel("alpha", "1.0")]) as index:
            repo = git_repo(projects.against(index.url).uv("alpha"))
            trouble(index)
            done = managers.run("uv", "sync", "--locked", cwd=repo.root, check=False, UV_HTTP_RETRIES="0")

        assert (True, True) == (done.returncode != 0, told in done.stderr), done.stderr
        assert [] != [path for path in index.requests if path.startswith("/files/")]


def _version_of(name: str, lock: str) -> str:
    lines = lock.splitlines()
    return lines[lines.index(f'name = "{name}"') + 1]
