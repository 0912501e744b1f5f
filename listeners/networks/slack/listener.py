"""Slack: what is said in the channels of one's own workspace, and answers to it.

Wire format: docs.slack.dev/reference; see the ``slack_*`` files beside this one. Nothing is pushed:
the newest page of a channel is read again and again, which shows what is new, what was changed or
deleted, and below which messages somebody answered.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Deletion, Gap, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.answering import Answering
from listeners.networks.contract import Capability, SourceError
from listeners.networks.harvest import HISTORY
from listeners.networks.searching import lost_place
from listeners.networks.slack.channels import Channel, Channels, next_cursor
from listeners.networks.slack.cursor import Place, read_cursor, write_cursor
from listeners.networks.slack.decode import NETWORK, TITLE, Said, name_of, spot_of, time_of
from listeners.networks.slack.harvest import Harvester, Page
from listeners.networks.slack.reply import Replies
from listeners.networks.slack.server import RefusedError, SlackServer, misunderstood, no_token

PER_PAGE = 200
MOST_PAGES = 20
"""Pages of one channel read back to the place known; what lies deeper is a gap."""
BATCH = 50
MOST_THREADS = 20
MANIFEST = (
    '{"display_information":{"name":"hubbub"},"features":{"bot_user":{"display_name":"hubbub"}},'
    '"oauth_config":{"scopes":{"bot":["channels:history","channels:read","groups:history",'
    '"groups:read","im:history","im:read","users:read","chat:write"]}}}'
)
"""What Slack makes the app of; source: docs.slack.dev/reference/app-manifest."""
_NO_THREAD = frozenset({"thread_not_found", "message_not_found"})


class SlackListener(Answering):
    """One app of one workspace; see ``slack_channels`` for what ``what`` may be.

    ``ours = true`` says that the channels are for our customers: what is no answer to somebody
    else is said to us. ``direct = true`` also hears what is said to the app alone.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        thread=True,
        own_posts=True,
        reply=True,
        delete_reply=True,
        edits=True,
        deletions=True,
        gapless=True,
        needs_token=True,
        interval=30.0,
        min_interval=10.0,
        needs=Sentence("An app of your own in your workspace, invited into its channels."),
        steps=(
            Sentence("Open api.slack.com/apps, press Create New App, then From a manifest."),
            Sentence(
                "Choose your workspace, and as JSON give it: {manifest}", {"manifest": MANIFEST}
            ),
            Sentence(
                "Press Install to Workspace; whoever runs the workspace may have to allow it."
            ),
            Sentence("Under OAuth & Permissions, copy the Bot User OAuth Token (xoxb-…)."),
            Sentence("In each channel to be heard, write /invite @hubbub."),
            Sentence('Write the token into the source as token = "env:SLACK_TOKEN".'),
        ),
        limits=(
            Sentence("Only channels the app was invited into are heard; nothing can be searched."),
            Sentence(
                "The app must be your own: an app that others install too is allowed one question "
                "a minute by Slack."
            ),
            Sentence(
                "Edits, deletions and new answers are seen below the newest 200 messages of a "
                "channel, and in conversations you follow."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._clock = clock
        self._server = SlackServer(fetch, source, clock)
        self._channels = Channels(self._server, source, clock)
        self._harvester = Harvester(source, self._server, clock)
        self.voice = Replies(self._server)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what was said in each channel since the cursor, oldest first within each.

        Raises:
            SourceError: the token is refused, or the app is in no channel.
        """
        if not self._server.signed_in:
            raise SourceError(State.NEEDS_TOKEN, no_token())
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
            place = Place()
        await self._server.me()
        for channel in await self._channels.look():
            try:
                async with aclosing(self._read(channel, place)) as batches:
                    async for batch in batches:
                        yield replace(batch, cursor=write_cursor(place))
                        # Only here is the batch known to be stored.
                        self._harvester.stored(batch)
            except RefusedError as error:
                if not error.about_one_place:
                    raise
                self._channels.close(channel.id)
                if channel.asked_for:
                    yield Batch(gap=Gap(self._clock(), None, error.sentence))

    def stream(self, cursor: str | None) -> None:
        """Slack pushes over a socket or to a public address, which hubbub does not use."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return the threads these messages are in, and which of the messages are gone.

        Raises:
            SourceError: Slack could not be asked, or asks us to wait.
        """
        posts: dict[str, Post] = {}
        gone: dict[str, Deletion] = {}
        fetched = 0
        for native_id in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
            spot = spot_of(native_id)
            if spot is None or not self._channels.open(spot[0]):
                continue
            try:
                channel = await self._channels.find(spot[0])
                page = await self._whole(channel, spot[1])
                above = next((one.root for one in page.said if one.ts == spot[1]), spot[1])
                if above != spot[1]:
                    page = await self._whole(channel, above)
            except RefusedError as error:
                if error.code in _NO_THREAD:
                    gone[native_id] = Deletion(NETWORK, native_id)
                elif error.about_one_place:
                    self._channels.close(spot[0])
                else:
                    raise
                continue
            fetched += page.fetched
            for said in page.said:
                number = name_of(channel.id, said.ts)
                if said.spoken:
                    posts[number] = await self._harvester.post(channel, said)
                elif said.gone:
                    gone[number] = Deletion(NETWORK, number)
        ordered = sorted(posts.values(), key=lambda post: post.created_at or 0)
        return Batch(posts=tuple(ordered), deletions=tuple(gone.values()), fetched=fetched)

    async def _read(self, channel: Channel, place: Place) -> AsyncGenerator[Batch, None]:
        mark = place.marks.get(channel.id)
        page, reached = await self._back_to(channel, mark)
        gap = None
        if mark and not reached:
            end = time_of(page.oldest) if page.oldest else None
            gap = Gap(time_of(mark), end, _too_much())
        threads = [one for one in page.said if self._has_news(channel, one, place)]
        bad = self._harvester.letters(page)
        slices = [page.said[at : at + BATCH] for at in range(0, len(page.said), BATCH)] or [[]]
        for number, part in enumerate(slices):
            newest = part[-1].ts if part else ""
            moved = bool(newest) and (not mark or time_of(newest) > time_of(mark))
            posts = await self._harvester.news(channel, part, place, first=mark is None)
            last = number == len(slices) - 1
            gone = self._harvester.gone(channel, page) if last and mark is not None else ()
            if moved or channel.id not in place.marks:
                place.marks.put(channel.id, newest)
            if moved or posts or gone or (number == 0 and (bad or gap)) or mark is None:
                yield Batch(
                    posts=posts,
                    deletions=gone,
                    bad=bad if number == 0 else (),
                    gap=gap if number == 0 else None,
                    fetched=page.fetched if number == 0 else 0,
                )
        for said in threads:
            yield await self._thread_of(channel, said, place, first=mark is None)

    async def _back_to(self, channel: Channel, mark: str | None) -> tuple[Page, bool]:
        """Return the newest messages, back to the one known, and whether that was reached."""
        records: list[object] = []
        params: dict[str, str | int] = {"channel": channel.id, "limit": PER_PAGE}
        for _ in range(MOST_PAGES if mark else 1):
            told = await self._server.get("conversations.history", params)
            records += _messages(told)
            page = self._harvester.gather(records)
            known = bool(mark) and bool(page.oldest) and time_of(page.oldest) <= time_of(mark or "")
            further = next_cursor(told)
            if known or not further:
                return page, True
            params["cursor"] = further
        return page, False

    def _has_news(self, channel: Channel, said: Said, place: Place) -> bool:
        """Whether a thread holds answers we have not read. Threads that were still long before
        the channel was first read are left alone."""
        if not said.latest_reply or said.answers:
            return False
        number, told = name_of(channel.id, said.ts), _told(said)
        unknown = number not in place.threads and channel.id not in place.marks
        if unknown and time_of(said.latest_reply) < self._clock() - HISTORY:
            place.threads.put(number, told)
            return False
        return place.threads.get(number) != told

    async def _thread_of(self, channel: Channel, said: Said, place: Place, *, first: bool) -> Batch:
        page = await self._whole(channel, said.ts)
        posts = await self._harvester.news(channel, page.said, place, first=first)
        place.threads.put(name_of(channel.id, said.ts), _told(said))
        return Batch(
            posts=posts,
            deletions=self._harvester.gone(channel, page, said.ts),
            bad=self._harvester.letters(page),
            fetched=page.fetched,
        )

    async def _whole(self, channel: Channel, ts: str) -> Page:
        """Return a thread by the ts of its first message, or the one message of any other ts."""
        records: list[object] = []
        params: dict[str, str | int] = {"channel": channel.id, "ts": ts, "limit": PER_PAGE}
        for _ in range(MOST_PAGES):
            told = await self._server.get("conversations.replies", params)
            records += _messages(told)
            if not (further := next_cursor(told)):
                break
            params["cursor"] = further
        return self._harvester.gather(records)


def _messages(told: object) -> list[object]:
    found = told.get("messages") if isinstance(told, dict) else None
    if not isinstance(found, list):
        raise misunderstood()
    return found


def _told(said: Said) -> str:
    return f"{said.latest_reply} {said.engagement.replies}"


def _too_much() -> Sentence:
    return Sentence(
        "More was said in this channel since it was last read than Slack shows at once: older "
        "messages may be missing."
    )
