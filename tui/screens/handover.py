"""The hand-over sheet on screen: read, scrolled, copied as Markdown."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container

from listeners.model import DAY, HOUR, Micros
from listeners.reports.handover import Handover, handover
from tui.desk import Desk
from tui.handover_sheet import sheet, unmarked
from tui.i18n import _, zone
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.widgets.paint import Line, content, palette_of, wrapped
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.too_small import TooSmall

SPANS = (8 * HOUR, DAY, 3 * DAY, 7 * DAY)
"""How far back the sheet may look, the usual one first."""

_KEYS = (
    own("handover.copy", "y,Y", msgid("Copy"), 1),
    own("handover.span", "f", msgid("Further back"), 2),
    own("handover.mine", "V", msgid("Mine or all"), 3),
    own("back", "escape,h,left,q", msgid("Back"), 4),
)


class HandoverScreen(OwnKeysScreen[None]):
    """What a colleague must know, as one text."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ("palette", "refresh", "brand"))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._span = 0
        self._mine = False
        self._found: Handover | None = None
        self.text = ThreadMessages(id="sheet")

    def compose(self) -> ComposeResult:
        """Lay the text."""
        yield self.status
        with Container(id="body"):
            yield self.text
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the text."""
        self.text.add_class("pane")
        self.text.focus()

    async def look(self) -> None:
        """Read the sheet anew, and show it where it was scrolled to."""
        await self.read_top()
        desk, now = self.desk, self.desk.clock()
        again = self._found is not None
        self._found = await handover(
            desk.store,
            desk.config.members,
            since=Micros(now - SPANS[self._span]),
            now=now,
            brand=desk.session.brand,
            member=desk.actor if self._mine else "",
            zone=zone(),
        )
        styles = palette_of(self)
        self.text.border_title = content([(_("Hand-over sheet"), styles.strong)])
        self.call_after_refresh(self._show, again=again)

    def _show(self, *, again: bool) -> None:
        width, styles = self.text.view.width, palette_of(self)
        if self._found is None or width < 4:
            return
        lines: list[Line] = []
        for row in unmarked(sheet(self._found)).splitlines():
            bare = row.lstrip("#").strip() if row.startswith("#") else row
            if row.startswith("#") and row[1:2] in "# ":
                lines.append([(bare, styles.strong if row.startswith("###") else styles.key)])
            elif row.startswith("- "):
                under = wrapped([(row[2:], styles.ink)], width - 2)
                lines += [
                    [("  " if at else "· ", styles.faint), *line] for at, line in enumerate(under)
                ]
            else:
                lines += wrapped([(row, styles.faint)], width) if row else [[]]
        self.text.show(Laid(lines), again=again)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show, again=True)

    # --- keys --------------------------------------------------------------------------------

    def do_handover_copy(self) -> None:
        """Copy the sheet as Markdown."""
        if self._found is not None:
            self.app.copy_to_clipboard(sheet(self._found))
            self.tell(_("The sheet is copied, as Markdown."))

    def do_handover_span(self) -> None:
        """Look further back, then from the usual time again."""
        self._span = (self._span + 1) % len(SPANS)
        self._found = None
        self.look_again()

    def do_handover_mine(self) -> None:
        """Show one's own part, or the whole team's."""
        self._mine = not self._mine
        self._found = None
        self.look_again()

    def do_brand(self) -> None:
        """Show the next brand's sheet, or that of all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self.look_again()
