"""Any sequence of messages, keys and time: nothing that waits is lost, and undo is exact.

All examples run on one store, each with threads and a person of its own.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.actions import merge_all, perform, redo, split_off, undo
from listeners.actions.ranking import ranking
from listeners.conversations.conversation import Conversation
from listeners.model import HOUR, MINUTE, Author, ConversationState, Micros, Post
from listeners.store import families, reads, subjects
from listeners.store.connection import Connection
from tests.listeners.conversations.threads import CONFIG, ROBOT, US, ZOE, Threads, threads

OPEN, WAITING, SNOOZED, RESOLVED, IGNORED = ConversationState
THREADS = (0, 1, 2)
thread = st.sampled_from(THREADS)

MESSAGES = st.one_of(
    st.tuples(st.sampled_from(["ask", "thanks", "third", "ours", "robot", "late ours"]), thread),
    st.tuples(st.sampled_from(["delete", "edit"]), thread),
    # Short of the reopen window in all: what opens anew belongs to the tables.
    st.tuples(st.just("wait"), st.integers(1, 10)),
    st.tuples(st.just("chores"), st.just(0)),
)
VERBS = st.one_of(
    st.tuples(
        st.sampled_from(
            ["answered", "resolve", "ignore", "snooze", "until", "reopen", "escalate", "take",
             "tag", "note", "priority", "mute"]
        ),
        thread,
    ),
    st.tuples(st.sampled_from(["merge 0", "merge 1", "merge 2", "split"]), thread),
)  # fmt: skip
HANDLED = ("answered", "resolve", "ignore", "snooze")
"""What a person has dealt with: put away until they reply, the clock begins with that reply."""


class World:
    """One store for all examples, and a loop of its own."""

    def __init__(self, talk: Threads, runner: asyncio.Runner) -> None:
        self.talk = talk
        self.run = runner.run
        self.numbers = itertools.count(1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("any")
    with asyncio.Runner() as runner:
        opening = threads(folder)
        talk: Threads = runner.run(_entered(opening))
        yield World(talk, runner)
        runner.run(opening.__aexit__(None, None, None))


async def _entered(opening: Any) -> Any:
    return await opening.__aenter__()


class Example:
    """Three threads of this example alone, and what waits in each by the test's own reckoning."""

    def __init__(self, world: World) -> None:
        self.talk = world.talk
        self.actor = f"Ana {next(world.numbers)}"
        self.name = f"x{next(world.numbers)}"
        self.count = 0
        names = [f"{self.name}{number}@social.example" for number in THREADS]
        self.people = [replace(ZOE, key=name, handle=name) for name in names]
        self.posts: list[list[Post]] = [[] for _ in THREADS]
        self.waits: list[dict[str, Micros]] = [{} for _ in THREADS]
        self.homes: list[int] = []

    async def begin(self) -> None:
        for number in THREADS:
            await self._say(number, f"Is Lune open on day {number}?", self.people[number])
            self.talk.wait(MINUTE)
        self.homes = [await self._home(number) for number in THREADS]
        for number in THREADS:
            await self._asked(number, self.posts[number][0])

    async def do(self, move: tuple[str, int]) -> int:
        """Do one thing; return how many subjects a person's verb changed."""
        what, number = move
        self.talk.wait(MINUTE)
        if what == "wait":
            self.talk.wait(number * HOUR)
        elif what == "chores":
            await self.talk.chores.conversations()
        elif what in ("delete", "edit"):
            await self._changed(what, number)
        elif (what, number) in itertools.product(_SAID, THREADS):
            await self._message(what, number)
        else:
            return await self.verb(what, number)
        return 0

    async def verb(self, what: str, number: int) -> int:
        heads = await self.heads()
        head, store, now = heads[number], self.talk.store, self.talk.now
        rank = ranking(CONFIG)
        if what.startswith("merge"):
            other = self.homes[int(what[-1])]
            done = await merge_all(store, self.actor, (head, other), now, rank=rank)
        elif what == "split":
            done = await split_off(store, self.actor, head, now, rank=rank)
        else:
            asked: dict[str, Any] = {
                "until": {"until": Micros(now + 5 * HOUR)},
                "tag": {"tags": f"t{self.count}"},
                "note": {"text": "called her"},
                "priority": {"priority": 1 + self.count % 5},
            }.get(what, {})
            verb = "snooze" if what == "until" else what
            done = await perform(
                store, self.actor, verb, "conversation", [head], now, rank=rank, **asked
            )
        if done.done and what in HANDLED:
            for place, at in enumerate(heads):
                if at == head:
                    self.waits[place].clear()
        self.count += 1
        return done.done

    async def _message(self, what: str, number: int) -> None:
        text, author, late = _SAID[what]
        author = self.people[number] if author is ZOE else author
        at = Micros(self.talk.now - late)
        self.count += 1
        said = text.format(n=f"{self.name} {self.count}")
        post = await self._say(number, said, author, at)
        if author is US:
            heads = await self.heads()
            for place in THREADS:
                if heads[place] == heads[number]:
                    self.waits[place] = {k: t for k, t in self.waits[place].items() if t > at}
        else:
            await self._asked(number, post)

    async def _changed(self, what: str, number: int) -> None:
        theirs = [one for one in self.posts[number] if one.author == self.people[number]]
        if not theirs:
            return
        post = theirs[self.count % len(theirs)]
        self.count += 1
        if what == "delete":
            await self.talk.hear(deletions=(_deletion(post),))
            self.waits[number].pop(post.native_id, None)
            self.posts[number].remove(post)
            return
        asked_before = await self._asks(post)
        edited = replace(post, text=f"{post.text} And where is my order {self.count}-77?",
                         edited_at=self.talk.now)  # fmt: skip
        self.posts[number][self.posts[number].index(post)] = edited
        await self.talk.hear(edited)
        if not asked_before:
            await self._asked(number, edited, self.talk.now)

    async def _say(self, number: int, text: str, author: Author, at: Micros | None = None) -> Post:
        posts = self.posts[number]
        first = f"https://social.example/posts/{self.name}-{number}-0"
        said = sum(map(len, self.posts)) + self.count
        post = Post(
            network="mastodon",
            native_id=first if not self.homes else f"{first}{said}-{self.talk.now}",
            author=author,
            text=text,
            created_at=at or self.talk.now,
            lang="en",
            parent_id=first if self.homes else None,
        )
        posts.append(post)
        await self.talk.hear(post)
        return post

    async def _asked(self, number: int, post: Post, latest: Micros | None = None) -> None:
        if not await self._asks(post):
            return
        state = (await self.loaded((await self.heads())[number])).state
        if state in (OPEN, SNOOZED):
            self.waits[number][post.native_id] = latest or post.created_at or self.talk.now

    async def _asks(self, post: Post) -> bool:
        async def work(connection: Connection) -> bool:
            rows = await connection.fetch(
                "SELECT asks FROM mention WHERE native_id = ?", (post.native_id,)
            )
            return bool(rows and rows[0]["asks"])

        return await self.talk.store.read(work)

    async def _home(self, number: int) -> int:
        async def work(connection: Connection) -> int:
            rows = await connection.fetch(
                "SELECT conversation_id AS id FROM mention WHERE native_id = ?",
                (self.posts[number][0].native_id,),
            )
            return int(rows[0]["id"])

        return await self.talk.store.read(work)

    async def heads(self) -> list[int]:
        found = await self.talk.store.read(lambda c: families.heads(c, self.homes))
        return [found[home] for home in self.homes]

    async def loaded(self, id_: int) -> Conversation:
        found = await self.talk.store.read(lambda c: subjects.load_conversations(c, [id_]))
        return found[id_]

    async def state(self) -> list[Any]:
        """Return all that undo must restore."""
        found = await self.talk.store.read(lambda c: subjects.load_conversations(c, self.homes))
        notes = [
            [note.text for note in await reads.notes(self.talk.store, "conversation", home)]
            for home in self.homes
        ]
        return [*(replace(found[home], version=0) for home in self.homes), notes]

    async def check(self) -> None:
        """Nothing that waits is lost, and no clock is later than the oldest that waits."""
        heads = await self.heads()
        for head in set(heads):
            one = await self.loaded(head)
            waiting = [
                at for place in THREADS if heads[place] == head
                for at in self.waits[place].values()
            ]  # fmt: skip
            assert one.merged_into is None
            if one.state in (WAITING, RESOLVED, IGNORED):
                assert one.waiting_since is None
            if waiting:
                assert one.state in (OPEN, SNOOZED), one
                assert one.waiting_since is not None, one
                assert one.waiting_since <= min(waiting), one
                assert one.in_queue


