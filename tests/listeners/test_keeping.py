"""How long each source is kept: the shorter limit wins, and the file holds nothing older."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import Config, SourceConfig, load_config
from listeners.config.types import ConfigError
from listeners.housekeeping import Housekeeping
from listeners.keeping import due_days, kept_days, shortest_days
from listeners.model import DAY, ConversationState, Micros
from listeners.store import open_store
from tests.listeners.store.builders import NOW, furnish

ACME = SourceConfig(network="mastodon", what="acme", keep_days=30)
BLOGS = SourceConfig(network="feeds", what="blogs")


@pytest.mark.parametrize(
    ("everywhere", "own", "days"),
    [(0, 0, None), (90, 0, 90), (0, 30, 30), (90, 30, 30), (30, 90, 30), (1, 1, 1)],
)
def test_the_shorter_limit_wins(everywhere: int, own: int, days: int | None) -> None:
    assert kept_days(replace(ACME, keep_days=own), everywhere) == days


def test_a_source_that_is_configured_no_more_is_kept_as_all_are() -> None:
    assert (kept_days(None, 0), kept_days(None, 90)) == (None, 90)
    found = due_days([(1, ACME), (2, BLOGS), (3, None)], 90, NOW)
    assert found == {NOW - 30 * DAY: [1], NOW - 90 * DAY: [2, 3]}
    assert due_days([(2, BLOGS)], 0, NOW) == {}


def test_the_shortest_of_all_is_what_stages_reckon_with() -> None:
    assert shortest_days(Config(sources=(BLOGS,))) == 0
    assert shortest_days(Config(sources=(BLOGS, ACME))) == 30
    assert shortest_days(Config(sources=(BLOGS, ACME), retention_days=7)) == 7


def test_it_is_read_from_the_source(tmp_path: Path) -> None:
    file = tmp_path / "hubbub.toml"
    file.write_text('[[source]]\nnetwork = "feeds"\nwhat = "blogs"\nkeep_days = 45\n')
    (source,) = load_config(file).sources
    assert (source.keep_days, dict(source.options)) == (45, {})
    file.write_text('[[source]]\nnetwork = "feeds"\nwhat = "blogs"\nkeep_days = "45"\n')
    with pytest.raises(ConfigError, match="keep_days must be a whole number"):
        load_config(file)


async def test_the_file_holds_no_word_older_than_its_source_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    config = Config(sources=(ACME, BLOGS), retention_days=90)
    async with open_store(path) as store:
        world = await furnish(store)
        feeds = world.sources["feeds:blogs"]
        waiting = await world.converse("waiting", state=ConversationState.OPEN)
        old, older = Micros(NOW - 40 * DAY), Micros(NOW - 100 * DAY)
        await world.add(
            [
                *(world.mention(f"zzqxjkw{n} said", at=old) for n in range(60)),
                world.mention("zzqxjkw of a feed", at=older, source_id=feeds),
                world.mention("feed kept", at=old, source_id=feeds),
                world.mention("open kept", at=old, conversation_id=waiting.id),
                world.mention("new kept"),
            ]
        )
    assert b"zzqxjkw" in path.read_bytes()
    async with open_store(path) as store:
        await Housekeeping(store, config, lambda: NOW).retention()
        left = {row["text"] for row in await store.fetch("SELECT text FROM mention")}
        assert left == {"feed kept", "open kept", "new kept"}
        await store.empty_log()
        assert b"qxjkw" not in path.read_bytes()
    assert b"qxjkw" not in path.read_bytes()
