"""Actions that bring a manager or cache for one, each version as it was."""

from __future__ import annotations

import pytest

from kempt.model.pipeline import Built, CacheUse, PartKind, Step
from support.workflows import job, steps

SHA = "1c37ad07a6a961277cf70c0d37d6f313000f5884"
UV = {"uv.lock": "", "pyproject.toml": ""}


def used(
    uses: str, *inputs: str, files: dict[str, str] | None = None, on: str = "push", runs: str = "ubuntu-latest"
) -> Step:
    given = "".join(f"          {line}\n" for line in inputs)
    text = (
        f"on: {on}\njobs:\n  a:\n    runs-on: {runs}\n    steps:\n      - uses: {uses}\n"
        + (f"        with:\n{given}" if given else "")
        + "      - run: uv sync\n"
    )
    return job(text, UV if files is None else files).steps[0]


def cache(step: Step) -> CacheUse:
    assert 1 == len(step.caches)
    return step.caches[0]


def later(uses: str, *inputs: str) -> Step:
    given = "".join(f"          {line}\n" for line in inputs)
    return steps(f"      - uses: {uses}\n        with:\n{given}      - run: uv sync\n", UV)[1]


@pytest.mark.parametrize(
    "ref, said, on, runs, cached",
    [
        ("v4", None, "push", "ubuntu-latest", False),
        ("v5", None, "push", "ubuntu-latest", True),
        ("v10", None, "push", "ubuntu-latest", True),
        ("v10", None, "release", "ubuntu-latest", False),
        ("v10", None, "{push: {tags: [v1]}}", "ubuntu-latest", False),
        ("v10", None, "pull_request_target", "ubuntu-latest", False),
        ("v10", None, "[push, release]", "ubuntu-latest", True),
        ("v10", None, "[release, workflow_dispatch]", "ubuntu-latest", True),
        ("v9", None, "release", "ubuntu-latest", True),
        ("v10", None, "push", "[self-hosted, linux]", False),
        ("v10", "true", "release", "ubuntu-latest", True),
        ("v10", "false", "push", "ubuntu-latest", False),
        ("v10", "auto", "release", "ubuntu-latest", False),
        ("v10", "${{ github.event_name != 'release' }}", "push", "ubuntu-latest", True),
        (f"{SHA} # v4.2.0", None, "push", "ubuntu-latest", False),
        (f"{SHA} # v9.0.0", None, "release", "ubuntu-latest", True),
        (SHA, None, "release", "ubuntu-latest", False),
        ("main", None, "release", "ubuntu-latest", False),
    ],
)
def test_whether_setup_uv_caches(ref: str, said: str | None, on: str, runs: str, *, cached: bool) -> None:
    found = used(f"astral-sh/setup-uv@{ref}", *([f"enable-cache: {said}"] if said else []), on=on, runs=runs)

    assert cached is bool(found.caches)


@pytest.mark.parametrize(
    "ref, said, pruned",
    [("v8", "", True), ("v9.0.0", "", False), ("v10", "true", True), ("v5", "false", False), (SHA, "", False)],
)
def test_whether_setup_uv_prunes(ref: str, said: str, *, pruned: bool) -> None:
    inputs = ["enable-cache: true", *([f"prune-cache: {said}"] if said else [])]

    assert pruned is cache(used(f"astral-sh/setup-uv@{ref}", *inputs)).pruned


@pytest.mark.parametrize(
    "inputs, files, globs, keyed",
    [
        (["cache-dependency-glob: uv.lock"], UV, ("uv.lock",), True),
        (["cache-dependency-glob: api/uv.lock"], UV, ("api/uv.lock",), False),
        (['cache-dependency-glob: ""'], UV, (), False),
        (["cache-dependency-glob: pyproject.toml"], UV, ("pyproject.toml",), False),
        (["cache-dependency-glob: |", "  uv.lock", "  b.txt"], UV, ("uv.lock", "b.txt"), True),
        (["cache-dependency-glob: uv.lock", "working-directory: api"], {"api/uv.lock": ""}, ("api/uv.lock",), True),
        (["cache-dependency-glob: '**/requirements*.txt'"], {"a/requirements-dev.txt": ""},
         ("**/requirements*.txt",), True),
    ],
)  # fmt: skip
def test_what_the_key_of_setup_uv_follows(
    inputs: list[str], files: dict[str, str], globs: tuple[str, ...], *, keyed: bool
) -> None:
    found = cache(used("astral-sh/setup-uv@v10", "enable-cache: true", *inputs, files=files))

    assert found.key is not None
    assert (globs, keyed) == (found.key.files, found.keyed)
    assert (True, "uv", Built.DOWNLOADS) == (found.full_key, found.manager, found.built)


