"""A press list is written together where its rows allow it, and comes to the same as row by row."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners import actions
from listeners.clock import from_iso
from listeners.config import Config
from listeners.model import Author, Micros
from listeners.people.press import PressList, read_press_list
from listeners.store import Store, ingest, open_store
from listeners.store.connection import Connection
from listeners.store.records import SeenAccount

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))
CONFIG = Config(member="Ana", members=("Ana",))
HEARD = (("mastodon", "anne@press.example"), ("bluesky", "anne.example"), ("reddit", "anne_d"))
HEAD = "name,outlet,role,mail,mastodon,bluesky,reddit,tags"
ROWS = st.tuples(
    st.sampled_from(["Anne", "Bo"]),
    st.sampled_from(["", "Le Jour", "La Nuit"]),
    st.sampled_from(["", "vip"]),
    st.sampled_from(["", "anne@jour.example", "bo@nuit.example"]),
    st.sampled_from(["", "@anne@press.example", "@bo@press.example"]),
    st.sampled_from(["", "anne.example"]),
    st.sampled_from(["", "anne_d"]),
    st.sampled_from(["", "presse"]),
)


def press_list(*rows: tuple[str, ...]) -> PressList:
    return read_press_list("\n".join([HEAD, *map(",".join, rows)]).encode(), "l.csv")


async def hear(store: Store) -> None:
    seen = [SeenAccount(network, Author(key=key, handle=key)) for network, key in HEARD]
    await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))


async def told(store: Store) -> Counter[tuple[str, ...]]:
    """What is known of everybody, without their numbers."""
    rows = await store.fetch(
        """SELECT p.name, p.role, p.outlet, p.beat,
               (SELECT group_concat(tag) FROM (SELECT tag FROM person_tag
                WHERE person_id = p.id ORDER BY 1)) AS tags,
               (SELECT group_concat(value) FROM (SELECT kind || network || value AS value
                FROM contact WHERE person_id = p.id ORDER BY 1)) AS contacts,
               (SELECT group_concat(key) FROM (SELECT key FROM account
                WHERE person_id = p.id ORDER BY 1)) AS accounts
           FROM person p WHERE p.removed = 0 AND p.merged_into IS NULL"""
    )
    return Counter(tuple(map(str, row)) for row in rows)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    async def work(path: Path) -> None:
        async with open_store(path) as store:
            await hear(store)

    path = tmp_path_factory.mktemp("heard") / "hubbub.db"
    asyncio.run(work(path))
    return path


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(ROWS, min_size=2, max_size=5))
def test_together_is_as_one_after_the_other(heard: Path, rows: list[tuple[str, ...]]) -> None:
    async def work(folder: Path) -> None:
        wanted = press_list(*rows)
        for name in ("a.db", "b.db"):
            copy(heard, folder / name)
        async with open_store(folder / "a.db") as together, open_store(folder / "b.db") as apart:
            before = await told(apart)
            outcome = await actions.import_press(together, CONFIG, "Ana", wanted, NOW)
            done = 0
            for entry in wanted.entries:
                one = replace(wanted, entries=(entry,))
                done += (await actions.import_press(apart, CONFIG, "Ana", one, NOW)).done
            assert await told(together) == await told(apart)
            assert outcome.done == done
            assert not (await actions.undo(together, "Ana", NOW)).refused
            assert await told(together) == before

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(work(Path(folder)))


@pytest.mark.parametrize("change", ["", "vip"])
async def test_a_long_list_takes_no_more_statements_than_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Every statement is a hop to another thread: a row at a time held the file for 9 s."""
    asked = 0

    def counted(method: str) -> None:
        usual = getattr(Connection, method)

        async def run(self: Connection, *values: object) -> object:
            nonlocal asked
            asked += 1
            return await usual(self, *values)

        monkeypatch.setattr(Connection, method, run)

    counted("fetch")
    counted("many")
    took: list[list[int]] = []
    for count in (2, 40):
        async with open_store(tmp_path / f"{count}.db") as store:
            took.append([])
            for role in ("", change):
                rows = [
                    (f"N{n}", "X", role, f"{n}@x.example", f"@n{n}@x.example", "", "", "presse")
                    for n in range(count)
                ]
                asked = 0
                outcome = await actions.import_press(store, CONFIG, "Ana", press_list(*rows), NOW)
                took[-1].append(asked)
                assert outcome.done == (0 if role == change == "" and len(took[-1]) == 2 else count)
    assert took[0] == took[1]
