"""Panels, screens, and hubbub itself."""

from __future__ import annotations

from tui.actions.kinds import Action, Group, Panel
from tui.language import msgid

PANELS = (
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
        id="team",
        keys=("6", "f7"),
        label=msgid("Team"),
        help=msgid("Who is here, who has what, who is away; and the sheet to hand over."),
        group=Group.PANELS,
    ),
    Action(
        id="report",
        keys=("7", "f8"),
        label=msgid("Response times"),
        help=msgid("How fast we answer, by network, member and tier."),
        group=Group.PANELS,
    ),
    Action(
        id="rules",
        keys=("8", "f9"),
        label=msgid("Rules"),
        help=msgid("What hubbub does by itself to conversations, tried before it is kept."),
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

HUBBUB = (
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
        id="templates",
        keys=(),
        label=msgid("Templates"),
        help=msgid("The texts replies begin with: add, change, remove."),
        group=Group.HUBBUB,
    ),
    Action(
        id="outbox",
        keys=(),
        label=msgid("Replies sent"),
        help=msgid("What was sent from here, what was refused, and what is uncertain."),
        group=Group.HUBBUB,
    ),
    Action(
        id="away",
        keys=(),
        label=msgid("Away or back"),
        help=msgid("While you are away, what reopens is nobody's instead of yours."),
        group=Group.HUBBUB,
    ),
    Action(
        id="maintenance",
        keys=(),
        label=msgid("Maintenance windows"),
        help=msgid("Known events, during which alerts are kept but do not ring: add, end."),
        group=Group.HUBBUB,
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
