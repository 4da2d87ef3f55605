"""KPT501: an install leaves its download cache in a layer of the image that is shipped."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.model.finding import Level
from kempt.rules.building import MOST
from kempt.rules.cache_in_final_image import RULE
from support.dockerfiles import DOCKERFILE, image, mended_image, told
from support.ruling import judged

PIP = "`pip install x` leaves `/root/.cache/pip` in the image"
UV = "`uv sync` leaves `/root/.cache/uv` in the image"


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["RUN pip install x"], [f"2: {PIP}"]),
        (["RUN uv sync"], [f"2: {UV}"]),
        (["RUN uv pip install x"], ["2: `uv pip install x` leaves `/root/.cache/uv` in the image"]),
        (["RUN poetry install"], ["2: `poetry install` leaves `/root/.cache/pypoetry` in the image"]),
        (["RUN pdm install"], ["2: `pdm install` leaves `/root/.cache/pdm` in the image"]),
        (["RUN pipenv install"], ["2: `pipenv install` leaves `/root/.cache/pipenv` in the image"]),
        (["RUN conda install x"], ["2: `conda install x` leaves conda's cache in the image"]),
        (["RUN /env/bin/pip install x"], ["2: `/env/bin/pip install x` leaves `/root/.cache/pip` in the image"]),
        (["RUN bash -c 'pip install x'"], [f"2: {PIP}"]),
        (['RUN ["pip", "install", "x"]'], [f"2: {PIP}"]),
        (["RUN <<EOF", "set -e", "pip install x", "EOF"], [f"4: {PIP}"]),
        (["RUN a && \\", "  # why", "  pip install x"], [f"4: {PIP}"]),
        (["RUN pip install x && pip install --no-cache-dir y"], [f"2: {PIP}"]),
        (["RUN pip wheel -w /w x"], ["2: `pip wheel -w /w x` leaves `/root/.cache/pip` in the image"]),
        (["ONBUILD RUN pip install x"],
         ["2: `pip install x` leaves `/root/.cache/pip` in each image that is built on this one"]),
        (["ONBUILD RUN pip install --no-cache-dir x"], []),
        (["RUN pip install --help"], []), (["RUN uv sync -h"], []),
        (["RUN pip list"], []),
    ],
)  # fmt: skip
def test_installs(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["RUN pip install --no-cache-dir x"], ["RUN pip install --no-cache x"], ["RUN pip --no-cache-dir install x"],
        ["RUN uv sync --no-cache"], ["RUN uv sync -n"], ["RUN uv --no-cache-dir sync"],
        ["RUN poetry install --no-cache"],
        ["ENV PIP_NO_CACHE_DIR=off", "RUN pip install x"], ["ENV PIP_NO_CACHE_DIR=0", "RUN pip install x"],
        ["ARG PIP_NO_CACHE_DIR=1", "RUN pip install x"], ["ENV UV_NO_CACHE=1", "RUN uv sync"],
        ["RUN pip config set global.no-cache-dir true", "RUN pip install x"],
        ["RUN pipx install --pip-args=--no-cache-dir x"],
        ["RUN PIP_NO_CACHE_DIR=1 pip install x"], ["RUN export UV_NO_CACHE=1 && uv sync"],
        ["RUN --mount=type=cache,target=/root/.cache/pip pip install x"],
        ["RUN --mount=type=cache,target=/root/.cache pip install x"],
        ["RUN --mount=type=cache,target=~ --mount=type=tmpfs,dst=/root/.cache pip install x"],
        ["ENV PIP_CACHE_DIR=/pc", "RUN --mount=type=cache,target=/pc pip install x"],
        ["ARG C=/pc", "RUN --mount=type=cache,target=$C uv sync --cache-dir $C"],
        ["ENV XDG_CACHE_HOME=/x", "RUN --mount=type=cache,target=/x/uv uv sync"],
        ["USER app", "RUN --mount=type=cache,target=/home/app/.cache/uv,uid=1 uv sync"],
        ["ENV HOME=/srv", "USER app", "RUN --mount=type=cache,target=/srv/.cache/uv,uid=1 uv sync"],
        ["RUN pip install x && rm -rf /root/.cache"], ["RUN pip install x && rm -rf ~/.cache/*"],
        ["RUN pip install x && pip cache purge"], ["RUN uv sync; uv cache clean"],
        ["RUN pip install x && rm -r $HOME/.cache/pip"], ["RUN conda install x && conda clean -afy"],
        ["RUN pip config set global.no-cache-dir true && pip install x"],
        ["RUN a && pip config --user set install.no-cache-dir yes", "RUN pip install x"],
        ['RUN C=/root/.cache; pip install x && rm -rf "$C"'],
        ['RUN C=$HOME/.cache; pip install x && rm -rf "${C}/pip"'],
        ['RUN C=$(pip cache dir); pip install x && rm -rf "$C"'],
        ["RUN pip install x; for d in /root/.cache /tmp; do rm -rf $d; done"],
        ["RUN pip install x; for d in /tmp /root; do rm -rf $d/.cache; done"],
        ["RUN pip install x && find / -name .cache -type d -exec rm -rf {} +"],
        ["RUN pip install x && find /root/.cache -name 'pi*' -exec rm -r {} +"],
        ["RUN trap 'rm -rf /root/.cache' EXIT; pip install x"], ["RUN trap 'pip cache purge' 0 && pip install x"],
        ['RUN uv sync && rm -rf "$(uv cache dir)"'], ["RUN <<EOF", "pip install x", "rm -rf /root/.cache", "EOF"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_leaves_no_cache(git_repo: MakeRepository, lines: list[str]) -> None:
    assert [] == told(git_repo, RULE, image(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["ENV UV_NO_CACHE=0", "RUN uv sync"], ["ENV PIP_NO_CACHE_DIR=1", "RUN uv sync"],
        ["ENV UV_NO_CACHE=1", "RUN pip install x"],
        ["USER app", "RUN --mount=type=cache,target=/root/.cache/pip pip install x"],
        ["RUN rm -rf /root/.cache/pip && pip install x"], ["RUN poetry install && poetry cache clear pypi --all -n"],
        ["RUN uv sync && uv cache prune"], ["RUN pip install x && rm -rf /root/.cache/uv"],
        ["RUN pip install x; for d in /tmp /var; do rm -rf $d; done"], ["RUN pip install x; D=/tmp; rm -rf $D"],
        ["RUN pip install x && find / -name .caches -exec rm -rf {} +"], ["RUN trap 'rm -rf /tmp' EXIT; pip install x"],
        ["RUN trap 'rm -rf /root/.cache' ERR; pip install x"],
        ["RUN pip install x && find /srv -name .cache -exec rm -r {} +"],
        ["RUN uv run --no-cache-x build --no-cache"], ["RUN pip install x && pip cache remove y"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_looks_like_it_and_leaves_one(git_repo: MakeRepository, lines: list[str]) -> None:
    assert 1 == len(told(git_repo, RULE, image(*lines)))


@pytest.mark.parametrize(
    "removal",
    ['rm -rf "$WHO"', "rm -rf $(cat list)", "find / -path '*/pip/*' -delete", "xargs rm -rf < list"],
)
def test_a_removal_that_is_not_understood_is_said_to_be_none(git_repo: MakeRepository, removal: str) -> None:
    [found] = judged(git_repo({DOCKERFILE: image(f"RUN pip install x && {removal}")}), RULE)

    expected = f"`pip install x` may leave `/root/.cache/pip` in the image: what `{removal.partition(' <')[0]}"
    assert (Level.INFO, None) == (found.level, found.fix)
    assert found.message.replace("'", "").startswith(expected.replace('"', "").replace("'", ""))


@pytest.mark.parametrize(
    "script",
    [
        "".join(f"for {name} in {'x ' * 500}; do " for name in "abcdef") + "rm -rf /$a$b$c$d$e$f" + "; done" * 6,
        "; ".join(f"V{number}=$V{number + 1}$V{number + 1}" for number in range(200)) + "; rm -rf $V0",
    ],
    ids=["loops", "variables"],
)
def test_variables_of_many_values_are_read_in_time(git_repo: MakeRepository, script: str) -> None:
    assert 1 == len(told(git_repo, RULE, image(f"RUN pip install x; {script}")))


def test_builders_may_keep_their_cache(git_repo: MakeRepository) -> None:
    text = (
        "FROM python AS a\nRUN pip install x\nFROM python AS b\nRUN pip install y\nFROM python\nCOPY --from=a /v /v\n"
    )

    assert [] == told(git_repo, RULE, text)


def test_a_stage_that_the_final_one_is_from_is_shipped(git_repo: MakeRepository) -> None:
    text = "FROM python AS a\nRUN pip install x\nFROM python AS b\nRUN pip install x\nFROM a\n"

    assert [f"2: {PIP}"] == told(git_repo, RULE, text)


@pytest.mark.parametrize(
    "name, text",
    [
        ("compose.yml", "services:\n  app:\n    build:\n      context: .\n      target: prod\n"),
        ("docker-bake.hcl", 'target "app" {\n  target = "prod"\n}\n'),
        ("docker-bake.json", '{"target": {"app": {"target": "prod"}}}'),
    ],
)
def test_the_target_of_another_file_is_what_is_shipped(git_repo: MakeRepository, name: str, text: str) -> None:
    stages = "FROM python AS prod\nRUN pip install --no-cache-dir x\nFROM prod AS dev\nRUN pip install y\n"

    assert [1, 0] == [len(told(git_repo, RULE, stages)), len(told(git_repo, RULE, stages, **{name: text}))]


@pytest.mark.parametrize(
    "name, is_read",
    [
        ("Containerfile", True), ("api.Dockerfile", True), ("Dockerfile.prod", True), ("a/b/dockerfile", True),
        ("tests/fixtures/Dockerfile", False), ("Dockerfile.dockerignore", False), ("dockerfile.py", False),
        ("docs/Dockerfile", True),
    ],
)  # fmt: skip
def test_names(git_repo: MakeRepository, name: str, is_read: bool) -> None:  # noqa: FBT001
    assert is_read is bool(judged(git_repo({name: image("RUN pip install x")}), RULE))


@pytest.mark.parametrize(
    "text, level",
    [
        (image("RUN pip install x"), Level.ERROR),
        (image("RUN pip install x", base="registry.example/team/base:1"), Level.WARNING),
        (image("USER 1001", "RUN pip install x"), Level.INFO),
        (image("USER 1001", "RUN --mount=type=cache,target=/root/.cache/uv uv sync"), Level.INFO),
        (image("ONBUILD RUN pip install x"), Level.INFO),
        (image("COPY pip.conf /etc/", "RUN pip install x"), Level.INFO),
    ],
)
def test_how_sure_it_is(git_repo: MakeRepository, text: str, level: Level) -> None:
    assert [level] == [each.level for each in judged(git_repo({DOCKERFILE: text}), RULE)]


def test_windows_has_other_places(git_repo: MakeRepository) -> None:
    assert [] == told(git_repo, RULE, image("RUN pip install x", base="mcr.microsoft.com/windows/servercore:ltsc2022"))


def test_a_script_is_not_known(git_repo: MakeRepository) -> None:
    files = {DOCKERFILE: image("COPY . /x", "RUN ./x/install.sh"), "install.sh": "pip install x\n"}
    [found] = judged(git_repo(files), RULE)

    assert (Level.INFO, "prove it on the image: kempt image NAME") == (found.level, found.help)


UNKNOWN = "may install and leave a cache: that is not known here"


@pytest.mark.parametrize(
    "run, files, name",
    [
        ("RUN /app/start.sh", {"start.sh": "set -e\npip install -r r.txt\n"}, "/app/start.sh"),
        ("RUN bash -x scripts/up.bash", {"scripts/up.bash": "cd app && uv sync\n"}, "scripts/up.bash"),
        ("RUN . ./env.sh && true", {"env.sh": "poetry install\n"}, "./env.sh"),
        ("RUN python tools/get.py", {"tools/get.py": "run(['pip', 'install', 'x'])\n"}, "tools/get.py"),
        ("RUN make deps", {"Makefile": "deps:\n\tpip install x\n"}, "make"),
        ("RUN make -C api deps", {"api/Makefile": "deps:\n\tpip install x\n"}, ""),
        ("RUN just setup", {"justfile": "setup:\n    uv sync\n"}, "just"),
        ("RUN tox -e py --notest", {}, "tox -e"),
        ("RUN curl -sSL https://install.python-poetry.org | python3 -", {}, "https://install.python-poetry.org"),
        ("RUN ./start.sh", {"start.sh": "# pip install x\nexec app\n"}, ""),
        ("RUN ./start.sh", {"start.sh": "pip install --no-cache-dir x\n"}, ""),
        ("RUN ./start.sh", {"start.sh": "export PIP_NO_CACHE_DIR=1\npip install x\n"}, ""),
        ("RUN conda env create -f e.yml && conda clean -afy", {"e.yml": "dependencies:\n  - x\n  - pip:\n    - y\n"},
         "pip: of e.yml"),
        ("RUN cat <<E | bash\npip install x\nE", {}, "<<E"),
        ("RUN cat <<E > /i.sh\npip install x\nE", {}, ""),
        ("RUN cat <<E > /i.sh\npip install x\nE\nRUN sh /i.sh", {}, "<<E"),
        (f"RUN echo {'$(' * 3000}pip install x{')' * 3000}", {}, "pip install"),
        ("RUN <<E cat > /i.sh && sh /i.sh\nuv sync\nE", {}, "<<E"),
        ("RUN ./start.sh && rm -rf /root/.cache", {"start.sh": "pip install x\n"}, ""),
        ("RUN conda env create -f e.yml && conda clean -afy", {"e.yml": "dependencies:\n  - x\n  - pip\n"}, ""),
        ("RUN ./gone.sh && make && /bin/true", {}, ""),
        ("RUN --mount=type=cache,target=/root/.cache ./start.sh", {"start.sh": "pip install x\n"}, ""),
        ("RUN tox --version", {}, ""),
    ],
)  # fmt: skip
def test_what_is_started_is_looked_into_for_installs(
    git_repo: MakeRepository, run: str, files: dict[str, str], name: str
) -> None:
    expected = [f"2: `{name}` {UNKNOWN}"] if name else []

    assert expected == told(git_repo, RULE, image(run), **files)


def test_what_is_not_looked_at_is_told(git_repo: MakeRepository) -> None:
    runs = [f"RUN pip install --no-cache-dir x{number}" for number in range(MOST + 1)]

    assert [f"1: only its first {MOST} installs were looked at"] == told(git_repo, RULE, image(*runs))


MOUNTED = "--mount=type=cache,target=/root/.cache/pip"


@pytest.mark.parametrize(
    "docker_fix, before, after",
    [
        ("auto", "RUN pip install x", "RUN pip install --no-cache-dir x"),
        ("flag", "RUN pip install x", "RUN pip install --no-cache-dir x"),
        ("mount", "RUN pip install x", f"RUN {MOUNTED} pip install x"),
        ("mount", "RUN pip install x && pip install y", f"RUN {MOUNTED} pip install x && pip install y"),
        ("mount", 'RUN ["pip", "install", "x"]', f'RUN {MOUNTED} ["pip", "install", "x"]'),
        ("mount", "RUN <<E\npip install x\nE", f"RUN {MOUNTED} <<E\npip install x\nE"),
        ("mount", "RUN --network=host pip install x", f"RUN {MOUNTED} --network=host pip install x"),
        (
            "mount",
            "ENV HOME=/h\nUSER 1001\nRUN pip install x",
            "ENV HOME=/h\nUSER 1001\nRUN --mount=type=cache,target=/h/.cache/pip,uid=1001 pip install x",
        ),
        ("mount", "USER app\nRUN pip install x", "USER app\nRUN pip install --no-cache-dir x"),
        ("mount", "RUN rm -rf ~/.cache && pip install x", "RUN rm -rf ~/.cache && pip install --no-cache-dir x"),
        ("mount", "RUN pipenv sync", "RUN --mount=type=cache,target=/root/.cache/pipenv pipenv sync"),
        ("flag", "RUN pipenv sync", "RUN pipenv sync"),
    ],
)
def test_the_setting_chooses_the_fix(git_repo: MakeRepository, docker_fix: str, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before), docker_fix=docker_fix)


@pytest.mark.parametrize(
    "before, after",
    [
        ("RUN pip install x", "RUN pip install --no-cache-dir x"),
        ("RUN a && \\\n  uv sync --locked", "RUN a && \\\n  uv sync --no-cache --locked"),
        ("RUN poetry install --only main", "RUN poetry install --no-cache --only main"),
        ("RUN uv pip install x", "RUN uv pip install --no-cache x"),
        ('RUN ["pip", "install", "x"]', 'RUN ["pip", "install", "--no-cache-dir", "x"]'),
        ('RUN ["sh", "-c", "pip install x"]', 'RUN ["sh", "-c", "pip install --no-cache-dir x"]'),
        ("RUN <<EOF\npip install x\nEOF", "RUN <<EOF\npip install --no-cache-dir x\nEOF"),
        ("RUN pip install x && pip install y", "RUN pip install --no-cache-dir x && pip install --no-cache-dir y"),
        ("RUN pipenv install", "RUN pipenv install"),
        ("RUN pipx install x", "RUN pipx install --pip-args=--no-cache-dir x"),
        (
            "RUN curl https://example.com/get-pip.py | python3 - x",
            "RUN curl https://example.com/get-pip.py | python3 - --no-cache-dir x",
        ),
        ("RUN uvx --from x y", "RUN uvx --no-cache --from x y"),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before))
