"""The past of a source and the places of a post, as the screens and commands say them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.model import DAY, Engagement, Micros, SafeText, Sentence
from listeners.rows import PlaceRow
from listeners.store import Store, open_store, reads
from listeners.store.backfills import BackfillRow, BackfillState, advance, backfills, plan, settle
from listeners.store.connection import Connection
from tests.tui.driving import driven
from tests.tui.seeded import BRAND, NOW, seed
from tui.__main__ import main
from tui.i18n import use_language
from tui.past_words import past_text
from tui.terminal import ending
from tui.theme import DARK, palette
from tui.widgets.history_lines import past_lines
from tui.widgets.paint import text_of
from tui.widgets.place_lines import also_text

STYLES = palette(DARK)


def reading(state: BackfillState, **more: object) -> BackfillRow:
    one = BackfillRow(
        id=1, source_id=1, source="mastodon:#lune", network="mastodon", label=SafeText("#lune"),
        brand="Lune", query="q", since=Micros(NOW - 30 * DAY), before=NOW,
        reached=Micros(NOW - 9 * DAY), place="p", state=state, fetched=412, kept=38, detail=None,
        asked_by=SafeText(""), begun_at=NOW, ended_at=None,
    )  # fmt: skip
    return replace(one, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (reading(BackfillState.WAITING, fetched=0), "waits until the present is read"),
        (reading(BackfillState.RUNNING), "412 read, 38 kept"),
        (reading(BackfillState.STOPPED), "stopped at"),
        (reading(BackfillState.DONE), "all it still has, back to"),
        (reading(BackfillState.DONE, reached=Micros(NOW - 30 * DAY)), "read back to"),
        (reading(BackfillState.DONE, reached=None), "nothing there from before"),
        (reading(BackfillState.FAILED, detail=Sentence("No key.")), "given up at"),
        (reading(BackfillState.FAILED, fetched=0, detail=Sentence("No key.")), "be read. No key."),
    ],
)
def test_how_a_reading_stands(row: BackfillRow, said: str) -> None:
    assert said in past_text(row)


def test_the_key_is_named_where_it_does_something() -> None:
    def hint(*states: BackfillState) -> str:
        rows = [reading(state) for state in states]
        return text_of(past_lines(rows, 70, STYLES, "H")[-1])

    assert "H stops it" in hint(BackfillState.DONE, BackfillState.RUNNING)
    assert "H lets it go on" in hint(BackfillState.STOPPED)
    assert "H" not in hint(BackfillState.DONE)
    assert past_lines([], 70, STYLES, "H") == []
    two = past_lines(
        [reading(BackfillState.DONE), reading(BackfillState.DONE, brand="Sol")], 70, STYLES
    )
    assert "Sol: " in text_of(two[-1])


def place(network: str, *, gone: bool = False) -> PlaceRow:
    return PlaceRow(
        network=network, source="s", label=SafeText("s"), native_id="n", url="",
        author=SafeText("zoe"), seen_at=NOW, gone=gone, same=False, engagement=Engagement(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("network", "places", "said"),
    [
        (
            "bluesky",
            [place("mastodon"), place("feeds"), place("news")],
            "also on Mastodon, in 2 feeds",
        ),
        ("feeds", [place("feeds")], "also in 1 more feed"),
        ("mastodon", [place("mastodon")], "also on another server of Mastodon"),
        ("bluesky", [place("mastodon", gone=True)], "no longer on Mastodon"),
        ("bluesky", [], ""),
    ],
)
def test_where_a_post_stands_besides(network: str, places: list[PlaceRow], said: str) -> None:
    assert also_text(network, places) == said


async def begun(store: Store) -> None:
    sources = await reads.sources(store)

    async def work(connection: Connection) -> None:
        rows = await connection.fetch("SELECT id FROM brand WHERE name = ?", (BRAND,))
        for source in sources:
            await plan(connection, source.id, rows[0]["id"], "q", Micros(NOW - 30 * DAY), NOW)

    await store.write(work)
    rows = await backfills(store)
    await store.write(lambda c: advance(c, rows[0].id, "p", Micros(NOW - 9 * DAY), 412, 38))
    for row in rows[1:]:
        number = row.id
        await store.write(lambda c, n=number: settle(c, n, BackfillState.DONE, NOW))  # type: ignore[misc]


async def test_the_key_stops_the_past_of_a_source_and_lets_it_go_on(tmp_path: Path) -> None:
    async with driven(tmp_path, (120, 40), prepare=begun) as hub:
        await hub.press("5")
        assert "412 read, 38 kept" in hub.frame()
        await hub.press("H")
        assert (await backfills(hub.store))[0].state is BackfillState.STOPPED
        assert "H lets it go on" in hub.frame()
        await hub.press("H")
        assert (await backfills(hub.store))[0].state is BackfillState.WAITING


def test_the_command_tells_stops_goes_on_and_asks_for_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "end_within", lambda _seconds, _code: None)
    monkeypatch.setenv("HUBBUB_LANG", "en")
    path, config = tmp_path / "hubbub.db", tmp_path / "hubbub.toml"
    config.write_text(f'member = "Ana"\n[brand."{BRAND}"]\n')

    async def prepare() -> None:
        async with open_store(path) as store:
            await seed(store)
            await begun(store)

    asyncio.run(prepare())

    def told(*arguments: str) -> str:
        with contextlib.suppress(SystemExit):
            main(["history", "--store", str(path), "--config", str(config), *arguments])
        written = capsys.readouterr()
        return written.out or written.err

    rows = json.loads(told("-o", "json"))
    (busy,) = [row for row in rows if row["state"] == "running"]
    assert (busy["read"], busy["kept"]) == (412, 38)
    assert "412 read, 38 kept" in told("--source", busy["source"])
    assert "Stopped." in told("--stop")
    assert "No past is being read" in told("--stop", "--source", busy["source"])
    assert "It goes on" in told("--go-on")
    assert "further back" in told("--since", "200d", "--source", busy["network"])
    use_language("en")
