"""`kempt init --docker` on the command line."""

from __future__ import annotations

from cli.conftest import Run
from conftest import MakeRepository

UV = '[project]\nname = "shop"\nversion = "1"\nrequires-python = "==3.12.*"\n\n[tool.uv]\nrequired-version = ">=0.1"\n'
READY = {
    ".gitignore": ".venv\n__pycache__/\n*.py[co]\n", "pyproject.toml": UV, "uv.lock": "version = 1\n",
    "main.py": 'if __name__ == "__main__":\n    print("shop")\n',
}  # fmt: skip
WRITTEN = [".dockerignore", "Dockerfile"]
NOTHING = "Nothing to do: this project has every line that `kempt init` writes.\n"


def test_yes_writes_it_and_says_what_builds_it(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(READY)
    status, out, err = run("init", "--docker", "--yes")

    assert (0, "", sorted([*READY, *WRITTEN])) == (status, err, sorted(repository.tracked()))
    assert out.endswith(
        "next: docker build -t shop .\n      `kempt image shop:latest` then proves that it holds no cache\n"
    )  # fmt: skip


def test_a_second_run_has_nothing_to_do_or_to_say(run: Run, git_repo: MakeRepository) -> None:
    git_repo(READY)
    run("init", "--docker", "--yes")

    assert (0, NOTHING, "") == run("init", "--docker")
    assert (0, NOTHING, "") == run("init")


def test_a_dry_run_writes_nothing_and_undo_takes_it_back(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(READY)

    assert 0 == run("init", "--docker", "--dry-run").status
    assert not (repository.root / "Dockerfile").exists()
    run("init", "--docker", "--yes")
    assert 0 == run("undo", "--yes").status
    assert [False, False] == [(repository.root / name).exists() for name in WRITTEN]
    assert sorted(READY) == sorted(repository.tracked())


def test_all_of_it_is_asked_for_at_once(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(READY)
    _, out, _ = run("init", "--hooks", "--docker", "--ci", "github")
    status, *_ = run("init", "--hooks", "--docker", "--ci", "github", "--yes")

    assert "Nothing is written yet: `kempt init --ci github --docker --hooks --yes` does it.\n" in out
    assert 0 == status
    assert sorted([*READY, *WRITTEN, ".github/workflows/ci.yml", ".pre-commit-config.yaml"]) == sorted(
        repository.tracked()
    )
    assert 0 == run("check", "--select", "KPT4,KPT5,KPT6").status


def test_a_dockerfile_that_is_there_stays_and_is_judged(run: Run, git_repo: MakeRepository) -> None:
    theirs = "FROM python:3.12-slim\nCOPY . .\nRUN pip install idna==3.10\n"
    repository = git_repo({**READY, "Dockerfile": theirs})
    status, out, err = run("init", "--docker", "--yes")

    assert (0, "", theirs) == (status, err, (repository.root / "Dockerfile").read_text(encoding="utf-8"))
    assert out.startswith(
        f"{NOTHING}next: kempt check --fix\n      Dockerfile is yours and stays as it is; kempt check"
    )
