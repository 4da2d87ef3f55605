"""What is asked or told in a box of its own, above the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from kempt.cli.tui.words import Line

_STYLES = {"bold": "bold", "dim": "#9aa7b3", "warning": "#e8a33d"}
KEYS = (
    ("j k ↑ ↓", "one row up or down; g G first, last; PgUp PgDn"),
    ("l h → ← Enter", "open and close; E C everything"),
    ("Space", "mark, or unmark, a thing or a whole group"),
    ("/", "filter as you type; Enter keeps it, Esc ends it"),
    ("s n m", "order by size, name, last use; again: reversed"),
    ("Ctrl+T", "remove what is marked, or the row: asks first"),
    ("Ctrl+R", "the same, past the trash: for good"),
    ("u", "bring back what was moved to the trash last"),
    ("o", "show the whole path, and copy it"),
    ("r", "look again"),
    ("Esc", "end the filter, then take all marks away"),
    ("q Ctrl+C", "leave"),
)
NOTES = (
    "What tools make again by themselves is removed at once, entries of caches too. Environments, build output and",
    "anything else go to the trash for 7 days. Each thing is looked at again right before it goes.",
)


def text_of(lines: Iterable[Line]) -> Text:
    """Lines as the text of a widget: names that look like markup stay as they are."""
    listed = tuple(lines)
    text = Text()
    for number, (words, style) in enumerate(listed):
        text.append(words, _STYLES.get(style, ""))
        if number < len(listed) - 1:
            text.append("\n")
    return text


def help_lines() -> tuple[Line, ...]:
    """The keys, and what they stand for."""
    keys = (Line(f"{key:<15}{what}") for key, what in KEYS)
    return (*keys, Line(""), Line(" ".join(NOTES), "dim"))


class Dialog(ModalScreen[bool]):
    """A box with lines, and one or two buttons. It ends with True where what it asks is agreed to.

    `act` is the word on the button that agrees, empty where there is nothing to agree to; `key` agrees too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n,question_mark", "answer(False)", "go back"),
        Binding("y", "answer(True)", "do it"),
        Binding("ctrl+c", "app.interrupt", "interrupt", priority=True),
        Binding("down,j", "scroll(1)", "down"),
        Binding("up,k", "scroll(-1)", "up"),
        Binding("left,h,right,l,tab", "other", "the other button"),
    ]

    def __init__(self, title: str, lines: Iterable[Line], act: str = "", key: str = "") -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._act = act
        self._key = key

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="box"):
            with VerticalScroll(id="text-scroll", can_focus=False):
                yield Static(text_of(self._lines), id="box-text")
            with Horizontal(id="buttons"):
                yield Button("Go back  Esc" if self._act else "Close  Esc", id="back", compact=True)
                if self._act:
                    yield Button(f"{self._act}  y", id="act", classes="-act", compact=True)

    def on_mount(self) -> None:
        """The button that changes nothing has the focus."""
        self.query_one("#box").border_title = self._title
        self.query_one("#back").focus()

    def on_key(self, event: events.Key) -> None:
        """The key that asked agrees as well."""
        if self._key and event.key == self._key:
            event.stop()
            self.action_answer(True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click, or Enter."""
        event.stop()
        self.action_answer(event.button.id == "act")

    def action_answer(self, agreed: bool) -> None:  # noqa: FBT001 - an action's argument, by place
        """End it."""
        _ = self.dismiss(agreed and bool(self._act))

    def action_scroll(self, by: int) -> None:
        """Show more, where not all fits."""
        self.query_one("#text-scroll").scroll_relative(y=by, animate=False)

    def action_other(self) -> None:
        """Go to the other button."""
        self.focus_next()
