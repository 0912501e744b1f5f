"""Killed around sending, against real servers: a reply is there exactly once; ``make servers``.

The process that answers is a real one (``tests/faults/kill_reply_child.py``) and gets SIGKILL:
before the call, when the server has taken the reply and its answer is on the wire, after the
answer, and once it is stored. Servers are named as in the tests of each network:
``HUBBUB_ATPROTO`` and ``HUBBUB_ATPROTO_PDS``, ``HUBBUB_MASTODON_URL`` with two tokens (here with
``127.0.0.1`` in it, if the server calls itself ``localhost``), ``HUBBUB_MATRIX_URL``.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx
import pytest

from listeners.clock import to_iso, utc_now
from listeners.config import load_config
from listeners.conversations.state import begin
from listeners.model import (
    MINUTE,
    Author,
    ConversationState,
    Label,
    Micros,
    Reason,
    Score,
    Sentence,
)
from listeners.replying import Outbox
from listeners.store import Connection, Store, ingest, open_store, reads
from listeners.store.drafts import draft
from listeners.store.keys import dedupe_key
from listeners.store.outbox import outbox as replies
from listeners.store.records import NewMention, SeenAccount
from listeners.store.sources import NewSource, register_brands, register_sources
from listeners.store.subjects import save_conversations

ROOT = Path(__file__).parents[2]
CHILD = ROOT / "tests" / "faults" / "kill_reply_child.py"
POINTS = ("before", "taken", "after", "stored")
PATIENCE = 30.0
"""Seconds a server may take until what it accepted can be read."""

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]


class Proxy:
    """Hands bytes on between a process and a server, and can act when an answer comes back.

    ``marks`` are what a request that sends a reply begins with. A server that names its own
    address in its answers names ours: it has the same length, and nothing comes compressed.
    """

    def __init__(self, url: str, marks: tuple[bytes, ...]) -> None:
        self._real = url
        parts = urlsplit(url)
        self._host, self._to = parts.hostname or "", parts.port or 80
        self._marks = marks
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.answered: Callable[[], None] | None = None
        self.url = ""

    async def __aenter__(self) -> Proxy:
        for port in range(9300, 9400):
            with suppress(OSError):
                self._server = await asyncio.start_server(self._serve, "localhost", port)
                self.url = f"http://localhost:{port}"
                break
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        # A cancelled handler would be told to the loop as a fault.
        with suppress(ConnectionError, asyncio.CancelledError):
            server_reader, server_writer = await asyncio.open_connection(self._host, self._to)
            sending = asyncio.Event()

            async def up() -> None:
                with suppress(ConnectionError):
                    while data := await reader.read(65536):
                        if data.startswith(self._marks):
                            sending.set()
                        server_writer.write(data.replace(b"encoding: gzip", b"encoding: none"))
                        await server_writer.drain()

            upward = asyncio.ensure_future(up())
            try:
                while data := await server_reader.read(65536):
                    if sending.is_set() and self.answered is not None:
                        self.answered()
                        return
                    writer.write(data.replace(self._real.encode(), self.url.encode()))
                    await writer.drain()
            finally:
                upward.cancel()
                server_writer.close()
                writer.close()


@dataclass(frozen=True)
class Question:
    """A post on a server that asks for an answer."""

    native_id: str
    author: Author
    url: str = ""
    root: str | None = None
    raw: bytes | None = None


class Place(Protocol):
    """A real server as the people of the test use it."""

    network: str
    url: str
    marks: tuple[bytes, ...]

    def source(self, proxy: str) -> str:
        """The lines of the configuration, asking through the proxy."""
        ...

    async def begin(self, client: httpx.AsyncClient) -> str:
        """Make whoever is needed; the token of ours."""
        ...

    async def ask(self, client: httpx.AsyncClient) -> Question:
        """Somebody asks."""
        ...

    async def said(self, client: httpx.AsyncClient, question: Question, text: str) -> int:
        """How often our account says this there."""
        ...


async def good(call: Any) -> Any:
    answer = await call
    assert answer.status_code == 200, answer.text
    return answer.json()


@dataclass
class Bluesky:
    """A PDS and its AppView."""

    network: str = "bluesky"
    url: str = os.environ.get("HUBBUB_ATPROTO_PDS", "http://localhost:2583")
    appview: str = os.environ.get("HUBBUB_ATPROTO", "")
    marks: tuple[bytes, ...] = (b"POST /xrpc/com.atproto.repo.",)
    handle: str = ""
    did: str = ""
    them: dict[str, Any] = field(default_factory=dict)

    def source(self, proxy: str) -> str:
        return (
            f'base_url = "ws://127.0.0.1:1"\nallow_private = true\npds = "{proxy}"\n'
            f'appview = "{self.appview}"\nidentifier = "{self.handle}"\n'
        )

    async def begin(self, client: httpx.AsyncClient) -> str:
        ours = await self._account(client, "us")
        self.handle, self.did = ours["handle"], ours["did"]
        self.them = await self._account(client, "them")
        return "long enough 123"

    async def _account(self, client: httpx.AsyncClient, name: str) -> dict[str, Any]:
        handle = f"{name}{str(time.time_ns())[-12:-3]}.test"
        body = {"handle": handle, "email": f"{handle}@mail.test", "password": "long enough 123"}
        made = await good(
            client.post(f"{self.url}/xrpc/com.atproto.server.createAccount", json=body)
        )
        return dict(made)

    async def ask(self, client: httpx.AsyncClient) -> Question:
        record = {"$type": "app.bsky.feed.post", "text": "Open on Sunday?", "langs": ["en"],
                  "createdAt": to_iso(utc_now())}  # fmt: skip
        body = {"repo": self.them["did"], "collection": "app.bsky.feed.post", "record": record}
        headers = {"authorization": f"Bearer {self.them['accessJwt']}"}
        call = client.post(
            f"{self.url}/xrpc/com.atproto.repo.createRecord", json=body, headers=headers
        )
        uri = (await good(call))["uri"]
        return Question(uri, Author(key=self.them["did"], handle=self.them["handle"]))

    async def said(self, client: httpx.AsyncClient, question: Question, text: str) -> int:
        asked = {"repo": self.did, "collection": "app.bsky.feed.post", "limit": "100"}
        found = await good(
            client.get(f"{self.url}/xrpc/com.atproto.repo.listRecords", params=asked)
        )
        return sum(
            one["value"]["text"] == text
            and one["value"]["reply"]["parent"]["uri"] == question.native_id
            for one in found["records"]
        )


@dataclass
class Mastodon:
    """Any server that speaks Mastodon's API."""

    network: str = "mastodon"
    url: str = os.environ.get("HUBBUB_MASTODON_URL", "")
    token: str = os.environ.get("HUBBUB_MASTODON_TOKEN", "")
    other: str = os.environ.get("HUBBUB_MASTODON_OTHER_TOKEN", "")
    marks: tuple[bytes, ...] = (b"POST /api/v1/statuses ",)
    number: str = ""

    def source(self, proxy: str) -> str:
        return f'base_url = "{proxy}"\n'

    async def begin(self, client: httpx.AsyncClient) -> str:
        me = await good(
            client.get(
                f"{self.url}/api/v1/accounts/verify_credentials", headers=self._as(self.token)
            )
        )
        self.number = me["id"]
        return self.token

    def _as(self, token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"}

    async def ask(self, client: httpx.AsyncClient) -> Question:
        post = await good(
            client.post(
                f"{self.url}/api/v1/statuses",
                data={"status": f"Open on Sunday? {time.time_ns()}", "visibility": "public"},
                headers=self._as(self.other or self.token),
            )
        )
        by = post["account"]
        author = Author(key=by.get("uri") or by["url"], handle=by["acct"], name="Ana")
        raw = json.dumps(post).encode()
        return Question(post["uri"], author, post["url"] or post["uri"], raw=raw)

    async def said(self, client: httpx.AsyncClient, question: Question, text: str) -> int:
        call = client.get(
            f"{self.url}/api/v1/accounts/{self.number}/statuses",
            params={"limit": 40},
            headers=self._as(self.token),
        )
        return sum(text in one["content"] for one in await good(call))


@dataclass
class Matrix:
    """A homeserver that lets anybody register."""

    network: str = "matrix"
    url: str = os.environ.get("HUBBUB_MATRIX_URL", "")
    marks: tuple[bytes, ...] = (b"PUT /_matrix/client/v3/rooms/",)
    us: dict[str, Any] = field(default_factory=dict)
    them: dict[str, Any] = field(default_factory=dict)
    room: str = ""
    count: int = 0

    def source(self, proxy: str) -> str:
        return f'base_url = "{proxy}"\n'

    async def begin(self, client: httpx.AsyncClient) -> str:
        self.us = await self._register(client, "us")
        self.them = await self._register(client, "them")
        made = await self._call(client, self.them, "POST", "/createRoom", {"preset": "public_chat"})
        self.room = made["room_id"]
        await self._call(client, self.us, "POST", f"/join/{quote(self.room)}", {})
        return str(self.us["access_token"])

    async def _register(self, client: httpx.AsyncClient, name: str) -> dict[str, Any]:
        asked = {
            "username": f"{name}{time.time_ns()}",
            "password": "a-long-password-1",
            "auth": {"type": "m.login.dummy"},
        }
        return dict(await good(client.post(f"{self.url}/_matrix/client/v3/register", json=asked)))

    async def _call(
        self, client: httpx.AsyncClient, who: dict[str, Any], method: str, path: str, body: Any
    ) -> Any:
        headers = {"authorization": f"Bearer {who['access_token']}"}
        url = f"{self.url}/_matrix/client/v3{path}"
        return await good(client.request(method, url, json=body, headers=headers))

    async def ask(self, client: httpx.AsyncClient) -> Question:
        self.count += 1
        path = f"/rooms/{quote(self.room)}/send/m.room.message/q{self.count}"
        body = {"msgtype": "m.text", "body": "Open on Sunday?"}
        event = (await self._call(client, self.them, "PUT", path, body))["event_id"]
        user = self.them["user_id"]
        url = f"https://matrix.to/#/{self.room}/{event}?via=localhost"
        return Question(event, Author(key=user, handle=user), url)

    async def said(self, client: httpx.AsyncClient, question: Question, text: str) -> int:
        path = f"/rooms/{quote(self.room)}/messages?dir=b&limit=100"
        found = await self._call(client, self.us, "GET", path, None)
        return sum(
            one["sender"] == self.us["user_id"] and text in one["content"].get("body", "")
            for one in found["chunk"]
        )


PLACES: dict[str, Callable[[], Place]] = {
    "bluesky": Bluesky,
    "mastodon": Mastodon,
    "matrix": Matrix,
}
ABSENT = {
    "bluesky": not os.environ.get("HUBBUB_ATPROTO"),
    "mastodon": not (
        os.environ.get("HUBBUB_MASTODON_URL") and os.environ.get("HUBBUB_MASTODON_TOKEN")
    ),
    "matrix": not os.environ.get("HUBBUB_MATRIX_URL"),
}


async def heard(store: Store, key: str, network: str, question: Question) -> int:
    """Put the question into the store as a listener would; its conversation."""
    now = utc_now()
    need = Reason("A3", Sentence("It is a question."))

    async def work(connection: Connection) -> int:
        brands = await register_brands(connection, ["Kerlann"])
        sources = await register_sources(connection, [NewSource(key, network, key)], now)
        accounts = await ingest.upsert_accounts(
            connection, [SeenAccount(network, question.author)], now
        )
        fresh = begin(
            brand="Kerlann",
            network=network,
            root=question.root or question.native_id,
            at=now,
            now=now,
            url=question.url,
            opener_key=question.author.key,
        )
        asked = replace(fresh, waiting_since=now, in_queue=True, messages=1)
        [conversation] = await save_conversations(connection, [asked])
        mention = NewMention(
            brand_id=brands["Kerlann"],
            source_id=sources[key],
            network=network,
            key=dedupe_key(network, question.native_id),
            native_id=question.native_id,
            account_id=accounts[network, question.author.key],
            conversation_id=conversation.id,
            text="Open on Sunday?",
            url=question.url,
            root_id=question.root,
            raw=None if question.raw is None else zlib.compress(question.raw),
            created_at=now,
            seen_at=now,
            sort_at=now,
            score=Score(lang="en", scorer=None, compound=None, label=Label.UNSCORED),
            asks=True,
            need=need,
        )
        await ingest.insert_mentions(connection, [mention])
        return conversation.id

    return await store.write(work)


@asynccontextmanager
async def answering(
    config: Path, store: Path, conversation: int, point: str, text: str, token: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CHILD),
        str(config),
        str(store),
        str(conversation),
        "never" if point == "taken" else point,
        text,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HUBBUB_T": token},
    )
    try:
        yield process
        await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("network", PLACES)
