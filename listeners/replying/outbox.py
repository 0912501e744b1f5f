"""The outbox: replies sent from here, each at most once, whatever happens to this process.

A reply is a row on disk before the network is called, and the call is made outside any
transaction. What became of it is one more transaction. Where that is not known (no answer came,
or the process died) the reply is looked for at the network and never sent again by itself.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self, TypeVar

from listeners.actions import Outcome
from listeners.actions.undoing import reply_taken_back
from listeners.clock import Clock, utc_now
from listeners.config import Config, SourceConfig
from listeners.http import Fetcher
from listeners.model import MINUTE, SECOND, MentionRow, Micros, SafeText, Sentence
from listeners.networks.contract import Listener, SourceError
from listeners.networks.registry import listener_class
from listeners.networks.replying import (
    Answered,
    Reply,
    Replying,
    ReplyLimit,
    ReplyRefusedError,
    Sent,
)
from listeners.replying import outcome, writes
from listeners.replying.instance import is_gone, this_process
from listeners.replying.outcome import Sending, refusal
from listeners.replying.voices import no_voice, voices
from listeners.replying.way import (
    SAID_BEFORE,
    Way,
    answered,
    answers_which,
    as_sent,
    language,
)
from listeners.store import Store, reads
from listeners.store import outbox as rows
from listeners.store.budgets import StoredBudgets
from listeners.store.connection import Connection
from listeners.store.outbox import BY_HAND, SENDING, SENT, UNKNOWN, NewReply, OutboxRow
from listeners.supervisor import spawn
from listeners.team import may_write

T = TypeVar("T")
MakeListener = Callable[[SourceConfig, Fetcher], Listener]

SEND_SECONDS = 60.0
LOOK_SECONDS = 20.0
LIMIT_SECONDS = 1.5
"""How long a send, a look, and the question how long a reply may be can take at most."""
LOOK_AGAIN = 3.0
"""Seconds until a reply that was not found is looked for a second time."""
FORGOTTEN = 2 * MINUTE
"""A send that began so long ago is no longer under way: it is bounded by much less."""
QUIET = 30 * SECOND
"""A server may still be at work on what a process asked that died: it gets this long."""
LONGEST_WAIT = 3600 * SECOND
"""An uncertain reply is looked for at least this often."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Voice:
    """A source that can answer, and its listener."""

    source: SourceConfig
    listener: Replying
    can_delete: bool


