"""What ``hubbub campaigns`` shows: the list, one of them, two side by side, and its mentions."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.campaigns.campaign import Campaign
from listeners.campaigns.comparing import BURSTS, compared, mood_moved
from listeners.campaigns.figures import CampaignFigures
from listeners.clock import utc_now
from listeners.model import Micros, Sentence
from listeners.networks.titles import network_title
from listeners.rows import MentionRow
from listeners.store import Store, reads
from listeners.store.campaigns import (
    Volume,
    campaign,
    campaign_mention_ids,
    campaigns,
    figures,
    progress,
    volumes,
)
from listeners.text import fold
from tui.campaign_words import (
    FIGURES,
    MEASURES,
    NONE,
    PERIODS,
    WHYS,
    aim_words,
    channels_words,
    days_words,
    difference_words,
    figure_words,
    phase_words,
    remarks,
    tags_words,
)
from tui.commands import DONE, WRONG_USE
from tui.commands.campaign_records import (
    campaign_record,
    difference_record,
    figures_record,
    volume_record,
)
from tui.commands.common import CommandError, Settings, reading
from tui.commands.output import Column, Record
from tui.commands.records import mention_record
from tui.i18n import _, full_moment, msgid, number, percent, say


async def named(store: Store, name: str, brand: str) -> Campaign:
    """Return the campaign a person means by its name or number.

    Raises:
        CommandError: there is none, or several brands have one.
    """
    if name.removeprefix("#").isdigit() and len(name) < 16:
        found = await campaign(store, int(name.removeprefix("#")))
        if found is not None and brand in ("", found.brand):
            return found
    known = await campaigns(store, brand)
    same = [one for one in known if fold(one.name) == fold(name.strip())]
    if len(same) == 1:
        return same[0]
    if same:
        brands = ", ".join(one.brand for one in same)
        raise CommandError(
            Sentence(
                "Several brands have a campaign called “{name}”: {brands}. Say which with --brand.",
                {"name": name, "brands": brands},
            ),
            WRONG_USE,
        )
    if not known:
        raise CommandError(Sentence("There is no campaign yet."))
    raise CommandError(
        Sentence(
            "There is no campaign called “{name}”. There are: {names}.",
            {"name": name, "names": ", ".join(dict.fromkeys(one.name for one in known))},
        )
    )


async def show_list(known: Settings, brand: str) -> int:
    """Write every campaign with how much is its own."""
    now = utc_now()
    async with reading(known) as store:
        found = await campaigns(store, brand)
        counts = await volumes(store, [one.id for one in found])
    rows = [(one, counts.get(one.id, Volume())) for one in found]
    known.output.rows(
        rows,
        (
            Column(msgid("ID"), lambda row: str(row[0].id), right=True),
            Column(msgid("Campaign"), lambda row: row[0].name),
            Column(msgid("Brand"), lambda row: row[0].brand),
            Column(msgid("Aim"), lambda row: aim_words(row[0])),
            Column(msgid("Days"), lambda row: days_words(row[0])),
            Column(msgid("Now"), lambda row: phase_words(row[0], now)),
            Column(msgid("Mentions"), lambda row: number(row[1].mentions), right=True),
            Column(msgid("Our posts"), lambda row: number(row[1].posts), right=True),
        ),
        lambda row: {**campaign_record(row[0], now), **volume_record(row[1])},
        empty=msgid("No campaign yet. “hubbub campaigns add NAME --from DAY --to DAY” plans one."),
    )
    return DONE


async def show_one(known: Settings, name: str, brand: str) -> int:
    """Write what one campaign is, and what it brought."""
    now = utc_now()
    async with reading(known) as store:
        one = await named(store, name, brand)
        found = await figures(store, one, now)
        share = await progress(store, one.id)
    output = known.output
    if not output.for_people:
        output.record({**campaign_record(one, now), **figures_record(found), "attributed": share})
        return DONE
    output.fields(_facts(one, now))
    output.line("")
    output.rows(list(enumerate(FIGURES)), _columns(found), lambda row: {"figure": row[1]})
    output.line("")
    for said in remarks(found, now):
        output.line(said)
    output.line(say(mood_moved(found.before, found.during)))
    if share < 1:
        output.line(
            _("So far {share} of what is stored was looked at.").format(share=percent(share))
        )
    return DONE


def _facts(one: Campaign, now: Micros) -> Record:
    return {
        _("Campaign"): f"{one.name} ({one.brand})",
        _("Aim"): aim_words(one),
        _("Audience"): one.audience or NONE,
        _("Days"): f"{days_words(one)} · {phase_words(one, now)}",
        _("Channels"): channels_words(one),
        _("Tags"): tags_words(one) or NONE,
        _("Terms"): one.terms or NONE,
        _("Surges"): _("do not ring meanwhile") if one.maintenance_id else _("ring as usual"),
    }


def _columns(found: CampaignFigures) -> tuple[Column[tuple[int, str]], ...]:
    def column(title: str, cells: Sequence[str]) -> Column[tuple[int, str]]:
        return Column(title, lambda row: cells[row[0]], right=True)

    periods = [column(PERIODS[name], figure_words(period)) for name, period in found.periods]
    name: Column[tuple[int, str]] = Column(msgid("figure"), lambda row: _(row[1]))
    return (name, *periods, column(msgid("its own"), figure_words(found.own)))


async def show_two(known: Settings, name: str, other: str, brand: str) -> int:
    """Write two campaigns side by side."""
    now = utc_now()
    async with reading(known) as store:
        first = await named(store, name, brand)
        second = await named(store, other, brand)
        if first.id == second.id:
            raise CommandError(Sentence("These are one campaign; name two."), WRONG_USE)
        rows = compared(await figures(store, first, now), await figures(store, second, now))
    output = known.output
    if not output.for_people:
        output.records([difference_record(row) for row in rows])
        return DONE
    output.rows(
        rows,
        (
            Column(msgid("figure"), lambda row: _(MEASURES[row.measure])),
            Column(first.name, lambda row: difference_words(row)[0], right=True),
            Column(second.name, lambda row: difference_words(row)[1], right=True),
            Column(msgid("difference"), lambda row: say(row.said)),
        ),
        difference_record,
    )
    output.line("")
    output.line(say(BURSTS))
    return DONE


async def show_mentions(known: Settings, name: str, brand: str, limit: int) -> int:
    """Write the newest mentions of one campaign, and why each is its own."""
    async with reading(known) as store:
        one = await named(store, name, brand)
        ids = await campaign_mention_ids(store, one.id, max(1, limit))
        rows = await reads.mentions(store, [id_ for id_, _why in ids])
    whys = dict(ids)
    known.output.rows(
        [rows[id_] for id_ in whys if id_ in rows],
        _mention_columns(whys),
        lambda row: {**mention_record(row), "why": whys[row.id]},
        empty=msgid("No mention is this campaign’s yet."),
    )
    return DONE


def _mention_columns(whys: dict[int, str]) -> tuple[Column[MentionRow], ...]:
    return (
        Column(msgid("ID"), lambda row: str(row.id), right=True),
        Column(msgid("When"), lambda row: full_moment(row.sort_at)),
        Column(msgid("Why"), lambda row: _(WHYS.get(whys[row.id], whys[row.id]))),
        Column(msgid("Network"), lambda row: network_title(row.network)),
        Column(msgid("Who"), lambda row: row.author or row.author_name),
        Column(msgid("Text"), lambda row: row.title or row.text),
    )
