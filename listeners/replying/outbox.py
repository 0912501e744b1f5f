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
from types import TracebackType
from typing import Self

from listeners.actions import Outcome
from listeners.clock import Clock, utc_now
from listeners.config import Config
from listeners.model import SafeText, Sentence
from listeners.replying import afterwards, outcome, writes
from listeners.replying.calling import LOOK_AGAIN, Call
from listeners.replying.finding import find_post, find_way, message_answered
from listeners.replying.instance import this_process
from listeners.replying.outcome import Sending, refusal
from listeners.replying.seeking import LOOK_SECONDS, Seeker
from listeners.replying.speakers import MakeListener, Speaker, Speakers
from listeners.replying.voices import no_voice
from listeners.replying.way import LONGEST, Way, as_sent, language
from listeners.store import Store
from listeners.store import outbox as rows
from listeners.store.connection import Connection
from listeners.store.outbox import BY_HAND, SENDING, NewReply, OutboxRow
from listeners.supervisor import Service, spawn
from listeners.team import may_write

ROUND_SECONDS = 20.0
"""How often the process that listens looks whether anything is uncertain: one small query."""

_log = logging.getLogger(__name__)


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
        self._look_again = look_again
        self._speakers = Speakers(store, config, clock, listener)
        self._seeker = Seeker(store, self._speakers, clock)
        self._reconciling = asyncio.Lock()
        self._under_way: set[asyncio.Task[Sending]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.finish(0.0 if kind is not None else 5.0)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._speakers.close()

    @property
    def busy(self) -> bool:
        """Whether something is being sent at this moment."""
        return bool(self._under_way)

    async def finish(self, seconds: float) -> None:
        """Wait for what is being sent, at most so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def way(self, conversation: int, mention: int | None = None) -> Way:
        """Return how a reply to this conversation (to this ``mention`` of it) would go.

        Asks no network, but for the server's own limit, and not longer than a moment: ``limit``
        is ``None`` while it is not known.

        Raises:
            StoreError: the store cannot be read.
        """
        way, _ = await self._way(conversation, mention)
        return way

    async def _way(self, conversation: int, mention: int | None) -> tuple[Way, Speaker | None]:
        return await find_way(self._store, self._config, self._speakers, conversation, mention)

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
            if mention is None:
                mention = await message_answered(self._store, earlier)
                if mention is None:
                    return refusal(outcome.ANSWERED_GONE, outbox_id=again, state=earlier.state)
        words = as_sent(text)
        way, speaker = await self._way(conversation, mention)
        if speaker is None or way.to is None:
            return refusal(way.why or no_voice(self._config, way.network))
        refused = await self._unfit(words, text, way, speaker)
        if refused is not None:
            return refusal(refused)
        now = self._clock()
        new = NewReply(
            conversation=conversation,
            source=speaker.source.key,
            network=way.network,
            in_reply_to=way.to.native_id,
            root=way.to.root_id,
            text=words,
            lang=lang or way.lang,
            key=speaker.listener.new_reply_key(now),
            state=SENDING,
            author=actor,
            instance=this_process(),
        )

        async def begin(connection: Connection) -> writes.Begun | Sending:
            return await writes.begin(connection, new, now, again=again, confirmed=confirmed)

        begun = await self._store.write(begin, urgent=True, durable=True)
        if isinstance(begun, Sending):
            return begun
        call = Call(self._store, self._clock, speaker.listener, begun, self._look_again)
        return await call.run(way.to)

    async def _unfit(
        self, words: SafeText, text: str, way: Way, speaker: Speaker
    ) -> Sentence | None:
        """Return why these words cannot go out, ``None`` if they can."""
        if not words or words == way.opening.strip():
            return outcome.NOTHING_TO_SEND
        if len(text) > LONGEST or text.strip().count("\n") > words.count("\n"):
            return outcome.TOO_MUCH
        limit = way.limit or await self._speakers.limit(speaker, LOOK_SECONDS)
        return None if limit is None else outcome.too_long(way.network, words, limit)

    async def by_hand(
        self, conversation: int, text: str, *, actor: str, mention: int | None = None
    ) -> Outcome:
        """Write down that a person sent this reply themselves; one step, which can be undone.

        Raises:
            StoreError: nothing was stored.
        """
        refused = may_write(self._config, actor)
        if refused is not None:
            return refusal(refused)
        found, thread, one = await find_post(self._store, conversation, mention)
        if found is None:
            return refusal(outcome.no_conversation(conversation))
        now = self._clock()
        new = NewReply(
            conversation=conversation,
            network=found.network,
            in_reply_to="" if one is None else one.native_id,
            root="" if one is None else one.root or "",
            text=as_sent(text),
            lang=language(thread),
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
        now = self._clock()
        return await afterwards.settle(self._store, outbox_id, sent=sent, actor=actor, now=now)

    async def delete(self, outbox_id: int, *, actor: str) -> Outcome:
        """Delete a sent reply at its source; its conversation is then as it was before.

        Raises:
            StoreError: it may be deleted there, but that could not be written down.
        """
        refused = may_write(self._config, actor)
        if refused is not None:
            return refusal(refused)
        return await afterwards.delete(
            self._store, self._speakers, self._clock, outbox_id, actor=actor
        )

    async def reconcile(self) -> list[OutboxRow]:
        """Find out what became of replies that nobody follows any more; never sends.

        These are the ones of processes that died and, at growing intervals, those that are
        uncertain. Returns the rows that are settled now, as they are.

        Raises:
            StoreError: the store cannot be read or written.
        """
        async with self._reconciling:
            return await self._seeker.round()

    def service(self) -> Service:
        """Return the reconciling as a service for the supervisor of the process that listens."""

        async def run() -> None:
            while True:
                await self.reconcile()
                await service.rest(ROUND_SECONDS)

        async def failed(error: Exception, delay: float) -> float | None:
            return None

        service = Service("replies", run, failed)
        return service

    async def _write(self, work: Callable[[Connection], Awaitable[Sending]]) -> Sending:
        return await self._store.write(work, urgent=True, durable=True)
