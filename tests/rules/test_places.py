"""What lies at a path, in every provider's spelling of it, on each system."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.rules.places import Holds, Machine, Place, normal, place

PIP, UV = Place(Holds.DOWNLOADS, ("pip",)), Place(Holds.DOWNLOADS, ("uv",))
ENVIRONMENT, OTHER, UNKNOWN = Place(Holds.ENVIRONMENT), Place(Holds.OTHER), Place(Holds.UNKNOWN)
EVERYTHING = Place(Holds.EVERYTHING)


def lies_at(path: str, variables: dict[str, str] | None = None, system: str = "linux") -> Place:
    told = variables or {}
    return place(normal(path, told), Machine(told, system))


@pytest.mark.parametrize(
    "path, expected",
    [
        ("~/.cache/pip", "~/.cache/pip"),
        ("  '~/.cache/pip/' ", "~/.cache/pip"),
        ("$HOME/.cache/pip", "~/.cache/pip"),
        ("${HOME}/.cache/pip", "~/.cache/pip"),
        ("${{ env.HOME }}/.cache/pip", "~/.cache/pip"),
        ("${{env.HOME}}/.cache/pip", "~/.cache/pip"),
        ("$(HOME)/.cache/pip", "~/.cache/pip"),
        ("/root/.cache/pip/**/*", "~/.cache/pip"),
        ("/github/home/.cache/pip", "~/.cache/pip"),
        ("/home/circleci/.cache/pip", "~/.cache/pip"),
        ("/Users/runner/Library/Caches/pip", "~/Library/Caches/pip"),
        ("~\\AppData\\Local\\pip\\Cache", "~/AppData/Local/pip/Cache"),
        ("C:\\Users\\runneradmin\\AppData\\Local\\uv\\cache", "~/AppData/Local/uv/cache"),
        ("%LocalAppData%\\pip\\Cache", "~/AppData/Local/pip/Cache"),
        ("$env:LOCALAPPDATA\\uv\\cache", "~/AppData/Local/uv/cache"),
        ("%USERPROFILE%\\.cache", "~/.cache"),
        ("$Env:UserProfile/.cache", "~/.cache"),
        ("./.venv/", ".venv"),
        ("${{ github.workspace }}/.venv", ".venv"),
        ("$GITHUB_WORKSPACE/.venv", ".venv"),
        ("$CI_PROJECT_DIR/.venv", ".venv"),
        ("${CI_PROJECT_DIR}/.venv", ".venv"),
        ("$(Build.SourcesDirectory)/.venv", ".venv"),
        ("$(system.defaultWorkingDirectory)/.venv", ".venv"),
        ("$(Pipeline.Workspace)/s/.venv", ".venv"),
        ("$BITBUCKET_CLONE_DIR/.venv", ".venv"),
        ("$CODEBUILD_SRC_DIR/.venv/**/*", ".venv"),
        ("~/project/.venv", ".venv"),
        ("/home/circleci/project/.venv", ".venv"),
        ("$PWD/.venv", ".venv"),
        ("$(pwd)/.venv", ".venv"),
        ("a//b/./c", "a/b/c"),
        ("**/*", "**"),
        ("./", "."),
        ("/*", "/"),
        ("", ""),
        ("/home", "/home"),
        ("/rooted/x", "/rooted/x"),
        ("$HOMEBREW_CACHE/x", "$HOMEBREW_CACHE/x"),
        ("${{ steps.pip.outputs.dir }}", "${{ steps.pip.outputs.dir }}"),
        ("$(pip cache dir)", "$(pip cache dir)"),
        ("$(Pipeline.Workspace)/.pip", "$PIPELINE_WORKSPACE/.pip"),
    ],
)
def test_a_path_in_one_spelling(path: str, expected: str) -> None:
    assert expected == normal(path, {})


@pytest.mark.parametrize(
    "path", ["$PIP", "${PIP}", "${{ env.PIP }}", "${{env.PIP}}", "$(PIP)", "%PIP%", "$env:PIP", "${env:PIP}", "$(pip)"]
)
def test_variables_are_filled_in(path: str) -> None:
    assert "~/x/.pip/sub" == normal(f"{path}/sub", {"PIP": "$BASE/.pip", "BASE": "$HOME/x"})


def test_variables_that_name_each_other_end() -> None:
    assert "$A/b/b/b" == normal("$A", {"A": "$A/b"})


@pytest.mark.parametrize(
    "path, system, expected",
    [
        ("~/.cache/pip", "linux", PIP),
        ("~/.cache/pip/http-v2", "linux", PIP),
        ("~/.cache/uv", "linux", UV),
        ("~/.cache/uv", "macos", UV),
        ("~/Library/Caches/pip", "macos", PIP),
        ("~/AppData/Local/pip/Cache", "windows", PIP),
        ("~/AppData/Local/uv/cache", "windows", UV),
        ("~/.cache/pypoetry", "linux", Place(Holds.DOWNLOADS, ("poetry",))),
        ("~/.cache/pypoetry/artifacts", "linux", Place(Holds.DOWNLOADS, ("poetry",))),
        ("~/Library/Caches/pypoetry/cache", "macos", Place(Holds.DOWNLOADS, ("poetry",))),
        ("~/.cache/pdm", "linux", Place(Holds.DOWNLOADS, ("pdm",))),
        ("~/.cache/pipenv", "linux", Place(Holds.DOWNLOADS, ("pipenv",))),
        ("~/.cache/pip", "", PIP),
        ("~/Library/Caches/pip", "", PIP),
        ("~/AppData/Local/pip/Cache", "", PIP),
        ("~/.cache/pip", "macos", PIP._replace(elsewhere="that is their place on Linux")),
        ("~/Library/Caches/pip", "linux", PIP._replace(elsewhere="that is their place on macOS")),
        ("~/AppData/Local/pip/Cache", "linux", PIP._replace(elsewhere="that is their place on Windows")),
    ],
)
def test_whose_downloads_lie_there_on_a_system(path: str, system: str, expected: Place) -> None:
    assert expected == lies_at(path, system=system)


MOVED = {"UV_CACHE_DIR": "/tmp/uv", "PIP_CACHE_DIR": "$CI_PROJECT_DIR/.cache/pip"}  # noqa: S108 - the name of a folder


@pytest.mark.parametrize(
    "path, variables, expected",
    [
        ("/tmp/uv", MOVED, UV),  # noqa: S108
        ("${{ env.UV_CACHE_DIR }}", MOVED, UV),
        (".cache/pip", MOVED, PIP),
        (".cache", MOVED, PIP),
        ("~/.cache/uv", MOVED, UV._replace(elsewhere="`UV_CACHE_DIR` keeps them elsewhere", moved_by="UV_CACHE_DIR")),
        ("~/.cache/uv", {"UV_CACHE_DIR": "~/.cache/uv"}, UV),
        ("~/.cache/uv", {"UV_CACHE_DIR": "${{ steps.a.outputs.b }}"}, UV),
        ("~/.cache/uv", {"UV_CACHE_DIR": ""}, UV),
        (
            "~/.cache/uv",
            {"UV_CACHE_DIR": "$RUNNER_TEMP/setup-uv-cache"},
            UV._replace(elsewhere="`UV_CACHE_DIR` keeps them elsewhere", moved_by="UV_CACHE_DIR"),
        ),
        ("$(PIP_CACHE_DIR)", {"PIP_CACHE_DIR": "$(Pipeline.Workspace)/.pip"}, PIP),
        ("/x/pip", {"XDG_CACHE_HOME": "/x"}, PIP),
        (
            "~/.cache/pip",
            {"XDG_CACHE_HOME": "/x"},
            PIP._replace(elsewhere="`XDG_CACHE_HOME` keeps them elsewhere", moved_by="XDG_CACHE_HOME"),
        ),
        (".cache", {"UV_CACHE_DIR": ".cache/uv", "PIP_CACHE_DIR": ".cache/pip"}, Place(Holds.DOWNLOADS, ("uv", "pip"))),
    ],
)
def test_variables_move_downloads(path: str, variables: dict[str, str], expected: Place) -> None:
    assert expected == lies_at(path, variables)


def test_a_command_may_say_where_they_lie() -> None:
    assert PIP == place("wheels", Machine(told=(("pip", "wheels"),)))


@pytest.mark.parametrize(
    "path",
    [
        ".venv", "venv", "services/api/.venv", ".tox", "~/.nox", "/usr/local/lib/python3.12/site-packages",
        "~/.local/share/virtualenvs", "~/.cache/pypoetry/virtualenvs", "${{ env.pythonLocation }}", "$pythonLocation",
        "/opt/hostedtoolcache/Python/3.12.1/x64", "~/miniconda3/envs/test", "__pypackages__",
        "/usr/lib/python3/dist-packages", "${{ steps.a.outputs.b }}/site-packages",
    ],
)  # fmt: skip
def test_environments(path: str) -> None:
    assert ENVIRONMENT == lies_at(path)


@pytest.mark.parametrize("path", ["~", "$HOME", "/root", "~/.cache", "~/.cache/**/*", "/", "~/Library/Caches", "/*"])
def test_more_than_one_download_cache(path: str) -> None:
    assert EVERYTHING == lies_at(path)


@pytest.mark.parametrize(
    "path",
    [
        "node_modules", "~/.npm", "~/.cache/yarn", ".mypy_cache", ".ruff_cache", "~/.cache/pre-commit",
        "~/.cache/ms-playwright", "buildx-cache", "~/.cargo", "target", "~/.m2/repository", "vendor/bundle",
        "/opt/hostedtoolcache/go", "~/.pyenv/plugins", "~/.local/bin", "environment", "my.venv.d", "~/.cache/uvicorn",
    ],
)  # fmt: skip
def test_what_is_nothing_of_pythons_packages(path: str) -> None:
    assert OTHER == lies_at(path)


@pytest.mark.parametrize(
    "path",
    [
        "${{ steps.pip-cache.outputs.dir }}", "$(pip cache dir)", "`pip cache dir`", "<< parameters.path >>",
        "{{ checksum }}", "$SOMEWHERE", "${SOMEWHERE}/x", "${{ matrix.cache }}", "%SOMEWHERE%\\x", ".cache/pip",
        ".uv-cache", "pip-cache",
    ],
)  # fmt: skip
def test_what_only_a_run_knows(path: str) -> None:
    """A folder with a manager's name may be its cache by a setting that no file shows."""
    assert UNKNOWN == lies_at(path)


@given(
    st.text(alphabet="~/.$%{}() \\*abHOMEenv:'\"", max_size=40), st.dictionaries(st.sampled_from("aHOME"), st.text())
)
def test_no_path_is_an_error(path: str, variables: dict[str, str]) -> None:
    assert lies_at(path, variables).holds in Holds


@given(st.text(alphabet="~/.ab", max_size=30))
def test_the_normal_spelling_is_its_own(path: str) -> None:
    assert normal(path, {}) == normal(normal(path, {}), {})


@pytest.mark.parametrize(
    "path, variables",
    [
        ("${{ " * 20_000, {}),
        ("$(" * 50_000, {}),
        ("%" * 100_000, {}),
        ("a/" * 50_000 + "*" * 50_000, {}),
        ("/" * 100_000 + "x", {}),
        ("$A", {"A": "$B" * 2_000, "B": "$A" * 2_000}),
        ("$A" * 10_000, {"A": "$A" * 100}),
    ],
    ids=["expressions", "macros", "percent", "folders", "slashes", "doubling", "many"],
)
def test_hostile_paths_end_soon(path: str, variables: dict[str, str]) -> None:
    start = process_time()
    lies_at(path, variables)

    assert process_time() - start < 2
