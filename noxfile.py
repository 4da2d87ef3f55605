"""Everything that is run on kempt, one session each: `nox -l` lists them.

lint, types, docs and lock run in the environment that nox itself is in, which `pip install --require-hashes -r
requirements/dev.txt` made. The others get an environment of their own with the built wheel, never an editable install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"  # uv takes one second for what pip takes forty
nox.options.error_on_external_run = True
nox.options.sessions = ["lint", "types", "ci_files", "docs", "tests"]

TOOL = (sys.executable, "-m")  # a locked tool of the environment that nox is in, whatever PATH says
DEV_LOCK = "requirements/dev.txt"
RUNTIME_LOCK = "requirements/runtime.txt"
OUTSIDE = {"TMPDIR": tempfile.gettempdir()}  # nox would choose one in this repository; tests ask what is outside
ACTIONLINT = "v1.7.12"
BUILDERS = {  # how each builds, saves and runs the image
    "docker": ("build -t kempt", "save -o {archive} kempt", "run --rm -v {here}:/repo:ro kempt"),
    "podman": ("build -t kempt", "save -o {archive} kempt", "run --rm -v {here}:/repo:ro kempt"),
    "buildah": (
        "build -t kempt",
        "push kempt docker-archive:{archive}:kempt",
        "run -v {here}:/repo:ro kempt-run kempt",
    ),
}
MANAGERS = {"pdm": "pdm", "pip": "pip", "pip-tools": "pip-compile pip-sync", "pipenv": "pipenv", "poetry": "poetry"}


def install_kempt(session: nox.Session, lock: str) -> None:
    """Install a lock, and the wheel built from this checkout, into the session's environment."""
    session.install("--require-hashes", "-r", lock)
    folder = Path(session.create_tmp()) / "wheel"
    for old in folder.glob("*.whl"):
        old.unlink()
    session.run(*TOOL, "build", "--wheel", "--no-isolation", "--outdir", str(folder), external=True, silent=True)
    (wheel,) = folder.glob("*.whl")
    session.install("--no-deps", "--force-reinstall", str(wheel))


