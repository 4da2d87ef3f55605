"""`init --docker`: the Dockerfile of each manager and shape of a project, and what is left alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt.engine.apply import apply
from kempt.engine.overlay import Overlay
from kempt.engine.project.check import check
from kempt.engine.project.init import prepare_init
from kempt.engine.project.init_docker_ignore import Entry, Wanted, ignore_file
from kempt.engine.project.init_rebuild import Next
from kempt.engine.sources import Source, open_source
from kempt.engine.survey import survey
from kempt.formats import dockerignore
from kempt.model.config import Config
from kempt.model.plan import WriteFile
from support.buildkit import shapes
from support.repositories import Repository, make_repository

Files = dict[str, str]
PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["idna"]\n'
SCRIPT = '\n[project.scripts]\nshop = "shop:main"\n'
BUILT = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
PACKAGE = f"{PROJECT}{SCRIPT}{BUILT}"
UV = '\n[tool.uv]\nrequired-version = ">=0.13.2"\n'
LOCK = '[[package]]\nname = "idna"\nversion = "3.10"\n'
HASHED = f"idna==3.10 --hash=sha256:{'0' * 64}\n"
POETRY = '[tool.poetry]\nrequires-poetry = ">=2"\n\n[tool.poetry.dependencies]\npython = "~3.12"\n'
TOP = {".gitignore": ".venv\n__pycache__/\n*.py[co]\n.env\n.env.*\n", ".python-version": "3.12\n"}
MAIN = {"main.py": 'if __name__ == "__main__":\n    print("shop")\n'}
MODULE = {"src/shop/__init__.py": "def main(): ...\n"}
VIRTUAL: dict[str, Files] = {
    "uv": {"pyproject.toml": f"{PROJECT}{UV}", "uv.lock": f"version = 1\n\n{LOCK}"},
    "poetry": {"pyproject.toml": f"{POETRY}\n[project]\nname = 'shop'\n", "poetry.lock": LOCK, "poetry.toml": "\n"},
    "pdm": {"pyproject.toml": f"{PROJECT}\n[tool.pdm]\ndistribution = false\n", "pdm.lock": LOCK},
    "pipenv": {
        "Pipfile": '[packages]\nidna = "*"\n\n[requires]\npython_version = "3.12"\n',
        "Pipfile.lock": json.dumps({"_meta": {}, "default": {"idna": {"version": "==3.10"}}, "develop": {}}),
    },
    "pylock": {"pylock.toml": f'lock-version = "1.0"\n\n{LOCK.replace("[[package]]", "[[packages]]")}'},
    "pip": {"requirements.txt": HASHED},
}  # fmt: skip
PACKAGED: dict[str, Files] = {
    "uv": {"pyproject.toml": f"{PACKAGE}{UV}", "uv.lock": f"version = 1\n\n{LOCK}"},
    "poetry": {"pyproject.toml": f"{PACKAGE}\n[tool.poetry]\nrequires-poetry = '>=2'\n", "poetry.lock": LOCK},
    "pdm": {"pyproject.toml": f"{PACKAGE}\n[tool.pdm]\ndistribution = true\n", "pdm.lock": LOCK},
    "pylock": {"pyproject.toml": PACKAGE, **VIRTUAL["pylock"]},
    "pip": {"pyproject.toml": PACKAGE, "requirements.txt": HASHED},
}
PIP = "python -m pip --python .venv install --compile"
KINDS = [
    *(pytest.param({**files, **MAIN}, id=f"{name}-virtual") for name, files in VIRTUAL.items()),
    *(pytest.param({**files, **MODULE}, id=f"{name}-package") for name, files in PACKAGED.items()),
]
EACH = pytest.mark.parametrize("files", KINDS)


@pytest.fixture(scope="module", autouse=True)
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """git is on PATH and no manager, whatever this machine has."""
    git = shutil.which("git")
    assert git
    programs = tmp_path_factory.mktemp("bin")
    (programs / "git").symlink_to(git)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(programs))
        yield


def written(repository: Repository) -> Files:
    """The Dockerfiles and `.dockerignore` files that would be written."""
    steps = prepare_init(str(repository.root), docker=True).plan.steps
    texts = {step.path: step.content.decode() for step in steps if isinstance(step, WriteFile)}
    return {path: text for path, text in texts.items() if path.endswith(("Dockerfile", ".dockerignore"))}


def dockerfile(git_repo: MakeRepository, files: Files) -> str:
    return written(git_repo({**TOP, **files}))["Dockerfile"]


def ignored(git_repo: MakeRepository, files: Files) -> str:
    return written(git_repo({**TOP, **VIRTUAL["uv"], **MAIN, **files})).get(".dockerignore", "")


def left(repository: Repository) -> list[Next]:
    return list(prepare_init(str(repository.root), docker=True).next)


def runs(text: str) -> list[str]:
    """The commands of each RUN, mounts left out."""
    joined = text.replace("\\\n", "")
    found = [line for line in joined.splitlines() if line.startswith("RUN ")]
    return [" ".join(word for word in line.split()[1:] if not word.startswith("--mount")) for line in found]


def command_line(text: str) -> list[str]:
    """The last lines: what runs."""
    return text.partition("USER 10001:10001\n")[2].splitlines()


# --- every manager -------------------------------------------------------------------------------------
@EACH
def test_kempt_has_nothing_against_them_and_a_second_run_nothing_to_do(git_repo: MakeRepository, files: Files) -> None:
    repository = git_repo({**TOP, **files})
    apply(prepare_init(str(repository.root), docker=True).plan)

    found = check(str(repository.root), isolated=True).findings
    assert [] == [f"{each.code} {each.message}" for each in found if each.code.startswith("KPT5")]
    assert () == prepare_init(str(repository.root), docker=True).plan.steps


@EACH
def test_the_file_is_one_that_buildkit_reads(git_repo: MakeRepository, files: Files) -> None:
    text = dockerfile(git_repo, files)

    keywords = [keyword for keyword, *_ in shapes(text)]
    assert ["FROM", "FROM"] == [each for each in keywords if each == "FROM"]
    assert ["USER", "CMD"] == keywords[-2:]
    assert [] == [line for line in text.splitlines() if line != line.rstrip() or "{=" in line or "{%" in line]


@EACH
def test_downloads_stay_in_a_mount_and_the_lock_is_bound(git_repo: MakeRepository, files: Files) -> None:
    text = dockerfile(git_repo, files)

    installs = [line for line in text.replace("\\\n", "").splitlines() if line.startswith("RUN ")]
    assert all(line.startswith("RUN --mount=type=cache,target=/root/.cache/") for line in installs)
    lock = next(name for name in files if "lock" in name or name == "requirements.txt")
    assert f"--mount=type=bind,source={lock},target=/app/{lock}" in text
    assert not any(line.startswith("COPY . ") for line in text.partition(lock)[0].splitlines())


@pytest.mark.parametrize(
    "manager, expected",
    [
        ("uv", ["uv sync --locked --no-dev --no-install-project", "uv sync --locked --no-dev --no-editable"]),
        (
            "poetry",
            ["python -m pip install poetry==2.5.1", "poetry install --only main --no-root --compile",
             f"{PIP} --no-deps ."],
        ),
        (
            "pip",
            [f"python -m venv --without-pip .venv && {PIP} --require-hashes -r requirements.txt", f"{PIP} --no-deps ."],
        ),
        ("pylock", ["uv venv && uv pip sync pylock.toml", "uv pip install --no-deps ."]),
    ],
)  # fmt: skip
def test_what_the_lock_says_is_installed_and_then_the_project_as_a_package(
    git_repo: MakeRepository, manager: str, expected: list[str]
) -> None:
    assert expected == runs(dockerfile(git_repo, {**PACKAGED[manager], **MODULE}))


def test_pdm_and_pipenv_refuse_a_stale_lock_and_bytecode_is_there(git_repo: MakeRepository) -> None:
    _, pdm, again = runs(dockerfile(git_repo, {**PACKAGED["pdm"], **MODULE}))
    _, pipenv = runs(written(git_repo({**TOP, **VIRTUAL["pipenv"], **MAIN}, name="pipenv"))["Dockerfile"])

    compiling = " && .venv/bin/python -c 'import compileall;"
    assert pdm.startswith(f"pdm install --check --prod --no-self --no-editable{compiling}")
    assert again.startswith(f"pdm install --check --prod --no-editable{compiling}")
    assert "pipenv verify && pipenv sync" == pipenv


def test_a_package_comes_with_its_environment_alone(git_repo: MakeRepository) -> None:
    final = dockerfile(git_repo, {**PACKAGED["uv"], **MODULE}).rpartition("FROM ")[2]

    assert ["COPY --from=builder /app/.venv /app/.venv"] == [
        line for line in final.splitlines() if line.startswith("COPY")
    ]


def test_what_is_no_package_comes_with_its_source(git_repo: MakeRepository) -> None:
    final = dockerfile(git_repo, {**VIRTUAL["uv"], **MAIN}).rpartition("FROM ")[2]

    assert ["COPY --from=builder /app/.venv /app/.venv", "COPY . ."] == [
        line for line in final.splitlines() if line.startswith("COPY")
    ]


@pytest.mark.parametrize(
    "settings", ["package-mode = false\n", ""], ids=["package mode is off", "nothing of the project's name"]
)
def test_poetry_builds_only_what_it_would_find(git_repo: MakeRepository, settings: str) -> None:
    manifest = f"{PROJECT}{BUILT}\n[tool.poetry]\nrequires-poetry = '>=2'\n{settings}"
    files = {"pyproject.toml": manifest, "poetry.lock": LOCK, "poetry.toml": "\n", "app/__main__.py": ""}
    text = dockerfile(git_repo, files | (MODULE if settings else {}))

    assert "COPY . .\n\n# A number" in text
    assert '["python", "-m", "app"]' in text


# --- versions ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "pinned, tag",
    [
        ("3.13\n", "3.13-slim-trixie"),
        ("3.13.2\n", "3.13.2-slim"),
        ("3.13.2\r\n", "3.13.2-slim"),
        ("cpython-3.12\n", "3.12-slim-trixie"),
        ("3.8\n", "3.8-slim-bookworm"),
    ],
)
def test_the_pin_of_python_is_the_tag_of_both_stages(git_repo: MakeRepository, pinned: str, tag: str) -> None:
    manifest = VIRTUAL["uv"]["pyproject.toml"].replace(">=3.12", ">=3.8")
    text = dockerfile(git_repo, {**VIRTUAL["uv"], **MAIN, "pyproject.toml": manifest, ".python-version": pinned})

    assert [f"FROM python:{tag} AS builder", f"FROM python:{tag}"] == [
        line for line in text.splitlines() if line.startswith("FROM")
    ]


@pytest.mark.parametrize(
    "wanted, tag",
    [
        ("==3.13.*", "3.13-slim-trixie"),
        ("==3.11.4", "3.11.4-slim"),
        ("<=3.12.4,>=3.12", "3.12.4-slim"),
        ("~=3.12.4", "3.12-slim-trixie"),
        ("==3.8.*", "3.8-slim-bookworm"),
    ],
)
def test_without_a_pin_the_python_that_is_allowed_is_taken_and_it_says_so(
    git_repo: MakeRepository, wanted: str, tag: str
) -> None:
    files = {".gitignore": TOP[".gitignore"], **VIRTUAL["uv"], **MAIN}
    text = written(git_repo(files | {"pyproject.toml": f"{PROJECT}{UV}".replace(">=3.12", wanted)}))["Dockerfile"]

    release = tag.partition("-")[0]
    why = f"# Python {release}: the one that the project allows; .python-version would say it for all."
    assert f"{why}\nFROM python:{tag} AS builder\n" in text


def test_the_manifest_decides_which_release_of_a_pin_is_taken(git_repo: MakeRepository) -> None:
    files = {**VIRTUAL["poetry"], **MAIN, ".python-version": "3.12\n"}
    text = dockerfile(git_repo, files | {"pyproject.toml": POETRY.replace("~3.12", "3.12.4")})

    assert "FROM python:3.12.4-slim\n" in text


def test_the_release_in_a_pipfile_is_taken(git_repo: MakeRepository) -> None:
    pipfile = VIRTUAL["pipenv"]["Pipfile"].replace('python_version = "3.12"', 'python_full_version = "3.12.4"')
    files = {".gitignore": TOP[".gitignore"], **VIRTUAL["pipenv"], **MAIN, "Pipfile": pipfile}

    assert "FROM python:3.12.4-slim\n" in written(git_repo(files))["Dockerfile"]


@pytest.mark.parametrize("pinned", ["pypy3.11", "pypy@3.11", "pypy3.11.13"])
def test_a_pin_of_pypy_is_the_image_of_pypy(git_repo: MakeRepository, pinned: str) -> None:
    text = dockerfile(git_repo, {**VIRTUAL["uv"], **MAIN, ".python-version": f"# ours\n{pinned}\n"})

    assert ["FROM pypy:3.11-slim AS builder", "FROM pypy:3.11-slim"] == [
        line for line in text.splitlines() if line.startswith("FROM")
    ]


def test_a_release_of_pypy_and_a_preview_have_images_too(git_repo: MakeRepository) -> None:
    files = {**TOP, **VIRTUAL["uv"], **MAIN}
    pypy = written(git_repo(files | {".python-version": "pypy3.11-7.3.20\n"}, name="pypy"))["Dockerfile"]
    preview = written(git_repo(files | {".python-version": "3.15.0rc1\n"}, name="preview"))["Dockerfile"]

    assert "FROM pypy:3.11-7.3.20-slim\n" in pypy
    assert "FROM python:3.15.0rc1-slim\n" in preview


BY_HAND = "write a Dockerfile for . by hand, or a version as 3.13 into .python-version"


@pytest.mark.parametrize(
    "manager, pinned, expected",
    [
        ("uv", "3.13t", Next(BY_HAND, ".python-version says 3.13t, and there is no official image of that Python")),
        (
            "uv",
            "3.13+freethreaded",
            Next(BY_HAND, ".python-version says 3.13+freethreaded, and there is no official image of that Python"),
        ),
        (
            "uv",
            "3.13-dev",
            Next(BY_HAND, ".python-version says 3.13-dev, and there is no official image of that Python"),
        ),
        (
            "pdm",
            "pypy3.13",
            Next(BY_HAND, ".python-version says pypy3.13, and kempt writes images with PyPy for uv and pip only"),
        ),
        (
            "uv",
            "graalpy-25",
            Next(
                "write a version as 3.13 into .python-version, then run this again",
                "kempt knows no Python called graalpy-25",
            ),
        ),
        (
            "uv",
            "3.11",
            Next(
                "write a Python into .python-version that the project allows, then run this again",
                "the file says 3.11, and the project wants >=3.12",
            ),
        ),
    ],
)
def test_a_pin_of_what_has_no_image_is_told(
    git_repo: MakeRepository, manager: str, pinned: str, expected: Next
) -> None:
    repository = git_repo({**TOP, **VIRTUAL[manager], **MAIN, ".python-version": f"{pinned}\n"})

    assert {} == written(repository)
    assert expected in left(repository)


def test_a_python_that_is_not_there_yet_is_not_replaced_by_another_one(git_repo: MakeRepository) -> None:
    manifest = f"{PROJECT}{UV}".replace(">=3.12", ">=3.99")
    repository = git_repo({".gitignore": TOP[".gitignore"], **VIRTUAL["uv"], **MAIN, "pyproject.toml": manifest})

    assert {} == written(repository)
    assert Next(
        "write the Python that is meant into .python-version or mend pyproject.toml, then run this again",
        "the project wants Python >=3.99, and kempt knows of none that is released and fits",
    ) in left(repository)


def test_the_python_that_init_pins_is_the_tag_at_once(git_repo: MakeRepository) -> None:
    manifest = f"{PACKAGE}{UV}".replace(">=3.12", ">=3.10")
    files = {".gitignore": TOP[".gitignore"], **PACKAGED["uv"], **MODULE, "pyproject.toml": manifest}
    repository = git_repo(files)
    plan = prepare_init(str(repository.root), docker=True).plan
    texts = {step.path: step.content.decode() for step in plan.steps if isinstance(step, WriteFile)}

    assert f"FROM python:{texts['.python-version'].strip()}-slim-trixie\n" in texts["Dockerfile"]
    apply(plan)
    assert () == prepare_init(str(repository.root), docker=True).plan.steps


@pytest.mark.parametrize("wanted, version", [
        (">=0.13.2", "0.13.9"), ("==0.12.4", "0.12.4"), (">=99.1.2", "99.1.2"), (">=0.5,<0.6", "0.5.0"),
        ("==0.6.*", "0.6.0"),
    ],
)  # fmt: skip
def test_uv_comes_from_its_own_image_in_a_version_that_the_project_allows(
    git_repo: MakeRepository, wanted: str, version: str
) -> None:
    manifest = f'{PROJECT}\n[tool.uv]\nrequired-version = "{wanted}"\n'
    text = dockerfile(git_repo, {**VIRTUAL["uv"], **MAIN, "pyproject.toml": manifest})

    assert f"COPY --from=ghcr.io/astral-sh/uv:{version} /uv /usr/local/bin/uv\n" in text


@pytest.mark.parametrize("wanted", ["<0.4", ">=99", ">=99.1"])
def test_where_no_release_of_uv_is_known_it_is_asked_for(git_repo: MakeRepository, wanted: str) -> None:
    manifest = f'{PROJECT}\n[tool.uv]\nrequired-version = "{wanted}"\n'
    repository = git_repo({**TOP, **VIRTUAL["uv"], **MAIN, "pyproject.toml": manifest})

    assert {} == written(repository)
    assert [
        Next(
            "write a whole version of uv into required-version of ., as ==1.2.3, then run this again",
            f"the project wants uv {wanted}, and kempt knows no release that is within it",
        )
    ] == left(repository)


# --- what runs -----------------------------------------------------------------------------------------
NOTHING = ["# Nothing here says what runs: name it, and take the # away.", '# CMD ["python", "-m", "MODULE"]']
CHOICE = "# What runs? Take the # from one of these."


@pytest.mark.parametrize(
    "scripts, more, expected",
    [
        (SCRIPT, {}, ['CMD ["shop"]']),
        (f'{SCRIPT}work = "shop:work"\n', {}, [CHOICE, '# CMD ["shop"]', '# CMD ["work"]']),
        ("", {"src/shop/__main__.py": ""}, ['CMD ["python", "-m", "shop"]']),
        (
            "",
            {"src/shop/__main__.py": "", "tests/__main__.py": "", "x/__main__.py": ""},
            ['CMD ["python", "-m", "shop"]'],
        ),
        ("", {"x/__main__.py": "", "scripts/__main__.py": ""}, NOTHING),
        (
            '\n[tool.hatch.build.targets.wheel]\npackages = ["x"]\n',
            {"x/__main__.py": ""},
            ['CMD ["python", "-m", "x"]'],
        ),
        ("", {}, NOTHING),
    ],
)
def test_a_package_runs_its_one_script_or_its_one_module(
    git_repo: MakeRepository, scripts: str, more: Files, expected: list[str]
) -> None:
    files = {**PACKAGED["uv"], "pyproject.toml": f"{PROJECT}{scripts}{BUILT}{UV}", **MODULE, **more}

    assert expected == command_line(dockerfile(git_repo, files))


@pytest.mark.parametrize(
    "files, expected",
    [
        (MAIN, ['CMD ["python", "main.py"]']),
        ({"main.py": "app = 1\n"}, NOTHING),
        ({"main.py": "if __name__=='__main__':\n    print(1)\n"}, ['CMD ["python", "main.py"]']),
        ({"app.py": 'if "__main__" == __name__: print(1)\n'}, ['CMD ["python", "app.py"]']),
        ({"main.py": "import alpha\n\nprint(\n    alpha)\n"}, ['CMD ["python", "main.py"]']),
        ({"app.py": "print(1)\n\ndef main():\n    pass\n"}, NOTHING),
        ({"app.py": "app = Flask(__name__)\napp.run()\n"}, NOTHING),
        ({"app/__main__.py": ""}, ['CMD ["python", "-m", "app"]']),
        (MAIN | {"app/__main__.py": ""}, [CHOICE, '# CMD ["python", "-m", "app"]', '# CMD ["python", "main.py"]']),
    ],
)
def test_what_is_no_package_runs_its_one_module_or_file(
    git_repo: MakeRepository, files: Files, expected: list[str]
) -> None:
    text = dockerfile(git_repo, {**VIRTUAL["uv"], "pyproject.toml": f"{PROJECT}{SCRIPT}{UV}", **files})

    assert expected == command_line(text)


SERVED = f"version = 1\n\n{LOCK}" + "".join(
    f'\n[[package]]\nname = "{name}"\nversion = "1.0"\n' for name in ("fastapi", "flask", "gunicorn", "uvicorn")
)


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"app/main.py": "app = FastAPI()\n"}, ['CMD ["uvicorn", "--host", "0.0.0.0", "app.main:app"]']),
        (
            {"shop/__init__.py": "import flask\nweb = flask.Flask(__name__)\n"},
            ['CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:web"]'],
        ),
        (
            {"a/main.py": "app: FastAPI = FastAPI(\n", "a/wsgi.py": "application = get_wsgi_application()\n"},
            [CHOICE, '# CMD ["uvicorn", "--host", "0.0.0.0", "a.main:app"]',
             '# CMD ["gunicorn", "--bind", "0.0.0.0:8000", "a.wsgi:application"]'],
        ),
        ({"tests/app.py": "app = FastAPI()\n", "main.py": "    app = FastAPI()\n"}, NOTHING),
    ],
)  # fmt: skip
def test_a_web_application_is_started_by_the_server_that_is_locked(
    git_repo: MakeRepository, files: Files, expected: list[str]
) -> None:
    assert expected == command_line(dockerfile(git_repo, {**VIRTUAL["uv"], "uv.lock": SERVED, **files}))


def test_scripts_of_a_setup_py_run(git_repo: MakeRepository) -> None:
    setup = (
        "setup(name='shop', entry_points={'console_scripts': [\n    'shop-it = shop.cli:main',\n], 'x': ['a = b:c']})\n"
    )

    text = dockerfile(git_repo, {"requirements.txt": HASHED, "setup.py": setup, **MODULE})
    assert ['CMD ["shop-it"]'] == command_line(text)


def test_a_library_has_no_image(git_repo: MakeRepository) -> None:
    manifest = f'{PROJECT}classifiers = ["Typing :: Typed"]\n{BUILT}{UV}'
    repository = git_repo({**TOP, **PACKAGED["uv"], **MODULE, "pyproject.toml": manifest})

    assert {} == written(repository)
    assert ["nothing here is a program that an image could run"] == [each.why for each in left(repository)]


# --- shapes --------------------------------------------------------------------------------------------
def below(folder: str, files: Files) -> Files:
    return {f"{folder}/{path}": text for path, text in files.items()}


def test_each_service_of_a_monorepo_has_an_image_in_its_own_folder(git_repo: MakeRepository) -> None:
    api, web = below("services/api", VIRTUAL["uv"] | MAIN), below("services/my web", VIRTUAL["pip"] | MAIN)
    repository = git_repo({**TOP, **api, **web})

    assert ["services/api/.dockerignore", "services/api/Dockerfile",
            "services/my web/.dockerignore", "services/my web/Dockerfile"] == sorted(written(repository))  # fmt: skip
    assert ["docker build -t shop services/api", "docker build -t my-web 'services/my web'"] == [
        each.what for each in left(repository)
    ]


def test_services_of_one_name_have_images_of_several(git_repo: MakeRepository) -> None:
    files = [below(folder, VIRTUAL["uv"] | MAIN) for folder in ("a", "services/web")]
    repository = git_repo({**TOP, **files[0], **files[1], **below("b", VIRTUAL["pip"] | MAIN)})

    assert ["docker build -t a a", "docker build -t b b", "docker build -t services-web services/web"] == [
        each.what for each in left(repository)
    ]


def test_of_several_services_a_package_in_which_nothing_starts_is_a_library(git_repo: MakeRepository) -> None:
    library = {**PACKAGED["uv"], **MODULE, "pyproject.toml": f"{PROJECT}{BUILT}{UV}"}
    repository = git_repo({**TOP, **below("api", VIRTUAL["uv"] | MAIN), **below("lib", library)})

    assert ["api/.dockerignore", "api/Dockerfile"] == sorted(written(repository))
    assert Next(
        "give lib a console script, or a module with a __main__.py, for an image",
        "nothing in there starts, so it is taken for a library",
    ) in left(repository)


def test_what_poetry_installs_for_development_only_is_not_sent(git_repo: MakeRepository) -> None:
    wish = '\n[tool.poetry.group.dev.dependencies]\nlib = { path = "../lib", develop = true }\n'
    files = below("api", {"pyproject.toml": f"{POETRY}{wish}", "poetry.lock": LOCK, "poetry.toml": "\n", **MAIN})
    repository = git_repo({**TOP, **files, "lib/pyproject.toml": PROJECT.replace("shop", "lib"), "lib/lib.py": ""})

    assert "docker build -t api api" in [each.what for each in left(repository)]


def workspace() -> Files:
    root = '[tool.uv]\nrequired-version = ">=0.13.2"\n\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    member = f"{PROJECT}{BUILT}"
    return {
        **TOP, "pyproject.toml": root, "uv.lock": f"version = 1\n\n{LOCK}",
        "packages/api/pyproject.toml": member.replace("shop", "api"), "packages/api/src/api/__main__.py": "",
        "packages/lib/pyproject.toml": member.replace("shop", "lib"), "packages/lib/src/lib/__init__.py": "",
    }  # fmt: skip


def test_a_program_of_a_workspace_is_built_from_the_top_where_the_lock_is(git_repo: MakeRepository) -> None:
    repository = git_repo(workspace())
    found = written(repository)
    text = found["packages/api/Dockerfile"]

    assert [".dockerignore", "packages/api/Dockerfile"] == sorted(found)
    assert "source=packages/lib/pyproject.toml,target=/app/packages/lib/pyproject.toml" in text
    assert ["docker build -t api -f packages/api/Dockerfile ."] == [each.what for each in left(repository)]
    assert [
        "uv sync --locked --no-dev --no-install-workspace --package api",
        "uv sync --locked --no-dev --no-editable --package api",
    ] == runs(text)


def test_a_workspace_of_nothing_that_starts_has_an_image_of_what_no_other_asks_for(git_repo: MakeRepository) -> None:
    files = workspace()
    del files["packages/api/src/api/__main__.py"]
    files["packages/api/pyproject.toml"] += "\n[tool.uv.sources]\nlib = { workspace = true }\n"

    assert [".dockerignore", "packages/api/Dockerfile"] == sorted(written(git_repo(files)))


def test_kempt_sees_that_the_top_is_what_is_sent_for_a_member(git_repo: MakeRepository) -> None:
    """The Dockerfile copies `.` only; what it binds tells."""
    repository = git_repo(workspace())
    apply(prepare_init(str(repository.root), docker=True).plan)

    found = check(str(repository.root), isolated=True).findings
    assert [] == [f"{each.code} {each.message}" for each in found if each.code.startswith("KPT5")]


def test_what_lies_beside_a_service_makes_the_folder_around_both_the_context(git_repo: MakeRepository) -> None:
    manifest = f'{PACKAGE}{UV}\n[tool.uv.sources]\nlib = {{ path = "../../libs/lib" }}\n'
    api = below("services/api", {**PACKAGED["uv"], **MODULE, "pyproject.toml": manifest})
    library = {"libs/lib/pyproject.toml": f"{PROJECT}{BUILT}".replace("shop", "lib"), "libs/lib/lib.py": ""}
    repository = git_repo({**TOP, **api, **library})
    text = written(repository)["services/api/Dockerfile"]

    assert ["docker build -t shop -f services/api/Dockerfile ."] == [each.what for each in left(repository)]
    assert "uv sync --locked --no-dev --no-install-local\n" in text
    assert "source=libs/lib/pyproject.toml,target=/app/libs/lib/pyproject.toml" in text
    assert "WORKDIR /app/services/api\n" in text
    assert "COPY . /app\n" in text


@pytest.mark.parametrize("develop", [False, True])
def test_poetry_takes_a_folder_in_unless_it_is_a_link_to_its_source(git_repo: MakeRepository, develop: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    wish = f'lib = {{ path = "lib", develop = {str(develop).lower()} }}\n'
    files = {"pyproject.toml": f"{POETRY}{wish}", "poetry.lock": LOCK, "poetry.toml": "\n", **MAIN}
    repository = git_repo({**TOP, **files, "lib/pyproject.toml": PROJECT.replace("shop", "lib"), "lib/lib.py": ""})
    found = written(repository)

    assert develop is ("Dockerfile" not in found)
    if develop:
        assert "take `develop = true` from lib in pyproject.toml, then run this again" == left(repository)[0].what
    else:
        assert "poetry install --only main --no-root --no-directory --compile" in runs(found["Dockerfile"])


def test_other_managers_have_no_image_with_a_folder_by_its_path(git_repo: MakeRepository) -> None:
    files = {"requirements.txt": f"-e ./lib\n{HASHED}", **MAIN}
    repository = git_repo({**TOP, **files})

    assert {} == written(repository)
    assert [Next("write a Dockerfile for . by hand", "requirements.txt installs a folder by its path")] == left(
        repository
    )


def test_a_name_that_would_leave_its_line_has_no_image(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, **below("a\nRUN id", VIRTUAL["uv"] | MAIN)})

    assert {} == written(repository)
    assert ["the name of a folder or a file of it cannot stand in a Dockerfile as it is"] == [
        each.why for each in left(repository)
    ]


def test_without_a_lock_there_is_no_image(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, "pyproject.toml": f"{PROJECT}{UV}", **MAIN})

    assert {} == written(repository)
    assert "an image is installed from a lock file" in [each.why for each in left(repository)]


# --- requirements --------------------------------------------------------------------------------------
def test_versions_without_hashes_are_installed_and_hashes_asked_for(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, "requirements.txt": "idna==3.10\n", **MAIN})

    assert "install --compile -r requirements.txt" in written(repository)["Dockerfile"]
    assert "write hashes into requirements.txt (pip-compile --generate-hashes)" == left(repository)[-1].what


def test_a_version_that_is_open_is_no_lock(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, "requirements.txt": "idna\n", **MAIN})

    assert {} == written(repository)
    assert "an image is installed from a lock file, and it leaves the version of idna open" == left(repository)[-1].why


def test_what_requirements_include_is_bound_too(git_repo: MakeRepository) -> None:
    files = {"requirements/prod.txt": f"-r base.txt\n{HASHED}", "requirements/base.txt": HASHED.replace("idna", "six")}
    text = dockerfile(git_repo, {**files, "requirements/dev.txt": HASHED, **MAIN})

    assert "-r requirements/" in text
    assert "source=requirements/base.txt,target=/app/requirements/base.txt" in text
    assert "dev.txt" not in text


# --- what only people know -----------------------------------------------------------------------------
def test_extras_and_a_private_index_are_told_in_a_comment(git_repo: MakeRepository) -> None:
    extras = '\n[project.optional-dependencies]\nserver = ["idna"]\n'
    index = '\n[[tool.uv.index]]\nname = "own"\nurl = "https://packages.example/simple"\n'
    text = dockerfile(git_repo, {**VIRTUAL["uv"], **MAIN, "pyproject.toml": f"{PROJECT}{extras}{UV}{index}"})

    assert "# Extras are left out; --extra server takes one in, in each install below.\n" in text
    assert "--mount=type=secret,id=netrc,target=/root/.netrc" in text
    assert "packages.example" not in text


def test_groups_that_are_installed_by_default_are_left_out(git_repo: MakeRepository) -> None:
    manifest = f'{PROJECT}{UV}default-groups = ["dev", "docs"]\n'

    assert ["uv sync --locked --no-default-groups --no-install-project"] == runs(
        dockerfile(git_repo, {**VIRTUAL["uv"], **MAIN, "pyproject.toml": manifest})
    )


def test_groups_of_a_member_are_left_out_as_those_of_its_workspace(git_repo: MakeRepository) -> None:
    files = workspace()
    files["packages/api/pyproject.toml"] += '\n[tool.uv]\ndefault-groups = ["dev", "lint"]\n'

    assert [
        "uv sync --locked --no-default-groups --no-install-workspace --package api",
        "uv sync --locked --no-default-groups --no-editable --package api",
    ] == runs(written(git_repo(files))["packages/api/Dockerfile"])


WARNING = "# A secret in ARG, ENV or COPY stays in the image.\n"


@pytest.mark.parametrize(
    "manager, files, mount",
    [
        ("uv", {"uv.toml": '[[index]]\nurl = "https://packages.example/simple"\n'}, "id=netrc,target=/root/.netrc"),
        ("uv", {"uv.toml": 'index-url = "https://packages.example/simple"\n'}, "id=netrc,target=/root/.netrc"),
        ("pipenv", '\n[[source]]\nname = "own"\nurl = "https://packages.example/simple"\n', "id=netrc"),
        ("pipenv", '\n[[source]]\nname = "pypi"\nurl = "https://u:${TOKEN}@packages.example/"\n', "id=TOKEN,env=TOKEN"),
        ("pip", {"requirements.txt": f"-i https://${{U}}@packages.example/simple\n{HASHED}"}, "id=U,env=U"),
    ],
)
def test_the_secret_of_an_index_is_mounted_wherever_the_index_stands(
    git_repo: MakeRepository, manager: str, files: Files | str, mount: str
) -> None:
    added = {"Pipfile": VIRTUAL[manager]["Pipfile"] + files} if isinstance(files, str) else files
    text = dockerfile(git_repo, {**VIRTUAL[manager], **MAIN, **added})

    assert f"--mount=type=secret,{mount}" in text
    assert WARNING in text
    assert "packages.example" not in text


@pytest.mark.parametrize(
    "manager, files, packages",
    [
        (
            "uv",
            {"uv.lock": f'version = 1\n\n{LOCK}source = {{ git = "https://git.example/idna?rev=1#2" }}\n'},
            "git",
        ),
        ("pip", {"requirements.txt": "idna @ git+https://git.example/idna\n"}, "git"),
        ("pip", {"requirements.txt": "idna @ hg+https://hg.example/idna\n"}, "mercurial"),
        ("pip", {"requirements.txt": "idna @ git+ssh://git@git.example/idna\n"}, "git openssh-client"),
    ],
)
def test_what_comes_from_a_repository_is_fetched_by_a_program_of_the_builder_only(
    git_repo: MakeRepository, manager: str, files: Files, packages: str
) -> None:
    builder, _, final = dockerfile(git_repo, {**VIRTUAL[manager], **MAIN, **files}).rpartition("\nFROM ")

    assert f"apt-get update && apt-get install --yes --no-install-recommends {packages}" in runs(builder)[0]
    assert "apt-get" not in final
    assert ("ssh" in packages) is ("--mount=type=ssh" in builder)


def test_kempt_has_nothing_against_a_builder_with_git(git_repo: MakeRepository) -> None:
    lock = f'version = 1\n\n{LOCK}source = {{ git = "https://git.example/idna?rev=1#2" }}\n'
    repository = git_repo({**TOP, **VIRTUAL["uv"], **MAIN, "uv.lock": lock})
    apply(prepare_init(str(repository.root), docker=True).plan)

    found = check(str(repository.root), isolated=True).findings
    assert [] == [f"{each.code} {each.message}" for each in found if each.code.startswith("KPT5")]


def test_what_only_a_build_can_tell_is_verified_when_the_source_is_there(git_repo: MakeRepository) -> None:
    manifest = PACKAGE.replace('dependencies = ["idna"]', 'dynamic = ["dependencies"]')
    text = dockerfile(git_repo, {**PACKAGED["uv"], **MODULE, "pyproject.toml": f"{manifest}{UV}"})

    assert ["uv sync --frozen --no-dev --no-install-project", "uv sync --locked --no-dev --no-editable"] == runs(text)


def test_a_version_that_comes_from_git_is_told_to_the_build(git_repo: MakeRepository) -> None:
    manifest = PACKAGE.replace('"hatchling"', '"hatchling", "hatch-vcs"').replace(
        'version = "1"', 'dynamic = ["version"]'
    )
    text = dockerfile(git_repo, {**PACKAGED["uv"], **MODULE, "pyproject.toml": f"{manifest}{UV}"})

    assert "ARG VERSION=0.0.0\nCOPY . .\n" in text
    assert 'export SETUPTOOLS_SCM_PRETEND_VERSION="$VERSION" && uv sync' in runs(text)[1]


# --- what is there -------------------------------------------------------------------------------------
INSTALL = "pip install --no-cache-dir --require-hashes -r requirements.txt"
THEIRS = f"FROM python:3.12-slim\nCOPY requirements.txt .\nRUN {INSTALL}\n"


@pytest.mark.parametrize(
    "path", ["Dockerfile", "Containerfile", "dockerfile", "Dockerfile.prod", "shop.Dockerfile", "docker/Dockerfile",
             "docker/prod.Dockerfile"],
)  # fmt: skip
def test_a_dockerfile_that_is_there_is_kept(git_repo: MakeRepository, path: str) -> None:
    repository = git_repo({**TOP, **VIRTUAL["pip"], **MAIN, path: THEIRS})

    assert {} == written(repository)
    why = f"{path} is yours and stays as it is; kempt check finds nothing in it, and this proves it of an image"
    assert [Next("kempt image app:latest", why)] == left(repository)


def test_a_dockerfile_that_git_does_not_track_is_kept(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, **VIRTUAL["pip"], **MAIN})
    repository.write({"Dockerfile": THEIRS})

    assert {} == written(repository)
    why = "Dockerfile is yours and stays as it is; git does not track it yet"
    assert [Next("git add Dockerfile", why)] == left(repository)


def test_a_dockerfile_of_what_could_have_none_is_kept_and_nothing_else_asked_for(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, "requirements.txt": "idna\n", **MAIN, "Dockerfile": THEIRS})

    assert ["kempt image app:latest"] == [each.what for each in left(repository)]


def test_what_is_wrong_with_it_is_told(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, **VIRTUAL["pip"], **MAIN, "Dockerfile": THEIRS.replace("--no-cache-dir ", "")})

    why = "Dockerfile is yours and stays as it is; kempt check finds KPT501 in it"
    assert [Next("kempt check --fix", why)] == left(repository)


def test_the_dockerfile_above_is_that_of_the_only_service(git_repo: MakeRepository) -> None:
    theirs = THEIRS.replace("COPY requirements.txt", "COPY backend/requirements.txt")
    repository = git_repo({**TOP, **below("backend", VIRTUAL["pip"] | MAIN), "Dockerfile": theirs})

    assert {} == written(repository)


def test_one_of_its_name_elsewhere_is_that_of_a_service(git_repo: MakeRepository) -> None:
    services = below("services/api", VIRTUAL["pip"] | MAIN) | below("services/web", VIRTUAL["pip"] | MAIN)
    repository = git_repo({**TOP, **services, "docker/Dockerfile.api": THEIRS})

    assert ["services/web/.dockerignore", "services/web/Dockerfile"] == sorted(written(repository))


def test_that_of_an_editor_is_no_image_of_the_project(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, **VIRTUAL["pip"], **MAIN, ".devcontainer/Dockerfile": THEIRS})

    assert [".dockerignore", "Dockerfile"] == sorted(written(repository))


# --- .dockerignore -------------------------------------------------------------------------------------
OUT = (".git", ".venv", "a/.venv", "__pycache__", "a/b/c.pyc", ".env", "a/.env.local", "Dockerfile", "a/.ruff_cache")


def test_a_new_one_keeps_out_what_tools_make_and_secrets(git_repo: MakeRepository) -> None:
    text = ignored(git_repo, {})

    assert [] == [path for path in OUT if not dockerignore.is_ignored(text, path)]
    assert [] == [path for path in ("main.py", "uv.lock", "README.md") if dockerignore.is_ignored(text, path)]


@pytest.mark.parametrize(
    "old", ["", "*.log\n", "node_modules", "# ours\r\n.venv\r\n", ".git\n!**\n", "**/.venv\n!**/.venv\n"]
)
def test_one_that_is_there_gets_what_it_lacks_at_its_end(git_repo: MakeRepository, old: str) -> None:
    text = ignored(git_repo, {".dockerignore": old})

    assert text.startswith(old)
    assert [] == [path for path in OUT if not dockerignore.is_ignored(text, path)]
    assert text.count("\n") == text.count("\r\n") or "\r" not in old


def test_one_that_has_all_of_it_stays_as_it_is(git_repo: MakeRepository) -> None:
    complete = ignored(git_repo, {}).partition("\n")[2]

    again = git_repo({**TOP, **VIRTUAL["uv"], **MAIN, ".dockerignore": complete}, name="again")

    assert ["Dockerfile"] == list(written(again))


@pytest.mark.parametrize("old", ["*\n!src\n!main.py\n", "**/*.lock\n*.toml\n*.md\n"])
def test_what_the_image_is_built_from_is_let_in(git_repo: MakeRepository, old: str) -> None:
    manifest = f'{PROJECT}readme = "README.md"\n{UV}'
    text = ignored(git_repo, {".dockerignore": old, "pyproject.toml": manifest, "README.md": "# Shop\n"})

    assert [] == [path for path in ("uv.lock", "pyproject.toml", "README.md") if dockerignore.is_ignored(text, path)]


@pytest.mark.parametrize(
    "old, files, let_in",
    [
        ("*\n", {}, ("main.py",)),
        ("*\n!src\n", {}, ("main.py",)),
        (
            "*\n",
            {"main.py": f"import shop\n{MAIN['main.py']}", "shop/__init__.py": "", "noxfile.py": ""},
            ("main.py", "shop"),
        ),
        ("*\n!main.py\n", {"main.py": f"from order import x\n{MAIN['main.py']}", "order.py": ""}, ("order.py",)),
        ("*\n", {**PACKAGED["uv"], **MODULE, "tests/test_shop.py": ""}, ("src/shop",)),
        ("*\n!shop\n", {"main.py": "", "shop/__main__.py": "", "noxfile.py": ""}, ()),
        ("main.py\n", {}, ("main.py",)),
    ],
)
def test_a_list_of_what_is_let_in_lets_in_the_program(
    git_repo: MakeRepository, old: str, files: Files, let_in: tuple[str, ...]
) -> None:
    files = {**TOP, **VIRTUAL["uv"], **MAIN, **files, ".dockerignore": old}
    repository = git_repo(files)
    plan = prepare_init(str(repository.root), docker=True)
    text = written(repository)[".dockerignore"]

    said = [each.why for each in plan.next if each.why.startswith("it kept out")]
    locks = ("uv.lock", "pyproject.toml") if "*" in old.splitlines() else ()
    code = [each for each in text.splitlines() if each.startswith("!") and each not in old.splitlines()]
    assert sorted(f"!{each}" for each in (*locks, *let_in)) == sorted(code)
    assert bool(code) is bool(said)
    assert [] == [path for path in OUT if not dockerignore.is_ignored(text, path)]
    caches = [f"{each}/__pycache__/x.pyc" for each in let_in if not each.endswith(".py")]
    assert [] == [path for path in caches if not dockerignore.is_ignored(text, path)]
    apply(plan.plan)
    assert () == prepare_init(str(repository.root), docker=True).plan.steps


def test_a_folder_that_comes_in_again_brings_nothing_along_that_somebody_keeps_out(git_repo: MakeRepository) -> None:
    files = {"main.py": f"import shop\n{MAIN['main.py']}", "shop/__init__.py": ""}
    text = ignored(git_repo, {**files, ".dockerignore": "**/*.key\nshop/local\n*\n"})

    wanted = ("shop/__init__.py", "shop/a.key", "shop/local", "shop/.env")
    assert [False, True, True, True] == [dockerignore.is_ignored(text, path) for path in wanted]


def test_what_a_member_takes_from_its_workspace_is_let_in_too(git_repo: MakeRepository) -> None:
    files = workspace() | {".dockerignore": "*\n"}
    files["packages/api/pyproject.toml"] = files["packages/api/pyproject.toml"].replace('"idna"', '"idna", "lib"')
    files["packages/other/pyproject.toml"] = f"{PROJECT}{BUILT}".replace("shop", "other")
    files["packages/other/src/other/__init__.py"] = ""
    text = written(git_repo(files))[".dockerignore"]

    wanted = (
        "packages/api/src/api/__main__.py",
        "packages/lib/src/lib/__init__.py",
        "packages/other/src/other/__init__.py",
    )
    assert [False, False, True] == [dockerignore.is_ignored(text, path) for path in wanted]


def test_a_package_is_not_kept_out_for_its_name(git_repo: MakeRepository) -> None:
    files = {**PACKAGED["uv"], "pyproject.toml": PACKAGE.replace('"shop"', '"env"') + UV, "src/env/__init__.py": ""}
    text = ignored(git_repo, {**files, ".gitignore": f"{TOP['.gitignore']}/env\n"})

    assert not dockerignore.is_ignored(text, "src/env/__init__.py")


def test_git_that_is_let_in_by_name_stays_in(git_repo: MakeRepository) -> None:
    text = ignored(git_repo, {".dockerignore": "*.log\n!.git\n"})

    assert [False, True] == [dockerignore.is_ignored(text, path) for path in (".git", ".venv")]


def test_a_folder_of_the_project_is_not_kept_out_for_its_name(git_repo: MakeRepository) -> None:
    manifest = f"{PROJECT}{BUILT}{UV}".replace("hatchling", "setuptools")
    text = ignored(git_repo, {"pyproject.toml": manifest, "build/tool.py": "", **MODULE})

    assert [False, True] == [dockerignore.is_ignored(text, path) for path in ("build", "dist")]


def test_what_another_dockerfile_takes_by_name_is_not_kept_out(git_repo: MakeRepository) -> None:
    theirs = "FROM python:3.12-slim\nCOPY dist/shop.whl /\nRUN pip install --no-cache-dir /shop.whl\n"
    files = below("services/api", VIRTUAL["pip"] | MAIN)
    repository = git_repo({**TOP, **workspace(), **files, "Dockerfile.wheel": theirs, "dist/shop.whl": ""})

    assert not dockerignore.is_ignored(written(repository)[".dockerignore"], "dist/shop.whl")


LINES = ("*", "**", "!*", "!**", "!.venv", "!**/.venv", "/.venv", "**/__pycache__", "!src", "uv.lock", "*.toml",
         "# ours", "", " ", "!", "[", "\\", "**/x/**", "!a/**", "Dockerfile", "!Dockerfile")  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """A project of uv's, opened once."""
    folder = tmp_path_factory.mktemp("property")
    make_repository(folder / "repo", folder / "home", {**TOP, **VIRTUAL["uv"], **MAIN})
    with open_source(str(folder / "repo")) as source:
        yield source


@given(lines=st.lists(st.sampled_from(LINES), max_size=8), end=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=60)
def test_whatever_stands_there_the_result_keeps_out_lets_in_and_is_final(
    project: Source, lines: list[str], end: str
) -> None:
    old = end.join(lines)
    new = merged(project, old)

    assert new.startswith(old)
    assert [] == [path for path in OUT if not dockerignore.is_ignored(new, path)]
    assert [] == [path for path in ("uv.lock", "pyproject.toml") if dockerignore.is_ignored(new, path)]
    assert new == merged(project, new)


def merged(project: Source, text: str) -> str:
    repo = survey(Overlay(project.tree, {".dockerignore": text.encode()}), Config())
    entries = tuple(Entry(path, (path,)) for path in ("uv.lock", "pyproject.toml"))
    return ignore_file(repo, Wanted(".", entries)).content.decode()
