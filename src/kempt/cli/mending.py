"""`kempt check --fix`, `--dry-run` and `--diff`: one plan, shown or carried out."""

from __future__ import annotations

from collections.abc import Callable

from kempt.cli import output
from kempt.cli.check import Args, Wishes, target_of, wishes_of
from kempt.cli.options import deliver, look_of, report_look
from kempt.engine.apply import apply
from kempt.engine.preview import contents_before
from kempt.engine.project.fix import Prepared, prepare
from kempt.engine.project.repositories import Places
from kempt.model.report import Report
from kempt.report import plan as plans
from kempt.report import receipt as receipts
from kempt.report.closing import tally
from kempt.report.look import Look


class Mender:
    """Mends one repository after the other and remembers whether every step was done.

    What was done is printed at once, `aside` to stderr: a program reads stdout.
    """

    def __init__(self, args: Args, wishes: Wishes, look_at: Callable[[str], Report], *, aside: bool) -> None:
        self.all_done = True
        self._args = args
        self._wishes = wishes
        self._look_at = look_at
        self._say = output.tell if aside else output.emit

    def __call__(self, path: str) -> Report:
        """Mend what can be mended and return what is left, looked at anew."""
        prepared = prepare(path, unsafe=self._args.unsafe_fixes, **self._wishes)
        receipt = apply(prepared.plan)
        if not receipt.outcomes:
            return prepared.after
        self.all_done = self.all_done and receipt.ok
        if not self._args.quiet or not receipt.ok:
            output.progress("")
            self._say(receipts.to_text(receipt, look_of(self._args)) + "\n")
        after = self._look_at(path)
        left = {finding.identity for finding in after.findings}
        return after._replace(fixed=tuple(each for each in prepared.before.findings if each.identity not in left))


def preview(args: Args, places: Places) -> int:
    """Show what `--fix` would do, as a list or as a diff, and return the exit code: 1 for a diff that is not empty."""
    look, wishes = report_look(args, target=target_of(args, places)), wishes_of(args)
    blocks, changes = [], False
    for path in (path for group in places.groups for path in group):
        prepared = prepare(path, unsafe=args.unsafe_fixes, **wishes)
        changes = changes or bool(prepared.plan.steps)
        head = f"# {prepared.plan.root}\n" if places.are_many else ""
        blocks.append(head + (_diff(prepared, look) if args.diff else _listed(prepared, look)))
    deliver(args, ("" if args.diff else "\n").join(blocks))
    return int(args.diff and changes)


def _diff(prepared: Prepared, look: Look) -> str:
    return plans.to_diff(prepared.plan, contents_before(prepared.plan), look)


def _listed(prepared: Prepared, look: Look) -> str:
    after = prepared.after
    left = f"{tally(after)} would be left." if after.findings else "Nothing would be left."
    return f"{plans.to_text(prepared.plan, look)}{left}\n"
