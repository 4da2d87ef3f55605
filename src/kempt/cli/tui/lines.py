"""The tree as a widget: it draws the rows that are seen and no others, so that ten thousand cost what fifty do."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kempt.cli.tui.drawing import MARKS, line
from kempt.cli.tui.state import Row, Sort, View, position, rows

STYLES = ("group", "stays", "marked", "unmarked", "bar", "track", "size", "quiet")


class Lines(ScrollView, can_focus=True):
    """The rows, the cursor on one of them, and what the keys do to them."""

    class Changed(Message):
        """The cursor, a mark, the order or what is open changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in (*STYLES, "cursor")}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "down", show=False),
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("home,g", "jump(0)", "first", show=False),
        Binding("end,G", "jump(-1)", "last", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False),
        Binding("right,l", "unfold", "open", show=False),
        Binding("left,h", "fold", "close", show=False),
        Binding("enter", "turn", "open or close", show=False),
        Binding("E", "all(True)", "open all", show=False),
        Binding("C", "all(False)", "close all", show=False),
        Binding("space", "mark", "Mark"),
        Binding("s", "order('size')", "by size", show=False),
        Binding("n", "order('name')", "by name", show=False),
        Binding("m", "order('last used')", "by last use", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="lines")
        self.view = View()
        self.rows: tuple[Row, ...] = ()
        self.cursor = 0
        self.now_ns = 0

    @property
    def row(self) -> Row | None:
        """The row that the cursor is on."""
        return self.rows[self.cursor] if self.rows else None

    def show(self, view: View) -> None:
        """Show another view; the cursor stays on its row, as far as that is there."""
        before = self.row
        self.view = view
        self.rows = rows(view)
        self._stand_at(position(self.rows, before.key if before else "", self.cursor))
        self.virtual_size = Size(self.size.width, len(self.rows))
        self.refresh()
        self.post_message(self.Changed())

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        number = y + self.scroll_offset.y
        room = self.size.width
        base = self.rich_style
        if number >= len(self.rows):
            return Strip.blank(room, base)
        if number == self.cursor:
            base = self.get_component_rich_style("lines--cursor")
        cells = line(self.rows[number], self.view, room, self.now_ns)
        segments = [
            Segment(text, base + self.get_component_rich_style(f"lines--{name}", partial=True) if name else base)
            for text, name in cells
            if text
        ]
        return Strip(segments).adjust_cell_length(room, base)

    def action_move(self, by: int) -> None:
        """Go up or down."""
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Go up or down by what is seen."""
        self._go(self.cursor + by * max(self.size.height - 1, 1))

    def action_jump(self, to: int) -> None:
        """Go to the first or the last row."""
        self._go(to if to >= 0 else len(self.rows) - 1)

    def action_unfold(self) -> None:
        """Open a row; go into one that is open."""
        row = self.row
        if row is None or row.opened is None:
            return
        if row.opened:
            self._go(self.cursor + 1)
        else:
            self.show(self.view.opened_or_closed(row, opened=True))

    def action_fold(self) -> None:
        """Close a row; go to the one above, where there is nothing to close."""
        row = self.row
        if row is None:
            return
        if row.opened and not self.view.words:
            self.show(self.view.opened_or_closed(row, opened=False))
        elif row.parent:
            self._go(position(self.rows, row.parent, self.cursor))

    def action_turn(self) -> None:
        """Open a row that is closed, close one that is open."""
        row = self.row
        if row is not None and row.opened is not None:
            self.show(self.view.opened_or_closed(row, opened=not row.opened))

    def action_all(self, opened: bool) -> None:  # noqa: FBT001 - an action's argument, by place
        """Open everything, or nothing."""
        self.show(self.view.all_opened(opened=opened))

    def action_mark(self) -> None:
        """Mark the row, or take its mark away, and go on to the next."""
        row = self.row
        if row is None or not row.goes:
            self.app.bell()
            return
        self.show(self.view.toggled(row))
        if row.opened is None:
            self._go(self.cursor + 1)

    def action_order(self, sort: str) -> None:
        """Another order, or the other way round."""
        self.show(self.view.sorted_by(Sort(sort)))

    def on_resize(self) -> None:
        """Another width has other columns, another height other rows."""
        self.virtual_size = Size(self.size.width, len(self.rows))
        self._stand_at(self.cursor)
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        """A click at the left marks; one on the row that has the cursor opens or closes it."""
        number = event.y + self.scroll_offset.y
        if number >= len(self.rows):
            return
        again = number == self.cursor
        self._go(number)
        row = self.rows[number]
        if event.x < MARKS:
            if row.goes:
                self.show(self.view.toggled(row))
        elif again or event.x < MARKS + 2 * row.depth + 2:
            self.action_turn()

    def _go(self, to: int) -> None:
        if self.rows:
            self._stand_at(min(max(to, 0), len(self.rows) - 1))
            self.refresh()
            self.post_message(self.Changed())

    def _stand_at(self, number: int) -> None:
        self.cursor = number
        self.scroll_to_region(Region(0, number, 1, 1), animate=False, force=True)
