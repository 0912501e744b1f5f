"""What every screen works at: the store, the clock, the person, and the figures read for them.

Screens read through here and act through ``listeners.actions``; no screen knows a query.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from listeners.clock import Clock, utc_now
from listeners.config import Config
from listeners.model import DAY, HOUR, MINUTE, Micros, Sentence
from listeners.rows import AlertRow, ConversationRow, MentionRow, SourceRow
from listeners.store import Store, reads
from listeners.store.hooks import hook_faults
from listeners.store.maintenance import running
from listeners.store.news import take_news
from listeners.store.outbox import UNKNOWN
from listeners.store.outbox import outbox as replies_of
from listeners.store.planned import ringing
from listeners.team import may_write
from tui.actions import BY_ID, Action, Panel
from tui.colleagues import Colleagues
from tui.explaining import weights
from tui.filtering import View, alert_filter, queue_filter, stream_filter
from tui.here import Here
from tui.i18n import _, say, zone
from tui.own_keys import OwnKeys
from tui.repeating import Again
from tui.session import ChartRange, Session
from tui.widgets.key_line import key_name
from tui.widgets.reply_message import unseen
from tui.widgets.sentiment import Mood
from tui.widgets.status import Top
from tui.widgets.thread_lines import Acquaintance, Thread

if TYPE_CHECKING:
    from listeners.replying import Outbox
    from listeners.replying.speakers import MakeListener
    from listeners.teaching.lessons import Lessons

STREAM_PAGE = 1000
"""Mentions the stream holds at once; older ones are found by the search."""
_EVIDENCE = 50
_HISTORY = 20
"""Mentions of a person looked back at, to say how many there were and how the last one sounded."""


class ListeningEngine(Protocol):
    """What the screen asks of the process that listens, where it is this one."""

    def wake(self, key: str | None = None) -> int:
        """Ask one source, or all, to look now; return how many were asked."""
        ...


@dataclass(slots=True)
class Desk:
    """The store and the person in front of it."""

    store: Store
    config: Config
    engine: ListeningEngine | None = None
    clock: Clock = utc_now
    demo: bool = False
    session: Session = field(default_factory=Session)
    views: dict[Panel, View] = field(
        default_factory=lambda: {
            panel: View() for panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM)
        }
    )
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keymap: Mapping[str, str] = field(default_factory=dict)
    """The same keys as Textual names them, which every screen is given as it is made."""
    own: OwnKeys = field(default_factory=OwnKeys)
    again: Again | None = None
    fault: str = ""
    """What is wrong with a hook, as it was said last."""
    reminded: set[tuple[int, int]] = field(default_factory=set)
    """Reminders that were said here, each by its entry and when it rang."""
    tags: set[str] = field(default_factory=set)
    search: str = ""
    sender: Outbox | None = None
    """What sends replies, once one was written."""
    voice: MakeListener | None = None
    """What makes the listeners that send, in place of the networks' own: the demonstration's."""
    qualities: tuple[tuple[str, str], ...] = ()
    """The languages of the brands and how good verdicts in them are, once that is known."""
    here: Here | None = None
    """What tells the team that this person is here, where there is a team."""

    website: str = ""
    """The website of a first run, whose sources are offered once."""

    taught: Lessons | None = None
    """What is taught and learnt about sentiment, once it was asked for."""

    @property
    def outbox(self) -> Outbox:
        """What sends replies from here; made for the first one, closed by the application."""
        if self.sender is None:
            from listeners.replying import Outbox

            self.sender = Outbox(self.store, self.config, self.clock, listener=self.voice)
        return self.sender

    async def uncertain(self) -> int:
        """Return of how many replies it is not known whether they are there."""
        return len(await replies_of(self.store, (UNKNOWN,)))

    async def close(self) -> None:
        """Wait a moment for what is being sent, and let go of the network."""
        if self.here is not None:
            await self.here.leave()
        if self.sender is not None:
            await self.sender.__aexit__(None, None, None)

    def presence(self, conversation: int | None, doing: str = "reading") -> None:
        """Tell the team what this person is on: ``reading`` or ``drafting``; ``None``: nothing."""
        if self.here is not None:
            self.here.on(conversation, doing)

    @property
    def refusal(self) -> str:
        """Why this person may change nothing, empty if they may."""
        refused = may_write(self.config, self.actor)
        return say(refused) if refused is not None else ""

    @property
    def colleagues(self) -> Colleagues:
        """The others of the team."""
        return Colleagues(self.store, self.config, self.clock)

    @property
    def actor(self) -> str:
        """The name that stands in the log for what is done here."""
        return self.config.member or _("me")

    def keys_of(self, action: Action) -> Sequence[str]:
        """Return the keys of an action, the person's own if she set any."""
        return self.keys.get(action.id, action.keys)

    def key_of(self, action: str) -> str:
        """Return the key to name in a sentence, as it is written on a keyboard."""
        keys = self.keys_of(BY_ID[action])
        return key_name(keys[0]) if keys else ""

    def tags_seen(self) -> Sequence[str]:
        """Return the tags met so far, to offer them again."""
        return sorted(self.tags)

    # --- figures -----------------------------------------------------------------------------

    async def top(self) -> tuple[Top, Sequence[SourceRow]]:
        """Return the line at the top, and the sources it speaks of."""
        brand, now = self.session.brand, self.clock()
        figures = await reads.status_line(self.store, brand, now)
        places = await reads.sources(self.store)
        lag = max((place.lag for place in places), default=0.0)
        notes = await self.colleagues.notes()
        faults = await hook_faults(self.store, [hook.name for hook in self.config.hooks])
        top = Top(figures=figures, brand=brand, demo=self.demo, lag=lag, notes=notes)
        known = await running(self.store, now)
        windows = [one for one in known if not brand or one.brand in ("", brand)]
        top = top._replace(maintenance=tuple(windows))
        reminders = await ringing(self.store, self.actor, now, zone=zone())
        top = top._replace(reminders=tuple(reminders))
        return top._replace(hook=say(faults[0]) if faults else ""), places

    async def mood(self, top: Top) -> Mood:
        """Return the series and networks of the chosen range."""
        brand, now, figures = self.session.brand, self.clock(), top.figures
        chosen = self.session.range_for(figures.rate if figures else 0.0)
        if chosen is ChartRange.HOUR:
            since, resolution = now - HOUR + MINUTE, "minute"
        else:
            span = DAY if chosen is ChartRange.DAY else 2 * DAY
            since, resolution = now - span + HOUR, "hour"
        buckets = await reads.series(
            self.store,
            brand,
            resolution="minute" if resolution == "minute" else "hour",
            since=Micros(since),
            until=Micros(now + 1),
        )
        day = max(DAY, now - since) if chosen is ChartRange.TWO_DAYS else DAY
        networks = await reads.by_network(self.store, brand, Micros(now - day))
        return Mood(
            mood=figures.mood if figures else None,
            usual=figures.mood_usual if figures else None,
            rate=figures.rate if figures else 0.0,
            rate_usual=figures.rate_usual if figures else None,
            unscored_share=figures.unscored_share if figures else 0.0,
            stretch=figures.stretch if figures else None,
            qualities=self.qualities,
            range=chosen,
            buckets=tuple(buckets),
            networks=tuple(networks.items()),
        )

    # --- lists -------------------------------------------------------------------------------

    async def ids(self, panel: Panel) -> array[int]:
        """Return the order of a list as the store has it now."""
        brand, view = self.session.brand, self.views[panel]
        if panel is Panel.QUEUE:
            return await reads.queue_ids(self.store, queue_filter(view, brand))
        if panel is Panel.ALERTS:
            return await reads.alert_ids(self.store, alert_filter(view, brand))
        return await reads.mention_ids(self.store, stream_filter(view, brand), limit=STREAM_PAGE)

    async def conversations(self, ids: Sequence[int]) -> Mapping[int, ConversationRow]:
        """Return rows of the queue."""
        rows = await self.colleagues.on_conversations(
            await reads.conversations(self.store, ids), self.clock()
        )
        self.tags.update(tag for row in rows.values() for tag in row.tags)
        return rows

    async def alert_rows(self, ids: Sequence[int]) -> Mapping[int, AlertRow]:
        """Return rows of the alerts."""
        return await self.colleagues.on_alerts(await reads.alerts(self.store, ids), self.clock())

    async def mentions(self, ids: Sequence[int]) -> Mapping[int, MentionRow]:
        """Return rows of the stream."""
        return await reads.mentions(self.store, ids)

    async def thread(self, conversation: int, at: int | None = None) -> Thread:
        """Return a whole conversation, ``at`` one of its messages if one was asked for.

        One that was merged is shown in the one it went into.
        """
        conversation = await reads.shown_in(self.store, conversation)
        rows = await self.conversations([conversation])
        messages = await reads.thread(self.store, conversation)
        notes = await reads.notes(self.store, "conversation", conversation)
        sent = await replies_of(self.store, conversation=conversation, limit=20)
        replies = unseen(sent, messages)
        thread = Thread(
            rows.get(conversation), tuple(messages), tuple(notes), at=at, replies=replies
        )
        return await self._acquainted(thread)

    async def mention(self, mention: int) -> Thread:
        """Return the conversation of a mention, or the mention alone where it has none."""
        row = (await reads.mentions(self.store, [mention])).get(mention)
        if row is None:
            return Thread()
        if row.conversation_id is not None:
            return await self.thread(row.conversation_id, at=mention)
        return await self._acquainted(Thread(mentions=(row,)))

    async def _acquainted(self, thread: Thread) -> Thread:
        focus = thread.focus
        if focus is None:
            return thread
        history = await reads.account_history(self.store, "mention", focus.id, limit=_HISTORY)
        return thread._replace(person=acquaintance(history, thread.mentions))

    async def weighed(self, thread: Thread) -> Thread:
        """Return a thread with the words that made the mood of the message it is about."""
        focus = thread.focus
        if focus is None or thread.alert is not None:
            return thread
        known = await self.lessons()
        taught = known.taught(focus.brand)
        made = await weights(focus, self.config, taught=taught, learnt=known.layers)
        return thread._replace(weights=tuple(made))

    async def news(self) -> Sentence | None:
        """Return what is to be said once about sentiment."""
        return await take_news(self.store)

    async def lessons(self) -> Lessons:
        """Return the words taught and the layers learnt, read again only where they changed."""
        if self.taught is None:
            # The scorers' code takes a moment to load, which the first picture does not wait for.
            await asyncio.to_thread(import_module, "listeners.teaching.lessons")
        from listeners.teaching.lessons import lessons

        self.taught = await lessons(self.store, self.taught)
        return self.taught

    async def alert(self, alert: int) -> Thread:
        """Return an alert with its newest evidence and our notes on it."""
        row = (await self.alert_rows([alert])).get(alert)
        if row is None:
            return Thread()
        found = await reads.mentions(self.store, row.evidence[-_EVIDENCE:])
        evidence = sorted(found.values(), key=lambda mention: mention.sort_at)
        notes = await reads.notes(self.store, "alert", alert)
        return Thread(mentions=tuple(evidence), notes=tuple(notes), alert=row)


def acquaintance(history: Sequence[MentionRow], shown: Sequence[MentionRow]) -> Acquaintance:
    """Return what an author's history says beyond the messages shown."""
    here = {row.id for row in shown}
    before = [row for row in history if row.id not in here]
    if not before:
        return Acquaintance()
    more = len(history) == _HISTORY
    return Acquaintance(len(before), more, before[0].label, before[0].compound)