class Outbox:
    """Replies of one process. An async context manager, inside that of its store.

    It connects to nothing before it must. Leaving it waits a moment for what is being sent; what
    takes longer is found by ``reconcile``, here or in the next process.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        clock: Clock = utc_now,
        *,
        listener: MakeListener | None = None,
        look_again: float = LOOK_AGAIN,
    ) -> None:
        """``listener`` makes a source's listener, for tests; ``look_again`` is in seconds."""
        self._store = store
        self._config = config
        self._clock = clock
        self._make = listener or self._made
        self._look_again = look_again
        self._stack = AsyncExitStack()
        self._fetch: Fetcher | None = None
        self._opening = asyncio.Lock()
        self._reconciling = asyncio.Lock()
        self._listeners: dict[str, Listener] = {}
        self._limits: dict[str, asyncio.Task[ReplyLimit | None]] = {}
        self._under_way: set[asyncio.Task[Sending]] = set()
        self._waits: dict[int, tuple[Micros, int]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.finish(0.0 if kind is not None else 5.0)
        for task in (*self._under_way, *self._limits.values()):
            task.cancel()
        await asyncio.gather(*self._under_way, *self._limits.values(), return_exceptions=True)
        await self._stack.aclose()

    @property
    def busy(self) -> bool:
        """Whether something is being sent at this moment."""
        return bool(self._under_way)

    async def finish(self, seconds: float) -> None:
        """Wait for what is being sent, at most so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    # --- before sending --------------------------------------------------------------------------

    async def way(self, conversation: int, mention: int | None = None) -> Way:
        """Return how a reply to this conversation (to this ``mention`` of it) would go.

        Asks no network, but for the server's own limit, and not longer than a moment: ``limit``
        is ``None`` while it is not known.

        Raises:
            StoreError: the store cannot be read.
        """
        way, _ = await self._way(conversation, mention)
        return way

    async def _way(self, conversation: int, mention: int | None) -> tuple[Way, _Voice | None]:
        found = (await reads.conversations(self._store, [conversation])).get(conversation)
        thread = await reads.thread(self._store, conversation)
        one = answers_which(thread, None if found is None else found.waiting_since, mention)
        address = SafeText((one.url if one else "") or (found.url if found else ""))
        if one is None or found is None:
            nothing = (
                Sentence(outcome.NO_CONVERSATION.template, {"number": conversation})
                if found is None
                else Sentence("There is no message left here that could be answered.")
            )
            return _no_way(nothing, "" if found is None else found.network, address), None
        to = answered(one, await rows.raw_of(self._store, one.id))
        voice, why = await self._voice(found.network, found.brand, one.source)
        before = await self._said_before(one)
        way = Way(
            api=voice is not None,
            why=why,
            source="" if voice is None else voice.source.key,
            network=found.network,
            mention=one.id,
            to=to,
            limit=None if voice is None else await self._limit(voice, LIMIT_SECONDS),
            opening=""
            if voice is None
            else voice.listener.opening(to, self._ours(found.brand, found.network)),
            lang=language(thread),
            address=address,
            can_delete=voice is not None and voice.can_delete,
            said_before=before,
        )
        return way, voice

    def _ours(self, brand: str, network: str) -> tuple[str, ...]:
        config = self._config.brand(brand)
        return () if config is None else config.handles.get(network, ())

    async def _said_before(self, one: MentionRow) -> tuple[OutboxRow | MentionRow, ...]:
        """Return our last answers to a person: sent from here, and heard in their threads."""
        sent_here = await rows.of_numbers(
            self._store, await rows.said_to(self._store, one.network, one.author_key)
        )
        known = {row.native_id for row in sent_here if row.native_id}
        heard = await reads.mentions(
            self._store, await rows.ours_to(self._store, one.network, one.author_key)
        )
        timed: list[tuple[Micros, OutboxRow | MentionRow]] = [
            (row.sent_at or row.created_at, row) for row in sent_here
        ]
        timed += [(row.sort_at, row) for row in heard.values() if row.native_id not in known]
        timed.sort(key=lambda pair: pair[0], reverse=True)
        return tuple(row for _, row in timed[:SAID_BEFORE])

    # --- sending ---------------------------------------------------------------------------------

    async def send(
        self,
        conversation: int,
        text: str,
        *,
        actor: str,
        mention: int | None = None,
        lang: str = "",
        again: int | None = None,
        confirmed: bool = False,
    ) -> Sending:
        """Send a reply, and say what came of it. Cancelling the caller does not stop it.

        Whoever else answered since is named in a refusal with ``confirm`` set: the same call with
        ``confirmed=True`` then sends. ``again`` is the number of a refused reply to send once
        more (its own words where ``text`` is empty); the same words to the same post are one
        reply whether it is given or not.

        Raises:
            StoreError: it could not be written down, and nothing was sent; or, after it was sent,
                what became of it could not: ``reconcile`` then does that.
        """
        work = self._send(conversation, text, actor, mention, lang, again, confirmed)
        task = spawn(f"reply to {conversation}", work)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[Sending]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("a reply was not followed to its end", exc_info=error)

    async def _send(
        self,
        conversation: int,
        text: str,
        actor: str,
        mention: int | None,
        lang: str,
        again: int | None,
        confirmed: bool,
    ) -> Sending:
        refused = may_write(self._config, actor)
        if refused is not None:
            return refusal(refused)
        if again is not None:
            earlier = await rows.reply(self._store, again)
            if earlier is None or earlier.state != rows.REFUSED:
                return refusal(outcome.NOT_REFUSED, outbox_id=again)
            text, lang = text or earlier.text, lang or earlier.lang
        words = as_sent(text)
        way, voice = await self._way(conversation, mention)
        if voice is None or way.to is None:
            return refusal(way.why or no_voice(self._config, way.network))
        refused = await self._unfit(words, text, way, voice)
        if refused is not None:
            return refusal(refused)
        now = self._clock()
        new = NewReply(
            conversation=conversation,
            source=voice.source.key,
            network=way.network,
            in_reply_to=way.to.native_id,
            root=way.to.root_id,
            text=words,
            lang=lang or way.lang,
            key=voice.listener.new_reply_key(now),
            state=SENDING,
            author=actor,
            instance=this_process(),
        )

        async def begin(connection: Connection) -> writes.Begun | Sending:
            return await writes.begin(connection, new, now, again=again, confirmed=confirmed)

        begun = await self._store.write(begin, urgent=True, durable=True)
        if isinstance(begun, Sending):
            return begun
        return await self._sent_or_not(begun, voice.listener, way.to)

    async def _unfit(self, words: SafeText, text: str, way: Way, voice: _Voice) -> Sentence | None:
        """Return why these words cannot go out, ``None`` if they can."""
        if not words or words == way.opening.strip():
            return outcome.NOTHING_TO_SEND
        if text.strip().count("\n") > words.count("\n"):
            return outcome.TOO_MANY_LINES
        limit = way.limit or await self._limit(voice, LOOK_SECONDS)
        return None if limit is None else outcome.too_long(way.network, words, limit)

    async def _sent_or_not(self, begun: writes.Begun, listener: Replying, to: Answered) -> Sending:
        """Call the network and write down what came of it."""
        row = begun.row
        reply = _reply(row, to)
        try:
            if begun.again:
                # An earlier try may have arrived after all.
                there = await _within(LOOK_SECONDS, listener.find_reply(reply))
                if there is not None:
                    return await self._write_sent(row, there)
            there = await _within(SEND_SECONDS, listener.send_reply(reply))
        except ReplyRefusedError as error:
            return await self._write_not_sent(row, error.sentence)
        except Exception as error:
            _log.warning("reply %d met an error; it is looked for", row.id, exc_info=error)
            return await self._look_after(error, row, reply, listener)
        return await self._write_sent(row, there)

    async def _look_after(
        self, error: Exception, row: OutboxRow, reply: Reply, listener: Replying
    ) -> Sending:
        """Look for a reply whose sending failed in a way that leaves open whether it is there."""
        if isinstance(error, SourceError) and error.unsent:
            return await self._write_not_sent(row, outcome.never_left(row.network, error.state))
        for wait in (0.0, self._look_again):
            await asyncio.sleep(wait)
            try:
                there = await _within(LOOK_SECONDS, listener.find_reply(reply))
            except Exception as cannot:
                _log.warning("reply %d could not be looked for", row.id, exc_info=cannot)
                return await self._write(lambda c: writes.uncertain(c, row.id))
            if there is not None:
                return await self._write_sent(row, there)
        return await self._write_not_sent(row, outcome.NOT_THERE)

    async def by_hand(self, conversation: int, text: str, *, actor: str) -> Outcome:
        """Write down that a person sent this reply themselves; one step, which can be undone.

        Raises:
            StoreError: nothing was stored.
        """
        refused = may_write(self._config, actor)
        if refused is not None:
            return refusal(refused)
        way, _ = await self._way(conversation, None)
        now = self._clock()
        new = NewReply(
            conversation=conversation,
            network=way.network,
            in_reply_to="" if way.to is None else way.to.native_id,
            root="" if way.to is None else way.to.root_id,
            text=as_sent(text),
            lang=way.lang,
            key=str(uuid.uuid4()),
            state=BY_HAND,
            author=actor,
            sent_at=now,
        )
        return await self._write(lambda connection: writes.by_hand(connection, new, now))

    # --- afterwards ------------------------------------------------------------------------------

    async def settle(self, outbox_id: int, *, sent: bool, actor: str) -> Outcome:
        """Write down what a person says of an uncertain reply: it is there, or it is not.

        Raises:
            StoreError: nothing was stored.
        """
        refused = may_write(self._config, actor)
        if refused is not None:
            return refusal(refused)
        row = await rows.reply(self._store, outbox_id)
        if row is None:
            return refusal(Sentence(outcome.NOT_HERE.template, {"number": outbox_id}))
        if row.state != UNKNOWN:
            return refusal(Sentence("Of this reply it is known what became of it."))
        now = self._clock()
        if sent:
            at = row.tried_at or row.created_at
            return await self._write(
                lambda c: writes.sent(c, outbox_id, Sent(native_id=""), at, now, actor)
            )
        why = Sentence("{name} looked: it is not there. Send it again.", {"name": actor})
        done = await self._write(lambda c: writes.not_sent(c, outbox_id, why, now))
        return replace(done, done=1, refused=())

    async def delete(self, outbox_id: int, *, actor: str) -> Outcome:
        """Delete a sent reply at its source; its conversation is then as it was before.

        Raises:
            StoreError: it may be deleted there, but that could not be written down.
        """
        refused = may_write(self._config, actor)
        if refused is not None:
            return refusal(refused)
        row = await rows.reply(self._store, outbox_id)
        if row is None:
            return refusal(Sentence(outcome.NOT_HERE.template, {"number": outbox_id}))
        if row.state != SENT:
            return refusal(Sentence("Only a reply that was sent can be deleted."))
        voice = await self._voice_of(row)
        if voice is None or not voice.can_delete or not row.native_id:
            return refusal(
                Sentence(
                    "It can only be deleted by hand, on {network} itself: {url}",
                    {"network": outcome.title(row.network), "url": row.url or row.network},
                )
            )
        try:
            await _within(SEND_SECONDS, voice.listener.delete_reply(row.native_id))
        except (ReplyRefusedError, SourceError) as error:
            return refusal(error.sentence, outbox_id=row.id, state=row.state)
        except TimeoutError:
            return refusal(
                Sentence(
                    "{network} did not answer, so the reply may still be there. Try again.",
                    {"network": outcome.title(row.network)},
                ),
                outbox_id=row.id,
                state=row.state,
            )
        now = self._clock()

        async def work(connection: Connection) -> Outcome:
            await writes.deleted(connection, row, now)
            return await reply_taken_back(connection, actor, row.id, now)

        return await self._store.write(work, urgent=True, durable=True)

    async def reconcile(self) -> list[OutboxRow]:
        """Find out what became of replies that nobody follows any more; never sends.

        These are the ones of processes that died and, at growing intervals, those that are
        uncertain. Returns the rows that are settled now, as they are.

        Raises:
            StoreError: the store cannot be read or written.
        """
        settled: list[OutboxRow] = []
        async with self._reconciling:
            for row in await rows.unsettled(self._store):
                if self._to_be_looked_for(row) and await self._look(row):
                    after = await rows.reply(self._store, row.id)
                    if after is not None:
                        settled.append(after)
        return settled

    async def anything_open(self) -> bool:
        """Whether there is a reply of which it is not known whether it is there."""
        return bool(await rows.unsettled(self._store))

    def _to_be_looked_for(self, row: OutboxRow) -> bool:
        now = self._clock()
        if row.state == UNKNOWN:
            return now >= self._waits.get(row.id, (Micros(0), 0))[0]
        begun = row.tried_at or row.created_at
        # A time to come is of a clock that was set back since.
        return is_gone(row.instance) or abs(now - begun) > FORGOTTEN

    async def _look(self, row: OutboxRow) -> bool:
        """Look for one reply and write down what is found; return whether it is settled."""
        now = self._clock()
        voice = await self._voice_of(row)
        try:
            if voice is None:
                raise LookupError(f"no source {row.source} that can answer")
            reply = _reply(row, await self._to(row))
            there = await _within(LOOK_SECONDS, voice.listener.find_reply(reply))
        except Exception as error:
            _log.warning("reply %d could not be looked for", row.id, exc_info=error)
            _, tries = self._waits.get(row.id, (now, 0))
            wait = min(LONGEST_WAIT, MINUTE * 2**tries)
            self._waits[row.id] = (Micros(now + wait), min(tries + 1, 10))
            if row.state != UNKNOWN:
                await self._write(lambda c: writes.uncertain(c, row.id))
            return False
        begun = row.tried_at or row.created_at
        if there is not None:
            found = there
            await self._write(lambda c: writes.sent(c, row.id, found, begun, now))
            return True
        if 0 <= now - begun < QUIET:
            return False
        await self._write(lambda c: writes.not_sent(c, row.id, outcome.NOT_THERE, now))
        return True

    async def _to(self, row: OutboxRow) -> Answered:
        for one in await reads.thread(self._store, row.conversation):
            if one.native_id == row.in_reply_to:
                return answered(one, await rows.raw_of(self._store, one.id))
        return Answered(native_id=row.in_reply_to, root_id=row.root)

    # --- writing down ----------------------------------------------------------------------------

    async def _write_sent(self, row: OutboxRow, there: Sent) -> Sending:
        now = self._clock()
        return await self._write(lambda c: writes.sent(c, row.id, there, now, now))

    async def _write_not_sent(self, row: OutboxRow, why: Sentence) -> Sending:
        now = self._clock()
        return await self._write(lambda c: writes.not_sent(c, row.id, why, now))

    async def _write(self, work: Callable[[Connection], Awaitable[Sending]]) -> Sending:
        return await self._store.write(work, urgent=True, durable=True)

    # --- listeners -------------------------------------------------------------------------------

    async def _voice(
        self, network: str, brand: str, heard_by: str
    ) -> tuple[_Voice | None, Sentence | None]:
        """Return the source to answer with, or why there is none."""
        why: Sentence | None = None
        for source in voices(self._config, network, brand, heard_by):
            found = await self._listener(source)
            if not isinstance(found, Replying):
                continue
            refused = found.may_reply()
            if refused is None:
                return _Voice(source, found, found.capability.delete_reply), None
            why = why or refused
        return None, why or no_voice(self._config, network)

    async def _voice_of(self, row: OutboxRow) -> _Voice | None:
        """Return the source a reply was sent with, where it can still be asked."""
        for source in self._config.sources:
            if source.key == row.source and source.network == row.network:
                found = await self._listener(source)
                if isinstance(found, Replying) and found.may_reply() is None:
                    return _Voice(source, found, found.capability.delete_reply)
        return None

    async def _listener(self, source: SourceConfig) -> Listener:
        async with self._opening:
            if self._fetch is None:
                budgets = None if self._store.read_only else StoredBudgets(self._store)
                self._fetch = await self._stack.enter_async_context(Fetcher(self._clock, budgets))
            if source.key not in self._listeners:
                self._listeners[source.key] = self._make(source, self._fetch)
            return self._listeners[source.key]

    def _made(self, source: SourceConfig, fetch: Fetcher) -> Listener:
        brands = self._config.brands
        own = tuple(one for one in brands if one.name == source.brand) if source.brand else brands
        return listener_class(source.network)(source, own, fetch, self._clock)

    async def _limit(self, voice: _Voice, seconds: float) -> ReplyLimit | None:
        """Return how long a reply may be; ``None`` where that is not known within ``seconds``."""
        key = voice.source.key
        task = self._limits.get(key)
        if task is None or (task.done() and (task.cancelled() or task.result() is None)):
            task = self._limits[key] = spawn(f"limit of {key}", _asked_limit(voice.listener))
        done, _ = await asyncio.wait([task], timeout=seconds)
        return task.result() if done else None


async def _asked_limit(listener: Replying) -> ReplyLimit | None:
    try:
        return await _within(LOOK_SECONDS, listener.reply_limit())
    except (SourceError, TimeoutError) as error:
        _log.info("how long a reply may be is not known", exc_info=error)
        return None


async def _within(seconds: float, work: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await work


def _reply(row: OutboxRow, to: Answered) -> Reply:
    return Reply(key=row.key, text=row.text, to=to, lang=row.lang, written_at=row.created_at)


def _no_way(why: Sentence, network: str, address: SafeText) -> Way:
    return Way(
        api=False,
        why=why,
        source="",
        network=network,
        to=None,
        limit=None,
        opening="",
        lang="",
        address=address,
        can_delete=False,
        said_before=(),
    )
