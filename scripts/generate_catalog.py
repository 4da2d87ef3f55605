"""Write `src/kempt/catalog/table.py` from `artefacts.toml`, so that no run of kempt parses TOML for its catalog."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

CATALOG = Path(__file__).parent.parent / "src" / "kempt" / "catalog"
HEAD = '''"""The catalog as a Python literal, made from `artefacts.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

ROWS: tuple[tuple[str, str, str, str, str, str, bool, bool, bool, str, tuple[str, ...]], ...] = (
'''


def render(text: str) -> str:
    """The module that holds the rows of this TOML text, fields in the order of `kempt.model.artefact.Artefact`."""
    rows = []
    for row in tomllib.loads(text)["artefact"]:
        flags = [row.get(key, False) for key in ("self-ignoring", "tagged", "fixtures")]
        fields = [row["name"], row["tool"], row["kind"], row["code"], row["level"], row.get("ignore", row["name"])]
        rows.append((*fields, *flags, row.get("delete", "yes"), tuple(row.get("used-by", ()))))
    return HEAD + "".join(f"    {_literal(row)},\n" for row in rows) + ")\n"


def _literal(value: object) -> str:
    """The value as Python, strings in double quotes."""
    if isinstance(value, tuple):
        items = [_literal(item) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    return json.dumps(value) if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    (CATALOG / "table.py").write_text(render((CATALOG / "artefacts.toml").read_text("utf-8")), "utf-8")