_SAID: dict[str, tuple[str, Author, int]] = {
    "ask": ("Lune, where is my order {n}?", ZOE, 0),
    "thanks": ("Thanks!", ZOE, 0),
    "third": ("Who knows {n}?", replace(ZOE, key="third@social.example", handle="third"), 0),
    "ours": ("We answer {n}.", US, 0),
    "robot": ("We have received {n}.", ROBOT, 0),
    "late ours": ("We answered {n}.", US, 30 * MINUTE),
}


def _deletion(post: Post) -> Any:
    from listeners.model import Deletion

    return Deletion(post.network, post.native_id)


USUAL = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.long
@pytest.mark.timeout(180)
@settings(USUAL, max_examples=200)
@given(moves=st.lists(st.one_of(MESSAGES, VERBS), max_size=14))
def test_no_sequence_loses_what_waits(world: World, moves: list[tuple[str, int]]) -> None:
    async def scenario() -> None:
        one = Example(world)
        await one.begin()
        await one.check()
        for move in moves:
            await one.do(move)
            await one.check()

    world.run(_run(scenario()))


@pytest.mark.long
@pytest.mark.timeout(180)
@settings(USUAL, max_examples=100)
@given(
    said=st.lists(MESSAGES, max_size=5),
    verbs=st.lists(VERBS, max_size=9),
)
def test_undoing_every_verb_gives_the_first_state_and_redoing_the_last(
    world: World, said: list[tuple[str, int]], verbs: list[tuple[str, int]]
) -> None:
    async def scenario() -> None:
        one = Example(world)
        await one.begin()
        for move in said:
            await one.do(move)
        states = [await one.state()]
        for move in verbs:
            if await one.do(move):
                states.append(await one.state())
        store, now = one.talk.store, one.talk.now
        for state in reversed(states[:-1]):
            assert (await undo(store, one.actor, now)).done
            assert await one.state() == state
        assert not (await undo(store, one.actor, now)).done
        for state in states[1:]:
            assert (await redo(store, one.actor, now)).done
            assert await one.state() == state

    world.run(_run(scenario()))


async def _run(scenario: Coroutine[Any, Any, None]) -> None:
    await scenario