def install_managers(session: nox.Session) -> dict[str, str]:
    """Install the package managers that tests run, each from its own lock, and say where they are."""
    root = Path(".nox", "managers").absolute()
    programs = root / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    uv = [*TOOL, "uv", "--quiet", "--no-config"]
    for name in MANAGERS:
        lock = Path("requirements", "managers", f"{name}.txt")
        stamp = root / f"{name}.installed"  # what the environment was made from, written when it is whole
        made_from = f"{sys.executable} {sys.version}\n{lock.read_text(encoding='utf-8')}"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != made_from:
            session.run(*uv, "venv", "--clear", "--python", sys.executable, str(root / name), external=True)
            install = [*uv, "pip", "install", "--compile-bytecode", "--require-hashes", "--requirement", str(lock)]
            session.run(*install, "--python", str(root / name), external=True)
            stamp.write_text(made_from, encoding="utf-8")
    sources = {program: root / name / "bin" for name, found in MANAGERS.items() for program in found.split()}
    for program, folder in {**sources, "uv": Path(sys.executable).parent}.items():
        (programs / program).unlink(missing_ok=True)
        (programs / program).symlink_to(folder / program)
    return {"KEMPT_TEST_MANAGERS": str(programs)}


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite against the built wheel, without what is marked slow."""
    install_kempt(session, DEV_LOCK)
    env = OUTSIDE | install_managers(session)
    session.run("pytest", "--numprocesses=auto", "--maxprocesses=8", *session.posargs, env=env)


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take long or much memory, one after the other."""
    install_kempt(session, DEV_LOCK)
    env = OUTSIDE | install_managers(session)
    session.run("pytest", "-m", "slow", *session.posargs, env=env)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    session.run(*TOOL, "ruff", "check")
    session.run(*TOOL, "ruff", "format", "--check")


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Types of the sources, the tests and the scripts."""
    session.run(*TOOL, "mypy")


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """The documentation as pages; a warning or a dangling reference fails."""
    session.run(*TOOL, "sphinx", "-W", "-n", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")
    session.log("docs/_build/html/index.html")


@nox.session
def self_check(session: nox.Session) -> None:
    """kempt on its own repository, installed as a user would: with the locked runtime dependencies only."""
    install_kempt(session, RUNTIME_LOCK)
    session.run("kempt", "check")


@nox.session
def image(session: nox.Session) -> None:
    """kempt as an image: built, proven clean by kempt itself, and run on this repository; options go to the builder."""
    builder = next((name for name in BUILDERS if shutil.which(name) and answers(name)), None)
    if builder is None:
        session.skip(f"no image can be built here: none of {', '.join(BUILDERS)} is installed and answers")
    install_kempt(session, RUNTIME_LOCK)
    archive = Path(session.create_tmp()) / "kempt.tar"
    archive.unlink(missing_ok=True)
    places = {"archive": str(archive), "here": str(Path.cwd())}
    build, save, run = (command.split() for command in BUILDERS[builder])
    session.run(builder, *build, *session.posargs, ".", external=True)
    session.run(builder, *(word.format(**places) for word in save), external=True)
    session.run("kempt", "image", str(archive))
    if builder == "buildah":
        session.run(builder, "from", "--pull-never", "--name", "kempt-run", "kempt", external=True)
    try:
        for words in (["--version"], ["check", "/repo"]):
            session.run(builder, *(word.format(**places) for word in run), *words, external=True)
    finally:
        if builder == "buildah":
            session.run(builder, "rm", "kempt-run", external=True)


def answers(builder: str) -> bool:
    """Whether a builder can work; docker without its daemon cannot."""
    return subprocess.run([builder, "info"], capture_output=True, check=False).returncode == 0


@nox.session(venv_backend="none")
def ci_files(session: nox.Session) -> None:
    """This repository's own CI files and hooks, by those who know their syntax and their security."""
    workflows = sorted(map(str, Path(".github", "workflows").glob("*.yml")))
    zizmor = str(Path(sys.executable).parent / "zizmor")  # a program without a module of that name
    session.run(zizmor, "--offline", "--persona=auditor", ".github", "action.yml", external=True)
    session.run(*TOOL, "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run(*TOOL, "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    session.run(*TOOL, "check_jsonschema", "--schemafile", "tests/resources/buildspec.schema.json", "buildspec.yml")
    session.run(*TOOL, "pre_commit", "validate-config")
    if program := actionlint(session):
        session.run(program, "-shellcheck=", "-pyflakes=", *workflows, external=True)


def actionlint(session: nox.Session) -> str | None:
    """actionlint, from PATH or built by Go; None where there is neither, and that is said."""
    found = shutil.which("actionlint")
    if found is None and shutil.which("go"):
        folder = Path(".nox", "go").absolute()
        found = str(folder / "actionlint")
        if not Path(found).exists():
            module = f"github.com/rhysd/actionlint/cmd/actionlint@{ACTIONLINT}"
            session.run("go", "install", module, external=True, silent=True, env={"GOBIN": str(folder)})
    if found is None:
        session.warn("actionlint was left out: neither it nor Go is installed")
    return found


@nox.session
def bench(session: nox.Session) -> None:
    """One script per claim, peers beside kempt; bench/README.md holds the last table."""
    install_kempt(session, DEV_LOCK)
    env = OUTSIDE | install_managers(session)
    for script in session.posargs or sorted(map(str, Path("bench").glob("bench_*.py"))):
        session.run("python", script, env=env)


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Write all locks again; `nox -s lock -- --upgrade` takes new versions.

    Universal, hashed, and without a word about the index they came from (decision 0010).
    """
    scrubbed: dict[str, str | None] = {name: None for name in os.environ if name.startswith(("UV_", "PIP_"))}
    managers = [(f"requirements/managers/{name}.in", f"requirements/managers/{name}.txt") for name in MANAGERS]
    own = [("pyproject.toml", RUNTIME_LOCK), ("pyproject.toml requirements/dev.in", DEV_LOCK)]
    for sources, output in own + managers:
        session.run(
            *(*TOOL, "uv", "pip", "compile", "--no-config", "--quiet", "--universal", "--generate-hashes"),
            *("--no-emit-index-url", "--python-version", "3.11", "--fork-strategy", "fewest"),
            *("--custom-compile-command", "nox -s lock", "--output-file", output),
            *sources.split(),
            *session.posargs,
            env=scrubbed,
        )
