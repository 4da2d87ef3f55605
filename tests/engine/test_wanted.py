"""The files that rules read, known from the paths alone."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.project.check import examine
from kempt.engine.wanted import named, wanted
from kempt.host.git import Git
from kempt.host.ignores import ScratchIgnores
from kempt.host.trees import CommitTree
from kempt.model.config import Config
from kempt.model.listing import Listing
from support.repositories import Repository


@pytest.mark.parametrize(
    "path",
    [
        ".gitignore", "a/b/.gitignore", "pyproject.toml", "api/uv.lock", "requirements/dev.in", "kempt.toml",
        ".github/CODEOWNERS", ".github/workflows/x.yaml", ".github/actions/x/action.yml", "buildspec.yml",
        "docker/api.Dockerfile", "compose.yaml", "Makefile", "ci/install.sh", ".python-version", "README.md",
        ".pre-commit-config.yaml", "env/pyvenv.cfg",
    ],
)  # fmt: skip
def test_what_rules_read_is_wanted(path: str) -> None:
    assert (path,) == wanted(Listing.of([path, "shop/a.py", "data.json", "shop/b.txt"]))


def test_what_lies_in_a_tracked_environment_is_not_wanted() -> None:
    listing = Listing.of(["env/pyvenv.cfg", "env/lib/site-packages/x/pyproject.toml", "web/node_modules/x/.gitignore"])

    assert ("env/pyvenv.cfg",) == wanted(listing)


def test_an_ignore_file_beside_a_dockerfile_is_wanted() -> None:
    assert {"api/Dockerfile", "api/.dockerignore"} == set(wanted(Listing.of(["api/Dockerfile", "api/.dockerignore"])))


class Watched(CommitTree):
    """A commit that tells which contents it was asked for."""

    def __init__(self, git: Git, rev: str) -> None:
        super().__init__(git, rev)
        self.asked = set[str]()

    def read(self, path: str) -> bytes:
        self.asked.add(path)
        return super().read(path)


def test_an_examination_with_all_rules_asks_for_nothing_else(git_repo: MakeRepository) -> None:
    repo: Repository = git_repo(
        {
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 1\n",
            "setup.py": "import setuptools\n", "requirements.txt": "-r more.txt\nflask\n", "more.txt": "x\n",
            ".github/workflows/ci.yml": "jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pip install .\n",
            "Dockerfile": "FROM python\nCOPY . .\nRUN pip install -r requirements.txt\n", ".dockerignore": ".git\n",
            "docker-compose.yml": "services:\n  a:\n    build: .\n", "tox.ini": "[tox]\n", "a/__pycache__/b.pyc": "",
            ".pre-commit-config.yaml": "repos: []\n", "Makefile": "clean:\n\trm -rf __pycache__\n", "a/b.py": "",
            "env/pyvenv.cfg": "home = /usr\n", "env/lib/python3.12/site-packages/x/RECORD": "", ".gitignore": "x\n",
        }
    )  # fmt: skip
    with Git.open(str(repo.root)) as git:
        tree = Watched(git, "HEAD")
        examine(tree, ScratchIgnores(git), Config())

        assert set() == {path for path in tree.asked if path in tree.listing} - set(wanted(tree.listing))


def test_files_that_scripts_name_are_known_from_their_text() -> None:
    listing = Listing.of([".github/workflows/ci.yml", "scripts/a.py", "api/Makefile", "api/b.sh", "README.md", "c.py"])
    files = {
        ".github/workflows/ci.yml": b"- run: python ./scripts/a.py && sh gone.sh && cat ../../../etc/x.txt\n",
        "api/Makefile": b"all:\n\tsh b.sh\n", "README.md": b"see c.py",
    }  # fmt: skip

    assert ("scripts/a.py", "api/b.sh") == named(files, listing)
