"""Why a message sounds as it does, on the whole screen; here it is corrected with one key too."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from listeners.rows import MentionRow
from listeners.store import reads
from listeners.store.corrections import corrections
from tui.actions import Panel
from tui.desk import Desk
from tui.explaining import Told, told
from tui.i18n import _
from tui.screens.triage import Subjects, TriageScreen
from tui.widgets.paint import content, palette_of
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.too_small import TooSmall
from tui.widgets.why_lines import Why, why_lines


class WhyScreen(TriageScreen[None]):
    """One message of several, with the words that made its sentiment."""

    WITHOUT = frozenset(
        {"open", "filter", "mark", "mark.range", "mark.all", "why", "merge", "split", "pipe"}
    )

    def __init__(self, desk: Desk, mentions: Sequence[int], at: int) -> None:
        super().__init__(desk)
        self._mentions = tuple(mentions)
        self._at = at
        self._row: MentionRow | None = None
        self._lines = ThreadMessages(id="why")
        self._pane = Vertical(self._lines, id="whole", classes="pane")
        self._why: Why | None = None

    def compose(self) -> ComposeResult:
        """Lay the page between the two lines."""
        yield self.status
        with Horizontal(id="body"):
            yield self._pane
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the page."""
        styles = palette_of(self)
        self._pane.border_title = content(
            [("❯ ", styles.key), (_("Why it sounds so"), styles.strong)]
        )
        self._pane.border_subtitle = content([(_("esc leads back"), styles.faint)])
        self._lines.focus()

    @property
    def panel(self) -> Panel | None:
        """The keys are those of a thread."""
        return Panel.THREAD

    @property
    def address(self) -> str:
        """The address of the message."""
        return self._row.url if self._row is not None else ""

    @property
    def words(self) -> str:
        """The text of the message."""
        return self._row.text if self._row is not None else ""

    def subjects(self) -> Subjects | None:
        """Return the message."""
        return Subjects("mention", (self._at,), Panel.STREAM, self._row) if self._row else None

    async def look(self) -> None:
        """Read the message, ask the scorer, and show both."""
        await self.read_top()
        at = self._at
        row = (await reads.mentions(self.desk.store, [at])).get(at)
        if row is None:
            if self.is_current:
                self.dismiss()
            return
        self._row = row
        corrected = (await corrections(self.desk.store, [at])).get(at)
        found = await self._told(row) if row.deleted_at is None else None
        if at != self._at:
            return
        again = self._why is not None and self._why.mention.id == at
        place = self._mentions.index(at) + 1 if at in self._mentions else 1
        self._why = Why(row, found, corrected, place, len(self._mentions), self._keys_said())
        self._draw(again=again)

    async def _told(self, row: MentionRow) -> Told | None:
        known = await self.desk.lessons()
        taught = known.taught(row.brand)
        return await told(row, self.desk.config, taught=taught, learnt=known.layers)

    def _keys_said(self) -> str:
        key = self.desk.key_of
        said = _("{negative} negative · {neutral} neutral · {positive} positive").format(
            negative=key("mood.negative"),
            neutral=key("mood.neutral"),
            positive=key("mood.positive"),
        )
        said += " · " + _("{key} as the scorer says").format(key=key("mood.automatic"))
        said += " · " + _("{key} teach a word").format(key=key("teach"))
        if len(self._mentions) > 1:
            said += " · " + _("{key} the next message").format(key=key("panel.next"))
        return said

    def _draw(self, *, again: bool) -> None:
        if self._why is not None:
            width = self._lines.view.width
            lines = why_lines(self._why, width, self.desk.clock(), palette_of(self))
            # A page that grows, by a correction or in less room, is read from where it was.
            place = self._lines.scroll_offset.y if again else 0
            self._lines.show(Laid(lines, place), again=False)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._draw, again=True)

    def do_panel_next(self) -> None:
        """Go to the next message."""
        self._step(1)

    def do_panel_previous(self) -> None:
        """Go to the message before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if len(self._mentions) < 2:
            self.refuse(_("There is no other message here."))
            return
        place = self._mentions.index(self._at) if self._at in self._mentions else 0
        self._at = self._mentions[(place + by) % len(self._mentions)]
        self.look_again()
