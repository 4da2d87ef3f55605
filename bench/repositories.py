"""Repositories to measure on: made here, the same on every machine, with names as real projects have them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from pathlib import Path

AREAS = (
    "accounts", "admin", "api", "auth", "billing", "cart", "catalogue", "checkout", "cms", "contrib", "core",
    "customers", "dashboard", "documents", "editor", "events", "exports", "forms", "images", "imports", "invoices",
    "jobs", "locales", "mail", "media", "messages", "metrics", "notifications", "orders", "pages", "payments",
    "permissions", "products", "profiles", "queues", "redirects", "reports", "reviews", "search", "sessions",
    "settings", "shipping", "sitemaps", "snippets", "stock", "storage", "subscriptions", "tags", "tasks", "taxes",
    "uploads", "users", "vouchers", "webhooks",
)  # fmt: skip
PLACES = (
    "src/shop/{area}/{word}.py",
    "tests/{area}/test_{word}.py",
    "src/shop/{area}/templates/{area}/{word}.html",
    "src/shop/{area}/migrations/{number:04}_{word}.py",
    "client/src/components/{area}/{word}.tsx",
    "src/shop/{area}/static/{area}/{word}.svg",
    "docs/reference/{area}/{word}.md",
    "src/shop/{area}/locale/{word}/LC_MESSAGES/django.po",
    "client/src/components/{area}/__snapshots__/{word}.test.tsx.snap",
    "src/shop/{area}/fixtures/{word}.json",
)
WORDS = (
    "models", "views", "urls", "apps", "signals", "managers", "serializers", "validators", "widgets", "exceptions",
    "constants", "middleware", "decorators", "fields", "filters", "handlers", "registry", "schemas", "services",
    "utils",
)  # fmt: skip
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["django>=5.2", "httpx>=0.28"]

[dependency-groups]
dev = ["coverage", "mypy", "pytest", "ruff"]

[tool.ruff]
line-length = 120

[tool.mypy]
strict = true

[tool.pytest]
testpaths = ["tests"]

[tool.uv]
required-version = ">=0.9"
"""
NAMED = ("coverage", "django", "httpx", "mypy", "pytest", "ruff")
OTHERS = tuple(f"dependency-{number:02}" for number in range(60))
PACKAGE = """
[[package]]
name = "{name}"
version = "5.2.1"
source = {{ registry = "https://packages.example.com/simple" }}
wheels = [
    {{ url = "https://packages.example.com/{name}-5.2.1-py3-none-any.whl", hash = "sha256:{hash}", size = 81234 }},
]
"""
LOCK = (
    'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n'
    + "".join(PACKAGE.format(name=name, hash="7c" * 32) for name in (*NAMED, *OTHERS))
    + """
[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
dependencies = [
    { name = "django" },
    { name = "httpx" },
]

[package.dev-dependencies]
dev = [
    { name = "coverage" },
    { name = "mypy" },
    { name = "pytest" },
    { name = "ruff" },
]

[package.metadata]
requires-dist = [
    { name = "django", specifier = ">=5.2" },
    { name = "httpx", specifier = ">=0.28" },
]

[package.metadata.requires-dev]
dev = [
    { name = "coverage" },
    { name = "mypy" },
    { name = "pytest" },
    { name = "ruff" },
]
"""
)
"""As uv writes it, of packages that no index has."""
WORKFLOW = """\
name: {name}
on: [push]
jobs:
  {name}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: astral-sh/setup-uv@v10
      - run: uv run --locked pytest
"""
IGNORED = """\
# Bytecode
__pycache__/
*.py[co]

# Environments
.venv
.env

# Built
/build/
/dist/
*.egg-info/

# Test output
.coverage
.coverage.*
coverage.xml
htmlcov/
"""
SINGLE = {
    "pyproject.toml": PYPROJECT,
    "uv.lock": LOCK,
    ".python-version": "3.14\n",
    ".gitignore": IGNORED,
    "client/.gitignore": "node_modules/\n/build/\n",
    "docs/.gitignore": "_build/\n",
    ".github/workflows/tests.yml": WORKFLOW.format(name="tests"),
    ".github/workflows/lint.yml": WORKFLOW.format(name="lint"),
    ".github/workflows/release.yml": WORKFLOW.format(name="release"),
    ".pre-commit-config.yaml": "repos: []\n",
    "README.md": "# Shop\n",
    "Dockerfile": "FROM python:3.14-slim\n",
    "Makefile": "test:\n\tuv run pytest\n",
}


