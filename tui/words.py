"""The words of hubbub's types as msgids, so that state and severity names are translated too."""

from __future__ import annotations

from enum import Enum

from listeners.model import (
    AlertClass,
    AlertState,
    ConversationState,
    Label,
    Part,
    Severity,
    SourceState,
)
from tui.i18n import _, msgid

_WORDS: dict[Enum, str] = {
    SourceState.STARTING: msgid("starting"),
    SourceState.OK: msgid("ok"),
    SourceState.CATCHING_UP: msgid("catching up"),
    SourceState.RATE_LIMITED: msgid("rate limited"),
    SourceState.NEEDS_TOKEN: msgid("needs token"),
    SourceState.FAILING: msgid("failing"),
    SourceState.FORMAT_CHANGED: msgid("format changed"),
    SourceState.GONE: msgid("gone"),
    SourceState.BLOCKED: msgid("blocked"),
    SourceState.NEEDS_APPROVAL: msgid("needs approval"),
    SourceState.TOKEN_EXPIRED: msgid("token expired"),
    SourceState.OUT_OF_CREDITS: msgid("out of credits"),
    SourceState.IMPORT_ONLY: msgid("import only"),
    SourceState.UNOFFICIAL_BRIDGE: msgid("unofficial bridge"),
    SourceState.NOT_AVAILABLE: msgid("not available"),
    SourceState.OFF: msgid("off"),
    Label.NEGATIVE: msgid("negative"),
    Label.NEUTRAL: msgid("neutral"),
    Label.POSITIVE: msgid("positive"),
    Label.UNSCORED: msgid("unscored"),
    Part.OUTSIDE: msgid("outside"),
    Part.OURS: msgid("ours"),
    Part.THIRD_PARTY: msgid("third party"),
    ConversationState.OPEN: msgid("open"),
    ConversationState.WAITING: msgid("waiting"),
    ConversationState.SNOOZED: msgid("snoozed"),
    ConversationState.RESOLVED: msgid("resolved"),
    ConversationState.IGNORED: msgid("ignored"),
    Severity.INFO: msgid("info"),
    Severity.WARN: msgid("warn"),
    Severity.HIGH: msgid("high"),
    Severity.CRITICAL: msgid("critical"),
    AlertClass.LEAK: msgid("leak"),
    AlertClass.IMPERSONATION: msgid("impersonation"),
    AlertClass.HIJACK: msgid("hijack"),
    AlertClass.IMAGE: msgid("image"),
    AlertClass.SILENCE: msgid("silence"),
    AlertClass.SOURCE: msgid("source"),
    AlertClass.OVERDUE: msgid("overdue"),
    AlertState.FIRING: msgid("firing"),
    AlertState.ACKED: msgid("acknowledged"),
    AlertState.SNOOZED: msgid("snoozed"),
    AlertState.RESOLVED: msgid("resolved"),
    AlertState.DISMISSED: msgid("dismissed"),
}


def word(member: Enum) -> str:
    """Return the word for a state, label, part, severity or class in the language spoken."""
    return _(_WORDS[member])
