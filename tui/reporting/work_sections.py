"""What it made us do: conversations, alerts, people, campaigns, planning, what is to be decided."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import AlertState
from listeners.networks.titles import network_title
from listeners.planning.entry import Planned
from listeners.reports.period import AlertTold, Report
from listeners.reports.responses import Figures
from listeners.stages.facts import STAGES
from tui.cadence_words import a_week, verdicts
from tui.campaign_words import FIGURES as CAMPAIGN_ROWS
from tui.campaign_words import figure_words, remarks
from tui.duty_words import channel_words, stretch_words
from tui.i18n import _, compact, day, full_moment, moment, number, percent, say
from tui.people_words import role_word
from tui.reporting.days import long_day
from tui.reporting.document import Block, Cell, Grid, Points, Section, Text
from tui.reporting.tracing import Tracing
from tui.response_words import span
from tui.stage_words import move_words, stage_word
from tui.words import word

_MOST = 12
"""Rows of a list; the appendix names the command that has them all."""


def conversations(report: Report, tracing: Tracing) -> Section:
    """What was asked of us and how fast we answered."""
    found: Figures = report.responses
    within = "–" if found.within is None else percent(found.within)
    rows = [
        [Cell(_("conversations that asked for an answer")),
         Cell(number(report.opened), tracing.conversations())],
        [Cell(_("answers given")), Cell(number(found.answered), tracing.responses())],
        [Cell(_("first answer, median")), Cell(span(found.median_first), tracing.responses())],
        [Cell(_("meant for a first answer")), Cell(span(report.target))],
        [Cell(_("answered in time")), Cell(within, tracing.responses())],
        [Cell(_("waiting now")), Cell(number(found.waiting), tracing.whole("convs"))],
        [Cell(_("overdue now")), Cell(number(found.overdue), tracing.responses())],
    ]  # fmt: skip
    note = _("In the time before, {count} asked. Times are business time; “now” is {when}.")
    told = note.format(count=number(report.opened_before), when=full_moment(report.made_at))
    return Section(_("Conversations"), [Grid(["", ""], rows), Text(told, note=True)])


def alerts(report: Report, tracing: Tracing) -> Section:
    """Each alert, what happened, and what we did."""
    if not report.alerts:
        told = _("No alert was raised in this time, and none went on.")
        if report.spoilt:
            told += " " + _("Some of it was not heard, see “Sources”.")
        return Section(_("Alerts"), [Text(told)], wide=True)
    rows = [
        [
            Cell(number(one.row.id), tracing.alerts()),
            Cell(word(one.row.severity)),
            Cell(say(one.row.title)),
            Cell(moment(one.row.first_at, report.made_at)),
            Cell(done_words(one)),
        ]
        for one in report.alerts[:_MOST]
    ]
    head = [_("alert"), _("how grave"), _("what happened"), _("since"), _("what we did")]
    return Section(_("Alerts"), [Grid(head, rows), *_more(len(report.alerts))], wide=True)


def done_words(told: AlertTold) -> str:
    """Return what was done about an alert."""
    row = told.row
    parts = [word(row.state)]
    if row.owner:
        parts.append(row.owner)
    elif row.state in (AlertState.FIRING, AlertState.SNOOZED):
        parts.append(_("nobody has it"))
    if row.dismissed_reason:
        parts.append(row.dismissed_reason)
    if told.note:
        words = told.note if len(told.note) < 160 else f"{told.note[:159]}…"
        parts.append(_("“{words}”").format(words=words))
    return " · ".join(parts)


def _more(count: int) -> list[Block]:
    if count <= _MOST:
        return []
    return [Text(_("And {count} more.").format(count=number(count - _MOST)), note=True)]


def people(report: Report, tracing: Tracing) -> Section:
    """Who spoke, who is new, whose words weigh, who moved."""
    rows = [
        [Cell(_("people who spoke")), Cell(number(len(report.spoke)), tracing.part("people")),
         Cell(number(report.spoke_before))],
        [Cell(_("for the first time")),
         Cell(number(len(report.new_people)), tracing.part("new-people")), Cell("–")],
    ]  # fmt: skip
    blocks: list[Block] = [Grid(["", _("now"), _("before")], rows)]
    notable = report.notable
    if notable:
        blocks.append(
            Grid(
                [_("whose words weigh"), _("what they are"), _("mentions"), _("reach")],
                [
                    [
                        Cell(
                            one.name
                            + (f" ({one.outlet})" if one.outlet and one.outlet != one.name else "")
                        ),
                        Cell(role_word(one.role)),
                        Cell(number(one.mentions), tracing.mentions(person=one.person)),
                        Cell("–" if one.reach is None else compact(one.reach)),
                    ]
                    for one in notable[:_MOST]
                ],
            )
        )
        blocks += _more(len(notable))
    else:
        told = _("No journalist, VIP, influencer, partner or competitor spoke: nobody marked so.")
        blocks.append(Text(told))
    return Section(_("People"), blocks)


def stages(report: Report, tracing: Tracing) -> Section:
    """How many stand where, and who moved."""
    standing = [
        [Cell(stage_word(one)), Cell(number(report.funnel.get(one, 0)), tracing.whole("stages"))]
        for one in STAGES
    ]
    blocks: list[Block] = [Grid([_("stage"), _("people now")], standing)]
    if report.ways:
        ways = sorted(report.ways.items(), key=lambda item: (-item[1], item[0]))
        blocks.append(
            Grid(
                [_("moved"), _("people")],
                [
                    [Cell(move_words(was, stage)), Cell(number(count), tracing.part("moves"))]
                    for (was, stage), count in ways
                ],
            )
        )
    else:
        blocks.append(Text(_("Nobody moved to another stage in this time.")))
    return Section(_("Stages"), blocks)


def campaigns(report: Report, tracing: Tracing) -> Section:
    """What each campaign brought: before, during, after."""
    if not report.campaigns:
        return Section(_("Campaigns"), [Text(_("No campaign ran in this time."))])
    blocks: list[Block] = []
    for one in report.campaigns:
        name, command = one.campaign.name, tracing.campaign(one.campaign.name)
        columns = [figure_words(period) for _which, period in one.periods]
        rows = [
            [
                Cell(_(title)),
                *(
                    Cell(texts[place], command if place == 1 and at == 1 else "")
                    for at, texts in enumerate(columns)
                ),
            ]
            for place, title in enumerate(CAMPAIGN_ROWS)
        ]
        blocks.append(
            Grid([_("“{words}”").format(words=name), _("before"), _("during"), _("after")], rows)
        )
        blocks += [Text(note, note=True) for note in remarks(one, report.made_at)]
    return Section(_("Campaigns"), blocks)


def planning(report: Report, tracing: Tracing) -> Section:
    """What was planned, what of it is done, what is late."""
    if not report.planned:
        return Section(_("Planning"), [Text(_("Nothing was planned for this time."))])
    rows = [
        [Cell(_("in the plan")), Cell(number(len(report.planned)), tracing.part("planned"))],
        [Cell(_("done")), Cell(number(len(report.done)), tracing.part("done"))],
        [Cell(_("late")), Cell(number(len(report.late)), tracing.part("late"))],
        [Cell(_("still to come")), Cell(number(len(report.to_come)), tracing.part("planned"))],
    ]
    blocks: list[Block] = [Grid(["", ""], rows)]
    if report.late:
        blocks.append(Points([[Cell(_entry(one))] for one in report.late[:_MOST]]))
        blocks += _more(len(report.late))
    return Section(_("Planning"), blocks)


def _entry(one: Planned) -> str:
    parts = [day(one.at), one.title, network_title(one.channel) if one.channel else ""]
    return " · ".join([*filter(None, parts), one.owner or _("nobody has it")])


def cadence(report: Report, tracing: Tracing) -> Section:
    """Posts a week by channel, as meant and as they were."""
    if not report.cadence:
        told = _("No channel has a target or a post: “hubbub cadence” sets one.")
        return Section(_("Cadence"), [Text(told)])
    rows = [
        [
            Cell(network_title(one.channel)),
            Cell("–" if one.target is None else a_week(one.target)),
            Cell(number(one.this_week), tracing.whole("cadence")),
            Cell(" ".join(number(count) for count in one.posted[:-1])),
            Cell(", ".join(verdict.text for verdict in verdicts(one))),
        ]
        for one in report.cadence
    ]
    head = [_("channel"), _("meant a week"), _("last week"), _("weeks before"), _("how it is")]
    return Section(_("Cadence"), [Grid(head, rows)])


def decisions(report: Report, tracing: Tracing) -> Section:
    """What somebody must decide now."""
    found = report.decisions
    items: list[list[Cell]] = []

    def item(text: str, command: str) -> None:
        items.append([Cell(text, command)])

    for alert in found.alerts[:_MOST]:
        told = _("Alert {number} ({severity}) is nobody’s: {title}")
        item(
            told.format(number=alert.id, severity=word(alert.severity), title=say(alert.title)),
            tracing.whole("alerts"),
        )
    for count, text, command in (
        (len(found.overdue), _("Conversations overdue: {count}."), tracing.whole("conductor")),
        (len(found.late), _("Planned and late: {count}."), tracing.whole("plan")),
        (len(found.drafts), _("Drafts that wait for approval: {count}."), tracing.whole("plan")),
        (len(found.uncertain), _("Replies of which nobody knows whether they were sent: {count}."),
         "hubbub outbox"),
    ):  # fmt: skip
        if count:
            item(text.format(count=number(count)), command)
    for gap in found.unheld[:3]:
        when = stretch_words(gap.from_at, gap.to_at, report.made_at)
        item(_("Nobody is on duty: {when}.").format(when=when), "hubbub duty")
    for one in found.channels:
        name = network_title(one.cadence.channel)
        item(_about(name, channel_words(one)), tracing.whole("cadence"))
    for advice in found.advice:
        what = _("Listen on {network}") if advice.what == "add" else _("Drop {network}")
        name = advice.source or network_title(advice.network)
        why = " ".join(say(one) for one in advice.evidence)
        item(_about(what.format(network=name), why), tracing.whole("coverage"))
    if not items:
        told = _("Nothing waits for a decision now.")
        return Section(_("To decide"), [Text(told)], wide=True)
    return Section(_("To decide"), [Points(items)], wide=True)


def _about(what: str, told: str) -> str:
    return _("{who}: {text}").format(who=what, text=told)


def sources(report: Report, tracing: Tracing) -> Section:
    """Which figures are spoilt, and by what."""
    items: list[Sequence[Cell]] = [
        [
            Cell(
                _about(f"{network_title(one.network)}, {one.label}", word(one.state))
                + (f" · {say(one.detail)}" if one.detail is not None else ""),
                "hubbub sources",
            )
        ]
        for one in report.troubled
    ]
    for gap in report.missed[:_MOST]:
        begins = long_day(gap.from_at) if gap.from_at is not None else _("an unknown time")
        ends = long_day(gap.to_at) if gap.to_at is not None else _("an unknown time")
        told = _("{source}: from {first} to {last} something may be missing. {why}")
        if gap.filled:
            told = _("{source}: from {first} to {last} something was missing, and was read later.")
        items.append(
            [
                Cell(
                    told.format(
                        source=f"{network_title(gap.network)}, {gap.label}",
                        first=begins,
                        last=ends,
                        why=say(gap.reason),
                    ).strip(),
                    tracing.part("gaps"),
                )
            ]
        )
    if not items:
        return Section(
            _("Sources"), [Text(_("Every source is well, and no gap is known in this time."))]
        )
    return Section(_("Sources"), [Points(items), *_more(len(report.missed))])
