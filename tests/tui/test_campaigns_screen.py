"""Campaigns on screen: planned in a form, looked at, compared, made quiet, and all taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from listeners.actions.campaigns import keep_campaign
from listeners.attributing import attribute
from listeners.campaigns.campaign import Campaign
from listeners.model import DAY, Micros
from listeners.store import Store
from listeners.store.campaigns import campaign_mention_ids, campaigns
from listeners.store.maintenance import windows
from tests.tui.driving import CONFIG, Driven, driven, listed, until
from tests.tui.seeded import BRAND, NOW
from tui.campaign_days import Daily, bounds
from tui.campaign_words import phase_words
from tui.i18n import use_language
from tui.screens.campaign_form import CampaignForm
from tui.screens.campaign_mentions import CampaignMentionsScreen
from tui.screens.campaigns import CampaignsScreen
from tui.screens.conversation import MentionScreen
from tui.screens.pickers import Picker
from tui.theme import palette
from tui.widgets.campaign_chart import day_chart
from tui.widgets.paint import text_of, width_of

OBSERVER = replace(CONFIG, observers=("Ana",))


def planned(name: str, first: int, last: int, **changes: Any) -> Campaign:
    """A campaign of November 2026, by the numbers of its days."""
    from_at, to_at = bounds(date(2026, 11, first), date(2026, 11, last), UTC)
    return replace(Campaign(brand=BRAND, name=name, from_at=from_at, to_at=to_at), **changes)


def having(*wanted: Campaign, quiet: bool = False) -> Callable[[Store], Awaitable[None]]:
    async def prepare(store: Store) -> None:
        for one in wanted:
            said, _ = await keep_campaign(store, CONFIG, "Ana", one, NOW, quiet=quiet)
            assert said.done == 1, said.sentence
        await attribute(store)

    return prepare


COLOURS = planned("Colours", 19, 22, aim="amuse", terms="colours", audience="riders")
RAIN = planned("Rain", 19, 19, terms="rain")
LATER = planned("Winter", 28, 30, tags=("winter",))


def said(one: Driven) -> str:
    for screen in reversed(one.app.screen_stack):
        message = getattr(getattr(screen, "keys", None), "said", None)
        if message is not None:
            return str(message.text)
    return ""


def shows(one: Driven, screen: type[Screen[Any]]) -> bool:
    return isinstance(one.screen, screen)


def box(one: Driven) -> str:
    return str(one.screen.query_one("#box").border_subtitle)


async def to_campaigns(one: Driven) -> None:
    await one.press("9", "c")
    assert shows(one, CampaignsScreen)


@pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), pytest.param((200, 60), marks=pytest.mark.long)]
)
async def test_what_a_campaign_brought_is_seen_in_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with driven(tmp_path, size, prepare=having(RAIN, LATER, COLOURS)) as one:
        await to_campaigns(one)
        frame = one.frame()
        for words in ("3 campaigns", "▶ Colours", "☺ amuse", "day 2 of 4", "◷ Winter", "in 8 days",
                      "before", "during", "after", "mentions"):  # fmt: skip
            assert words in frame, words
        assert frame.index("Colours") < frame.index("Winter") < frame.index("■ Rain")
        await one.press(*["J"] * 12)
        frame = one.frame()
        assert "Most liked, shared and answered" in frame
        assert "█ its own" in frame
        assert max(map(len, frame.splitlines())) <= size[0]


async def test_a_campaign_is_planned_in_the_form_changed_and_taken_back(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24)) as one:
        await to_campaigns(one)
        assert "No campaign is planned yet." in one.frame()
        await one.press("a")
        assert shows(one, CampaignForm)
        assert "only planned posts" in one.frame()
        await one.press("ctrl+s")
        assert "needs a name" in box(one)
        await one.press("enter", *"Launch", "enter")
        await one.press("down", "enter", "enter")
        await one.press("down", "down", "enter")
        one.screen.field.value = "soon"
        await one.press("enter")
        assert "is no day" in box(one)
        await one.press("enter")
        one.screen.field.value = "2026-11-19"
        await one.press("enter", "down", "enter")
        one.screen.field.value = "22.11.2026"
        await one.press("enter")
        assert "First day: Thu 19 Nov 2026" in one.frame()
        assert "Last day: Sun 22 Nov 2026" in one.frame()
        await one.press("down", "enter", "enter", "escape")
        await one.press("down", "enter", *"hue, rain", "enter")
        await one.press("down", "enter")
        one.screen.field.value = "(colours"
        await one.press("enter")
        assert "never closed" in one.frame()
        one.screen.field.value = "colours"
        await one.press("enter")
        await one.press("down", "enter")
        assert "Surges meanwhile: are kept, and do not ring" in one.frame()
        await one.press("ctrl+s")
        assert shows(one, CampaignsScreen)
        await until(lambda: "0 mentions" not in one.frame() and "Launch" in one.frame())
        assert said(one) == "Campaign added"
        (made,) = await campaigns(one.store, BRAND)
        assert (made.name, made.aim, made.tags, made.terms) == (
            "Launch", "amuse", ("hue", "rain"), "colours",
        )  # fmt: skip
        assert len(made.channels) == 1
        assert (made.from_at, made.to_at) == (COLOURS.from_at, COLOURS.to_at)
        (window,) = await windows(one.store, NOW)
        assert (window.id, window.to_at) == (made.maintenance_id, made.to_at)
        await one.press("e", "enter", *" 2", "enter", "ctrl+s")
        await until(lambda: "Launch 2" in one.frame())
        await one.press("z")
        await until(lambda: "Launch 2" not in one.frame())
        await one.press("z")
        await until(lambda: "No campaign is planned yet." in one.frame())
        assert await windows(one.store, NOW) == []
        await one.press("Z")
        await until(lambda: "▶ Launch" in one.frame())


async def test_the_form_asks_before_it_drops_what_was_typed(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=having(COLOURS)) as one:
        await to_campaigns(one)
        await one.press("a", "escape")
        assert shows(one, CampaignsScreen)
        await one.press("a", "enter", *"colours", "enter", "ctrl+s")
        assert shows(one, CampaignForm)
        await until(lambda: "another name is needed" in box(one))
        await one.press("escape")
        assert "not kept yet" in box(one)
        await one.press("escape")
        assert shows(one, CampaignsScreen)
        assert len(await campaigns(one.store, "")) == 1


@pytest.mark.long
async def test_the_first_day_moves_a_campaign_as_a_whole(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=having(COLOURS)) as one:
        await to_campaigns(one)
        await one.press("e", "down", "down", "down", "enter")
        one.screen.field.value = "2026-11-26"
        await one.press("enter", "ctrl+s")
        await until(lambda: "in 6 days" in one.frame())
        (made,) = await campaigns(one.store, "")
        assert (made.from_at, made.to_at) == (
            COLOURS.from_at + 7 * DAY,
            COLOURS.to_at + 7 * DAY,
        )


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 40), marks=pytest.mark.long)])
async def test_two_marked_campaigns_are_compared(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, prepare=having(RAIN, COLOURS)) as one:
        await to_campaigns(one)
        await one.press("space", "space")
        frame = one.frame()
        assert "Two campaigns" in frame
        assert "mentions a day" in frame
        assert "“Colours” is higher, and by" in frame
        await one.press("escape")
        assert "before" in one.frame()
        await one.press("equals_sign")
        assert shows(one, Picker)
        await one.press("enter")
        assert "Two campaigns" in one.frame()
        await one.press("escape", "escape")
        assert not shows(one, CampaignsScreen)


@pytest.mark.long
async def test_comparing_needs_another(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=having(COLOURS)) as one:
        await to_campaigns(one)
        await one.press("equals_sign")
        assert "no other campaign" in said(one)


async def test_surges_are_kept_quiet_by_a_key_and_ring_again_by_undo(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=having(COLOURS)) as one:
        await to_campaigns(one)
        await one.press("s")
        await until(lambda: "do not ring" in one.frame())
        assert len(await windows(one.store, NOW)) == 1
        await one.press("z")
        await until(lambda: "do not ring" not in one.frame())
        assert await windows(one.store, NOW) == []
        one.clock.now = Micros(COLOURS.to_at + DAY)
        await one.press("s")
        await until(lambda: "It is over" in said(one))


async def test_its_mentions_are_listed_opened_and_taken_out(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=having(COLOURS)) as one:
        await to_campaigns(one)
        await one.press("enter")
        assert shows(one, CampaignMentionsScreen)
        whole = [id_ for id_, _why in await campaign_mention_ids(one.store, 1)]
        assert listed(one.screen) == whole
        assert "its own by: its terms" in one.frame()
        assert "Out of the campaign" in one.frame()
        await one.press("enter")
        assert shows(one, MentionScreen)
        await one.press("escape", "space", "space", "d")
        await until(lambda: listed(one.screen) == whole[2:])
        assert said(one) == "2 taken out of the campaign"
        await one.press("z")
        await until(lambda: listed(one.screen) == whole)
        await one.press("escape")
        assert shows(one, CampaignsScreen)


async def test_removing_a_campaign_is_taken_back(tmp_path: Path) -> None:
    foreign = replace(COLOURS, name="[b]Colours[/b]\x1b[31m")
    async with driven(tmp_path, (80, 24), prepare=having(foreign, quiet=True)) as one:
        await to_campaigns(one)
        await one.press("e")
        assert one.frame().count("[b]Colours[/b]") == 3
        await one.press("escape", "enter")
        assert "❯ [b]Colours[/b]" in one.frame()
        await one.press("escape", "d")
        await until(lambda: "No campaign is planned yet." in one.frame())
        assert await windows(one.store, NOW) == []
        await one.press("z")
        await until(lambda: "▶ [b]Colours[/b]" in one.frame() and "  0 mentions" not in one.frame())
        assert len(await windows(one.store, NOW)) == 1


async def test_an_observer_looks_and_changes_nothing(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=OBSERVER, prepare=_by_leo) as one:
        await to_campaigns(one)
        for key in ("a", "e", "d", "s"):
            await one.press(key)
            assert shows(one, CampaignsScreen)
            assert "observer" in said(one)
        await one.press("enter", "d")
        assert "observer" in said(one)
        assert len(await campaigns(one.store, "")) == 1


async def _by_leo(store: Store) -> None:
    await keep_campaign(store, CONFIG, "Léo", COLOURS, NOW, quiet=False)
    await attribute(store)


@pytest.mark.long
async def test_brands_are_told_apart(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=having(COLOURS)) as one:
        await to_campaigns(one)
        await one.press("B")
        assert "▶ Colours" in one.frame()


# --- the chart ------------------------------------------------------------------------------------


def days_of(counts: list[tuple[int, int]]) -> list[Daily]:
    start = COLOURS.from_at - 4 * DAY
    return [Daily(Micros(start + at * DAY), *one) for at, one in enumerate(counts)]


def test_the_chart_tells_its_own_from_the_brands_without_colours() -> None:
    counts = [(2, 0)] * 4 + [(8, 8), (8, 4), (8, 0), (4, 4)] + [(0, 0)] * 4
    lines = day_chart(days_of(counts), COLOURS, 60, 4, palette("hubbub-dark", no_color=True))
    drawn = [text_of(line) for line in lines]
    assert drawn[0].startswith("   8 │")
    assert "██ " in drawn[0]
    assert "░░ " in drawn[0]
    assert drawn[4].count("━") == 12
    assert drawn[5].split() == ["15", "Nov", "19", "Nov", "23", "Nov"]
    assert "its own" in drawn[6]
    assert "the brand" in drawn[6]


@pytest.mark.parametrize("count", [0, 1, 3, 30, 400])
@pytest.mark.parametrize("width", [10, 40, 140])
def test_the_chart_fits_however_long_the_campaign_is(count: int, width: int) -> None:
    days = days_of([(at % 7, at % 3) for at in range(count)])
    lines = day_chart(days, COLOURS, width, 5, palette("hubbub-dark", no_color=False))
    assert (lines == []) == (count == 0 or width < 14)
    assert all(width_of(line) <= max(width, 40) for line in lines[:-1])
    assert all(width_of(line) <= width for line in lines[:6])


def test_how_long_until_it_begins_is_said_in_days() -> None:
    use_language("en")
    assert phase_words(LATER, Micros(LATER.from_at - 1)) == "in 1 day"
    assert phase_words(LATER, LATER.from_at) == "day 1 of 3"
    assert phase_words(LATER, LATER.to_at) == "over"
