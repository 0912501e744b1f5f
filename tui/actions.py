"""Every action a person can do, in one registry: key lines, help, palette and README come from it.

One verb has one key in every panel; what it is called there may differ (``e`` answers a
conversation and resolves an alert). A key is written as it is typed (``?``, ``G``) or by its name
(``space``, ``ctrl+p``). Labels and help texts are msgids, translated where they are shown.
No Textual here: the headless help and the documentation read this file too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tui.language import msgid


class Panel(StrEnum):
    """Where an action applies; the focused panel decides which keys are shown."""

    QUEUE = "conversations"
    ALERTS = "alerts"
    SENTIMENT = "sentiment"
    STREAM = "mentions"
    SOURCES = "sources"
    THREAD = "thread"


class Group(StrEnum):
    """The headings of the help screen, in this order."""

    TRIAGE = "Answer and triage"
    MOVE = "Move"
    MARK = "Mark rows"
    LOOK = "Find and look"
    PANELS = "Panels"
    HUBBUB = "hubbub"


class Wording(NamedTuple):
    """What an action is called in one panel: a word or two, and one sentence for the help."""

    label: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person can do.

    ``panels`` empty means everywhere. ``wording`` overrides ``label`` and ``help`` in a panel.
    ``verbs`` names the verb of ``listeners.actions`` for each kind of subject, for the actions
    that change something; those are ``reversible`` by ``undo``. ``footer`` orders the line of
    keys at the bottom, the smallest first; 0 is never shown there, and ``footer_in`` keeps it to
    some panels. An action without keys is found in the palette only.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: Group
    panels: frozenset[Panel] = frozenset()
    wording: Mapping[Panel, Wording] = field(default_factory=dict)
    verbs: Mapping[str, str] = field(default_factory=dict)
    reversible: bool = False
    footer: int = 0
    footer_in: frozenset[Panel] = frozenset()
    palette: bool = True

    def label_in(self, panel: Panel | None) -> str:
        """Return the msgid of the short label in a panel."""
        wording = self.wording.get(panel) if panel else None
        return wording.label if wording else self.label

    def help_in(self, panel: Panel | None) -> str:
        """Return the msgid of the help sentence in a panel."""
        wording = self.wording.get(panel) if panel else None
        return wording.help if wording else self.help

    def applies_in(self, panel: Panel | None) -> bool:
        """Say whether the action means anything in a panel."""
        return not self.panels or panel in self.panels


_LISTS = frozenset({Panel.QUEUE, Panel.ALERTS, Panel.STREAM, Panel.SOURCES})
_WORK = frozenset({Panel.QUEUE, Panel.ALERTS, Panel.THREAD})
_TALK = frozenset({Panel.QUEUE, Panel.THREAD})
_POSTS = frozenset({Panel.QUEUE, Panel.ALERTS, Panel.STREAM, Panel.THREAD})

_TRIAGE = (
    Action(
        id="done",
        keys=("e",),
        label=msgid("Answered"),
        help=msgid("Say that it is answered; the conversation then waits on them."),
        group=Group.TRIAGE,
        panels=_WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Resolve"), msgid("Close the alert; refused while its cause still holds.")
            )
        },
        verbs={"conversation": "answered", "alert": "resolve"},
        reversible=True,
        footer=2,
    ),
    Action(
        id="resolve",
        keys=("E",),
        label=msgid("Resolve"),
        help=msgid("Close it for good; a new message within the reopen window opens it again."),
        group=Group.TRIAGE,
        panels=_WORK,
        verbs={"conversation": "resolve", "alert": "resolve"},
        reversible=True,
    ),
    Action(
        id="reopen",
        keys=("u",),
        label=msgid("Reopen"),
        help=msgid("Put it back to work."),
        group=Group.TRIAGE,
        panels=_WORK,
        verbs={"conversation": "reopen", "alert": "reopen"},
        reversible=True,
    ),
    Action(
        id="snooze",
        keys=("s", "b"),
        label=msgid("Snooze"),
        help=msgid("Put it away until a time, or until they write again."),
        group=Group.TRIAGE,
        panels=_WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Silence"), msgid("Silence the alert until a time; evidence goes on joining.")
            )
        },
        verbs={"conversation": "snooze", "alert": "snooze"},
        reversible=True,
        footer=3,
    ),
    Action(
        id="dismiss",
        keys=("d",),
        label=msgid("Dismiss"),
        help=msgid("It needs no answer; only a risk brings it back."),
        group=Group.TRIAGE,
        panels=_WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("False alarm"), msgid("It was a false alarm; the reason teaches the rule.")
            )
        },
        verbs={"conversation": "ignore", "alert": "dismiss"},
        reversible=True,
        footer=4,
    ),
    Action(
        id="take",
        keys=("a",),
        label=msgid("Take"),
        help=msgid("Make it yours."),
        group=Group.TRIAGE,
        panels=_WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Acknowledge"), msgid("You own it: reminders stop, your name stands on it.")
            )
        },
        verbs={"conversation": "take", "alert": "ack"},
        reversible=True,
        footer=5,
    ),
    Action(
        id="assign",
        keys=("A",),
        label=msgid("Assign"),
        help=msgid("Give it to somebody of the team."),
        group=Group.TRIAGE,
        panels=_WORK,
        wording={
            Panel.ALERTS: Wording(msgid("Hand over"), msgid("Hand the alert to somebody else."))
        },
        verbs={"conversation": "assign", "alert": "assign"},
        reversible=True,
    ),
    Action(
        id="escalate",
        keys=("!",),
        label=msgid("Escalate"),
        help=msgid("Raise it as a risk: to the top of the queue, with its reason."),
        group=Group.TRIAGE,
        panels=_WORK,
        wording={
            Panel.ALERTS: Wording(msgid("Escalate"), msgid("Raise the severity by one step."))
        },
        verbs={"conversation": "escalate", "alert": "escalate"},
        reversible=True,
    ),
    Action(
        id="mute",
        keys=("m",),
        label=msgid("Mute"),
        help=msgid("Stop this author or thread from asking for a reply."),
        group=Group.TRIAGE,
        panels=_POSTS,
        wording={Panel.ALERTS: Wording(msgid("Mute rule"), msgid("Stop this rule from firing."))},
        verbs={"conversation": "mute", "alert": "mute", "mention": "mute"},
        reversible=True,
    ),
    Action(
        id="tag",
        keys=("t",),
        label=msgid("Tag"),
        help=msgid("Put a tag on it, or take one away."),
        group=Group.TRIAGE,
        panels=_TALK,
        verbs={"conversation": "tag"},
        reversible=True,
        footer=8,
    ),
    Action(
        id="note",
        keys=("c",),
        label=msgid("Note"),
        help=msgid("Write a note for the team; it stays in hubbub."),
        group=Group.TRIAGE,
        panels=_WORK,
        verbs={"conversation": "note", "alert": "note"},
        reversible=True,
        footer=7,
    ),
    Action(
        id="reply",
        keys=("r",),
        label=msgid("Reply"),
        help=msgid("Open the post where it can be answered; then e says that you did."),
        group=Group.TRIAGE,
        panels=_POSTS,
        footer=1,
    ),
    Action(
        id="priority",
        keys=("i",),
        label=msgid("Importance"),
        help=msgid("Set its rank by hand, 1 to 5; it overrides the rules and is logged."),
        group=Group.TRIAGE,
        panels=_TALK,
        verbs={"conversation": "priority"},
        reversible=True,
    ),
    Action(
        id="promote",
        keys=("P",),
        label=msgid("To the queue"),
        help=msgid("Put this mention into the queue as a conversation."),
        group=Group.TRIAGE,
        panels=frozenset({Panel.STREAM}),
        verbs={"mention": "promote"},
        reversible=True,
        footer=2,
    ),
    Action(
        id="undo",
        keys=("z",),
        label=msgid("Undo"),
        help=msgid("Take back the last action, as far back as you like, also tomorrow."),
        group=Group.TRIAGE,
        footer=9,
    ),
    Action(
        id="redo",
        keys=("Z",),
        label=msgid("Redo"),
        help=msgid("Do again what was taken back."),
        group=Group.TRIAGE,
    ),
)

_MOVE = (
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
        panels=_LISTS | {Panel.THREAD},
        footer=6,
        palette=False,
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

_MARK = (
    Action(
        id="mark",
        keys=("space", "x"),
        label=msgid("Mark"),
        help=msgid("Mark the row; verbs then apply to every marked row."),
        group=Group.MARK,
        panels=_POSTS,
        palette=False,
    ),
    Action(
        id="mark.range",
        keys=("v",),
        label=msgid("Mark range"),
        help=msgid("Mark every row from here to where you go, until v again."),
        group=Group.MARK,
        panels=_POSTS,
        palette=False,
    ),
    Action(
        id="mark.all",
        keys=("*",),
        label=msgid("Mark all"),
        help=msgid("Mark every row shown, or none."),
        group=Group.MARK,
        panels=_POSTS,
    ),
)

_LOOK = (
    Action(
        id="search",
        keys=("/",),
        label=msgid("Search"),
        help=msgid("Search everything heard: words, AND, OR, NOT, from:, lang:, site:."),
        group=Group.LOOK,
        footer=10,
    ),
    Action(
        id="search.next",
        keys=("n",),
        label=msgid("Next match"),
        help=msgid("To the next match of the search."),
        group=Group.LOOK,
        palette=False,
    ),
    Action(
        id="search.previous",
        keys=("N",),
        label=msgid("Previous match"),
        help=msgid("To the match before."),
        group=Group.LOOK,
        palette=False,
    ),
    Action(
        id="filter",
        keys=("f",),
        label=msgid("Filter"),
        help=msgid("Choose what the list shows, and keep it as a view."),
        group=Group.LOOK,
        panels=frozenset({Panel.QUEUE, Panel.ALERTS, Panel.STREAM, Panel.THREAD}),
        footer=11,
    ),
    Action(
        id="filter.clear",
        keys=("F",),
        label=msgid("Clear filter"),
        help=msgid("Show the whole list again."),
        group=Group.LOOK,
    ),
    Action(
        id="arrivals",
        keys=(".",),
        label=msgid("Show new"),
        help=msgid("Show what arrived while the order stood still."),
        group=Group.LOOK,
    ),
    Action(
        id="pause",
        keys=("p",),
        label=msgid("Pause"),
        help=msgid("Stop the screen from following; listening goes on."),
        group=Group.LOOK,
    ),
    Action(
        id="refresh",
        keys=("R",),
        label=msgid("Refresh"),
        help=msgid("Ask every source now, and draw everything again."),
        group=Group.LOOK,
    ),
    Action(
        id="browser",
        keys=("o",),
        label=msgid("Browser"),
        help=msgid("Open the post in the browser, or copy its link where there is none."),
        group=Group.LOOK,
        panels=_POSTS,
    ),
    Action(
        id="copy.link",
        keys=("y",),
        label=msgid("Copy link"),
        help=msgid("Copy the address of the post."),
        group=Group.LOOK,
        panels=_POSTS,
    ),
    Action(
        id="copy.text",
        keys=("Y",),
        label=msgid("Copy text"),
        help=msgid("Copy the text of the post."),
        group=Group.LOOK,
        panels=_POSTS,
    ),
    Action(
        id="history",
        keys=("H",),
        label=msgid("History"),
        help=msgid("Who did what to it, and when."),
        group=Group.LOOK,
        panels=_WORK,
    ),
    Action(
        id="chart.range",
        keys=("w",),
        label=msgid("Range"),
        help=msgid("The last hour by the minute, or two days by the hour."),
        group=Group.LOOK,
        footer=1,
        footer_in=frozenset({Panel.SENTIMENT}),
    ),
)

_PANELS = (
    Action(
        id="panel.next",
        keys=("tab",),
        label=msgid("Next panel"),
        help=msgid("To the next panel."),
        group=Group.PANELS,
        palette=False,
    ),
    Action(
        id="panel.previous",
        keys=("shift+tab",),
        label=msgid("Previous panel"),
        help=msgid("To the panel before."),
        group=Group.PANELS,
        palette=False,
    ),
    Action(
        id="panel.conversations",
        keys=("1", "f2"),
        label=msgid("Conversations"),
        help=msgid("The queue: who waits for an answer, the first one first."),
        group=Group.PANELS,
    ),
    Action(
        id="panel.alerts",
        keys=("2", "f3"),
        label=msgid("Alerts"),
        help=msgid("The risks: what fired, why, and who has it."),
        group=Group.PANELS,
    ),
    Action(
        id="panel.sentiment",
        keys=("3", "f4"),
        label=msgid("Sentiment"),
        help=msgid("The mood, by the minute or by the hour, and by network."),
        group=Group.PANELS,
    ),
    Action(
        id="panel.mentions",
        keys=("4", "f5"),
        label=msgid("Mentions"),
        help=msgid("Everything heard, newest first."),
        group=Group.PANELS,
    ),
    Action(
        id="panel.sources",
        keys=("5", "f6"),
        label=msgid("Sources"),
        help=msgid("Where hubbub listens, and how each place is doing."),
        group=Group.PANELS,
    ),
    Action(
        id="zoom",
        keys=("+",),
        label=msgid("Zoom"),
        help=msgid("Give the focused panel the whole screen, or give it back."),
        group=Group.PANELS,
        footer=6,
        footer_in=frozenset({Panel.SENTIMENT}),
    ),
    Action(
        id="brand",
        keys=("B",),
        label=msgid("Next brand"),
        help=msgid("Show the next brand, or all of them."),
        group=Group.PANELS,
    ),
)

_HUBBUB = (
    Action(
        id="help",
        keys=("?", "f1"),
        label=msgid("Help"),
        help=msgid("The keys of the focused panel."),
        group=Group.HUBBUB,
        footer=12,
    ),
    Action(
        id="palette",
        keys=("ctrl+p", ":"),
        label=msgid("Commands"),
        help=msgid("Find an action by its name."),
        group=Group.HUBBUB,
        palette=False,
    ),
    Action(
        id="theme",
        keys=(),
        label=msgid("Change colours"),
        help=msgid("Dark, light, or the terminal's own colours."),
        group=Group.HUBBUB,
    ),
    Action(
        id="quit",
        keys=("q",),
        label=msgid("Quit"),
        help=msgid("Leave; from a screen above the dashboard, one level up."),
        group=Group.HUBBUB,
    ),
    Action(
        id="quit.now",
        keys=("ctrl+q",),
        label=msgid("Quit at once"),
        help=msgid("Leave from anywhere."),
        group=Group.HUBBUB,
        palette=False,
    ),
)

ACTIONS: tuple[Action, ...] = (*_TRIAGE, *_MOVE, *_MARK, *_LOOK, *_PANELS, *_HUBBUB)
"""The registry, in the order of the help screen."""

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}


def actions_in(panel: Panel | None) -> tuple[Action, ...]:
    """Return the actions that mean something in a panel, in the order of the help screen."""
    return tuple(action for action in ACTIONS if action.applies_in(panel))


def footer_actions(panel: Panel | None) -> tuple[Action, ...]:
    """Return the actions of the key line of a panel, the most useful first."""
    shown = (
        action
        for action in actions_in(panel)
        if action.footer and (not action.footer_in or panel in action.footer_in)
    )
    return tuple(sorted(shown, key=lambda action: action.footer))
