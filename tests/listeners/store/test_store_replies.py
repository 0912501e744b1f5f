"""Drafts, templates and replies in the store, and what the queue's rows show of them."""

from __future__ import annotations

import sqlite3

import pytest

from listeners.actions import redo, undo
from listeners.model import DAY, HOUR, MINUTE, ConversationState, Micros, SafeText, Sentence
from listeners.store import Store, reads
from listeners.store.drafts import draft, drafts, save_draft
from listeners.store.outbox import NewReply, add_reply, outbox, reply, set_state, unsettled
from listeners.store.reply_facts import raw_of
from listeners.store.retention import forget_old
from listeners.store.templates import (
    Template,
    add_template,
    change_template,
    remove_template,
    template,
    templates,
)
from tests.listeners.store.builders import NOW, World

LATER = Micros(NOW + HOUR)


async def sending(world: World, conversation: int, key: str, at: Micros = LATER) -> int:
    new = NewReply(
        conversation=conversation,
        network="mastodon",
        text="hello",
        key=key,
        state="sending",
        author="Ana",
    )
    return await world.store.write(lambda c: add_reply(c, new, at))


# --- drafts --------------------------------------------------------------------------------------


async def test_a_draft_is_kept_as_typed_and_each_has_their_own(world: World) -> None:
    one = (await world.converse()).id
    await save_draft(world.store, one, "Ana", "bonjour  {name}\t!\x07", "fr", "1", NOW)
    await save_draft(world.store, one, "Ana", "bonjour ", "fr", "2", LATER)
    await save_draft(world.store, one, "Léo", "hello\ud800", "en", "1", NOW)
    kept = await draft(world.store, one, "Ana")
    assert kept is not None
    assert (kept.text, kept.lang, kept.in_reply_to) == ("bonjour ", "fr", "2")
    assert (kept.begun_at, kept.updated_at) == (NOW, LATER)
    shown = (await reads.conversations(world.store, [one]))[one]
    assert sorted(shown.drafted) == ["Ana", "Léo"]


async def test_no_words_are_no_draft(world: World) -> None:
    one = (await world.converse()).id
    await save_draft(world.store, one, "Ana", "x", "", "", NOW)
    await save_draft(world.store, one, "Ana", " \n ", "", "", LATER)
    assert await draft(world.store, one, "Ana") is None


async def test_the_last_touched_draft_comes_first(world: World) -> None:
    for number, root in enumerate("abc"):
        one = (await world.converse(root)).id
        await save_draft(world.store, one, "Ana", root, "", "", Micros(NOW + number * MINUTE))
    assert [one.text for one in await drafts(world.store, "Ana")] == ["c", "b", "a"]
    assert await drafts(world.store, "Léo") == []


# --- replies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "asked_again", "shown"),
    [
        ("sending", False, "sending"),
        ("sent", False, "sent"),
        ("refused", False, "refused"),
        ("unknown", False, "unknown"),
        ("by hand", False, "by hand"),
        ("deleted", False, "deleted"),
        ("sent", True, ""),
        ("by hand", True, ""),
        ("refused", True, ""),
        ("deleted", True, ""),
        ("sending", True, "sending"),
        ("unknown", True, "unknown"),
    ],
)
async def test_a_row_says_what_became_of_the_newest_reply_until_they_ask_again(
    world: World, state: str, asked_again: bool, shown: str
) -> None:
    since = Micros(LATER + MINUTE) if asked_again else NOW
    one = (await world.converse(waiting_since=since)).id
    await sending(world, one, "k1", NOW)
    number = await sending(world, one, "k2")
    await world.store.write(lambda c: set_state(c, number, state))
    assert (await reads.conversations(world.store, [one]))[one].reply_state == shown


