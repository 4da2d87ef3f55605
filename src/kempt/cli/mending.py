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
from kempt.errors import KemptError, UsageError
from kempt.model.report import Report
from kempt.report import plan as plans
from kempt.report import receipt as receipts
from kempt.report.closing import tally
from kempt.report.escape import visible
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
        for each in prepared.unstaged:
            name = visible(each)
            output.tell(
                f"kempt: {name} has changes that are not staged, so it is mended on disk only: git add {name}\n"
            )
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
    """Show what `--fix` would do, as a list or as a diff, and return the exit code.

    That is 1 for a diff that is not empty, and 2 where a repository could not be checked.
    """
    look, wishes = report_look(args, target=target_of(args, places)), wishes_of(args)
    blocks, code = [], 2 if places.failed else 0
    for path in (path for group in places.groups for path in group):
        try:
            prepared = prepare(path, unsafe=args.unsafe_fixes, **wishes)
        except KemptError as error:
            if not places.are_many or isinstance(error, UsageError):
                raise
            output.complain(error)
            code = 2
            continue
        code = max(code, int(args.diff and bool(prepared.plan.steps)))
        text = _diff(prepared, look) if args.diff else _listed(prepared, look)
        blocks.append(f"# {visible(prepared.plan.root)}\n{text}" if places.are_many and text else text)
    deliver(args, ("" if args.diff else "\n").join(blocks))
    return code


def _diff(prepared: Prepared, look: Look) -> str:
    return plans.to_diff(prepared.plan, contents_before(prepared.plan), look)


def _listed(prepared: Prepared, look: Look) -> str:
    after = prepared.after
    left = f"{tally(after)} would be left." if after.findings else "Nothing would be left."
    return f"{plans.to_text(prepared.plan, look)}{left}\n"
