"""Replies sent from here: what became of each, and what is left to a person to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from textual import on

from listeners.store.outbox import REFUSED, SENT, UNKNOWN, OutboxRow, outbox
from tui.actions import Panel
from tui.desk import Desk
from tui.i18n import _, ngettext, number
from tui.language import msgid
from tui.screens.answering import ask_to_delete, ask_to_send_again
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.two_panes import TwoPanes
from tui.sending import tell_in_front
from tui.session import RowList
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.reply_rows import OutboxRows, reply_facts
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

_MOST = 500
_KEYS = (
    own("open", "enter,l,right", msgid("Conversation"), 1),
    own("outbox.there", "y", msgid("It is there"), 2),
    own("outbox.not_there", "n", msgid("It is not"), 3),
    own("outbox.again", "r", msgid("Send again"), 4),
    own("outbox.delete", "D", msgid("Delete"), 5),
    own("browser", "o", msgid("Browser"), 6),
    own("back", "escape,h,left,q", msgid("Back"), 7),
)


class OutboxScreen(TwoPanes[OutboxRows], OwnKeysScreen[None]):
    """The newest replies, and all about the one under the cursor."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ["undo", "redo", "palette"])
    DEFAULT_CSS = """
    OutboxScreen #body { layout: vertical; }
    OutboxScreen.-wide #body, OutboxScreen.-huge #body { layout: horizontal; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: Mapping[int, OutboxRow] = {}
        self.list = OutboxRows(RowList(), self._load, desk.clock, id="replies")
        self.about = ThreadMessages(id="about")

    @property
    def address(self) -> str:
        """The address of the reply under the cursor."""
        return self.list.row.url if self.list.row is not None else ""

    async def _load(self, ids: Sequence[int]) -> Mapping[int, OutboxRow]:
        return {one: self._known[one] for one in ids if one in self._known}

    # --- looking -------------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the replies; those that nobody can tell of come first."""
        await self.read_top()
        found = await outbox(self.desk.store, limit=_MOST)
        found.sort(key=lambda row: row.state != UNKNOWN)
        self._known = {row.id: row for row in found}
        self.list.offer([row.id for row in found], frozen=False)
        styles = palette_of(self)
        self.list.say_empty(
            [
                [(_("Nothing was sent from here yet."), styles.strong)],
                [
                    (
                        _("{key} on a conversation writes a reply.").format(
                            key=self.desk.key_of("reply")
                        ),
                        styles.faint,
                    )
                ],
            ]
        )
        await self.list.reload()
        self._titles(found)
        self.call_after_refresh(self._show_about)

    def _titles(self, found: Sequence[OutboxRow]) -> None:
        styles = palette_of(self)
        title: Line = [("❯ ", styles.key), (_("Replies sent"), styles.strong)]
        self.list.border_title = content(title)
        count = ngettext("{count} reply", "{count} replies", len(found))
        under: Line = [(count.format(count=number(len(found))), styles.faint)] if found else []
        uncertain = sum(1 for row in found if row.state == UNKNOWN)
        if uncertain:
            text = ngettext("{count} uncertain", "{count} uncertain", uncertain)
            under = [(text.format(count=uncertain), styles.warn), ("  ", styles.faint), *under]
        self.list.border_subtitle = content(under)
        self.about.border_title = content([(_("About this reply"), styles.faint)])

    @on(VirtualList.Moved)
    def _show_about(self) -> None:
        width, row = self.about.view.width, self.list.row
        if width > 1:
            lines = reply_facts(row, width, palette_of(self)) if row is not None else []
            self.about.show(Laid(lines), again=False)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about)

    # --- keys ----------------------------------------------------------------------------------

    def _row(self, state: str, refused: str) -> OutboxRow | None:
        row = self.list.row
        if row is not None and row.state == state:
            return row
        self.refuse(refused)
        return None

    @on(VirtualList.Opened)
    def do_open(self) -> None:
        """Go to the conversation."""
        if self.list.row is not None:
            self.hub.open_subject(Panel.QUEUE, self.list.row.conversation)

    def do_outbox_there(self) -> None:
        """Say that an uncertain reply is there."""
        self._settle(sent=True)

    def do_outbox_not_there(self) -> None:
        """Say that an uncertain reply is not there."""
        self._settle(sent=False)

    def _settle(self, *, sent: bool) -> None:
        row = self._row(UNKNOWN, _("Of this reply it is known what became of it."))
        if row is not None:
            self.later(partial(self._settled, row.id, sent=sent))

    async def _settled(self, outbox_id: int, *, sent: bool) -> None:
        desk = self.desk
        outcome = await desk.outbox.settle(outbox_id, sent=sent, actor=desk.actor)
        tell_in_front(self.hub, outcome)

    def do_outbox_again(self) -> None:
        """Send a refused reply once more, as it is."""
        row = self._row(REFUSED, _("Only a reply that was refused can be sent again."))
        if row is not None:
            ask_to_send_again(self, row)

    def do_outbox_delete(self) -> None:
        """Delete a reply at its source, after asking."""
        row = self._row(SENT, _("Only a reply that was sent can be deleted."))
        if row is not None:
            ask_to_delete(self, row)