async def test_killed_around_sending_a_reply_is_there_once(
    network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ABSENT[network]:
        pytest.skip(f"no server for {network}: its address is not in the environment")
    place = PLACES[network]()
    table: list[str] = []
    limits = httpx.Limits(max_keepalive_connections=0)  # some servers close kept connections
    async with (
        httpx.AsyncClient(timeout=30, limits=limits) as client,
        Proxy(place.url, place.marks) as proxy,
    ):
        token = await place.begin(client)
        monkeypatch.setenv("HUBBUB_T", token)
        path = tmp_path / "hubbub.toml"
        path.write_text(
            'member = "Ana"\n[brand.Kerlann]\n[[source]]\n'
            f'network = "{network}"\ntoken = "env:HUBBUB_T"\n{place.source(proxy.url)}',
            encoding="utf-8",
        )
        config, store_path = load_config(path), tmp_path / "hubbub.db"
        for number, point in enumerate(POINTS):
            question = await place.ask(client)
            text = f"Yes, from nine to five. Answer {number} of {time.time_ns()}"
            async with open_store(store_path) as store:
                conversation = await heard(store, config.sources[0].key, network, question)
            async with answering(path, store_path, conversation, point, text, token) as process:
                if point == "taken":
                    proxy.answered = lambda: os.kill(process.pid, signal.SIGKILL)
            proxy.answered = None
            assert process.returncode == -9
            began = time.monotonic()
            async with open_store(store_path) as store:
                state = await settled(store, config, conversation)
                there = await place.said(client, question, text)
                table.append(f"{network:9} {point:7} {there} there, {state},"
                             f" told after {time.monotonic() - began:.1f} s")  # fmt: skip
                assert there == (0 if point == "before" else 1)
                assert state == ("refused" if point == "before" else "sent")
                shown = (await reads.conversations(store, [conversation]))[conversation]
                assert (shown.state is ConversationState.WAITING) == bool(there)
                kept = await draft(store, conversation, "Ana")
                assert (None if kept is None else kept.text) == (None if there else text)
                if not there:
                    # A server that takes posts in by and by is believed after some minutes only.
                    async with Outbox(store, config, minutes_later) as outbox:
                        outcome = await outbox.send(conversation, text, actor="Ana")
                    assert outcome.done == 1, outcome.sentence
                    async with asyncio.timeout(PATIENCE):
                        while (there := await place.said(client, question, text)) == 0:
                            await asyncio.sleep(0.5)
                    assert there == 1
    print("", *table, sep="\n")


def minutes_later() -> Micros:
    return Micros(utc_now() + 5 * MINUTE)


async def settled(store: Store, config: Any, conversation: int) -> str:
    """Look for the reply as the process that listens does, until it is known what became of it."""

    def later() -> Micros:
        return Micros(utc_now() + MINUTE + elapsed)

    elapsed = 0
    async with Outbox(store, config, later) as outbox, asyncio.timeout(PATIENCE):
        while True:
            await outbox.reconcile()
            [row] = await replies(store, conversation=conversation)
            if row.state not in ("sending", "unknown"):
                return row.state
            elapsed += MINUTE
            await asyncio.sleep(0.5)
