"""kempt keeps Python projects kempt: what can be rebuilt is never in git, what is needed to rebuild always is.

    import kempt

    report = kempt.check(".")
    plan = kempt.plan_fix(".")
    receipt = kempt.apply(plan)

    cleaning = kempt.plan_clean(["."])
    receipts = [kempt.apply(plan) for plan in cleaning.plans]

    planned = kempt.plan_prune(kempt.PruneWishes(max_size=5 * 10**9))
    pruned = kempt.prune(planned)

The names below are the public interface; they are loaded when first used, so that `import kempt` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kempt.engine.apply import apply as apply
    from kempt.engine.disk.caches.found import caches as caches
    from kempt.engine.disk.caches.prune import plan_prune as plan_prune
    from kempt.engine.disk.caches.prune import prune as prune
    from kempt.engine.disk.clean import plan_clean as plan_clean
    from kempt.engine.disk.dedupe.plan import plan_dedupe as plan_dedupe
    from kempt.engine.disk.dupes.find import find_duplicates as find_duplicates
    from kempt.engine.disk.envs import environments as environments
    from kempt.engine.disk.scan import scan as scan
    from kempt.engine.disk_overview import disk as disk
    from kempt.engine.project.check import check as check
    from kempt.engine.project.fix import plan_fix as plan_fix
    from kempt.errors import KemptError as KemptError
    from kempt.model.caches import PrunePlan as PrunePlan
    from kempt.model.caches import PruneReceipt as PruneReceipt
    from kempt.model.caches import PruneWishes as PruneWishes
    from kempt.model.cleaning import Cleaning as Cleaning
    from kempt.model.cleaning import Scan as Scan
    from kempt.model.cleaning import Wishes as Wishes
    from kempt.model.dedupe import Dedupe as Dedupe
    from kempt.model.disk_overview import DiskOverview as DiskOverview
    from kempt.model.dupes import Duplicates as Duplicates
    from kempt.model.finding import Finding as Finding
    from kempt.model.plan import Plan as Plan
    from kempt.model.plan import Receipt as Receipt
    from kempt.model.report import Report as Report
    from kempt.report import to_json as to_json

__all__ = [
    "Cleaning",
    "Dedupe",
    "DiskOverview",
    "Duplicates",
    "Finding",
    "KemptError",
    "Plan",
    "PrunePlan",
    "PruneReceipt",
    "PruneWishes",
    "Receipt",
    "Report",
    "Scan",
    "Wishes",
    "__version__",
    "apply",
    "caches",
    "check",
    "disk",
    "environments",
    "find_duplicates",
    "plan_clean",
    "plan_dedupe",
    "plan_fix",
    "plan_prune",
    "prune",
    "scan",
    "to_json",
]

_HOMES = {
    "Finding": "kempt.model.finding",
    "KemptError": "kempt.errors",
    "Plan": "kempt.model.plan",
    "PrunePlan": "kempt.model.caches",
    "PruneReceipt": "kempt.model.caches",
    "PruneWishes": "kempt.model.caches",
    "Receipt": "kempt.model.plan",
    "Report": "kempt.model.report",
    "apply": "kempt.engine.apply",
    "caches": "kempt.engine.disk.caches.found",
    "check": "kempt.engine.project.check",
    "environments": "kempt.engine.disk.envs",
    "plan_fix": "kempt.engine.project.fix",
    "plan_prune": "kempt.engine.disk.caches.prune",
    "prune": "kempt.engine.disk.caches.prune",
    "to_json": "kempt.report",
    "Cleaning": "kempt.model.cleaning",
    "Scan": "kempt.model.cleaning",
    "Wishes": "kempt.model.cleaning",
    "DiskOverview": "kempt.model.disk_overview",
    "disk": "kempt.engine.disk_overview",
    "Dedupe": "kempt.model.dedupe",
    "Duplicates": "kempt.model.dupes",
    "find_duplicates": "kempt.engine.disk.dupes.find",
    "plan_clean": "kempt.engine.disk.clean",
    "plan_dedupe": "kempt.engine.disk.dedupe.plan",
    "scan": "kempt.engine.disk.scan",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kempt' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