def project_paths() -> Iterator[str]:
    """Paths of a large web project, without end."""
    for turn, word, place, area in product(range(1000), WORDS, PLACES, AREAS):
        name = word if turn == 0 else f"{word}_{turn}"
        yield place.format(area=area, word=name, number=turn * len(WORDS) + WORDS.index(word) + 1)


def project(root: Path, files: int) -> Path:
    """A repository of so many files, committed, with a manifest, a lock, workflows and ignore files."""
    names = islice(project_paths(), files - len(SINGLE))
    return committed(root, {**SINGLE, **{name: f"# {name}\n" for name in names}})


def with_environment(root: Path, files: int) -> Path:
    """A small repository that tracks one environment of so many files."""
    packages = (f"env/lib/python3.12/site-packages/{area}_{word}/{module}_{number}.py"
                for number, area, word, module in product(range(1000), AREAS[:40], WORDS, ("api", "core")))  # fmt: skip
    inside = {name: f"# {name}\n" for name in islice(packages, files - 3)}
    inside["env/pyvenv.cfg"] = "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.12.4\n"
    inside["env/bin/activate"] = inside["env/bin/pip"] = "# made by venv\n"
    return committed(root, {**SINGLE, **inside})


def index_only(root: Path, files: int) -> Path:
    """A repository whose index names so many files, all of one content; but for a few, none lies on disk."""
    root.mkdir(parents=True, exist_ok=True)
    _git(root, "init", "--quiet")
    _write(root, SINGLE.items())
    _git(root, "add", "--all", "--force")
    blob = _git(root, "hash-object", "-w", "--stdin", input=b"# one of many\n").decode("ascii").strip()
    with subprocess.Popen(
        ["git", "update-index", "--index-info"], cwd=root, stdin=subprocess.PIPE, env=_environment()
    ) as process:
        if process.stdin is not None:
            for path in islice(project_paths(), files - len(SINGLE)):
                process.stdin.write(f"100644 {blob}\t{path}\n".encode())
    if process.returncode != 0:
        raise RuntimeError("git update-index failed")
    return root


def committed(root: Path, files: Mapping[str, str]) -> Path:
    """A repository of these files, its objects in one pack, as a clone has them."""
    _write(root, files.items())
    _git(root, "init", "--quiet")
    _git(root, "add", "--all", "--force")
    settings = ("user.name=Ada", "user.email=ada@example.com", "gc.auto=0", "maintenance.auto=false")
    words = (word for setting in settings for word in ("-c", setting))
    _git(root, *words, "commit", "--quiet", "--no-verify", "--message=all of it")
    _git(root, "repack", "-adq")
    return root


def imported(root: Path, files: Mapping[str, str]) -> Path:
    """A bare repository of these files, its objects in one pack: two processes make it, where hundreds are wanted."""
    _git(root.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(root))
    inline = "".join(f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n" for name, text in files.items())
    commit = "commit refs/heads/main\ncommitter Ada <ada@example.com> 1767323045 +0000\ndata 4\nwork\n"
    _git(root, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", input=(commit + inline).encode())
    return root


def _write(root: Path, files: Iterable[tuple[str, str]]) -> None:
    known = set()
    for name, content in files:
        path = root / name
        if path.parent not in known:
            path.parent.mkdir(parents=True, exist_ok=True)
            known.add(path.parent)
        path.write_text(content, encoding="utf-8")


def _git(root: Path, *args: str, input: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", *args], cwd=root, check=True, env=_environment(), input=input, stdout=subprocess.PIPE
    ).stdout


def _environment() -> dict[str, str]:
    nobodys = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | nobodys
