"""The mentions of one campaign, the newest first, with the thread of the one under the cursor."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from listeners.actions.campaigns import take_out_of_campaign
from listeners.campaigns.campaign import Campaign
from listeners.store.campaigns import campaign_mention_ids
from tui.actions import BY_ID, Action, Panel
from tui.campaign_words import WHYS
from tui.desk import Desk
from tui.i18n import _, ngettext, number
from tui.screens.conversation import MentionScreen
from tui.screens.triage import Subjects, TriageScreen
from tui.sending import tell_in_front
from tui.session import RowList
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import MentionRows
from tui.widgets.thread import ThreadPane
from tui.widgets.thread_lines import Thread
from tui.widgets.too_small import TooSmall

_MOST = 2_000


class CampaignMentionsScreen(TriageScreen[None]):
    """What is a campaign's; the verbs are those of mentions, but ``d`` takes out of it."""

    def __init__(self, desk: Desk, campaign: Campaign) -> None:
        super().__init__(desk)
        self._campaign = campaign
        self._whys: Mapping[int, str] = {}
        self.found = MentionRows(RowList(), desk.mentions, desk.clock, id="found")
        self.thread = ThreadPane(desk.clock, id="thread")

    def compose(self) -> ComposeResult:
        """Lay the mentions, and the thread beside them where there is room."""
        yield self.status
        with Horizontal(id="body"):
            yield self.found
            yield self.thread
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the list."""
        styles = palette_of(self)
        self.found.add_class("pane")
        self.thread.add_class("pane")
        self.thread.border_title = content([(_("Thread"), styles.faint)])
        self.found.focus()

    # --- what the base asks ------------------------------------------------------------------

    @property
    def panel(self) -> Panel | None:
        """The keys are those of the stream."""
        return Panel.STREAM

    @property
    def rows(self) -> VirtualList[Any] | None:
        """The mentions."""
        return self.found

    @property
    def detail(self) -> ThreadPane | None:
        """The thread beside them."""
        return self.thread

    @property
    def address(self) -> str:
        """The address of the mention under the cursor."""
        return self.found.row.url if self.found.row is not None else ""

    @property
    def words(self) -> str:
        """The text of the mention under the cursor."""
        return self.found.row.text if self.found.row is not None else ""

    def subjects(self) -> Subjects | None:
        """Return the marked mentions, else the one under the cursor."""
        ids = self.found.state.targets
        return Subjects("mention", ids, Panel.STREAM, self.found.row) if ids else None

    def method_of(self, action: Action) -> Callable[[], None] | None:
        """Return what an action does here: what is dismissed goes out of the campaign."""
        return self.take_out if action.id == "dismiss" else super().method_of(action)

    def show_keys(self) -> None:
        """Show the keys of the campaign's mentions."""
        own = {"open": _("Open"), "dismiss": _("Out of the campaign")}
        shown = ("open", "dismiss", "mark", "promote", "undo", "back", "help")
        self.keys.show_keys([(BY_ID[id_], own.get(id_) or _(BY_ID[id_].label)) for id_ in shown])

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read which mentions are the campaign's now."""
        await self.read_top()
        found = await campaign_mention_ids(self.desk.store, self._campaign.id, _MOST)
        self._whys = dict(found)
        frozen = bool(self.found.state.marks)
        self.found.offer(array("q", self._whys), frozen=frozen, watched=False)
        styles = palette_of(self)
        self.found.say_empty(
            [
                [(_("No mention is this campaign’s yet."), styles.strong)],
                [
                    (
                        _("Its tags, its terms and its planned posts decide; “e” changes them."),
                        styles.faint,
                    )
                ],
            ]
        )
        await self.found.reload()
        self._titles()
        await self._detail()

    def _titles(self) -> None:
        styles, count = palette_of(self), len(self._whys)
        title: Line = [("❯ ", styles.key), (one_line(self._campaign.name), styles.strong)]
        cursor = self.found.state.cursor
        if cursor is not None and cursor in self._whys:
            why = self._whys[cursor]
            because = _("its own by: {why}").format(why=_(WHYS.get(why, why)))
            title.append((f"  {because}", styles.faint))
        self.found.border_title = content(title)
        said = ngettext("{count} mention", "{count} mentions", count)
        line: Line = [(said.format(count=number(count)), styles.faint)]
        if count == _MOST:
            line.append((" " + _("and more"), styles.faint))
        self.found.border_subtitle = content(line)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._titles()
        self.later(self._detail)

    async def _detail(self) -> None:
        cursor = self.found.state.cursor
        if self.thread.display:
            thread = await self.desk.mention(cursor) if cursor is not None else Thread()
            await self.thread.show_weighed(thread, self.desk.weighed)

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        if (cursor := self.found.state.cursor) is not None:
            self.app.push_screen(MentionScreen(self.desk, cursor))

    # --- keys --------------------------------------------------------------------------------

    def take_out(self) -> None:
        """Say that the marked mentions, or the one under the cursor, are not the campaign's."""
        ids = self.found.state.targets
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
        elif ids:
            self.later(partial(self._take_out, ids))

    async def _take_out(self, ids: tuple[int, ...]) -> None:
        desk = self.desk
        outcome = await take_out_of_campaign(
            desk.store, desk.config, desk.actor, self._campaign.id, ids, desk.clock()
        )
        self.found.state.clear_marks()
        self.found.marks_changed()
        tell_in_front(self.hub, outcome, undo=True)

    def do_panel_next(self) -> None:
        """Go to the next pane."""
        self.focus_next()

    def do_panel_previous(self) -> None:
        """Go to the pane before."""
        self.focus_previous()
