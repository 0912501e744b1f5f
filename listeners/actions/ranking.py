"""When a conversation that a key put to work is due, by the hours and targets of its brand."""

from __future__ import annotations

from collections.abc import Callable

from listeners.config import BrandConfig, Config
from listeners.conversations.conversation import Conversation
from listeners.conversations.urgency import due_again


def ranking(config: Config) -> Callable[[Conversation], Conversation]:
    """Return what ``perform`` takes as ``rank``."""

    def rank(conversation: Conversation) -> Conversation:
        brand = config.brand(conversation.brand) or BrandConfig(name=conversation.brand)
        return due_again(conversation, brand.hours, brand.targets)

    return rank
