"""One sentence that the process that looks after the store leaves for the first screen to say."""

from __future__ import annotations

from listeners.model import Sentence
from listeners.store.codec import from_sentence, to_sentence
from listeners.store.database import Store
from listeners.store.settings import remember, setting

_NEWS = "news"


async def leave_news(store: Store, sentence: Sentence) -> None:
    """Leave a sentence to be said, in place of one that nobody has said yet."""
    await remember(store, _NEWS, from_sentence(sentence) or "")


async def take_news(store: Store) -> Sentence | None:
    """Return what is to be said, and to nobody again."""
    text = await setting(store, _NEWS)
    if not text or store.read_only:
        return None
    await remember(store, _NEWS, "")
    return to_sentence(text)