async def test_replies_are_listed_newest_first_and_filtered(world: World) -> None:
    one, two = (await world.converse("a")).id, (await world.converse("b")).id
    numbers = [await sending(world, where, f"k{n}") for n, where in enumerate((one, two, one))]
    why = Sentence("No: {reason}", {"reason": "blocked"})
    await world.store.write(lambda c: set_state(c, numbers[1], "refused", detail=why))
    await world.store.write(
        lambda c: set_state(c, numbers[2], "sent", native_id="n", url="u", sent_at=LATER)
    )
    assert [row.id for row in await outbox(world.store)] == [3, 2, 1]
    assert [row.id for row in await outbox(world.store, limit=1)] == [3]
    assert [row.id for row in await outbox(world.store, conversation=one)] == [3, 1]
    assert [row.id for row in await outbox(world.store, ("refused", "sent"), one)] == [3]
    assert [row.id for row in await unsettled(world.store)] == [1]
    refused = await reply(world.store, 2)
    assert refused is not None
    assert (refused.detail, refused.to, refused.native_id) == (why, "ana@x.example", "")
    assert await reply(world.store, 9) is None
    assert await raw_of(world.store, 9) is None


async def test_no_key_is_used_twice(world: World) -> None:
    one = (await world.converse()).id
    await sending(world, one, "same")
    with pytest.raises(sqlite3.IntegrityError):
        await sending(world, one, "same")


async def test_what_is_forgotten_takes_our_words_along_but_not_while_they_are_uncertain(
    world: World,
) -> None:
    old = Micros(NOW - 100 * DAY)
    numbers = []
    for root in ("done", "uncertain"):
        one = (await world.converse(root, state=ConversationState.RESOLVED)).id
        await world.add([world.mention("hello", conversation_id=one, at=old)])
        await save_draft(world.store, one, "Ana", "x", "", "", NOW)
        numbers.append(await sending(world, one, root))
    await world.store.write(lambda c: set_state(c, numbers[0], "sent"))
    gone = await forget_old(world.store, Micros(NOW - 90 * DAY), NOW, pause=0)
    assert (gone.mentions, gone.conversations) == (2, 1)
    assert [row.key for row in await outbox(world.store)] == ["uncertain"]
    assert len(await drafts(world.store, "Ana")) == 1


# --- templates -----------------------------------------------------------------------------------


def text_of(name: str, lang: str = "", brand: str = "", text: str = "Hi {name}") -> Template:
    return Template(name=SafeText(name), lang=lang, brand=brand, text=SafeText(text))


async def names(store: Store, lang: str = "", brand: str = "") -> str:
    return " ".join(one.name for one in await templates(store, lang, brand))


async def test_templates_fit_a_language_and_a_brand(store: Store) -> None:
    for one in (
        text_of("any"),
        text_of("Fr", "fr"),
        text_of("en", "EN"),
        text_of("bolt", "", "Bolt"),
        text_of("bolt-fr", "fr", "Bolt"),
    ):
        await add_template(store, "Ana", one, NOW)
    assert await names(store) == "any bolt bolt-fr en Fr"
    assert await names(store, "fr") == "any bolt bolt-fr Fr"
    assert await names(store, "en", "Acme") == "any en"
    assert await names(store, brand="Bolt") == "any bolt bolt-fr en Fr"


async def test_adding_changing_and_removing_a_template_are_steps(store: Store) -> None:
    added = await add_template(store, "Ana", text_of("a\x1b[31m\nb"), NOW)
    assert (added.id, added.name) == (1, "a b")
    assert await change_template(
        store, "Ana", Template(id=1, name=SafeText("c"), text=SafeText("new")), NOW
    )
    assert await remove_template(store, "Ana", 1, NOW) is not None
    assert await template(store, 1) is None
    assert await remove_template(store, "Ana", 1, NOW) is None
    assert not await change_template(store, "Ana", Template(id=9, name=added.name,
                                                            text=added.text), NOW)  # fmt: skip
    said = []
    for _ in range(3):
        outcome = await undo(store, "Ana", LATER)
        said.append((outcome.done, outcome.sentence.template, await names(store)))
    assert said == [
        (1, "Template back", "c"),
        (1, "Template as before", "a b"),
        (1, "Template taken away again", ""),
    ]
    for _ in range(2):
        await redo(store, "Ana", LATER)
    found = await template(store, 1)
    assert found is not None
    assert (found.name, found.text) == ("c", "new")
