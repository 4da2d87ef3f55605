from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.engine.fleet.owners import PLACES, codeowners_of
from kempt.engine.sources import open_source

ORDER = [{place: f"* @{number}\n" for number, place in list(enumerate(PLACES))[first:]} for first in range(len(PLACES))]


@pytest.mark.parametrize(
    "files, owners",
    [
        *((files, (f"@{number}",)) for number, files in enumerate(ORDER)),
        ({"a": ""}, ()),
        ({"CODEOWNERS": b"* @caf\xe9\n"}, ("@caf\udce9",)),
        ({".gitlab/CODEOWNERS": "x/y @z\n", "a/x/y": ""}, ("@z",)),
        ({"CODEOWNERS": "x/y @z\n", "a/x/y": "", ".gitlab-ci.yml": ""}, ("@z",)),
        ({"CODEOWNERS": "x/y @z\n", "a/x/y": ""}, ()),
    ],
    ids=[*PLACES, "none", "not-utf-8", "gitlab", "on-gitlab", "elsewhere"],
)
def test_owners_of_a_repository(
    git_repo: MakeRepository, files: dict[str, str | bytes], owners: tuple[str, ...]
) -> None:
    repository = git_repo(files)

    with open_source(str(repository.root), rev="HEAD") as source:
        assert owners == codeowners_of(source.tree).owners("a/x/y")


def test_a_link_is_not_followed(git_repo: MakeRepository) -> None:
    repository = git_repo({"a": "* @x\n"}, commit=False)
    (repository.root / "CODEOWNERS").symlink_to("a")
    repository.stage()
    repository.commit()

    with open_source(str(repository.root), rev="HEAD") as source:
        assert () == codeowners_of(source.tree).owners("a")
