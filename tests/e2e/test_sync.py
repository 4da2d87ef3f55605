"""`kempt sync` with the real managers: the environment that the lock says, or a refusal before anything is written."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from conftest import Ended, MakeRepository, RunKempt
from support.index import Index
from support.managers import Managers
from support.projects import PYTHON, Files, Projects
from support.repositories import Repository
from support.syncing import Syncing, contents, installed
from support.wheels import Wheel

WANTED = ("beta", "gamma", "delta", "zeta", "theta")
LOCKED = {"alpha": "3.0", **dict.fromkeys(WANTED, "1.0")}
CHANGING = re.compile(r"[0-9a-f]{12}  +\d+\.\d$", re.MULTILINE)
VERSION = sys.version.split()[0]
OTHER = "3.12" if PYTHON != "3.12" else "3.13"

Run = Callable[..., Ended]


@pytest.fixture
def syncing(managers: Managers, home: Path, tmp_path: Path) -> Syncing:
    return Syncing(managers, home, tmp_path / "repo")


@pytest.fixture
def sync(kempt: RunKempt, managers: Managers, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `kempt sync` as a user does, and compare what is printed."""

    def run(*args: str, cwd: Path | None = None, **env: str) -> Ended:
        ended = kempt("sync", *args, cwd=cwd, **(managers.variables | env))
        out = ended.out.replace("\nnot passed on: PYTHONPATH\n", "")  # of these tests
        return ended._replace(out=CHANGING.sub("DIGEST", out.replace("PYTHONPATH, ", "")))

    return run


MANAGERS: dict[str, Callable[[Projects], Files]] = {
    "uv": lambda p: p.uv(*WANTED),
    "uv-packaged": lambda p: p.uv(*WANTED, packaged=True),
    "uv-workspace": lambda p: p.uv_workspace({"cart": ["alpha", "gamma"], "till": ["cart", "delta"]}, *WANTED),
    "poetry": lambda p: p.poetry(*WANTED),
    "poetry-packaged": lambda p: p.poetry(*WANTED, packaged=True),
    "pdm": lambda p: p.pdm(*WANTED),
    "pipenv": lambda p: p.pipenv(*WANTED),
    "requirements": lambda p: p.requirements(*WANTED),
    "pylock": lambda p: p.pylock(*WANTED),
}
EACH = pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in MANAGERS.items()])


def each_but_slow(*quick: str) -> pytest.MarkDecorator:
    """A test for each manager, of which these run each time."""
    cases = [pytest.param(make, id=id, marks=() if id in quick else pytest.mark.slow) for id, make in MANAGERS.items()]
    return pytest.mark.parametrize("make", cases)


EACH_AT_LENGTH = each_but_slow("uv", "requirements")


