"""What is done to people, and that any of it is taken back exactly, at any depth."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners import actions
from listeners.actions import Outcome, redo, undo
from listeners.clock import from_iso
from listeners.config import Config
from listeners.conversations.conversation import Conversation
from listeners.model import Author, ConversationState, Micros, Sentence
from listeners.people.press import read_press_list
from listeners.people.rows import PeopleFilter
from listeners.store import Store, ingest, open_store, reads, subjects
from listeners.store.connection import Connection
from listeners.store.people import people, people_ids, person_of_account, persons_of
from listeners.store.records import SeenAccount
from tests.listeners.store.builders import furnish

NOW = Micros(from_iso("2026-11-20T14:00:00Z"))
CONFIG = Config(member="Ana", members=("Ana", "Léo", "Zoé"), observers=("Zoé",))
HEARD = (
    ("mastodon", "anne@press.example", "Anne"),
    ("bluesky", "anne.example", "Anne Dupont"),
    ("github", "anned", ""),
    ("reddit", "anne_d", ""),
    ("reddit", "anne_e", ""),
)
LIST = """Nom;Média;Courriel;Mastodon;Bluesky;Étiquettes
Anne Dupont;Le Jour;anne@jour.example;@anne@press.example;anne.example;presse
Bo Diaz;La Nuit;bo@nuit.example;@bo@press.example;;
"""

Everything = list[tuple[Any, ...]]


async def hear(store: Store, *more: tuple[str, str, str]) -> None:
    seen = [
        SeenAccount(network, Author(key=handle, handle=handle, name=name, followers=10))
        for network, handle, name in more
    ]
    await store.write(lambda c: ingest.upsert_accounts(c, seen, NOW))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "hubbub.db") as opened:
        await hear(opened, *HEARD)
        yield opened


async def person(store: Store, network: str, handle: str) -> int:
    found = await person_of_account(store, network, handle)
    assert found is not None
    return found


async def everything(store: Store) -> dict[str, Everything]:
    """Return all that undo answers for: neither counters nor persons that are not there."""
    asked = {
        "persons": "SELECT id, name, role, outlet, beat, merged_into FROM person WHERE removed = 0",
        "owners": "SELECT id, person_id FROM account",
        "contacts": "SELECT * FROM contact",
        "tags": "SELECT * FROM person_tag",
        "apart": "SELECT lower_id, higher_id FROM apart WHERE removed = 0",
        "mutes": "SELECT kind, value FROM mute WHERE removed = 0",
        "notes": "SELECT subject_id, text FROM note WHERE removed = 0",
        "reach": "SELECT id, reach FROM person WHERE removed = 0",
    }
    return {
        name: sorted(map(tuple, await store.fetch(sql)), key=repr) for name, sql in asked.items()
    }


async def merged(store: Store, *ids: int) -> Outcome:
    return await actions.merge_persons(store, CONFIG, "Ana", ids, NOW)


async def test_merging_moves_accounts_tags_and_notes_and_is_taken_back(store: Store) -> None:
    one, two = await person(store, "mastodon", HEARD[0][1]), await person(store, "github", "anned")
    await actions.tag_people(store, CONFIG, "Ana", [two], ["dev"], NOW)
    await actions.note_people(store, CONFIG, "Ana", [two], "met in Lyon", NOW)
    await actions.set_role(store, CONFIG, "Ana", [two], "journalist", NOW)
    before = await everything(store)
    outcome = await merged(store, one, two)
    assert outcome.sentence.values["number"] == one
    [row] = (await people(store, [one])).values()
    assert [account.network for account in row.accounts] == ["mastodon", "github"]
    assert (row.role, row.tags, row.reach) == ("journalist", ("dev",), 20)
    after = await everything(store)
    assert (await undo(store, "Ana", NOW)).done
    assert await everything(store) == before
    assert (await redo(store, "Ana", NOW)).done
    assert await everything(store) == after
    # What names the other one finds the person it has become.
    await actions.tag_people(store, CONFIG, "Ana", [two], ["later"], NOW)
    assert (await people(store, [one]))[one].tags == ("dev", "later")


@pytest.mark.parametrize(
    ("one", "other"),
    [(0, 3), (3, 0), (2, 3)],
)
async def test_nobody_is_merged_across_reddit(store: Store, one: int, other: int) -> None:
    ids = [await person(store, *HEARD[place][:2]) for place in (one, other)]
    before = await everything(store)
    outcome = await merged(store, *ids)
    assert not outcome.done
    assert "forbids" in outcome.sentence.template
    assert await everything(store) == before


async def test_two_names_on_reddit_are_one_person_and_then_nothing_else_is(store: Store) -> None:
    one, two = await person(store, "reddit", "anne_d"), await person(store, "reddit", "anne_e")
    assert (await merged(store, one, two)).done
    outcome = await merged(store, one, await person(store, "github", "anned"))
    assert "forbids" in outcome.sentence.template


async def test_a_handle_of_a_press_list_counts_as_a_network_too(store: Store) -> None:
    wanted = read_press_list(b"name;mastodon\nAnne;@anne@press.example\n", "l.csv")
    await actions.import_press(store, CONFIG, "Ana", wanted, NOW)
    one = await person(store, "reddit", "anne_d")
    assert not (await merged(store, await person(store, *HEARD[0][:2]), one)).done


async def test_an_account_is_taken_out_and_not_suggested_again(store: Store) -> None:
    one, two = await person(store, "mastodon", HEARD[0][1]), await person(store, "github", "anned")
    await merged(store, one, two)
    before = await everything(store)
    [account] = [
        row["id"] for row in await store.fetch("SELECT id FROM account WHERE network = 'github'")
    ]
    outcome = await actions.split_account(store, CONFIG, "Ana", account, NOW)
    new = await person(store, "github", "anned")
    assert outcome.done == 1
    assert new not in (one, two)
    assert (one, new) in (await everything(store))["apart"]
    after = await everything(store)
    await undo(store, "Ana", NOW)
    assert await everything(store) == before
    await redo(store, "Ana", NOW)
    assert await everything(store) == after


async def test_what_somebody_else_did_since_is_left_alone(store: Store) -> None:
    ids = [await person(store, network, handle) for network, handle, _name in HEARD[:3]]
    await merged(store, ids[0], ids[1])
    await actions.merge_persons(store, CONFIG, "Léo", [ids[2], ids[0]], NOW)
    held = await everything(store)
    outcome = await undo(store, "Ana", NOW)
    assert not outcome.done
    assert await everything(store) == held


async def test_a_role_is_checked_and_a_member_who_only_looks_is_refused(store: Store) -> None:
    one = await person(store, "github", "anned")
    assert not (await actions.set_role(store, CONFIG, "Ana", [one], "king", NOW)).done
    assert not (await actions.set_role(store, CONFIG, "Zoé", [one], "vip", NOW)).done
    assert not (await actions.set_role(store, CONFIG, "Ana", [999], "vip", NOW)).done
    assert (await everything(store))["persons"][0][2] == ""


async def test_our_own_accounts_are_no_people(store: Store) -> None:
    ours = SeenAccount("mastodon", Author(key="us", handle="us"), ours=True)
    await store.write(lambda c: ingest.upsert_accounts(c, [ours], NOW))
    us = await person(store, "mastodon", "us")
    assert not (await merged(store, await person(store, "github", "anned"), us)).done
    assert not (await actions.set_role(store, CONFIG, "Ana", [us], "vip", NOW)).done


async def test_muting_a_person_mutes_every_account_and_undo_unmutes_them(store: Store) -> None:
    one, two = await person(store, "mastodon", HEARD[0][1]), await person(store, "github", "anned")
    await merged(store, one, two)
    before = await everything(store)
    assert (await actions.mute_people(store, CONFIG, "Ana", [one], NOW)).done == 1
    assert len((await everything(store))["mutes"]) == 2
    assert (await people(store, [one]))[one].muted
    assert not (await actions.mute_people(store, CONFIG, "Ana", [one], NOW)).done
    await undo(store, "Ana", NOW)
    assert await everything(store) == before
    await redo(store, "Ana", NOW)
    assert (await actions.mute_people(store, CONFIG, "Ana", [one], NOW, off=True)).done
    assert await everything(store) == before


# --- press lists -----------------------------------------------------------------------------


async def test_a_list_is_one_step_and_twice_is_nothing(store: Store) -> None:
    before = await everything(store)
    wanted = read_press_list(LIST.encode(), "list.csv")
    outcome = await actions.import_press(store, CONFIG, "Ana", wanted, NOW)
    assert outcome.done == 2
    rows = {str(row.name): row for row in await persons_of(store)}
    anne = rows["Anne Dupont"]
    assert anne.networks == ("mastodon", "bluesky")
    assert (anne.role, anne.outlet, anne.tags) == ("journalist", "Le Jour", ("presse",))
    assert rows["Bo Diaz"].last_at is None
    held = await everything(store)
    again = await actions.import_press(store, CONFIG, "Ana", wanted, NOW)
    assert not again.done
    assert await everything(store) == held
    assert (await undo(store, "Ana", NOW)).done
    assert await everything(store) == before
    assert await persons_of(store) == []
    assert (await redo(store, "Ana", NOW)).done
    assert await everything(store) == held


async def test_a_row_without_any_address_is_the_same_person_the_next_time(store: Store) -> None:
    wanted = read_press_list(b"name,outlet\nCy Noir,Radio\n", "l.csv")
    assert (await actions.import_press(store, CONFIG, "Ana", wanted, NOW)).done == 1
    assert not (await actions.import_press(store, CONFIG, "Ana", wanted, NOW)).done


async def test_an_account_heard_later_is_theirs_at_once(store: Store) -> None:
    wanted = read_press_list(LIST.encode(), "list.csv")
    await actions.import_press(store, CONFIG, "Ana", wanted, NOW)
    await hear(store, ("mastodon", "Bo@press.example", "Bo"))
    bo = await person(store, "mastodon", "Bo@press.example")
    assert (await people(store, [bo]))[bo].role == "journalist"
    [event, *_] = await reads.events(store)
    assert (event.actor, event.subject_kind) == ("hubbub", "person")
    # An undo of the list would leave an account with nobody: he stays, and that is said.
    outcome = await undo(store, "Ana", NOW)
    assert outcome.refused
    assert await person(store, "mastodon", "Bo@press.example") == bo
    assert [row.name for row in await persons_of(store)] == ["Bo Diaz"]
    # What hubbub did can be taken back from the log.
    assert (await undo(store, "Ana", NOW, step=event.step, of="hubbub")).done
    assert await person(store, "mastodon", "Bo@press.example") != bo


async def test_a_handle_known_by_its_page_alone_is_found(store: Store) -> None:
    """A server of the fediverse calls its own members without its name."""
    local = Author(
        key="https://press.example/users/cy", handle="cy", url="https://press.example/@cy"
    )
    seen = SeenAccount("mastodon", local)
    await store.write(lambda c: ingest.upsert_accounts(c, [seen], NOW))
    wanted = read_press_list(b"name,mastodon\nCy Noir,@cy@press.example\n", "l.csv")
    await actions.import_press(store, CONFIG, "Ana", wanted, NOW)
    row = (await people(store, [await person(store, "mastodon", local.key)])).popitem()[1]
    assert row.name == "Cy Noir"


async def test_who_may_only_look_takes_in_no_list(store: Store) -> None:
    wanted = read_press_list(LIST.encode(), "list.csv")
    assert not (await actions.import_press(store, CONFIG, "Zoé", wanted, NOW)).done


# --- their conversations ---------------------------------------------------------------------


async def test_a_new_role_ranks_their_open_conversations_anew(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        world = await furnish(store)
        talk = await world.converse(tier=5, reasons=(Sentence("mention"),))
        await world.add([world.mention("hello?", conversation_id=talk.id, asks=True)])
        ana = await person(store, "mastodon", "ana")
        outcome = await actions.set_role(store, CONFIG, "Ana", [ana], "journalist", NOW)
        assert outcome.sentence.template == "Role set"
        after = await one_talk(store, talk.id)
        assert (after.tier, after.reasons) == (3, (Sentence("journalist"),))
        back = await undo(store, "Ana", NOW)
        assert back.sentence.template == "Role as before"
        after = await one_talk(store, talk.id)
        assert (after.tier, after.reasons) == (5, (Sentence("mention"),))
        await redo(store, "Ana", NOW)
        await actions.set_role(store, CONFIG, "Ana", [ana], "", NOW)
        assert (await one_talk(store, talk.id)).tier == 5


async def test_what_is_answered_is_not_ranked(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        world = await furnish(store)
        talk = await world.converse(state=ConversationState.RESOLVED, waiting_since=None)
        await world.add([world.mention("hello?", conversation_id=talk.id, asks=True)])
        ana = await person(store, "mastodon", "ana")
        await actions.set_role(store, CONFIG, "Ana", [ana], "vip", NOW)
        assert await one_talk(store, talk.id) == talk


async def one_talk(store: Store, number: int) -> Conversation:
    async def work(connection: Connection) -> Conversation:
        return (await subjects.load_conversations(connection, [number]))[number]

    return await store.read(work)


# --- any sequence ----------------------------------------------------------------------------

WORLD_PEOPLE = st.integers(0, len(HEARD) - 1)
STEPS: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    st.tuples(st.just("merge"), st.lists(WORLD_PEOPLE, min_size=2, max_size=3)),
    st.tuples(st.just("split"), WORLD_PEOPLE),
    st.tuples(st.just("apart"), st.tuples(WORLD_PEOPLE, WORLD_PEOPLE)),
    st.tuples(st.just("role"), WORLD_PEOPLE),
    st.tuples(st.just("tag"), st.lists(WORLD_PEOPLE, min_size=1, max_size=2)),
    st.tuples(st.just("untag"), WORLD_PEOPLE),
    st.tuples(st.just("rename"), WORLD_PEOPLE),
    st.tuples(st.just("mute"), WORLD_PEOPLE),
    st.tuples(st.just("import"), st.none()),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("redo"), st.none()),
)


async def do(store: Store, verb: str, what: Any) -> Outcome:
    async def whose(place: int) -> int:
        return await person(store, *HEARD[place][:2])

    match verb:
        case "merge":
            ids = [await whose(place) for place in what]
            return await merged(store, *ids)
        case "split":
            network, handle, _name = HEARD[what]
            [row] = await store.fetch(
                "SELECT id FROM account WHERE network = ? AND key = ?", (network, handle)
            )
            return await actions.split_account(store, CONFIG, "Ana", row["id"], NOW)
        case "apart":
            one, other = [await whose(place) for place in what]
            return await actions.not_the_same(store, CONFIG, "Ana", one, other, NOW)
        case "role":
            return await actions.set_role(store, CONFIG, "Ana", [await whose(what)], "vip", NOW)
        case "tag":
            ids = [await whose(place) for place in what]
            return await actions.tag_people(store, CONFIG, "Ana", ids, ["a", "b"], NOW)
        case "untag":
            ids = [await whose(what)]
            return await actions.tag_people(store, CONFIG, "Ana", ids, ["a"], NOW, off=True)
        case "rename":
            ids = [await whose(what)]
            return await actions.describe(store, CONFIG, "Ana", ids, {"name": "Cy"}, NOW)
        case "mute":
            return await actions.mute_people(store, CONFIG, "Ana", [await whose(what)], NOW)
        case "import":
            wanted = read_press_list(LIST.encode(), "list.csv")
            return await actions.import_press(store, CONFIG, "Ana", wanted, NOW)
        case "undo":
            return await undo(store, "Ana", NOW)
        case _:
            return await redo(store, "Ana", NOW)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=9))
def test_undoing_everything_restores_the_first_state_and_redoing_the_last(
    steps: list[tuple[str, Any]],
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder) / "hubbub.db") as store:
                await hear(store, *HEARD)
                first = await everything(store)
                for verb, what in steps:
                    await do(store, verb, what)
                last = await everything(store)
                seen = [last]
                while (await undo(store, "Ana", NOW)).done:
                    seen.append(await everything(store))
                assert await everything(store) == first
                for state in reversed(seen[:-1]):
                    assert (await redo(store, "Ana", NOW)).done
                    assert await everything(store) == state

    asyncio.run(play())


async def test_the_list_shows_nobody_twice(store: Store) -> None:
    one, two = await person(store, "mastodon", HEARD[0][1]), await person(store, "github", "anned")
    await merged(store, one, two)
    assert two not in list(await people_ids(store, PeopleFilter(), limit=50))
