"""Colours and places. Blue and orange, which everybody tells apart; no meaning hangs on a colour alone."""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="kempt",
    primary="#6cb6e8",
    secondary="#9aa7b3",
    accent="#e8a33d",
    warning="#e8a33d",
    error="#e8a33d",
    success="#6cb6e8",
    foreground="#d5dbe1",
    background="#12161b",
    surface="#171c22",
    panel="#1e252d",
    dark=True,
    variables={
        "footer-key-foreground": "#6cb6e8",
        "footer-background": "#171c22",
        "scrollbar": "#2c3640",
        "scrollbar-hover": "#3b4854",
        "scrollbar-active": "#6cb6e8",
        "scrollbar-background": "#12161b",
        "scrollbar-background-hover": "#12161b",
        "scrollbar-background-active": "#12161b",
        "input-cursor-background": "#6cb6e8",
    },
)

CSS = """
Screen { layers: base; background: $background; }
#head { height: 1; padding: 0 1; }
#head-name { width: auto; text-style: bold; color: $primary; }
#head-path { width: 1fr; padding: 0 2; color: $foreground; text-wrap: nowrap; text-overflow: ellipsis; }
#head-total { width: auto; color: $secondary; }
#heading { height: 1; color: $secondary; background: $surface; }
#middle { height: 1fr; }
#left { width: 1fr; height: 1fr; }
#lines { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }
#details { height: 7; padding: 0 1; border-top: solid $panel; overflow: hidden auto; scrollbar-size-vertical: 1; }
#filter { height: 1; border: none; padding: 0 1; background: $surface; display: none; }
#filter.-shown { display: block; }
#status { height: 1; padding: 0 1; background: $surface; }
#status-left { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
#status-right { width: auto; color: $secondary; }
.-short #details { display: none; }
.-wide #middle { layout: horizontal; }
.-wide #details { width: 46; height: 1fr; border-top: none; border-left: solid $panel; padding: 1 2; }

.lines--group { text-style: bold; }
.lines--stays { color: #7d8994; text-style: italic; }
.lines--marked { color: $accent; text-style: bold; }
.lines--unmarked { color: #55606b; }
.lines--bar { color: $primary; }
.lines--track { color: #2a323b; }
.lines--size { color: $foreground; }
.lines--quiet { color: $secondary; }
.lines--cursor { background: #2a3644; color: $foreground; }

Dialog { align: center middle; background: $background 60%; }
#box {
    width: 72; max-width: 96%; height: auto; max-height: 100%;
    padding: 1 2; background: $surface; border: round $primary; border-title-color: $primary;
}
.-short #box { padding: 0 1; }
#box-text { height: auto; }
#text-scroll { height: auto; max-height: 64vh; scrollbar-size-vertical: 1; }
.-short #text-scroll { max-height: 56vh; }
#buttons { height: 1; margin-top: 1; align-horizontal: right; }
#buttons Button { height: 1; min-width: 12; border: none; margin-left: 2; background: $panel; color: $foreground; }
#buttons Button:focus { background: #2a3644; text-style: bold underline; }
#buttons Button.-act { color: $accent; }
Footer { background: $surface; }
"""
