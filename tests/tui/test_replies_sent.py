"""The list of replies and the list of templates: what became of each, and what a person may do."""

from __future__ import annotations

from pathlib import Path

from listeners.model import MINUTE, ConversationState, Micros, Sentence
from listeners.networks.replying import ReplyRefusedError
from listeners.store import Connection, Store, reads
from listeners.store.outbox import NewReply, add_reply, outbox, set_state
from listeners.store.templates import templates
from tests.tui.driving import Driven, until
from tests.tui.seeded import NOW
from tests.tui.test_reply_screen import ANA, MARC, boxed, desk_of, front, state_of, write_to
from tui.screens.asking import Ask
from tui.screens.conversation import ConversationScreen
from tui.screens.outbox import OutboxScreen
from tui.screens.template_form import TemplateForm
from tui.screens.templates import TemplatesScreen


async def uncertain(store: Store) -> None:
    """Two replies in the store: one that nobody can tell of, one that was sent after it."""
    answered = {one: (await reads.thread(store, one))[-1].native_id for one in (ANA, MARC)}

    async def work(connection: Connection) -> None:
        for conversation, text, state in (
            (ANA, "Maybe there", "sending"),
            (MARC, "Surely there", "sent"),
        ):
            new = NewReply(
                conversation=conversation, source="mastodon:acme", network="mastodon", text=text,
                key=text, state=state, author="Ana", in_reply_to=answered[conversation],
            )  # fmt: skip
            await add_reply(connection, new, Micros(NOW - MINUTE))
        why = Sentence("It cannot be told whether it is there.")
        await set_state(connection, 1, "unknown", detail=why)

    await store.write(work)


async def palette(one: Driven, words: str) -> None:
    """Choose an action by its name."""
    await one.press("ctrl+p", *words, "enter")


async def test_at_the_start_uncertain_replies_are_said_once(tmp_path: Path) -> None:
    async with desk_of(tmp_path, prepare=uncertain) as (one, _voice):
        await until(lambda: "1 reply is uncertain: “Replies sent” (^p) settles it." in one.frame())


async def test_a_person_settles_what_nobody_can_tell(tmp_path: Path) -> None:
    async with desk_of(tmp_path, (80, 24), prepare=uncertain) as (one, _voice):
        await palette(one, "replies s")
        front(one, OutboxScreen)
        picture = one.frame()
        assert picture.index("Maybe there") < picture.index("Surely there")
        assert "? uncertain" in picture
        await one.press("r")
        assert "Only a reply that was refused" in one.frame()
        await one.press("y")
        await until(lambda: "✓ sent" in one.frame().split("Surely there")[0])
        assert await state_of(one.store, ANA) is ConversationState.WAITING
        await one.press("enter")
        front(one, ConversationScreen)


async def test_what_is_not_there_is_refused_and_can_be_sent_again(tmp_path: Path) -> None:
    async with desk_of(tmp_path, prepare=uncertain) as (one, voice):
        await palette(one, "replies s")
        await one.press("n")
        await until(lambda: "✗ refused" in one.frame())
        one.screen.list.move_to(list(one.screen.list.state.ids).index(1))
        await one.press("r")
        front(one, Ask)
        assert "Send it again to" in boxed(one)
        await one.press("enter")
        await until(lambda: [reply.text for reply in voice.sends] == ["Maybe there"])
        await until(lambda: "Reply sent to" in one.frame())


async def test_a_sent_reply_is_deleted_from_the_list(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        await write_to(one, ANA, *"Hi", "ctrl+s", "enter")
        await until(lambda: "Reply sent to" in one.frame())
        await palette(one, "replies s")
        voice.fails = ReplyRefusedError(Sentence("It is pinned."))
        await one.press("D", "enter")
        await until(lambda: "It is pinned." in one.frame())
        voice.fails = None
        await one.press("D", "enter")
        await until(lambda: "× deleted" in one.frame())
        assert voice.deleted
        (row,) = await outbox(one.store)
        assert row.state == "deleted"


async def test_an_empty_list_says_how_to_begin(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        await palette(one, "replies s")
        assert "Nothing was sent from here yet." in one.frame()
        await one.press("y", "n", "r", "D", "enter")
        front(one, OutboxScreen)


async def test_templates_are_added_changed_removed_and_brought_back(tmp_path: Path) -> None:
    async with desk_of(tmp_path, (80, 24)) as (one, _voice):
        await palette(one, "templates")
        front(one, TemplatesScreen)
        assert "The team has written no templates yet." in one.frame()
        await one.press("a", "ctrl+s")
        front(one, TemplateForm)
        assert "It needs a name and words." in one.frame()
        await one.press(*"Late", "enter", *"Français", "enter", *"aurora bikes", "enter")
        await one.press(*"Bonjour {name}", "ctrl+s")
        (made,) = await templates(one.store)
        assert (made.name, made.lang, made.brand, made.text) == (
            "Late", "fr", "Aurora Bikes", "Bonjour {name}",
        )  # fmt: skip
        await one.press("enter", *"r", "ctrl+s")
        assert [known.name for known in await templates(one.store)] == ["Later"]
        await one.press("d")
        assert await templates(one.store) == []
        assert "Removed: Later" in one.frame()
        await one.press("z")
        assert [known.name for known in await templates(one.store)] == ["Later"]
        await one.press("e")
        front(one, TemplateForm)
        await one.press("escape", "z", "z")
        assert await templates(one.store) == []
        await one.press("q")
        assert not isinstance(one.screen, TemplatesScreen)


async def test_a_language_or_brand_nobody_knows_is_refused_in_words(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        await palette(one, "templates")
        await one.press("a", *"N", "tab", *"klingon", "tab", "tab", *"W", "ctrl+s")
        assert "There is no such language here." in one.frame()
        await one.press("escape")
        await one.press("a", *"N", "tab", "tab", *"acme", "tab", *"W", "ctrl+s")
        assert "There is no such brand here." in one.frame()
