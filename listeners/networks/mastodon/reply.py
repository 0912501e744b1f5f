"""Answering on Mastodon and the servers that speak its API.

Wire format: POST /api/v1/statuses with ``Idempotency-Key`` (kept for an hour by Mastodon),
DELETE /api/v1/statuses/:id, GET /api/v1/accounts/:id/statuses; docs.joinmastodon.org. A reply is
never seen by more people than the post it answers, and wears the same content warning.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import uuid4

from listeners.clock import Clock
from listeners.http import Answer
from listeners.model import MINUTE, SECOND, Micros, Sentence, SourceState
from listeners.networks import replying_words
from listeners.networks.contract import SourceError
from listeners.networks.mastodon.decode import api_id_of, created_at_of
from listeners.networks.mastodon.instance import Instances
from listeners.networks.mastodon.opening import likeness, names_somebody, opening
from listeners.networks.mastodon.places import quote_segment
from listeners.networks.mastodon.seek import PAGE, Record, Seeker
from listeners.networks.mastodon.server import MastodonServer
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent

SETTLED = 60 * SECOND
"""How long a server that takes posts in by and by may need until it shows one."""
SKEW = 10 * MINUTE
"""How far a server's clock may be behind ours."""

LIKE = 0.6
"""From what likeness on a person has to look: it may be this reply, or another by one of us."""

_GONE = frozenset((404, 410))
_OPEN = frozenset(("public", "unlisted", "local"))


