"""`python -m kempt`."""

from __future__ import annotations

from kempt.cli import program

if __name__ == "__main__":
    program()
