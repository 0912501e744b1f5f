"""Telegram: what is said to a bot, and in the groups and channels it is in; and answers to it.

Wire format: core.telegram.org/bots/api; see the ``telegram_*`` files beside this one. An update is
forgotten there when a later one is asked for, which happens only once it is stored here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import HOUR, Batch, Gap, Sentence, SourceState
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.searching import lost_place
from listeners.networks.telegram.cursor import Place, read_cursor
from listeners.networks.telegram.decode import NETWORK, TITLE
from listeners.networks.telegram.harvest import Harvester
from listeners.networks.telegram.reply import Replies
from listeners.networks.telegram.server import PER_PAGE, TelegramServer, no_token

WAIT = 30
"""Seconds the server may wait for something new before it answers that there is nothing."""
STILL_THERE = HOUR
"""How often the place is written down though nothing was said: only then is it known how long
Telegram was not asked."""
_HASTY = 1.0
_LONGEST_REST = 30.0

_KEPT_A_DAY = Sentence(
    "Telegram keeps what a bot does not fetch for a day only, and hubbub was not running for "
    "longer. What was said before may be missing; look into the chats."
)


class TelegramListener(Answering):
    """One configured Telegram bot; see ``telegram_harvest`` for what ``what`` may be.

    ``ours = true`` says that the groups are the brand's own, where everything that is not an
    answer to somebody else is said to us. ``base_url`` is a Bot API server of your own.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        stream=True,
        reply=True,
        delete_reply=True,
        edits=True,
        gapless=True,
        needs_token=True,
        interval=60.0,
        min_interval=5.0,
        needs=Sentence("A bot of your own, and that it is a member of the groups it should hear."),
        steps=(
            Sentence("In Telegram, open the chat with @BotFather and send /newbot."),
            Sentence("Give it a name; BotFather answers with a token."),
            Sentence(
                "To hear groups whole, send BotFather /setprivacy, choose the bot, and Disable."
            ),
            Sentence("Add the bot to your groups and channels (a channel: as administrator)."),
            Sentence('Write the token into the source as token = "env:TELEGRAM_TOKEN".'),
        ),
        limits=(
            Sentence("A bot hears only the chats it is in; Telegram has no search for bots."),
            Sentence(
                "With privacy mode on, which is usual, it hears of a group only what answers it, "
                "names it or begins with a slash; an administrator bot hears everything."
            ),
            Sentence(
                "Deleted messages are not told to bots: they stay here until you remove them."
            ),
            Sentence("What is not fetched is kept there for a day; the past cannot be read."),
            Sentence("One program a bot: no second hubbub and no webhook with the same token."),
            Sentence("A bot can write to a person only after the person wrote to it."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._clock = clock
        self._server = TelegramServer(fetch, source, clock)
        self._harvester = Harvester(source, clock)
        self.voice = Replies(self._server)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what was said since the cursor; at first what Telegram still keeps.

        Raises:
            SourceError: the bot's token is refused, or another program reads it.
        """
        if not self._server.signed_in:
            raise SourceError(SourceState.NEEDS_TOKEN, no_token())
        now = self._clock()
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=lost_place(now))
            place = Place()
        if (since := place.missed_since(now)) is not None:
            yield Batch(gap=Gap(since, now, _KEPT_A_DAY))
        while True:
            before = place.offset
            batch = await self._next(place, 0)
            if batch is not None:
                yield batch
            # Updates without a number cannot be passed by: asked again, they only come again.
            if batch is None or batch.fetched < PER_PAGE or place.offset == before:
                return

    def stream(self, cursor: str | None) -> AsyncGenerator[Batch, None] | None:
        """Yield what is said as it is said: the server keeps the question until there is news."""
        place = read_cursor(cursor)
        return None if place is None or not self._server.signed_in else self._stream(place)

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return nothing: a bot cannot ask for messages."""
        return Batch()

    async def _stream(self, place: Place) -> AsyncGenerator[Batch, None]:
        loop = asyncio.get_running_loop()
        rest = _HASTY
        while True:
            began, before = loop.time(), place.offset
            batch = await self._next(place, WAIT)
            if batch is not None:
                yield batch
            # A server that does not wait must not be hammered.
            hasty = place.offset == before and loop.time() - began < _HASTY
            rest = min(2 * rest, _LONGEST_REST) if hasty else _HASTY
            if hasty:
                await asyncio.sleep(rest)

    async def _next(self, place: Place, wait: int) -> Batch | None:
        """Return the next updates with the cursor behind them, ``None`` if there is nothing to
        store. Asking forgets all before the place at Telegram, so it is stored by now."""
        me = await self._server.me()
        updates = await self._server.updates(place.next_offset(self._clock()), wait)
        now = self._clock()
        asked = place.asked_at
        if not updates and asked is not None and 0 <= now - asked < STILL_THERE:
            return None
        place.asked_at = now
        return self._harvester.take(updates, place, me)
