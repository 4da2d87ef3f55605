"""The caches of tools, made from `user_caches.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

from kempt.model.caches import CacheFacts

ROWS: tuple[CacheFacts, ...] = (
    CacheFacts(tool="pip", layout="pip", unix=("{cache}/pip",), windows=("{local}/pip/Cache",), variables=("PIP_CACHE_DIR",), settings=("{xdg-config}/pip/pip.conf", "{home}/.pip/pip.conf", "/etc/pip.conf", "/etc/xdg/pip/pip.conf"), programs=("pip",), key="global.cache-dir"),
    CacheFacts(tool="uv", layout="uv", unix=("{xdg}/uv",), windows=("{local}/uv/cache",), variables=("UV_CACHE_DIR",), settings=("{xdg-config}/uv/uv.toml", "/etc/uv/uv.toml"), programs=("uv", "uvx"), key="cache-dir", lock=".lock"),
    CacheFacts(tool="Poetry", layout="poetry", unix=("{cache}/pypoetry",), windows=("{local}/pypoetry/Cache",), variables=("POETRY_CACHE_DIR",), settings=("{config}/pypoetry/config.toml",), programs=("poetry",), key="cache-dir", remark="virtualenvs/ holds environments: `kempt envs`"),
    CacheFacts(tool="Pipenv", layout="pip", unix=("{cache}/pipenv",), windows=("{local}/pipenv/pipenv/Cache",), variables=("PIPENV_CACHE_DIR",), programs=("pipenv",)),
    CacheFacts(tool="PDM", layout="plain", unix=("{cache}/pdm",), windows=("{local}/pdm/pdm/Cache",), variables=("PDM_CACHE_DIR",), settings=("{config}/pdm/config.toml",), download=("http/*/*/*/*/*/*", "http/*.db"), create=("wheels/*/*/*/*", "hashes/*/*/*/*/*", "metadata/*"), programs=("pdm",), key="cache_dir", remark="packages/ may be linked into environments: `pdm cache clear packages` knows which"),
    CacheFacts(tool="pre-commit", layout="pre-commit", unix=("{xdg}/pre-commit",), windows=("{xdg}/pre-commit",), variables=("PRE_COMMIT_HOME",), programs=("pre-commit", "pre_commit"), lock=".lock"),
    CacheFacts(tool="pip-tools", layout="pip", unix=("{cache}/pip-tools",), windows=("{local}/pip-tools/Cache",), variables=("PIP_TOOLS_CACHE_DIR",), create=("depcache-*.json",), programs=("pip-compile", "pip-sync")),
    CacheFacts(tool="Hatch", layout="plain", unix=("{cache}/hatch",), windows=("{local}/hatch/Cache",), variables=("HATCH_CACHE_DIR",), settings=("{config}/hatch/config.toml",), programs=("hatch",), key="dirs.cache", remark="its layout is not known well enough: nothing is removed"),
    CacheFacts(tool="virtualenv", layout="plain", unix=("{cache}/virtualenv",), windows=("{local}/pypa/virtualenv/Cache",), variables=("VIRTUALENV_OVERRIDE_APP_DATA",), download=("wheel/house/*.whl",), create=("py_info/*/*.json",), programs=("virtualenv",), remark="wheel/*/image may be linked into environments: `virtualenv --reset-app-data` removes it"),
    CacheFacts(tool="conda", layout="plain", unix=("{home}/.conda/pkgs", "{home}/miniconda3/pkgs", "{home}/anaconda3/pkgs", "{home}/miniforge3/pkgs", "{home}/mambaforge/pkgs", "{home}/micromamba/pkgs", "{home}/.local/share/mamba/pkgs", "/opt/conda/pkgs"), windows=("{home}/.conda/pkgs", "{home}/miniconda3/pkgs", "{home}/anaconda3/pkgs", "{home}/miniforge3/pkgs"), variables=("CONDA_PKGS_DIRS",), settings=("{home}/.condarc", "{home}/.conda/.condarc", "{xdg-config}/conda/.condarc"), download=("*.conda", "*.tar.bz2"), programs=("conda", "mamba", "micromamba"), key="pkgs_dirs", remark="unpacked packages may be linked into environments: `conda clean --packages` knows which"),
    CacheFacts(tool="pixi", layout="plain", unix=("{cache}/rattler/cache",), windows=("{local}/rattler/cache",), variables=("PIXI_CACHE_DIR", "RATTLER_CACHE_DIR"), programs=("pixi",), remark="packages may be linked into environments: `pixi clean cache` removes them"),
    CacheFacts(tool="huggingface", layout="hub", unix=("{xdg}/huggingface/hub",), windows=("{xdg}/huggingface/hub",), variables=("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME/hub")),
    CacheFacts(tool="torch", layout="plain", unix=("{xdg}/torch/hub",), windows=("{xdg}/torch/hub",), variables=("TORCH_HOME/hub",), download=("checkpoints/*",), remark="repositories that torch.hub cloned stay"),
    CacheFacts(tool="nltk", layout="plain", unix=("{home}/nltk_data",), windows=("{home}/nltk_data",), variables=("NLTK_DATA",), remark="was downloaded by hand: nothing is removed"),
    CacheFacts(tool="black", layout="plain", unix=("{cache}/black",), windows=("{local}/black/black/Cache",), variables=("BLACK_CACHE_DIR",), create=("*/cache*.pickle",)),
    CacheFacts(tool="ruff", layout="plain", variables=("RUFF_CACHE_DIR",), create=("*.*.*/*",)),
    CacheFacts(tool="mypy", layout="plain", variables=("MYPY_CACHE_DIR",), create=("3.*",)),
    CacheFacts(tool="matplotlib", layout="plain", unix=("{xdg}/matplotlib",), create=("fontlist-*.json", "tex.cache/*")),
    CacheFacts(tool="numba", layout="plain", unix=("{cache}/numba",), windows=("{local}/numba/Cache",), variables=("NUMBA_CACHE_DIR",), create=("*/*.nbi", "*/*.nbc")),
    CacheFacts(tool="kempt", layout="plain", unix=("{cache}/kempt",), windows=("{local}/kempt/Cache",), variables=("KEMPT_CACHE_DIR",), create=("*/*",), budget=500000000),
)
