"""A store with a brand, a source and authors in it, and mentions made up in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from listeners.clock import from_iso
from listeners.conversations.conversation import Conversation
from listeners.conversations.state import begin
from listeners.model import (
    Author,
    ConversationState,
    Label,
    Micros,
    Score,
    SourceState,
)
from listeners.store import Connection, Store, ingest
from listeners.store.forgetting import forget_person
from listeners.store.keys import dedupe_key
from listeners.store.people import person_of_account
from listeners.store.records import NewMention, SeenAccount
from listeners.store.sources import (
    NewSource,
    register_brands,
    register_sources,
    set_source_state,
)
from listeners.store.subjects import save_conversations

NOW = Micros(from_iso("2026-11-20T14:42:30Z"))
BRAND = "Acme"
OTHER = "Bolt"
NETWORK = "mastodon"

COMPOUNDS = {
    Label.NEGATIVE: -0.5,
    Label.NEUTRAL: 0.0,
    Label.POSITIVE: 0.5,
    Label.UNSCORED: None,
}


def score(label: Label = Label.POSITIVE, lang: str | None = "en") -> Score:
    unscored = label is Label.UNSCORED
    return Score(
        lang=lang,
        scorer=None if unscored else "test-1",
        compound=COMPOUNDS[label],
        label=label,
    )


@dataclass
class World:
    """Ids of what every test needs."""

    store: Store
    brands: dict[str, int]
    sources: dict[str, int]
    accounts: dict[str, int]
    number: int = field(default=0)

    @property
    def source(self) -> int:
        return self.sources["mastodon:acme"]

    def mention(self, text: str = "hello", **changes: object) -> NewMention:
        """A mention by ana, seen now, positive; every native id is used once."""
        self.number += 1
        native_id = str(changes.pop("native_id", f"{100_000 + self.number}"))
        network = str(changes.pop("network", NETWORK))
        at = changes.pop("at", NOW)
        label = changes.pop("label", Label.POSITIVE)
        author = changes.pop("author", "ana")
        values: dict[str, object] = {
            "brand_id": self.brands[BRAND],
            "source_id": self.source,
            "network": network,
            "key": dedupe_key(network, native_id),
            "native_id": native_id,
            "account_id": self.accounts[str(author)],
            "text": text,
            "created_at": at,
            "seen_at": changes.get("seen_at", at),
            "sort_at": at,
            "score": score(label, changes.pop("lang", "en")),  # type: ignore[arg-type]
        }
        values.update(changes)
        return NewMention(**values)  # type: ignore[arg-type]

    async def add(self, mentions: Sequence[NewMention]) -> list[int]:
        async def work(connection: Connection) -> list[int]:
            return await ingest.insert_mentions(connection, mentions)

        return await self.store.write(work)

    async def converse(
        self, root: str = "root", brand: str = BRAND, **changes: object
    ) -> Conversation:
        """An open conversation in the queue."""
        from dataclasses import replace

        fresh = begin(brand=brand, network=NETWORK, root=root, at=NOW, now=NOW, opener_key="ana")
        values: dict[str, object] = {
            "in_queue": True,
            "waiting_since": NOW,
            "state": ConversationState.OPEN,
            **changes,
        }
        wanted = replace(fresh, **values)  # type: ignore[arg-type]
        [saved] = await self.store.write(lambda c: save_conversations(c, [wanted]))
        return saved


async def furnish(store: Store) -> World:
    """Register two brands, two sources and three authors."""

    async def work(connection: Connection) -> World:
        brands = await register_brands(connection, [BRAND, OTHER])
        sources = await register_sources(
            connection,
            [
                NewSource("mastodon:acme", "mastodon", "Acme on Mastodon", gapless=True),
                NewSource("feeds:blogs", "feeds", "Blogs"),
            ],
            NOW,
        )
        await set_source_state(connection, sources["mastodon:acme"], SourceState.OK, NOW)
        accounts = await ingest.upsert_accounts(
            connection,
            [
                SeenAccount(NETWORK, Author(key=key, handle=f"{key}@x.example", name=key.title()))
                for key in ("ana", "bob", "us")
            ],
            NOW,
        )
        return World(store, brands, sources, {key: id_ for (_, key), id_ in accounts.items()})

    return await store.write(work)


async def forget_account(
    store: Store, network: str, key: str, now: Micros, *, pause: float = 0
) -> int:
    """Forget the person of an account; returns how many mentions went."""
    person = await person_of_account(store, network, key)
    assert person is not None
    return (await forget_person(store, person, now, pause=pause)).mentions
