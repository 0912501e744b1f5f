"""The states of a conversation and what each event does to them."""

from __future__ import annotations

from listeners.conversations.conversation import Conversation, SnoozeKind

__all__ = ["Conversation", "SnoozeKind"]
