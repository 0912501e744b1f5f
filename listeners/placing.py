"""Places judged posts in their conversations: whose voice, does it ask, how urgent, what changes.

Pure: everything the store knows of the batch's threads comes in as ``Known``, everything that is
to be stored comes out as ``Placed`` and changed conversations. Posts are taken in the order they
were written, so that a batch read backwards ends in the same state as one read forwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from listeners.config import BrandConfig, Config, Targets
from listeners.conversations import identity, needs_reply, urgency
from listeners.conversations.clock import BusinessHours
from listeners.conversations.events import OurMessage, OutsideMessage, Rules
from listeners.conversations.needs_reply import HISTORY, MessageFacts, Need
from listeners.conversations.state import Conversation, Step, apply, begin, successor
from listeners.conversations.urgency import RankFacts, Urgency
from listeners.judge import Judge, Judged, handle_key
from listeners.model import Micros, Part, Post, Sentence
from listeners.risk.findings import risk_classes
from listeners.store.records import RootKey

UNTHREADED = frozenset({"feeds", "import", "gdelt", "news", "appstore"})
"""Networks whose posts name no thread: there the page's address names the conversation."""


@dataclass(slots=True, kw_only=True)
class Known:
    """What the store knows of a batch's threads. ``Placer`` keeps it up to date as it goes.

    ``conversations`` holds the newest generation of each root; ``roots`` the root of every known
    post by (brand, network, native id); ``parts`` whose voice it was; ``last_ours`` when we last
    wrote, by root. ``asked_after`` finds the oldest asking message after a time. ``queued_folds``
    are (handle, fold) of what already asks. ``openers`` began what was merged into a conversation:
    they are no third parties there. ``opened_by_us`` are conversations an account of ours began.
    ``muted`` holds (kind, value).
    """

    conversations: dict[RootKey, Conversation] = field(default_factory=dict)
    roots: dict[tuple[str, str, str], str] = field(default_factory=dict)
    parts: dict[tuple[str, str, str], Part] = field(default_factory=dict)
    last_ours: dict[RootKey, Micros] = field(default_factory=dict)
    asking: dict[RootKey, list[Micros]] = field(default_factory=dict)
    queued_folds: set[tuple[str, str]] = field(default_factory=set)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    openers: dict[RootKey, frozenset[str]] = field(default_factory=dict)
    opened_by_us: set[RootKey] = field(default_factory=set)
    muted: frozenset[tuple[str, str]] = frozenset()
    away: frozenset[str] = frozenset()
    """Members who are away: what reopens of theirs is nobody's."""

    def settled(self, root: RootKey) -> RootKey:
        """Return the root under which a conversation goes on: its own, or that of its merger."""
        found = self.conversations.get(root)
        return root if found is None else (found.brand, found.network, found.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One judged post with its verdict and its place.

    ``origin`` is the root its thread has by itself, ``root`` that of the conversation it went to:
    another one where its own was merged.
    """

    judged: Judged
    origin: RootKey
    root: RootKey
    generation: int
    part: Part
    need: Need
    at: Micros
    history: bool
    role: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A change of a conversation that nobody pressed a key for, for the log.

    ``at`` is when the message that made it was written; ``history``: it was read from the past.
    """

    root: RootKey
    before: Conversation
    after: Conversation
    note: Sentence
    at: Micros
    history: bool = False


@dataclass(slots=True)
class Placement:
    """What a batch did: posts in their places, conversations touched, what happened by itself."""

    placed: list[Placed] = field(default_factory=list)
    touched: dict[tuple[RootKey, int], Conversation] = field(default_factory=dict)
    happened: list[Happened] = field(default_factory=list)


class Placer:
    """Places posts by the configuration's brands."""

    def __init__(self, config: Config, judge: Judge, rules: Rules | None = None) -> None:
        self._brands: Mapping[str, BrandConfig] = {brand.name: brand for brand in config.brands}
        self._judge = judge
        self._rules = rules or Rules()

    def root(self, judged: Judged, source: str, known: Known) -> RootKey:
        """Return the conversation a post belongs to, but for its generation."""
        post = judged.post
        parent = post.parent_id or ""
        name = identity.conversation_root(
            post,
            source,
            threaded=post.network not in UNTHREADED,
            parent_root=known.roots.get((judged.brand, post.network, parent)),
        )
        return judged.brand, post.network, name

    def place(self, judged: Iterable[Judged], source: str, known: Known, now: Micros) -> Placement:
        """Place every post, oldest first, and return what is to be stored."""
        placement = Placement()
        for one in sorted(judged, key=lambda item: written_at(item.post, now)):
            self._place(one, source, known, now, placement)
        return placement

    def role_of(self, brand: str, post: Post, known: Known) -> str:
        """Return the author's role: as set by hand, else by the configuration's lists."""
        stored = known.roles.get((post.network, post.author.key), "")
        config = self._brands.get(brand)
        if stored or config is None:
            return stored
        names = {handle_key(name) for name in (post.author.handle, post.author.key) if name}
        if names & {handle_key(name) for name in config.journalists}:
            return "journalist"
        return "vip" if names & {handle_key(name) for name in config.vips} else ""

    def _place(
        self, judged: Judged, source: str, known: Known, now: Micros, placement: Placement
    ) -> None:
        post = judged.post
        at = written_at(post, now)
        origin = self.root(judged, source, known)
        root = known.settled(origin)
        conversation = known.conversations.get(root) or begin(
            brand=judged.brand,
            network=post.network,
            root=root[2],
            at=at,
            now=now,
            title=judged.title,
            url=post.url,
            opener_key=post.author.key,
        )
        part = self._part(judged, conversation, root, known)
        role = self.role_of(judged.brand, post, known)
        history = post.history or now - at > HISTORY
        need = needs_reply.judge(
            self._facts(judged, conversation, root, part, role, history, known, now)
        )
        event: OurMessage | OutsideMessage
        if part is Part.OURS:
            later = [moment for moment in known.asking.get(root, ()) if moment > at]
            event = OurMessage(
                at=at,
                automatic=post.author.automated,
                unanswered_since=min(later, default=None),
            )
        else:
            event = OutsideMessage(
                at=at,
                asks=need.asks,
                tier=self.tier_of(judged),
                reason=need.reason,
                part=part,
                private_unthreaded=identity.is_private_without_thread(post),
            )
        rules = self.rules_of(known)
        step = apply(conversation, event, now, rules)
        if step.opens_new:
            conversation = successor(conversation, at, now)
            step = apply(conversation, event, now, rules)
        after = step.conversation
        if need.asks:
            after = self.ranked(after, conversation, judged, need, role)
        self._remember(judged, origin, root, part, at, need, after, known)
        placement.touched[root, after.generation] = after
        _log(placement, root, conversation, after, step, at, history=post.history)
        placement.placed.append(
            Placed(
                judged=judged,
                origin=origin,
                root=root,
                generation=after.generation,
                part=part,
                need=need,
                at=at,
                history=history,
                role=role,
            )
        )

    def _part(
        self, judged: Judged, conversation: Conversation, root: RootKey, known: Known
    ) -> Part:
        if judged.ours:
            return Part.OURS
        post = judged.post
        parent = known.parts.get((judged.brand, post.network, post.parent_id or ""))
        opener = "" if not conversation.messages else conversation.opener_key
        if post.author.key in known.openers.get(root, ()):
            opener = post.author.key
        began = root in known.opened_by_us
        return identity.part_of(
            post.author.key,
            ours=frozenset({conversation.opener_key}) if began else frozenset(),
            opener_key=opener,
            addresses_us=self._judge.addresses_us(judged.brand, post) or parent is Part.OURS,
            we_spoke=began or root in known.last_ours,
        )

    def _facts(
        self,
        judged: Judged,
        conversation: Conversation,
        root: RootKey,
        part: Part,
        role: str,
        history: bool,
        known: Known,
        now: Micros,
    ) -> MessageFacts:
        post = judged.post
        parent = known.parts.get((judged.brand, post.network, post.parent_id or ""))
        last_ours = known.last_ours.get(root)
        at = written_at(post, now)
        handle = handle_key(post.author.handle or post.author.key)
        return MessageFacts(
            text=judged.text,
            title=judged.title,
            lang=judged.score.lang,
            label=judged.score.label,
            part=part,
            names=self._names(judged.brand),
            private=post.private,
            repost=post.repost,
            automated=post.author.automated,
            history=history,
            age=max(0, now - at),
            addressed=post.addressed or parent is Part.OURS,
            mentions_us=self._judge.addresses_us(judged.brand, post),
            we_spoke=last_ours is not None and last_ours <= at,
            answered_since=last_ours is not None and last_ours > at,
            duplicate=bool(judged.fold) and (handle, judged.fold) in known.queued_folds,
            muted=self._muted(post, conversation, judged, known),
            followers=post.author.followers,
            role=role,
            rating=post.rating,
            risk=tuple(sorted(risk_classes(judged.findings))),
        )

    def _muted(self, post: Post, conversation: Conversation, judged: Judged, known: Known) -> bool:
        if not known.muted:
            return False
        words = {value for kind, value in known.muted if kind == "word"}
        return (
            ("account", f"{post.network}:{post.author.key}") in known.muted
            or (conversation.id > 0 and ("conversation", str(conversation.id)) in known.muted)
            or any(word in judged.text.casefold() for word in words)
        )

    def _names(self, brand: str) -> tuple[str, ...]:
        config = self._brands.get(brand)
        return (config.name, *config.names) if config else ()

    def rules_of(self, known: Known) -> Rules:
        """Return the rules of the states as they are while these members are away."""
        return replace(self._rules, away=known.away)

    def tier_of(self, judged: Judged) -> int:
        """Return the tier a message alone gives its conversation: risk, or the rest."""
        return urgency.RISK if urgency.pressing(risk_classes(judged.findings)) else urgency.REST

    def need_now(
        self,
        judged: Judged,
        conversation: Conversation | None,
        part: Part,
        *,
        at: Micros,
        age: int,
        history: bool,
        last_ours: Micros | None,
        rising: bool,
        known: Known,
        now: Micros,
    ) -> Need:
        """Return whether a message that is stored already asks for a reply, by what it says now.

        ``at`` is when it was written, ``age`` how old it was when first seen, in microseconds.
        """
        talk = conversation or begin(
            brand=judged.brand, network=judged.post.network, root="", at=at, now=now
        )
        root = (talk.brand, talk.network, talk.root)
        role = self.role_of(judged.brand, judged.post, known)
        facts = self._facts(judged, talk, root, part, role, history, known, now)
        return needs_reply.judge(
            replace(
                facts,
                age=age,
                duplicate=False,
                we_spoke=last_ours is not None and last_ours <= at,
                answered_since=last_ours is not None and last_ours > at,
                engagement_rising=rising,
            )
        )

    def ranked(
        self,
        after: Conversation,
        before: Conversation,
        judged: Judged,
        need: Need,
        role: str,
    ) -> Conversation:
        """Return a conversation with the urgency this message gives it, if it waits on us."""
        if after.waiting_since is None:
            return after
        config = self._brands.get(judged.brand)
        post = judged.post
        verdict = urgency.rank(
            RankFacts(
                waiting_since=after.waiting_since,
                intents=need.intents,
                risk=risk_classes(judged.findings),
                role=role,
                label=judged.score.label,
                compound=judged.score.compound,
                followers=post.author.followers,
                likes=post.engagement.likes or 0,
                shares=post.engagement.shares or 0,
                replies=post.engagement.replies or 0,
                private=post.private,
                rating=post.rating,
                addressed=self._judge.addresses_us(judged.brand, post),
                first=after.first_response_at is None,
                need=need.reason,
                audience=config.audience if config else "both",
            ),
            config.hours if config else BusinessHours(),
            config.targets if config else Targets(),
        )
        return urgency.ranked(after, _weightier(before, verdict))

    def _remember(
        self,
        judged: Judged,
        origin: RootKey,
        root: RootKey,
        part: Part,
        at: Micros,
        need: Need,
        after: Conversation,
        known: Known,
    ) -> None:
        post = judged.post
        place = (judged.brand, post.network, post.native_id)
        if part is Part.OURS and after.messages == 1:
            known.opened_by_us.add(root)
        known.conversations[root] = after
        known.roots[place] = origin[2]
        known.parts[place] = part
        if part is Part.OURS and not post.author.automated:
            known.last_ours[root] = max(at, known.last_ours.get(root, at))
        if need.asks:
            known.asking.setdefault(root, []).append(at)
            if judged.fold:
                handle = handle_key(post.author.handle or post.author.key)
                known.queued_folds.add((handle, judged.fold))


def written_at(post: Post, now: Micros) -> Micros:
    """Return when a post counts as written: as claimed, but never in the future."""
    return now if post.created_at is None else min(post.created_at, now)


def _weightier(before: Conversation, verdict: Urgency) -> Urgency:
    """Return the weightier of the verdicts on two unanswered messages of one conversation."""
    if before.waiting_since is None or before.tier >= verdict.tier:
        return verdict
    return replace(
        verdict,
        tier=before.tier,
        due_at=before.due_at or verdict.due_at,
        score=max(before.score, verdict.score),
        reasons=before.reasons,
    )


def _log(
    placement: Placement,
    root: RootKey,
    before: Conversation,
    after: Conversation,
    step: Step,
    at: Micros,
    *,
    history: bool,
) -> None:
    if step.note is not None and before.messages:
        placement.happened.append(Happened(root, before, after, step.note, at, history))
