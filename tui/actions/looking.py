"""Finding and looking."""

from __future__ import annotations

from tui.actions.kinds import POSTS, WORK, Action, Group, Panel, Wording
from tui.language import msgid

LOOK = (
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
        panels=POSTS | {Panel.REPORT},
        wording={
            Panel.REPORT: Wording(
                msgid("Group by"), msgid("By network, by member, by tier, or all together.")
            )
        },
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
        id="whose",
        keys=("V",),
        label=msgid("Whose"),
        help=msgid("Show mine, nobody's, or everybody's conversations."),
        group=Group.LOOK,
        panels=frozenset({Panel.QUEUE}),
    ),
    Action(
        id="reveal",
        keys=("C",),
        label=msgid("Show the secret"),
        help=msgid("Show what is masked in the newest evidence, until the next key."),
        group=Group.LOOK,
        panels=frozenset({Panel.ALERTS}),
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
        panels=POSTS,
    ),
    Action(
        id="copy.link",
        keys=("y",),
        label=msgid("Copy link"),
        help=msgid("Copy the address of the post."),
        group=Group.LOOK,
        panels=POSTS,
    ),
    Action(
        id="copy.text",
        keys=("Y",),
        label=msgid("Copy text"),
        help=msgid("Copy the text of the post."),
        group=Group.LOOK,
        panels=POSTS,
    ),
    Action(
        id="history",
        keys=("H",),
        label=msgid("History"),
        help=msgid("Who did what to it, and when."),
        group=Group.LOOK,
        panels=WORK,
    ),
    Action(
        id="log",
        keys=("L",),
        label=msgid("Log"),
        help=msgid("Everything that was done, by whom, when; to filter, to jump, to take back."),
        group=Group.LOOK,
    ),
    Action(
        id="chart.range",
        keys=("w",),
        label=msgid("Range"),
        help=msgid("The last hour by the minute, or two days by the hour."),
        group=Group.LOOK,
        panels=frozenset({Panel.SENTIMENT, Panel.ALERTS, Panel.REPORT}),
        footer=1,
        wording={
            Panel.REPORT: Wording(msgid("Range"), msgid("A day, a week, four weeks, or a quarter."))
        },
        footer_in=frozenset({Panel.SENTIMENT, Panel.REPORT}),
    ),
)
