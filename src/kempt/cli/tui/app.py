"""The screen: looking around in the background, marking, taking, taking back. What is done is what the commands do."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.filter import Monochrome
from textual.widgets import Footer, Input, Static

from kempt.cli.tui.acts import Acts, Done, Source
from kempt.cli.tui.dialogs import Dialog, help_lines, text_of
from kempt.cli.tui.heading import Filter, Heading
from kempt.cli.tui.lines import Lines
from kempt.cli.tui.look import CSS, THEME
from kempt.cli.tui.state import View, short
from kempt.cli.tui.words import Line, details, done, headline, problems, question, summary, undo_question, undone
from kempt.model.by_hand import Choice, Stock
from kempt.report.escape import visible
from kempt.report.quantity import count

_TICK = 0.1  # seconds between two looks at what is being done
_WIDE, _TALL = 116, 18  # from so many columns on the details stand at the right, from so many lines on at all
_TOLD = 8  # seconds that a message stays


class DiskApp(App[None]):
    """`kempt disk -i`. `source` looks around; without `color` it is shown in greys."""

    CSS = CSS
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("ctrl+t", "take(True)", "Remove", key_display="^t"),
        Binding("ctrl+r", "take(False)", "for good", show=False),
        Binding("u", "undo", "Undo"),
        Binding("o", "path", "Path"),
        Binding("r", "again", "look again", show=False),
        Binding("escape", "clear", "clear", show=False),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+q", "leave", "leave", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "interrupt", show=False, priority=True),
    ]

    def __init__(self, source: Source, *, color: bool = True) -> None:
        super().__init__()
        self.title = "kempt disk"
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (_TALL, "-tall")]
        self.lines = Lines()
        self._heading = Heading()
        self._filter = Filter()
        names = ("head-path", "head-total", "details-text", "status-left", "status-right")
        self._texts = {name: Static("", id=name, markup=False) for name in names}
        self.acts = Acts(self, source)
        self._failure: BaseException | None = None
        if not color and not self.no_color:
            self.no_color = True
            self._filters.append(Monochrome())

    def compose(self) -> ComposeResult:
        """From above: where and how much, the headings, the rows, the details, the filter, what is marked, the keys."""
        with Horizontal(id="head"):
            yield Static("kempt disk", id="head-name")
            yield self._texts["head-path"]
            yield self._texts["head-total"]
        with Vertical(id="middle"):
            with Vertical(id="left"):
                yield self._heading
                yield self.lines
            with VerticalScroll(id="details", can_focus=False):
                yield self._texts["details-text"]
        yield self._filter
        with Horizontal(id="status"):
            yield self._texts["status-left"]
            yield self._texts["status-right"]
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin to look around."""
        self.register_theme(THEME)
        self.theme = THEME.name
        self.lines.focus()
        self.set_interval(_TICK, self._tell)
        self.action_again()

    @property
    def view(self) -> View:
        """What is shown."""
        return self.lines.view

    def stocked(self, stock: Stock) -> None:
        """More was found."""
        self.lines.now_ns = stock.now_ns
        self.lines.show(self.view._replace(home=stock.home).with_holdings(stock.holdings))

    def ended(self, failure: BaseException | None) -> None:
        """Leave; with a failure, that is raised once the terminal is as it was."""
        self._failure = self._failure or failure
        self.exit()

    def raise_failure(self) -> None:
        """Raise what ended the screen, where that was no wish of the person's."""
        failure = self._failure or self._exception
        if failure is not None:
            raise failure

    def told(self, text: str) -> None:
        """Tell the person something, for a while."""
        self.notify(visible(text), timeout=_TOLD, markup=False)

    def action_again(self) -> None:
        """Look around, again."""
        self.acts.look()

    def action_take(self, trash: bool) -> None:  # noqa: FBT001 - an action's argument, by place
        """Look at what is chosen once more, show what taking it does, and do that if it is agreed to."""
        keys = self.view.chosen(self.lines.row)
        if not keys:
            self.told("Nothing here can go. Its reason stands in the details.")
        elif not self.acts.removing:
            self.acts.settle(keys, self._ask if trash else self._ask_for_good, trash=trash)

    def action_undo(self) -> None:
        """Show what was moved to the trash last, and bring it back if that is agreed to."""
        if self.acts.removing:
            return

        def ask() -> None:
            lines = undo_question(self.acts.undoing, self.view.home)
            able = any(each.plan.steps for each in self.acts.undoing)
            box = Dialog("Bring back", lines, "Bring back" if able else "", "u")
            _ = self.push_screen(box, lambda agreed: self.acts.take_back(self._back) if agreed else None)

        self.acts.plan_back(ask)

    def action_path(self) -> None:
        """Show the whole path, and copy it where the terminal lets that be done."""
        row = self.lines.row
        if row is None:
            return
        path = row.thing.path if row.thing else row.things[0].owner if row.depth else ""
        if path:
            self.copy_to_clipboard(path)
            self.told(f"Copied: {path}")

    def action_filter(self) -> None:
        """Type words that what is shown must have."""
        self._filter.add_class("-shown").focus()

    def action_clear(self) -> None:
        """End the filter; without one, take all marks away."""
        if self._filter.has_class("-shown"):
            self._filter.value = ""
            self._filter.remove_class("-shown")
            self.lines.focus()
        elif self.view.marked:
            self.lines.show(self.view._replace(marked=frozenset()))

    def action_help(self) -> None:
        """The keys."""
        _ = self.push_screen(Dialog("Keys", help_lines()))

    def action_leave(self) -> None:
        """Leave; what is being removed is removed first."""
        self.acts.leave()

    def action_interrupt(self) -> None:
        """Leave as ^C says."""
        self._failure = self._failure or KeyboardInterrupt()
        self.acts.leave()

    @on(Lines.Changed)
    def _changed(self) -> None:
        """Another row, mark or order: say so around the tree."""
        stock = self.acts.stock
        paths = ", ".join(short(each, stock.home) for each in stock.roots)
        where, amount = headline(self.view, visible(paths))
        self._texts["head-path"].update(where)
        self._texts["head-total"].update(amount)
        self._heading.show(self.view, self.lines.size.width)
        lines = details(self.lines.row, self.view, stock.now_ns) or self._unread()
        self._texts["details-text"].update(text_of(lines))
        self._texts["status-left"].update(summary(self.view) or "Space marks what is to go.")

    @on(Heading.Asked)
    def _order(self, asked: Heading.Asked) -> None:
        self.lines.show(self.view.sorted_by(asked.sort))

    @on(Input.Changed)
    def _filtered(self, changed: Input.Changed) -> None:
        self.lines.show(self.view._replace(words=changed.value))

    @on(Filter.Kept)
    def _kept(self) -> None:
        self.lines.focus()
        if not self.view.words:
            self._filter.remove_class("-shown")

    def _unread(self) -> tuple[Line, ...]:
        """What to say where there is no row."""
        if self.acts.looking:
            return ()
        return (Line("Nothing fits these words." if self.view.words else "Nothing here can be made again.", "dim"),)

    def _tell(self) -> None:
        """Show what is being done, and nothing when nothing is."""
        room = max(self.size.width // 2 - 2, 10)
        said = visible(self.acts.said)
        shown = said if len(said) <= room else f"{said[: room // 3]}…{said[len(said) - room + room // 3 + 1 :]}"
        self._texts["status-right"].update(shown)

    def _ask(self, choice: Choice) -> None:
        self._show_choice(choice, "Remove", "ctrl+t")

    def _ask_for_good(self, choice: Choice) -> None:
        self._show_choice(choice, "Remove for good", "ctrl+r")

    def _show_choice(self, choice: Choice, act: str, key: str) -> None:
        title = f"{act}: {count(len(choice.going), 'thing')}"
        box = Dialog(title, question(choice, self.view.home), act if choice.going else "", key)
        _ = self.push_screen(box, lambda agreed: self.acts.carry_out(choice, self._done) if agreed else None)

    def _done(self, result: Done) -> None:
        """Something was taken: it is not shown any more."""
        self.lines.show(self.view.without(result.carried.gone))
        self.told(" ".join(filter(None, (done(result.carried), result.emptied.strip()))))
        if lines := problems(result.carried):
            _ = self.push_screen(Dialog("What stayed", lines))

    def _back(self) -> None:
        """Something was brought back: it is shown again."""
        self.lines.show(self.view.with_holdings(self.acts.stock.holdings))
        self.told(undone(self.acts.receipts))

    def _print_error_renderables(self) -> None:
        """Textual's own account of a bug; kempt gives its own, once the terminal is as it was."""
        self._exit_renderables.clear()
