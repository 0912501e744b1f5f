"""Whoever was forgotten does not come back: not by a post, the past, an import or a press list."""

from __future__ import annotations

import asyncio
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners import actions
from listeners.actions.forgetting import forget, may_forget, names_kept
from listeners.model import Author, Batch, Deletion, Engagement
from listeners.people.masking import Masking, Traces
from listeners.people.press import read_press_list
from listeners.store import open_store
from listeners.store.forgetting import finish_forgetting, forget_person
from listeners.store.people import person_of_account
from tests.listeners.store.test_store_forgetting import bytes_of, fill, found_in
from tests.listeners.test_pipeline import CONFIG, MAX, NOW, SOURCE, ZOE, Desk, post

LIST = b"name,outlet,mail,mastodon\nZoe Marchand,Le Jour,zoe@jour.example,@zoe@social.example\n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_store(tmp_path / "hubbub.db") as store:
        desk = Desk(store)
        await desk.open()
        yield desk


async def gone(desk: Desk, who: Author = ZOE) -> None:
    person = await person_of_account(desk.store, "mastodon", who.key)
    assert person is not None
    await forget_person(desk.store, person, NOW, pause=0)


async def test_what_is_offered_again_is_not_stored_again(desk: Desk) -> None:
    said = post(1, "Lune is broken", ZOE)
    await desk.take(said, post(2, "Lune works", MAX))
    await gone(desk)
    later = replace(ZOE, handle="zoe.renamed@social.example", name="Zoé renamed")
    offered = [
        said,
        replace(said, author=later, text="Lune is broken, edited"),
        replace(said, engagement=Engagement(likes=7)),
        post(3, "Lune once more", later),
    ]

    async def past(_connection: object, _counts: object, _last: bool) -> None:
        return None

    for one in offered:
        counts = await desk.take(one)
        assert (counts.new, counts.updated) == (0, 0)
        batch = Batch(posts=(one,), deletions=(Deletion("mastodon", "777"),))
        counts = await desk.pipeline.take(SOURCE, desk.source_id, batch, then=past)
        assert counts.new == 0
    assert [row.text for row in await desk.mentions()] == ["Lune works"]
    accounts = {row["key"] for row in await desk.store.fetch("SELECT key FROM account")}
    assert accounts == {MAX.key}


async def test_a_press_list_does_not_bring_them_back(desk: Desk) -> None:
    await actions.import_press(desk.store, CONFIG, "Ana", read_press_list(LIST, "a.csv"), NOW)
    await desk.take(post(1, "Lune is broken", ZOE))
    await gone(desk)
    rows = LIST + b"Max Kept,Le Jour,max@jour.example,\nZoe Marchand,Le Jour,,\n"
    rows += b"Somebody,Le Soir,ZOE@jour.example,\nZoe Marchand,Le Soir,,\n"
    told = read_press_list(rows, "a.csv")
    outcome = await actions.import_press(desk.store, CONFIG, "Ana", told, NOW)
    found = await desk.store.fetch("SELECT name, outlet FROM person WHERE name != ''")
    # A namesake at another paper is somebody else.
    assert {tuple(row) for row in found} == {("Max Kept", "Le Jour"), ("Zoe Marchand", "Le Soir")}
    assert [one.values["line"] for one in outcome.refused] == [2, 4, 5]


async def test_who_may_forget(desk: Desk) -> None:
    await desk.take(post(1, "Lune is broken", ZOE))
    person = await person_of_account(desk.store, "mastodon", ZOE.key)
    assert person is not None
    led = replace(CONFIG, members=("Ana", "Léo", "Obi"), leads=("Ana",), observers=("Obi",))
    for member, allowed in (("Ana", True), ("Léo", False), ("Obi", False)):
        assert (await may_forget(desk.store, led, member, person) is None) is allowed
    assert await may_forget(desk.store, CONFIG, "Léo", person) is None
    refused = await forget(desk.store, led, "Léo", person, "Zoé", NOW)
    assert refused.masking is None
    assert len(await desk.mentions()) == 1
    await desk.store.write(lambda c: c.fetch("UPDATE account SET ours = 1"))
    assert await may_forget(desk.store, CONFIG, "Ana", person) is not None


