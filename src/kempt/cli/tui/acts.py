"""What the screen has done for it in the background, one thing after the other: looking, removing, bringing back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import get_current_worker

from kempt.errors import KemptError
from kempt.model.by_hand import Carried, Choice, Holding, Stock
from kempt.model.journal import Undo
from kempt.model.plan import Receipt, Result
from kempt.report.look import Look

if TYPE_CHECKING:
    from kempt.cli.tui.app import DiskApp


Source = Callable[[Callable[[str], None]], Iterator[Stock]]
"""Looks around: more and more of what there is; it tells what it is looking at."""


class LeftError(Exception):
    """The person left while something was being looked at."""


class Done(NamedTuple):
    """What was carried out, and a line on the trash that was emptied because it was held long enough."""

    carried: Carried
    emptied: str


class Taken(NamedTuple):
    """What the person took at once: the ids that take it back, and what was shown of it."""

    journals: tuple[str, ...]
    holdings: tuple[Holding, ...]


class Acts:
    """The background of the screen. Each act runs on a thread and ends in the screen's own.

    `said` is what is being done now, empty where nothing is. `removing` holds while the disk is being changed.
    """

    def __init__(self, app: DiskApp, source: Source) -> None:
        self.stock = Stock(())
        self.said = ""
        self.looking = False
        self.removing = False
        self.undoing: tuple[Undo, ...] = ()
        self.receipts: tuple[Receipt, ...] = ()
        self._app = app
        self._source = source
        self._leaving = False
        self._cut_short = False
        self._taken: list[Taken] = []

    def look(self) -> None:
        """Look around; what is found is shown as it comes. Where it cannot be looked at all, the screen ends."""

        def work() -> None:
            for stock in self._source(self._say):
                self._here(self._stocked, stock)

        if not self.removing:
            self._start(work, self._looked)
            self.looking = True

    def settle(self, keys: frozenset[str], show: Callable[[Choice], None], *, trash: bool) -> None:
        """Look at these once more, and show what taking them does."""

        def work() -> None:
            from kempt.engine.disk.by_hand_done import settle

            choice = settle(self.stock, keys, self._say, trash=trash)
            self._here(show, choice)

        self._start(work, self.ended)

    def carry_out(self, choice: Choice, show: Callable[[Done], None]) -> None:
        """Take them, and empty the trash of what was held long enough, as every command does."""

        def work() -> None:
            from kempt.cli.purging import expire
            from kempt.engine.disk.by_hand_done import carry_out

            carried = carry_out(choice, self._note)
            emptied = expire(Look(), agreed=True)[0]
            self._here(self._took, carried)
            self._here(show, Done(carried, emptied))

        self.removing = True
        self._start(work, self.ended)

    def plan_back(self, show: Callable[[], None]) -> None:
        """Find what was moved to the trash last: here or, where nothing was yet, by an earlier command."""

        def work() -> None:
            from kempt.engine.undo import plan_undo

            root = next(iter(self.stock.roots), ".")
            ids = self._taken[-1].journals if self._taken else ("",)
            self.undoing = tuple(plan_undo(root, each) for each in ids)
            self._here(show)

        self._start(work, self.ended)

    def take_back(self, show: Callable[[], None]) -> None:
        """Bring back what was found."""

        def work() -> None:
            from kempt.engine.undo import undo

            self.receipts = tuple(map(undo, self.undoing))
            self._here(self._brought_back)
            self._here(show)

        self.removing = True
        self._start(work, self.ended)

    def leave(self) -> None:
        """End the screen, at once or when what is being removed is removed."""
        if self.removing:
            self._leaving = True
            self.said = "leaving when this is done"
        else:
            self._app.workers.cancel_all()
            self._app.ended(None)

    def _start(self, work: Callable[[], None], then: Callable[[BaseException | None], None]) -> None:
        """Do something on a thread; `then` hears how it ended. A look that it cuts short is taken again after it."""
        self._cut_short = self.looking and then != self._looked
        self.looking = False

        def guarded() -> None:
            failure: BaseException | None = None
            try:
                work()
            except LeftError:
                return
            except Exception as error:  # noqa: BLE001 - the boundary: what ends a thread ends the screen, and is told
                failure = error
            if not get_current_worker().is_cancelled:
                self._here(then, failure)

        self._app.run_worker(guarded, thread=True, exclusive=True)

    def _here(self, act: Callable[..., None], *given: object) -> None:
        """Do something on the screen's own thread, and wait for it."""
        if get_current_worker().is_cancelled:
            raise LeftError
        self._app.call_from_thread(act, *given)

    def _say(self, text: str) -> None:
        if get_current_worker().is_cancelled:
            raise LeftError
        self.said = text

    def _note(self, text: str) -> None:
        """As `_say`, where what is being done must not stop half-way."""
        self.said = text

    def _stocked(self, stock: Stock) -> None:
        self.stock = stock
        self._app.stocked(stock)

    def _looked(self, failure: BaseException | None) -> None:
        """A first look that fails is the end; a later one leaves what was there."""
        self.looking = False
        first = not self.stock.holdings
        self.ended(None if first else failure)
        if first and failure is not None:
            self._app.ended(failure)
        else:
            self._app.stocked(self.stock)

    def ended(self, failure: BaseException | None) -> None:
        """An act is over: tell what went wrong, leave if that was asked for, take a look again that was cut short."""
        self.said = ""
        self.removing = False
        if isinstance(failure, KemptError):
            self._app.told(f"{failure}. {failure.hint}".removesuffix(". "))
        elif failure is not None:
            self._app.ended(failure)
        if self._leaving:
            self.leave()
        elif self._cut_short:
            self.look()

    def _took(self, carried: Carried) -> None:
        gone = tuple(each for each in self.stock.holdings if each.key in carried.gone)
        if carried.journals:
            self._taken.append(Taken(carried.journals, gone))
        self.stock = self.stock._replace(
            holdings=tuple(each for each in self.stock.holdings if each.key not in carried.gone)
        )

    def _brought_back(self) -> None:
        """What was shown before is shown again, where it is back."""
        pairs = zip(self.undoing, self.receipts, strict=True)
        back = {
            f"{shown.plan.root.rstrip('/')}/{getattr(each.step, 'path', '')}"
            for shown, receipt in pairs
            for each in receipt.outcomes
            if each.result is Result.DONE
        }
        if self._taken and set(self._taken[-1].journals) == {each.journal.header.id for each in self.undoing}:
            held = tuple(each for each in self._taken.pop().holdings if each.path in back)
            self.stock = self.stock._replace(holdings=(*self.stock.holdings, *held))
        else:
            self._cut_short = True  # an earlier command took it, so what came back is not known here
