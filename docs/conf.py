"""How Sphinx builds the documentation: `nox -s docs`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))  # the docstrings of the Python interface

project = "kempt"
author = "kempt contributors"
copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "kempt"
html_static_path = ["_static"]
html_copy_source = html_show_copyright = False
myst_heading_anchors = 3
default_role = "code"  # docstrings write code as Markdown does
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
suppress_warnings = ["misc.highlighting_failure"]  # a page shows a file that does not parse, on purpose
nitpick_ignore_regex = [("py:.*", r"(?!kempt\.).*")]  # only kempt's own names are looked up: no network in a build
