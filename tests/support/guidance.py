"""A workflow, a buildspec, hooks, clean-up commands and a Dockerfile as guides have them, with well-known defects.

They are made to be copied into any project, and ask at run time which manager it has; PROJECTS are what they are put
into.
"""

from __future__ import annotations

WORKFLOW = ".github/workflows/checks.yml"
BUILDSPEC = "buildspec.yml"
HOOKS = ".pre-commit-config.yaml"
MAKEFILE = "Makefile"
SCRIPT = "tools/tidy.sh"

FILES: dict[str, str] = {
    WORKFLOW: r"""# Runs for whatever comes in.
name: Checks
on: [push, pull_request]

jobs:
  unit:  # one machine will do
    runs-on: ubuntu-latest
    steps:
      - name: Sources
        uses: actions/checkout@v4
      - name: Interpreter
        uses: actions/setup-python@v5
        with:
          python-version: '3.11'  # what production has

      - name: Nothing disposable is committed
        run: |
          set -e
          junk='(__pycache__|\.venv|venv|\.cache|\.(mypy|ruff|pytest)_cache)(/|$)'
          if git ls-files -z | xargs -0 -n1 | grep -E "$junk"; then
            echo "untrack these, please"
            exit 1
          fi

      # saves a minute
      - uses: actions/cache@v4
        name: Downloads
        with:
          path: ~/.cache/pip
          key: wheels-${{ runner.os }}-${{ hashFiles('**/requirements*.txt', '**/uv.lock', '**/poetry.lock') }}
          restore-keys: wheels-${{ runner.os }}-

      - name: Packages
        run: |
          python -m pip install -U pip
          # whichever it is
          if [ -f uv.lock ]; then
            pip install uv && uv sync --frozen  # the fast one
          elif [ -f poetry.lock ]; then
            pip install poetry && poetry install --no-root --no-interaction
          elif ls requirements*.txt >/dev/null 2>&1; then
            pip install -r requirements.txt
          else
            echo "this project locks nothing"
            exit 1
          fi

      - name: Unit tests
        run: pytest -q  # quietly
""",
    BUILDSPEC: r"""# The same, for CodeBuild behind CodePipeline.
version: 0.2
phases:
  install:
    runtime-versions:
      python: 3.11  # what production has
    commands:
      - pip install -U pip
      # whichever it is
      - |
        if [ -f uv.lock ]; then
          pip install uv
          uv sync --frozen
        elif [ -f poetry.lock ]; then
          pip install poetry
          poetry install --no-root --no-interaction
        elif ls requirements*.txt >/dev/null 2>&1; then
          pip install -r requirements.txt
        else
          echo "this project locks nothing"
          exit 1
        fi
  pre_build:
    commands:
      - echo "looking for what does not belong here"
      - |
        junk='(__pycache__|\.venv|venv|\.cache|\.(mypy|ruff|pytest)_cache)(/|$)'
        if git ls-files -z | xargs -0 -n1 | grep -E "$junk"; then
          echo "untrack these, please"
          exit 1
        fi
  build:
    commands:
      - pytest -q  # quietly
cache:
  paths:
    # all of them
    - /root/.cache/pypoetry/**/*
    - /root/.cache/uv/**/*
    - /root/.cache/pip/**/*
artifacts:
  files:
    - "**/*"  # what is deployed
  discard-paths: no
""",
    HOOKS: r"""# Install with: pre-commit install
repos:
# tidy
- repo: https://github.com/pre-commit/pre-commit-hooks
  rev: v4.6.0
  hooks:
    - id: trailing-whitespace
    - id: end-of-file-fixer
    - id: check-merge-conflict  # before it is too late

- repo: https://github.com/astral-sh/ruff-pre-commit
  rev: v0.5.7
  hooks:
    - id: ruff
      args: [--fix]  # what it can

- repo: local
  hooks:
    - id: sweep
      name: No bytecode here
      entry: bash -c "find . -type d -name '__pycache__' -prune -exec rm -rf {} +"
      language: system
      pass_filenames: false
""",
    MAKEFILE: """\
# make tidy
.PHONY: tidy
tidy:
\tpip cache purge || true
\tuv cache prune || true
\tpoetry cache clear pypi --all -n || true
\tfind . -type d -name __pycache__ -prune -exec rm -rf {} +
""",
    SCRIPT: """\
#!/bin/bash
# The same as `make tidy`.
pip cache purge || true
uv cache prune || true
poetry cache clear pypi --all -n || true
find . -type d -name "__pycache__" -prune -exec rm -rf {} +
""",
}

DOCKERFILE = """\
# One file for every project.
FROM python:3.11-slim AS wheels
WORKDIR /src
ENV PYTHONUNBUFFERED=1
COPY . .
# whatever it needs, ready made
RUN pip install -U pip && \\
    pip wheel --wheel-dir /wheels -r requirements.txt || true

FROM python:3.11-slim
WORKDIR /srv
COPY --from=wheels /wheels /wheels
RUN pip install -U pip \\
    # from the builder, no compiler here
    && pip install /wheels/* || true
COPY src ./src
RUN rm -rf /root/.cache
CMD ["python", "-m", "src"]
"""

NAME = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
UV_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
"""
PROJECTS: dict[str, dict[str, str]] = {
    "uv": {"pyproject.toml": NAME, "uv.lock": UV_LOCK},
    "poetry": {
        "pyproject.toml": f"{NAME}\n[tool.poetry]\npackage-mode = false\n",
        "poetry.lock": 'package = []\n\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\n'
        'content-hash = "0"\n',
    },
    "pip": {"requirements.txt": "idna\nflask>=3\n"},
}
"""By manager, a project that the files can be put into; what it does not lock is no concern of theirs."""
