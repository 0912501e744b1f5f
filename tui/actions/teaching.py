"""Teaching hubbub what words mean, and what it has learnt."""

from __future__ import annotations

from tui.actions.kinds import POSTS, Action, Group
from tui.language import msgid

TEACH = (
    Action(
        id="teach",
        keys=("T",),
        label=msgid("Teach a word"),
        help=msgid("Say what a word of this post means for the brand: good, bad, nothing."),
        group=Group.TRIAGE,
        panels=POSTS,
    ),
)
"""A word of the post under the cursor."""

TAUGHT = (
    Action(
        id="taught",
        keys=(),
        label=msgid("Taught and learnt"),
        help=msgid("Words taught for a brand, what corrections have taught, and scoring anew."),
        group=Group.HUBBUB,
    ),
)
"""The screen of all of them."""
