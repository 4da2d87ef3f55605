"""The kinds of repositories that a fleet has to live with: sound, odd, hostile and broken ones.

Each kind is made once; a fleet holds copies of it. What a hostile one names as a program leaves a mark when it runs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from support.fleet_clones import KINDS
from support.repositories import Repository, make_repository

TIDY = {".gitignore": ".venv\n__pycache__/\n", "a.txt": "", "shop/b.py": ""}
MARKUP = ("x<", "script><script>document.title=1<", "script>")
"""Folders whose path has a whole script in it."""
ODD_NAMES = (
    "\x1b[31mred\x1b]0;x\x07",
    "=cmd|' -C calc'!A1",
    "\u202egnp.exe",
    "two\nlines",
    "-rf",
    "::error x",
    "a b%0A",
)
PROGRAMS = (
    *("core.fsmonitor", "core.sshCommand", "core.pager", "core.askPass", "core.alternateRefsCommand", "gpg.program"),
    *("filter.x.smudge", "filter.x.clean", "filter.x.process", "diff.x.textconv", "diff.external"),
    *("credential.helper", "uploadpack.packObjectsHook", "alias.ls-files", "alias.cat-file"),
)
HOOKS = ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc", "post-update", "pre-receive")


class Kinds:
    """Templates below a folder, each a repository that is made when it is first asked for."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.mark = folder / "ran"
        self._program = folder / "program"
        self._folder, self._home = folder, home
        folder.mkdir(parents=True)
        self._program.write_text(f"#!/bin/sh\necho $0 $@ >> {self.mark}\nexit 1\n", encoding="utf-8")
        self._program.chmod(0o755)

    def git_dir(self, kind: str, to: Path) -> Path:
        """A copy of the git directory of a kind."""
        shutil.copytree(self._template(kind).root / ".git", to, symlinks=True)
        return to

    def clone(self, kind: str, to: Path) -> Path:
        """A copy of all of a kind; its git directory has what its kind plants there."""
        shutil.copytree(self._template(kind).root, to, symlinks=True)
        spoil = SPOILERS.get(kind)
        if spoil:
            spoil(Repository(to, self._home), self._program)
        self.mark.unlink(missing_ok=True)  # what git itself ran while it was made
        return to

    def _template(self, kind: str) -> Repository:
        root = self._folder / kind
        if root.exists():
            return Repository(root, self._home)
        options = ["--template=", *(["--object-format=sha256"] if kind == "sha256" else [])]
        made = make_repository(root, self._home, files_of(kind), options=options, commit=kind != "unborn")
        more = MAKERS.get(kind)
        if more:
            more(made, self._program)
        self.mark.unlink(missing_ok=True)
        return made


def files_of(kind: str) -> Mapping[str, str | bytes]:
    """What a kind tracks at first."""
    if kind in {"tidy", "bytecode", "project", "conflict"}:
        return KINDS[("tidy", "bytecode", "project", "conflict").index(kind)]
    return {} if kind == "unborn" else BOMBS if kind == "bombs" else HUGE if kind == "huge" else TIDY


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
BOMBS: Mapping[str, str | bytes] = {
    "pyproject.toml": ".".join("a" * 20_000) + " = 1\n", "api/pyproject.toml": "a = " + "[" * 5000,
    ".github/workflows/a.yml": f"on: push\n{LAUGHS}jobs: *a9\n# pip\n", ".gitlab-ci.yml": "x: &x [*x]\n# pip\n",
    "uv.lock": "version = " + "9" * 100_000, "requirements.txt": " " * 30_000 + "#\n-r requirements.txt\n",
    "Dockerfile": "FROM x\nRUN pip install " + "$(" * 3000 + "\n",
}  # fmt: skip
HUGE: Mapping[str, str | bytes] = {"pyproject.toml": "# x\n" * 600_000, "film.bin": bytes(20_000_000)}


def _odd(repository: Repository, program: Path) -> None:
    """Names that terminals, logs and shells obey, folders called `..` and `.git`, links in the place of files."""
    blob = repository.git("rev-parse", "HEAD:a.txt").strip()
    link = repository.git("hash-object", "-w", "--stdin", input=b"/etc/passwd").strip()
    inner = _tree(
        repository, [("120000", link, "pyproject.toml"), ("100644", blob, "hooks"), ("100644", blob, "a.pyc")]
    )
    entries = [("100644", blob, name) for name in ODD_NAMES]
    entries += [("40000", inner, name) for name in ("..", ".git", "__pycache__")] + [("120000", link, ".gitignore")]
    _commit(repository, _tree(repository, entries))


