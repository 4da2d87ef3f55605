"""Environments that a bench makes: generated ones with RECORDs that are all distinct, and real ones by pip and uv.

    .venv/bin/python bench/recorded_trees.py FOLDER FILES

Generated environments come in pairs: both of a pair hold the same files, but for one in each distribution, so that no
two RECORDs are alike and half of all files are copies.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

SITE = "lib/python3.11/site-packages"
DISTRIBUTIONS, MODULES, PARTS = 50, 100, 5
BY_PIP = 3
REQUIREMENTS = (
    "pandas scikit-learn matplotlib requests",
    "pandas scikit-learn matplotlib django",
    "django pandas sympy requests boto3",
    "numpy scipy sympy networkx ipython",
    "django sqlalchemy celery boto3 requests",
    "pandas sqlalchemy fastapi uvicorn ipython",
    "scipy matplotlib sympy ipython jupyterlab",
    "jupyterlab pandas scikit-learn requests",
    "django boto3 sympy networkx mypy ansible-core",
    "pandas statsmodels matplotlib sphinx mypy",
)


def generate(root: Path, files: int) -> int:
    """Write so many files in environments of 5,000; how many there are."""
    environments = max(files // (DISTRIBUTIONS * MODULES), 2)
    for number in range(environments):
        environment = root / f"env{number:05}"
        site = environment / SITE
        site.mkdir(parents=True)
        (environment / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
        for distribution in range(DISTRIBUTIONS):
            _install(site, f"package{distribution:03}", number)
    return environments * DISTRIBUTIONS * MODULES


def _install(site: Path, name: str, number: int) -> None:
    rows = []
    for module in range(MODULES):
        path = f"{name}/part{module % PARTS}/module_with_a_name_{module:03}.py"
        if module < PARTS:
            os.makedirs(site / name / f"part{module % PARTS}", exist_ok=True)
        mine = number if module == MODULES - 1 else number // 2
        content = b"# %d %s\n" % (mine, path.encode()) + b"x = 1\n" * 5
        with open(site / path, "wb") as handle:
            handle.write(content)
        digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir()
    (folder / "RECORD").write_text("".join([*rows, f"{folder.name}/RECORD,,\n"]))


def install(root: Path, uv: str) -> int:
    """Ten real environments with overlapping packages: three by pip, the others by uv as pip would; their files.

    `uv pip install --link-mode=copy --compile-bytecode` leaves what pip leaves: copies, RECORDs and bytecode.
    """
    for number, packages in enumerate(REQUIREMENTS):
        environment = root / f"env{number}"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        python = str(environment / "bin" / "python")
        if number < BY_PIP:
            command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        else:
            command = [uv, "pip", "install", "-q", "--link-mode=copy", "--compile-bytecode", "-p", python]
        subprocess.run([*command, *packages.split()], check=True)
    return sum(len(files) for _, _, files in os.walk(root))


if __name__ == "__main__":
    print(generate(Path(sys.argv[1]), int(sys.argv[2])))
