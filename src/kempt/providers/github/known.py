"""Actions that neither install a project's Python packages nor cache downloads of them, and those that run commands."""

from __future__ import annotations

OWNERS = frozenset({
    "actions", "actions-rs", "aws-actions", "azure", "codecov", "coverallsapp", "crazy-max", "docker", "dorny",
    "geekyeggo", "github", "google-github-actions", "googleapis", "hadolint", "hashicorp", "helm", "oxsecurity",
    "pulumi", "re-actors", "redhat-actions", "sigstore", "slackapi", "slsa-framework", "softprops", "sonarsource",
    "step-security", "swatinem", "tj-actions",
})  # fmt: skip
"""All actions of these are known, but for those that are read on their own."""
ACTIONS = frozenset({
    "ad-m/github-push-action", "akhileshns/heroku-deploy", "amannn/action-semantic-pull-request",
    "anchore/sbom-action", "anchore/scan-action", "anothrnick/github-tag-action",
    "apple-actions/import-codesign-certs", "aquasecurity/trivy-action", "arduino/setup-task", "astral-sh/ruff-action",
    "benchmark-action/github-action-benchmark", "browser-actions/setup-chrome", "browser-actions/setup-firefox",
    "browser-actions/setup-geckodriver", "changesets/action", "chartboost/ruff-action", "cloudflare/wrangler-action",
    "codespell-project/actions-codespell", "conda-incubator/setup-miniconda", "crate-ci/typos",
    "cypress-io/github-action", "dawidd6/action-download-artifact", "denoland/setup-deno",
    "dependabot/fetch-metadata", "dtolnay/rust-toolchain", "emscripten-core/setup-emsdk", "extractions/setup-just",
    "fountainhead/action-wait-for-check", "getsentry/action-release", "gitleaks/gitleaks-action",
    "go-task/setup-task", "golangci/golangci-lint-action", "graalvm/setup-graalvm", "gradle/actions",
    "gradle/wrapper-validation-action", "hynek/build-and-inspect-python-package", "ilammy/msvc-dev-cmd",
    "j178/prek-action", "jakebailey/pyright-action", "jamesives/github-pages-deploy-action",
    "jlumbroso/free-disk-space", "js-devtools/npm-publish", "julia-actions/setup-julia", "korthout/backport-action",
    "lycheeverse/lychee-action", "mamba-org/setup-micromamba", "marocchino/sticky-pull-request-comment",
    "mozilla-actions/sccache-action", "msys2/setup-msys2", "mymindstorm/setup-emsdk", "nwtgck/actions-netlify",
    "ossf/scorecard-action", "oven-sh/setup-bun", "peaceiris/actions-gh-pages",
    "peter-evans/create-or-update-comment", "peter-evans/create-pull-request", "peter-evans/find-comment",
    "peter-evans/repository-dispatch", "pnpm/action-setup", "pozil/auto-assign-issue", "pre-commit-ci/lite-action",
    "pre-commit/action", "prefix-dev/setup-pixi", "psf/black", "py-cov-action/python-coverage-comment-action",
    "pyo3/maturin-action", "pypa/cibuildwheel", "pypa/gh-action-pip-audit", "pypa/gh-action-pypi-publish",
    "release-drafter/release-drafter", "repo-sync/pull-request", "reviewdog/action-actionlint", "rhysd/actionlint",
    "ruby/setup-ruby", "shivammathur/setup-php", "stefanzweifel/git-auto-commit-action",
    "streetsidesoftware/cspell-action", "subosito/flutter-action", "supercharge/mongodb-github-action",
    "supercharge/redis-github-action", "taiki-e/install-action", "thollander/actions-comment-pull-request",
    "tiangolo/issue-manager", "tiangolo/latest-changes", "tibdex/github-app-token", "treosh/lighthouse-ci-action",
    "vsoch/pull-request-action", "webfactory/ssh-agent", "zizmorcore/zizmor-action",
})  # fmt: skip
ACTIVATING = frozenset({"conda-incubator/setup-miniconda", "mamba-org/setup-micromamba", "prefix-dev/setup-pixi"})
"""These make an environment whose programs are called by their bare names afterwards."""
COMMANDS = {
    "codspeedhq/action": "run",
    "coactions/setup-xvfb": "run",
    "gabrielbb/xvfb-action": "run",
    "aganders3/headless-gui": "run",
    "nick-fields/retry": "command",
    "nick-invision/retry": "command",
    "wandalen/wretry.action": "command",
}
"""The input of an action that is a shell script, run in the job."""
PUBLISHING = frozenset({"pypa/gh-action-pypi-publish", "js-devtools/npm-publish"})
PULL_REQUESTS = frozenset({"peter-evans/create-pull-request", "repo-sync/pull-request", "vsoch/pull-request-action"})


def is_known(name: str) -> bool:
    """Whether an action is one of those, by its name in small letters."""
    owner, _, rest = name.partition("/")
    return owner in OWNERS or name in ACTIONS or f"{owner}/{rest.partition('/')[0]}" in ACTIONS or name in COMMANDS
