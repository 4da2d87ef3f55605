"""Write the tables of `src/kempt/catalog/` from its TOML files, so that no run of kempt parses TOML for its catalog."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

CATALOG = Path(__file__).parent.parent / "src" / "kempt" / "catalog"
HEAD = '''"""The catalog as a Python literal, made from `artefacts.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

ROWS: tuple[tuple[str, str, str, str, str, str, bool, bool, bool, str, tuple[str, ...]], ...] = (
'''
CACHES_HEAD = '''"""What must not be in an image, made from `caches.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

ROWS: tuple[tuple[str, str, str, str, tuple[str, ...], str, tuple[str, ...], tuple[str, ...]], ...] = (
'''
PLACES_HEAD = '''"""Where managers keep environments, made from `places.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

ROWS: tuple[tuple[str, str, str, str, tuple[str, ...], str], ...] = (
'''
USER_CACHES_HEAD = '''"""The caches of tools, made from `user_caches.toml` by `scripts/generate_catalog.py`."""

from __future__ import annotations

from kempt.model.caches import CacheFacts

ROWS: tuple[CacheFacts, ...] = (
'''


def render(text: str) -> str:
    """The module that holds the rows of this TOML text, fields in the order of `kempt.model.artefact.Artefact`."""
    rows = []
    for row in tomllib.loads(text)["artefact"]:
        flags = [row.get(key, False) for key in ("self-ignoring", "tagged", "fixtures")]
        fields = [row["name"], row["tool"], row["kind"], row["code"], row["level"], row.get("ignore", row["name"])]
        rows.append((*fields, *flags, row.get("delete", "yes"), tuple(row.get("used-by", ()))))
    return HEAD + "".join(f"    {_literal(row)},\n" for row in rows) + ")\n"


def render_caches(text: str) -> str:
    """The module that holds the rows of `caches.toml`, fields in the order of `kempt.model.image.CacheRow`."""
    rows = []
    for row in tomllib.loads(text)["cache"]:
        lists = [tuple(row.get(key, ())) for key in ("parts", "variables", "inside")]
        rows.append((row["tool"], row["code"], row["place"], row["path"], lists[0], row.get("ending", ""), *lists[1:]))
    return CACHES_HEAD + "".join(f"    {_literal(row)},\n" for row in rows) + ")\n"


def render_places(text: str) -> str:
    """The module that holds the rows of `places.toml`, fields in the order of `kempt.model.envs.Place`."""
    rows = []
    for row in tomllib.loads(text)["place"]:
        fields = (row["manager"], row.get("variable", ""), row.get("base", ""), row["pattern"])
        rows.append((*fields, tuple(row.get("systems", ())), row.get("removal", "")))
    return PLACES_HEAD + "".join(f"    {_literal(row)},\n" for row in rows) + ")\n"


def render_user_caches(text: str) -> str:
    """The module that holds the rows of `user_caches.toml`."""
    rows = []
    for row in tomllib.loads(text)["cache"]:
        unix, windows = tuple(row["unix"]), tuple(row["windows"])
        fields = {"tool": row["tool"], "layout": row["layout"], "unix": unix, "windows": windows}
        for key in ("variables", "settings", "download", "create", "programs"):
            fields[key] = tuple(row.get(key, ()))
        fields |= {key: row[key] for key in ("key", "lock", "budget", "remark") if key in row}
        words = (f"{key}={_literal(value)}" for key, value in fields.items() if value != ())
        rows.append(f"    CacheFacts({', '.join(words)}),\n")
    return USER_CACHES_HEAD + "".join(rows) + ")\n"


def _literal(value: object) -> str:
    """The value as Python, strings in double quotes."""
    if isinstance(value, tuple):
        items = [_literal(item) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    return json.dumps(value) if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    (CATALOG / "table.py").write_text(render((CATALOG / "artefacts.toml").read_text("utf-8")), "utf-8")
    (CATALOG / "caches_table.py").write_text(render_caches((CATALOG / "caches.toml").read_text("utf-8")), "utf-8")
    (CATALOG / "places_table.py").write_text(render_places((CATALOG / "places.toml").read_text("utf-8")), "utf-8")
    user_caches = render_user_caches((CATALOG / "user_caches.toml").read_text("utf-8"))
    (CATALOG / "user_caches_table.py").write_text(user_caches, "utf-8")
