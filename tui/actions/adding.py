"""Adding sources: by a key where the sources stand, by its name from anywhere."""

from __future__ import annotations

from tui.actions.kinds import Action, Group, Panel
from tui.language import msgid

ADD = (
    Action(
        id="source.add",
        keys=("a",),
        label=msgid("Add sources"),
        help=msgid("Type an address, a name or a handle; see what answers there; add it."),
        group=Group.TRIAGE,
        panels=frozenset({Panel.SOURCES}),
        footer=2,
        footer_in=frozenset({Panel.SOURCES}),
        palette=False,
    ),
    Action(
        id="sources.add",
        keys=(),
        label=msgid("Add sources"),
        help=msgid("Type an address, a name or a handle; see what answers there; add it."),
        group=Group.HUBBUB,
    ),
)
