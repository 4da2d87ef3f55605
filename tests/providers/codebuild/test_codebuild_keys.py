"""The parts of a cache's key."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.model.finding import Location
from kempt.model.pipeline import Text
from kempt.providers.codebuild.keys import key_of

PATH = PurePosixPath("buildspec.yml")


def parts(value: str) -> str:
    key = key_of(Text(value, Location(PATH)), {"STAGE": "test"})
    assert value == "".join(part.text for part in key.parts)
    return " ".join(f"{part.kind.name}{list(part.files) or ''}" for part in key.parts)


@pytest.mark.parametrize(
    "value, expected",
    [
        ("uv-$(codebuild-hash-files uv.lock)", "WORD FILES['uv.lock']"),
        ("$(codebuild-hash-files 'a/**/uv.lock' \"b c\")", "FILES['a/**/uv.lock', 'b c']"),
        ("`codebuild-hash-files uv.lock`", "FILES['uv.lock']"),
        ("a-$(codebuild-hash-files x)-$(codebuild-hash-files y)", "WORD FILES['x'] WORD FILES['y']"),
        ("$(sha256sum uv.lock | cut -d ' ' -f 1)", "FILES['uv.lock']"),
        ("$(cat a.txt b.txt | md5sum)", "FILES['a.txt', 'b.txt']"),
        ("$(md5sum <uv.lock)", "FILES['uv.lock']"),
        ("$CODEBUILD_RESOLVED_SOURCE_VERSION", "RUN"),
        ("v-${CODEBUILD_BUILD_NUMBER:-0}", "WORD RUN"),
        ("$CODEBUILD_BUILD_ID", "RUN"),
        ("$(git rev-parse HEAD)", "RUN"),
        ("$(date +%s)", "RUN"),
        ("$(date)", "RUN"),
        ("$(date +%G-%V)", "UNKNOWN"),
        ("$CODEBUILD_WEBHOOK_HEAD_REF", "BRANCH"),
        ("$(git rev-parse --abbrev-ref HEAD)", "BRANCH"),
        ("$STAGE", "WORD"),
        ("$AWS_REGION", "WORD"),
        ("$WHO_KNOWS", "UNKNOWN"),
        ("$(./key.sh)", "UNKNOWN"),
        ("$PYTHON_VERSION", "PYTHON"),
        ("$(cat .python-version)", "PYTHON"),
        ("$TARGET_ARCH", "MACHINE"),
        ("$(uname -m)", "MACHINE"),
        ("$(uname -s)", "SYSTEM"),
        ("$(uname -sm)", "SYSTEM MACHINE"),
        ("uv-linux-x86_64-py3.13-", "WORD SYSTEM WORD MACHINE WORD PYTHON WORD"),
        ("pip-python-3.11-v2", "WORD PYTHON WORD"),
        ("cp313", "PYTHON"),
        ("copy-3-latest", "WORD"),
        ("$(codebuild-hash-files 'open)", 'FILES["\'open"]'),
        ("$(", "WORD"),
        ("", ""),
    ],
)
def test_a_key_is_cut_into_its_parts(value: str, expected: str) -> None:
    assert expected == parts(value)


NOT_RUN = "is not run, it is written as it stands"
OUTSIDE = "`codebuild-hash-files` stands outside of `$(…)`, so it is a word"
INSTEAD = "CodeBuild does not know it: use `$(codebuild-hash-files FILE)`"


@pytest.mark.parametrize(
    "value, expected",
    [
        ("uv-$(codebuild-hash-files uv.lock)", ""),
        ("uv-$$(codebuild-hash-files uv.lock)", f"`$$(…)` {NOT_RUN}"),
        ("uv-\\$(codebuild-hash-files x)", f"`\\$(…)` {NOT_RUN}"),
        ("codebuild-hash-files uv.lock", OUTSIDE),
        ("v-${{ hashFiles('uv.lock') }}", f"`hashFiles` is GitHub's, {INSTEAD}"),
        ('v-{{ checksum "uv.lock" }}', f"`checksum` is CircleCI's, {INSTEAD}"),
    ],
)
def test_a_key_that_never_changes_by_mistake_is_told_in_words(value: str, expected: str) -> None:
    assert expected == key_of(Text(value, Location(PATH)), {}).broken


def test_a_literal_dollar_hashes_nothing() -> None:
    key = key_of(Text("a-$(codebuild-hash-files a)-$$(codebuild-hash-files uv.lock)", Location(PATH)), {})

    assert (("a",), "") == (key.files, key.broken)
