"""`python -m kempt`."""

from __future__ import annotations

from kempt.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
