"""kempt keeps Python projects kempt: what can be rebuilt is never in git, what is needed to rebuild always is.

    import kempt

    report = kempt.check(".")
    plan = kempt.plan_fix(".")
    receipt = kempt.apply(plan)

The names below are the public interface; they are loaded when first used, so that `import kempt` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kempt.engine.apply import apply as apply
    from kempt.engine.project.check import check as check
    from kempt.engine.project.fix import plan_fix as plan_fix
    from kempt.errors import KemptError as KemptError
    from kempt.model.finding import Finding as Finding
    from kempt.model.plan import Plan as Plan
    from kempt.model.plan import Receipt as Receipt
    from kempt.model.report import Report as Report
    from kempt.report import to_json as to_json

__all__ = ["Finding", "KemptError", "Plan", "Receipt", "Report", "__version__", "apply", "check", "plan_fix", "to_json"]

_HOMES = {
    "Finding": "kempt.model.finding",
    "KemptError": "kempt.errors",
    "Plan": "kempt.model.plan",
    "Receipt": "kempt.model.plan",
    "Report": "kempt.model.report",
    "apply": "kempt.engine.apply",
    "check": "kempt.engine.project.check",
    "plan_fix": "kempt.engine.project.fix",
    "to_json": "kempt.report",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kempt' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
