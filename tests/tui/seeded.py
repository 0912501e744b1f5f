"""A made-up brand's two days in a store, always the same, for tests of the screen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listeners.clock import from_iso
from listeners.conversations.conversation import Conversation
from listeners.model import (
    DAY,
    HOUR,
    MINUTE,
    AlertClass,
    AlertState,
    Author,
    ConversationState,
    Label,
    Micros,
    Part,
    Reason,
    Score,
    Sentence,
    Severity,
    SourceState,
)
from listeners.risk.alert import Alert
from listeners.store import Connection, Store
from listeners.store.ingest import insert_mentions, upsert_accounts
from listeners.store.records import NewMention, SeenAccount
from listeners.store.sources import (
    NewSource,
    register_brands,
    register_sources,
    set_source_state,
)
from listeners.store.subjects import (
    NewEvent,
    add_events,
    add_evidence,
    add_note,
    save_alerts,
    save_conversations,
)
from listeners.text import clean, clean_line

NOW = Micros(from_iso("2026-11-20T14:42:30Z"))
BRAND = "Aurora Bikes"

_NETWORKS = ("mastodon", "bluesky", "hackernews", "feeds")
_SOURCES = (
    ("mastodon:#aurora", "mastodon", "#aurora on mastodon.example", SourceState.OK),
    ("bluesky:", "bluesky", "Bluesky", SourceState.CATCHING_UP),
    ("hackernews:", "hackernews", "Hacker News", SourceState.OK),
    ("feeds:blogs", "feeds", "Cycling blogs", SourceState.FAILING),
)
_CHATTER = (
    (0.72, "Three weeks with my Aurora and I still grin at every hill"),
    (0.51, "The new Aurora colours are lovely, well done"),
    (0.0, "Saw an Aurora at the station this morning"),
    (0.0, "Aurora or Borealis for a ten kilometre commute"),
    (-0.46, "The Aurora display goes dark in the rain, annoying"),
    (-0.61, "Bad day: flat tyre and the Aurora app crashed"),
    (0.44, "Nice to see Aurora sponsor the city ride"),
    (None, "アウロラの自転車、坂道でも楽です"),
)


@dataclass(frozen=True)
class Person:
    """Somebody who writes."""

    network: str
    handle: str
    name: str
    followers: int = 120
    role: str = ""
    ours: bool = False


@dataclass(frozen=True)
class Said:
    """One message of a thread; ``ago`` in minutes."""

    who: Person
    text: str
    compound: float | None
    ago: int
    part: Part = Part.OUTSIDE
    need: Reason | None = None


@dataclass(frozen=True)
class Talk:
    """One conversation."""

    messages: Sequence[Said]
    tier: int
    due_in: int | None
    reasons: Sequence[str]
    title: str = ""
    state: ConversationState = ConversationState.OPEN
    assignee: str = ""
    tags: tuple[str, ...] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    reopened: int = 0


US = Person("mastodon", "@aurora@mastodon.example", "Aurora Bikes", 8_400, ours=True)
ANA = Person("mastodon", "@ana@mastodon.example", "Ana Ruiz", 310, "customer")
MARC = Person("bluesky", "marc.bsky.example", "Marc Dubois", 12_400, "journalist")
LIN = Person("hackernews", "lin_w", "", 0)
ZOE = Person("mastodon", "@zoe@vélo.example", "Zoé Lefèvre", 95)
TOM = Person("bluesky", "tom.bsky.example", "Tom Okafor", 780)
INES = Person("feeds", "ines", "Inès Martin", 4_100, "influencer")
KEN = Person("mastodon", "@ken@mastodon.example", "健太", 40)

_QUESTION = Reason("A3", Sentence("asks a question"))
_COMPLAINT = Reason("A4", Sentence("complains: “brakes”, “refund”"))
_PRESS = Reason("A6", Sentence("a journalist writes: any text asks for a reply"))

TALKS = (
    Talk(
        (
            Said(TOM, "Anyone else whose Aurora brakes failed downhill? Nearly hit a car. "
                 "This is dangerous and I want my refund.", -0.81, 190, need=_COMPLAINT),
            Said(ANA, "Same here last week. Terrible.", -0.48, 160, Part.THIRD_PARTY),
            Said(TOM, "Still no word from Aurora. Photos: https://photos.example/brakes", -0.3, 38,
                 need=_COMPLAINT),
        ),
        1, -25, ("safety: “brakes failed”", "complaint"), assignee="Léo",
        tags=("brakes",), notes=("Workshop asked for the frame number.",), reopened=1,
    ),
    Talk(
        (Said(MARC, "I am writing about e-bike safety for Le Courrier. Could Aurora comment on "
              "the brake reports before 17:00 today?", -0.1, 26, need=_PRESS),),
        2, 12, ("journalist", "question"),
    ),
    Talk(
        (
            Said(ANA, "My order 4711 should have arrived on Monday. Where is it?", -0.05, 150,
                 need=_QUESTION),
            Said(US, "Hello Ana, we are looking into it and write to you within the hour.", 0.2,
                 128, Part.OURS),
            Said(ANA, "That was two hours ago… still nothing. I love the bike, but this is "
                 "a sad way to begin.", -0.27, 8, need=_QUESTION),
        ),
        4, 52, ("complaint: order number", "second message"), tags=("delivery",),
    ),
    Talk(
        (Said(ZOE, "Est-ce que le modèle Aurora Ville existe en taille S ? Merci !", 0.35, 64,
              need=_QUESTION),),
        3, 176, ("wants to buy", "question"),
    ),
    Talk(
        (Said(LIN, "The motor controller firmware is a black box. Is there any plan to open "
              "the protocol?", 0.0, 300, need=_QUESTION),),
        5, 400, ("question",), title="Show HN: I reverse engineered my e-bike",
    ),
    Talk(
        (Said(INES, "Our long test of the Aurora Ville is online. Verdict: a delight, with one "
              "reservation about the display.", 0.64, 420, need=_QUESTION),),
        3, 900, ("influencer",), title="Aurora Ville: six months later",
    ),
    Talk(
        (Said(KEN, "オーロラの日本発売はいつですか？", None, 500, need=_QUESTION),),
        5, None, ("question",),
    ),
    Talk(
        (
            Said(ZOE, "Votre atelier de Lyon est-il ouvert samedi ?", 0.0, 900, need=_QUESTION),
            Said(US, "Oui, de 9 h à 17 h. À samedi !", 0.3, 860, Part.OURS),
        ),
        4, None, (), state=ConversationState.WAITING,
    ),
)  # fmt: skip


async def seed(store: Store, *, now: Micros = NOW, chatter: int = 420) -> None:
    """Fill a fresh store."""

    async def work(connection: Connection) -> None:
        brand = (await register_brands(connection, [BRAND]))[BRAND]
        sources = await register_sources(
            connection,
            [NewSource(key, network, label) for key, network, label, _ in _SOURCES],
            Micros(now - 2 * DAY),
        )
        for key, _network, _label, state in _SOURCES:
            await set_source_state(connection, sources[key], state, Micros(now - HOUR))
        made = _Seeding(connection, now, brand, dict(zip(_NETWORKS, sources.values(), strict=True)))
        await made.chatter(chatter)
        ids = [await made.talk(place, talk) for place, talk in enumerate(TALKS)]
        await made.alerts(ids)

    await store.write(work)


@dataclass
class _Seeding:
    connection: Connection
    now: Micros
    brand: int
    sources: dict[str, int]

    async def chatter(self, count: int) -> None:
        """Store everyday mentions over two days, denser by day, worse in the last hours."""
        luck = random.Random(7)
        mentions: list[tuple[Person, Said]] = []
        for place in range(count):
            recent = place % 5 == 0
            ago = luck.randrange(1, 60) if recent else luck.randrange(60, 2_870)
            hour = ((self.now - ago * MINUTE) // HOUR) % 24
            if not recent and (hour < 6 or hour > 21) and luck.random() < 0.75:
                continue
            bad = luck.random() < (0.6 if ago < 25 else 0.12)
            pool = [one for one in _CHATTER if ((one[0] or 0) < 0) == bad]
            compound, text = pool[luck.randrange(len(pool))]
            network = luck.choice(("mastodon",) * 5 + ("bluesky",) * 4 + ("hackernews", "feeds"))
            who = Person(network, f"reader{luck.randrange(60)}", "")
            mentions.append((who, Said(who, text, compound, ago)))
        await self._store([one for _, one in mentions])

    async def talk(self, place: int, talk: Talk) -> int:
        """Store a conversation and return its mention ids' last one."""
        first, last = talk.messages[0], talk.messages[-1]
        asking = [one for one in talk.messages if one.need is not None]
        waiting = asking[-1] if asking and last.part is not Part.OURS else None
        root = f"root{place}"
        outside = [one for one in talk.messages if one.part is Part.OUTSIDE]
        await upsert_accounts(self.connection, [self._seen(first.who)], self.now)
        conversation = Conversation(
            brand=BRAND,
            network=first.who.network,
            root=root,
            state=talk.state,
            in_queue=True,
            title=talk.title,
            url=f"https://{first.who.network}.example/{root}",
            opener_key=first.who.handle,
            waiting_since=self._at(waiting.ago) if waiting else None,
            due_at=None if talk.due_in is None else Micros(self.now + talk.due_in * MINUTE),
            tier=talk.tier,
            reasons=tuple(Sentence(reason) for reason in talk.reasons),
            assignee=talk.assignee,
            reopened=talk.reopened,
            messages=len(talk.messages),
            notes=len(talk.notes),
            opened_at=self._at(first.ago),
            last_at=self._at(last.ago),
            state_since=self._at(last.ago),
            last_part=last.part,
            tags=talk.tags,
        )
        (saved,) = await save_conversations(self.connection, [conversation])
        ids = await self._store(list(talk.messages), conversation=saved.id, root=root)
        newest = ids[talk.messages.index(outside[-1])]
        await save_conversations(self.connection, [replace(saved, last_outside_id=newest)])
        for text in talk.notes:
            await add_note(
                self.connection, "conversation", saved.id, "Léo", clean(text), self._at(20)
            )
        await add_events(
            self.connection,
            [
                NewEvent(
                    at=self._at(18),
                    actor="Léo",
                    verb="assign",
                    subject_kind="conversation",
                    subject_id=saved.id,
                    after={"assignee": talk.assignee},
                    step=place + 1,
                )
            ]
            if talk.assignee
            else [],
        )
        return newest

    async def alerts(self, mentions: Sequence[int]) -> None:
        """Store one alert of each kind that matters."""
        made = (
            (AlertClass.IMAGE, "image.surge", Severity.CRITICAL, AlertState.FIRING, 6, 14, "",
             Sentence("{x} mentions in the last hour, {ratio} times the usual",
                      {"x": 58, "ratio": 4}),
             (Sentence("58 mentions in 60 minutes; at this hour 14 are usual (28 days)."),
              Sentence("Chance of this on a normal day: 1 in 20,000."),
              Sentence("Words over-represented: brakes, refund, downhill."))),
            (AlertClass.LEAK, "leak.term", Severity.HIGH, AlertState.FIRING, 33, 2, "",
             Sentence("A confidential term of the brand's list was named in public: {masked}",
                      {"masked": "Pr•••••• N••••"}),
             (Sentence("One post names a term of your confidential list. The text is masked."),)),
            (AlertClass.SOURCE, "source.failing", Severity.WARN, AlertState.ACKED, 62, 1, "Ana",
             Sentence("{source} cannot be read since {minutes} min",
                      {"source": "Cycling blogs", "minutes": 62}), ()),
            (AlertClass.IMPERSONATION, "impersonation", Severity.WARN, AlertState.SNOOZED, 700, 1,
             "", Sentence("{handle} looks like your account {ours}",
                          {"handle": "@aurora_support", "ours": "@aurora"}), ()),
        )  # fmt: skip
        saved = await save_alerts(
            self.connection,
            [
                Alert(
                    brand=BRAND,
                    alert_class=kind,
                    rule=rule,
                    scope=BRAND,
                    fingerprint=rule,
                    severity=severity,
                    state=state,
                    title=title,
                    explanation=explanation,
                    first_at=self._at(ago + 30),
                    last_at=self._at(ago),
                    fired_at=self._at(ago + 30),
                    count=count,
                    owner=owner,
                    acked_at=self._at(ago - 1) if owner else None,
                    snoozed_until=Micros(self.now + 3 * HOUR)
                    if state is AlertState.SNOOZED
                    else None,
                    thin_baseline=kind is AlertClass.IMAGE,
                )
                for kind, rule, severity, state, ago, count, owner, title, explanation in made
            ],
        )
        await add_evidence(self.connection, saved[0].id, mentions[:3])

    def _at(self, ago: int) -> Micros:
        return Micros(self.now - ago * MINUTE)

    def _seen(self, who: Person) -> SeenAccount:
        author = Author(
            key=who.handle,
            handle=clean_line(who.handle),
            name=clean_line(who.name),
            followers=who.followers,
        )
        return SeenAccount(who.network, author, ours=who.ours, role=who.role)

    async def _store(
        self, said: Sequence[Said], conversation: int | None = None, root: str | None = None
    ) -> list[int]:
        accounts = await upsert_accounts(
            self.connection, [self._seen(one.who) for one in said], self.now
        )
        return await insert_mentions(
            self.connection,
            [self._mention(one, accounts, place, conversation, root)
             for place, one in enumerate(said)],
        )  # fmt: skip

    def _mention(
        self,
        one: Said,
        accounts: dict[tuple[str, str], int],
        place: int,
        conversation: int | None,
        root: str | None,
    ) -> NewMention:
        at = self._at(one.ago)
        native = f"{root or 'chatter'}-{place}"
        return NewMention(
            brand_id=self.brand,
            source_id=self.sources[one.who.network],
            network=one.who.network,
            key=native,
            native_id=native,
            account_id=accounts[(one.who.network, one.who.handle)],
            text=clean(one.text),
            seen_at=at,
            sort_at=at,
            created_at=at,
            score=Score(
                lang="ja" if one.compound is None else "en",
                scorer=None if one.compound is None else "vader-en/1",
                compound=one.compound,
                label=_label(one.compound),
            ),
            conversation_id=conversation,
            url=f"https://{one.who.network}.example/{native}",
            part=one.part,
            asks=one.need is not None,
            need=one.need,
            root_id=root,
            reasons=(Sentence("names “{word}”", {"word": "Aurora"}),),
        )


def _label(compound: float | None) -> Label:
    if compound is None:
        return Label.UNSCORED
    if abs(compound) < 0.05:
        return Label.NEUTRAL
    return Label.POSITIVE if compound > 0 else Label.NEGATIVE
