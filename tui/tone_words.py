"""How a brand speaks: a line beside the box of a reply, its own or what its audience wants."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.config import BrandConfig
from tui.i18n import _, msgid
from tui.widgets.paint import one_line

_HINTS: Mapping[str, str] = {
    "b2b": msgid("B2B: facts first, a source, the name of whoever knows more."),
    "b2c": msgid("B2C: warm and short; an offer or a way out where it helps."),
    "both": "",
}


def tone_hint(brand: BrandConfig | None) -> str:
    """Return how to speak for a brand, empty where nothing is said of it."""
    if brand is None:
        return ""
    if brand.tone:
        return _("Tone: {tone}").format(tone=one_line(brand.tone))
    hint = _HINTS[brand.audience]
    return _(hint) if hint else ""
