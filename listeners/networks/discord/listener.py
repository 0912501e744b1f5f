"""Discord: what is said in the channels a bot sees, and answers to it, over REST alone.

Wire format: docs.discord.com/developers; see the ``discord_*`` files beside this one. Without the
gateway nothing is pushed: channels are read from their last known message on, and once an hour
anew for what was changed or deleted.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, HOUR, SECOND, Batch, Deletion, Gap, Micros, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.discord.channels import Channel, Channels
from listeners.networks.discord.cursor import Place, read_cursor, write_cursor
from listeners.networks.discord.decode import NETWORK, TITLE, snowflake_at, spot_of, time_of
from listeners.networks.discord.harvest import Harvester
from listeners.networks.discord.reply import Replies
from listeners.networks.discord.search import Search, Spot, hits_of
from listeners.networks.discord.server import DiscordServer, RefusedError, no_token
from listeners.networks.searching import lost_place, search_words

PER_PAGE = 100
MOST_PAGES = 20
"""Pages of one channel in one round; the rest comes with the next."""
LOOK_AGAIN = HOUR
STILL_LIVELY = 2 * DAY
"""Channels whose newest message is older are not read again for changes."""
MOST_THREADS = 20


class DiscordListener(Answering):
    """One configured Discord bot; see ``discord_channels`` for what ``what`` may be.

    ``ours = true`` says that the servers are the brand's own, where everything that is not an
    answer to somebody else is said to us. ``search = true`` asks each server's search for the
    brand's words, and reads no channel whole. ``base_url`` replaces the API with its version.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        search=True,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        history=True,
        gapless=True,
        needs_token=True,
        interval=30.0,
        min_interval=5.0,
        needs=Sentence("A bot of your own, invited into the servers it should hear."),
        steps=(
            Sentence("Open discord.com/developers/applications and make a New Application."),
            Sentence("Under Bot, press Reset Token and copy the token."),
            Sentence("There too, switch on Message Content Intent, or messages have no words."),
            Sentence(
                "Under OAuth2, make an invitation (scope bot; View Channel, Read Message History, "
                "Send Messages) and have it opened by whoever runs the server."
            ),
            Sentence('Write the token into the source as token = "env:DISCORD_TOKEN".'),
        ),
        limits=(
            Sentence("Only servers the bot was invited to, and channels it may see, are heard."),
            Sentence("Direct messages are heard only where the id of their channel is given."),
            Sentence(
                "Nothing is pushed: messages come within half a minute; edits and deletions are "
                "looked for hourly among the newest 100 messages of a channel."
            ),
            Sentence("A channel that refuses the bot is left alone for a day."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._brands = [b for b in brands if not source.brand or b.name == source.brand]
        self._clock = clock
        self._server = DiscordServer(fetch, source, clock)
        self._channels = Channels(self._server, source, clock)
        self._harvester = Harvester(source, self._server, clock)
        self._search = Search(self._server, self._channels)
        self._looked: dict[str, Micros] = {}
        self._asked: dict[str, tuple[int, Micros]] = {}
        self.voice = Replies(self._server)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what was said in each channel since the cursor, oldest first within each.

        Raises:
            SourceError: the token is refused, no channel is open to the bot, or it may not read
                the words of messages.
        """
        if not self._server.signed_in:
            raise SourceError(State.NEEDS_TOKEN, no_token())
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
            place = Place()
        place.began = place.began or self._clock()
        await self._server.me()
        rounds = self._searched if self._source.options.get("search") is True else self._channelled
        async with aclosing(rounds(place)) as batches:
            async for batch in batches:
                yield replace(batch, cursor=write_cursor(place))
                # Only here is the batch known to be stored.
                self._harvester.stored(batch)

    def stream(self, cursor: str | None) -> None:
        """Discord pushes over its gateway alone, which hubbub does not speak."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return these messages, what they answer, the threads they are in, and which are gone.

        Raises:
            SourceError: Discord could not be asked, or asks us to wait.
        """
        posts: dict[str, Post] = {}
        gone: list[Deletion] = []
        fetched = 0
        for native_id in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
            spot = spot_of(native_id)
            if spot is None or not self._channels.open(spot[0]):
                continue
            try:
                channel = await self._channels.find(spot[0])
                record = await self._server.lookup(f"/channels/{spot[0]}/messages/{spot[1]}")
                if record is None:
                    gone.append(Deletion(NETWORK, native_id))
                    continue
                above = record.get("referenced_message") if isinstance(record, dict) else None
                records = [one for one in (above, record) if one]
                if channel.parent:
                    path = f"/channels/{channel.id}/messages"
                    records += await self._server.records(path, {"limit": PER_PAGE})
            except RefusedError as error:
                if not error.about_one_place:
                    raise
                self._channels.close(spot[0])
                continue
            page = await self._harvester.gather(records)
            fetched += len(page.ids)
            for said in page.said:
                posts[said.native_id] = await self._harvester.single(channel, said)
        ordered = sorted(posts.values(), key=lambda post: post.created_at or 0)
        return Batch(posts=tuple(ordered), deletions=tuple(gone), fetched=fetched + len(gone))

    async def history(
        self, brand: BrandConfig, since: Micros, place: str | None
    ) -> AsyncGenerator[Batch, None]:
        """Yield what the servers' searches still have about a brand; see ``Historical``."""
        places: dict[str, int] = json.loads(place) if place else {}
        for server in await self._channels.servers():
            await self._channels.learn_server(server)
            for word in search_words(replace(self._source, what=""), [brand], TITLE):
                spot = Spot(server, word)
                below = places.get(spot.key)
                while below is None or below > snowflake_at(since):
                    answer = await self._search.ask(spot, newest=below)
                    page = await self._harvester.gather(hits_of(answer))
                    posts = [
                        await self._harvester.single(self._channel(one.channel, server), one,
                                                     history=True)
                        for one in reversed(page.said) if (one.at or since) >= since
                    ]  # fmt: skip
                    lowest = min(page.ids, default=0)
                    below = places[spot.key] = lowest if below is None or lowest < below else 0
                    yield Batch(
                        posts=tuple(posts),
                        bad=tuple(page.bad),
                        cursor=json.dumps(places),
                        fetched=len(page.ids),
                    )

    async def _channelled(self, place: Place) -> AsyncGenerator[Batch, None]:
        """Read every channel that has news, and now and then the lively ones anew."""
        for channel in await self._channels.look():
            mark = place.marks.get(channel.id)
            quiet = mark is not None and channel.last is not None and channel.last <= mark
            quiet = quiet or self._asked_in_vain(channel)
            again = self._is_time(channel, mark)
            if not self._channels.open(channel.id) or (quiet and not again):
                continue
            try:
                if not quiet:
                    async with aclosing(self._read(channel, place)) as batches:
                        async for batch in batches:
                            yield batch
                    if channel.last is not None:
                        self._asked[channel.id] = (channel.last, self._clock())
                if again:
                    batch = await self._again(channel)
                    if batch.posts or batch.deletions or batch.bad:
                        yield batch
            except RefusedError as error:
                if not error.about_one_place:
                    raise
                self._channels.close(channel.id)
                if channel.asked_for:
                    yield Batch(gap=Gap(self._clock(), None, error.sentence))

    async def _read(self, channel: Channel, place: Place) -> AsyncGenerator[Batch, None]:
        path = f"/channels/{channel.id}/messages"
        mark = place.marks.get(channel.id)
        if mark is None and time_of(int(channel.id)) > (place.began or 0):
            mark = 0  # made since then, so that all of it is news
        for _ in range(MOST_PAGES):
            first = mark is None
            params: dict[str, str | int] = {"limit": PER_PAGE}
            if mark is not None:
                params["after"] = str(mark)
            page = await self._harvester.gather(await self._server.records(path, params))
            batch = await self._harvester.news(channel, page, place, first=first)
            before, mark = mark, max(page.newest, mark or 0)
            more = len(page.ids) >= PER_PAGE and not first and mark != before
            lag = max(0.0, (self._clock() - time_of(mark)) / SECOND) if more else 0.0
            if before != mark or place.marks.get(channel.id) is None:
                place.marks.put(channel.id, mark)
                yield replace(batch, lag=lag)
            elif batch.bad:
                yield batch
            if not more:
                return

    async def _again(self, channel: Channel) -> Batch:
        self._looked[channel.id] = self._clock()
        path = f"/channels/{channel.id}/messages"
        records = await self._server.records(path, {"limit": PER_PAGE})
        page = await self._harvester.gather(records)
        return await self._harvester.changes(channel, page, whole=len(records) < PER_PAGE)

    def _asked_in_vain(self, channel: Channel) -> bool:
        """Whether the newest message was asked for lately: it may be a deleted one.

        Asked again after a while: what Discord did not show for a moment is not lost.
        """
        last, at = self._asked.get(channel.id, (None, 0))
        return last is not None and last == channel.last and 0 <= self._clock() - at < LOOK_AGAIN

    def _is_time(self, channel: Channel, mark: int | None) -> bool:
        """Whether a channel is due to be read again for changes; the first reading is one."""
        now = self._clock()
        looked = self._looked.setdefault(channel.id, now)
        lively = mark is not None and now - time_of(mark) < STILL_LIVELY
        return lively and not 0 <= now - looked < LOOK_AGAIN

    async def _searched(self, place: Place) -> AsyncGenerator[Batch, None]:
        """Ask each server's search for the brands' words, from the newest hit known on."""
        words = search_words(replace(self._source, what=""), self._brands, TITLE)
        for server in await self._channels.servers():
            await self._channels.learn_server(server)
            for word in words:
                spot = Spot(server, word)
                for _ in range(MOST_PAGES):
                    mark = place.marks.get(spot.key)
                    answer = await self._search.ask(spot, oldest=mark)
                    page = await self._harvester.gather(hits_of(answer))
                    batches = [
                        await self._harvester.news(
                            self._channel(one.channel, server), replace(page, said=[one], bad=[]),
                            place, first=mark is None,
                        )
                        for one in page.said
                    ]  # fmt: skip
                    posts = tuple(post for batch in batches for post in batch.posts)
                    newest = max(page.newest, mark or 0)
                    if mark == newest and not posts:
                        break
                    place.marks.put(spot.key, newest)
                    yield Batch(posts=posts, bad=tuple(page.bad), fetched=len(page.ids))
                    if mark is None or mark == newest:
                        break

    def _channel(self, channel_id: str, server: str) -> Channel:
        found = self._channels[channel_id]
        return found if found.server else replace(found, server=server)
