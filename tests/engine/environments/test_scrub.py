from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kempt.engine.environments.scrub import Scrubbed, scrubbed, without_settings
from kempt.host.scratch import Scratch
from kempt.managers import manager
from support.repositories import write_files


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    with Scratch() as made:
        yield made


def clean(monkeypatch: pytest.MonkeyPatch, name: str = "uv", settings: str = "", **variables: str) -> Scrubbed:
    for key, value in variables.items():
        monkeypatch.setenv(key, value)
    return scrubbed(manager(name), settings)


@pytest.mark.parametrize(
    "name, variable",
    [
        ("uv", "UV_INDEX_URL"),
        ("uv", "UV_PROJECT_ENVIRONMENT"),
        ("uv", "UV_PYTHON"),
        ("uv", "UV_NO_BINARY"),
        ("poetry", "POETRY_VIRTUALENVS_PATH"),
        ("poetry", "PIP_TARGET"),
        ("uv", "VIRTUAL_ENV"),
        ("uv", "CONDA_PREFIX"),
        ("uv", "PYTHONPATH"),
        ("uv", "PYTHONHOME"),
        ("uv", "PYTHONSTARTUP"),
        ("uv", "PYTHONSAFEPATH"),
        ("uv", "GIT_DIR"),
        ("uv", "GIT_INDEX_FILE"),
        ("poetry", "VIRTUALENV_SYSTEM_SITE_PACKAGES"),
    ],
)
def test_what_changes_the_answer_is_kept_back_and_named(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)

    found = clean(monkeypatch, name, **{variable: "value"})

    assert variable not in found.variables
    assert variable in found.withheld


@pytest.mark.parametrize(
    "variable",
    ["HOME", "PATH", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NETRC", "SSH_AUTH_SOCK",
     "PYTHON_KEYRING_BACKEND", "PYTHONDONTWRITEBYTECODE", "UV_CACHE_DIR", "UV_INDEX_INTERNAL_PASSWORD",
     "UV_CONCURRENT_DOWNLOADS"],
)  # fmt: skip
def test_who_the_user_is_and_how_to_reach_the_network_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    assert "value" == clean(monkeypatch, **{variable: "value"}).variables[variable]


def test_colours_and_warnings_go_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)

    found = clean(monkeypatch, FORCE_COLOR="1", PYTHONWARNINGS="error")

    assert (("FORCE_COLOR" in found.variables), found.withheld) == (False, ())
    assert "1" == found.variables["NO_COLOR"]


def test_many_variables_of_one_tool_are_named_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    names = ("CONDA_EXE", "CONDA_PREFIX", "CONDA_SHLVL", "CONDA_DEFAULT_ENV")

    assert ("CONDA_*",) == clean(monkeypatch, **dict.fromkeys(names, "x")).withheld


def test_settings_of_package_managers_stay_behind_and_all_others_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scratch: Scratch
) -> None:
    config = tmp_path / "config"
    write_files(config, {
        "uv/uv.toml": "offline = true", "uv/credentials.toml": "", "pip/pip.conf": "", "pypoetry/config.toml": "",
        "pypoetry/auth.toml": "secret", "git/config": "[user]", "python_keyring/keyringrc.cfg": "",
    })  # fmt: skip
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    monkeypatch.delenv("PYTHONPATH", raising=False)

    settings = Path(without_settings(scratch))
    found = clean(monkeypatch, "poetry", settings=str(settings))

    assert str(settings) == found.variables["XDG_CONFIG_HOME"]
    assert (f"{config}/pip/pip.conf", f"{config}/pypoetry/config.toml") == found.withheld
    assert (f"{config}/uv/uv.toml",) == clean(monkeypatch).withheld
    assert "secret" == (settings / "pypoetry" / "auth.toml").read_text()
    assert "[user]" == (settings / "git" / "config").read_text()
    assert {"git", "pypoetry", "python_keyring"} == {path.name for path in settings.iterdir()}


def test_the_folder_of_settings_is_gone_afterwards_and_the_users_own_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_files(tmp_path / "config", {"git/config": "[user]", "pypoetry/auth.toml": "secret"})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    with Scratch() as scratch:
        settings = Path(without_settings(scratch))

    assert not settings.parent.exists()
    assert "[user]" == (tmp_path / "config" / "git" / "config").read_text()


def test_what_a_proof_sets_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "/other" == scrubbed(manager("uv"), "", [("HOME", "/other")]).variables["HOME"]


def test_of_the_users_pip_conf_the_index_is_passed_on_and_what_sends_packages_elsewhere_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "[global]\nindex-url = https://index.example.com/simple\n[install]\ntarget = /elsewhere\n"
    write_files(tmp_path / "config", {"pip/pip.conf": text})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    found = clean(monkeypatch, "pip")

    assert "https://index.example.com/simple" == found.variables["PIP_INDEX_URL"]
    assert "PIP_TARGET" not in found.variables
    assert "PIP_INDEX_URL" not in clean(monkeypatch, "uv").variables
    assert (
        "https://mine.example.com"
        == clean(monkeypatch, "pip", PIP_INDEX_URL="https://mine.example.com").variables["PIP_INDEX_URL"]
    )
