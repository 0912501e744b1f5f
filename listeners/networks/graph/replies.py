"""What answering on Facebook, Instagram and Threads has in common.

None of them knows a key of ours: whether a reply is there is told by its words, among what our
account wrote since.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import uuid4

from listeners.model import MINUTE, Micros, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.graph import words
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.faults import GraphError, Kind
from listeners.networks.graph.server import GraphServer, Page
from listeners.networks.replying import Answered, Reply, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    asked_to_wait,
    kept_there,
    post_gone,
    refused_before,
    refused_or_open,
    said_no,
)
from listeners.text import fold

SKEW = 10 * MINUTE
MOST_PAGES = 10

Me = Callable[[], Awaitable[Account]]


class GraphVoice:
    """Answers as our account; what differs stands in the network's own voice."""

    def __init__(self, server: GraphServer, me: Me) -> None:
        self._server = server
        self._me = me

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.has_key else words.no_key(self._server.title)

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the @-names a reply must begin with: none."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new key; none of these networks knows one, it names the attempt here alone."""
        return str(uuid4())

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: the network does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        await self.before()
        try:
            await self._server.delete(native_id)
        except GraphError as error:
            if error.kind is Kind.GONE:
                return
            if error.kind is Kind.PASSING:
                raise
            title = self._server.title
            raise ReplyRefusedError(kept_there(title, error.status, error.fault.said)) from error

    async def before(self) -> Account:
        """Return our account, asked for before anything is sent.

        Raises:
            ReplyRefusedError: that failed, so nothing was sent.
        """
        try:
            return await self._me()
        except SourceError as error:
            raise self.stopped(error) from error

    def stopped(self, error: SourceError) -> ReplyRefusedError:
        """Return the refusal for what failed before the reply left."""
        if isinstance(error, GraphError):
            return ReplyRefusedError(self.reason(error))
        return refused_before(error, self._server.title)

    async def written(self, path: str, form: Mapping[str, str]) -> str:
        """Write a reply and return its id.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        title = self._server.title
        try:
            made = await self._server.post(path, form)
        except GraphError as error:
            if error.kind is Kind.PASSING:
                raise
            raise ReplyRefusedError(self.reason(error)) from error
        except SourceError as error:
            if error.unsent:
                raise refused_before(error, title) from error
            raise refused_or_open(error, title) from error
        native_id = made.get("id")
        if not isinstance(native_id, str) or not native_id:
            raise SourceError(SourceState.FORMAT_CHANGED, words.odd_answer(title))
        return native_id

    def reason(self, error: GraphError) -> Sentence:
        """Return a refusal in words: what was not sent, that it is kept, what to do."""
        title, said = self._server.title, error.fault.said
        match error.kind:
            case Kind.LIMITED:
                return asked_to_wait(title)
            case Kind.GONE:
                return post_gone(title)
            case Kind.EXPIRED:
                return Sentence(
                    "{network} does not accept this source's key any more: “{said}”. The reply "
                    "was not sent, and your text is kept. Make a new key as docs/networks.md says.",
                    {"network": title, "said": said},
                )
            case Kind.PERMISSION | Kind.REVIEW:
                return Sentence(
                    "This source's key may not answer there on {network}: “{said}”. The reply was "
                    "not sent, and your text is kept: copy it, and answer in the browser.",
                    {"network": title, "said": said},
                )
            case Kind.DUPLICATE:
                return Sentence(
                    "{network} takes the same words only once: “{said}”. The reply was not sent, "
                    "and your text is kept; change it a little.",
                    {"network": title, "said": said},
                )
            case _:
                return said_no(title, error.status, said)

    async def found(
        self,
        reply: Reply,
        page: Callable[[Mapping[str, str]], Awaitable[Page]],
        read: Callable[[object], Sequence[Post]],
        *,
        newest_first: bool,
    ) -> Sent | None:
        """Look for a reply through pages of what was said there; ``None``: certainly not there.

        Raises:
            SourceError: that cannot be told.
        """
        since = reply.written_at - SKEW
        more: Mapping[str, str] = {}
        for _ in range(MOST_PAGES):
            got = await page(more)
            posts = [post for record in got.records for post in read(record)]
            for post in posts:
                if not self._fits(post, reply, since):
                    continue
                if post.own:
                    return Sent(native_id=post.native_id, url=post.url)
                if post.author.key.startswith("hidden:"):
                    raise SourceError(SourceState.FAILING, self._unclear())
            oldest = min((post.created_at or 0 for post in posts), default=0)
            more = got.more
            if not more or (newest_first and posts and oldest < since):
                return None
        raise SourceError(SourceState.FAILING, self._unclear())

    def _fits(self, post: Post, reply: Reply, since: int) -> bool:
        if post.native_id in reply.others or (post.created_at or since) < since:
            return False
        return _plain(post.text) == _plain(reply.text)

    def _unclear(self) -> Sentence:
        return Sentence(
            "{network} does not show clearly enough whether this reply is there. Look there; "
            "nothing is sent a second time.",
            {"network": self._server.title},
        )


def _plain(text: str) -> str:
    """Return a text for comparing: the networks trim it."""
    return " ".join(fold(text).split())
