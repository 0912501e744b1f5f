"""How colleagues stand on a row: whose it is, whether they are away, and who is on it now."""

from __future__ import annotations

from listeners.rows import Presence
from tui.i18n import _
from tui.theme import Palette
from tui.widgets.paint import Line, one_line


def owner(name: str, is_away: bool, styles: Palette) -> Line:
    """Return whose something is, and that they are away."""
    line: Line = [(f"→ {one_line(name)}", styles.ours)]
    return [*line, (" (" + _("away") + ")", styles.warn)] if is_away else line


def on_it(presence: Presence) -> str:
    """Return what a member is doing on a conversation, in words."""
    text = _("{name} is drafting") if presence.doing == "drafting" else _("{name} is on it")
    return text.format(name=one_line(presence.member))


def on_it_lines(presence: tuple[Presence, ...], styles: Palette) -> list[Line]:
    """Return who is on a conversation, one piece for each."""
    return [
        [(f"◉ {on_it(one)}", styles.warn if one.doing == "drafting" else styles.accent)]
        for one in presence
    ]
