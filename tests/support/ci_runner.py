"""CI without its providers: runs the commands of a workflow or a buildspec, in order, on a machine that knows nothing.

Each job gets a fresh clone and a fresh home. What a provider would keep between two runs is a folder, `store`, and in
it only what the file itself says is cached, under the key that it says. The actions that kempt's templates use are done
in the plainest way that keeps their promises; any other action, expression or condition is an error.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PATIENCE_SECONDS = 300
PYTHON = Path(sys.executable).resolve()
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
ONCE = "strategy.job-index == 0"


class Cached(NamedTuple):
    """A cache that a job used: its key, what it was restored from (empty for nothing), and whether that was exact."""

    key: str
    restored: str


class Ran(NamedTuple):
    """A job that came to its end: what was printed, the caches it used, and the clone that it leaves."""

    name: str
    said: str
    caches: tuple[Cached, ...]
    clone: Path


class Machine(NamedTuple):
    """Where jobs run, for one repository.

    `env` is what every job is given: where the index is, and nothing of this machine's settings. Without `commands`
    jobs only restore their caches, and keep nothing.
    """

    folder: Path
    repository: Path
    uv: Path
    env: Mapping[str, str]
    commands: bool = True

    @property
    def store(self) -> Path:
        """What outlives jobs: a folder for each key."""
        return self.folder / "store"

    def job(self, name: str) -> _Job:
        """A fresh clone, a fresh home."""
        used = len(list(self.folder.glob("*-*")))
        return _Job(self, name, self.folder / f"{used}-{name}")


class _Job:
    """One job on its way."""

    def __init__(self, machine: Machine, name: str, folder: Path) -> None:
        self.machine = machine
        self.name = name
        self.home, self.temp, self.clone = folder / "home", folder / "temp", folder / "clone"
        for each in (self.home, self.temp):
            each.mkdir(parents=True)
        git = shutil.which("git")
        assert git
        path = os.pathsep.join([str(PYTHON.parent), os.path.dirname(git), os.defpath])
        self.env = {**machine.env, "PATH": path, "HOME": str(self.home), "RUNNER_TEMP": str(self.temp), "CI": "true"}
        self.said: list[str] = []
        self.caches: list[Cached] = []
        self.at_end: list[tuple[Sequence[str], str]] = []

    def check_out(self) -> None:
        source = f"file://{self.machine.repository}"
        self.call(["git", "clone", "--quiet", "--depth=1", source, str(self.clone)], self.home)

    def call(self, argv: Sequence[str], folder: Path, **more: str) -> None:
        """Run a command; what it printed is kept, and shown where it fails."""
        done = subprocess.run(
            argv, cwd=folder, env=self.env | more, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False, encoding="utf-8", timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        self.said.append(done.stdout)
        assert 0 == done.returncode, f"{self.name}: {shlex.join(argv)}: {done.returncode}\n{''.join(self.said)}"

    def bring_python(self, version: str) -> None:
        """A Python of its own, as images and tool caches have one: packages may be installed into it."""
        assert version in {MINOR, f"{MINOR}.{sys.version_info.micro}"}, f"only {MINOR} is here, not {version}"
        kept = self.machine.folder / "python"
        if not kept.exists():
            self.call([str(PYTHON), "-m", "venv", str(kept)], self.home)
        shutil.copytree(kept, self.temp / "python", symlinks=True)
        self.env["PATH"] = f"{self.temp / 'python' / 'bin'}{os.pathsep}{self.env['PATH']}"

    def bring_uv(self) -> None:
        programs = self.temp / "uv"
        programs.mkdir()
        for name in ("uv", "uvx"):
            (programs / name).symlink_to(self.machine.uv.with_name(name))
        self.env["PATH"] = f"{programs}{os.pathsep}{self.env['PATH']}"

    def restore(self, key: str, prefixes: Sequence[str], paths: Sequence[str]) -> str:
        """Bring back what is stored under a key, or the newest under a prefix. It is kept at the end, unless it was."""
        stored = {path.name: path for path in self.machine.store.glob("*")}
        found = key if _name(key) in stored else ""
        if not found:
            fitting = [path for prefix in prefixes for name, path in stored.items() if name.startswith(_name(prefix))]
            found = max(fitting, key=lambda path: path.stat().st_mtime_ns).name if fitting else ""
        for at, path in enumerate(paths):
            kept = self.machine.store / _name(found) / str(at)
            if found and kept.exists():
                shutil.copytree(kept, self.expanded(path), symlinks=True, dirs_exist_ok=True)
        self.caches.append(Cached(key, key if found == _name(key) else found))
        if found != _name(key):
            self.at_end.append((paths, key))
        return found

    def expanded(self, path: str) -> Path:
        return Path(path.replace("~", str(self.home), 1) if path.startswith("~") else path)

    def end(self) -> Ran:
        """Store the caches: nothing else outlives the job."""
        for paths, key in self.at_end if self.machine.commands else ():
            for at, path in enumerate(paths):
                if self.expanded(path).exists():
                    shutil.copytree(self.expanded(path), self.machine.store / _name(key) / str(at), symlinks=True)
        shutil.rmtree(self.home)
        shutil.rmtree(self.temp)
        return Ran(self.name, "".join(self.said), tuple(self.caches), self.clone)


def _name(key: str) -> str:
    return re.sub(r"[^\w.-]", "_", key)


def _hash(paths: Sequence[Path]) -> str:
    assert paths
    assert all(path.is_file() for path in paths), paths
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


def _loaded(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes words alone, and `on` and 3.10 stay what they are


# --- GitHub Actions ------------------------------------------------------------------------------------
def run_workflow(machine: Machine, path: str = ".github/workflows/ci.yml") -> list[Ran]:
    """Every job of a workflow, and every row of its matrix."""
    workflow = _loaded((machine.repository / path).read_text(encoding="utf-8"))
    return [
        _Workflow(machine.job(f"{name}-{at}"), job, row, at).run()
        for name, job in workflow["jobs"].items()
        for at, row in enumerate(job.get("strategy", {}).get("matrix", {}).get("include", [{}]))
    ]


class _Workflow:
    """One job of a workflow."""

    def __init__(self, job: _Job, text: dict[str, Any], matrix: dict[str, str], at: int) -> None:
        self.job = job
        self.text = text
        self.at = at
        self.values = {
            **{f"matrix.{name}": value for name, value in matrix.items()},
            "runner.os": "Linux", "runner.arch": "X64",
        }  # fmt: skip

    def run(self) -> Ran:
        actions = {
            "actions/checkout": lambda _: self.job.check_out(), "astral-sh/setup-uv": self.setup_uv,
            "actions/setup-python": self.setup_python, "actions/cache": self.cache,
        }  # fmt: skip
        self.job.env |= self.text.get("env", {})
        for step in self.text["steps"]:
            if not self.is_wanted(step.get("if")):
                continue
            if "uses" in step:
                given = {name: self.resolved(value) for name, value in step.get("with", {}).items()}
                actions[step["uses"].partition("@")[0]](given)
            elif self.job.machine.commands:
                default = self.text.get("defaults", {}).get("run", {}).get("working-directory", ".")
                folder = self.job.clone / self.resolved(step.get("working-directory", default))
                self.job.call(["bash", "-e", "-c", self.resolved(step["run"])], folder)
        return self.job.end()

    def is_wanted(self, condition: str | None) -> bool:
        assert condition in {None, ONCE}, condition
        return condition is None or self.at == 0

    def resolved(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self.value(match[1]), text)

    def value(self, expression: str) -> str:
        if called := re.fullmatch(r"hashFiles\((.*)\)", expression):
            names = [self.value(each.strip()) for each in called[1].split(",")]
            return _hash([self.job.clone / name for name in names])
        if expression.startswith("'"):
            return expression.strip("'")
        if expression.startswith("matrix."):
            return self.values.get(expression, "")
        return self.values[expression]

    def setup_uv(self, given: dict[str, str]) -> None:
        """uv on PATH and a cache of its own place, restored by an exact key (setup-uv 10.0.1, restore-cache.ts)."""
        folder = self.job.clone / given.get("working-directory", ".")
        cache = self.job.temp / "setup-uv-cache"
        self.job.bring_uv()
        self.job.env["UV_CACHE_DIR"] = str(cache)
        if given.get("python-version"):
            self.job.env["UV_PYTHON"] = given["python-version"]
        assert "true" == given["enable-cache"]
        assert "false" == given["prune-cache"]  # what it would do: uv cache prune --ci, and no wheel is left
        files = [path for glob in given["cache-dependency-glob"].split() for path in sorted(folder.glob(glob))]
        self.job.restore(f"setup-uv-{MINOR}-{_hash(files)}-{given.get('cache-suffix', '')}", [], [str(cache)])

    def setup_python(self, given: dict[str, str]) -> None:
        """A Python, and pip's cache: exact, else the newest for the same system and Python."""
        version = given.get("python-version")
        if not version:
            version = (self.job.clone / given["python-version-file"]).read_text(encoding="utf-8").strip()
        self.job.bring_python(version)
        self.values["steps.python.outputs.python-version"] = ".".join(map(str, sys.version_info[:3]))
        if "cache" in given:
            assert "pip" == given["cache"]
            files = [self.job.clone / name for name in given["cache-dependency-path"].splitlines()]
            prefix = f"setup-python-Linux-x64-python-{version}-pip-"
            self.job.restore(prefix + _hash(files), [prefix], ["~/.cache/pip"])

    def cache(self, given: dict[str, str]) -> None:
        self.job.restore(given["key"], given.get("restore-keys", "").split(), given["path"].split())


