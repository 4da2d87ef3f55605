"""KPT402: caches that the installs of the job do not use."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, gitlab, workflow

CODE = "KPT402"
PROJECT = '[project]\nname = "a"\nversion = "1"\n'
UV = {"pyproject.toml": PROJECT, "uv.lock": "version = 0\n"}
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": "version = 0\n"}
PIP = {"requirements.txt": "six==1.17.0\n"}
SYNC = "uv sync --locked"
INFO_POETRY = "info: `/root/.cache/pypoetry/**/*` is Poetry's download cache, and uv installs here"


def cache(*paths: str) -> str:
    listed = "".join(f"\n      {path}" for path in paths)
    return f"- uses: actions/cache@v6\n  with:\n    path: |{listed}\n    key: k-${{{{ hashFiles('uv.lock') }}}}\n"


def spec(*paths: str, command: str = SYNC, env: str = "") -> str:
    listed = "".join(f"    - {path}\n" for path in paths)
    return buildspec([command], env) + f"cache:\n  key: k-$(codebuild-hash-files uv.lock)\n  paths:\n{listed}"


def in_gitlab(path: str, command: str = SYNC) -> str:
    return gitlab([command], f"cache:\n  key:\n    files: [uv.lock]\n  paths:\n    - {path}\n")


@pytest.mark.parametrize(
    "files, path, command, expected",
    [
        (UV, "~/.cache/pip", SYNC, "`~/.cache/pip` is pip's download cache, and uv installs here"),
        (UV, "~/.cache/pypoetry", SYNC, "`~/.cache/pypoetry` is Poetry's download cache, and uv installs here"),
        (POETRY, "~/.cache/pip", "poetry sync", "`~/.cache/pip` is pip's download cache, and Poetry installs here"),
        (
            PIP,
            "~/.cache/uv",
            "pip install -r requirements.txt",
            "`~/.cache/uv` is uv's download cache, and pip installs here",
        ),
        (
            PIP,
            "~/.cache/pip",
            "uv pip install -r requirements.txt",
            "`~/.cache/pip` is pip's download cache, and uv installs here",
        ),
    ],
    ids=["pip-for-uv", "poetry-for-uv", "pip-for-poetry", "uv-for-pip", "uv-pip"],
)
def test_the_cache_of_another_manager(
    git_repo: MakeRepository, files: dict[str, str], path: str, command: str, expected: str
) -> None:
    findings = found(git_repo(files | {WORKFLOW: workflow(cache(path), command)}), CODE)

    assert [f"error: {expected}"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 3)] == seen(findings)


def test_a_switch_of_a_setup_action(git_repo: MakeRepository) -> None:
    setup = "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n    cache: pip\n"
    findings = found(git_repo(UV | {WORKFLOW: workflow(setup, "pip install uv", SYNC)}), CODE)

    assert ["error: `cache: pip` is pip's download cache, and uv installs here"] == messages(findings)
    assert ["cache what uv downloads: ~/.cache/uv"] == [each.help for each in findings]


@pytest.mark.parametrize(
    "path, text",
    [
        ("buildspec.yml", spec("/root/.cache/pip/**/*")),
        (
            ".circleci/config.yml",
            circleci(["echo"]).replace("      - run: echo\n", "")
            + '      - restore_cache:\n          key: k-{{ checksum "uv.lock" }}\n      - run: uv sync --locked\n'
            + '      - save_cache:\n          key: k-{{ checksum "uv.lock" }}\n          paths: [~/.cache/pip]\n',
        ),
        (".gitlab-ci.yml", "variables:\n  PIP_CACHE_DIR: .cache/pip\n" + in_gitlab(".cache/pip")),
        (
            "azure-pipelines.yml",
            (
                "pool:\n  vmImage: ubuntu-latest\nsteps:\n- task: Cache@2\n  inputs:\n    key: a | uv.lock\n"
                "    path: $(PIP_CACHE_DIR)\n- script: uv sync --locked\nvariables:\n  PIP_CACHE_DIR: "
                "$(Pipeline.Workspace)/.pip\n"
            ),
        ),
        (
            "bitbucket-pipelines.yml",
            "pipelines:\n  default:\n  - step:\n      caches: [pip]\n      script:\n      - uv sync --locked\n",
        ),
    ],
    ids=["codebuild", "circleci", "gitlab", "azure", "bitbucket"],
)
def test_every_provider(git_repo: MakeRepository, path: str, text: str) -> None:
    findings = found(git_repo(UV | {path: text}), CODE)

    assert {"error"} == {str(each.level) for each in findings}
    assert {(CODE, path)} == {(each.code, str(each.location.path)) for each in findings}


MOVED = "env:\n  UV_CACHE_DIR: /tmp/uv\n"


@pytest.mark.parametrize(
    "text, expected",
    [
        (workflow(cache("~/.cache/uv"), SYNC, head=MOVED), "`UV_CACHE_DIR` keeps them elsewhere"),
        (workflow(cache("~/.cache/uv"), "UV_CACHE_DIR=/tmp/uv uv sync"), "`UV_CACHE_DIR` keeps them elsewhere"),
        (
            workflow("- uses: astral-sh/setup-uv@v10\n", cache("~/.cache/uv"), SYNC),
            "`UV_CACHE_DIR` keeps them elsewhere",
        ),
        (
            workflow(cache("~/.cache/uv"), SYNC, head="env:\n  XDG_CACHE_HOME: /x\n"),
            "`XDG_CACHE_HOME` keeps them elsewhere",
        ),
        (workflow(cache("~/AppData/Local/uv/cache"), SYNC), "that is their place on Windows"),
    ],
    ids=["variable", "command", "setup-uv", "xdg", "system"],
)
def test_a_place_where_downloads_do_not_lie(git_repo: MakeRepository, text: str, expected: str) -> None:
    (finding,) = found(git_repo(UV | {WORKFLOW: text}), CODE)

    assert ("error", f"stays empty of uv's downloads: {expected}") == (
        finding.level,
        finding.message.partition("` ")[2],
    )


@pytest.mark.parametrize(
    "path, text, expected",
    [
        (
            "buildspec.yml",
            spec("node_modules/**/*", "/root/.cache/uv"),
            (
                "warning: `/root/.cache/uv` is not stored: CodeBuild takes `/root/.cache/uv` for a file: a "
                "folder ends in `/**/*`"
            ),
        ),
        (
            ".gitlab-ci.yml",
            in_gitlab("~/.cache/uv"),
            "warning: `~/.cache/uv` is not stored: GitLab stores nothing outside the project",
        ),
    ],
    ids=["codebuild", "gitlab"],
)
def test_a_path_that_the_provider_does_not_store(git_repo: MakeRepository, path: str, text: str, expected: str) -> None:
    repository = git_repo(UV | {path: text})

    assert [expected] == messages(found(repository, CODE))
    assert [] == found(mended(repository, CODE, unsafe=False), CODE)


def test_what_is_not_stored_covers_nothing(git_repo: MakeRepository) -> None:
    text = spec("/root/.cache/uv", "/root/.cache/pip/**/*")

    assert ["error", "warning"] == [each.level for each in found(git_repo(UV | {"buildspec.yml": text}), CODE)]


def test_other_languages_may_name_what_is_not_stored(git_repo: MakeRepository) -> None:
    text = spec("/root/.cache/yarn", "/root/.cache/uv/**/*")

    assert [] == found(git_repo(UV | {"buildspec.yml": text}), CODE)


@pytest.mark.parametrize(
    "text",
    [
        workflow(cache("~/.cache/uv"), SYNC),
        workflow(cache("${{ steps.a.outputs.dir }}"), SYNC),
        workflow(
            cache("~/.cache/pip", "~/Library/Caches/pip", "~\\AppData\\Local\\pip\\Cache"), "pip install six pytest"
        ),
        workflow(cache("~/.cache/pip"), "pip install six pytest", SYNC),
        workflow(cache("~/.cache/pip"), SYNC, "uv run tox"),
        workflow(cache("~/.cache/pip"), SYNC, "make test"),
        workflow(cache("~/.cache/pip"), SYNC, "./scripts/install.sh"),
        workflow(cache("~/.cache/pip"), SYNC, "- uses: someone/thing@v1\n"),
        workflow(cache("~/.cache/pip"), "make test"),
        workflow(cache("node_modules", "~/.npm", ".mypy_cache", "~/.cache/pre-commit"), SYNC),
        workflow(cache("~/.cache/ms-playwright", "buildx-cache", ".ruff_cache"), SYNC),
        workflow("- uses: astral-sh/setup-uv@v10\n", "pip install six pytest"),
        workflow("- uses: astral-sh/setup-uv@v10\n", SYNC),
        workflow(cache("${{ env.UV_CACHE_DIR }}"), SYNC, head=MOVED),
        workflow(cache("~/.cache/uv"), SYNC, head="env:\n  UV_CACHE_DIR: ${{ github.workspace }}/../x\n").replace(
            "../x", "$D"
        ),
        workflow(cache("wheels"), "uv sync --locked --cache-dir wheels"),
    ],
    ids=[
        "right",
        "output",
        "all-systems",
        "both-install",
        "tox",
        "make",
        "script",
        "action",
        "only-make",
        "others",
        "more-others",
        "setup-uv-idle",
        "setup-uv",
        "variable",
        "unknown-variable",
        "option",
    ],
)
def test_what_is_right_or_not_known(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_a_system_that_is_not_known_may_be_any(git_repo: MakeRepository) -> None:
    text = workflow(
        cache("~/Library/Caches/pip"), "pip install six pytest", job="strategy:\n  matrix:\n    os: [a, b]\n"
    )
    text = text.replace("runs-on: ubuntu-latest", "runs-on: ${{ matrix.os }}")

    assert [] == found(git_repo(PIP | {WORKFLOW: text}), CODE)


def test_a_path_of_no_use_beside_the_right_one_is_told(git_repo: MakeRepository) -> None:
    repository = git_repo(UV | {WORKFLOW: workflow(cache("~/.cache/uv", "~/.cache/pip"), SYNC)})
    findings = found(repository, CODE)

    assert ["info: `~/.cache/pip` is pip's download cache, and uv installs here"] == messages(findings)
    assert ["take it out: uv does not look there"] == [each.help for each in findings]
    mended(repository, CODE, unsafe=False)
    assert workflow(cache("~/.cache/uv"), SYNC) == (repository.root / WORKFLOW).read_text()


def test_one_path_is_exchanged_and_the_others_go(git_repo: MakeRepository) -> None:
    text = workflow(cache("~/.cache/pip", "~/.cache/pypoetry"), SYNC)
    repository = mended(git_repo(UV | {WORKFLOW: text}), CODE, unsafe=False)

    assert workflow(cache("~/.cache/uv"), SYNC) == (repository.root / WORKFLOW).read_text()


def test_a_cache_by_hand_beside_setup_uv_is_of_no_use(git_repo: MakeRepository) -> None:
    text = workflow("- uses: astral-sh/setup-uv@v10\n", cache("~/.cache/pip"), SYNC)
    repository = git_repo(UV | {WORKFLOW: text})

    assert ["info: `~/.cache/pip` is pip's download cache, and uv installs here"] == messages(found(repository, CODE))
    mended(repository, CODE, unsafe=False)
    assert workflow("- uses: astral-sh/setup-uv@v10\n", SYNC) == (repository.root / WORKFLOW).read_text()


def test_a_cache_that_a_step_is_asked_about_stays(git_repo: MakeRepository) -> None:
    step = cache("~/.cache/pip").replace("- uses", "- id: pip\n  uses")
    asking = "- run: echo\n  if: steps.pip.outputs.cache-hit\n"
    (finding,) = found(
        git_repo(UV | {WORKFLOW: workflow("- uses: astral-sh/setup-uv@v10\n", step, SYNC, asking)}), CODE
    )

    assert finding.fix is None


def test_a_switch_of_no_use_goes_with_its_input(git_repo: MakeRepository) -> None:
    setup = "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n"
    uv = "- uses: astral-sh/setup-uv@v10\n"
    text = workflow(f"{setup}    cache: pip\n    cache-dependency-path: uv.lock\n", uv, SYNC)
    repository = mended(git_repo(UV | {WORKFLOW: text}), CODE, unsafe=False)

    assert workflow(setup, uv, SYNC) == (repository.root / WORKFLOW).read_text()


@pytest.mark.parametrize("step", ["pip install uv==0.13.9", "pip install --no-cache-dir uv==0.13.9"])
@pytest.mark.parametrize("paths", [("~/.cache/uv", "~/.cache/pip"), ("~/.cache/pip",)])
def test_the_downloads_of_the_manager_itself_are_of_use_beside_its_own(
    git_repo: MakeRepository, step: str, paths: tuple[str, ...]
) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(cache(*paths), step, SYNC)}), CODE)
    levels = {1: ["error"], 2: ["info"] if "--no-cache-dir" in step else []}

    assert levels[len(paths)] == [str(each.level) for each in findings]


UNTOLD = "`.cache/uv` stays empty of uv's downloads: nothing here tells it to keep them there"


@pytest.mark.parametrize(
    "head, files, expected",
    [
        ("", {}, [f"warning: {UNTOLD}"]),
        ("variables: {UV_CACHE_DIR: $CI_PROJECT_DIR/.cache/uv}\n", {}, []),
        ("variables: {XDG_CACHE_HOME: $CI_PROJECT_DIR/.cache}\n", {}, []),
        ("", {"uv.toml": 'cache-dir = ".cache/uv"\n'}, []),
    ],
    ids=["nothing", "variable", "xdg", "settings"],
)
def test_a_folder_of_the_project_that_nothing_points_to(
    git_repo: MakeRepository, head: str, files: dict[str, str], expected: list[str]
) -> None:
    repository = git_repo(UV | files | {".gitlab-ci.yml": head + in_gitlab(".cache/uv")})

    assert expected == messages(found(repository, CODE))
    assert [] == found(mended(repository, CODE, unsafe=False), CODE)


def test_one_name_of_a_step_goes(git_repo: MakeRepository) -> None:
    text = "definitions:\n  caches:\n    uv: ~/.cache/uv\npipelines:\n  default:\n  - step:\n      caches: [{}]\n"
    text += "      script: [uv sync --locked]\n"
    before, after = text.format("pip, uv"), text.format("uv")
    repository = git_repo(UV | {"bitbucket-pipelines.yml": before})

    assert ["info: `pip` is pip's download cache, and uv installs here"] == messages(found(repository, CODE))
    mended(repository, CODE, unsafe=False)
    assert after == (repository.root / "bitbucket-pipelines.yml").read_text()


def test_three_paths_of_a_buildspec_become_the_one_that_is_used(git_repo: MakeRepository) -> None:
    """The guidance's own buildspec, in a uv project."""
    head, tail = "cache:\n  # what was downloaded\n  paths:\n", "artifacts:\n  files: [dist/*]\n"
    paths = ["/root/.cache/pip/**/*", "/root/.cache/uv/**/*", "/root/.cache/pypoetry/**/*"]
    before = buildspec([SYNC]) + head + "".join(f"    - {path}\n" for path in paths) + tail
    repository = git_repo(UV | {"buildspec.yml": before})

    assert ["info: `/root/.cache/pip/**/*` is pip's download cache, and uv installs here", INFO_POETRY] == messages(
        found(repository, CODE)
    )
    mended(repository, CODE, unsafe=False)
    assert (
        buildspec([SYNC]) + head + "    - /root/.cache/uv/**/*\n" + tail
        == (repository.root / "buildspec.yml").read_text()
    )


