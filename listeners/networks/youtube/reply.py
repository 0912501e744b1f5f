"""Answering on YouTube as the channel's owner.

Source: developers.google.com/youtube/v3/docs/comments/insert. YouTube knows no key of ours; whether
a reply is there is told by looking at what our channel wrote below the comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from listeners.model import MINUTE, Micros, Post, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    kept_there,
    not_ours,
    post_gone,
    refused_before,
    refused_or_open,
    said_no,
    token_refused,
)
from listeners.networks.youtube.decode import TITLE, is_video, read_comment, read_thread
from listeners.networks.youtube.server import (
    RefusedError,
    YouTubeServer,
    items_of,
    misunderstood,
    next_of,
)
from listeners.networks.youtube.token import not_given
from listeners.text import fold

LIMIT = ReplyLimit(maximum=10_000, unit="characters")
"""The longest comment YouTube takes."""
SKEW = 10 * MINUTE
PER_PAGE = 100
MOST_PAGES = 10
_GONE = frozenset({"commentNotFound", "parentCommentNotFound", "videoNotFound"})


class Replies:
    """Writes comments in the name of one channel."""

    def __init__(self, server: YouTubeServer) -> None:
        self._server = server
        self._me = ""

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.permission.given else not_given()

    async def limit(self) -> ReplyLimit:
        """Return how long a comment may be."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the name of whoever is answered where a reply is: below a comment all stand in
        one row, and nobody else is told."""
        if "." not in to.native_id or not to.author_handle or to.author_handle in ours:
            return ""
        return f"@{to.author_handle.removeprefix('@')} "

    def new_key(self, now: Micros) -> str:
        """Return a new key; YouTube knows none, so it names the attempt on our side alone."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Write it below the comment, or as a comment on the video, that it answers.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        above = above_of(reply.to.native_id)
        try:
            await self._server.permission.bearer()
        except SourceError as error:
            raise refused_before(error, TITLE) from error
        try:
            if is_video(above):
                made = await self._server.write("commentThreads", on_video(above, reply.text))
            else:
                made = await self._server.write("comments", below_comment(above, reply.text))
        except RefusedError as error:
            raise ReplyRefusedError(_refused(error)) from error
        except SourceError as error:
            raise refused_or_open(error, TITLE) from error
        return _sent(made)

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among what our channel wrote there since; ``None``: certainly not there.

        Raises:
            SourceError: that cannot be told now.
        """
        above = above_of(reply.to.native_id)
        me = await self._own_channel()
        video = is_video(above)
        resource = "commentThreads" if video else "comments"
        params: dict[str, str | int] = {
            "part": "snippet",
            "textFormat": "plainText",
            "maxResults": PER_PAGE,
            **({"videoId": above, "order": "time"} if video else {"parentId": above}),
        }
        since = reply.written_at - SKEW
        for _ in range(MOST_PAGES):
            page = await self._server.page(resource, params, mine=True)
            posts = [_read(record) for record in items_of(page)]
            for post in posts:
                if post is not None and _same(post, reply, me, since):
                    return Sent(native_id=post.native_id, url=post.url)
            oldest = min((p.created_at or 0 for p in posts if p is not None), default=0)
            token = next_of(page)
            if not token or (video and posts and oldest < since):
                return None
            params["pageToken"] = token
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "Too much was written there since this reply to tell whether it is there. Look on "
                "YouTube; nothing is sent a second time."
            ),
        )

    async def delete(self, native_id: str) -> None:
        """Delete a comment of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: YouTube does not allow it.
            SourceError: it may be deleted or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        try:
            await self._server.delete("comments", native_id)
        except RefusedError as error:
            if error.status == 404:
                return
            if error.status == 403 and error.state is not SourceState.RATE_LIMITED:
                raise ReplyRefusedError(not_ours()) from error
            raise ReplyRefusedError(kept_there(TITLE, error.status, error.said)) from error

    async def _own_channel(self) -> str:
        if not self._me:
            found = await self._server.get("channels", {"part": "id", "mine": "true"}, mine=True)
            first = found[0] if found else None
            number = first.get("id") if isinstance(first, Mapping) else None
            if not isinstance(number, str) or not number:
                raise misunderstood()
            self._me = number
        return self._me


def above_of(native_id: str) -> str:
    """Return what a reply is written below: the comment a reply belongs to, or the video."""
    return native_id if is_video(native_id) else native_id.partition(".")[0]


def below_comment(parent: str, text: str) -> Mapping[str, object]:
    """Return the reply to send."""
    return {"snippet": {"parentId": parent, "textOriginal": text}}


def on_video(video: str, text: str) -> Mapping[str, object]:
    """Return the comment to send."""
    words = {"snippet": {"textOriginal": text}}
    return {"snippet": {"videoId": video, "topLevelComment": words}}


def _read(record: object) -> Post | None:
    """Return a comment, or the one a thread begins with; ``None`` for what cannot be read."""
    threaded = isinstance(record, Mapping) and "topLevelComment" in (record.get("snippet") or {})
    try:
        return read_thread(record).comment if threaded else read_comment(record)
    except UnreadableError:
        return None


def _same(post: Post, reply: Reply, me: str, since: int) -> bool:
    if post.author.key != me or post.native_id in reply.others or (post.created_at or 0) < since:
        return False
    return _words(post.text) == _words(reply.text)


def _words(text: str) -> str:
    """Return a text for comparing: YouTube trims it."""
    return " ".join(fold(text).split())


def _sent(made: object) -> Sent:
    post = _read(made)
    if post is None:
        raise misunderstood()
    return Sent(native_id=post.native_id, url=post.url)


def _refused(error: RefusedError) -> Sentence:
    """Return a refusal of YouTube in words."""
    if error.status == 401:
        return token_refused(TITLE, error.status)
    if error.state is SourceState.RATE_LIMITED:
        return Sentence(
            "YouTube's allowance for today is spent (a reply costs 50 of 10,000 units), so the "
            "reply was not sent. Your text is kept; send it after midnight in California."
        )
    if error.reason in _GONE or error.status == 404:
        return post_gone(TITLE)
    return said_no(TITLE, error.status, error.said or error.reason)
