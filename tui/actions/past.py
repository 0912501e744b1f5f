"""Reading the past of a source: stopping it, letting it go on."""

from __future__ import annotations

from tui.actions.kinds import Action, Group, Panel
from tui.language import msgid

PAST = (
    Action(
        id="past",
        keys=("H",),
        label=msgid("Past"),
        help=msgid("Stop reading the past of this source, or let it go on where it was."),
        group=Group.TRIAGE,
        panels=frozenset({Panel.SOURCES}),
        footer=9,
        footer_in=frozenset({Panel.SOURCES}),
    ),
)
