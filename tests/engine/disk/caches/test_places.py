"""Where a cache is: by the tool's variable, by its settings, else by the custom of the platform."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kempt.engine.disk.caches.places import World, places, refusal, setting
from kempt.model.caches import Where
from support.caches import FACTS

HOMES = {"linux": "/home/ada", "darwin": "/Users/ada", "win32": r"C:\Users\ada"}


def world(system: str = "linux", files: Mapping[str, str] | None = None, **env: str) -> World:
    texts = files or {}
    return World(env, system, HOMES[system], lambda path: texts.get(path, ""))


@pytest.mark.parametrize(
    "tool, linux, macos, windows",
    [
        ("pip", ".cache/pip", "Library/Caches/pip", r"AppData\Local\pip\Cache"),
        ("uv", ".cache/uv", ".cache/uv", r"AppData\Local\uv\cache"),
        ("Poetry", ".cache/pypoetry", "Library/Caches/pypoetry", r"AppData\Local\pypoetry\Cache"),
        ("PDM", ".cache/pdm", "Library/Caches/pdm", r"AppData\Local\pdm\pdm\Cache"),
        ("Pipenv", ".cache/pipenv", "Library/Caches/pipenv", r"AppData\Local\pipenv\pipenv\Cache"),
        ("pre-commit", ".cache/pre-commit", ".cache/pre-commit", r".cache\pre-commit"),
        ("virtualenv", ".cache/virtualenv", "Library/Caches/virtualenv", r"AppData\Local\pypa\virtualenv\Cache"),
        ("huggingface", ".cache/huggingface/hub", ".cache/huggingface/hub", r".cache\huggingface\hub"),
        ("black", ".cache/black", "Library/Caches/black", r"AppData\Local\black\black\Cache"),
    ],
)
def test_a_tool_has_its_place_on_each_platform(tool: str, linux: str, macos: str, windows: str) -> None:
    found = [places(FACTS[tool], world(system)) for system in HOMES]

    assert [
        (Where(f"/home/ada/{linux}"),), (Where(f"/Users/ada/{macos}"),), (Where(rf"C:\Users\ada\{windows}"),)
    ] == found  # fmt: skip


@pytest.mark.parametrize(
    "tool, variable, value, path",
    [
        ("pip", "PIP_CACHE_DIR", "/big/pip", "/big/pip"),
        ("uv", "UV_CACHE_DIR", "/big//uv/", "/big/uv"),
        ("Poetry", "POETRY_CACHE_DIR", "~/poetry", "/home/ada/poetry"),
        ("pre-commit", "PRE_COMMIT_HOME", "/big/pc", "/big/pc"),
        ("huggingface", "HF_HOME", "/big/hf", "/big/hf/hub"),
        ("torch", "TORCH_HOME", "/big/torch", "/big/torch/hub"),
        ("ruff", "RUFF_CACHE_DIR", "/big/ruff", "/big/ruff"),
    ],
)
def test_a_variable_moves_it(tool: str, variable: str, value: str, path: str) -> None:
    assert (Where(path, variable),) == places(FACTS[tool], world("linux", None, **{variable: value}))


def test_the_first_variable_that_is_set_counts() -> None:
    moved = world(HF_HOME="/home-of-all", HF_HUB_CACHE="/hub", HUGGINGFACE_HUB_CACHE="")

    assert (Where("/hub", "HF_HUB_CACHE"),) == places(FACTS["huggingface"], moved)


def test_conda_has_as_many_as_its_variable_names() -> None:
    expected = (Where("/a", "CONDA_PKGS_DIRS"), Where("/b", "CONDA_PKGS_DIRS"))

    assert expected == places(FACTS["conda"], world(CONDA_PKGS_DIRS="/a,/b"))


@pytest.mark.parametrize(
    "tool, file, text",
    [
        ("pip", "/home/ada/.config/pip/pip.conf", "[global]\ncache-dir = /big\n"),
        ("pip", "/etc/pip.conf", "[global]\ncache-dir=/big\n"),
        ("uv", "/home/ada/.config/uv/uv.toml", 'cache-dir = "/big"\n'),
        ("Poetry", "/home/ada/.config/pypoetry/config.toml", 'cache-dir = "/big"\n'),
        ("PDM", "/home/ada/.config/pdm/config.toml", 'cache_dir = "/big"\n'),
        ("Hatch", "/home/ada/.config/hatch/config.toml", '[dirs]\ncache = "/big"\n'),
        ("conda", "/home/ada/.condarc", "channels:\n  - x\npkgs_dirs:  # moved\n  - /big\n"),
    ],
)
def test_settings_move_it(tool: str, file: str, text: str) -> None:
    assert (Where("/big", file),) == places(FACTS[tool], world(files={file: text}))


@pytest.mark.parametrize("text", ["[global", "cache-dir = [", "[dirs]\n", "\0", 'cache-dir = ""', "[" * 5000])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_broken_settings_say_nothing(tool: str, text: str) -> None:
    file = {"pip": "/home/ada/.config/pip/pip.conf", "uv": "/home/ada/.config/uv/uv.toml"}[tool]

    assert places(FACTS[tool], world()) == places(FACTS[tool], world(files={file: text}))


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_counts_as_not_set(value: str) -> None:
    assert (Where("/home/ada/.cache/pip"),) == places(FACTS["pip"], world(PIP_CACHE_DIR=value))


@pytest.mark.parametrize("value", ["relative", "./here"])
def test_a_relative_xdg_folder_does_not_count(value: str) -> None:
    assert (Where("/home/ada/.cache/pip"),) == places(FACTS["pip"], world(XDG_CACHE_HOME=value))


@pytest.mark.parametrize(
    "value, why",
    [
        ("/", "is the root of a file system"),
        ("//", "is the root of a file system"),
        ("/home/ada", "holds your home folder"),
        ("/home", "holds your home folder"),
        ("~", "holds your home folder"),
        ("~/", "holds your home folder"),
        ("/home/ada/x/..", "holds your home folder"),
        ("cache", "is a relative path: each project would have its own"),
    ],
)
def test_a_folder_that_is_no_caches_own_is_left_alone(value: str, why: str) -> None:
    assert (Where(value, "PIP_CACHE_DIR", why),) == tuple(
        each._replace(path=value) for each in places(FACTS["pip"], world(PIP_CACHE_DIR=value))
    )


@pytest.mark.parametrize(
    "path, why", [("C:\\", "is the root of a file system"), (r"C:\Users", "holds your home folder")]
)
def test_that_holds_for_windows(path: str, why: str) -> None:
    assert why == refusal(path, world("win32"))


def test_another_setting_can_be_asked_for() -> None:
    file = "/home/ada/.config/uv/uv.toml"

    assert (("symlink",), file) == setting(FACTS["uv"], "link-mode", world(files={file: 'link-mode = "symlink"'}))