@EACH
def test_a_fresh_clone_gets_what_the_lock_says_and_a_second_run_does_nothing(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    origin = git_repo(make(projects), "origin")
    origin.git("clone", "--quiet", ".", str(syncing.root))

    first = syncing.one()
    made = contents(syncing.root / ".venv")
    second = syncing.one()

    assert ("installed", None) == (first["outcome"], first["refusal"])
    assert LOCKED.items() <= installed(syncing.root / ".venv").items()
    assert ("unchanged", first["digest"]) == (second["outcome"], second["digest"])
    assert made == contents(syncing.root / ".venv")
    assert "" == origin.git("-C", str(syncing.root), "status", "--porcelain")


@EACH_AT_LENGTH
def test_what_is_damaged_is_installed_anew_and_what_is_too_much_goes(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(make(projects))
    good = syncing.one()
    (site,) = (syncing.root / ".venv").glob("lib/*/site-packages")
    (site / "alpha" / "__init__.py").unlink()
    (site / "beta" / "__init__.py").unlink()
    (site / "beta" / "__init__.py").write_text("EVIL = True\n")

    repaired = syncing.one()

    assert ("repaired", ["alpha", "beta"]) == (repaired["outcome"], repaired["repaired"])
    assert good["digest"] == repaired["digest"]


def test_the_table_and_the_next_command(projects: Projects, git_repo: MakeRepository, sync: Run) -> None:
    git_repo(projects.uv("alpha", "gamma"))

    assert (
        Ended(
            0,
            "service  manager  Python  packages  result     digest        seconds\n"
            f".        uv       {VERSION}         2  installed  DIGEST\n"
            "\n"
            "Prove it with `kempt verify`.\n",
            "",
        )
        == sync()
    )


def stale(repo: Repository) -> None:
    text = (repo.root / "pyproject.toml").read_text().replace('"alpha"', '"alpha<2"')
    repo.write({"pyproject.toml": text})


def conflict(repo: Repository) -> None:
    text = (repo.root / "uv.lock").read_text()
    repo.write({"uv.lock": f"<<<<<<< HEAD\n{text}=======\n>>>>>>> other\n"})


def cut(repo: Repository) -> None:
    text = (repo.root / "uv.lock").read_bytes()
    repo.write({"uv.lock": text[:-40] + b'[[package\nname = "'})


def untracked(repo: Repository) -> None:
    repo.git("rm", "--quiet", "--cached", "uv.lock")


def ignored(repo: Repository) -> None:
    untracked(repo)
    repo.write({".gitignore": ".venv\n*.lock\n"})


def another(repo: Repository) -> None:
    repo.write({"poetry.lock": '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = ""\n'})
    repo.stage(["poetry.lock"])


def gone(repo: Repository) -> None:
    (repo.root / "uv.lock").unlink()


def unlocked(repo: Repository) -> None:
    repo.git("rm", "--quiet", "uv.lock")


def linked(repo: Repository) -> None:
    (repo.root / "elsewhere").mkdir()
    (repo.root / ".venv").symlink_to("elsewhere")


def a_file(repo: Repository) -> None:
    repo.write({".venv": "shop\n"})


def a_folder(repo: Repository) -> None:
    repo.write({".venv/notes.txt": "mine\n"})


def old_python(repo: Repository) -> None:
    repo.write({".python-version": "3.10\n"})


def no_python(repo: Repository) -> None:
    repo.write({".python-version": "3.47\n"})


def another_uv(repo: Repository) -> None:
    text = (repo.root / "pyproject.toml").read_text()
    repo.write({"pyproject.toml": f'{text}\n[tool.uv]\nrequired-version = "==0.1.0"\n'})


LEFT_ALONE = "so kempt leaves it alone; move it away first"
REFUSED = [
    pytest.param(stale, 3, "uv.lock is stale: .*alpha<2.*. Run: uv lock  [KPT303]", id="stale"),
    pytest.param(
        conflict, 3, "uv.lock cannot be used: conflict markers: resolve the merge (line 1)  [KPT002]", id="conflict"
    ),
    pytest.param(cut, 3, "uv.lock .*", id="unparsable"),
    pytest.param(untracked, 3, "git does not track uv.lock. Run: git add uv.lock  [KPT304]", id="untracked"),
    pytest.param(
        ignored,
        3,
        "git does not track uv.lock, because .gitignore:2 ignores it (`*.lock`). "
        "Run: kempt check --fix && git add uv.lock  [KPT203]",
        id="ignored",
    ),
    pytest.param(another, 3, ".*uv.lock.*poetry.lock.*[KPT302]", id="two-locks"),
    pytest.param(gone, 3, "uv.lock is tracked, and not there. Run: git restore uv.lock  [KPT001]", id="deleted"),
    pytest.param(unlocked, 3, "there is no .*. Run: uv lock  [KPT301]", id="no-lock"),
    pytest.param(linked, 2, f".venv is a symbolic link, {LEFT_ALONE}", id="link"),
    pytest.param(a_file, 2, f".venv is a file, {LEFT_ALONE}", id="file"),
    pytest.param(a_folder, 2, f".venv is a folder without pyvenv.cfg, {LEFT_ALONE}", id="folder"),
    pytest.param(
        old_python,
        2,
        ".python-version asks for Python 3.10, and pyproject.toml for >=3.11",
        id="contradiction",
    ),
    pytest.param(
        no_python,
        5,
        "Python 3.47 is not installed (.python-version asks for it). Run: uv python install 3.47",
        id="no-python",
    ),
    pytest.param(another_uv, 5, "the project requires uv ==0.1.0, and this is .*", id="another-uv"),
]


@pytest.mark.parametrize("spoil, code, message", REFUSED)
def test_what_cannot_be_installed_is_refused_in_one_line_before_anything_is_written(
    spoil: Callable[[Repository], None],
    code: int,
    message: str,
    *,
    projects: Projects,
    git_repo: MakeRepository,
    sync: Run,
) -> None:
    repo = git_repo(projects.uv("alpha"))
    spoil(repo)
    before = contents(repo.root)

    ended, detailed = sync("--quiet"), sync("--quiet", "--exit-code-detail")

    assert before == contents(repo.root)
    assert (2, code) == (ended.status, detailed.status), ended
    pattern = ".*".join(map(re.escape, f".: {message}\n".split(".*")))
    assert re.fullmatch(pattern, ended.out), ended


@pytest.mark.parametrize("manager", ["poetry", "pdm", "pipenv"])
def test_a_stale_lock_of_another_manager_is_refused_before_anything_is_written(
    manager: str, projects: Projects, git_repo: MakeRepository, sync: Run
) -> None:
    repo = git_repo(getattr(projects, manager)("alpha"))
    for name in ("pyproject.toml", "Pipfile"):
        if (repo.root / name).exists():
            text = (repo.root / name).read_text()
            repo.write({name: text.replace('"alpha"', '"alpha<2"').replace('alpha = "*"', 'alpha = "<2"')})
    before = contents(repo.root)

    ended = sync("--quiet", "--exit-code-detail")

    assert before == contents(repo.root)
    assert 3 == ended.status
    assert re.fullmatch(rf"\.: \S+lock is stale: .*\. Run: {manager} lock  \[KPT303\]\n", ended.out), ended


def test_requirements_without_hashes_are_refused(git_repo: MakeRepository, sync: Run) -> None:
    repo = git_repo({"requirements.txt": "alpha==1.0\n", ".python-version": PYTHON, "a.py": ""})

    ended = sync("--quiet")

    assert 2 == ended.status
    assert re.fullmatch(r"\.: requirements\.txt line 1: alpha has no hash\. Run: .*  \[KPT306\]\n", ended.out), ended
    assert not (repo.root / ".venv").exists()


def test_a_project_that_says_nothing_of_python_is_refused_until_it_is_told(
    projects: Projects, git_repo: MakeRepository, sync: Run
) -> None:
    files = projects.requirements("alpha")
    del files[".python-version"]
    git_repo(files)

    said = "nothing says which Python: there is neither .python-version nor requires-python"
    assert (2, f".: {said}. Run: kempt sync --python X.Y  [KPT308]\n") == sync("--quiet")[:2]
    assert (0, "") == sync("--quiet", "--python", PYTHON)[:2]


def test_conda_is_named_with_its_own_command(git_repo: MakeRepository, sync: Run) -> None:
    git_repo({"pixi.toml": '[workspace]\nname = "shop"\n', "pixi.lock": "version: 6\n", "a.py": ""})

    assert (2, ".: kempt does not install with pixi. Run: pixi install --locked\n") == sync("--quiet")[:2]


LEAKS = {
    "UV_INDEX_URL": "http://127.0.0.1:9/simple",
    "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
    "UV_RESOLUTION": "lowest",
    "UV_PYTHON": OTHER,
    "UV_PROJECT_ENVIRONMENT": "elsewhere",
    "UV_NO_BINARY": "1",
    "PIP_TARGET": "elsewhere",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_USER": "1",
    "POETRY_VIRTUALENVS_IN_PROJECT": "false",
    "POETRY_VIRTUALENVS_CREATE": "false",
    "PDM_IGNORE_SAVED_PYTHON": "1",
    "PDM_USE_VENV": "0",
    "PIPENV_IGNORE_VIRTUALENVS": "1",
    "PIPENV_CUSTOM_VENV_NAME": "elsewhere",
    "VIRTUAL_ENV": "/nowhere",
    "CONDA_PREFIX": "/nowhere",
    "CONDA_DEFAULT_ENV": "base",
    "PYTHONHOME": "",
}


@each_but_slow("uv")
def test_variables_and_settings_of_the_user_change_nothing(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, syncing: Syncing, home: Path
) -> None:
    git_repo(make(projects))
    clean = syncing.one()
    shutil.rmtree(syncing.root / ".venv")
    nowhere = "http://127.0.0.1:9/simple"
    for name, text in {
        "uv/uv.toml": f'[[index]]\nurl = "{nowhere}"\ndefault = true\n',
        "pip/pip.conf": f"[global]\nindex-url = {nowhere}\ntarget = elsewhere\n",
        "pypoetry/config.toml": '[virtualenvs]\nin-project = false\ncreate = false\npath = "/nowhere"\n',
        "pdm/config.toml": '[venv]\nin_project = false\n[pypi]\nurl = "' + nowhere + '"\n',
        "virtualenv/virtualenv.ini": "[virtualenv]\nsystem-site-packages = true\n",
    }.items():
        path = home / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    leaking = syncing.one(**LEAKS)

    assert ("installed", clean["digest"]) == (leaking["outcome"], leaking["digest"])
    assert any(each.startswith(f"{home}/config/") for each in leaking["withheld"])
    assert "VIRTUAL_ENV" in leaking["withheld"]
    assert not (syncing.root / "elsewhere").exists()


def other_python() -> Path:
    """A Python of another minor version; a shim that starts none does not count."""
    beside = sorted(Path(sys.base_prefix).parent.glob(f"{OTHER}*/bin/python{OTHER}"))
    for found in (*beside, shutil.which(f"python{OTHER}")):
        if found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0:
            return Path(found)
    pytest.skip(f"no python{OTHER} is installed")


@EACH_AT_LENGTH
def test_an_environment_of_another_python_is_made_anew(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(make(projects))
    subprocess.run([other_python(), "-m", "venv", "--without-pip", syncing.root / ".venv"], check=True)

    found = syncing.one()

    assert ("rebuilt", VERSION) == (found["outcome"], found["python"])
    assert re.fullmatch(rf"it was made with Python {OTHER}\.\d+, and {VERSION} is wanted", found["damage"][0])
    assert [".venv"] == [path.name for path in syncing.root.glob(".venv*")]


def test_a_rebuild_that_fails_brings_the_old_environment_back(
    projects: Projects, git_repo: MakeRepository, syncing: Syncing, managers: Managers
) -> None:
    with Index([Wheel("alpha", "1.0")]) as index:
        git_repo(projects.against(index.url).uv("alpha"))
        subprocess.run([other_python(), "-m", "venv", "--without-pip", syncing.root / ".venv"], check=True)
        before = contents(syncing.root / ".venv")
        managers.run("uv", "cache", "clean", cwd=syncing.root)
        index.failures["/"] = 500
        found = syncing.one()

    before[".gitignore"] = contents(syncing.root / ".venv")[".gitignore"]
    assert before == contents(syncing.root / ".venv")
    assert ("failed", "the environment is as it was") == (found["outcome"], found["state"])
    assert [".venv"] == [path.name for path in syncing.root.glob(".venv*")]


@EACH_AT_LENGTH
def test_offline_with_nothing_to_do(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(make(projects))
    online = syncing.one()

    offline = syncing.one("--offline")

    assert ("unchanged", online["digest"]) == (offline["outcome"], offline["digest"]), offline


@pytest.mark.parametrize("name", ["uv", "uv-packaged", "uv-workspace", "pylock"])  # the others must ask their index
def test_offline_with_a_warm_cache(name: str, projects: Projects, git_repo: MakeRepository, syncing: Syncing) -> None:
    git_repo(MANAGERS[name](projects))
    online = syncing.one()
    shutil.rmtree(syncing.root / ".venv")

    offline = syncing.one("--offline")

    assert ("installed", online["digest"]) == (offline["outcome"], offline["digest"]), offline


@each_but_slow("uv")  # pip tries again and again
def test_offline_with_a_cold_cache(
    make: Callable[[Projects], Files], projects: Projects, git_repo: MakeRepository, sync: Run, syncing: Syncing
) -> None:
    git_repo(make(projects))

    found = syncing.one("--offline")
    ended, detailed = sync("--offline", "--quiet"), sync("--offline", "--quiet", "--exit-code-detail")

    assert ("failed", "there is no environment, as before") == (found["outcome"], found["state"])
    assert (2, 6) == (ended.status, detailed.status)
    assert not (syncing.root / ".venv").exists()


def test_an_index_that_does_not_answer(
    projects: Projects, git_repo: MakeRepository, sync: Run, managers: Managers
) -> None:
    with Index([Wheel("alpha", "1.0")]) as index:
        repo = git_repo(projects.against(index.url).uv("alpha"))

    ended, detailed = sync("--quiet", UV_HTTP_TIMEOUT="2"), sync("--quiet", "--exit-code-detail")

    assert (2, 6) == (ended.status, detailed.status)
    assert re.match(r"\.: `uv sync --locked .*` ended with exit code \d\n    ", ended.out), ended
    assert ended.out.endswith(".: there is no environment, as before\n")
    assert not (repo.root / ".venv").exists()


def test_a_falsified_hash_is_a_failure_of_the_manager(projects: Projects, git_repo: MakeRepository, sync: Run) -> None:
    files = projects.uv("alpha")
    files["uv.lock"] = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", files["uv.lock"])
    repo = git_repo(files)

    ended, detailed = sync("--quiet"), sync("--quiet", "--exit-code-detail")

    assert (1, 4) == (ended.status, detailed.status)
    assert not (repo.root / ".venv").exists()


def test_a_poisoned_cache_is_found_and_fetched_again(
    projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(projects.uv("alpha", "gamma"))
    good = syncing.one()
    (module,) = (syncing.root / ".venv").glob("lib/*/site-packages/alpha/__init__.py")
    if module.stat().st_nlink < 2:
        pytest.skip("uv does not hard-link here")
    with module.open("a") as opened:
        opened.write("EVIL = True\n")
    shutil.rmtree(syncing.root / ".venv")

    found = syncing.one()

    assert ("installed", ["alpha"], good["digest"]) == (found["outcome"], found["repaired"], found["digest"])
    shutil.rmtree(syncing.root / ".venv")
    assert [] == syncing.one()["repaired"]


def test_a_file_that_was_changed_together_with_its_record_is_noticed(
    projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(projects.uv("alpha", "gamma"))
    good = syncing.one()
    (record,) = (syncing.root / ".venv").glob("lib/*/site-packages/alpha-*.dist-info/RECORD")
    module = record.parents[1] / "alpha" / "__init__.py"
    module.unlink()
    module.write_text("EVIL = True\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(module.read_bytes()).digest()).decode().rstrip("=")
    rows = re.sub(r"(?m)^alpha/__init__.py,.*$", f"alpha/__init__.py,sha256={digest},12", record.read_text())
    record.unlink()
    record.write_text(rows)

    found = syncing.one()

    assert ("repaired", ["alpha"], good["digest"]) == (found["outcome"], found["repaired"], found["digest"])
    assert ["alpha is not what it was"] == found["damage"]


def test_a_file_that_is_gone_together_with_its_row_costs_a_rebuild(
    projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(projects.uv("alpha", "gamma"))
    good = syncing.one()
    (record,) = (syncing.root / ".venv").glob("lib/*/site-packages/alpha-*.dist-info/RECORD")
    (record.parents[1] / "alpha" / "__init__.py").unlink()
    rows = re.sub(r"(?m)^alpha/__init__.py,.*\n", "", record.read_text())
    record.unlink()
    record.write_text(rows)

    found = syncing.one()

    assert ("rebuilt", good["digest"]) == (found["outcome"], found["digest"])


def test_a_stray_module_costs_a_rebuild(projects: Projects, git_repo: MakeRepository, syncing: Syncing) -> None:
    git_repo(projects.uv("alpha"))
    good = syncing.one()
    (site,) = (syncing.root / ".venv").glob("lib/*/site-packages")
    (site / "sitecustomize.py").write_text("")

    found = syncing.one()

    assert ("rebuilt", good["digest"]) == (found["outcome"], found["digest"])
    assert not list((syncing.root / ".venv").glob("lib/*/site-packages/sitecustomize.py"))
    assert [] == list(syncing.root.glob(".venv.kempt-old-*"))


def test_same_sized_changes_are_found_where_every_byte_is_read(
    projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(projects.uv("alpha", "gamma"))
    good = syncing.one()
    (module,) = (syncing.root / ".venv").glob("lib/*/site-packages/alpha/__init__.py")
    times = module.stat()
    text = module.read_text().replace("VERSION", "VERSIOM")
    module.unlink()
    module.write_text(text)
    os.utime(module, ns=(times.st_atime_ns, times.st_mtime_ns))

    found = syncing.one("--repair")

    assert ("repaired", ["alpha"], good["digest"]) == (found["outcome"], found["repaired"], found["digest"])


class Gated(Index):
    """An index that sends no wheel while its gate is closed."""

    def __init__(self, releases: list[Wheel]) -> None:
        super().__init__(releases)
        self.gate = Event()
        self.gate.set()

    def failure(self, path: str) -> int | None:
        if path.endswith(".whl"):
            self.gate.wait()
        return super().failure(path)


def test_two_at_once_do_not_meet(projects: Projects, git_repo: MakeRepository, syncing: Syncing) -> None:
    with Gated([Wheel("alpha", "1.0")]) as index:
        git_repo(projects.against(index.url).uv("alpha"))
        index.gate.clear()
        first = syncing.start("--quiet")
        while not any(each.endswith(".whl") for each in index.requests):
            assert first.poll() is None
        second = syncing.one()
        index.gate.set()
        out, err = first.communicate()

    assert (0, "", "") == (first.returncode, out, err)
    assert "refused" == second["outcome"]
    assert (
        f"another kempt (pid {first.pid}), or a program that it started, is working on this environment; "
        "run it again when that one is done" == second["refusal"]["message"]
    )


def as_others(words: list[str]) -> list[str]:
    """The command without root's right to write everywhere."""
    if os.name != "posix" or os.geteuid() != 0:
        return words
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root can write everywhere, and there is no setpriv to take that from it")
    return [setpriv, "--bounding-set", "-dac_override,-dac_read_search", *words]


def test_an_environment_that_cannot_be_written_to_stays_as_it_is(
    projects: Projects, git_repo: MakeRepository, syncing: Syncing
) -> None:
    git_repo(projects.uv("alpha"))
    syncing.one()
    (site,) = (syncing.root / ".venv").glob("lib/*/site-packages")
    shutil.rmtree(site / "alpha-3.0.dist-info")
    folders = [path for path in (syncing.root / ".venv").rglob("*") if path.is_dir() and not path.is_symlink()]
    for path in (*folders, syncing.root / ".venv", syncing.root):
        path.chmod(0o555)
    before = contents(syncing.root)
    try:
        found = syncing.services(wrapped=as_others)["."]
    finally:
        for path in (syncing.root, syncing.root / ".venv", *folders):
            path.chmod(0o755)

    assert {name: each[1] for name, each in before.items()} == {
        name: each[1] for name, each in contents(syncing.root).items()
    }
    assert "failed" == found["outcome"]
    assert "no distribution was installed or removed; the next `kempt sync` reads every byte" == found["state"]


def test_a_full_disk_leaves_what_was_there(git_repo: MakeRepository, projects: Projects, syncing: Syncing) -> None:
    def limited(words: list[str]) -> list[str]:
        return ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", *words]  # 51 kB a file; the whole disk would be too slow

    with Index([Wheel("alpha", "1.0"), Wheel("large", "1.0", files={"large.py": os.urandom(200_000)})]) as index:
        git_repo(projects.against(index.url).uv("alpha", "large"))
        found = syncing.services(wrapped=limited)["."]

    assert ("failed", "there is no environment, as before") == (found["outcome"], found["state"])
    assert not (syncing.root / ".venv").exists()


def test_the_services_that_can_be_are_installed_and_the_others_are_named(
    projects: Projects, git_repo: MakeRepository, sync: Run, syncing: Syncing
) -> None:
    files: Files = {}
    for name, make in {
        "api": projects.uv("alpha"),
        "web": projects.uv("gamma"),
        "docs/site": projects.uv("eta"),
    }.items():
        files |= {f"{name}/{path}": text for path, text in make.items()}
    repo = git_repo(files)
    stale_text = (repo.root / "web/pyproject.toml").read_text().replace('"gamma"', '"gamma<1"')
    repo.write({"web/pyproject.toml": stale_text})

    ended = sync()

    assert (2, "") == (ended.status, ended.err)
    lines = ended.out.splitlines()
    assert f"api      uv       {VERSION}         1  installed  DIGEST" == lines[1]
    assert re.fullmatch(r"web      uv +refused +0\.0", lines[2])
    assert re.fullmatch(r"web: uv\.lock is stale: .*gamma<1.*\. Run: cd web && uv lock  \[KPT303\]", lines[4])
    assert "1 of 2 services as the lock says." == lines[-1]
    assert (True, False) == tuple((repo.root / name / ".venv").exists() for name in ("api", "web"))
    assert {"api": "unchanged", "web": "refused", "docs/site": "installed"} == {
        name: each["outcome"] for name, each in syncing.services("--all").items()
    }
    assert ["api"] == list(syncing.services("api"))
    assert ["api"] == list(syncing.services(cwd=repo.root / "api"))


def test_a_dry_run_prints_what_would_be_run_and_does_nothing(
    projects: Projects, git_repo: MakeRepository, sync: Run, managers: Managers
) -> None:
    repo = git_repo(projects.uv("alpha"))
    before = contents(repo.root.parent)

    ended = sync("--dry-run", UV_INDEX_URL="http://127.0.0.1:9")

    assert (0, "") == (ended.status, ended.err)
    assert re.fullmatch(
        rf"\.: uv, Python {VERSION}\n"
        rf"  cd {repo.root}\n"
        rf"  UV_PROJECT_ENVIRONMENT={repo.root}/\.venv uv sync --locked --no-progress --python \S+\n"
        r"  not passed on: UV_INDEX_URL\n",
        ended.out,
    ), ended
    assert before == contents(repo.root.parent)


def test_a_folder_outside_git_is_a_project_as_well(
    projects: Projects, sync: Run, tmp_path: Path, syncing: Syncing
) -> None:
    for name, text in projects.uv("alpha").items():
        (tmp_path / "repo").mkdir(exist_ok=True)
        (tmp_path / "repo" / name).write_text(text)

    assert "installed" == syncing.one()["outcome"]
    assert "unchanged" == syncing.one()["outcome"]


def test_a_folder_without_services(git_repo: MakeRepository, sync: Run) -> None:
    git_repo({"notes.txt": ""})

    assert (2, "", "kempt: no service at or below .: neither a lock nor a manifest\n") == sync()


def test_verbose_shows_what_the_manager_prints(projects: Projects, git_repo: MakeRepository, sync: Run) -> None:
    git_repo(projects.uv("alpha"))

    ended = sync("--verbose")

    assert 0 == ended.status
    assert ".:  + alpha==3.0\n" in ended.err


def test_a_file_of_the_users_stays_where_it_is(projects: Projects, git_repo: MakeRepository, sync: Run) -> None:
    repository = git_repo(projects.uv("gamma"))
    assert 0 == sync().status
    (repository.root / ".venv" / "notes.txt").write_text("mine")

    ended = sync()

    assert (0, "mine") == (ended.status, (repository.root / ".venv" / "notes.txt").read_text())
    assert ".: left as it is: notes.txt belongs to no distribution" in ended.out


@pytest.mark.parametrize("broken", ["a stray module", "no Python"])
def test_an_environment_that_is_made_anew_is_kept_where_it_holds_the_users_files(
    projects: Projects, git_repo: MakeRepository, sync: Run, broken: str
) -> None:
    repository = git_repo(projects.uv("gamma"))
    assert 0 == sync().status
    environment = repository.root / ".venv"
    (environment / "notes.txt").write_text("mine")
    if broken == "no Python":
        (environment / "bin" / "python").unlink()
    else:
        (site,) = environment.glob("lib/*/site-packages")
        (site / "mine.py").write_text("")

    ended = sync()

    (kept,) = repository.root.glob(".venv.kempt-kept-*")
    assert (0, "mine") == (ended.status, (kept / "notes.txt").read_text())
    assert f"the old environment is kept as {kept.name}, for files that came with no distribution:" in ended.out
    assert "rebuilt" in ended.out
    assert "" == repository.git("status", "--porcelain")
    assert 0 == sync().status
    assert kept.exists()
