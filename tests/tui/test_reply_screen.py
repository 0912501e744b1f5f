"""Writing a reply by keyboard: what is seen, kept and sent, and what is said of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from textual.events import Paste

from listeners import actions
from listeners.config import BrandConfig, Config
from listeners.model import MINUTE, ConversationState, Micros, SafeText, Sentence
from listeners.networks.replying import Answered, ReplyLimit, ReplyRefusedError
from listeners.replying import Outbox
from listeners.store import Connection, Store, open_store, reads
from listeners.store.drafts import draft, save_draft
from listeners.store.outbox import NewReply, add_reply, outbox
from listeners.store.presence import Beat, beat
from listeners.store.subjects import load_conversations, save_conversations
from listeners.store.templates import Template, add_template
from tests.listeners.replying.voice import SOURCE, Voice
from tests.tui.driving import Driven, driven, until
from tests.tui.seeded import BRAND, NOW
from tui.screens.asking import Ask
from tui.screens.conversation import ConversationScreen
from tui.screens.dashboard import Dashboard
from tui.screens.reply import ReplyScreen

ANA, MARC = 3, 2
"""The conversations of a customer on Mastodon and of a journalist on Bluesky."""
CONFIG = Config(
    brands=(BrandConfig(name=BRAND, handles={"mastodon": ("@aurora@mastodon.example",)}),),
    sources=(SOURCE,),
    member="Ana",
    members=("Ana", "Léo"),
)
SIZES = [(80, 24), (120, 40)]


class Scripted(Voice):
    """A Mastodon that takes what it is given, and wants the author named first."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = ReplyLimit(
            maximum=500, unit="characters", link_length=23, remote_mentions=True
        )

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the author's name, as Mastodon wants it."""
        return f"@{to.author_handle.lstrip('@')} "


@asynccontextmanager
async def desk_of(
    folder: Path, size: tuple[int, int] = (120, 40), *, config: Config = CONFIG, **more: Any
) -> AsyncIterator[tuple[Driven, Voice]]:
    """A driven application whose Mastodon is a script."""
    voice = Scripted()
    async with driven(folder, size, config=config, **more) as one:
        one.app.desk.sender = Outbox(
            one.store, config, one.clock, listener=lambda _source, _fetch: voice, look_again=0
        )
        yield one, voice


async def on_row(one: Driven, conversation: int) -> None:
    """Put the queue's cursor on a conversation."""
    rows = one.screen.queue
    rows.move_to(list(rows.state.ids).index(conversation))
    await one.settled()


async def write_to(one: Driven, conversation: int, *keys: str) -> ReplyScreen:
    """Open the reply to a conversation and type."""
    await on_row(one, conversation)
    await one.press("r")
    screen = one.screen
    assert isinstance(screen, ReplyScreen)
    await until(lambda: screen.way is not None)
    await one.press(*keys)
    return screen


def boxed(one: Driven) -> str:
    """Return the words in the dialog in front, as one line."""
    region = one.screen.query_one("#box").content_region
    lines = one.frame().split("\n")[region.y : region.bottom]
    return " ".join(" ".join(line[region.x : region.right] for line in lines).split())


Front = TypeVar("Front")


def front(one: Driven, kind: type[Front]) -> Front:
    """Return the screen in front, which must be of a kind."""
    screen: object = one.app.screen
    assert isinstance(screen, kind)
    return screen


async def state_of(store: Store, conversation: int) -> ConversationState:
    return (await reads.conversations(store, [conversation]))[conversation].state


# --- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_names_are_filled_in_and_the_room_left_is_counted_as_the_network_does(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk_of(tmp_path, size) as (one, _voice):
        screen = await write_to(one, ANA, *"See ")
        screen.box.insert("https://x.example/an-address-longer-than-it-counts ok")
        await one.settled()
        # The host of the name is free, and the link counts 23.
        assert screen.box.text.startswith("@ana@mastodon.example ")
        picture = one.frame()
        assert "To @ana@mastodon.example on Mastodon" in picture
        assert f"{500 - len('@ana ' + 'See ' + ' ok') - 23} left of 500 characters" in picture
        assert "where is it?" in picture.lower() or "still nothing" in picture


