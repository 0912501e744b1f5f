"""The three parts of the screen of voices: brands compared, words that rise, hours of the week."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from listeners.clock import Clock
from listeners.networks.titles import network_title
from listeners.rows import MentionRow
from listeners.voice.cutting import Term
from listeners.voice.hours import HeatMap
from listeners.voice.looking import WordsSaid
from listeners.voice.share import Shares, Voice
from tui.i18n import _, number
from tui.session import RowList
from tui.voice_words import share_notes, words_empty, words_notes
from tui.widgets.hours_lines import hours_lines
from tui.widgets.paint import Line, one_line, palette_of, wrapped
from tui.widgets.thread import ThreadHead, ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.voice_rows import (
    Listed,
    ShareRows,
    WordRows,
    headings,
    listed_of,
    word_details,
    word_headings,
)

_DETAIL = 4
"""Lines that tell of the word under the cursor."""

Mentions = Callable[[Sequence[int]], Awaitable[Mapping[int, MentionRow]]]


class SharesPane(Vertical):
    """Brands compared, and below them on what they are."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(id="shares", classes="pane")
        self._voices: Sequence[Voice] = ()
        self._columns, self._notes = ThreadHead(), ThreadHead()
        self.rows = ShareRows(RowList(), self._load, clock, id="compared")

    def compose(self) -> ComposeResult:
        """Lay the names of the columns, the brands and what must be known."""
        yield self._columns
        yield self.rows
        yield self._notes

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Voice]:
        return {one: self._voices[one] for one in ids if one < len(self._voices)}

    async def show(self, found: Shares | None, *, alone: bool) -> None:
        """Draw it; ``alone`` on the whole screen, else as high as it needs."""
        styles, width = palette_of(self), self._columns.size.width
        self._voices = found.voices if found is not None else ()
        self.rows.offer(range(len(self._voices)), frozen=False)
        self.rows.say_empty([[(_("Counting …"), styles.faint)]])
        await self.rows.reload()
        self._columns.show([headings(width, styles)] if width > 1 else [])
        names = {one: network_title(one) for voice in self._voices for one in voice.heard_on}
        told = share_notes(found, names) if found is not None else []
        notes = [line for one in told for line in wrapped([(one, styles.faint)], max(2, width))]
        self._notes.show(notes)
        self.styles.height = "1fr" if alone else max(1, len(self._voices)) + len(notes) + 3


class WordsPane(Vertical):
    """Terms that rise, and below them all about the one under the cursor."""

    def __init__(self, clock: Clock, mentions: Mentions) -> None:
        super().__init__(id="words", classes="pane")
        self._mentions = mentions
        self._found = WordsSaid("")
        self._listed: dict[int, Listed] = {}
        self._numbers: dict[Term, int] = {}
        self._columns, self._about = ThreadHead(), ThreadHead()
        self.rows = WordRows(RowList(), self._load, clock, id="terms")

    def compose(self) -> ComposeResult:
        """Lay the names of the columns, the terms and what is known of one."""
        yield self._columns
        yield self.rows
        yield self._about

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Listed]:
        return {one: self._listed[one] for one in ids if one in self._listed}

    async def show(self, found: WordsSaid, kind: str) -> None:
        """Draw the terms of a kind, or themes; the cursor stays on its term."""
        styles, width = palette_of(self), self._columns.size.width
        self._found = found
        # A term keeps its number, so that the cursor finds it again.
        self._listed = {
            self._numbers.setdefault(row.one.term, len(self._numbers)): row
            for row in listed_of(found, kind)
        }
        self.rows.offer(list(self._listed), frozen=False)
        if found.done:
            why, what = words_empty(found)
            self.rows.say_empty([[(why, styles.strong)], [(what, styles.faint)]])
        else:
            read = number(found.mentions + found.usual)
            said = _("Reading what was said: {count} mentions …").format(count=read)
            self.rows.say_empty([[(said, styles.faint)]])
        await self.rows.reload()
        self._columns.show([word_headings(width, styles)] if width > 1 else [])
        await self.show_about()

    async def show_about(self) -> None:
        """Draw all about the term under the cursor, with the newest mention that says it."""
        styles, width = palette_of(self), max(2, self._about.size.width)
        lines: list[Line] = []
        for one in words_notes(self._found):
            lines += wrapped([(one, styles.warn)], width)
        cursor = self.rows.state.cursor
        row = self._listed.get(cursor) if cursor is not None else None
        if row is not None:
            newest = row.one.mentions[0]
            said = (await self._mentions([newest])).get(newest)
            if self.rows.state.cursor != cursor:
                return  # the cursor went on meanwhile, and so does what is shown
            words, author = (said.text, said.author) if said is not None else ("", "")
            lines += wrapped(word_details(row, one_line(words), author, styles), width)[:_DETAIL]
        if lines:
            lines.insert(0, [("─" * width, styles.ghost)])
        self._about.show(lines)


class HoursPane(ThreadMessages):
    """The hours of the week, one of its days in numbers."""

    def __init__(self) -> None:
        super().__init__(id="hours")
        self.add_class("pane")
        self.weekday = 0
        self._heat: HeatMap | None = None

    def move(self, days: int) -> None:
        """Go to another weekday."""
        self.weekday = min(6, max(0, self.weekday + days))
        self.show_week(self._heat)

    def show_week(self, heat: HeatMap | None) -> None:
        """Draw it."""
        self._heat = heat
        width, styles = self.view.width, palette_of(self)
        if width < 2:
            return
        lines: list[Line] = [[(_("Counting …"), styles.faint)]]
        if heat is not None:
            lines = hours_lines(heat, self.weekday, width, styles)
        self.show(Laid(lines, self.scroll_offset.y), again=False)
