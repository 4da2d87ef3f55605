"""What `init --docker` writes is built, with stand-ins for the public images, proven clean, and run as it starts.

The managers come from an index on this machine's own address, as in the tests of `init --ci`.
"""

from __future__ import annotations

import re
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import MakeRepository
from e2e.conftest import CHECKOUT, Installed
from kempt import __version__
from kempt.engine.apply import apply
from kempt.engine.image import ImageOptions, prove
from kempt.engine.project.check import check
from kempt.engine.project.init import prepare_init
from support.index import STOCK, Index
from support.managers import Managers, find
from support.projects import Files, Projects
from support.repacked import publish, repacked
from support.repositories import Repository, make_repository, write_files
from support.stand_ins import VERSION, Storage
from support.wheels import packaged_project

pytestmark = pytest.mark.slow  # images are built

SCRIPTS = {"shop": "shop:main"}
SETTINGS = {"kempt.toml": 'ignore = ["KPT311"]\n'}  # the index of these tests is a private address
MAIN = {"main.py": 'import alpha\n\nif __name__ == "__main__":\n    print("alpha", alpha.VERSION)\n'}
BUILDING = {"hatchling", "packaging", "pathspec", "pluggy", "trove_classifiers"}
RUN = 'import lib\n\nprint("{name} with lib", lib.VERSION)\n'
LITTER = {".env": "PASSWORD=x\n", ".venv/pyvenv.cfg": "home = /usr\n", "__pycache__/main.cpython-311.pyc": "x"}
"""What lies in the folder of somebody who builds."""


@pytest.fixture(scope="module")
def served() -> Iterator[Index]:
    """An index that has the managers too."""
    with Index(STOCK) as index:
        for name in ("poetry", "pdm", "pipenv"):
            publish(index, find(name).resolve().parents[1])
        yield index


def files_of(kind: str, projects: Projects) -> Files:
    manager, _, shape = kind.partition("-")
    packaged = shape == "package"
    if manager == "pip" and packaged:
        return projects.requirements("alpha") | packaged_project("shop", requires=["alpha"], scripts=SCRIPTS)
    if manager == "pipenv":
        return projects.pipenv("alpha") | MAIN
    if manager == "pip":
        return projects.requirements("alpha") | MAIN
    if manager == "pylock":
        return projects.pylock("alpha") | MAIN
    make = {"uv": projects.uv, "poetry": projects.poetry, "pdm": projects.pdm}[manager]
    return make("alpha", packaged=True, scripts=SCRIPTS) if packaged else make("alpha") | MAIN


def below(folder: str, files: Files) -> Files:
    return {f"{folder}/{path}": text for path, text in files.items()}


def left_in(storage: Storage, tag: str) -> list[str]:
    """What `kempt image` finds in an image."""
    proofs = prove(str(storage.save(tag)), ImageOptions())
    return [f"{each.code} {each.path}" for proof in proofs for each in proof.leftovers]