class MastodonVoice:
    """Writes, finds and deletes replies of the account the token belongs to."""

    def __init__(self, server: MastodonServer, seek: Seeker, clock: Clock) -> None:
        self._server = server
        self._seek = seek
        self._clock = clock
        self._instances = Instances(server, clock)

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        if self._server.signed_in:
            return None
        return Sentence(
            "This Mastodon source has no access token, so hubbub cannot answer from it. On "
            "{server}, open Preferences, Development, New application; allow read and "
            "write:statuses; and give this source the access token shown there.",
            {"server": self._server.name},
        )

    async def limit(self) -> ReplyLimit:
        """Return how long a post may be there. Mastodon counts what people see as a letter."""
        rules = await self._instances.limits()
        return ReplyLimit(
            maximum=rules.characters,
            unit="graphemes",
            link_length=rules.link_length,
            remote_mentions=True,
        )

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return the names of those a reply must tell."""
        return opening(to, ours, self._server.base)

    def new_key(self, now: Micros) -> str:
        """Return a new idempotency key."""
        return str(uuid4())

    async def send(self, reply: Reply) -> Sent:
        """Post the reply; within an hour Mastodon answers the same key with the same post.

        What fails before the posting is a refusal: under a new key nothing can be there.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        if (why := self.may_reply()) is not None:
            raise ReplyRefusedError(why)
        try:
            parent = await self._seek.find(reply.to)
        except SourceError as error:
            raise replying_words.refused_before(error, self._server.name) from error
        number = api_id_of(parent)
        if parent is None or number is None:
            raise ReplyRefusedError(self._not_shown())
        seen_by = _visibility(parent, reply.to.private)
        if seen_by == "direct" and not names_somebody(reply.text):
            raise ReplyRefusedError(_seen_by_nobody())
        form = {"status": reply.text, "in_reply_to_id": number, "visibility": seen_by}
        if reply.lang:
            form["language"] = reply.lang.partition("-")[0].lower()
        warning = parent.get("spoiler_text")
        if isinstance(warning, str) and warning:
            form["spoiler_text"] = warning
        try:
            answer = await self._server.change(
                "POST", "/api/v1/statuses", form, {"idempotency-key": reply.key}
            )
        except SourceError as error:
            raise replying_words.refused_or_open(error, self._server.name) from error
        if answer.status >= 300:
            raise ReplyRefusedError(self._why_not(answer))
        return self._sent(answer.json())

    async def find(self, reply: Reply) -> Sent | None:
        """Look for the reply among our own posts since it was written, and below its post.

        Raises:
            SourceError: that cannot be told now.
        """
        parent = api_id_of(await self._seek.find(reply.to))
        rules = await self._instances.rules()
        doubtful = False
        async with aclosing(self._candidates(reply, parent)) as records:
            async for record in records:
                if record.get("uri") in reply.others:
                    continue
                alike = _likeness(record, parent, reply.text)
                if alike == 1.0:
                    return self._sent(record)
                doubtful = doubtful or alike >= LIKE
        if doubtful:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{server} shows a reply of ours that is much like this one. Look at it there "
                    "and say whether this one was sent.",
                    {"server": self._server.name},
                ),
            )
        if rules.at_once or self._clock() - reply.written_at >= SETTLED:
            return None
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "{server} does not show the reply yet, but may still be taking it in. hubbub "
                "looks again in a minute.",
                {"server": self._server.name},
            ),
        )

    async def _candidates(self, reply: Reply, parent: str | None) -> AsyncGenerator[Record, None]:
        """Yield our posts since the reply was written, then those below the post it answers."""
        since = Micros(reply.written_at - SKEW)
        older = 0
        async with aclosing(self._seek.own_posts()) as records:
            async for record in records:
                made = created_at_of(record)
                if made is None or made >= since:
                    yield record
                    continue
                # Some servers put boosts in between, at the time of what they repeat.
                older += 1
                if older == PAGE:
                    break
        if parent is not None:
            own = await self._seek.own_ids()
            for record in await self._seek.below(parent):
                made = created_at_of(record)
                if api_id_of(record.get("account")) in own and (made is None or made >= since):
                    yield record

    async def delete(self, native_id: str) -> None:
        """Delete a reply of ours by its lasting address.

        Raises:
            ReplyRefusedError: the server does not delete it.
            SourceError: what became of it is not known.
        """
        found = await self._seek.find(Answered(native_id=native_id))
        if found is None and not await self._is_gone(native_id):
            found = await self._seek.own_post(native_id)
        number = api_id_of(found)
        if number is None:
            return
        path = f"/api/v1/statuses/{quote_segment(number)}"
        answer = await self._server.change("DELETE", path)
        if answer.status < 300:
            return
        if answer.status in _GONE and await self._seek.show(number) is None:
            return
        if answer.status in (401, 403):
            raise ReplyRefusedError(self._token_refused(answer))
        raise ReplyRefusedError(
            replying_words.kept_there(self._server.name, answer.status, _reason(answer))
        )

    async def _is_gone(self, uri: str) -> bool:
        """Whether a post that was not found can be believed to be gone: Mastodon shows its own."""
        return self._seek.local_id(uri) is not None and (await self._instances.rules()).at_once

    def _sent(self, record: object) -> Sent:
        uri = record.get("uri") if isinstance(record, dict) else None
        url = record.get("url") if isinstance(record, dict) else None
        if not isinstance(uri, str) or not uri or not uri.isprintable():
            raise SourceError(
                SourceState.FORMAT_CHANGED,
                Sentence(
                    "{server} took the reply, but its answer does not say where it is. hubbub "
                    "looks for it.",
                    {"server": self._server.name},
                ),
            )
        known = isinstance(url, str) and url.isprintable() and url
        return Sent(native_id=uri, url=str(url) if known else uri)

    # --- refusals ------------------------------------------------------------------------------

    def _why_not(self, answer: Answer) -> Sentence:
        if answer.status in (401, 403):
            return self._token_refused(answer)
        if answer.status in _GONE:
            return self._not_shown()
        return replying_words.said_no(self._server.name, answer.status, _reason(answer))

    def _not_shown(self) -> Sentence:
        return Sentence(
            "{server} does not show us the post to answer: it was deleted, or its author does not "
            "let our account see it. The reply was not sent; your text is kept.",
            {"server": self._server.name},
        )

    def _token_refused(self, answer: Answer) -> Sentence:
        values: dict[str, str | int] = {"server": self._server.name, "status": answer.status}
        if answer.status == 401:
            return Sentence(
                "{server} does not accept this source's access token any more ({status}), so "
                "nothing was changed there. Your text is kept. On {server}, open Preferences, "
                "Development, and copy the token again or make a new one.",
                values,
            )
        reason = replying_words.quoted(_reason(answer))
        if not reason:
            return Sentence(
                "{server} does not let us do this ({status}). Nothing was changed there, and your "
                "text is kept.",
                values,
            )
        return Sentence(
            "{server} does not let this access token write: “{reason}” ({status}). Nothing was "
            "changed there, and your text is kept. The token needs the scope write:statuses: make "
            "a new application under Preferences, Development.",
            {**values, "reason": reason},
        )


def _visibility(parent: Record, private: bool) -> str:
    """Return who may see a reply: never more people than see the post it answers.

    A post for followers is answered directly: our followers are not its author's.
    """
    said = parent.get("visibility")
    if private or said not in _OPEN:
        return "direct"
    return str(said)


def _seen_by_nobody() -> Sentence:
    return Sentence(
        "The post to answer was not for everybody, so a reply is shown only to those it names, "
        "and this one names nobody. It was not sent; begin it with the @name of its author."
    )


def _likeness(record: Record, parent: str | None, text: str) -> float:
    """How like a reply this post is; with a parent that is gone, only words can tell."""
    html = record.get("content")
    if not isinstance(html, str):
        return 0.0
    if parent is not None:
        return likeness(html, text) if str(record.get("in_reply_to_id")) == parent else 0.0
    return 1.0 if likeness(html, text) == 1.0 else 0.0


def _reason(answer: Answer) -> str:
    """Return what the server says for people, in its own language, or nothing."""
    try:
        said = answer.json()
    except SourceError:
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    return error if isinstance(error, str) else ""
