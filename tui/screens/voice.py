"""Share of voice, words that rise, and the hours people speak at: a part each, or all at once."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantFocus
from textual.widget import Widget

from listeners.store.filters import StreamFilter
from listeners.voice.hours import place_of
from listeners.voice.looking import WordsSaid
from listeners.voice.share import Voice, compared_brands, stretch_of
from tui.desk import Desk
from tui.formats import zone
from tui.i18n import _, clock_time
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.voice_findings import Asked, Findings
from tui.voice_words import KINDS, RANGES, query_of, words_title
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.too_small import TooSmall
from tui.widgets.voice_panes import HoursPane, SharesPane, WordsPane
from tui.widgets.voice_rows import Listed

GROUP = "voice"
_HOURS = msgid("28 days")
"""How far back the hours of the week are looked at."""
PARTS = ("shares", "words", "hours")

_KEYS = (
    own("voice.open", "enter", msgid("Open"), 1),
    own("voice.part", "p", msgid("Next part"), 2),
    own("chart.range", "w", msgid("Range"), 3),
    own("brand", "B", msgid("Brand"), 4),
    own("filter", "f", msgid("Kind"), 5),
    own("voice.against", "v", msgid("Against"), 6),
    own("back", "escape,h,left,q", msgid("Back"), 7),
)


class VoiceScreen(OwnKeysScreen[None]):
    """Three parts about one brand; what takes long is worked out behind them."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ["palette", "search", "refresh", "undo", "redo", "more"])
    DEFAULT_CSS = """
    VoiceScreen #body { layout: vertical; }
    VoiceScreen #left { height: 1fr; width: 1fr; }
    VoiceScreen #shares, VoiceScreen #words, VoiceScreen #hours { display: none; }
    VoiceScreen.-at-shares #shares { display: block; }
    VoiceScreen.-at-words #words { display: block; }
    VoiceScreen.-at-words #left { display: none; }
    VoiceScreen.-at-hours #hours { display: block; }
    VoiceScreen.-both #shares { display: block; }
    VoiceScreen.-both #left { display: block; }
    VoiceScreen.-both.-at-shares #words { display: block; }
    VoiceScreen.-both.-at-shares #left, VoiceScreen.-both.-at-words #left { height: auto; }
    VoiceScreen.-huge.-both #body { layout: horizontal; }
    VoiceScreen.-huge.-both #left { height: 1fr; }
    VoiceScreen.-huge.-both #hours, VoiceScreen.-huge.-both #words { display: block; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._findings = Findings(desk.store, desk.config)
        self._place = 0
        self._range = 1
        self._kind = 0
        self._against = 0
        self._at = "shares"
        self._under_way: tuple[Asked, ...] = ()
        self.shares_pane = SharesPane(desk.clock)
        self.words_pane = WordsPane(desk.clock, desk.mentions)
        self.hours_pane = HoursPane()

    def compose(self) -> ComposeResult:
        """Lay the parts; styles decide which of them have room."""
        yield self.status
        with Container(id="body"):
            with Vertical(id="left"):
                yield self.shares_pane
                yield self.hours_pane
            yield self.words_pane
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Begin with the shares of the brand that is shown."""
        names, shown = self._brands, self.desk.session.brand
        self._place = names.index(shown) if shown in names else 0
        self.hours_pane.weekday = place_of(self.desk.clock(), zone()) // 24
        self._go_to("shares")

    def on_unmount(self) -> None:
        """Stop what is still being worked out."""
        self.workers.cancel_group(self.app, GROUP)

    @property
    def rows(self) -> VirtualList[Voice] | VirtualList[Listed] | None:
        """The list that has the focus."""
        if self._at == "hours":
            return None
        return self.shares_pane.rows if self._at == "shares" else self.words_pane.rows

    @property
    def _panes(self) -> Mapping[str, Widget]:
        return {"shares": self.shares_pane, "words": self.words_pane, "hours": self.hours_pane}

    # --- what it is about ------------------------------------------------------------------------

    @property
    def _brands(self) -> list[str]:
        return [brand.name for brand in self.desk.config.brands]

    @property
    def brand(self) -> str:
        """The brand it is about, empty where the configuration has none."""
        names = self._brands
        return names[self._place % len(names)] if names else ""

    @property
    def _others(self) -> list[str]:
        """The brands it may be compared with in words, none first: that is its own usual."""
        compared = compared_brands(self.desk.config, self.brand)
        return ["", *(name for name in compared if name != self.brand)]

    @property
    def _asked(self) -> dict[str, Asked]:
        """What each part is to show."""
        name = tuple(RANGES)[self._range]
        brand, others = self.brand, self._others
        other = others[self._against % len(others)]
        # Against another brand: what is said of that one, and less of this.
        words = Asked("words", other or brand, name, brand if other else "")
        return {
            "shares": Asked("shares", brand, name),
            "words": words,
            "hours": Asked("hours", brand),
        }

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Show what is known, and work out in the background what is not, or is old."""
        await self.read_top()
        if not self.brand:
            none = _("There is no brand in the configuration yet.")
            self.shares_pane.rows.say_empty([[(none, palette_of(self).faint)]])
            return
        now, asked = self.desk.clock(), self._asked
        old = [
            one
            for part, one in asked.items()
            if self._panes[part].display and self._findings.is_old(one, now)
        ]
        if old and not set(old) <= set(self._under_way):
            self._under_way = tuple(old)
            self.hub.work(self._work_out(self._under_way), GROUP, exclusive=True)
        for one in asked.values():
            await self._show(one)

    async def _work_out(self, asked: tuple[Asked, ...]) -> None:
        try:
            for one in asked:
                async for _step in self._findings.find(one, self.desk.clock(), zone()):
                    if self._asked[one.part] == one:
                        await self._show(one)
        finally:
            if self._under_way is asked:
                self._under_way = ()

    async def _show(self, asked: Asked) -> None:
        """Draw a part as far as it is known, if it is in sight."""
        pane, known = self._panes[asked.part], self._findings
        if not (self.is_attached and pane.display):
            return
        if asked.part == "shares":
            title = _("Share of voice")
            both = self.has_class("-both")
            await self.shares_pane.show(known.shares.get(asked), alone=not both)
        elif asked.part == "words":
            kind = tuple(KINDS)[self._kind]
            found = known.words.get(asked) or WordsSaid(asked.brand, asked.against)
            title = words_title(found, kind)
            await self.words_pane.show(found, kind)
        else:
            title = _("Hours of the week")
            self.hours_pane.show_week(known.hours.get(asked))
        beside = RANGES[asked.range] if asked.range else _HOURS
        self._titles(asked, title, _(beside))

    def _titles(self, asked: Asked, title: str, beside: str) -> None:
        pane, styles = self._panes[asked.part], palette_of(self)
        brand = one_line(self.brand)
        line: Line = [
            ("❯ " if asked.part == self._at else "", styles.key),
            (title, styles.strong),
            (f" · {beside}" if brand in title else f" · {brand} · {beside}", styles.accent),
        ]
        pane.border_title = content(line)
        at = self._findings.at(asked)
        since = _("as of {when}").format(when=clock_time(at)) if at is not None else ""
        pane.border_subtitle = content([(since, styles.faint)])

    @on(VirtualList.Moved, "#terms")
    def _term_chosen(self) -> None:
        self.later(self.words_pane.show_about)

    # --- where one is ------------------------------------------------------------------------

    def _go_to(self, part: str) -> None:
        self._at = part
        self._arrange()
        pane = self._panes[part]
        (self.rows or pane).focus()

    def _arrange(self) -> None:
        """Show the part that has the focus, and beside it what there is room for."""
        self.set_class(self.size.width >= 120 and self.size.height >= 30, "-both")
        for part in PARTS:
            self.set_class(part == self._at, f"-at-{part}")

    @on(DescendantFocus)
    def _focus_moved(self, event: DescendantFocus) -> None:
        for part, pane in self._panes.items():
            if pane in event.widget.ancestors_with_self and part != self._at:
                self._at = part
                self._arrange()
        self.call_after_refresh(self.look_again)

    def on_resize(self) -> None:
        """Show what there is room for now."""
        self._arrange()
        self.call_after_refresh(self.look_again)

    # --- keys --------------------------------------------------------------------------------

    def _move(self, rows: int, lines: int) -> None:
        if self._at != "hours":
            super()._move(rows, lines)
            return
        if rows:
            self.hours_pane.move(rows)
        else:
            self.hours_pane.scroll_lines(lines)

    def do_voice_part(self) -> None:
        """Go to the next part."""
        self._go_to(PARTS[(PARTS.index(self._at) + 1) % len(PARTS)])

    def do_panel_next(self) -> None:
        """Go to the next part."""
        self.do_voice_part()

    def do_panel_previous(self) -> None:
        """Go to the part before."""
        self._go_to(PARTS[PARTS.index(self._at) - 1])

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.do_voice_open()

    def do_voice_open(self) -> None:
        """Search for the word under the cursor, or go to the brand under it."""
        word, voice = self.words_pane.rows.row, self.shares_pane.rows.row
        names = self._brands
        if self._at == "words" and word is not None:
            asked = self._asked["words"]
            since = stretch_of(asked.range, self.desk.clock()).since
            self.hub.open_search(query_of(word.one), StreamFilter(brand=asked.brand, since=since))
        elif self._at == "shares" and voice is not None and voice.brand in names:
            self._place, self._against = names.index(voice.brand), 0
            self._another()
        else:
            self.refuse(_("Nothing to open here."))

    def do_refresh(self) -> None:
        """Ask every source to look now, and work everything out anew."""
        self._findings.let_go()
        super().do_refresh()

    def do_chart_range(self) -> None:
        """Look at another stretch of time."""
        self._range = (self._range + 1) % len(RANGES)
        self._another()

    def do_brand(self) -> None:
        """Go to the next brand, the competitors among them."""
        self._place += 1
        self._against = 0
        self.tell(self.brand)
        self._another()

    def do_filter(self) -> None:
        """List themes, or words, phrases, hashtags or emoji alone."""
        self._kind = (self._kind + 1) % len(KINDS)
        self._other_words()

    def do_voice_against(self) -> None:
        """Compare with the usual, or with what is said of another brand."""
        if len(self._others) < 2:
            self.refuse(_("There is no other brand to compare with."))
            return
        self._against += 1
        self._other_words()

    def _other_words(self) -> None:
        if self._at != "words":
            self._go_to("words")
        self._another()

    def _another(self) -> None:
        self.words_pane.rows.move_to(0)
        self.look_again()
