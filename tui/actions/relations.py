"""People, campaigns and planning: one key opens the list of their screens, a letter each.

The letters are those of the chooser; each screen is in the palette too.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.actions.kinds import POSTS, Action, Group
from tui.language import msgid

RELATIONS = (
    Action(
        id="more",
        keys=("9",),
        label=msgid("More screens"),
        help=msgid("People, stages, campaigns, planning, coverage, voice: a letter each."),
        group=Group.PANELS,
    ),
    Action(
        id="person",
        keys=("Q",),
        label=msgid("Who is this"),
        help=msgid("The person's page: accounts, mentions, mood, what we said, notes."),
        group=Group.LOOK,
        panels=POSTS,
    ),
    Action(
        id="people",
        keys=(),
        label=msgid("People"),
        help=msgid("Everybody who was heard: roles, reach, stage, tags; who is one person."),
        group=Group.PANELS,
    ),
    Action(
        id="stages",
        keys=(),
        label=msgid("Stages"),
        help=msgid("Connect, convince, convert: how many are where, who moved, who is stuck."),
        group=Group.PANELS,
    ),
    Action(
        id="campaigns",
        keys=(),
        label=msgid("Campaigns"),
        help=msgid("What each campaign brought, before, during and after; two compared."),
        group=Group.PANELS,
    ),
    Action(
        id="planning",
        keys=(),
        label=msgid("Planning"),
        help=msgid("Planned actions and posts, by month, week or agenda; the cadence of channels."),
        group=Group.PANELS,
    ),
    Action(
        id="conductor",
        keys=(),
        label=msgid("Conductor"),
        help=msgid("Who has what, what is late, which channel is silent, who is on duty."),
        group=Group.PANELS,
    ),
    Action(
        id="coverage",
        keys=(),
        label=msgid("Coverage"),
        help=msgid("Where the audience speaks, where we listen and answer, and what that brings."),
        group=Group.PANELS,
    ),
    Action(
        id="voice",
        keys=(),
        label=msgid("Share of voice"),
        help=msgid("Brands compared, words that rise, and the hours people speak at."),
        group=Group.PANELS,
    ),
    Action(
        id="weekly",
        keys=(),
        label=msgid("Report"),
        help=msgid("The report of a week, a month or a campaign, written to a file."),
        group=Group.PANELS,
    ),
)

LETTERS: Mapping[str, str] = {
    "p": "people",
    "s": "stages",
    "c": "campaigns",
    "l": "planning",
    "o": "conductor",
    "g": "coverage",
    "v": "voice",
    "r": "weekly",
}
"""What each letter of the chooser opens, in its order."""
