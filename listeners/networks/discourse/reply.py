"""Answering in a topic of a forum, once.

``POST /posts.json`` knows no key of ours, so whether a reply is there is told by looking: the
newest posts of its topic, and those of ours that wait for a moderator, for one with its words that
answers the same post. A forum that keeps replies for approval has taken them: such a reply counts
as sent, under the id of its place in the queue, and is never sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from listeners.clock import Clock
from listeners.model import DAY, MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.discourse.decode import ForumPost, number_of, read_post, time_of
from listeners.networks.discourse.forum import NO_ADDRESS
from listeners.networks.discourse.reader import PAGE, Reader
from listeners.networks.discourse.server import DiscourseServer, RefusedError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    refused_before,
    said_no,
    token_refused,
)
from listeners.text import fold

LONGEST = 32_000
SHORTEST = 20
"""Characters a post may and must have where the forum does not say (site_settings.yml)."""
SKEW = 10 * MINUTE
"""How far the forum's clock may be from ours when a reply is looked for."""
MOST_LOOKED_AT = 200
"""The newest posts of a topic among which a reply is looked for."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a post must and may be."""

    limit: ReplyLimit
    shortest: int


class Replier:
    """Posts in topics of one forum."""

    def __init__(self, server: DiscourseServer, reader: Reader, clock: Clock) -> None:
        self._server = server
        self._forum = server.forum
        self._reader = reader
        self._clock = clock
        self._lengths: Lengths | None = None
        self._asked_at: Micros | None = None

    def may_reply(self) -> Sentence | None:
        """Return why this source cannot send, ``None`` where it can."""
        if not self._forum.base:
            return NO_ADDRESS
        if not self._server.signed_in:
            return Sentence(
                "To answer on {forum}, this source needs an API key as its token (Admin, API on "
                "the forum) and the account to answer as: username.",
                {"forum": self._forum.name},
            )
        if not self._forum.username and not self._server.by_user:
            return Sentence(
                "To answer on {forum}, this source needs the account to answer as: username. "
                'With a key of your own account, write kind = "user" instead.',
                {"forum": self._forum.name},
            )
        return None

    async def limit(self) -> ReplyLimit:
        """Return how long a post may be on this forum. Raises as ``lengths``."""
        return (await self.lengths()).limit

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: a forum tells whom a post answers without naming them."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; Discourse knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def lengths(self) -> Lengths:
        """Return how long a post must and may be; asked of the forum once a day.

        Raises:
            SourceError: the forum could not be asked.
        """
        asked = self._asked_at
        fresh = asked is not None and 0 <= self._clock() - asked < DAY
        if self._lengths is None or not fresh:
            try:
                settings = await self._server.get("/site/settings.json")
            except RefusedError as error:
                if error.state is SourceState.RATE_LIMITED:
                    raise
                settings = None
            longest = number_of(settings, "max_post_length") or LONGEST
            shortest = number_of(settings, "min_post_length")
            self._lengths = Lengths(
                ReplyLimit(maximum=longest, unit="characters"),
                SHORTEST if shortest is None else shortest,
            )
            self._asked_at = self._clock()
        return self._lengths

    async def send(self, reply: Reply) -> Sent:
        """Post a reply.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        topic, number = self._place(reply)
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        await self._check_length(reply.text)
        body = {"topic_id": topic, "raw": reply.text, "reply_to_post_number": number}
        try:
            record = await self._server.post("/posts.json", body)
        except RefusedError as error:
            if error.status >= 500:
                # Whatever it says of waiting, it may have been taken behind a gateway.
                raise
            raise ReplyRefusedError(self._refused(error)) from error
        pending = record.get("pending_post") if isinstance(record, dict) else None
        if isinstance(record, dict) and record.get("action") == "enqueued":
            return self._waiting(number_of(pending) or 0, topic)
        try:
            made = read_post(record, self._forum)
        except UnreadableError as error:
            raise self._server.not_discourse() from error
        return _sent(made)

    async def find(self, reply: Reply) -> Sent | None:
        """Look whether a reply is there or waits for approval; ``None``: it certainly does not.

        Raises:
            SourceError: that cannot be told now.
        """
        topic, number = self._place(reply)
        answer = await self._server.lookup(f"/t/{topic}.json")
        if not isinstance(answer, dict):
            # The whole topic is gone or hidden, and what was written there with it.
            raise self._cannot_tell()
        held = answer.get("post_stream")
        ids = held.get("stream") if isinstance(held, dict) else None
        if not isinstance(ids, list):
            raise self._cannot_tell()
        since = reply.written_at - SKEW
        newest = [one for one in ids if isinstance(one, int)][-MOST_LOOKED_AT:]
        while newest:
            chunk, newest = newest[-PAGE:], newest[:-PAGE]
            records = await self._reader.posts_of(topic, chunk)
            for record in reversed(records):
                if (found := self._same(record, reply, number)) is not None:
                    return _sent(found)
            times = [at for record in records if (at := time_of(record)) is not None]
            if times and min(times) < since:
                return await self._find_waiting(reply, topic)
        if len(ids) > MOST_LOOKED_AT:
            raise self._cannot_tell()
        return await self._find_waiting(reply, topic)

    async def delete(self, native_id: str) -> None:
        """Delete a post of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: the forum does not allow it.
            SourceError: it may be deleted or not.
        """
        pending = self._forum.pending_of(native_id)
        place = self._forum.place_of(native_id)
        path = f"/review/{pending}.json"
        if pending is None:
            if place is None:
                raise ReplyRefusedError(self._elsewhere())
            topic, number = place
            try:
                found = await self._server.lookup(f"/posts/by_number/{topic}/{number}.json")
            except RefusedError as error:
                raise ReplyRefusedError(self._kept(error)) from error
            post_id = number_of(found)
            if post_id is None or self._is_gone(found):
                return
            path = f"/posts/{post_id}.json"
        try:
            await self._server.delete(path)
        except RefusedError as error:
            if error.status in (404, 410):
                return
            raise ReplyRefusedError(self._kept(error)) from error

    def _place(self, reply: Reply) -> tuple[int, int]:
        place = self._forum.place_of(reply.to.native_id)
        if place is None:
            raise ReplyRefusedError(self._elsewhere())
        return place

    def _elsewhere(self) -> Sentence:
        return Sentence(
            "This post is not on {forum}, so nothing was done there.", {"forum": self._forum.name}
        )

    async def _check_length(self, text: str) -> None:
        try:
            shortest = (await self.lengths()).shortest
        except SourceError as error:
            raise refused_before(error, self._forum.name) from error
        if len(text.strip()) < shortest:
            raise ReplyRefusedError(
                Sentence(
                    "{forum} takes no posts of less than {least} characters. Write a little "
                    "more; nothing was sent.",
                    {"forum": self._forum.name, "least": shortest},
                )
            )

    async def _find_waiting(self, reply: Reply, topic: int) -> Sent | None:
        """Look among our posts that wait for a moderator; older forums do not show them."""
        if not self._forum.username:
            return None
        try:
            answer = await self._server.lookup(f"/posts/{self._forum.username}/pending.json")
        except RefusedError as error:
            if error.state is SourceState.RATE_LIMITED:
                raise
            return None
        held = answer.get("pending_posts") if isinstance(answer, dict) else None
        for record in held if isinstance(held, list) else ():
            raw = record.get("raw_text") if isinstance(record, dict) else None
            same = isinstance(raw, str) and _folded(raw) == _folded(reply.text)
            waiting = self._forum.pending_id(number_of(record) or 0)
            at = time_of(record)
            if same and waiting not in reply.others and number_of(record, "topic_id") == topic:
                if at is not None and at < reply.written_at - SKEW:
                    continue
                return self._waiting(number_of(record) or 0, topic)
        return None

    def _waiting(self, number: int, topic: int) -> Sent:
        return Sent(
            native_id=self._forum.pending_id(number),
            url=f"{self._forum.base}/t/{topic}",
            note=Sentence(
                "{forum} keeps it until a moderator approves it. Do not send it again.",
                {"forum": self._forum.name},
            ),
        )

    def _same(self, record: object, reply: Reply, number: int) -> ForumPost | None:
        """Return the post in a record if it is this very reply.

        Raises:
            SourceError: it may be, but the forum does not show its Markdown.
        """
        try:
            one = read_post(record, self._forum)
        except UnreadableError:
            return None
        at = one.post.created_at
        late = at is None or at >= reply.written_at - SKEW
        if not (one.ours and late and not one.gone and (one.answers or 1) == number):
            return None
        if one.post.native_id in reply.others:
            return None
        if _folded(one.raw or one.post.text) == _folded(reply.text):
            return one
        if not one.raw:
            raise self._cannot_tell()
        return None

    def _is_gone(self, record: object) -> bool:
        try:
            return read_post(record, self._forum).gone
        except UnreadableError:
            return False

    def _refused(self, error: RefusedError) -> Sentence:
        if error.state is SourceState.RATE_LIMITED:
            return asked_to_wait(self._forum.name)
        if error.state is SourceState.NEEDS_TOKEN and not error.said:
            return token_refused(self._forum.name, error.status)
        return said_no(self._forum.name, error.status, error.said)

    def _kept(self, error: RefusedError) -> Sentence:
        return kept_there(self._forum.name, error.status, error.said)

    def _cannot_tell(self) -> SourceError:
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "{forum} does not show the topic now, so it cannot be told whether your reply is "
                "there. Look at it in a browser.",
                {"forum": self._forum.name},
            ),
        )


def _sent(one: ForumPost) -> Sent:
    return Sent(native_id=one.post.native_id, url=one.post.url)


def _folded(text: str) -> str:
    """Return a text for comparing: forums trim lines and turn characters into their kin."""
    return " ".join(fold(text).split())