@pytest.mark.parametrize(
    "files, keyed",
    [({"uv.lock": ""}, True), ({"a/uv.lock": ""}, True), ({"poetry.lock": "", "pyproject.toml": ""}, False)],
)
def test_setup_uv_follows_a_lock_of_uv_by_itself(files: dict[str, str], *, keyed: bool) -> None:
    assert keyed is cache(used("astral-sh/setup-uv@v10", files=files)).keyed


@pytest.mark.parametrize(
    "ref, inputs, folder",
    [
        ("v10", ["enable-cache: true"], "$RUNNER_TEMP/setup-uv-cache"),
        ("v10", ["enable-cache: false"], None),
        ("v7.1.3", ["enable-cache: false"], "$RUNNER_TEMP/setup-uv-cache"),
        ("v10", ["cache-local-path: /mine/x"], "/mine/x"),
    ],
)
def test_setup_uv_moves_the_cache_for_the_steps_after_it(ref: str, inputs: list[str], folder: str | None) -> None:
    assert folder == later(f"astral-sh/setup-uv@{ref}", *inputs).variables.get("UV_CACHE_DIR")


@pytest.mark.parametrize("ref, folder", [("v10", "/mine"), ("v6", "$RUNNER_TEMP/setup-uv-cache")])
def test_a_cache_folder_that_is_set_stays_from_version_7_on(ref: str, folder: str) -> None:
    found = job(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env: {UV_CACHE_DIR: /mine}\n    steps:\n"
        f"      - uses: astral-sh/setup-uv@{ref}\n        with: {{enable-cache: true}}\n      - run: uv sync\n"
    )

    assert folder == found.steps[1].variables["UV_CACHE_DIR"]


@pytest.mark.parametrize(
    "inputs, files, version, pinned_by",
    [
        (["version: 0.13.9"], {}, "0.13.9", ""),
        (["version: latest"], {"uv.toml": "required-version = '1'"}, "latest", ""),
        (["enable-cache: true"], {"uv.toml": "required-version = '==0.13.9'"}, None, "uv.toml"),
        (["enable-cache: true"], {"pyproject.toml": "[tool.uv]\nrequired-version = '>=0.13'"}, None, "pyproject.toml"),
        (["enable-cache: true"], {"pyproject.toml": "[tool.uv]\npackage = false"}, None, ""),
        (["enable-cache: true"], {"pyproject.toml": "tool = 1"}, None, ""),
        (["version-file: .tool-versions"], {}, None, ".tool-versions"),
    ],
)
def test_the_version_of_uv(inputs: list[str], files: dict[str, str], version: str | None, pinned_by: str) -> None:
    tool = used("astral-sh/setup-uv@v10", *inputs, files=files).tools[0]

    assert (version, pinned_by) == (tool.version.value if tool.version else None, tool.pinned_by)


@pytest.mark.parametrize(
    "ref, inputs, activates",
    [
        ("v10", ["activate-environment: true"], True),
        ("v10", ["python-version: 3.13"], False),
        ("v5", ["python-version: 3.13"], True),
    ],
)
def test_whether_setup_uv_makes_an_environment(ref: str, inputs: list[str], *, activates: bool) -> None:
    assert activates is used(f"astral-sh/setup-uv@{ref}", *inputs).activates


@pytest.mark.parametrize(
    "ref, said, files, globs, keyed, full",
    [
        ("v7", ["cache: pip"], {"requirements.txt": ""}, ("**/requirements.txt",), True, True),
        ("v7", ["cache: pip"], {"requirements-dev.txt": "", "pyproject.toml": ""}, ("**/pyproject.toml",), False, True),
        ("v4.0", ["cache: pip"], {"pyproject.toml": ""}, ("**/requirements.txt",), False, False),
        ("v7", ["cache: pip", "cache-dependency-path: requirements/*.txt"], {"requirements/dev.txt": ""},
         ("requirements/*.txt",), True, True),
        ("v5", ["cache: poetry"], {"poetry.lock": ""}, ("**/poetry.lock",), True, True),
        ("v7", ["cache: pipenv"], {"Pipfile.lock": ""}, ("**/Pipfile.lock",), True, True),
    ],
)  # fmt: skip
def test_what_the_key_of_setup_python_follows(
    ref: str, said: list[str], files: dict[str, str], globs: tuple[str, ...], *, keyed: bool, full: bool
) -> None:
    found = cache(used(f"actions/setup-python@{ref}", *said, files=files))

    assert found.key is not None
    assert (globs, keyed, full) == (found.key.files, found.keyed, found.full_key)
    assert full is found.key.has(PartKind.MACHINE)