class World(NamedTuple):
    """What projects are made with, and where their images are built."""

    storage: Storage
    projects: Projects
    managers: Managers
    make: MakeRepository
    settings: Path

    def repository(self, files: Files) -> tuple[Repository, list[str]]:
        """A repository with all that `init --docker` writes, and the commands that build, as it tells them.

        kempt finds nothing in it, a second run has nothing to do, and some litter lies around.
        """
        repository = self.make(files | SETTINGS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", self.managers.variables["PATH"])
            prepared = prepare_init(str(repository.root), docker=True)
            apply(prepared.plan)
            repository.commit("images")
            assert () == prepare_init(str(repository.root), docker=True).plan.steps
        assert [] == [f"{each.code} {each.location.path}" for each in check(str(repository.root)).findings]
        write_files(repository.root, LITTER)
        return repository, [each.what for each in prepared.next if each.what.startswith("docker build")]

    def image(self, repository: Repository, command: str, *options: str) -> str:
        """Build as a `docker build` line says, with options of buildah; the image's tag."""
        match = re.fullmatch(r"docker build -t (\S+)(?: -f (\S+))? (\S+)", command)
        assert match, command
        context = repository.root / match[3]
        path = repository.root / match[2] if match[2] else context / "Dockerfile"
        self.storage.build(context, path, match[1], "-v", f"{self.settings}:/etc/pip.conf:ro", "--no-cache", *options)
        return match[1]

    def started(self, tag: str) -> str:
        """What the program of an image prints."""
        return self.storage.run(tag, *self.storage.entry(tag)).strip()

    def shell(self, tag: str, command: str) -> list[str]:
        """The words that a command prints in an image."""
        return self.storage.run(tag, "sh", "-c", command).split()


@pytest.fixture
def pip_settings(served: Index, tmp_path: Path) -> Path:
    """What pip is told in a builder."""
    path = tmp_path / "pip.conf"
    path.write_text(f"[global]\nindex-url = {served.url}\ntrusted-host = 127.0.0.1\n", "utf-8")
    return path


@pytest.fixture
def world(storage: Storage, served: Index, managers: Managers, git_repo: MakeRepository, pip_settings: Path) -> World:
    return World(storage, Projects(managers, served.url), managers, git_repo, pip_settings)


KINDS = ("uv-package", "uv-virtual", "poetry-package", "poetry-virtual", "pip-package", "pip-virtual", "pylock-virtual",
         "pdm-package", "pdm-virtual", "pipenv-virtual")  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_image_is_clean_and_runs(kind: str, world: World) -> None:
    repository, (command,) = world.repository(files_of(kind, world.projects))
    tag = world.image(repository, command)

    packaged = kind.endswith("package")
    held = world.shell(tag, "find /app -mindepth 1")
    assert ("shop 1.0" if packaged else "alpha 3.0") == world.started(tag)
    assert [] == left_in(world.storage, tag)
    assert ["10001:10001"] == world.shell(tag, 'echo "$(id -u):$(id -g)"')
    assert any(re.search(r"/site-packages/alpha/__pycache__/.*\.pyc", each) for each in held)
    assert ({"/app/.venv"} if packaged else {"/app/.venv", "/app/main.py"}) <= set(held)
    outside = {each.removeprefix("/app/").partition("/")[0] for each in held} - {".venv"}
    assert outside.isdisjoint({".env", ".git", "__pycache__", "Dockerfile"})
    assert set() == outside or not packaged


def test_a_list_of_what_is_let_in_lets_in_the_program(world: World) -> None:
    main = {"main.py": f"import order\n{MAIN['main.py']}", "order/__init__.py": "from order import parts\n"}
    files = (
        world.projects.uv("alpha") | main | {"order/parts.py": "", "noxfile.py": "", ".dockerignore": "*\n!uv.lock\n"}
    )
    repository, (command,) = world.repository(files)
    write_files(repository.root, {"order/__pycache__/parts.pyc": "x", "order/.env": "PASSWORD=x"})
    tag = world.image(repository, command)

    assert "alpha 3.0" == world.started(tag)
    held = world.shell(tag, "find /app -mindepth 1 -path /app/.venv -prune -o -type f -print")
    assert {"main.py", "order/__init__.py", "order/parts.py", "pyproject.toml", "uv.lock"} == {
        each.removeprefix("/app/") for each in held
    }


def test_groups_of_a_member_stay_out(world: World, served: Index, tmp_path: Path) -> None:
    index = f'\n[[tool.uv.index]]\nurl = "{served.url}"\ndefault = true\n'
    groups = '\n[dependency-groups]\nlint = ["gamma"]\n\n[tool.uv]\ndefault-groups = ["lint"]\n'
    files = {"pyproject.toml": f'[tool.uv.workspace]\nmembers = ["packages/*"]\n{index}'}
    files |= below("packages/api", packaged_project("api", requires=["alpha"], tail=groups))
    files["packages/api/src/api/__main__.py"] = 'import alpha\n\nprint("alpha", alpha.VERSION)\n'
    files = locked(world, "uv", files, "uv.lock", tmp_path)
    repository, (command,) = world.repository(files)
    tag = world.image(repository, command)

    assert "alpha 3.0" == world.started(tag)
    assert "/app/.venv/bin/gamma" not in world.shell(tag, "find /app -mindepth 1")


def locked(world: World, manager: str, files: Files, lock: str, folder: Path) -> Files:
    """The files, with the lock that the manager writes for them."""
    write_files(folder / "locking", files)
    world.managers.run(manager, "lock", cwd=(folder / "locking" / lock).parent)
    ignored = {".gitignore": ".venv\n__pycache__/\n", ".python-version": f"{VERSION}\n"}
    return files | ignored | {lock: (folder / "locking" / lock).read_text("utf-8")}


APT = '#!/bin/sh\n[ "$1" != install ] || ln -s /opt/git /usr/bin/git\n'
"""What stands for Debian's: the git of this machine is there once it is installed, and not before."""


def test_what_comes_from_git_is_fetched(world: World, served: Index, tmp_path: Path) -> None:
    sources = make_repository(tmp_path / "lib", tmp_path / "home", packaged_project("lib", requires=["alpha"]))
    index = f'\n[[tool.uv.index]]\nurl = "{served.url}"\ndefault = true\n'
    commit = sources.git("rev-parse", "HEAD").strip()
    tail = f'\n[tool.uv.sources]\nlib = {{ git = "file://{sources.root}", rev = "{commit}" }}\n{index}'
    files = packaged_project("shop", requires=["lib"], tail=tail)
    files["src/shop/__main__.py"] = RUN.format(name="shop")
    repository, (command,) = world.repository(locked(world, "uv", files, "uv.lock", tmp_path))
    apt, libraries = tmp_path / "apt-get", f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}"
    apt.write_text(APT, "utf-8")
    apt.chmod(0o755)
    mounts = {"/usr/bin/git": "/opt/git", "/usr/lib/git-core": "/usr/lib/git-core", libraries: libraries,
              str(apt): "/usr/bin/apt-get", str(sources.root): str(sources.root)}  # fmt: skip
    options = [word for source, target in mounts.items() for word in ("-v", f"{source}:{target}:ro")]
    tag = world.image(repository, command, *options)

    assert "shop with lib 1.0" == world.started(tag)
    assert [] == left_in(world.storage, tag)
    assert [] == world.shell(tag, "find /usr/bin -name git")


