"""Write again what the documentation takes from the program: outputs of examples, tables of rules, pictures.

    .venv/bin/python scripts/refresh_docs.py [PAGE...]

The kempt that is installed beside this Python is run. tests/test_docs.py proves that nothing is out of date.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from kempt import rules  # noqa: E402 - after the line that lets the tests' own machinery be found
from support.examples import examples, refreshed, run_page, with_examples  # noqa: E402
from support.repositories import environment  # noqa: E402

TABLE = re.compile(r"(<!-- rules -->\n).*?(<!-- /rules -->)", re.DOTALL)
PICTURES = {"check.svg": ("check",), "status.svg": ()}
COLUMNS = 108
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
        font-variant-east-asian: full-width;
    }}
    .{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def with_table(text: str, path: Path) -> str:
    """A page with the table of rules between its two marks."""
    return TABLE.sub(lambda match: f"{match[1]}\n{rule_table(path)}\n{match[2]}", text)


def rule_table(path: Path) -> str:
    """All rules, those about kempt itself last, with links that are right for the page at `path`."""
    folder = os.path.relpath(ROOT / "docs" / "rules", path.parent).replace(os.sep, "/")
    lines = ["| rule | level | fix | finds |", "| --- | --- | --- | --- |"]
    for rule in sorted(rules.ALL, key=lambda rule: (rule.code < "KPT1", rule.code)):
        name = f"[{rule.code}]({folder}/{rule.code}.md) {rule.name}"
        lines.append(f"| {name} | {rule.level} | {rule.fix or '-'} | {rule.summary} |")
    return "".join(f"{line}\n" for line in lines)


def picture(words: tuple[str, ...]) -> str:
    """What kempt prints on a terminal, as an SVG that fetches nothing."""
    from rich.console import Console
    from rich.text import Text

    with TemporaryDirectory() as folder:
        env = environment(Path(folder, "home"), COLUMNS=str(COLUMNS))
        shop = Path(folder, "shop")
        subprocess.run(
            [sys.executable, ROOT / "docs" / "dirty_repository.py", shop],
            check=True,
            env=env,
            stdout=subprocess.DEVNULL,
        )
        kempt = [sys.executable, "-m", "kempt", *words, "--color", "always"]
        done = subprocess.run(kempt, cwd=shop, env=env, check=False, stdout=subprocess.PIPE)
    typed = " ".join(("kempt", *words))
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.from_ansi(f"\x1b[2m$\x1b[0m {typed}\n{done.stdout.decode()}".rstrip()), soft_wrap=True)
    svg = console.export_svg(title=typed, code_format=TEMPLATE, unique_id="kempt")
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())


def refresh(path: Path) -> None:
    """Bring one page up to date."""
    old = path.read_text(encoding="utf-8")
    new = with_table(old, path)
    if examples(new):
        with TemporaryDirectory() as folder:
            new = refreshed(new, run_page(new, Path(folder)))
    if new != old:
        path.write_text(new, encoding="utf-8")
        print(path.relative_to(ROOT))


def main() -> None:
    """Refresh the pages that are named, or all of them and the pictures."""
    for path in [Path(name).resolve() for name in sys.argv[1:]] or with_examples():
        refresh(path)
    if not sys.argv[1:]:
        for name, words in PICTURES.items():
            (ROOT / "docs" / "_static" / name).write_text(picture(words), encoding="utf-8")


if __name__ == "__main__":
    main()
