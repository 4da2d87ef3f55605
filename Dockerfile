# The image of kempt: what `kempt init --docker` writes, with git, which kempt asks, and with an entry point.
#
#   docker build -t kempt .
#   docker run --rm -v "$PWD":/repo:ro kempt check /repo
#
# A tag can be moved to another image. To have the same one each time, write its digest behind it
# (FROM python:3.14-slim-trixie@sha256:...), and let Renovate or Dependabot raise both.

# Python 3.14 reads zstd layers without an extra.
FROM python:3.14-slim-trixie AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /app

# What the lock says, in a layer of its own: it is built again when the lock has changed, and only then.
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements/runtime.txt,target=/app/requirements/runtime.txt \
    python -m venv --without-pip .venv \
    && python -m pip --python .venv install --compile --require-hashes -r requirements/runtime.txt

# The project as a package, not as a link to its source.
COPY . .
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python .venv install --compile --no-deps .

# The same Python at the same place: the environment is bound to both. Downloads and tools stay behind.
FROM python:3.14-slim-trixie

# The lists of packages and the archives lie in mounts, so no layer has them. Debian keeps one version of git in a suite.
# hadolint ignore=DL3008
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && git config --system --add safe.directory '*'

# The mounted repository has another owner, and there is no home to write to.
ENV PATH="/app/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    KEMPT_CACHE_DIR=/tmp/kempt/cache \
    KEMPT_STATE_DIR=/tmp/kempt/state
WORKDIR /repo
COPY --from=builder /app/.venv /app/.venv

# A number, so that a cluster can see that it is not root.
USER 10001:10001
ENTRYPOINT ["kempt"]
CMD ["--help"]
