"""What must not be in an image, made from `caches.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

ROWS: tuple[tuple[str, str, str, str, tuple[str, ...], str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("pip", "KPT551", "home", ".cache/pip", ("http", "http-v2", "wheels", "selfcheck"), "", ("PIP_CACHE_DIR",), ()),
    ("uv", "KPT551", "home", ".cache/uv", (), "", ("UV_CACHE_DIR",), ()),
    ("Poetry", "KPT551", "home", ".cache/pypoetry", ("cache", "artifacts"), "", ("POETRY_CACHE_DIR",), ()),
    ("Pipenv", "KPT551", "home", ".cache/pipenv", (), "", ("PIPENV_CACHE_DIR",), ()),
    ("PDM", "KPT551", "home", ".cache/pdm", (), "", ("PDM_CACHE_DIR",), ()),
    ("Hatch", "KPT551", "home", ".cache/hatch", (), "", ("HATCH_CACHE_DIR",), ()),
    ("pre-commit", "KPT551", "home", ".cache/pre-commit", (), "", ("PRE_COMMIT_HOME",), ()),
    ("pip-tools", "KPT551", "home", ".cache/pip-tools", (), "", ("PIP_TOOLS_CACHE_DIR",), ()),
    ("virtualenv", "KPT551", "home", ".cache/virtualenv", (), "", (), ()),
    ("conda", "KPT551", "home", ".conda/pkgs", (), "", ("CONDA_PKGS_DIRS",), ()),
    ("conda", "KPT551", "conda", "pkgs", (), "", (), ()),
    ("wheels", "KPT553", "wheel", "", (), ".whl", (), ("ensurepip/_bundled", "site-packages", "dist-packages", "python-wheels", "seed/wheels/embed")),
    ("mypy", "KPT554", "name", ".mypy_cache", (), "", (), ()),
    ("pytest", "KPT554", "name", ".pytest_cache", (), "", (), ()),
    ("Ruff", "KPT554", "name", ".ruff_cache", (), "", (), ()),
    ("tox", "KPT554", "name", ".tox", (), "", (), ()),
    ("nox", "KPT554", "name", ".nox", (), "", (), ()),
    ("Hypothesis", "KPT554", "name", ".hypothesis", (), "", (), ()),
    ("apt", "KPT554", "root", "var/lib/apt/lists", (), "", (), ()),
    ("apt", "KPT554", "root", "var/cache/apt/archives", (), ".deb", (), ()),
)
