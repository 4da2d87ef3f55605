"""KPT309: a lock that forks on the patch version of Python."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen

FORK = ("python_full_version < '3.11.5'", "python_full_version >= '3.11.5'")
TOLD = "warning: `soupsieve` is locked twice: 2.10 below Python 3.11.5, 4.1.2 from it on"


def uv_lock(*markers: str, name: str = "soupsieve") -> str:
    versions = ("2.10", "4.1.2", "5.0")
    blocks = (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://example.com/simple" }}\n'
        f'resolution-markers = [\n    "{marker}",\n]\n'
        for version, marker in zip(versions, markers, strict=False)
    )
    listed = "".join(f'    "{marker}",\n' for marker in markers)
    return f"version = 1\nresolution-markers = [\n{listed}]\n\n" + "\n".join(blocks)


def poetry_lock(key: str, *markers: str) -> str:
    blocks = (
        f'[[package]]\nname = "soupsieve"\nversion = "{version}"\n{key} = "{marker}"\n'
        for version, marker in zip(("2.10", "4.1.2"), markers, strict=True)
    )
    return "\n".join(blocks)


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"uv.lock": uv_lock(*FORK)}, [TOLD]),
        ({"uv.lock": uv_lock(*FORK).replace("\n", "\r\n")}, [TOLD]),
        ({"uv.lock": uv_lock(*FORK), ".python-version": "3.11\n"}, [TOLD]),
        ({"uv.lock": uv_lock(*FORK), ".python-version": "3.11.9\n"}, []),
        ({"uv.lock": uv_lock(*FORK), ".python-version": "# ours\ncpython-3.11.9\n"}, []),
        ({"uv.lock": uv_lock(*FORK), ".python-version": "3.12\n"}, []),
        ({"api/uv.lock": uv_lock(*FORK), ".python-version": "3.11.9\n"}, []),
        ({"uv.lock": uv_lock("python_full_version < '3.11'", "python_full_version >= '3.11'")}, []),
        ({"uv.lock": uv_lock("python_full_version < '3.11.0'", "python_full_version >= '3.11.0'")}, []),
        ({"uv.lock": uv_lock("sys_platform == 'win32'", "sys_platform != 'win32'")}, []),
        ({"uv.lock": uv_lock(FORK[0])}, []),
        (
            {
                "uv.lock": uv_lock(
                    *(f"{micro} and sys_platform {sign} 'win32'" for sign in ("==", "!=") for micro in FORK[:1])
                )
            },
            [],
        ),
        ({"uv.lock": uv_lock(*(f"{micro} and sys_platform == 'win32'" for micro in FORK))}, [TOLD]),
        ({"uv.lock": uv_lock("not a marker python_full_version < '3.11.5'", FORK[1])}, []),
        ({"poetry.lock": poetry_lock("markers", *(each.replace("'", '\\"') for each in FORK))}, [TOLD]),
        ({"pdm.lock": poetry_lock("marker", *(each.replace("'", '\\"') for each in FORK))}, [TOLD]),
        ({"tests/fixtures/uv.lock": uv_lock(*FORK)}, []),
        ({"examples/a/uv.lock": uv_lock(*FORK)}, [TOLD.replace("warning", "info")]),
    ],
    ids=[
        "uv", "windows-line-ends", "pinned-to-minor", "pinned", "pinned-with-words", "pinned-to-another-minor",
        "pinned-above", "minor-fork", "minor-fork-with-zero", "platform-fork", "locked-once", "both-below",
        "on-one-platform", "no-marker", "poetry", "pdm", "test-data", "example",
    ],
)  # fmt: skip
def test_only_a_fork_between_patch_versions_is_told(
    files: dict[str, str], expected: list[str], git_repo: MakeRepository
) -> None:
    assert expected == messages(found(git_repo(files), "KPT309"))


def test_one_finding_names_the_packages_of_a_lock(git_repo: MakeRepository) -> None:
    lock = uv_lock(*FORK) + "\n" + uv_lock(*FORK, name="idna").partition("\n\n")[2]
    findings = found(git_repo({"a/uv.lock": lock}), "KPT309")

    assert [Seen("KPT309", "a/uv.lock", 15)] == seen(findings)
    assert [f"{TOLD}; so are `idna`"] == messages(findings)
    assert ["a/.python-version" in each.help and str(each.service) for each in findings] == ["a"]
