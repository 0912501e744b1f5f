"""Reading a mailbox: every mail once, nothing touched, refusals in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.model import DAY, SECOND, Batch, Micros, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mailbox.imap import Address, _encoded, address_of
from listeners.networks.mailbox.listener import MailboxListener, Place, read_cursor, write_cursor
from listeners.secret import Secret
from listeners.store import open_store
from tests.fake.imap import PASSWORD, SERVER, START, USER, FakeImap, Folder, mail

LINKEDIN = "LinkedIn <notifications@linkedin.com>"


class World:
    """A mailbox, a fetcher and a clock."""

    def __init__(self, server: FakeImap, fetch: Fetcher) -> None:
        self.server = server
        self.fetch = fetch

    @property
    def now(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def listener(self, what: str = "", **options: object) -> MailboxListener:
        source = SourceConfig(
            network="mailbox",
            what=what,
            base_url=str(options.pop("base_url", self.server.url)),
            token=Secret("env:MAIL_PASSWORD"),
            options={"user": USER, "authserv": SERVER} | options,
        )
        return MailboxListener(source, [], self.fetch, lambda: self.now)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    async with FakeImap() as server:
        made: list[World] = []
        async with Fetcher(lambda: made[0].now, chance=lambda: 0.0) as fetch:
            made.append(World(server, fetch))
            yield made[0]


async def polled(listener: MailboxListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Iterable[Batch]) -> list[str]:
    return [post.text for post in posts_of(batches)]


def last_cursor(batches: Iterable[Batch], before: str | None = None) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), before)


async def failed(listener: MailboxListener, cursor: str | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await polled(listener, cursor)
    return caught.value


async def test_letters_come_once_and_nothing_is_touched(world: World) -> None:
    world.server.deliver(mail("Where is Kerlann?", ident="1"))
    world.server.deliver(mail("Here.", ident="2", In_Reply_To="<1@made.example>"))
    batches = await polled(world.listener())
    one, two = posts_of(batches)
    assert (one.network, one.native_id, one.title) == ("mailbox", "1@made.example", "A question")
    assert (one.author.handle, one.author.name) == ("ana@a.example", "Ana")
    assert (one.private, one.addressed, one.wanted) == (True, True, True)
    assert (two.parent_id, two.root_id) == (one.native_id, one.native_id)
    cursor = last_cursor(batches)
    assert await polled(world.listener(), cursor) == []
    world.server.deliver(mail("And now?"))
    assert texts(await polled(world.listener(), cursor)) == ["And now?"]
    told = {command.split(" ")[0] for command in world.server.commands}
    assert told == {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID", "LOGOUT"}
    assert not any("made-up" in command for command in world.server.commands)


async def test_many_mails_come_in_batches_and_a_half_read_folder_goes_on(world: World) -> None:
    for number in range(60):
        world.server.deliver(mail(f"n{number}"))
    world.server.late_uid = True
    batches = await polled(world.listener())
    assert texts(batches) == [f"n{n}" for n in range(60)]
    assert len(batches) == 3
    assert texts(await polled(world.listener(), batches[0].cursor)) == [
        f"n{n}" for n in range(25, 60)
    ]


async def test_numbered_anew_what_came_lately_is_read_again(world: World) -> None:
    world.server.deliver(mail("old", ident="old"))
    cursor = last_cursor(await polled(world.listener()))
    world.server.now += 5 * DAY // SECOND
    world.server.deliver(mail("new", ident="new", at=world.server.now))
    cursor = last_cursor(await polled(world.listener(), cursor))
    world.server.deliver(mail("newest", ident="newest", at=world.server.now))
    world.server.renumber()
    batches = await polled(world.listener(), cursor)
    assert [post.native_id.split("@")[0] for post in posts_of(batches)] == ["new", "newest"]
    assert await polled(world.listener(), last_cursor(batches)) == []


async def test_an_expunged_mail_and_an_old_one(world: World) -> None:
    gone = world.server.deliver(mail("gone"))
    world.server.deliver(mail("there"))
    cursor = last_cursor(await polled(world.listener()))
    del world.server.folders["INBOX"].mails[gone]
    assert await polled(world.listener(), cursor) == []
    world.server.deliver(mail("late", at=START - 10 * DAY // SECOND))
    world.server.now += 60 * DAY // SECOND
    assert await polled(world.listener())
    assert texts(await polled(world.listener(), cursor)) == ["late"]


async def test_the_past_of_a_folder_is_history_and_an_empty_one_has_a_place(world: World) -> None:
    batches = await polled(world.listener())
    assert (texts(batches), len(batches)) == ([], 1)
    world.server.deliver(mail("old", at=START - 10 * DAY // SECOND))
    world.server.deliver(mail("new"))
    assert [post.history for post in posts_of(await polled(world.listener()))] == [True, False]
    after = posts_of(await polled(world.listener(), last_cursor(batches)))
    assert [post.history for post in after] == [False, False]


async def test_mails_that_are_there_and_not_shown_are_waited_for(world: World) -> None:
    world.server.deliver(mail("heard"))
    world.server.between = lambda mails: mails.clear()
    assert "does not show them" in (await failed(world.listener())).sentence.template
    world.server.between = None
    assert texts(await polled(world.listener())) == ["heard"]


async def test_a_huge_mail_costs_its_beginning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.networks.mailbox.imap.LARGEST", 2000)
    world.server.deliver(mail("Words first. " + "x" * 50_000))
    (post,) = posts_of(await polled(world.listener()))
    assert post.text.startswith("Words first.")
    assert len(post.text) < 2000


async def test_a_folder_with_another_name(world: World) -> None:
    world.server.folders["R&AOk-seaux &- plus"] = Folder()
    world.server.deliver(mail("there"), "R&AOk-seaux &- plus")
    assert texts(await polled(world.listener("Réseaux & plus"))) == ["there"]
    refused = await failed(world.listener("Elsewhere"))
    assert "no folder" in refused.sentence.template


async def test_who_is_not_let_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong word")
    refused = await failed(world.listener())
    assert refused.state is SourceState.NEEDS_TOKEN
    assert "app password" in refused.sentence.template
    assert refused.__cause__ is None
    assert "wrong word" not in str(refused)
    world.server.plain = False
    assert (await failed(world.listener())).state is SourceState.NEEDS_TOKEN
    monkeypatch.setenv("MAIL_PASSWORD", "mot é")
    assert (await failed(world.listener())).state is SourceState.NEEDS_TOKEN
    assert (await failed(world.listener(user=""))).state is SourceState.NEEDS_TOKEN


async def test_without_plain_authentication_it_logs_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "plain word")
    world.server.plain = False
    world.server.deliver(mail("heard"))
    assert texts(await polled(world.listener())) == ["heard"]


@pytest.mark.parametrize("fault", ["BYE", "NO [UNAVAILABLE] later", "flood"])
@pytest.mark.parametrize("after", [1, 2, 3])
async def test_a_server_in_trouble(world: World, fault: str, after: int) -> None:
    world.server.deliver(mail("heard"))
    world.server.fault, world.server.after = fault, after
    refused = await failed(world.listener())
    assert refused.state is SourceState.FAILING
    assert PASSWORD not in str(refused)
    world.server.fault = ""
    assert texts(await polled(world.listener())) == ["heard"]


async def test_nobody_there(world: World) -> None:
    refused = await failed(world.listener(base_url="imap://127.0.0.1:1"))
    assert "cannot be reached" in refused.sentence.template
    # A server without TLS is not spoken to with a password.
    secure = world.server.url.replace("imap:", "imaps:")
    assert (await failed(world.listener(base_url=secure))).state is SourceState.FAILING
    assert not any("AUTHENTICATE" in command for command in world.server.commands)


async def test_a_notification_waits_until_it_is_known_whose_word_counts(world: World) -> None:
    world.server.deliver(mail("letter"))
    world.server.deliver(mail(sender=LINKEDIN, proof="dkim=pass header.d=linkedin.com"))
    refused = await failed(world.listener(authserv=""))
    said = refused.sentence.template.format(**refused.sentence.values)
    assert f'authserv = "{SERVER}"' in said
    batches = await polled(world.listener())
    assert [post.network for post in posts_of(batches)] == ["mailbox", "linkedin"]
    kept = await polled(world.listener(authserv="none"))
    assert [post.network for post in posts_of(kept)] == ["mailbox"]
    assert len([bad for batch in kept for bad in batch.bad]) == 1
    assert [p.network for p in posts_of(await polled(world.listener(letters=False)))] == [
        "linkedin"
    ]


async def test_many_forged_mails_are_no_change_of_format(world: World, tmp_path: Path) -> None:
    for number in range(5):
        world.server.deliver(
            mail(f"{number}", sender=LINKEDIN, proof="dkim=fail header.d=a.example")
        )
    source = SourceConfig(
        network="mailbox",
        base_url=world.server.url,
        token=Secret("env:MAIL_PASSWORD"),
        options={"user": USER, "authserv": SERVER},
    )
    config = Config(brands=(BrandConfig(name="Kerlann"),), sources=(source,))
    async with open_store(tmp_path / "hubbub.db") as store:
        (report,) = await Engine(store, config).once()
    assert (report.state, report.bad, report.new) == (SourceState.OK, 5, 0)


async def test_a_lost_place_is_told(world: World) -> None:
    world.server.deliver(mail("heard"))
    batches = await polled(world.listener(), "{")
    assert batches[0].gap is not None
    assert texts(batches) == ["heard"]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("imaps://imap.a.example", Address("imap.a.example", 993, True)),
        ("imap.a.example", Address("imap.a.example", 993, True)),
        ("imap://imap.a.example:1143", Address("imap.a.example", 1143, False)),
        ("https://imap.a.example", None),
        ("imaps://a:x", None),
        ("", None),
    ],
)
def test_addresses(written: str, address: Address | None) -> None:
    if address is None:
        with pytest.raises(SourceError):
            address_of(written)
    else:
        assert address_of(written) == address


@pytest.mark.parametrize(
    ("folder", "spelt"),
    [("INBOX", "INBOX"), ("a&b", "a&-b"), ("Réseaux", "R&AOk-seaux"), ("台北", "&U,BTFw-")],
)
def test_folders_are_spelt_as_imap_does(folder: str, spelt: str) -> None:
    assert _encoded(folder) == spelt


@given(st.integers(0, 2**32), st.integers(0, 2**32), st.integers(0, 2**52))
def test_a_place_is_kept(validity: int, uid: int, at: int) -> None:
    place = Place(validity, uid, at)
    assert read_cursor(write_cursor(place)) == place


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_any_cursor_is_a_place_or_none(cursor: str) -> None:
    read_cursor(cursor)