def test_names_of_the_team_and_of_brands_are_kept() -> None:
    kept = names_kept(replace(CONFIG, members=("Ana",), member="Léo"))
    assert kept == {"Ana", "Léo", "Lune", "Soleil", "@lune@social.example"}


# --- masking -------------------------------------------------------------------------------------

TRACES = Traces(
    handles=frozenset({"orange", "z.q@social.example"}),
    names=frozenset({"Zoé Müller", "Al"}),
    keys=frozenset({"10930"}),
    addresses=frozenset({"https://www.zq.example/me", "zq@mail.example"}),
    posts=frozenset({"https://news.example/item?id=42"}),
    words=frozenset({"the kettle leaks when it boils at night again", "Kettle exploded"}),
    kept=frozenset({"Ana"}),
)


@pytest.mark.parametrize(
    ("text", "ours", "theirs"),
    [
        ("orange juice", "… juice", "orange juice"),
        ("hi @orange!", "hi …!", "hi …!"),
        ("hi @orangeade", "hi @orangeade", "hi @orangeade"),
        ("see ZOÉ MÜLLER there", "see … there", "see … there"),
        ("Al said so", "Al said so", "Al said so"),
        ("Al", "…", "Al"),
        ("write zq@mail.example", "write …", "write …"),
        ("http://zq.example/me is it", "http://… is it", "http://… is it"),
        ("she said the kettle leaks when it, and so on", "she said …, and so on",
         "she said the kettle leaks when it, and so on"),
        ("RT: The kettle leaks when it boils at night again", "RT: …", "RT: …"),
        ("“kettle exploded” again", "“…” again", "“kettle exploded” again"),
        ("number 10930", "number …", "number 10930"),
        ("(http://news.example/item?id=42).", "(…).", "(…)."),
        ("https://news.example/item?id=421", "https://news.example/item?id=421",
         "https://news.example/item?id=421"),
        ("Ana takes it", "Ana takes it", "Ana takes it"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_what_names_somebody_is_blanked(text: str, ours: str, theirs: str) -> None:
    masking = Masking(TRACES)
    assert (masking.ours(text), masking.theirs(text)) == (ours, theirs)


def test_the_fixed_words_of_a_record_stay() -> None:
    masking = Masking(replace(TRACES, handles=frozenset({"open"})))
    record = '{"state": "open", "title": "open", "n": [1, null, "x open"]}'
    assert masking.json_ours(record) == (
        '{"state":"open","title":"\\u2026","n":[1,null,"x \\u2026"]}'
    )
    assert masking.json_ours('{"a": 1}') == '{"a": 1}'
    assert masking.json_ours("no record of open") == "no record of …"


# --- cut off -------------------------------------------------------------------------------------


@pytest.mark.faults
@pytest.mark.parametrize("after", [14, 26])
async def test_killed_in_the_middle_it_is_finished_by_the_next(tmp_path: Path, after: int) -> None:
    path = tmp_path / "hubbub.db"
    fill(path)
    program = f"""
        import asyncio, os, signal
        from pathlib import Path
        from listeners.store import open_store
        from listeners.store.forgetting import forget_person
        async def main():
            async with open_store(Path({str(path)!r})) as store:
                real, seen = store.write, 0
                async def write(work, **how):
                    nonlocal seen
                    seen += 1
                    if seen == {after}:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return await real(work, **how)
                store.write = write
                await forget_person(store, 1, 1, pause=0)
        asyncio.run(main())
    """
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", textwrap.dedent(program))
    assert await child.wait() == -signal.SIGKILL
    async with open_store(path) as store:
        assert await store.fetch("PRAGMA foreign_key_check") == []
        assert await finish_forgetting(store, NOW, pause=0)
        assert found_in(bytes_of(path)) == []