# --- CodeBuild -----------------------------------------------------------------------------------------
HASH_FILES = """\
#!{python}
import hashlib, sys
print(hashlib.sha256(b"".join(open(name, "rb").read() for name in sys.argv[1:])).hexdigest())
"""


def run_buildspec(machine: Machine, path: str = "buildspec.yml", *, archive: bool = False) -> Ran:
    """All phases in one shell, as version 0.2 has it; `archive`: the source is CodePipeline's, without git.

    The home of the image's user, /root, is the job's own.
    """
    job = machine.job("codebuild")
    job.check_out()
    if archive:
        shutil.rmtree(job.clone / ".git")
    text = (job.clone / path).read_text(encoding="utf-8").replace("/root/", f"{job.home}/")
    spec = _loaded(text)
    job.bring_python(spec["phases"]["install"]["runtime-versions"]["python"])
    program = job.temp / "python" / "bin" / "codebuild-hash-files"
    program.write_text(HASH_FILES.format(python=PYTHON), encoding="utf-8")
    program.chmod(0o755)
    job.env |= spec["env"]["variables"]
    cache = spec["cache"]
    key, *prefixes = _echoed(job, [cache["key"], *cache.get("fallback-keys", [])])
    assert all(each.endswith("/**/*") for each in cache["paths"])
    job.restore(key, prefixes, [each.removesuffix("/**/*") for each in cache["paths"]])
    script = "".join(f"{{ {command}\n}} || exit\n" for command in _commands(spec["phases"]))
    if machine.commands:
        job.call(["/bin/sh", "-c", script], job.clone)
    return job.end()


def _commands(phases: dict[str, Any]) -> Iterator[str]:
    for name in ("install", "pre_build", "build", "post_build"):
        yield from phases.get(name, {}).get("commands", [])


def _echoed(job: _Job, keys: Sequence[str]) -> list[str]:
    before = len(job.said)
    for key in keys:
        job.call(["/bin/sh", "-c", f'printf %s "{key}"'], job.clone)
    return job.said[before:]
