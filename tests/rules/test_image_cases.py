"""Dockerfiles as people write them: what ends in the image, where a reader of words is wrong one way or the other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from conftest import MakeRepository
from support.checking import found
from support.dockerfiles import DOCKERFILE

LEFT = ("KPT501", "KPT502", "KPT503")
CODES = (*LEFT, "KPT505", "KPT508")
PIP = "RUN pip install x"


def final(*lines: str) -> str:
    return "\n".join(("FROM python:3.12-slim", *lines, ""))


def built(*lines: str, last: str) -> str:
    return "\n".join(("FROM python:3.12 AS b", *lines, "FROM python:3.12-slim", last, ""))


def seen(git_repo: MakeRepository, text: str, *codes: str, **files: str) -> list[tuple[str, int]]:
    """Codes and lines; infos say that something is not known, and are none of them."""
    all_found = found(git_repo({DOCKERFILE: text, **files}), *(codes or CODES))
    return sorted((each.code, each.location.line) for each in all_found if each.level.value != "info")


STAGE_BLIND: Mapping[str, tuple[str, list[tuple[str, int]]]] = {
    "uv pip": (final("RUN uv pip install --system x"), [("KPT501", 2)]),
    "uv sync": (final("RUN uv sync --locked"), [("KPT501", 2)]),
    "poetry": (final("RUN poetry install"), [("KPT501", 2)]),
    "a builder": (built("RUN python -m venv /v && . /v/bin/activate && pip install x", last="COPY --from=b /v /v"), []),
    "off is on": (final("ENV PIP_NO_CACHE_DIR=off", PIP), []),
    "0 is on": (final("ENV PIP_NO_CACHE_DIR=0", PIP), []),
    "an argument": (final("ARG PIP_NO_CACHE_DIR=1", PIP), []),
    "a mount on the parent": (final("RUN --mount=type=cache,target=/root/.cache pip install x"), []),
    "a cache elsewhere": (final("ENV PIP_CACHE_DIR=/pc", "RUN --mount=type=cache,target=/pc pip install x"), []),
    "a mount for root": (
        final("USER app", "RUN --mount=type=cache,target=/root/.cache/pip pip install x"), [("KPT501", 3)],
    ),
    "removed in the same RUN": (final("RUN pip install x && rm -rf /root/.cache"), []),
    "removed in a later RUN": (final(PIP, "RUN rm -rf /root/.cache"), [("KPT502", 3)]),
    "an abbreviated flag": (final("RUN pip install --no-cache x"), []),
    "by its path": (final("RUN /env/bin/pip install x"), [("KPT501", 2)]),
    "in a script": (final('RUN bash -c "pip install x"'), [("KPT501", 2)]),
    "wheels, removed later": (
        built("RUN pip wheel -w /w x", last="COPY --from=b /w /w\nRUN rm -rf /w"), [("KPT503", 4)],
    ),
    "conda's folder": (
        "FROM miniconda3 AS b\nRUN conda install x\nFROM debian\nCOPY --from=b /opt/conda /opt/conda\n",
        [("KPT503", 4)],
    ),
    "a home": (built(PIP, last="COPY --from=b /root /root"), [("KPT503", 4)]),
    "stages that are not built": (built(PIP, "FROM python:3.12 AS c", PIP, last="COPY --from=b /v /v"), []),
    "a hidden failure": (final("RUN pip install --no-cache-dir x || true"), [("KPT508", 2)]),
    "a heredoc before a comment": (final("RUN <<EOF", "pip install x", "EOF", "# c"), [("KPT501", 3)]),
    "a heredoc before a RUN": (final("RUN <<EOF", "pip install x", "EOF", "RUN y"), [("KPT501", 3)]),
}  # fmt: skip
"""Cases in which hadolint 2.15.1 says something else: bench/README.md has both on real files."""


@pytest.mark.parametrize("name", STAGE_BLIND)
def test_where_a_reader_without_stages_is_wrong(git_repo: MakeRepository, name: str) -> None:
    text, expected = STAGE_BLIND[name]

    assert expected == seen(git_repo, text)


LEAVING: Mapping[str, tuple[str, ...]] = {
    "a heredoc with a shebang": ("RUN <<EOT", "#!/usr/bin/env bash", "set -e", "python -m pip install -r r.txt", "EOT"),
    "a heredoc of a shell": ("RUN bash -ex <<'EOT'", "pip install x", "EOT"),
    "a heredoc after a flag": ("RUN --network=default <<-EOT", "\tpip install x", "\tEOT"),
    "a shell with options": ('SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]', PIP),
    "a shell of conda": ('SHELL ["conda", "run", "-n", "app", "/bin/bash", "-c"]', PIP),
    "conda runs it": ("RUN conda run --no-capture-output -n app pip install x",),
    "micromamba runs it": ("RUN micromamba run -n app python -m pip install x",),
    "conda cleans after itself, pip does not": ("RUN conda run -n app pip install x && conda clean -afy",),
    "poetry runs it": ("RUN poetry run pip install x",),
    "a list": ('RUN ["python", "-m", "pip", "install", "x"]',),
    "a list with a shell": ('RUN ["/bin/bash", "-o", "pipefail", "-c", "pip install x | tee /log"]',),
    "a variable that is pip": ("ENV PIP='python3 -m pip'", "RUN $PIP install x"),
    "a variable that is named so": ("RUN ${PIP} install x",),
    "a variable before the path": ("ENV VENV=/opt/venv", 'RUN "$VENV/bin/pip" install x'),
    "a flag in another command": ("RUN pip install --no-cache-dir x && pip install y",),
    "a flag for another program": ("RUN apk add --no-cache gcc && pip install x",),
    "an argument that is not set": ("ARG PIP_ARGS", "RUN pip install $PIP_ARGS x"),
    "an argument with other flags": ("ARG PIP_ARGS='--no-deps -q'", "RUN pip install $PIP_ARGS x"),
    "a variable that is empty": ("ENV PIP_NO_CACHE_DIR=", PIP),
    "no cache for Poetry only": ("ENV POETRY_NO_CACHE=1", PIP),
    "turned off in another stage": ("FROM python:3.12 AS off", "ENV PIP_NO_CACHE_DIR=1", "FROM python:3.12", PIP),
    "an argument of another stage": ("ARG PIP_NO_CACHE_DIR=1", "FROM python:3.12", PIP),
    "a mount with an id alone": ("RUN --mount=type=cache,id=pip,target=/cache pip install x",),
    "a mount that no shell expands": ("RUN --mount=type=cache,target=~/.cache/pip pip install x",),
    "a mount in another RUN": ("RUN --mount=type=cache,target=/root/.cache true", PIP),
    "a mount of a secret": ("RUN --mount=type=secret,id=netrc,target=/root/.netrc pip install x",),
    "sudo for a user": ("RUN --mount=type=cache,target=/root/.cache sudo -H -u app pip install x",),
    "su for a user": ("RUN --mount=type=cache,target=/root/.cache su app -c 'pip install x'",),
    "gosu for a user": ("RUN --mount=type=cache,target=/root/.cache gosu app pip install x",),
    "a home in ENV": ("ENV HOME=/srv", "USER app", "RUN --mount=type=cache,target=/home/app/.cache,uid=1 uv sync"),
    "a user by number": (
        "ARG UID=1001", "RUN useradd -m -u ${UID} app", "USER ${UID}",
        "RUN --mount=type=cache,target=/root/.cache pip install x",
    ),
    "removed before it is there": ("RUN rm -rf /root/.cache && pip install x",),
    "another cache removed": ("RUN pip install x && rm -rf /root/.cache/uv /var/lib/apt/lists/*",),
    "removed elsewhere": ("RUN cd /srv && pip install x && rm -rf .cache",),
    "uv's cache is only pruned": ("RUN uv pip install --system x && uv cache prune",),
    "pipx": ("RUN pipx install poetry==2.1",),
    "get-pip": ("RUN curl -O https://example.com/get-pip.py && python3 get-pip.py",),
    "get-pip from the web": ("RUN curl -sS https://example.com/get-pip.py | python3 - 'pip<26'",),
    "get-pip for a user": ("RUN wget -O - https://example.com/get-pip.py | sudo python",),
    "in a loop": ("RUN for r in a b; do pip install -r $r.txt; done",),
    "in a condition": ("RUN if [ -f r.txt ]; then pip install -r r.txt; fi",),
    "in a function of a case": ('RUN case "$X" in a) pip install x ;; *) true ;; esac',),
    "after a change of folder": ("RUN cd /app && . /v/bin/activate && pip install -e .",),
    "with comments inside": ("RUN apt-get update \\", "  # then", "", "  && pip install \\", "    x"),
    "uv run with more": ("COPY --from=b /app/.venv /app/.venv", "RUN uv run --with x y"),
    "uv tool": ("RUN uv tool install ruff",),
    "for each line of a file": ("RUN cat r.txt | xargs -n 1 pip install",),
    "for each file": ("RUN find . -name r.txt -exec pip install -r {} ';'",),
    "the module of an option": ("RUN python3 -Im pip --quiet install x",),
    "a wrapper around it": ("RUN timeout 600 env A=b nice -n 5 pip install x",),
    "conda": ("RUN conda env create -f e.yml && conda clean --index-cache -y && rm -rf /tmp/x",),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAVING)
def test_what_leaves_a_cache(git_repo: MakeRepository, name: str) -> None:
    assert [code for code, _ in seen(git_repo, final(*LEAVING[name]), *LEFT)] == ["KPT501"]


LEAN: Mapping[str, tuple[str, ...]] = {
    "an argument with the flag": ("ARG PIP_ARGS='--no-cache-dir -q'", "RUN pip install $PIP_ARGS x"),
    "a default with the flag": ("RUN pip install ${PIP_ARGS:---no-cache-dir} x",),
    "exported": ("RUN set -eux; export PIP_NO_CACHE_DIR=1; pip install x; pip install y",),
    "configured": ("RUN pip config set global.no-cache-dir true && true", PIP),
    "no index": ("RUN pip install --no-index --find-links /w x",),
    "wheels alone": ("COPY x.whl /", "RUN pip install --no-deps /x.whl"),
    "a parent that turns it off": ("ENV PIP_NO_CACHE_DIR=1", "FROM b AS c", PIP),
    "removed with braces": ('SHELL ["/bin/bash", "-c"]', "RUN pip install x && rm -rf /root/.cache/{pip,uv}"),
    "removed with a star": ("RUN pip install x && rm -rf /root/.cache/pi*",),
    "removed from its folder": ("RUN pip install x && cd /root && rm -rf .cache",),
    "removed by find": ("RUN pip install x && find /root/.cache -delete",),
    "removed by its own command": ("RUN pip install x && python -m pip cache purge",),
    "removed by conda's pip": ("RUN conda run -n a pip install x && conda run -n a pip cache purge",),
    "removed where it was moved": ("ENV PIP_CACHE_DIR=/tmp/pc", "RUN pip install x; rm -rf $PIP_CACHE_DIR"),
    "removed in all its parts": ("RUN poetry install && rm -rf ~/.cache/pypoetry/cache ~/.cache/pypoetry/artifacts",),
    "no folder": ("RUN pip install --cache-dir /dev/null x",),
    "a temporary mount": ("RUN --mount=type=tmpfs,target=/root/.cache pip install x",),
    "removed from everybody's home": ("USER app", "RUN pip install x && rm -rf /home/*/.cache ~root/.cache"),
    "removed with all that is hidden": ("RUN pip install x && rm -rf /root/.[!.]*",),
    "removed by the name of the user": ("RUN pip install x && rm -rf ~root/.cache",),
    "removed in a guarded folder": ('RUN pip install x && rm -rf "${HOME:?}/.cache"',),
    "conda cleans after itself": ("RUN mamba install -y x && mamba clean --all --yes",),
    "conda's archives mounted": (
        "ENV CONDA_PKGS_DIRS=/pkgs", "RUN --mount=type=cache,target=/pkgs conda env update -f e.yml",
    ),
    "mounts with ids": (
        "RUN --mount=type=cache,id=pip-$TARGETARCH,sharing=locked,target=/root/.cache/pip \\",
        "    --mount=type=bind,source=r.txt,target=/r.txt pip install -r /r.txt",
    ),
    "a user by number with its home": (
        "RUN useradd --create-home --uid 1001 app", "USER 1001",
        "RUN --mount=type=cache,target=/home/app/.cache/pip,uid=1001 pip install x",
    ),
    "sudo for a user with a mount": ("RUN --mount=type=cache,target=/home/app/.cache sudo -u app pip install x",),
    "uv run in an environment": ("RUN uv sync --no-cache", "RUN uv run manage.py collectstatic"),
    "uv run beside a copy": ("COPY --from=b /app/.venv /app/.venv", "RUN uv run manage.py collectstatic"),
    "words that are no command": ("RUN echo pip install x > /help && printf 'uv sync' >> /help",),
    "another program's pip": ("RUN npm run pip -- install x", "LABEL note='pip install x'"),
    "get-pip with the flag": ("RUN curl https://example.com/get-pip.py | python3 - --no-cache-dir",),
    "another script from the web": ("RUN curl https://example.com/x.py | python3 -",),
    "a trigger": ("ONBUILD RUN pip install x",),
    "Python in a heredoc": ("RUN <<EOF python3", "import os", "os.system('pip install x')", "EOF"),
    "a file in a heredoc": ("COPY <<EOF /run.sh", "pip install x", "EOF"),
    "PowerShell": ('SHELL ["pwsh", "-Command"]', PIP),
    "a condition that asks": ("RUN pip show x || echo none",),
    "it only asks": ("RUN uv --version && pip --version && poetry check",),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAN)
def test_what_leaves_none(git_repo: MakeRepository, name: str) -> None:
    text = "FROM python:3.12 AS b\n" + "\n".join(LEAN[name]) + "\n"

    assert [] == seen(git_repo, text, *LEFT)
