"""What can be said of a post from the post alone: whose it is, which brands, how it feels, risks.

Nothing here reads the store or the network, so a batch can be judged before its transaction
begins. What needs the thread (whether it asks for a reply) is decided in ``threading``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from listeners.config import BrandConfig, Config, SourceConfig
from listeners.model import Post, SafeText, Score, Sentence
from listeners.query import Matcher, Subject, query_for_brand
from listeners.query.subject import host_and_path
from listeners.risk.findings import Finding, RiskRules, findings_in
from listeners.risk.impersonation import LookAlike, Protected, asks_for_secrets, names_of
from listeners.sentiment import score
from listeners.sentiment.stars import by_stars
from listeners.teaching.lessons import Lessons, mask_of
from listeners.text import clean, clean_line, fold

_SHORTEST_CROSS_POST = 20
"""Texts shorter than this, in folded characters, are too common to be called cross-posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One post as seen by one brand. ``raw_text`` is the original where cleaning changed it."""

    post: Post
    brand: str
    ours: bool
    title: SafeText
    text: SafeText
    raw_text: str | None
    score: Score
    reasons: tuple[Sentence, ...]
    findings: tuple[Finding, ...]
    fold: str
    look_alike: LookAlike | None = None
    """The author looks like us, or like one of our people, and is neither."""


def whole_text(title: str, text: str) -> str:
    """Return what of a post is judged: its title too, unless the text repeats it."""
    return f"{title}\n{text}" if title and title not in text else text


def handle_key(handle: str) -> str:
    """Return the one spelling under which handles are compared: no ``@``, case folded."""
    return handle.strip().removeprefix("@").casefold()


class Judge:
    """Judges posts by the brands of the configuration."""

    def __init__(self, config: Config) -> None:
        """Compile the brands' queries.

        Raises:
            QuerySyntaxError: a brand's query cannot be read.
        """
        self._brands = {brand.name: brand for brand in config.brands}
        self._matcher = Matcher({name: query_for_brand(b) for name, b in self._brands.items()})
        self._masks = {name: mask_of(brand) for name, brand in self._brands.items()}
        self._rules = {name: _risk_rules(brand) for name, brand in self._brands.items()}
        self._handles = {name: _handles(brand) for name, brand in self._brands.items()}
        self._guards = {name: _Guard.of(brand) for name, brand in self._brands.items()}
        self.lessons = Lessons()
        """What is taught and learnt about sentiment; the pipeline keeps it up to date."""

    def own_handles(self, brand: str, network: str) -> frozenset[str]:
        """Return our handles and ids on a network, as ``handle_key`` spells them."""
        return self._handles.get(brand, {}).get(network, frozenset())

    def is_ours(self, brand: str, post: Post) -> bool:
        """Whether one of the brand's own accounts wrote it."""
        own = self.own_handles(brand, post.network)
        return bool(own) and bool(own & _names_of(post))

    def addresses_us(self, brand: str, post: Post) -> bool:
        """Whether the post names one of our accounts, or answers one, or the network says so."""
        if post.addressed:
            return True
        own = self.own_handles(brand, post.network)
        if post.parent_author_key is not None and handle_key(post.parent_author_key) in own:
            return True
        return any(handle_key(name) in own for name in post.mentions)

    def judge(
        self,
        post: Post,
        source: SourceConfig,
        followed: Mapping[str, Collection[str]],
        usual: str | None = None,
    ) -> list[Judged]:
        """Return the post once for every brand it concerns; empty if it concerns none.

        ``followed`` maps native ids of threads we follow on this network to their brands,
        ``usual`` is the language the author or source usually writes in.
        """
        text = clean(post.text)
        title = clean_line(post.title)
        subject = Subject(
            text=text,
            title=title,
            author_handle=clean_line(post.author.handle),
            author_name=clean_line(post.author.name),
            lang=post.lang,
            links=post.links,
            tags=post.tags,
            mentions=post.mentions,
            network=post.network,
            source=source.key,
        )
        matched = self._matcher.match(subject)
        reasons = self._reasons(post, source, matched, followed)
        return [
            self._judged(post, brand, title, text, why, usual)
            for brand, why in reasons.items()
            if not source.brand or brand in (source.brand, "")
        ]

    def _reasons(
        self,
        post: Post,
        source: SourceConfig,
        matched: Mapping[str, tuple[Sentence, ...]],
        followed: Mapping[str, Collection[str]],
    ) -> dict[str, tuple[Sentence, ...]]:
        reasons = dict(matched)
        for brand in self._brands:
            if brand in reasons:
                continue
            if self.is_ours(brand, post):
                reasons[brand] = (Sentence("written by one of our accounts"),)
            elif self.addresses_us(brand, post) and self.own_handles(brand, post.network):
                reasons[brand] = (Sentence("addressed to us"),)
            elif site := self._linked_site(brand, post):
                reasons[brand] = (Sentence("a link to {site}", {"site": site}),)
        for native_id in (post.native_id, post.parent_id, post.root_id):
            for brand in followed.get(native_id or "", ()):
                reasons.setdefault(brand, (Sentence("part of a conversation we follow"),))
        if not reasons and (post.wanted or post.addressed):
            home = source.brand or next(iter(self._brands), "")
            why = Sentence("brought in by hand") if post.wanted else Sentence("addressed to us")
            reasons[home] = (why,)
        return reasons

    def _linked_site(self, brand: str, post: Post) -> str:
        """Return the brand's website a post links to, empty if it links to none."""
        for link in post.links:
            host, path = host_and_path(link)
            for site in self._brands[brand].websites:
                own_host, own_path = host_and_path(site)
                at_home = host == own_host or host.endswith(f".{own_host}")
                if at_home and path.startswith(own_path.rstrip("/")):
                    return site
        return ""

    def _judged(
        self,
        post: Post,
        brand: str,
        title: SafeText,
        text: SafeText,
        why: tuple[Sentence, ...],
        usual: str | None,
    ) -> Judged:
        whole = whole_text(title, text)
        config = self._brands.get(brand)
        languages = config.languages if config else ("en", "fr")
        folded = fold(text)
        ours = bool(config) and (post.own or self.is_ours(brand, post))
        return Judged(
            post=post,
            brand=brand,
            ours=ours,
            title=title,
            text=text,
            raw_text=post.text if post.text != text else None,
            score=by_stars(
                score(
                    whole,
                    lang=post.lang,
                    mask=self._masks.get(brand, ()),
                    languages=languages,
                    usual=usual,
                    layered=config is None or not config.plain_sentiment,
                    taught=self.lessons.taught(brand),
                    learnt=self.lessons.layers,
                ),
                post.rating,
            ),
            reasons=why,
            findings=() if ours else findings_in(whole, post, self._rules.get(brand, RiskRules())),
            fold=hashlib.blake2b(folded.encode(), digest_size=8).hexdigest()
            if len(folded) >= _SHORTEST_CROSS_POST
            else "",
            look_alike=None if ours or config is None else self._guards[brand].look(post, whole),
        )


