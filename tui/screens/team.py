"""The team: who is here, who has what, who is away, what is noted for me; and the hand-over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from textual import on

from listeners.rows import ConversationRow
from listeners.store import reads
from listeners.store.filters import QueueFilter
from listeners.store.named import NamedNote, notes_naming
from tui.actions import Panel
from tui.colleagues import Member
from tui.desk import Desk
from tui.filtering import NOBODY
from tui.i18n import _, ngettext
from tui.language import msgid
from tui.screens.leaving import toggle_away
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.team_words import role_word
from tui.untils import day_began
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.team_rows import Entry, TeamRows, load_line, note_lines, open_lines
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

_SHOWN = 40
"""Open conversations listed of one member, the ones to answer first."""


_KEYS = (
    own("open", "enter,l,right", msgid("In the queue"), 1),
    own("team.sheet", "h,H", msgid("Hand-over sheet"), 2),
    own("team.away", "a", msgid("Away or back"), 3),
    # Not the usual "back": that one has "h" too.
    own("team.back", "escape,left,q", msgid("Back"), 4),
)
_OTHERS = ("undo", "redo", "palette", "refresh", "detail.down", "detail.up", "brand")


class TeamScreen(TwoPanes[TeamRows], OwnKeysScreen[None]):
    """The members in a list, and what the one under the cursor has beside or below it."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    TeamScreen #body { layout: vertical; }
    TeamScreen.-huge #body { layout: horizontal; }
    TeamScreen #about { display: block; }
    TeamScreen #team { height: 1fr; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._entries: Mapping[int, Entry] = {}
        self._notes: Sequence[NamedNote] = ()
        self._open: Sequence[ConversationRow] = ()
        self.list = TeamRows(RowList(), self._load, desk.clock, id="team")
        self.about = ThreadMessages(id="about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Entry]:
        return {one: self._entries[one] for one in ids if one in self._entries}

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read who is here and what each has, and show it."""
        desk = self.desk
        await self.read_top()
        members = await desk.colleagues.members(
            desk.session.brand, me=desk.actor, today=day_began(desk.clock())
        )
        self._notes = await notes_naming(desk.store, desk.actor)
        entries = [Entry("member", member) for member in members]
        entries += [Entry("notes", count=len(self._notes)), Entry("sheet")]
        self._entries = dict(enumerate(entries))
        self.list.offer(list(self._entries), frozen=False)
        await self.list.reload()
        self._titles(members)
        await self._read_about()

    async def _read_about(self) -> None:
        entry = self.list.row
        self._open = ()
        if entry is not None and entry.member is not None:
            name = entry.member.name
            wanted = QueueFilter(brand=self.desk.session.brand, assignee=name, unassigned=not name)
            ids = list((await reads.queue_ids(self.desk.store, wanted))[:_SHOWN])
            rows = await self.desk.conversations(ids)
            self._open = [rows[one] for one in ids if one in rows]
        self.call_after_refresh(self._show_about, again=True)

    def _titles(self, members: Sequence[Member]) -> None:
        styles = palette_of(self)
        here = sum(bool(member.here) for member in members)
        count = ngettext("{count} here", "{count} here", here).format(count=here)
        title: Line = [
            ("❯ " if self.list.has_focus else "", styles.key),
            (_("Team"), styles.strong),
        ]
        self.list.border_title = content(title)
        self.list.border_subtitle = content([(count, styles.faint)])
        self.about.border_title = content([(_("What they have"), styles.strong)])

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.later(self._read_about)

    def _show_about(self, *, again: bool) -> None:
        width, entry = self.about.view.width, self.list.row
        if width < 4 or entry is None:
            return
        self.about.show(Laid(self._lines(entry, width)), again=again)

    def _lines(self, entry: Entry, width: int) -> list[Line]:
        styles, now = palette_of(self), self.desk.clock()
        if entry.what == "notes":
            lines = note_lines(self._notes, width, now, styles)
            return lines or [[(_("Nobody has named you in a note."), styles.faint)]]
        if entry.member is None:
            return [[(_("Enter shows the sheet, ready to be copied."), styles.faint)]]
        member = entry.member
        name = one_line(member.name) or _("nobody's")
        head: Line = [(name, styles.strong)]
        if member.of_the_team:
            head.append((f"  {role_word(member.role)}", styles.faint))
        lines = [head, load_line(member, now, styles), []]
        if not self._open:
            return [*lines, [(_("Nothing is open here."), styles.faint)]]
        return [*lines, *open_lines(self._open, width, now, styles)]

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about, again=True)

    # --- keys --------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        entry = self.list.row
        if entry is None:
            return
        if entry.what == "sheet":
            self.do_team_sheet()
        elif entry.what == "notes":
            self._open_note()
        elif entry.member is not None:
            self._show_whose(entry.member.name or NOBODY)

    def _open_note(self) -> None:
        if not self._notes:
            self.refuse(_("Nobody has named you in a note."))
            return
        note = self._notes[0]
        self.hub.open_subject(Panel.ALERTS if note.kind == "alert" else Panel.QUEUE, note.subject)

    def _show_whose(self, owner: str) -> None:
        from tui.screens.dashboard import Dashboard

        dashboard = self.app.screen_stack[0]
        while self.app.screen is not dashboard:
            self.app.pop_screen()
        if isinstance(dashboard, Dashboard):
            dashboard.show_whose(owner)

    def do_team_back(self) -> None:
        """Go one level up."""
        self.dismiss()

    def do_team_sheet(self) -> None:
        """Show the hand-over sheet."""
        from tui.screens.handover import HandoverScreen

        self.app.push_screen(HandoverScreen(self.desk))

    def do_team_away(self) -> None:
        """Mark the member under the cursor as away, or as back."""
        entry = self.list.row
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
        elif entry is None or entry.member is None or not entry.member.name:
            self.refuse(_("Nobody is selected."))
        else:
            name = entry.member.name
            self.later(partial(toggle_away, self, name))

    def do_brand(self) -> None:
        """Show the next brand's figures, or those of all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self.look_again()
