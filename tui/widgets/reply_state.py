"""What became of a reply, by a glyph, a word and a colour: rows, threads and lists say it alike."""

from __future__ import annotations

from collections.abc import Sequence

from textual.style import Style

from tui.i18n import _, msgid
from tui.theme import BOLD, Palette
from tui.widgets.paint import Line, one_line

_WORDS = {
    "sending": ("⇢", msgid("sending…")),
    "sent": ("✓", msgid("reply sent")),
    "refused": ("✗", msgid("reply refused")),
    "unknown": ("?", msgid("reply uncertain: see “Replies sent”")),
    "by hand": ("✓", msgid("answered by hand")),
    "deleted": ("×", msgid("reply deleted")),
}
_SHORT = {
    "sending": msgid("sending…"),
    "sent": msgid("sent"),
    "refused": msgid("refused"),
    "unknown": msgid("uncertain"),
    "by hand": msgid("by hand"),
    "deleted": msgid("deleted"),
}


def reply_style(state: str, styles: Palette) -> Style:
    """Return the colour of a reply's state; its word always stands beside it."""
    return {
        "sending": styles.accent,
        "sent": styles.ours,
        "refused": styles.negative + BOLD,
        "unknown": styles.warn + BOLD,
        "by hand": styles.ours,
    }.get(state, styles.faint)


def reply_word(state: str, *, short: bool = False) -> str:
    """Return glyph and word of a reply's state, empty for none that is known."""
    if state not in _WORDS:
        return ""
    glyph, words = _WORDS[state]
    return f"{glyph} {_(_SHORT[state] if short else words)}"


def reply_badges(state: str, drafted: Sequence[str], styles: Palette) -> list[Line]:
    """Return what a row says of replies: what became of the newest one, and whose draft waits."""
    badges: list[Line] = []
    if words := reply_word(state):
        badges.append([(words, reply_style(state, styles))])
    if drafted:
        # Whoever works alone and gave no name needs none on the draft either.
        names = ", ".join(one_line(name) for name in drafted if name != _("me"))
        text = _("draft: {names}").format(names=names) if names else _("draft")
        badges.append([(f"¶ {text}", styles.accent)])
    return badges
