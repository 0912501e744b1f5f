"""Answering on Bluesky: a post of our own in somebody's thread, under a key made beforehand.

Wire format: com.atproto.repo.createRecord, getRecord and deleteRecord; the lexicon
app.bsky.feed.post. The key is the record's own (a TID), so a second try can never make a second
post, and looking the reply up is one certain question. Measured against the PDS: a key that
exists already is answered with a bare 500, so a 500 is looked into before it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.clock import to_iso
from listeners.http import Answer, HttpError
from listeners.model import Micros, Sentence
from listeners.networks import replying_words
from listeners.networks.bluesky.api import NO_APP_PASSWORD, BlueskyApi
from listeners.networks.bluesky.facets import facets_of, handles_in
from listeners.networks.bluesky.record import POST, did_of
from listeners.networks.bluesky.session import error_of, mapping_of, message_of
from listeners.networks.bluesky.tid import Tids, is_tid
from listeners.networks.contract import SourceError
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent

SERVER = "Bluesky"
LIMIT = ReplyLimit(maximum=300, unit="graphemes", max_bytes=3000)
MOST_NAMES = 10
"""Handles of one reply that are looked up; further ones stay plain text."""

_SUSPENDED = frozenset(("AccountTakedown", "AccountSuspended"))
_UNKNOWN_TOKEN = frozenset(("ExpiredToken", "InvalidToken", "AuthMissing"))

_Place = dict[str, dict[str, str]]


class BlueskyVoice:
    """Writes, finds and deletes replies of the account that is signed in."""

    def __init__(self, api: BlueskyApi) -> None:
        self._api = api
        self._tids = Tids()

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._api.signed_in else NO_APP_PASSWORD

    async def limit(self) -> ReplyLimit:
        """Return how long a post may be: in graphemes, and in bytes (the lexicon's limits)."""
        return LIMIT

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: a reply on Bluesky tells its addressee by itself."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new TID."""
        return self._tids.new(now)

    async def send(self, reply: Reply) -> Sent:
        """Write the reply under its key; one that is there already is not written again.

        What fails before the writing is a refusal: under a new key nothing can be there.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        try:
            did = await self._api.own_did()
            record = await self._record(reply)
        except SourceError as error:
            raise replying_words.refused_before(error, SERVER) from error
        body = {"repo": did, "collection": POST, "rkey": reply.key, "record": record}
        try:
            answer = await self._api.change("com.atproto.repo.createRecord", body)
        except SourceError as error:
            raise replying_words.refused_or_open(error, SERVER) from error
        if answer.status == 200:
            uri = mapping_of(answer).get("uri")
            return _sent(did, reply.key, uri if isinstance(uri, str) else "")
        if answer.status in (409, 500) and (there := await self._look(did, reply.key)):
            return there
        raise ReplyRefusedError(_why_not(answer))

    async def find(self, reply: Reply) -> Sent | None:
        """Return the reply if it is there; ``None`` is certain.

        Raises:
            SourceError: that cannot be told now.
        """
        if not is_tid(reply.key):
            return None
        return await self._look(await self._api.own_did(), reply.key)

    async def delete(self, native_id: str) -> None:
        """Delete a reply; the network takes it calmly where there is none.

        Raises:
            ReplyRefusedError: it is not ours, or may not be deleted.
            SourceError: what became of it is not known.
        """
        did = await self._api.own_did()
        if did_of(native_id) != did:
            raise ReplyRefusedError(replying_words.not_ours())
        body = {"repo": did, "collection": POST, "rkey": native_id.rpartition("/")[2]}
        answer = await self._api.change("com.atproto.repo.deleteRecord", body)
        if answer.status != 200:
            known = _about_us(error_of(answer))
            raise ReplyRefusedError(
                known or replying_words.kept_there(SERVER, answer.status, message_of(answer))
            )

    async def _look(self, did: str, key: str) -> Sent | None:
        record = await self._api.record(did, key)
        return None if record is None else _sent(did, key, "")

    async def _record(self, reply: Reply) -> dict[str, object]:
        record: dict[str, object] = {
            "$type": POST,
            "text": reply.text,
            "createdAt": to_iso(reply.written_at),
            "reply": await self._place(reply.to),
        }
        if reply.lang:
            record["langs"] = [reply.lang]
        dids = {}
        for handle in handles_in(reply.text)[:MOST_NAMES]:
            if did := await self._api.resolve(handle):
                dids[handle] = did
        if facets := facets_of(reply.text, dids):
            record["facets"] = facets
        return record

    async def _place(self, to: Answered) -> _Place:
        """Return where the reply belongs: the post answered, and the thread's first post.

        Raises:
            ReplyRefusedError: the post is gone, or may not be answered by us.
            SourceError: nobody could be asked.
        """
        view = await self._api.post_view(to.native_id)
        if view is not None and view.get("blocked") is True:
            raise ReplyRefusedError(_blocked(view))
        post = view.get("post") if view is not None else None
        if not isinstance(post, dict):
            # What was heard a moment ago may not have reached the AppView; its author's server
            # knows whether it is there.
            post = await self._raw(to.native_id)
        viewer = post.get("viewer")
        if isinstance(viewer, dict) and viewer.get("replyDisabled") is True:
            raise ReplyRefusedError(_closed())
        parent = _reference(post)
        if parent is None:
            raise ReplyRefusedError(replying_words.post_gone(SERVER))
        record = post.get("record", post.get("value"))
        above = record.get("reply") if isinstance(record, dict) else None
        root = _reference(above.get("root")) if isinstance(above, dict) else None
        return {"root": root or parent, "parent": parent}

    async def _raw(self, uri: str) -> Mapping[str, object]:
        did, key = did_of(uri), uri.rpartition("/")[2]
        try:
            record = await self._api.record(did, key) if did and key else None
        except HttpError as error:
            if error.status != 400:
                raise
            record = None
        if record is None:
            raise ReplyRefusedError(replying_words.post_gone(SERVER))
        return record


def _sent(did: str, key: str, uri: str) -> Sent:
    return Sent(
        native_id=uri or f"at://{did}/{POST}/{key}",
        url=f"https://bsky.app/profile/{did}/post/{key}",
    )


def _reference(value: object) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    uri, cid = value.get("uri"), value.get("cid")
    if not isinstance(uri, str) or not isinstance(cid, str) or not uri or not cid:
        return None
    return {"uri": uri, "cid": cid}


def _why_not(answer: Answer) -> Sentence:
    if known := _about_us(error_of(answer)):
        return known
    if answer.status == 500:
        return replying_words.in_trouble(SERVER, answer.status)
    return replying_words.said_no(SERVER, answer.status, message_of(answer) or error_of(answer))


def _about_us(error: str) -> Sentence | None:
    if error in _SUSPENDED:
        return Sentence(
            "Bluesky has suspended our account, so it cannot write or delete anything now. Your "
            "text is kept; see Bluesky's mail to the account."
        )
    if error == "AccountDeactivated":
        return Sentence(
            "Our Bluesky account is deactivated, so it cannot write or delete anything. Your text "
            "is kept; sign in on Bluesky to activate the account again."
        )
    if error in _UNKNOWN_TOKEN:
        return Sentence(
            "Bluesky does not accept the session of this source any more. Your text is kept; make "
            "a new app password in Bluesky's settings and give it to the source as token."
        )
    return None


def _blocked(view: Mapping[str, object]) -> Sentence:
    author = view.get("author")
    viewer = author.get("viewer") if isinstance(author, dict) else None
    if isinstance(viewer, dict) and viewer.get("blockedBy") is True:
        return Sentence(
            "This person has blocked our account on Bluesky and would never see the reply, so it "
            "was not sent. Your text is kept; leave them in peace, or answer elsewhere."
        )
    return Sentence(
        "Our account blocks this person on Bluesky, so they would not see the reply and it was "
        "not sent. Your text is kept; unblock them on Bluesky to answer."
    )


def _closed() -> Sentence:
    return Sentence(
        "The author lets only some people answer this post on Bluesky, and our account is not "
        "one of them. The reply was not sent; your text is kept."
    )