def test_each_program_of_a_workspace_has_an_image(world: World) -> None:
    files = world.projects.uv_workspace({"api": ["lib"], "worker": ["lib", "gamma"], "lib": ["alpha"]})
    files |= {f"packages/{name}/src/{name}/__main__.py": RUN.format(name=name) for name in ("api", "worker")}
    repository, commands = world.repository(files)

    assert ["docker build -t api -f packages/api/Dockerfile .",
            "docker build -t worker -f packages/worker/Dockerfile ."] == commands  # fmt: skip
    for name, command in zip(("api", "worker"), commands, strict=True):
        tag = world.image(repository, command)
        assert f"{name} with lib 1.0" == world.started(tag)
        assert [] == left_in(world.storage, tag)
        assert (name == "worker") is ("/app/.venv/bin/gamma" in world.shell(tag, "find /app -mindepth 1"))


TAILS = {
    "uv": '\n[tool.uv.sources]\nlib = {{ path = "../../libs/lib", editable = true }}\n'
          '\n[[tool.uv.index]]\nurl = "{url}"\ndefault = true\n',
    "poetry": '\n[tool.poetry.dependencies]\nlib = {{ path = "../../libs/lib" }}\n'
              '\n[[tool.poetry.source]]\nname = "loopback"\nurl = "{url}"\n',
}  # fmt: skip


@pytest.mark.parametrize("manager", TAILS)
def test_what_lies_beside_a_service_is_installed_as_a_package(
    manager: str, world: World, served: Index, tmp_path: Path
) -> None:
    tail = TAILS[manager].format(url=served.url)
    files = below("libs/lib", packaged_project("lib", requires=["alpha"]))
    files |= below("services/api", packaged_project("api", requires=["lib", "gamma"], tail=tail))
    files["services/api/src/api/__main__.py"] = RUN.format(name="api")
    write_files(tmp_path / "locking", files)
    world.managers.run(manager, "lock", cwd=tmp_path / "locking/services/api")
    lock = f"services/api/{manager}.lock"
    files |= {lock: (tmp_path / "locking" / lock).read_text("utf-8"), "services/api/.python-version": f"{VERSION}\n"}
    repository, commands = world.repository(files)

    assert ["docker build -t api -f services/api/Dockerfile ."] == commands
    tag = world.image(repository, commands[0])
    assert "api with lib 1.0" == world.started(tag)
    assert [] == left_in(world.storage, tag)
    assert {"/app/services"} == set(world.shell(tag, "find /app -maxdepth 1 -mindepth 1"))


def test_kempts_own_image_is_clean_and_runs(
    storage: Storage, installed: Installed, tmp_path: Path, pip_settings: Path, served: Index
) -> None:
    """On the stand-in for its base image, which has no apt, and with a lock that this index can serve."""
    context = tmp_path / "kempt"
    shutil.copytree(CHECKOUT / "src", context / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".dockerignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, context)
    (context / "requirements").mkdir()
    (context / "requirements/runtime.txt").write_text("".join(relocked(served, installed)), "utf-8")
    text = (CHECKOUT / "Dockerfile").read_text("utf-8")
    text, replaced = re.subn(r"(?m)^RUN (?:.*\\\n)*.*apt-get update(?:.*\\\n)*.*\n", "", text)
    assert 1 == replaced

    storage.build(
        context,
        re.sub(r"python:3\.\d+-", f"python:{VERSION}-", text),
        "kempt",
        "-v",
        f"{pip_settings}:/etc/pip.conf:ro",
    )

    assert f"kempt {__version__}" == storage.run("kempt", "kempt", "--version").strip()
    assert ("kempt", "--help") == storage.entry("kempt")
    assert [] == left_in(storage, "kempt")


def relocked(index: Index, installed: Installed) -> Iterator[str]:
    """The locked dependencies as this index has them, with what builds kempt beside them."""
    for site, wanted in ((Path(sysconfig.get_path("purelib")), BUILDING), (installed.python.parents[1], None)):
        for info in sorted(site.rglob("*.dist-info")):
            name = info.name.partition("-")[0]
            if (wanted is None or name in wanted) and name not in {"kempt", "pip", "setuptools"}:
                filename, index.files[filename] = repacked(info)
                found = index.files[filename]
                if wanted is None:
                    yield f"{found.project}=={found.version} --hash=sha256:{found.digest}\n"
