"""The way a reply would go: which source and message, which language, what we said before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.conversations.conversation import Conversation
from listeners.model import HOUR, MINUTE, Micros, Part, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.registry import NETWORKS, listener_class
from listeners.networks.replying import Replying
from listeners.replying import Outbox
from listeners.replying.voices import can_answer, no_voice, voices
from listeners.replying.way import answered, answers_which
from listeners.rows import MentionRow
from listeners.secret import Secret
from listeners.store import Store, reads
from listeners.store.outbox import OutboxRow
from tests.listeners.replying.conftest import Watch
from tests.listeners.replying.voice import ASKS, BUSY, SOURCE, TROUBLE, Voice, asked
from tests.listeners.store.builders import NOW, World

TOKEN = Secret("env:HUBBUB_T")
HOME, AWAY = "https://home.example", "https://away.example"


def source(what: str, base_url: str = "", brand: str = "", token: bool = True) -> SourceConfig:
    return SourceConfig(
        network="mastodon",
        what=what,
        base_url=base_url,
        brand=brand,
        token=TOKEN if token else None,
    )


A = source("a", HOME)
B = source("b", HOME, "Acme")
C = source("c", HOME, "Bolt")
D = source("d", AWAY)
E = source("e", HOME, token=False)
F = SourceConfig(network="feeds", what="f")


@pytest.mark.parametrize(
    ("heard_by", "found"),
    [
        (A, "a b e"),
        (B, "b a e"),
        (D, "d"),
        (E, "e b a"),
        (source("gone", AWAY), "d"),
        (source("gone"), "b a d e"),
    ],
)
def test_which_sources_answer(heard_by: SourceConfig, found: str) -> None:
    config = Config(sources=(A, B, C, D, E, F))
    order = voices(config, "mastodon", "Acme", heard_by.key)
    assert " ".join(one.what for one in order) == found


def test_nobody_answers_where_the_network_does_not_let_us() -> None:
    config = Config(sources=(F,))
    assert voices(config, "feeds", "Acme", F.key) == ()
    assert no_voice(config, "x").template.startswith("X lets programs answer only")
    assert no_voice(config, "feeds").template.startswith("hubbub cannot send to")
    assert no_voice(config, "mastodon").template.startswith("No source for")
    # As the network writes itself, although hubbub has no listener for it.
    assert no_voice(config, "instagram").values == {"network": "Instagram"}
    assert no_voice(config, "youtube").values == {"network": "YouTube"}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_that_says_it_answers_does(network: str) -> None:
    made = listener_class(network)
    if can_answer(network):
        for method in ("may_reply", "send_reply", "find_reply", "delete_reply", "reply_limit"):
            assert hasattr(made, method)
    else:
        assert not made.capability.delete_reply


async def rows(world: World, conversation: Conversation) -> list[MentionRow]:
    return await reads.thread(world.store, conversation.id)


async def test_the_newest_that_waits_is_answered(world: World) -> None:
    talk = await asked(world)
    later = Micros(NOW + MINUTE)
    await world.add(
        [
            world.mention("Hello?", conversation_id=talk.id, asks=True, need=ASKS, at=later),
            world.mention("ok", conversation_id=talk.id, at=Micros(later + 1), author="bob"),
            world.mention("ours", conversation_id=talk.id, at=Micros(later + 2), author="us",
                          part=Part.OURS),
        ]
    )  # fmt: skip
    thread = await rows(world, talk)

    def chosen(thread: list[MentionRow], since: Micros | None, wanted: int | None = None) -> str:
        one = answers_which(thread, since, wanted)
        return "" if one is None else one.text

    assert chosen(thread, NOW) == "Hello?"
    assert chosen(thread, None) == "ok"
    assert chosen(thread, Micros(later + 1)) == "ok"
    assert chosen(thread, NOW, thread[0].id) == "Does it work?"
    assert chosen(thread, NOW, 999) == ""
    assert chosen(thread[3:], NOW) == "ours"
    gone = [replace(one, deleted_at=NOW) for one in thread]
    assert chosen(gone, NOW) == ""
    assert chosen([thread[0], *gone[1:]], NOW) == "Does it work?"


async def test_what_the_network_is_told(world: World) -> None:
    talk = await asked(
        world,
        "@acme @bob@far.example. and a@b.example, @ana? https://x.example/@eve",
        root_id="99",
        url="https://x.example/1",
        private=True,
    )
    [one] = await rows(world, talk)
    told = answered(one, b"{}")
    assert told.mentions == ("acme", "bob@far.example", "ana")
    assert (told.root_id, told.author_key, told.author_handle) == ("99", "ana", "ana@x.example")
    assert (told.private, told.url, told.raw) == (True, "https://x.example/1", b"{}")


async def test_the_way(world: World, outbox: Outbox, voice: Voice) -> None:
    talk = await asked(world, url="https://x.example/1", lang="fr")
    way = await outbox.way(talk.id)
    assert (way.api, way.why, way.source, way.network) == (True, None, SOURCE.key, "mastodon")
    assert (way.limit, way.opening, way.lang) == (voice.limits, "@ana@x.example ", "fr")
    assert (way.address, way.can_delete, way.mention) == ("https://x.example/1", True, 1)


async def test_a_way_without_a_voice_says_why(world: World, outbox: Outbox, voice: Voice) -> None:
    talk = await asked(world, url="https://x.example/1")
    voice.refuses = Sentence("No token.")
    way = await outbox.way(talk.id)
    assert (way.api, way.why, way.address) == (False, voice.refuses, "https://x.example/1")
    assert way.to is not None
    nobody = await outbox.way(77)
    assert (nobody.api, nobody.to, nobody.why is None) == (False, None, False)
    assert (await outbox.send(77, "x", actor="Ana")).done == 0
    assert (await outbox.by_hand(77, "x", actor="Ana")).done == 0


@pytest.mark.parametrize("error", [TROUBLE, BUSY])
async def test_a_limit_that_is_not_known_is_asked_again(
    world: World, outbox: Outbox, voice: Voice, error: SourceError
) -> None:
    talk = await asked(world)
    limit, voice.limits = voice.limits, error
    assert (await outbox.way(talk.id)).limit is None
    voice.limits = limit
    assert (await outbox.way(talk.id)).limit == limit


async def test_what_we_said_to_them_before(world: World, clock: Watch, outbox: Outbox) -> None:
    for number in range(4):
        talk = await asked(world, root=f"t{number}")
        clock.on(HOUR)
        await outbox.send(talk.id, f"reply {number}", actor="Ana")
    old = await world.converse("old")
    ours = world.mention("by another way", conversation_id=old.id, author="us", part=Part.OURS,
                         at=Micros(NOW - HOUR))  # fmt: skip
    # A listener has brought the first reply meanwhile: it is said once.
    heard = world.mention("reply 0", native_id="id-key-1", conversation_id=1, author="us",
                          part=Part.OURS, at=Micros(NOW + HOUR))  # fmt: skip
    await world.add([ours, heard])
    talk = await asked(world, root="new")
    before = (await outbox.way(talk.id)).said_before
    assert [one.text for one in before] == [
        "reply 3", "reply 2", "reply 1", "reply 0", "by another way",
    ]  # fmt: skip
    assert [type(one) for one in before] == [OutboxRow] * 4 + [MentionRow]
    other = await asked(world, root="other", author="bob")
    assert (await outbox.way(other.id)).said_before == ()


async def test_without_a_listener_of_ours_nothing_is_opened(store: Store, world: World) -> None:
    """The registry's own listener is made, asks nothing, and says why it cannot send."""
    talk = await asked(world)
    config = Config(brands=(BrandConfig(name="Acme"),), sources=(source("x", token=False),))
    async with Outbox(store, config) as outbox:
        way = await outbox.way(talk.id)
    assert not way.api
    assert way.why is not None
    assert "token" in way.why.template


def test_the_script_is_what_the_contract_wants() -> None:
    assert isinstance(Voice(), Replying)
