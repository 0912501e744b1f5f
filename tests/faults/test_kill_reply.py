"""Killed at every point around sending: a reply is there once or not at all, and we know which.

The listeners are the real ones, the servers speak the networks' wire format on loopback, and the
process that sends is a real one that gets SIGKILL. Another process then finds out what happened.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import utc_now
from listeners.config import Config, load_config
from listeners.engine import Engine
from listeners.model import MINUTE, SECOND, ConversationState, Micros
from listeners.replying import Outbox
from listeners.store import Store, open_store, reads
from listeners.store.drafts import draft
from listeners.store.filters import QueueFilter
from listeners.store.outbox import outbox as replies
from tests.fake.discord import FakeDiscord
from tests.fake.discourse import FakeDiscourse
from tests.fake.facebook import FakeFacebook
from tests.fake.github import FakeGitHub
from tests.fake.google_reviews import PLACE, FakeGoogleReviews
from tests.fake.http_server import Reply, Request, _written
from tests.fake.instagram import FakeInstagram
from tests.fake.lemmy import FakeLemmy
from tests.fake.linkedin import PAGE, FakeLinkedIn
from tests.fake.mastodon import FakeMastodon
from tests.fake.reddit import FakeReddit
from tests.fake.slack import FakeSlack
from tests.fake.threads import FakeThreads
from tests.fake.x import FakeX
from tests.fake.youtube import FakeYouTube

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("kill_reply_child.py")
RANDOM_ROUNDS = 10
STEP = 0.03
"""Seconds the servers take before they take a reply in, and before they say so."""

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@dataclass
class Slow:
    """A server in the middle of taking a reply: where the process may be killed."""

    at_once: Callable[[], None] = lambda: None
    """Called the moment the reply is in, before that is said."""
    busy: int = 0

    def taking(self, take: Callable[[], Reply]) -> Reply:
        async def write(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(STEP)
            reply = take()
            self.at_once()
            self.busy -= 1
            await asyncio.sleep(STEP)
            writer.write(_written(reply))
            await writer.drain()

        self.busy += 1
        return Reply(raw=write)

    async def quiet(self) -> None:
        """Wait until nothing is being taken in: a server may finish what a dead process asked."""
        while self.busy:
            await asyncio.sleep(0.01)


class SlowMastodon(FakeMastodon):
    """Mastodon."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now = utc_now()
        self.token, self.me = "t", "kerlann"

    source = 'network = "mastodon"\nwhat = "#kerlann"\ntoken = "env:HUBBUB_T"\n'

    def ask(self) -> None:
        """Somebody asks."""
        self.post("Does #kerlann open on Sunday?", by="ana")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["content"] for one in self.statuses)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowDiscourse(FakeDiscourse):
    """Discourse, which knows no key: a second post would stand there twice."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now = utc_now()
        self.api_key = "t"

    source = (
        'network = "discourse"\ntoken = "env:HUBBUB_T"\nwhat = "kerlann"\nusername = "kerlann"\n'
    )

    def ask(self) -> None:
        """Somebody asks."""
        self.post("Does kerlann open on Sunday?", by="ana")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["raw"] for one in self.posts)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowGitHub(FakeGitHub):
    """GitHub, which knows no key either; several questions stand in one repository."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        self.token = "t"

    source = 'network = "github"\ntoken = "env:HUBBUB_T"\nwhat = "kerlann"\n'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = utc_now() // SECOND
        self.issue("harbour/list", "Does kerlann open on Sunday?")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["body"] for one in self.comments)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST" and request.path.endswith("/comments"):
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowLemmy(FakeLemmy):
    """Lemmy, which knows no key either."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        self.jwt, self.me = "t", "kerlann"

    source = 'network = "lemmy"\ntoken = "env:HUBBUB_T"\nwhat = "kerlann"\n'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = utc_now() // SECOND
        self.post("Does kerlann open on Sunday?")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["text"] for one in self.things)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowReddit(FakeReddit):
    """Reddit, which knows no key either, as an app without a secret uses it."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        self.secret, self.refresh, self.me = "", "t", "kerlann"

    source = 'network = "reddit"\ntoken = "env:HUBBUB_T"\nwhat = "kerlann"\nclient_id = "app-id"\n'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = utc_now() // SECOND
        self.submit("Does kerlann open on Sunday?")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in str(one.get("body")) for one in self.things)

    def _reply(self, request: Request) -> Reply:
        if request.path == "/api/comment":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowDiscord(FakeDiscord):
    """Discord, which knows the nonce for some minutes."""

    def __init__(self) -> None:
        super().__init__(api="")
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        self.token = "t"

    source = 'network = "discord"\ntoken = "env:HUBBUB_T"\n'

    def ask(self) -> None:
        """Somebody asks, each time somebody else."""
        self.now = utc_now() // SECOND
        self.say("Does kerlann open on Sunday?", by=f"ana{len(self.messages)}")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["content"] for one in self.messages)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowYouTube(FakeYouTube):
    """YouTube, which knows no key."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        self.key, self.permission = "t", dict.fromkeys(self.permission, "t")
        self.film = self.video("A film")

    @property
    def source(self) -> str:
        """Its lines in the configuration."""
        given = "".join(f'{name} = "env:HUBBUB_T"\n' for name in self.permission)
        token = f'token = "env:HUBBUB_T"\noauth_url = "{self.url}/token"\n'
        return f'network = "youtube"\n{token}{given}'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = utc_now() // SECOND
        self.comment("Does kerlann open on Sunday?", self.film)

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one for one in self.written)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST" and request.path.endswith("/comments"):
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowX(FakeX):
    """X, which knows no key, and charges for every look."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        folder = tempfile.mkdtemp()
        self.account = Path(folder) / "x.json"
        self.account.touch(0o600)
        kept = {"client_id": "c", "access_token": "user-token", "refresh_token": "r"}
        self.account.write_text(json.dumps({**kept, "until": 2**62}))

    async def __aexit__(self, *how: Any) -> None:
        shutil.rmtree(self.account.parent)
        await super().__aexit__(*how)

    @property
    def source(self) -> str:
        """Its lines in the configuration."""
        money = "budget_day = 1000.0\nbudget_month = 1000.0\n"
        return f'network = "x"\naccount = "{self.account}"\n{money}'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = utc_now() // SECOND
        self.post("@kerlann does kerlann open on Sunday?")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["text"] for one in self.posts.values())

    def _reply(self, request: Request) -> Reply:
        if (request.method, request.path) == ("POST", "/2/tweets"):
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowSlack(FakeSlack):
    """Slack, to which our key is metadata of a message."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND, 1
        self.token = "t"

    source = 'network = "slack"\ntoken = "env:HUBBUB_T"\n'

    def ask(self) -> None:
        """Somebody asks, each time somebody else."""
        self.now = utc_now() // SECOND
        name = f"ana{len(self.messages)}"
        self.people[name] = f"U0{name.upper()}"
        self.say("Does kerlann open on Sunday?", by=name)

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one["text"] for one in self.messages)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowFacebook(FakeFacebook):
    """Facebook, which knows no key."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND - 600, 1
        self.key = "t"
        self.film = self.post("We sail again")

    source = 'network = "facebook"\ntoken = "env:HUBBUB_T"\n'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = max(self.now, utc_now() // SECOND - 5)
        self.comment("Does kerlann open on Sunday?", self.film)

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one for one in self.written)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowInstagram(FakeInstagram):
    """Instagram, which knows no key either."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now, self.step = utc_now() // SECOND - 600, 1
        self.key = "t"
        self.film = self.publish("At sea")

    source = 'network = "instagram"\ntoken = "env:HUBBUB_T"\n'

    def ask(self) -> None:
        """Somebody asks."""
        self.now = max(self.now, utc_now() // SECOND - 5)
        self.comment("Does kerlann open on Sunday?", self.film)

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one for one in self.written)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowThreads(FakeThreads):
    """Threads, which knows no key, and publishes what was prepared before."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        # What we wrote in the last minutes would pass for an answer of ours.
        self.now, self.step = utc_now() // SECOND - 3600, 1
        self.key, self.reviewed = "t", True
        self.films = [self.post("We sail again") for _ in range(RANDOM_ROUNDS + 4)]

    source = 'network = "threads"\ntoken = "env:HUBBUB_T"\n'

    def ask(self) -> None:
        """Somebody asks below a post of ours, each time below another."""
        self.now = max(self.now, utc_now() // SECOND - 5)
        self.post("Does kerlann open on Sunday?", "ana", self.films.pop())

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one for one in self.written)

    def _reply(self, request: Request) -> Reply:
        if request.path.endswith("/threads_publish"):
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowLinkedIn(FakeLinkedIn):
    """LinkedIn, which knows no key."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now = utc_now() // SECOND - 600
        self.token = "t"

    source = f'network = "linkedin"\ntoken = "env:HUBBUB_T"\nwhat = "{PAGE}"\n'

    def ask(self) -> None:
        """Somebody asks below our post, each time somebody else."""
        self.now = max(self.now, utc_now() // SECOND - 60)
        self.comment("Do you open on Sunday?", actor=f"urn:li:person:ana{len(self.comments)}")

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one.text for one in self.comments)

    def _reply(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


class SlowGoogleReviews(FakeGoogleReviews):
    """Google, where a review has one answer."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = Slow()
        self.now = utc_now() // SECOND - 600
        self.token = "t"

    source = f'network = "googlereviews"\ntoken = "env:HUBBUB_T"\nwhat = "{PLACE}"\n'

    def ask(self) -> None:
        """Somebody asks, each time in another review."""
        self.now = max(self.now, utc_now() // SECOND - 60)
        self.review(f"Do you open on Sunday? Visit {len(self.reviews)}", stars=2)

    def said(self, text: str) -> int:
        """How often this stands there."""
        return sum(text in one.answer for one in self.reviews)

    def _reply(self, request: Request) -> Reply:
        if request.method == "PUT":
            return self.slow.taking(lambda: self.answer(request))
        return super()._reply(request)


SERVERS: dict[str, Callable[[], Any]] = {
    "mastodon": SlowMastodon,
    "discourse": SlowDiscourse,
    "github": SlowGitHub,
    "lemmy": SlowLemmy,
    "reddit": SlowReddit,
    "discord": SlowDiscord,
    "slack": SlowSlack,
    "youtube": SlowYouTube,
    "x": SlowX,
    "facebook": SlowFacebook,
    "instagram": SlowInstagram,
    "threads": SlowThreads,
    "linkedin": SlowLinkedIn,
    "googlereviews": SlowGoogleReviews,
}


@dataclass
class Scene:
    """A server, a store that has heard a question there, and a process that answers it."""

    server: Any
    config_path: Path
    store_path: Path
    config: Config
    number: int = field(default=0)

    async def ask(self) -> int:
        """A new question is heard; its conversation."""
        self.server.ask()
        async with open_store(self.store_path) as store:
            reports = await Engine(store, self.config).once()
            assert [one.detail for one in reports] == [None]
            return int(max(await reads.queue_ids(store, QueueFilter())))

    async def answer(self, conversation: int, point: str, text: str, delay: float = 0.0) -> int:
        """Run the process that answers, and return how it ended."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(CHILD),
            str(self.config_path),
            str(self.store_path),
            str(conversation),
            point if point in ("before", "after", "stored") else "never",
            text,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "", "HUBBUB_T": "t"},
        )
        assert process.stdout is not None
        if point == "taken":
            self.server.slow.at_once = lambda: os.kill(process.pid, signal.SIGKILL)
        assert await process.stdout.readline() == b"go\n"
        if point == "random":
            await asyncio.sleep(delay)
            if process.returncode is None:
                process.kill()
        await process.communicate()
        self.server.slow.at_once = lambda: None
        await self.server.slow.quiet()
        assert process.returncode is not None
        return process.returncode


@asynccontextmanager
async def scene(network: str, folder: Path) -> AsyncIterator[Scene]:
    async with SERVERS[network]() as server:
        config_path = folder / "hubbub.toml"
        config_path.write_text(
            f'member = "Ana"\n[brand.Kerlann]\nhandles = {{ {network} = ["kerlann"] }}\n'
            f'[[source]]\nbase_url = "{server.url}"\n{server.source}',
            encoding="utf-8",
        )
        yield Scene(server, config_path, folder / "hubbub.db", load_config(config_path))


async def check(scene: Scene, store: Store, conversation: int, text: str, point: str) -> bool:
    """Find out what became of the reply, and hold it against what stands at the server."""

    def later() -> Micros:
        return Micros(utc_now() + MINUTE)

    there = scene.server.said(text)
    async with Outbox(store, scene.config, later) as outbox:
        for _ in range(2):
            await outbox.reconcile()
    assert scene.server.said(text) == there <= 1
    rows = [one for one in await replies(store, conversation=conversation) if one.text == text]
    waits = (await reads.conversations(store, [conversation]))[conversation].state
    kept = await draft(store, conversation, "Ana")
    if rows:
        assert [one.state for one in rows] == ["sent" if there else "refused"]
        assert bool(rows[0].native_id) == bool(there)
        assert (None if kept is None else kept.text) == (None if there else text)
    assert (waits is ConversationState.WAITING) == bool(there), (point, rows)
    return bool(there)


@pytest.mark.parametrize("network", SERVERS)
async def test_killed_anywhere_a_reply_is_there_at_most_once(
    network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_T", "t")
    chance = random.Random(20261123)
    rounds = ["before", "taken", "after", "stored", *["random"] * RANDOM_ROUNDS]
    found: list[tuple[str, float, bool]] = []
    async with scene(network, tmp_path) as one:
        for number, point in enumerate(rounds):
            conversation = await one.ask()
            text = f"Yes, from nine to five, answer {number:02d}."
            delay = chance.uniform(0, 0.3)
            code = await one.answer(conversation, point, text, delay)
            assert code == -9 or (point == "random" and code == 0)
            async with open_store(one.store_path) as store:
                there = await check(one, store, conversation, text, point)
                found.append((point, delay, there))
                if not there:
                    # What was not sent can be sent again, and is then there once.
                    async with Outbox(store, one.config) as outbox:
                        outcome = await outbox.send(conversation, text, actor="Ana")
                    assert outcome.done == 1, outcome.sentence
                    assert one.server.said(text) == 1
    for point, delay, there in found:
        print(f"{network:10} {point:7} {delay:.2f} s  {'there' if there else 'not there'}")
    assert [there for _, _, there in found[:4]] == [False, True, True, True]


async def test_the_check_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outbox that sends once more without looking would be seen."""
    monkeypatch.setenv("HUBBUB_T", "t")
    async with scene("discourse", tmp_path) as one:
        conversation = await one.ask()
        text = "Yes, from nine to five, every day."
        await one.answer(conversation, "after", text)
        one.server.post(text, by="kerlann", topic=100, reply_to=1)
        async with open_store(one.store_path) as store:
            with pytest.raises(AssertionError):
                await check(one, store, conversation, text, "after")
