"""The source screen: how each place is doing, what to do about it, what networks can do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.clock import to_iso
from listeners.http import Budget
from listeners.model import HOUR, MINUTE, SECOND, Gap, Micros, SafeText, Sentence, SourceState
from listeners.networks import registry
from listeners.networks.contract import Capability
from listeners.rows import SourceRow
from listeners.store import Connection, Store, reads
from listeners.store.budgets import StoredBudgets
from listeners.store.ingest import add_gap
from listeners.store.quotas import StoredLedger
from listeners.store.reads.uses import HostUse, QuotaUse, SourceUse, TurnUse
from listeners.store.sources import set_source_state
from listeners.store.uses import keep_pace, keep_uses
from tests.fake.hostile import HOSTILE
from tests.tui.driving import Engine, driven
from tests.tui.seeded import NOW
from tui.i18n import clock_time, moment
from tui.screens.sources import SourcesScreen
from tui.sources import gap_text, mend, short_title
from tui.theme import DARK, palette
from tui.uses import pace_text, scarce, use_texts
from tui.widgets.network_lines import network_table
from tui.widgets.paint import text_of
from tui.widgets.source_lines import source_lines
from tui.words import word

STYLES = palette(DARK)
OFFERED = (
    Capability(network="mastodon", title="Mastodon", search=True, works_without_key=True),
    Capability(network="reddit", title="Reddit", needs_token=True),
    Capability(network="import", title="Drop folder", by_hand=True),
)


def row(state: SourceState = SourceState.OK, **fields: object) -> SourceRow:
    known: dict[str, object] = {
        "id": 1,
        "key": "mastodon:#aurora",
        "network": "mastodon",
        "label": SafeText("#aurora"),
        "state": state,
        "detail": None,
        "state_since": Micros(NOW - HOUR),
        "until": None,
        "last_ok_at": Micros(NOW - 2 * MINUTE),
        "next_at": Micros(NOW + MINUTE),
        "lag": 0.0,
        "cursor": "abc",
        "fetched": 1234,
        "new": 56,
        "updated": 7,
        "deleted": 1,
        "bad": 2,
        "open_gap": None,
        "gapless": True,
    }
    return SourceRow(**{**known, **fields})  # type: ignore[arg-type]


def told(source: SourceRow, width: int = 70) -> str:
    lines = source_lines(source, OFFERED[0], width, NOW, STYLES)
    return "\n".join(text_of(line) for line in lines)


@pytest.mark.parametrize("state", list(SourceState))
def test_every_state_has_a_word_and_a_mend(state: SourceState) -> None:
    source = row(state)
    assert word(state) in told(source)
    # What is well needs nothing; everything else says what to do.
    assert bool(mend(source)) is (state is not SourceState.OK)


def test_a_source_says_why_until_when_and_from_when_to_when() -> None:
    said = told(
        row(
            SourceState.RATE_LIMITED,
            detail=Sentence("{host} asks us to slow down.", {"host": "social.example"}),
            until=Micros(NOW + 5 * MINUTE),
            open_gap=Gap(Micros(NOW - 3 * HOUR), Micros(NOW - 2 * HOUR), Sentence("offline")),
            lag=600.0,
        )
    )
    for text in ("rate limited until", "social.example asks us", "gap from", "offline", "1,234",
                 "56 new", "2 unreadable", "10m", "next", "abc"):  # fmt: skip
        assert text in said.replace("\n         ", " "), (text, said)


def test_a_gap_without_ends_is_said_too() -> None:
    assert gap_text(None) == ""
    assert gap_text(Gap(None, None, Sentence("lost"))) == "gap from an unknown time to now: lost"


@pytest.mark.parametrize("width", [40, 76, 120])
def test_no_line_is_wider_than_its_pane(width: int) -> None:
    lines = source_lines(row(SourceState.FAILING), OFFERED[0], width, NOW, STYLES)
    for line in [*lines, *network_table(OFFERED, width, STYLES)]:
        assert len(text_of(line)) <= max(width, 24), text_of(line)


def test_the_table_says_who_needs_a_key() -> None:
    for width in (40, 120):
        said = "\n".join(text_of(line) for line in network_table(OFFERED, width, STYLES))
        assert said.index("no key needed") < said.index("needs a key") < said.index("by hand")


def test_hostile_labels_and_cursors_stay_in_their_line() -> None:
    for _, text in HOSTILE:
        lines = source_lines(row(cursor=text[:500]), OFFERED[0], 60, NOW, STYLES)
        assert all("\n" not in text_of(line) for line in lines)


# --- on screen ----------------------------------------------------------------------------------


async def trouble(store: Store) -> None:
    async def work(connection: Connection) -> None:
        await set_source_state(
            connection, 4, SourceState.FAILING, NOW, detail=Sentence("The server is silent.")
        )
        await add_gap(
            connection,
            1,
            Gap(Micros(NOW - 3 * HOUR), Micros(NOW - 2 * HOUR), Sentence("we were offline")),
            NOW,
        )

    await store.write(work)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_sources_are_one_key_away(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, prepare=trouble) as hub:
        await hub.press("5")
        assert isinstance(hub.screen, SourcesScreen)
        frame = hub.frame()
        for text in ("Cycling blogs", "failing", "The server is silent.", "we were offline", "ok"):
            assert text in frame
        await hub.press("escape")
        assert not isinstance(hub.screen, SourcesScreen)


async def test_the_pane_tells_of_the_source_under_the_cursor(tmp_path: Path) -> None:
    async with driven(tmp_path, (200, 60), prepare=trouble) as hub:
        await hub.press("5")
        names = [text_of(hub.screen.about._laid.lines[0])]
        for _ in range(3):
            await hub.press("j")
            names.append(text_of(hub.screen.about._laid.lines[0]))
        assert len(set(names)) == 4
        assert "What each network lets hubbub do" in hub.frame()


async def test_a_source_is_woken_by_its_row_and_all_by_the_refresh_key(tmp_path: Path) -> None:
    engine = Engine()
    async with driven(tmp_path, (120, 40), engine=engine) as hub:
        await hub.press("5", "enter")
        await hub.press("R")
    assert engine.woken[0] in {"mastodon:#aurora", "bluesky:", "hackernews:", "feeds:blogs"}
    assert engine.woken[1] is None


async def test_without_an_engine_the_key_says_who_listens(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40)) as hub:
        await hub.press("5", "enter")
        assert "Another hubbub listens" in hub.frame()


async def test_an_empty_list_says_where_sources_come_from(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40), filled=False) as hub:
        await hub.press("5")
        assert "hubbub listens nowhere yet." in hub.frame()


def test_times_are_told_in_utc_for_programs() -> None:
    assert to_iso(NOW).endswith("Z")


# --- what a source lives on ---------------------------------------------------------------------


def used(**fields: object) -> SourceUse:
    known: dict[str, object] = {
        "pace": 240.0,
        "hosts": (
            HostUse("closed.example", 0, 300, None, Micros(NOW + 5 * MINUTE)),
            HostUse("api.example", 412, 1000, Micros(NOW + 5 * MINUTE), None),
            HostUse("plain.example", 7, None, None, None),
        ),
        "quotas": (QuotaUse("youtube search", 97, 100, Micros(NOW + 3 * HOUR)),),
        "turns": (TurnUse("reddit.example", 60.0, Micros(NOW + 30 * SECOND)),),
    }
    return SourceUse(**{**known, **fields})  # type: ignore[arg-type]


def test_what_is_left_is_told_in_words() -> None:
    at = clock_time(Micros(NOW + 5 * MINUTE))
    assert use_texts(used(), NOW) == [
        f"closed.example: nothing until {at}",
        f"api.example: 412 of 1,000 left until {at}",
        "plain.example: 7 left",
        f"youtube search: 3 of 100 left today, anew {moment(Micros(NOW + 3 * HOUR), NOW)}",
        "reddit.example: 60s between two requests of all sources, next in 30 sec",
    ]


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (used(), "closed.example: nothing"),
        (used(hosts=()), "youtube search: 3 of 100"),
        (used(hosts=(), quotas=()), ""),
        (used(hosts=(HostUse("a", 100, 1000, None, None),), quotas=()), "a: 100 of 1,000"),
        (used(hosts=(HostUse("a", 101, 1000, None, None),), quotas=()), ""),
    ],
)
def test_only_what_runs_out_stands_in_the_list(use: SourceUse, said: str) -> None:
    found = scarce(use, NOW)
    assert found.startswith(said)
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("pace", "said"),
    [
        (None, ""),
        (60.0, "every 60s"),
        (30.0, "every 30s · usually 60s"),
        (240.0, "every 4m · usually 60s, quiet here"),
    ],
)
def test_the_pace_is_told_beside_the_usual_one(pace: float | None, said: str) -> None:
    capability = replace(OFFERED[0], interval=60.0)
    assert pace_text(SourceUse(pace=pace), capability) == said


KEYED = Capability(
    network="mastodon",
    title="Mastodon",
    needs_token=True,
    needs=Sentence("A number."),
    steps=(Sentence("Open the page."), Sentence("Copy the key.")),
    limits=(Sentence("No search there."),),
)


def said_of(state: SourceState) -> str:
    lines = source_lines(row(state), KEYED, 40, NOW, STYLES, used())
    assert all(len(text_of(line)) <= 40 for line in lines)
    return "\n".join(text_of(line) for line in lines)


def test_who_needs_a_key_is_told_the_steps_first() -> None:
    said = said_of(SourceState.NEEDS_TOKEN)
    assert said.index("Give it a key") < said.index(" 1. Open the page.") < said.index("heard")
    assert said.index("A number.") < said.index("No search there.")
    assert "How to get a key" not in said
    well = said_of(SourceState.OK)
    assert well.index("No search there.") < well.index("How to get a key") < well.index(" 2. Copy")


REAL = registry.capabilities()


@pytest.mark.parametrize("width", [30, 40, 56, 72, 110, 160])
def test_every_network_of_the_table_is_whole_at_every_width(width: int) -> None:
    lines = [text_of(line) for line in network_table(REAL, width, STYLES)]
    for line in lines:
        assert len(line) <= width, line
        assert "…" not in line
    said = "\n".join(lines)
    assert all(short_title(one) in said for one in REAL)


def test_numbers_stand_for_what_does_not_fit() -> None:
    lines = [text_of(line) for line in network_table(OFFERED, 60, STYLES)]
    head = next(at for at, line in enumerate(lines) if line.split() == list(map(str, range(1, 12))))
    assert "1 search" in " ".join(lines[:head])
    marks = {line.split("  ")[0]: line.split()[-1] for line in lines[head + 1 :]}
    assert marks["Reddit"] == "⚷"
    assert lines[head + 1].index("✓") == lines[head].index("1")


async def live(store: Store) -> None:
    """Let source 1 live on a budget that runs out, an allowance and a spaced host."""
    await StoredBudgets(store, lambda: NOW).save(
        "api.example#1", Budget(4, Micros(NOW + MINUTE), None, 1000)
    )
    await StoredBudgets(store, lambda: NOW).save("old.example", Budget(4, Micros(NOW - 1), None))
    ledger = StoredLedger(store)
    await ledger.take("youtube search#1", "2026-11-23", 40, 100, Micros(NOW + HOUR))
    await ledger.take("youtube search#1", "2026-11-22", 90, 100, NOW)
    await ledger.claim("api.example", 5.0, NOW)

    async def work(connection: Connection) -> None:
        await keep_uses(
            connection, 1, {"api.example#1", "api.example", "old.example", "youtube search#1"}
        )
        await keep_pace(connection, 1, 480.0)

    await store.write(work)


async def test_the_store_tells_what_each_source_lives_on(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40), prepare=live) as hub:
        uses = await reads.source_uses(hub.app.desk.store, NOW)
        assert uses[1] == SourceUse(
            480.0,
            (HostUse("api.example", 4, 1000, Micros(NOW + MINUTE), None),),
            (QuotaUse("youtube search", 40, 100, Micros(NOW + HOUR)),),
            (TurnUse("api.example", 5.0, Micros(NOW + 5 * SECOND)),),
        )
        assert uses[2] == SourceUse()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_screen_shows_what_is_left(tmp_path: Path, size: tuple[int, int]) -> None:
    async with driven(tmp_path, size, prepare=live) as hub:
        await hub.press("5")
        assert "4 of 1,000 left" in hub.frame()


async def test_news_do_not_move_the_place_somebody_reads(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), prepare=live) as hub:
        await hub.press("5", "J", "J")
        place = hub.screen.about.scroll_offset.y
        assert place > 0
        await trouble(hub.app.desk.store)
        await hub.screen.look()
        await hub.pilot.pause()
        assert hub.screen.about.scroll_offset.y == place
        await hub.press("j")
        assert hub.screen.about.scroll_offset.y == 0
