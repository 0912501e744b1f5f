"""Answering on Threads: prepared first, then published.

Source: developers.facebook.com/docs/threads/retrieve-and-manage-replies/create-replies. Below our
own posts everybody may; elsewhere Meta wants a reviewed app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from listeners.model import Post, Sentence
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError, count
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.containers import THREADS, ready_container
from listeners.networks.graph.faults import GraphError
from listeners.networks.graph.records import field_of, list_in
from listeners.networks.graph.replies import GraphVoice
from listeners.networks.graph.server import Page, Params
from listeners.networks.replying import Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.threads.decode import REPLY_FIELDS, TITLE, read_post

LIMIT = ReplyLimit(maximum=500, unit="characters")
"""The longest post Threads takes."""


class Replies(GraphVoice):
    """Writes replies in the name of our profile."""

    async def limit(self) -> ReplyLimit:
        """Return how long a reply may be."""
        return LIMIT

    async def send(self, reply: Reply) -> Sent:
        """Prepare it, then publish it.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        me = await self.before()
        form = {"media_type": "TEXT", "text": reply.text, "reply_to_id": reply.to.native_id}
        try:
            await self._check(me)
            container = await ready_container(self._server, THREADS, me.id, form)
        except SourceError as error:
            # Whatever became of the container: unpublished, nobody ever sees it.
            raise self.stopped(error) from error
        path = f"{me.id}/{THREADS.publish}"
        return Sent(native_id=await self.written(path, {"creation_id": container}))

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among our newest replies. Raises as ``GraphVoice.found``."""
        me = await self._me()

        async def page(more: Mapping[str, str]) -> Page:
            params: Params = {"fields": REPLY_FIELDS, "limit": 100}
            return await self._server.page("me/replies", {**params, **more})

        def read(record: object) -> Sequence[Post]:
            try:
                post = read_post(record, me)
            except UnreadableError:
                return ()
            elsewhere = post.parent_id not in (None, reply.to.native_id)
            # What answers something else still tells how far back the page goes.
            return [replace(post, own=not elsewhere, text="" if elsewhere else post.text)]

        return await self.found(reply, page, read, newest_first=True)

    async def _check(self, me: Account) -> None:
        """See that the day's replies are not used up.

        Raises:
            ReplyRefusedError: they are.
            SourceError: Threads could not be asked.
        """
        try:
            told = await self._server.get(
                f"{me.id}/threads_publishing_limit", {"fields": "reply_quota_usage,reply_config"}
            )
        except GraphError as error:
            if error.about_one_part:
                return  # not every key may ask; the sending itself will tell
            raise
        state = next(iter(list_in(told, "data")), told)
        used = count(field_of(state, "reply_quota_usage"))
        total = count(field_of(state, "reply_config", "quota_total"))
        if used is not None and total and used >= total:
            raise ReplyRefusedError(
                Sentence(
                    "{network} takes {total} replies a day from an account, and they are used "
                    "up, so the reply was not sent. Your text is kept; send it tomorrow.",
                    {"network": TITLE, "total": total},
                )
            )
