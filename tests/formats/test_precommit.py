"""pre-commit's configuration: its hooks, where they stand, and what they run."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats import hook_edits, precommit
from kempt.formats.hook_entries import Entry
from kempt.formats.precommit import Unparsable
from kempt.model.finding import Replace
from kempt.model.hooks import Hook, HookFile
from kempt.model.pipeline import UNPLACED

PATH = PurePosixPath(".pre-commit-config.yaml")
TEXT = """\
# what runs on each commit
default_language_version:
  python: python3
ci:
  autofix_prs: false
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.16.4 # frozen
    hooks:
      - id: ruff-check
        args: [--fix]
      - id: ruff-format

  - repo: local
    hooks:
      - id: clean
        name: clean
        entry: bash -c "cd src && find . -name '*.pyc' -delete"
        language: system
        stages: [pre-push, manual]
# the end
"""


def read(text: str) -> HookFile:
    found = precommit.parse(PATH, text.encode("utf-8", "surrogateescape"))
    assert isinstance(found, HookFile)
    return found


def hooks(text: str) -> list[tuple[str, str]]:
    return [(hook.repo.rpartition("/")[2], hook.id.value) for hook in read(text).hooks]


def argvs(hook: Hook) -> list[tuple[str, ...]]:
    return [command.argv for command in hook.commands]


def local(entry: str, *more: str) -> Hook:
    """A local hook whose entry is this YAML."""
    rows = ("id: x", f"entry: {entry}", *more)
    (hook,) = read(f"repos:\n- repo: local\n  hooks:\n  - {f'{chr(10)}    '.join(rows)}\n").hooks
    return hook


def test_hooks_are_read_in_order_with_their_repositories() -> None:
    assert [("ruff-pre-commit", "ruff-check"), ("ruff-pre-commit", "ruff-format"), ("local", "clean")] == hooks(TEXT)


def test_values_have_their_places() -> None:
    file = read(TEXT)
    check, _, clean = file.hooks

    assert ("ruff-check", 10, 13) == (file.text[check.id.start : check.id.end], *check.id.location[1:3])
    assert check.rev is not None
    assert "v0.16.4" == file.text[check.rev.start : check.rev.end]
    assert clean.entry is not None
    assert ('"', 18) == (file.text[clean.entry.end - 1], clean.entry.location.line)
    assert (("--fix",), "system", ("pre-push", "manual")) == (check.args, clean.language, clean.stages)


def test_blocks_reach_from_the_dash_to_the_end() -> None:
    file = read(TEXT)
    check, form, clean = file.hooks

    assert "- id: ruff-check\n        args: [--fix]" == file.text[slice(*check.block)]
    assert "- id: ruff-format" == file.text[slice(*form.block)]
    assert file.text[slice(*check.repo_block)].startswith("- repo: https://github.com/astral-sh")
    assert file.text[slice(*clean.repo_block)].endswith("stages: [pre-push, manual]")
    assert [False, False, True] == [hook.alone for hook in file.hooks]


def test_another_repository_goes_after_the_last() -> None:
    file = read(TEXT)

    assert ("  ", "\n# the end\n", True) == (file.indent, file.text[file.insert :], file.hosted)


def test_what_a_shell_is_given_is_opened() -> None:
    (_, _, clean) = read(TEXT).hooks

    assert [("cd", "src"), ("find", ".", "-name", "*.pyc", "-delete")] == argvs(clean)
    assert ["", "src"] == [command.folder for command in clean.commands]
    assert {18} == {command.location.line for command in clean.commands}


@pytest.mark.parametrize(
    "entry, more, expected",
    [
        ("ruff check", ("args: [--fix, .]",), [("ruff", "check", "--fix", ".")]),
        ("ruff check", ("args: --fix",), [("ruff", "check", "--fix")]),
        ("python -m black .", (), [("black", ".")]),
        ("env A=1 pyclean .", (), [("pyclean", ".")]),
        ("'find . -exec rm {} ;'", (), [("find", ".", "-exec", "rm", "{}", ";")]),
        ("|\n      ruff\n      check", (), [("ruff", "check")]),
        ("ruff", ("language: pygrep",), []),
        ("ruff", ("language: fail",), []),
        ("image ruff", ("language: docker_image",), []),
        ("'bash -c \"ruff'", (), []),
        ("''", (), []),
        ("[ruff]", (), []),
        (f"'{'x ' * 40000}'", (), []),
    ],
    ids=["args", "one-arg", "module", "wrapped", "no-shell", "lines", "pattern", "message", "image", "open-quote",
         "empty", "list", "long"],
)  # fmt: skip
def test_commands_are_entry_and_args(entry: str, more: tuple[str, ...], expected: list[tuple[str, ...]]) -> None:
    assert expected == argvs(local(entry, *more))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", []),
        ("# nothing\n", []),
        ("repos:\n", []),
        ("repos: none\n", []),
        ("repos: [1, [], {}]\n", []),
        ("repos:\n- repo: a\n  hooks: {id: x}\n", []),
        ("repos:\n- hooks: [id: x]\n", [("", "x")]),
        ("repos:\n- repo: meta\n  hooks:\n  - id: identity\n", [("meta", "identity")]),
        ("repos:\n- repo: builtin\n  hooks:\n  - id: check-toml\n", [("builtin", "check-toml")]),
        ("- repo: a\n  hooks:\n  - id: x\n", [("a", "x")]),
        ("repos:\n- {repo: a, hooks: [{id: x}, {name: y}, z, {id: [w]}]}\n", [("a", "x")]),
        ("repos:\n- &a {repo: a, hooks: [id: x]}\n- *a\n", [("a", "x"), ("a", "x")]),
        ("b: &b {id: x}\nrepos:\n- repo: a\n  hooks:\n  - <<: *b\n    args: [y]\n", [("a", "x")]),
        ("\ufeffrepos:\r\n- repo: a\r\n  hooks:\r\n  - id: x\r\n", [("a", "x")]),
        ("---\nrepos: []\n---\nrepos:\n- repo: a\n  hooks: [id: x]\n", []),
    ],
    ids=["empty", "comment", "null", "text", "odd-items", "odd-hooks", "no-repo", "meta", "prek", "old-form", "braces",
         "alias", "merge", "bom", "second-document"],
)  # fmt: skip
def test_forms_of_a_configuration(text: str, expected: list[tuple[str, str]]) -> None:
    assert expected == hooks(text)


@pytest.mark.parametrize(
    "content, line",
    [
        (b"repos:\n\t- repo: a\n", 2),
        (b"repos: []\nrepos: []\n", 2),
        (b"repos: [\n", 2),
        (b"repos: []\n\xff\n", 2),
        (b"repos: *gone\n", 1),
        (b"a: &a [*a]\n", 1),
        (b"{{ cookiecutter.hooks }}\n", 1),
    ],
    ids=["tab", "twice", "open", "bytes", "no-anchor", "cycle", "template"],
)
def test_what_is_no_yaml(content: bytes, line: int) -> None:
    found = precommit.parse(PATH, content)

    assert isinstance(found, Unparsable)
    assert line == found.line


def test_a_place_that_is_another_hooks_is_none() -> None:
    text = "b: &b {id: x, entry: y}\nrepos:\n- repo: local\n  hooks:\n  - <<: *b\n    name: z\n"
    (hook,) = read(text).hooks

    assert (UNPLACED, UNPLACED, 1) == (hook.id.start, hook.id.end, hook.id.location.line)


def test_stages_are_those_of_the_file_where_a_hook_names_none() -> None:
    text = "default_stages: [manual]\nrepos:\n- repo: a\n  hooks:\n  - id: x\n  - id: y\n    stages: [pre-push]\n"

    assert [("manual",), ("pre-push",)] == [hook.stages for hook in read(text).hooks]


# --- edits ---------------------------------------------------------------------------------------------
NEW = Entry("local", "", (("id: new", "name: n"), ("id: more",)))


def made(file: HookFile, edits: tuple[Replace, ...]) -> str:
    (edit,) = edits
    return file.text[: edit.start] + edit.text + file.text[edit.end :]


def test_a_repository_is_added_as_the_others_are_written() -> None:
    file = read(TEXT)

    assert (
        TEXT.removesuffix("# the end\n")
        + "\n  - repo: local\n    hooks:\n      - id: new\n        name: n\n      - id: more\n# the end\n"
    ) == made(file, hook_edits.with_repository(file, NEW))


def test_hooks_are_added_beside_one() -> None:
    file = read(TEXT)

    assert TEXT.replace(
        "      - id: ruff-format\n", "      - id: ruff-format\n      - id: a\n        args: [b]\n"
    ) == made(file, hook_edits.with_hooks(file, file.hooks[0], (("id: a", "args: [b]"),)))


def test_a_hook_goes() -> None:
    file = read(TEXT)

    assert TEXT.replace("      - id: ruff-format\n", "") == made(file, hook_edits.without_hook(file, file.hooks[1]))


def test_a_repository_goes_with_its_last_hook() -> None:
    file = read(TEXT)
    start = TEXT.index("\n  - repo: local")

    assert TEXT[:start] + "\n# the end\n" == made(file, hook_edits.without_hook(file, file.hooks[2]))


def test_the_last_hook_of_all_does_not_go() -> None:
    file = read("repos:\n- repo: a\n  hooks:\n  - id: x\n")

    assert () == hook_edits.without_hook(file, file.hooks[0])


def test_a_hook_is_renamed_with_its_rev_and_another_follows() -> None:
    file = read(TEXT)
    expected = TEXT.replace("v0.16.4", "v1").replace(
        "- id: ruff-check\n        args: [--fix]\n",
        "- id: lint\n        args: [--fix]\n      - id: f\n        files: x\n",
    )

    assert expected == made(
        file, hook_edits.renamed(file, file.hooks[0], "lint", rev="v1", following=(("id: f", "files: x"),))
    )


@pytest.mark.parametrize(
    "text",
    ["repos: []\n", "repos: [{repo: a, hooks: [id: x]}]\n", "other: 1\n"],
    ids=["empty", "brackets", "none"],
)
def test_where_no_repository_can_be_added(text: str) -> None:
    assert () == hook_edits.with_repository(read(text), NEW)


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=6), st.integers(), st.none(), st.booleans(), st.sampled_from(["bash -c 'rm x'", "local"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["repos", "repo", "rev", "hooks", "id", "entry", "args", "stages", "ci", "x"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@given(value=VALUES)
def test_whatever_is_in_it_it_is_read_and_edits_keep_the_rest(value: object) -> None:
    """No content raises, and each edit leaves a configuration that holds the hooks that it should."""
    file = precommit.parse(PATH, yaml.safe_dump({"repos": value}, allow_unicode=True).encode("utf-8", "surrogatepass"))
    if isinstance(file, Unparsable):
        return
    for hook in file.hooks:
        for edits in (
            hook_edits.with_repository(file, NEW),
            hook_edits.with_hooks(file, hook, NEW.hooks),
            hook_edits.without_hook(file, hook),
            hook_edits.instead_of(file, hook, NEW._replace(hooks=NEW.hooks[:1])),
            hook_edits.renamed(file, hook, "other"),
        ):
            if edits:
                assert read(made(file, edits)).hooks


@given(content=st.one_of(st.binary(max_size=60), st.text(alphabet="repos: -[]{}&*a\n\t'\"|>#", max_size=60)))
def test_no_text_raises(content: bytes | str) -> None:
    precommit.parse(PATH, content if isinstance(content, bytes) else content.encode())
