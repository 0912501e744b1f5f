"""A conversation on the whole screen, or a mention that has none."""

from __future__ import annotations

from tui.desk import Desk
from tui.screens.subject import SubjectScreen


class ConversationScreen(SubjectScreen):
    """The whole thread, the person, what they said before, and what we did."""

    def __init__(self, desk: Desk, conversation: int) -> None:
        super().__init__(desk, "conversation", conversation)


class MentionScreen(SubjectScreen):
    """A mention with its thread, if it has one."""

    def __init__(self, desk: Desk, mention: int) -> None:
        super().__init__(desk, "mention", mention)
