"""Start a new rule: its file, its page, and its line in the registry and in the index of the pages.

python scripts/new_rule.py KPT111 tracked-example

What to do then stands in CONTRIBUTING.md, "Add a rule in ten minutes".
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from kempt import __version__
from kempt.model.rule import PROMISES

ROOT = Path(__file__).parent.parent
RULES = ROOT / "src" / "kempt" / "rules"
PAGES = ROOT / "docs" / "rules"
REGISTRY, INDEX = RULES / "__init__.py", PAGES / "index.md"
PROMISE_OF_FAMILY = {"3": 1, "4": 3, "5": 4, "7": 1}
USUAL_PROMISE = 2

RULE = '''"""{code} {name}: what is wrong, in one line."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Why it is wrong, and for whom; where the fact comes from."""
    for service in repo.services:
        if service.manifest is not None and service.manifest.name == "{name}":
            yield RULE.finding(Location(service.manifest, 0), "what is where, in one line", service=service.root)


RULE = Rule(
    "{code}", "{name}", promise={promise}, level=Level.WARNING, since="{since}", check=check,
    summary="what is wrong, in half a line",
    help="what to type next",
)  # fmt: skip
'''

PAGE = """# {name} ({code})

| | |
|---|---|
| level | warning |
| promise | {promise}, {promised} |
| fix | none |
| since | {since} |

## What it does

What is found, and where the finding points.

## Why

Who is harmed by it, and how.

## Bad

- `pyproject.toml` ← {code}, line 2

  ```toml
  [project]
  name = "shop"
  ```

- `app.py` (empty)

## Good

- `pyproject.toml`

  ```toml
  [project]
  name = "shop"
  version = "1"
  ```

- `app.py` (empty)

## Fix

What `kempt check --fix` does and why it is safe, or what to do by hand.

## Known limits

What looks the same and is right.
"""


def registered(text: str, codes: dict[str, str], module: str) -> str:
    """The registry with one more rule: its import and its line in `ALL`, by code. `codes` maps modules to codes."""
    imports = re.search(r"from kempt\.rules import \(\n(.*?)\)\n", text, re.DOTALL)
    listed = re.search(r"ALL: .* = \(\n(.*?)\)\n", text, re.DOTALL)
    if imports is None or listed is None:
        raise SystemExit("src/kempt/rules/__init__.py has no `from kempt.rules import (...)` or no `ALL: ... = (...)`")
    modules = sorted({*re.findall(r"\w+(?=\.RULE)", listed[1]), module}, key=lambda each: codes[each])
    lines = sorted({*imports[1].splitlines(), f"    {module},"})
    text = text.replace(listed[1], "".join(f"    {each}.RULE,\n" for each in modules))
    return text.replace(imports[1], "".join(f"{line}\n" for line in lines))


def indexed(text: str, code: str, name: str) -> str:
    """The index with one more row, by code; a new family needs its heading and its table first."""
    family = re.search(rf"^## .*\({code[3]}xx\)\n\n\|.*\n\|.*\n((?:\|.*\n)*)", text, re.MULTILINE)
    if family is None:
        raise SystemExit(f"docs/rules/index.md has no table below a heading that ends in ({code[3]}xx)")
    rows = sorted({*family[1].splitlines(), f"| [{code}]({code}.md) | {name} | warning | none |"})
    return text[: family.start(1)] + "".join(f"{row}\n" for row in rows) + text[family.end(1) :]


def codes_of(folder: Path) -> dict[str, str]:
    """The code of each rule's module, from the first word of its docstring."""
    heads = {path.stem: path.read_text("utf-8")[3:9] for path in folder.glob("*.py")}
    return {module: code for module, code in heads.items() if re.fullmatch(r"KPT\d{3}", code)}


def main() -> None:
    """Write the two files and their lines; nothing is overwritten."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("code", help="KPT and three digits; the first digit is the family")
    parser.add_argument("name", help="reads as “allow NAME”: tracked-environment")
    options = parser.parse_args()
    if not re.fullmatch(r"KPT\d{3}", options.code) or not re.fullmatch(r"[a-z]+(-[a-z]+)+", options.name):
        parser.error("a code is KPT and three digits, a name is lower-case words joined by dashes")
    module = options.name.replace("-", "_")
    rule, page = RULES / f"{module}.py", PAGES / f"{options.code}.md"
    codes = codes_of(RULES)
    if taken := [str(path) for path in (rule, page) if path.exists()] or [options.code] * (
        options.code in codes.values()
    ):
        parser.error(f"there already: {', '.join(taken)}")
    promise = PROMISE_OF_FAMILY.get(options.code[3], USUAL_PROMISE)
    since = ".".join(__version__.split(".")[:2])
    words = {"code": options.code, "name": options.name, "since": since, "promise": promise}
    texts = {
        REGISTRY: registered(REGISTRY.read_text("utf-8"), codes | {module: options.code}, module),
        INDEX: indexed(INDEX.read_text("utf-8"), options.code, options.name),
        rule: RULE.format(**words),
        page: PAGE.format(**words, promised=PROMISES[promise]),
    }
    for path, text in texts.items():
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
