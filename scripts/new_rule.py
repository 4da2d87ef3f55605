"""Start a new rule: its file, its page and its line in the registry.

python scripts/new_rule.py KPT111 tracked-example
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
RULES = ROOT / "src" / "kempt" / "rules"
PAGES = ROOT / "docs" / "rules"

RULE = '''"""{code} {name}: what is wrong, in one line."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Why it is wrong, and for whom; where the fact comes from."""
    yield from ()


RULE = Rule(
    "{code}", "{name}", promise=2, level=Level.WARNING, since="{since}", check=check,
    summary="what is wrong, in half a line",
    help="what to type next",
)  # fmt: skip
'''

PAGE = """# {code}: {name}

## What

What is found, and where the finding points.

## Why

Which promise it breaks, and for whom.

## Bad

## Good

## Fix

What `--fix` does, and whether it is safe; or what to do by hand.

## Known limits

What looks the same and is right.
"""


def registered(text: str, module: str) -> str:
    """The registry with one more rule: its import in order, its line in `ALL` at the end, to be moved to its family."""
    imports = re.search(r"from kempt\.rules import \(\n(.*?)\)\n", text, re.DOTALL)
    if imports is None:
        raise SystemExit("src/kempt/rules/__init__.py has no `from kempt.rules import (...)`")
    lines = sorted({*imports[1].splitlines(), f"    {module},"})
    text = text.replace(imports[1], "".join(f"{line}\n" for line in lines))
    return re.sub(r"\n\)\n*\Z", f"\n    {module}.RULE,\n)\n", text)


def main() -> None:
    """Write the three; nothing is overwritten."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("code", help="KPT and three digits; the first digit is the family")
    parser.add_argument("name", help="reads as “allow NAME”: tracked-environment")
    options = parser.parse_args()
    if not re.fullmatch(r"KPT\d{3}", options.code) or not re.fullmatch(r"[a-z]+(-[a-z]+)+", options.name):
        parser.error("a code is KPT and three digits, a name is lower-case words joined by dashes")
    module = options.name.replace("-", "_")
    version = re.search(r'__version__ = "(\d+\.\d+)', (ROOT / "src/kempt/__init__.py").read_text("utf-8"))
    words = {"code": options.code, "name": options.name, "since": version[1] if version else ""}
    registry = RULES / "__init__.py"
    listed = registered(registry.read_text("utf-8"), module)
    texts = {RULES / f"{module}.py": RULE, PAGES / f"{options.code}.md": PAGE}
    if taken := [str(path) for path in texts if path.exists()]:
        parser.error(f"there already: {', '.join(taken)}")
    PAGES.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text.format(**words), "utf-8")
        print(path.relative_to(ROOT))
    registry.write_text(listed, "utf-8")
    print(registry.relative_to(ROOT))


if __name__ == "__main__":
    main()