async def test_what_is_typed_is_a_draft_and_is_found_again(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        screen = await write_to(one, ANA, *"So sorry")
        kept = await draft(one.store, ANA, "Ana")
        assert kept is not None
        assert kept.text == screen.box.text
        assert kept.in_reply_to
        await one.press("escape")
        front(one, Dashboard)
        assert "The draft is kept" in one.frame()
        assert "¶ draft: Ana" in one.frame()
        again = await write_to(one, ANA)
        assert again.box.text == kept.text
        assert again.box.cursor_location == again.box.document.end


async def test_nothing_typed_leaves_no_draft(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        await write_to(one, ANA)
        await one.press("escape")
        assert await draft(one.store, ANA, "Ana") is None
        assert "¶" not in one.frame()


async def test_words_typed_just_before_the_application_ends_are_kept(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        screen = await write_to(one, ANA)
        screen.box.insert("the very last")
        one.app.exit()
    async with open_store(tmp_path / "hubbub.db") as store:
        kept = await draft(store, ANA, "Ana")
    assert kept is not None
    assert kept.text.endswith("the very last")


async def test_a_draft_thrown_away_is_gone_and_comes_back_by_undo(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        screen = await write_to(one, ANA, *"Hello", "ctrl+g")
        assert screen.box.text.strip() == "@ana@mastodon.example"
        assert "Thrown away" in one.frame()
        await one.settled()
        assert await draft(one.store, ANA, "Ana") is None
        await one.press("ctrl+z")
        assert screen.box.text.endswith("Hello")
        assert await draft(one.store, ANA, "Ana") is not None


async def test_what_is_pasted_is_cleaned(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        screen = await write_to(one, ANA)
        screen.box.post_message(Paste("good\x1b]52;c;ZXZpbA==\x07 \x1b[31mday\u202e\r\nAna\x00"))
        await until(lambda: "day" in screen.box.text)
        assert screen.box.text.endswith("good day\nAna")
        await one.press("ctrl+s", "enter")
        await until(lambda: voice.sends)
        assert voice.sends[0].text == "@ana@mastodon.example good day\nAna"


# --- sending -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_one_question_then_it_is_sent_once_and_the_next_row_is_under_the_cursor(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk_of(tmp_path, size) as (one, voice):
        await on_row(one, ANA)
        following = one.screen.queue.state.ids[one.screen.queue.state.index + 1]
        await write_to(one, ANA, *"On its way", "ctrl+s")
        front(one, Ask)
        question = "Send to @ana@mastodon.example on Mastodon as @aurora@mastodon.example?"
        assert question in boxed(one)
        assert not voice.sends
        await one.press("enter")
        front(one, Dashboard)
        await until(lambda: "Reply sent to" in one.frame())
        assert [reply.text for reply in voice.sends] == ["@ana@mastodon.example On its way"]
        assert await state_of(one.store, ANA) is ConversationState.WAITING
        assert one.screen.queue.state.cursor == following
        assert ANA not in one.screen.queue.state.ids
        assert await draft(one.store, ANA, "Ana") is None
        one.app.open_subject(one.app.desk.session.panel, ANA)
        await until(lambda: "sent from here, not seen there yet" in one.frame())


async def test_going_back_from_the_question_sends_nothing(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        screen = await write_to(one, ANA, *"Hm", "ctrl+s")
        await one.press("escape")
        assert one.screen is screen
        await one.press("ctrl+s", "down", "enter")
        assert one.screen is screen
        assert not voice.sends


async def test_a_reply_too_long_says_by_how_much_and_is_not_sent(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        voice.limits = ReplyLimit(maximum=30, unit="graphemes")
        screen = await write_to(one, ANA, *"1234567890")
        over = len("@ana@mastodon.example 1234567890") - 30
        assert f"✗ {over} too many of 30 graphemes" in one.frame()
        await one.press("ctrl+s")
        assert one.screen is screen
        assert f"Too long: {over} too many" in one.frame()
        assert not voice.sends


async def test_what_the_network_refuses_is_said_and_the_draft_waits_with_the_reason(
    tmp_path: Path,
) -> None:
    async with desk_of(tmp_path) as (one, voice):
        voice.takes = False
        voice.fails = ReplyRefusedError(Sentence("The author has blocked you."))
        await write_to(one, ANA, *"Sorry", "ctrl+s", "enter")
        await until(lambda: "✗ The author has blocked you." in one.frame())
        await until(lambda: "✗ reply refused" in one.frame())
        assert await state_of(one.store, ANA) is ConversationState.OPEN
        screen = await write_to(one, ANA)
        assert screen.box.text.endswith("Sorry")
        assert "Refused before: The author has blocked you." in one.frame()


async def test_while_it_is_sent_the_row_says_so_and_the_keys_go_on(tmp_path: Path) -> None:
    import asyncio

    async with desk_of(tmp_path) as (one, voice):
        voice.hold = asyncio.Event()
        await write_to(one, ANA, *"Now", "ctrl+s")
        await one.pilot.press("enter")
        await until(lambda: "⇢ sending…" in one.frame())
        front(one, Dashboard)
        await one.pilot.press("2")
        voice.hold.set()
        await until(lambda: "Reply sent to" in one.frame())


async def test_from_the_thread_sending_leads_back_to_the_list(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        await on_row(one, ANA)
        await one.press("enter")
        front(one, ConversationScreen)
        await one.press("r", *"Ok", "ctrl+s", "enter")
        await until(lambda: voice.sends)
        await until(lambda: isinstance(one.screen, Dashboard))


async def test_who_answered_meanwhile_is_said_in_the_question(tmp_path: Path) -> None:
    async def colleague(store: Store) -> None:
        new = NewReply(
            conversation=ANA, network="mastodon", text="It left on Tuesday.", key="k", state="sent",
            author="Léo", sent_at=Micros(NOW - MINUTE),
        )  # fmt: skip
        await store.write(lambda connection: add_reply(connection, new, Micros(NOW - MINUTE)))

    async with desk_of(tmp_path, prepare=colleague) as (one, voice):
        await write_to(one, ANA, *"Me too", "ctrl+s")
        assert "Léo has answered here meanwhile: “It left on Tuesday.”" in boxed(one)
        await one.press("enter")
        await until(lambda: voice.sends)


# --- by hand -------------------------------------------------------------------------------------


async def test_where_the_network_does_not_let_us_the_text_is_copied_and_she_is_asked(
    tmp_path: Path,
) -> None:
    async with desk_of(tmp_path, (80, 24)) as (one, voice):
        screen = await write_to(one, MARC, *"We comment")
        assert "⚠ No source for Bluesky" in one.frame()
        await one.press("ctrl+s")
        assert one.app.clipboard == "We comment"
        assert "Did you send it?" in one.frame()
        await one.press("a")
        assert one.app.clipboard.startswith("https://")
        await one.press("t")
        assert one.app.clipboard == "We comment"
        await one.press("n")
        assert one.screen is screen
        assert await draft(one.store, MARC, "Ana") is not None
        await one.press("ctrl+s", "y")
        front(one, Dashboard)
        assert await state_of(one.store, MARC) is ConversationState.WAITING
        assert not voice.sends
        await one.press("z")
        await until(lambda: MARC in one.screen.queue.state.ids)
        assert await state_of(one.store, MARC) is ConversationState.OPEN


# --- beginning from a text -----------------------------------------------------------------------


async def test_a_template_is_found_by_its_words_and_filled_in(tmp_path: Path) -> None:
    async def own(store: Store) -> None:
        for name, text in (
            ("Late parcel", "Hello {name}, order {order} of {brand} is late."),
            ("Ask for the frame", "Frame number, {name}? Ticket {order}."),
        ):
            made = Template(name=SafeText(name), text=SafeText(text))
            await add_template(store, "Ana", made, NOW)

    async with desk_of(tmp_path, prepare=own) as (one, _voice):
        screen = await write_to(one, ANA, "ctrl+t", *"parcel")
        assert "Hello Ana Ruiz, order 4711 of Aurora Bikes is late." in one.frame()
        await one.press("enter")
        assert screen.box.text.endswith("order 4711 of Aurora Bikes is late.")
        await one.press("escape")
        marc = await write_to(one, MARC, "ctrl+t", *"frame", "enter")
        assert marc.box.selected_text == "{order}"
        await one.press(*"77")
        assert marc.box.text == "Frame number, Marc Dubois? Ticket 77."


async def test_the_template_a_rule_suggests_comes_first(tmp_path: Path) -> None:
    async def suggested(store: Store) -> None:
        for name in ("Always", "Brakes"):
            made = Template(name=SafeText(name), text=SafeText(f"{name}, {{name}}."))
            known = await add_template(store, "Ana", made, NOW)

        async def work(connection: Connection) -> None:
            found = (await load_conversations(connection, [ANA]))[ANA]
            await save_conversations(connection, [replace(found, template_id=known.id)])

        await store.write(work)

    async with desk_of(tmp_path, (80, 24), prepare=suggested) as (one, _voice):
        screen = await write_to(one, ANA, "ctrl+t")
        assert "❯ Brakes  suggested by a rule" in one.frame()
        await one.press("enter")
        assert screen.box.text.endswith("Brakes, Ana Ruiz.")


async def test_who_else_is_on_it_stands_above_the_words(tmp_path: Path) -> None:
    async def colleague(store: Store) -> None:
        sign = Beat(
            instance="there", member="Léo", conversation=ANA, doing="drafting", since=NOW,
            active_at=NOW, at=NOW,
        )  # fmt: skip
        await beat(store, sign)

    async with desk_of(tmp_path, (80, 24), prepare=colleague) as (one, _voice):
        await write_to(one, ANA)
        assert "● Léo is drafting" in one.frame()


async def test_until_the_team_has_templates_those_of_hubbub_are_offered(tmp_path: Path) -> None:
    async with desk_of(tmp_path, (80, 24)) as (one, _voice):
        await write_to(one, ANA, "ctrl+t")
        assert "Sorry, looking into it" in one.frame()


async def test_an_earlier_answer_can_be_used_again(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        screen = await write_to(one, ANA)
        assert "we are looking into it" in one.frame().lower()
        await one.press("ctrl+o", *"within", "enter")
        assert "write to you within the hour" in screen.box.text
        await one.press("escape")
        await write_to(one, MARC, "ctrl+o")
        assert "We never answered this person before." in one.frame()


async def test_the_language_is_shown_and_can_be_changed(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        screen = await write_to(one, ANA, *"Bonjour")
        assert screen.lang == "en"
        await one.press("ctrl+l", *"fran", "enter")
        assert "Your words · français" in one.frame()
        await one.press("ctrl+s", "enter")
        await until(lambda: voice.sends)
        assert voice.sends[0].lang == "fr"


async def test_the_preview_shows_what_goes_out_on_a_small_screen_too(tmp_path: Path) -> None:
    async with desk_of(tmp_path, (80, 24)) as (one, _voice):
        screen = await write_to(one, ANA, *"Look: https://x.example/a", "ctrl+r")
        picture = one.frame()
        assert "As it goes out" in picture
        assert "↗ x.example" in picture
        assert "Mastodon counts" in picture
        await one.press("escape")
        assert one.screen is screen
        assert one.screen.focused is screen.box


# --- who may, and from where ---------------------------------------------------------------------


async def test_an_observer_is_told_in_words(tmp_path: Path) -> None:
    config = replace(CONFIG, observers=("Ana",))
    async with desk_of(tmp_path, config=config) as (one, _voice):
        await one.press("r")
        front(one, Dashboard)
        assert "Ana is an observer" in one.frame()


async def test_the_evidence_of_an_alert_and_a_mention_of_the_stream_can_be_answered(
    tmp_path: Path,
) -> None:
    async with desk_of(tmp_path) as (one, _voice):
        await one.press("2", "r")
        assert front(one, ReplyScreen).mention is not None
        await one.press("escape", "4")
        dashboard = front(one, Dashboard)
        rows = dashboard.stream
        asked = next(
            row
            for row in (await reads.mentions(one.store, list(rows.state.ids))).values()
            if row.conversation_id == ANA
        )
        rows.move_to(list(rows.state.ids).index(asked.id))
        await one.press("r")
        reply = front(one, ReplyScreen)
        assert (reply.conversation, reply.mention) == (ANA, asked.id)


# --- taking back ---------------------------------------------------------------------------------


async def sent(one: Driven, voice: Voice) -> int:
    """Send a reply to Ana and return its number."""
    await write_to(one, ANA, *"Done", "ctrl+s", "enter")
    await until(lambda: "Reply sent to" in one.frame())
    assert len(voice.sends) == 1
    (row,) = await outbox(one.store)
    return row.id


async def test_undo_offers_to_delete_a_sent_reply_where_it_stands(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        await sent(one, voice)
        await one.press("z")
        assert "A sent reply cannot be undone." in one.frame()
        await one.press("d")
        await until(lambda: voice.deleted)
        assert await state_of(one.store, ANA) is ConversationState.OPEN
        await until(lambda: ANA in one.screen.queue.state.ids)


async def test_undo_can_leave_a_sent_reply_and_go_on_to_what_was_before(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        await on_row(one, MARC)
        await one.press("e")
        await sent(one, voice)
        await one.press("z", "z")
        await until(lambda: MARC in one.screen.queue.state.ids)
        assert not voice.deleted
        assert await state_of(one.store, ANA) is ConversationState.WAITING


async def test_a_reply_is_deleted_by_its_key_after_a_question(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as (one, voice):
        await on_row(one, ANA)
        await one.press("D")
        assert "No reply that was sent from here" in one.frame()
        await sent(one, voice)
        one.app.open_subject(one.app.desk.session.panel, ANA)
        await one.settled()
        await one.press("D")
        assert "It is gone for everybody there" in boxed(one)
        await one.press("enter")
        await until(lambda: voice.deleted == ["id-key-1"])
        assert (await actions.undo(one.store, "Ana", NOW)).done == 0


async def test_a_draft_of_a_colleague_is_theirs(tmp_path: Path) -> None:
    async def colleague(store: Store) -> None:
        await save_draft(store, ANA, "Léo", "half a sent", "en", "", NOW)

    async with desk_of(tmp_path, prepare=colleague) as (one, _voice):
        assert "¶ draft: Léo" in one.frame()
        screen = await write_to(one, ANA, *"mine")
        assert "half a sent" not in screen.box.text