@pytest.mark.parametrize(
    "manager, built",
    [("pip", Built.DOWNLOADS), ("poetry", Built.ENVIRONMENT), ("pipenv", Built.ENVIRONMENT)],
)
def test_setup_python_stores_environments_but_for_pip(manager: str, built: Built) -> None:
    found = cache(used("actions/setup-python@v7", f"cache: {manager}"))

    assert (manager, built) == (found.manager, found.built)


@pytest.mark.parametrize("said", ["", "npm", "${{ inputs.cache }}", "''"])
def test_setup_python_caches_for_nobody_else(said: str) -> None:
    assert () == used("actions/setup-python@v7", f"cache: {said}").caches


@pytest.mark.parametrize(
    "ref, expected", [("v6", [("pip", "install", "-r", "requirements.txt")]), ("v7", []), ("v5", [])]
)
def test_setup_python_6_installs_what_it_is_told_to(ref: str, expected: list[tuple[str, ...]]) -> None:
    found = used(f"actions/setup-python@{ref}", "pip-install: -r requirements.txt")

    assert expected == [command.argv for command in found.commands]


@pytest.mark.parametrize(
    "uses, version",
    [
        ("snok/install-poetry@v1", "version"),
        ("abatilo/actions-poetry@v4", "poetry-version"),
        ("Gr1N/setup-poetry@v9", "poetry-version"),
    ],
)
def test_actions_that_bring_poetry(uses: str, version: str) -> None:
    tool = used(uses, f"{version}: 2.5.1").tools[0]

    assert ("poetry", "2.5.1") == (tool.name, tool.version.value if tool.version else "")


def test_poetry_s_settings_hold_for_the_steps_after_it() -> None:
    found = later("snok/install-poetry@v1", "virtualenvs-in-project: true")

    assert "true" == found.variables["POETRY_VIRTUALENVS_IN_PROJECT"]


def test_setup_pdm_stores_downloads_and_the_environment() -> None:
    found = used("pdm-project/setup-pdm@v4", "cache: true", "version: 2.29.3", files={"pdm.lock": ""})

    assert [("pdm", Built.DOWNLOADS, True), ("pdm", Built.ENVIRONMENT, True)] == [
        (one.manager, one.built, one.keyed) for one in found.caches
    ]


@pytest.mark.parametrize(
    "uses, restores, saves",
    [
        ("actions/cache@v6", True, True),
        ("actions/cache/restore@v6", True, False),
        ("actions/cache/save@v6", False, True),
    ],
)
def test_a_cache_and_its_halves(uses: str, *, restores: bool, saves: bool) -> None:
    found = cache(used(uses, "path: ~/.cache/uv", "key: a"))

    assert (restores, saves) == (found.restores, found.saves)


def test_paths_and_restore_keys_are_lines_with_their_places() -> None:
    text = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env: {DIR: ~/x}\n"
        "    steps:\n      - uses: actions/cache@v6\n"
        "        with:\n          path: |\n            ~/.cache/uv\n            ${{ env.DIR }}/y\n          key: a-b\n"
        "          restore-keys: |\n            a-\n\n"
    )
    found = cache(job(text).steps[0])

    assert ["~/.cache/uv", "~/x/y"] == [path.value for path in found.paths]
    assert ["~/.cache/uv", "${{ env.DIR }}/y"] == [text[path.start : path.end] for path in found.paths]
    assert [(10, 13), (11, 13)] == [(path.location.line, path.location.column) for path in found.paths]
    assert ["a-"] == [each.value for each in found.restore_keys]


@pytest.mark.parametrize(
    "action, hidden, left_out",
    [
        ("upload-artifact@v4.3", "", ["!.venv/**"]),
        ("upload-artifact@v4", "", ["!.venv/**", "!**/.*/**"]),
        ("upload-artifact@v7", "false", ["!.venv/**", "!**/.*/**"]),
        ("upload-artifact@v7", "true", ["!.venv/**"]),
        ("upload-pages-artifact@v3", "", ["!.venv/**"]),
        ("upload-pages-artifact@v4", "", ["!.venv/**", "!**/.*/**"]),
    ],
)
def test_artifacts_with_what_they_leave_out(action: str, hidden: str, left_out: list[str]) -> None:
    """Since 4.4 upload-artifact takes no hidden files unless it is told to."""
    told = f"          include-hidden-files: {hidden}\n" if hidden else ""
    found = job(
        f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/{action}\n"
        f"        with:\n          path: |\n            **/*\n            !.venv/**\n{told}"
    ).artifacts[0]

    assert (["**/*"], left_out) == ([one.value for one in found.paths], [one.value for one in found.excluded])
