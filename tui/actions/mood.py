"""The sentiment of one post: why it is what it is, and what it should be.

``U`` ``I`` ``O`` lie side by side on French and English keyboards, in the order of a scale:
negative, neutral, positive; ``0`` takes the correction away.
"""

from __future__ import annotations

from tui.actions.kinds import Action, Group, Panel
from tui.language import msgid

_FELT = frozenset({Panel.QUEUE, Panel.STREAM, Panel.THREAD})

MOOD = (
    Action(
        id="mood.negative",
        keys=("U",),
        label=msgid("Is negative"),
        help=msgid("Correct its sentiment: negative. Everything counts it so at once."),
        group=Group.TRIAGE,
        panels=_FELT,
        verbs={"conversation": "negative", "mention": "negative"},
        reversible=True,
    ),
    Action(
        id="mood.neutral",
        keys=("I",),
        label=msgid("Is neutral"),
        help=msgid("Correct its sentiment: neutral. Everything counts it so at once."),
        group=Group.TRIAGE,
        panels=_FELT,
        verbs={"conversation": "neutral", "mention": "neutral"},
        reversible=True,
    ),
    Action(
        id="mood.positive",
        keys=("O",),
        label=msgid("Is positive"),
        help=msgid("Correct its sentiment: positive. Everything counts it so at once."),
        group=Group.TRIAGE,
        panels=_FELT,
        verbs={"conversation": "positive", "mention": "positive"},
        reversible=True,
    ),
    Action(
        id="mood.automatic",
        keys=("0",),
        label=msgid("By the scorer"),
        help=msgid("Take a correction of its sentiment away: the scorer's verdict counts again."),
        group=Group.TRIAGE,
        panels=_FELT,
        verbs={"conversation": "automatic", "mention": "automatic"},
        reversible=True,
    ),
)
"""They correct what a message sounds like; on a conversation, its newest message of theirs."""

WHY = (
    Action(
        id="why",
        keys=("w",),
        label=msgid("Why"),
        help=msgid("Which words made its sentiment, in which language, and how sure that is."),
        group=Group.LOOK,
        panels=_FELT,
    ),
    Action(
        id="why.evidence",
        keys=(),
        label=msgid("Why the evidence sounds so"),
        help=msgid("Which words made the sentiment of its evidence; there it can be corrected."),
        group=Group.LOOK,
        panels=frozenset({Panel.ALERTS}),
    ),
)
