"""Answering on Matrix: one event with our own transaction id, sent once however often it is tried.

Wire format: spec.matrix.org, client-server API, "Sending events to a room", "Rich replies",
"Threading", "User and room mentions". The transaction id makes a repetition harmless as long as
the access token lives; servers forget it after a while (Synapse after a day), so that a reply is
looked for before it is sent again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from listeners.model import HOUR, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.event import (
    Message,
    Redacted,
    UnreadableError,
    is_event_id,
    read_event,
    time_of,
)
from listeners.networks.matrix.harvest import Harvester, address_of
from listeners.networks.matrix.rooms import Rooms
from listeners.networks.matrix.server import MatrixServer, RefusedError, no_token, segment
from listeners.networks.matrix.sync import PER_PAGE, own_filter, read_page
from listeners.networks.replying import Answered, Reply, ReplyLimit, ReplyRefusedError, Sent
from listeners.networks.replying_words import (
    kept_there,
    post_gone,
    refused_before,
    refused_or_open,
    said_no,
    token_refused,
)

LONGEST = 30_000
"""Bytes of a reply. An event may have 65,536 altogether, where quotation marks and line ends count
twice and the server adds names, hashes and signatures; source: "Size limits"."""
CLOCKS = HOUR
"""How far the server's clock may be behind ours when a reply is looked for, in microseconds."""
MOST_PAGES = 20
_NOWHERE = Sentence(
    "The message this reply answers is in none of the rooms of this account. Your text is kept; "
    "open the message in a Matrix app."
)


class Replies:
    """Sends, finds and takes back the replies of one account."""

    def __init__(self, server: MatrixServer, rooms: Rooms, harvester: Harvester) -> None:
        self._server = server
        self._rooms = rooms
        self._harvester = harvester

    def may_reply(self) -> Sentence | None:
        """Return why nothing can be sent from here, ``None`` where it can."""
        return None if self._server.signed_in else no_token(self._server.name)

    async def limit(self) -> ReplyLimit:
        """Return how long a reply may be."""
        return ReplyLimit(maximum=LONGEST, unit="bytes")

    def opening(self, to: Answered, ours: Sequence[str]) -> str:
        """Return nothing: a reply names whom it answers beside its words."""
        return ""

    def new_key(self, now: Micros) -> str:
        """Return a new transaction id."""
        return f"hubbub-{uuid.uuid4()}"

    async def send(self, reply: Reply) -> Sent:
        """Send it, in the thread of what it answers where that is in one.

        Raises:
            ReplyRefusedError: it is not there, and why.
            SourceError: it may be there or not.
        """
        server = self._server.name
        try:
            room_id, answered = await self._answered(reply.to)
            await self._refuse_sealed(room_id)
            me = await self._server.me()
        except RefusedError as error:
            raise _refused(server, error) from error
        except SourceError as error:
            raise refused_before(error, server) from error
        path = f"/rooms/{segment(room_id)}/send/m.room.message/{segment(reply.key)}"
        try:
            told = await self._server.put(path, content_of(reply, answered, me))
        except RefusedError as error:
            raise _refused(server, error) from error
        except SourceError as error:
            raise refused_or_open(error, server) from error
        event_id = told.get("event_id")
        if not is_event_id(event_id):
            raise self._server.misunderstood()
        return Sent(native_id=str(event_id), url=address_of(room_id, str(event_id), me))

    async def find(self, reply: Reply) -> Sent | None:
        """Look for it among what we said in its room since it was written.

        Raises:
            SourceError: that cannot be told: the room is not known, or too much was said since.
        """
        room_id = await self._room(reply.to)
        if not room_id:
            raise SourceError(SourceState.FAILING, _NOWHERE)
        me = await self._server.me()
        token = ""
        for _ in range(MOST_PAGES):
            params: dict[str, str | int] = {
                "dir": "b",
                "limit": PER_PAGE,
                "filter": own_filter(me),
                **({"from": token} if token else {}),
            }
            page = read_page(await self._server.ask(f"/rooms/{segment(room_id)}/messages", params))
            if page is None:
                raise self._server.misunderstood()
            for record in page.events:
                event_id = _same(record, reply, me)
                if event_id:
                    return Sent(native_id=event_id, url=address_of(room_id, event_id, me))
            if not page.end or page.end == token or _all_before(page.events, reply):
                return None
            token = page.end
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "Too much was said in {room} since this reply was written to tell whether it is "
                "there. Look in the room; nothing is sent a second time.",
                {"room": self._rooms[room_id].title},
            ),
        )

    async def delete(self, native_id: str) -> None:
        """Redact a reply of ours; one that is gone already counts as deleted.

        Raises:
            ReplyRefusedError: the server does not allow it.
            SourceError: it could not be asked.
        """
        if not self._rooms.joined():
            await self._rooms.look()
        found = await self._harvester.find(native_id)
        if found is None:
            raise ReplyRefusedError(
                Sentence(
                    "The reply is in none of the rooms of this account, so it cannot be deleted "
                    "from here. Delete it in a Matrix app."
                )
            )
        if isinstance(found[1], Redacted):
            return
        key = hashlib.blake2b(native_id.encode(), digest_size=16).hexdigest()
        path = f"/rooms/{segment(found[0])}/redact/{segment(native_id)}/hubbub-{key}"
        try:
            await self._server.put(path, {})
        except RefusedError as error:
            if error.status == 404:
                return
            why = kept_there(self._server.name, error.status, error.said or error.code)
            raise ReplyRefusedError(why) from error

    async def _answered(self, to: Answered) -> tuple[str, Message]:
        """Return the room and the message that is answered, as it is now."""
        room_id = await self._room(to)
        if not room_id:
            raise ReplyRefusedError(_NOWHERE)
        answered = await self._harvester.look_up(room_id, to.native_id)
        if not isinstance(answered, Message):
            raise ReplyRefusedError(post_gone(self._server.name))
        return room_id, answered

    async def _room(self, to: Answered) -> str:
        """Return the room of what is answered: from its evidence, its address, or by asking.

        Empty where it is in none of the rooms the account is in.
        """
        if room_id := room_in(to):
            return room_id
        if not self._rooms.joined():
            await self._rooms.look()
        found = await self._harvester.find(to.native_id)
        return found[0] if found else ""

    async def _refuse_sealed(self, room_id: str) -> None:
        """Refuse to say openly what belongs into an encrypted room."""
        path = f"/rooms/{segment(room_id)}/state/m.room.encryption"
        if await self._server.lookup(path) is not None:
            raise ReplyRefusedError(
                Sentence(
                    "This room is encrypted, and hubbub would write in it for all to read, so the "
                    "reply was not sent. Your text is kept; answer in a Matrix app."
                )
            )


