"""uv's command line: which of its verbs follow the lock (uv 0.13.9, measured)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kempt.managers import options
from kempt.managers.pip import commands as pip
from kempt.model.installs import Doing, Downloads, Effect
from kempt.model.pipeline import Word

if TYPE_CHECKING:
    from kempt.managers.options import Options

DOWNLOADS = Downloads(
    variable="UV_CACHE_DIR",
    linux="uv",
    macos="~/.cache/uv",
    windows="~/AppData/Local/uv/cache",
    asked=("uv", "cache", "dir"),
    prune="uv cache prune --ci",
)
VALUED = frozenset({
    "--allow-insecure-host", "--bounds", "--branch", "--build-constraint", "--build-constraints", "--cache-dir",
    "--color", "--config-file", "--config-setting", "--config-settings-package", "--constraint", "--constraints",
    "--default-index", "--directory", "--editable", "--env-file", "--exclude-newer", "--exclude-newer-package",
    "--excludes", "--extra", "--extra-index-url", "--find-links", "--fork-strategy", "--format", "--from",
    "--generate-shell-completion", "--group", "--index", "--index-strategy", "--index-url", "--keyring-provider",
    "--link-mode", "--marker", "--no-binary-package", "--no-build-isolation-package", "--no-build-package",
    "--no-editable-package", "--no-emit-package", "--no-extra", "--no-group", "--no-install-package",
    "--no-sources-package", "--only-group", "--optional", "--output-file", "--override", "--overrides", "--package",
    "--prerelease", "--prerelease-package", "--project", "--prune", "--python", "--python-fetch", "--python-platform",
    "--python-preference", "--python-version", "--refresh-package", "--reinstall-package", "--requirement",
    "--requirements", "--resolution", "--rev", "--tag", "--target", "--torch-backend", "--upgrade-group",
    "--upgrade-package", "--with", "--with-editable", "--with-executables-from", "--with-requirements", "-C", "-P",
    "-b", "-c", "-f", "-i", "-o", "-p", "-w",
})  # fmt: skip
"""The options of `uv sync`, `run`, `add`, `lock`, `export`, `pip` and `tool` that take a value (0.13.9's `--help`)."""
NO_CACHE = ("--no-cache", "--no-cache-dir", "-n")
MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
"""What `uv pip install -r` takes for a project's dependencies, where pip would read requirements (uv 0.13.9)."""


def understand(program: str, words: Sequence[Word], variables: Mapping[str, str]) -> Doing | None:
    """What `uv …` and `uvx …` do."""
    if program == "uvx":
        return _tool(words, 1, variables)
    before = options.read(words, 1, VALUED, whole=False)
    at = before.rest[0][0] if before.rest else 0
    reader = VERBS.get(words[at].text)
    return reader(words, at, variables) if reader is not None and at else None


def _project(words: Sequence[Word], at: int, variables: Mapping[str, str]) -> Doing | None:
    """`uv sync` and `uv run`: they write the lock anew unless they are told not to."""
    verb = words[at].text
    found = options.read(words, at + 1, VALUED, whole=verb == "sync")
    everywhere = options.read(words, 1, VALUED, whole=False)
    runs = tuple(word.text for _, word in found.rest) if verb == "run" else ()
    if "-m" in found.flags or "--module" in found.flags:
        runs = ("python", "-m", *runs)
    apart = found.has("--script", "-s", "--no-project") or (found.has("--isolated") and found.has("--no-project"))
    if apart or (verb == "run" and (not runs or "--version" in found.flags)):
        return None
    effect, option = _effect(found, verb, variables)
    if found.has("--dry-run", "--check") and verb == "sync":  # both install nothing, and look at the lock only if told
        return Doing("uv", Effect.COMPARES, at) if effect is Effect.CHECKED else None
    return Doing(
        "uv", effect, at, option, runs=runs, folder=_folder(found) or _folder(everywhere),
        upgrades=_upgrades(found, variables), cached=_is_cached(found, everywhere, variables),
    )  # fmt: skip


def _effect(found: Options, verb: str, variables: Mapping[str, str]) -> tuple[Effect, int]:
    """A flag of the command line goes before a variable; both together are an error of uv's own."""
    if verb == "run" and (found.has("--no-sync") or options.is_on(variables.get("UV_NO_SYNC"))):
        return Effect.RUNS, 0
    if found.has("--frozen"):
        return Effect.FROZEN, found.flags["--frozen"]
    if found.has("--locked") or options.is_on(variables.get("UV_LOCKED")):
        return Effect.CHECKED, 0
    return (Effect.FROZEN if options.is_on(variables.get("UV_FROZEN")) else Effect.UNLOCKED), 0


def _changes(words: Sequence[Word], at: int, variables: Mapping[str, str]) -> Doing | None:
    found, verb = options.read(words, at + 1, VALUED), words[at].text
    everywhere = options.read(words, 1, VALUED, whole=False)
    if found.has("--script") or _is_idle(found, verb, variables):
        return None
    compares = verb == "lock" and (found.has("--check", "--locked") or options.is_on(variables.get("UV_LOCKED")))
    return Doing(
        "uv", Effect.COMPARES if compares else Effect.CHANGES, at,
        names=tuple(word for _, word in found.rest), folder=_folder(found) or _folder(everywhere),
        upgrades=_upgrades(found, variables),
    )  # fmt: skip


def _is_idle(found: Options, verb: str, variables: Mapping[str, str]) -> bool:
    """With `--check-exists` and `--frozen`, `uv lock` takes a stale lock, and writes none (measured)."""
    frozen = found.has("--check-exists", "--frozen") or options.is_on(variables.get("UV_FROZEN"))
    return found.has("--dry-run") or (verb == "lock" and frozen)


def _exports(words: Sequence[Word], at: int, variables: Mapping[str, str]) -> Doing | None:
    """`uv export` and `uv tree` install nothing; with `--locked` they compare."""
    found = options.read(words, at + 1, VALUED)
    folder = _folder(found) or _folder(options.read(words, 1, VALUED, whole=False))
    locked = found.has("--locked") or options.is_on(variables.get("UV_LOCKED"))
    return Doing("uv", Effect.COMPARES, at, folder=folder) if locked else None


def _pip(words: Sequence[Word], at: int, variables: Mapping[str, str]) -> Doing | None:
    """`uv pip install` and `uv pip sync` take pip's words and fill uv's cache."""
    verb = _second(words, at)
    if verb not in {"install", "sync"}:
        return None
    found = options.read(words, at + 2, pip.VALUED | VALUED)
    doing = pip.packages(found, at + 1, hashed=options.is_on(variables.get("UV_REQUIRE_HASHES")))
    if verb == "sync":
        doing = doing._replace(files=tuple(word.text for _, word in found.rest), names=(), folders=())
    return _without_manifests(doing)._replace(
        manager="uv",
        cached=_is_cached(found, options.read(words, 1, VALUED, whole=False), variables),
        upgrades=doing.upgrades or _upgrades(found, variables),
    )


def _without_manifests(doing: Doing) -> Doing:
    """`-r pyproject.toml` names no requirements file: it installs what the project of that folder asks for."""
    projects = tuple(name for name in doing.files if name.rpartition("/")[2] in MANIFESTS)
    if not projects:
        return doing
    files = tuple(name for name in doing.files if name not in projects)
    return doing._replace(files=files, folders=(*doing.folders, *(name.rpartition("/")[0] or "." for name in projects)))


def _tools(words: Sequence[Word], at: int, variables: Mapping[str, str]) -> Doing | None:
    return _tool(words, at + 2, variables) if _second(words, at) in {"install", "run"} else None


def _tool(words: Sequence[Word], at: int, variables: Mapping[str, str]) -> Doing | None:
    """`uvx NAME` and `uv tool install NAME`: a program in an environment of its own."""
    found = options.read(words, at, VALUED, whole=False)
    source = found.value("--from")
    named = tuple(word for _, word in found.rest[:1])
    if not named:
        return None
    runs = tuple(word.text for _, word in found.rest)
    names = (Word(source),) if source else named  # where it stands is not known
    return Doing("uv", Effect.TOOL, at - 1, names=names, runs=runs, cached=_is_cached(found, found, variables))


def _cache(words: Sequence[Word], at: int, _variables: Mapping[str, str]) -> Doing | None:
    effect = {"prune": Effect.PRUNES, "clean": Effect.CLEARS, "clear": Effect.CLEARS}.get(_second(words, at))
    return Doing("uv", effect, at + 1) if effect else None


def _second(words: Sequence[Word], at: int) -> str:
    return words[at + 1].text if len(words) > at + 1 else ""


def _folder(found: Options) -> str:
    return found.value("--directory", "--project")


def _upgrades(found: Options, variables: Mapping[str, str]) -> bool:
    """Whether other versions than the locked ones are wanted on purpose."""
    resolution = found.value("--resolution") or variables.get("UV_RESOLUTION", "")
    varies = resolution.startswith(("lowest", "$", "<<"))  # a matrix that tries several
    return found.has("--upgrade", "-U", "--upgrade-package", "-P", "--upgrade-group") or varies


def _is_cached(found: Options, everywhere: Options, variables: Mapping[str, str]) -> bool:
    off = found.has(*NO_CACHE) or everywhere.has(*NO_CACHE)
    return not off and not options.is_on(variables.get("UV_NO_CACHE"))


VERBS = {
    "sync": _project, "run": _project, "pip": _pip, "tool": _tools, "cache": _cache, "add": _changes,
    "remove": _changes, "lock": _changes, "export": _exports, "tree": _exports,
}  # fmt: skip
"""Who reads what follows the verb."""
