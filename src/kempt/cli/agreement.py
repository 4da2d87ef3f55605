"""What is shown before it is done: whether a person agreed to it, and the doing."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.cli import output
from kempt.model.plan import Plan, Receipt


class AgreementArgs:
    """The options that `options.add_agreement` adds."""

    yes: bool
    dry_run: bool


def is_agreed(args: AgreementArgs, question: str) -> bool:
    """Whether to do it: by the options, or else by the answer to the question, where somebody can be asked."""
    if args.yes or args.dry_run:
        return is_told(args)
    return output.can_ask() and output.ask(f"\n{question}")


def is_told(args: AgreementArgs) -> bool:
    """Whether the options say that it is to be done."""
    return args.yes and not args.dry_run


def carry_out(plans: Iterable[Plan]) -> tuple[Receipt, ...]:
    """Do it, one plan after the other. Where that is stopped, what was done by then is told before this raises."""
    from kempt.engine.apply import Stopped, apply

    receipts: list[Receipt] = []
    try:
        for plan in plans:
            receipts.append(apply(plan))  # noqa: PERF401 - those that are done are told of
    except Stopped as stopped:
        from kempt.report.receipt import stopped as shown

        output.progress("")
        output.tell(shown((*receipts, stopped.receipt), output.width()))
        raise
    return tuple(receipts)
