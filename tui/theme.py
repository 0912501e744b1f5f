"""The colours of hubbub: blue for the good, vermilion for the bad, and never colour alone.

Blue and vermilion stay apart for every kind of colour sight (worst difference 83 in CIELAB under
Machado's matrices, against 22 for red and green) and keep a contrast of at least 5 on their
background. Rows are painted with a ``Palette`` of finished styles, since a list draws faster with
those than by looking a colour up for each word.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from textual.color import Color
from textual.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from listeners.model import Label, Severity

DARK, LIGHT, ANSI_DARK, ANSI_LIGHT = (
    "hubbub-dark",
    "hubbub-light",
    "hubbub-ansi",
    "hubbub-ansi-light",
)
CONFIGURED = {"": DARK, "dark": DARK, "light": LIGHT, "ansi": ANSI_DARK, "ansi-light": ANSI_LIGHT}
"""What ``theme`` in the configuration may say, and the theme it means."""


class _Colours(NamedTuple):
    ink: str
    strong: str
    faint: str
    ghost: str
    line: str
    ground: str
    raised: str
    positive: str
    negative: str
    neutral: str
    accent: str
    ours: str
    warn: str
    cursor: str
    resting: str
    on_colour: str


_DARK = _Colours(
    ink="#C9D3DF",
    strong="#F2F6FA",
    faint="#8794A3",
    ghost="#4A5665",
    line="#2C3746",
    ground="#0E131A",
    raised="#161D27",
    positive="#56B4E9",
    negative="#F07030",
    neutral="#A0A0A0",
    accent="#E5B94E",
    ours="#4FC3A1",
    warn="#E5B94E",
    cursor="#22344A",
    resting="#18212D",
    on_colour="#0E131A",
)
_LIGHT = _Colours(
    ink="#2A323C",
    strong="#0B0F14",
    faint="#5F6974",
    ghost="#A9B1BA",
    line="#C8CFD7",
    ground="#FBFBF9",
    raised="#F0F2F4",
    positive="#0063A6",
    negative="#B54A00",
    neutral="#5F5F5F",
    accent="#8A5A00",
    ours="#00695C",
    warn="#7A5200",
    cursor="#D6E4F2",
    resting="#EAEEF2",
    on_colour="#FFFFFF",
)
_ANSI = _Colours(
    ink="ansi_default",
    strong="ansi_default",
    faint="ansi_default",
    ghost="ansi_bright_black",
    line="ansi_bright_black",
    ground="ansi_default",
    raised="ansi_default",
    positive="ansi_blue",
    negative="ansi_red",
    neutral="ansi_default",
    accent="ansi_yellow",
    ours="ansi_cyan",
    warn="ansi_yellow",
    cursor="ansi_default",
    resting="ansi_default",
    on_colour="ansi_black",
)


def _theme(name: str, colours: _Colours, *, dark: bool, ansi: bool = False) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=colours.positive,
        secondary=colours.ours,
        accent=colours.accent,
        warning=colours.warn,
        error=colours.negative,
        success=colours.positive,
        foreground=colours.ink,
        background=colours.ground,
        surface=colours.ground,
        panel=colours.raised,
        variables={
            # Textual's own styles ask for these as soon as a theme keeps the terminal's colours.
            **(BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"].variables if ansi else {}),
            "hub-line": colours.line,
            "hub-faint": colours.faint,
            "hub-raised": colours.raised,
            "hub-strong": colours.strong,
            "hub-accent": colours.accent,
            "hub-negative": colours.negative,
            "hub-positive": colours.positive,
            "hub-ground": colours.ground,
            "border": colours.accent,
            "border-blurred": colours.line,
            "scrollbar": colours.line,
            "scrollbar-hover": colours.ghost,
            "scrollbar-active": colours.accent,
            "scrollbar-background": colours.ground,
            "scrollbar-background-hover": colours.ground,
            "scrollbar-background-active": colours.ground,
            "scrollbar-corner-color": colours.ground,
            "input-selection-background": "ansi_bright_blue" if ansi else f"{colours.positive} 35%",
            "block-cursor-text-style": "bold",
        },
    )


THEMES = (
    _theme(DARK, _DARK, dark=True),
    _theme(LIGHT, _LIGHT, dark=False),
    _theme(ANSI_DARK, _ANSI, dark=True, ansi=True),
    _theme(ANSI_LIGHT, _ANSI, dark=False, ansi=True),
)


class Palette(NamedTuple):
    """Finished styles for everything that is painted cell by cell."""

    ink: Style
    strong: Style
    faint: Style
    ghost: Style
    ground: Style
    bar: Style
    positive: Style
    negative: Style
    neutral: Style
    accent: Style
    ours: Style
    warn: Style
    key: Style
    cursor: Style
    resting: Style
    match: Style
    badge: Style
    critical: Style
    link: Style
    strike: Style
    on_neutral: Style
    on_positive: Style
    on_negative: Style
    flat: bool
    """The cursor is shown in reverse: its row then has one look from end to end."""

    def label(self, label: Label) -> Style:
        """Return the colour of a sentiment label."""
        return {
            Label.POSITIVE: self.positive,
            Label.NEGATIVE: self.negative,
            Label.NEUTRAL: self.neutral,
            Label.UNSCORED: self.faint,
        }[label]

    def severity(self, severity: Severity) -> Style:
        """Return the colour of a severity; its word always stands beside it."""
        return {
            Severity.CRITICAL: self.critical,
            Severity.HIGH: self.negative + BOLD,
            Severity.WARN: self.warn,
            Severity.INFO: self.faint,
        }[severity]

    def tier(self, tier: int) -> Style:
        """Return the colour of a rank in the queue, 1 to 5."""
        if tier <= 1:
            return self.negative
        return {2: self.warn, 3: self.positive, 4: self.faint}.get(tier, self.ghost)


BOLD = Style(bold=True)
PLAIN = Style()
_DIM = Style(dim=True)
_REVERSE = Style(bold=True, reverse=True)


@lru_cache(maxsize=16)
def palette(theme: str, no_color: bool = False) -> Palette:
    """Return the styles of a theme; without colours the cursor is shown in reverse and bold."""
    colours = {DARK: _DARK, LIGHT: _LIGHT}.get(theme, _ANSI)
    ansi = colours is _ANSI
    plain = ansi or no_color

    def on(background: str) -> Style:
        return Style(background=Color.parse(background))

    def fg(name: str, more: Style = PLAIN) -> Style:
        return Style(foreground=Color.parse(name)) + more

    return Palette(
        ink=fg(colours.ink),
        strong=fg(colours.strong, BOLD) if plain else fg(colours.strong),
        faint=fg(colours.faint, _DIM) if ansi else fg(colours.faint),
        ghost=fg(colours.ghost),
        ground=PLAIN if ansi else on(colours.ground),
        bar=PLAIN if ansi else on(colours.raised),
        positive=fg(colours.positive),
        negative=fg(colours.negative),
        neutral=fg(colours.neutral),
        accent=fg(colours.accent),
        ours=fg(colours.ours),
        warn=fg(colours.warn),
        key=fg(colours.accent, BOLD),
        cursor=_REVERSE if plain else on(colours.cursor),
        resting=BOLD if plain else on(colours.resting),
        match=_REVERSE if plain else fg(colours.on_colour, BOLD) + on(colours.accent),
        badge=_REVERSE if plain else fg(colours.on_colour, BOLD) + on(colours.accent),
        critical=_REVERSE if plain else fg(colours.on_colour, BOLD) + on(colours.negative),
        link=fg(colours.positive, Style(underline=True)),
        strike=fg(colours.faint, Style(strike=True)),
        on_neutral=on(colours.ghost),
        on_positive=on(colours.positive),
        on_negative=on(colours.negative),
        flat=plain,
    )