def _submodule(repository: Repository, program: Path) -> None:
    text = f'[submodule "x"]\n\tpath = x\n\turl = ext::{program}\n\tupdate = !{program}\n'
    repository.write({".gitmodules": text, ".gitattributes": "* filter=x diff=x merge=x\n"})
    repository.stage([".gitmodules", ".gitattributes"])
    commit = repository.git("rev-parse", "HEAD").strip()
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},x")
    repository.commit()


def _shallow(repository: Repository, program: Path) -> None:
    repository.commit("a second one")
    head = repository.git("rev-parse", "HEAD")
    repository.git("reflog", "expire", "--expire=all", "--all")
    repository.write({".git/shallow": head})
    (repository.root / ".git/ORIG_HEAD").unlink(missing_ok=True)


def _detached(repository: Repository, program: Path) -> None:
    repository.git("checkout", "--quiet", "--detach")


def _dangling(repository: Repository, program: Path) -> None:
    repository.git("symbolic-ref", "HEAD", "refs/heads/gone")


def _damaged(repository: Repository, program: Path) -> None:
    for path in (repository.root / ".git/objects").glob("[0-9a-f][0-9a-f]/*"):
        path.chmod(0o644)
        path.write_bytes(b"\0" * 20)


def _cut_off(repository: Repository, program: Path) -> None:
    repository.git("gc", "--quiet")
    for path in (repository.root / ".git/objects/pack").glob("*.pack"):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _programs(repository: Repository, program: Path) -> None:
    """Whatever git would run for a work tree or a git directory."""
    text = "".join(f"[{section}]\n\t{key} = {program}\n" for section, key in map(_section, PROGRAMS))
    hooks = repository.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).symlink_to(program)
    _configure(repository, f"{text}[core]\n\thooksPath = {hooks}\n[safe]\n\tdirectory = *\n")


def _included(repository: Repository, program: Path) -> None:
    repository.write({".git/more": f"[core]\n\tfsmonitor = {program}\n\tpager = {program}\n"})
    _configure(repository, '[include]\n\tpath = more\n[includeIf "gitdir:/"]\n\tpath = more\n')


def _promisor(repository: Repository, program: Path) -> None:
    blob = repository.git("rev-parse", "HEAD:.gitignore").strip()
    (repository.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    text = f"[core]\n\tsshCommand = {program}\n\trepositoryFormatVersion = 1\n[extensions]\n\tpartialClone = origin\n"
    _configure(repository, text + '[remote "origin"]\n\turl = ssh://example.invalid/x\n\tpromisor = true\n')


def _alternates(repository: Repository, program: Path) -> None:
    """Its objects are borrowed, and the lender names a program."""
    lender = repository.root.parent / f".lender-{repository.root.name}"
    shutil.move(repository.root / ".git/objects", lender)
    repository.write({".git/objects/info/alternates": f"{lender}\n"})
    _configure(repository, f"[core]\n\talternateRefsCommand = {program}\n")


def _outside(repository: Repository, program: Path) -> None:
    elsewhere = repository.root.parent / f".elsewhere-{repository.root.name}"
    shutil.move(repository.root / ".git", elsewhere)
    (repository.root / ".git").write_text(f"gitdir: {elsewhere}\n", encoding="utf-8")


def _waiting(repository: Repository, program: Path) -> None:
    (repository.root / ".git/config").unlink()
    os.mkfifo(repository.root / ".git/config")


Planter = Callable[[Repository, Path], None]
MAKERS: Mapping[str, Planter] = {
    "odd": _odd, "submodule": _submodule, "shallow": _shallow, "detached": _detached, "dangling": _dangling,
    "damaged": _damaged, "cut-off": _cut_off,
}  # fmt: skip
"""What is done to a template."""
SPOILERS: Mapping[str, Planter] = {
    "programs": _programs, "included": _included, "promisor": _promisor, "alternates": _alternates,
    "outside": _outside, "waiting": _waiting,
}  # fmt: skip
"""What is done to each clone: it names places, or git could not copy it any more."""


def _configure(repository: Repository, text: str) -> None:
    config = repository.root / ".git/config"
    config.write_text(config.read_text("utf-8") + text, encoding="utf-8")


def _section(key: str) -> tuple[str, str]:
    first, *middle, last = key.split(".")
    return f'{first} "{middle[0]}"' if middle else first, last


def _tree(repository: Repository, entries: Iterable[tuple[str, str, str]]) -> str:
    """A tree, whatever its names are: git's own command would refuse some."""
    ordered = sorted(entries, key=lambda each: os.fsencode(each[2]) + b"/" * (each[0] == "40000"))
    raw = b"".join(f"{mode} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(oid) for mode, oid, name in ordered)
    return repository.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", input=raw).strip()


def _commit(repository: Repository, tree: str) -> None:
    repository.git("update-ref", "HEAD", repository.git("commit-tree", tree, "-m", "x").strip())
