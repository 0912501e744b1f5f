"""Sources in words: what a gap means, what to do about a state, what a network can do."""

from __future__ import annotations

from listeners.model import Gap, Micros, SourceState
from listeners.networks.contract import Capability
from listeners.rows import SourceRow
from tui.i18n import _, full_moment, moment, msgid, say

WANT_A_KEY = (SourceState.NEEDS_TOKEN, SourceState.NEEDS_APPROVAL, SourceState.TOKEN_EXPIRED)
"""The states that end with a key: where it is got is told beside them."""
_MENDS = {
    SourceState.STARTING: msgid("It has not been asked yet."),
    SourceState.OK: "",
    SourceState.CATCHING_UP: msgid("It reads what it missed; nothing to do."),
    SourceState.RATE_LIMITED: msgid(
        "The network asked for patience; hubbub waits and goes on by itself."
    ),
    SourceState.NEEDS_TOKEN: msgid(
        'Give it a key: token = "env:NAME" under this source in the configuration, then start '
        "hubbub again."
    ),
    SourceState.FAILING: msgid(
        "hubbub tries again by itself; R tries now. If it stays, check the connection and the "
        "address."
    ),
    SourceState.FORMAT_CHANGED: msgid(
        "The network answers differently than before; a newer hubbub may know how. What could be "
        "read is stored."
    ),
    SourceState.GONE: msgid("It is gone for good; take it out of the configuration."),
    SourceState.BLOCKED: msgid(
        "The network refuses hubbub here; another server, a key or a feed may be a way round."
    ),
    SourceState.NEEDS_APPROVAL: msgid(
        "The network must allow it first; its steps stand below. Until then import, a feed or the "
        "mailbox brings its posts."
    ),
    SourceState.TOKEN_EXPIRED: msgid(
        "Its key is no longer accepted: make a new one, as the steps below say, then start hubbub "
        "again. What is stored stays."
    ),
    SourceState.OUT_OF_CREDITS: msgid(
        "The budget or the credits are used up; hubbub spends nothing more and goes on by itself "
        "when there is money again."
    ),
    SourceState.IMPORT_ONLY: msgid(
        "This network gives programs nothing: hubbub reads its exports from the drop folder, its "
        "mails from the mailbox, and feeds about it."
    ),
    SourceState.UNOFFICIAL_BRIDGE: msgid(
        "It works through a bridge the network does not know of, and may stop any day."
    ),
    SourceState.NOT_AVAILABLE: msgid(
        "It cannot be had there; import, a feed or the mailbox is the way round."
    ),
    SourceState.OFF: msgid("It is switched off in the configuration."),
}


def mend(row: SourceRow) -> str:
    """Return what to do about a source, empty where nothing is to be done."""
    return _(_MENDS[row.state])


def gap_text(gap: Gap | None, now: Micros | None = None) -> str:
    """Return from when to when posts may have been missed, and why; empty for no gap.

    With ``now``, times are as short as they stay clear.
    """
    if gap is None:
        return ""

    def told(at: Micros | None, unknown: str) -> str:
        if at is None:
            return unknown
        return full_moment(at) if now is None else moment(at, now)

    span = _("gap from {start} to {end}").format(
        start=told(gap.from_at, _("an unknown time")), end=told(gap.to_at, _("now"))
    )
    return f"{span}: {say(gap.reason)}"


ABILITIES: tuple[tuple[str, str], ...] = (
    ("search", msgid("search")),
    ("stream", msgid("live")),
    ("thread", msgid("threads")),
    ("own_posts", msgid("our replies")),
    ("reply", msgid("reply")),
    ("delete_reply", msgid("delete")),
    ("edits", msgid("edits")),
    ("deletions", msgid("deletions")),
    ("reach", msgid("reach")),
    ("history", msgid("history")),
    ("gapless", msgid("gapless")),
)
"""What a network may let us do: the field of its ``Capability``, and a word for it."""


def abilities(capability: Capability) -> tuple[tuple[str, bool], ...]:
    """Return each ability's word and whether the network has it."""
    return tuple((_(word), bool(getattr(capability, name))) for name, word in ABILITIES)


def access_mark(capability: Capability) -> str:
    """Return one cell for whether a network needs a key."""
    if capability.by_hand:
        return "✎"
    return " " if capability.works_without_key else "⚷"


def numbers_legend() -> str:
    """Return what the numbers above the table of networks mean."""
    return " · ".join(f"{at} {_(name)}" for at, (_field, name) in enumerate(ABILITIES, 1))


def marks_legend() -> str:
    """Return what the marks behind the table of networks mean."""
    key, hand = _("needs a key"), _("by hand")
    return " · ".join((f"⚷ {key}", f"✎ {hand}", _("no mark: no key needed")))


def access(capability: Capability) -> str:
    """Return whether a network needs a key, in words."""
    if capability.by_hand:
        return _("by hand")
    if capability.works_without_key:
        return _("no key needed")
    return _("needs a key")


def short_title(capability: Capability) -> str:
    """Return a network's name without the formats it reads: "Feeds" of "Feeds: RSS, Atom"."""
    return capability.title.partition(":")[0].strip()