def test_what_another_job_may_need_stays(git_repo: MakeRepository) -> None:
    text = in_gitlab(".cache/", SYNC) + "other:\n  script:\n  - pip install six pytest\n"
    text = "variables:\n  PIP_CACHE_DIR: .cache/pip\n  UV_CACHE_DIR: .cache/uv\n" + text.replace(
        "- .cache/", "- .cache/pip\n    - .cache/uv"
    )
    findings = found(git_repo(UV | {".gitlab-ci.yml": text}), CODE)

    assert {"info"} == {str(each.level) for each in findings}
    assert {None} == {each.fix for each in findings}


@pytest.mark.parametrize(
    "before, after",
    [
        ("~/.cache/pip", "~/.cache/uv"),
        ("~/.cache/pip  # old", "~/.cache/uv  # old"),
        ("'~/.cache/pip'", "'~/.cache/uv'"),
    ],
)
def test_the_fix_leaves_all_else(git_repo: MakeRepository, before: str, after: str) -> None:
    step = "- uses: actions/cache@v6\n  with:\n    # why\n    path: {}\n    key: k-${{{{ hashFiles('uv.lock') }}}}\n"
    repository = git_repo(UV | {WORKFLOW: workflow(step.format(before), SYNC)})
    mended(repository, CODE, unsafe=False)

    assert workflow(step.format(after), SYNC) == (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)


def test_the_fix_needs_no_lock(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": PROJECT, WORKFLOW: workflow(cache("~/.cache/pip"), "uv sync")})
    mended(repository, CODE, unsafe=False)

    assert workflow(cache("~/.cache/uv"), "uv sync") == (repository.root / WORKFLOW).read_text()