def content_of(reply: Reply, answered: Message, me: str) -> Mapping[str, object]:
    """Return the event that answers a message: a rich reply, in its thread where it has one.

    Whoever is answered is named beside the words, so that their app tells them.
    """
    relation: dict[str, object] = {"m.in_reply_to": {"event_id": answered.event_id}}
    if answered.thread:
        thread = {"rel_type": "m.thread", "event_id": answered.thread, "is_falling_back": False}
        relation = {**thread, **relation}
    named = [answered.sender] if answered.sender != me else []
    return {
        "msgtype": "m.text",
        "body": reply.text,
        "m.mentions": {"user_ids": named} if named else {},
        "m.relates_to": relation,
    }


def room_in(to: Answered) -> str:
    """Return the room of a message, from its evidence or its address; empty where neither tells."""
    try:
        kept = json.loads(to.raw or b"{}")
    except ValueError:
        kept = {}
    room_id = kept.get("room_id") if isinstance(kept, dict) else None
    if not isinstance(room_id, str):
        room_id = unquote(to.url.partition("#/")[2].partition("/")[0])
    return room_id if room_id.startswith("!") and room_id.isprintable() else ""


def _same(record: object, reply: Reply, me: str) -> str:
    """Return the id of a record that is this reply, empty for another.

    Our own device is told the transaction id. Where a server forgot it, the same words in answer
    to the same message, not before they were written, are the reply.
    """
    try:
        event = read_event(record)
    except UnreadableError:
        return ""
    if not isinstance(event, (Message, Redacted)):
        return ""
    if event.key:
        return event.event_id if event.key == reply.key else ""
    if not isinstance(event, Message) or event.sender != me or event.replaces:
        return ""
    if event.event_id in reply.others:
        return ""
    late_enough = event.at is None or event.at >= reply.written_at - CLOCKS
    same = event.answers == reply.to.native_id and event.text.strip() == reply.text.strip()
    return event.event_id if same and late_enough else ""


def _all_before(records: tuple[object, ...], reply: Reply) -> bool:
    """Whether the oldest of these was said well before the reply was written."""
    oldest = records[-1] if records else None
    at = time_of(oldest.get("origin_server_ts")) if isinstance(oldest, dict) else None
    return at is not None and at < reply.written_at - CLOCKS


def _refused(server: str, error: RefusedError) -> ReplyRefusedError:
    """Return a refusal of the server in its own terms."""
    if error.code == "M_TOO_LARGE" or error.status == 413:
        return ReplyRefusedError(
            Sentence(
                "{server} finds this reply too long. It was not sent, and your text is kept; "
                "shorten it.",
                {"server": server},
            )
        )
    if error.status == 401:
        return ReplyRefusedError(token_refused(server, error.status))
    return ReplyRefusedError(said_no(server, error.status, error.said or error.code))
