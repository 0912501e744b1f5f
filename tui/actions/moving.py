"""Moving about, and marking rows."""

from __future__ import annotations

from tui.actions.kinds import LISTS, POSTS, Action, Group, Panel, Wording
from tui.language import msgid

MOVE = (
    Action(
        id="list.down",
        keys=("j", "down"),
        label=msgid("Down"),
        help=msgid("One row down."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="list.up",
        keys=("k", "up"),
        label=msgid("Up"),
        help=msgid("One row up."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="list.first",
        keys=("g", "home"),
        label=msgid("First"),
        help=msgid("To the first row: in the queue, the one to answer first."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="list.last",
        keys=("G", "end"),
        label=msgid("Last"),
        help=msgid("To the last row."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="list.page_down",
        keys=("pagedown", "ctrl+f"),
        label=msgid("Page down"),
        help=msgid("One page down."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="list.page_up",
        keys=("pageup", "ctrl+b"),
        label=msgid("Page up"),
        help=msgid("One page up."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="detail.down",
        keys=("J",),
        label=msgid("Scroll thread"),
        help=msgid("Scroll the thread down without leaving the list."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="detail.up",
        keys=("K",),
        label=msgid("Scroll thread up"),
        help=msgid("Scroll the thread up without leaving the list."),
        group=Group.MOVE,
        palette=False,
    ),
    Action(
        id="open",
        keys=("enter", "l", "right"),
        label=msgid("Open"),
        help=msgid("Open the whole thread, or the evidence of an alert."),
        group=Group.MOVE,
        panels=LISTS | {Panel.THREAD},
        wording={
            Panel.SOURCES: Wording(msgid("Ask now"), msgid("Ask this source to look now.")),
        },
        footer=6,
        palette=False,
    ),
    Action(
        id="next",
        keys=("ctrl+n", ">"),
        label=msgid("Next"),
        help=msgid("Open the conversation to answer first."),
        group=Group.MOVE,
        palette=True,
    ),
    Action(
        id="back",
        keys=("escape", "h", "left"),
        label=msgid("Back"),
        help=msgid("One level up; clears marks, then the search, then the filter."),
        group=Group.MOVE,
        palette=False,
    ),
)

MARK = (
    Action(
        id="mark",
        keys=("space", "x"),
        label=msgid("Mark"),
        help=msgid("Mark the row; verbs then apply to every marked row."),
        group=Group.MARK,
        panels=POSTS,
        palette=False,
    ),
    Action(
        id="mark.range",
        keys=("v",),
        label=msgid("Mark range"),
        help=msgid("Mark every row from here to where you go, until v again."),
        group=Group.MARK,
        panels=POSTS,
        palette=False,
    ),
    Action(
        id="mark.all",
        keys=("*",),
        label=msgid("Mark all"),
        help=msgid("Mark every row shown, or none."),
        group=Group.MARK,
        panels=POSTS,
    ),
)
