"""The headings above the rows, and the field of the filter below them."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static

from kempt.cli.tui.drawing import heading
from kempt.cli.tui.state import Sort, View


class Heading(Static):
    """What the columns are. A click on one orders by it."""

    class Asked(Message):
        """An order was asked for."""

        def __init__(self, sort: Sort) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self) -> None:
        super().__init__("", id="heading", markup=False)
        self._cells: tuple[tuple[Sort | None, str], ...] = ()

    def show(self, view: View, room: int) -> None:
        """Show the order of a view over so many columns."""
        self._cells = heading(view, room)
        self.update("".join(text for _, text in self._cells))

    def on_click(self, event: events.Click) -> None:
        """Ask for the order of the column that was clicked on."""
        left = 0
        for sort, text in self._cells:
            left += len(text)
            if event.x < left:
                if sort is not None:
                    self.post_message(self.Asked(sort))
                return


class Filter(Input):
    """The words that what is shown must have."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", priority=True),
        Binding("down", "keep", "to the rows", show=False, priority=True),
        Binding("escape", "app.clear", "End", key_display="esc"),
    ]

    class Kept(Message):
        """The person goes on in the rows, with this filter."""

    def __init__(self) -> None:
        super().__init__(placeholder="words of a path, a tool, a kind", id="filter", compact=True)

    def action_keep(self) -> None:
        """Go on in the rows."""
        self.post_message(self.Kept())
