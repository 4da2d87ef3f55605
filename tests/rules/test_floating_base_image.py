"""KPT507: the image that is built on, or copied from, is whatever is the newest."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.floating_base_image import RULE
from support.dockerfiles import mended_image, told

UV = "ghcr.io/astral-sh/uv"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("FROM python\n", ["1: `python` is another image with each release: no version is named"]),
        ("FROM python:latest\n", ["1: `python:latest` is another image with each release: no version is named"]),
        ("ARG V=latest\nFROM python:$V\n",
         ["2: `python:latest` is another image with each release: no version is named"]),
        (f"FROM python:3.12\nCOPY --from={UV} /uv /bin/\n",
         [f"2: `{UV}` is another image with each release: no version is named"]),
        ("FROM python:3.12\n", []),
        ("FROM python@sha256:1\n", []),
        ("FROM registry:5000/python:3\n", []),
        ("FROM python:3 AS base\nFROM base\n", []),
        ("FROM scratch\n# python\n", []),
        (f"FROM {UV}:python3.12-bookworm-slim\n", []),
        ("ARG BASE\nFROM $BASE\n# python\n", []),
    ],
)  # fmt: skip
def test_images(git_repo: MakeRepository, text: str, expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, text)


def test_the_fix_names_a_version_of_uv(git_repo: MakeRepository) -> None:
    text = f"FROM {UV}\nCOPY --chown=1:1 --from={UV}:latest /uv /bin/\n"

    assert text.replace(":latest", "").replace(UV, f"{UV}:0.13.9") == mended_image(git_repo, RULE, text, unsafe=True)