class _Guard:
    """Compares authors with one brand's names; a name found harmless is not compared again."""

    def __init__(self, protected: Protected, known: frozenset[str]) -> None:
        self._protected = protected
        self._known = known
        self._harmless: set[str] = set()

    @classmethod
    def of(cls, brand: BrandConfig) -> _Guard:
        handles = [handle for own in brand.handles.values() for handle in own]
        known = (*brand.known_accounts, *brand.people, *handles)
        return cls(
            names_of((brand.name, *brand.names), handles, brand.people),
            frozenset(handle_key(name) for name in known),
        )

    def look(self, post: Post, text: str) -> LookAlike | None:
        """Return what the author looks like, by handle and by name, the worse of both."""
        shown = [name for name in (post.author.handle, post.author.name) if name]
        if all(name in self._harmless for name in shown):
            return None
        if self._known & {handle_key(name) for name in (post.author.key, post.author.handle)}:
            return None
        found = [
            alike
            for name in shown
            if (
                alike := self._protected.look(
                    clean_line(name),
                    asks=asks_for_secrets(text),
                    to_our_public=bool(post.parent_id or post.mentions),
                )
            )
            is not None
        ]
        if not found:
            if len(self._harmless) >= _NAMES_KEPT:
                self._harmless.clear()
            self._harmless.update(shown)
        return max(found, key=lambda one: (one.severity, one.likeness), default=None)


_NAMES_KEPT = 50_000
"""Harmless names remembered: busy authors are compared once, and memory stays bounded."""


def _names_of(post: Post) -> set[str]:
    return {handle_key(name) for name in (post.author.key, post.author.handle) if name}


def _handles(brand: BrandConfig) -> dict[str, frozenset[str]]:
    return {
        network: frozenset(handle_key(handle) for handle in handles)
        for network, handles in brand.handles.items()
    }


def _risk_rules(brand: BrandConfig) -> RiskRules:
    return RiskRules(
        brand_terms=tuple(dict.fromkeys((brand.name, *brand.names))),
        confidential=brand.confidential,
        own_addresses=brand.addresses,
        words=brand.words,
    )
