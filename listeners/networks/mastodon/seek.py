"""Finding posts again on one Mastodon server: those we answer, and our own.

A post's lasting name is its address (uri), but a server is asked by ids of its own, which other
servers do not know and some change when a post is edited. So every id is tried, and believed
only where the post behind it has the right address.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from urllib.parse import urlsplit

from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.decode import api_id_of
from listeners.networks.mastodon.memory import Memory
from listeners.networks.mastodon.places import quote_segment
from listeners.networks.mastodon.server import MastodonServer, RefusedError, links_of
from listeners.networks.replying import Answered

PAGE = 40
MOST_PAGES = 10

_GONE = frozenset((404, 410))

Record = Mapping[str, object]


class Seeker:
    """Finds posts on one server, as the account the token belongs to."""

    def __init__(self, server: MastodonServer, memory: Memory, handles: tuple[str, ...]) -> None:
        """``handles`` are our accounts as configured, for a token that may not say whose it is."""
        self._server = server
        self._memory = memory
        self._handles = handles
        self._own: tuple[str, ...] = ()

    async def find(self, to: Answered) -> Record | None:
        """Return a post by its lasting address; ``None`` where the server does not show it.

        Raises:
            SourceError: the server could not be asked, or does not accept us.
        """
        numbers = (
            self._memory.api_id_of(to.native_id),
            _kept_id(to.raw),
            self.local_id(to.native_id),
        )
        for number in dict.fromkeys(numbers):
            record = await self.show(number) if number else None
            if record is not None and record.get("uri") == to.native_id:
                return record
        asked = [("q", to.native_id), ("type", "statuses"), ("resolve", "true"), ("limit", "1")]
        found = await self._server.lookup("/api/v2/search", asked)
        for record in _records(found.get("statuses") if isinstance(found, dict) else None):
            if record.get("uri") == to.native_id:
                return record
        return None

    async def show(self, number: str) -> Record | None:
        """Return a post by the server's id; ``None`` where it is gone or hidden from us.

        Raises:
            SourceError: the server could not be asked, or does not accept us.
        """
        try:
            answer = await self._server.get(f"/api/v1/statuses/{quote_segment(number)}")
        except RefusedError as error:
            if error.status not in _GONE:
                raise
            return None
        record = answer.json()
        return record if isinstance(record, dict) else None

    async def below(self, number: str) -> list[Record]:
        """Return the posts under one, as far as the server shows them.

        Raises:
            SourceError: the server could not be asked.
        """
        context = await self._server.lookup(f"/api/v1/statuses/{quote_segment(number)}/context")
        return _records(context.get("descendants") if isinstance(context, dict) else None)

    async def own_post(self, uri: str) -> Record | None:
        """Return a post of ours by its lasting address, looked for among all of ours.

        Raises:
            SourceError: as ``own_posts``.
        """
        async with aclosing(self.own_posts()) as records:
            async for record in records:
                if record.get("uri") == uri:
                    return record
        return None

    async def own_posts(self) -> AsyncGenerator[Record, None]:
        """Yield what our account wrote, newest first.

        Raises:
            SourceError: the server could not be asked, or has more than can be read here.
        """
        for number in await self.own_ids():
            asked = [("limit", str(PAGE)), ("exclude_reblogs", "true")]
            path = f"/api/v1/accounts/{quote_segment(number)}/statuses"
            before: str | None = None
            for _ in range(MOST_PAGES):
                beside = [("max_id", before)] if before else []
                answer = await self._server.get(path, [*asked, *beside])
                records = _records(answer.json())
                for record in records:
                    yield record
                older = links_of(answer).older or (api_id_of(records[-1]) if records else None)
                if older is None or older == before:
                    break
                before = older
            else:
                raise SourceError(
                    SourceState.FAILING,
                    Sentence(
                        "{server} has more posts of our account than hubbub reads to look for one "
                        "reply. Look for it on its web page.",
                        {"server": self._server.name},
                    ),
                )

    async def own_ids(self) -> tuple[str, ...]:
        """Return the server's ids of the account that is signed in, asked for once.

        Raises:
            SourceError: the server could not be asked, or does not say.
        """
        if self._own:
            return self._own
        try:
            answer = await self._server.get("/api/v1/accounts/verify_credentials")
            number = api_id_of(answer.json())
            self._own = (number,) if number else ()
        except RefusedError as error:
            if error.status == 401:
                raise
        if not self._own:
            # A token may be allowed to write and not to say whose it is.
            found = [api_id_of(await self._server.account(handle)) for handle in self._handles]
            self._own = tuple(dict.fromkeys(number for number in found if number))
        if not self._own:
            raise SourceError(
                SourceState.NEEDS_TOKEN,
                Sentence(
                    "{server} does not tell whose access token this source has, so hubbub cannot "
                    "look for its posts. Allow the token read:accounts, or name the brand's "
                    "account in its handles.",
                    {"server": self._server.name},
                ),
            )
        return self._own

    def local_id(self, uri: str) -> str | None:
        """Return the id in an address that this very server gave: its last part, in Mastodon."""
        try:
            parts = urlsplit(uri)
        except ValueError:
            return None
        last = parts.path.rstrip("/").rpartition("/")[2]
        return last if parts.netloc == self._server.name and last.isalnum() else None


def _kept_id(raw: bytes | None) -> str | None:
    """Return the server's id of a post from what was kept of its record."""
    try:
        return api_id_of(json.loads(raw)) if raw else None
    except ValueError:
        return None


def _records(value: object) -> list[Record]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
