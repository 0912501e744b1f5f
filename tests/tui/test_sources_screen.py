"""The source screen: how each place is doing, what to do about it, what networks can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.clock import to_iso
from listeners.model import (
    HOUR,
    MINUTE,
    Gap,
    Micros,
    SafeText,
    Sentence,
    SourceRow,
    SourceState,
)
from listeners.networks.contract import Capability
from listeners.store import Connection, Store
from listeners.store.ingest import add_gap
from listeners.store.sources import set_source_state
from tests.fake.hostile import HOSTILE
from tests.tui.driving import Engine, driven
from tests.tui.seeded import NOW
from tui.screens.sources import SourcesScreen
from tui.sources import gap_text, mend
from tui.theme import DARK, palette
from tui.widgets.paint import text_of
from tui.widgets.source_lines import network_table, source_lines
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
