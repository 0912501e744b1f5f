"""The sources: where hubbub listens, how each place is doing, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from textual import on

from listeners.networks.contract import Capability
from listeners.networks.registry import capabilities
from listeners.rows import SourceRow
from listeners.store import reads
from listeners.store.backfills import BackfillRow, backfills
from listeners.store.reads.uses import SourceUse
from tui.actions import Panel
from tui.desk import Desk
from tui.i18n import _, clock_time, ngettext, say
from tui.keeping_words import kept_words
from tui.past import by_source, turn_past
from tui.screens.moving import MovingScreen
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.history_lines import past_lines
from tui.widgets.network_lines import network_table
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.source_lines import SourceRows, source_lines
from tui.widgets.status import Top
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid


class SourcesScreen(TwoPanes[SourceRows], MovingScreen[None]):
    """The list of sources, and all about the one under the cursor beside or below it."""

    DEFAULT_CSS = """
    SourcesScreen #body { layout: vertical; }
    SourcesScreen.-medium #body, SourcesScreen.-wide #body, SourcesScreen.-huge #body {
        layout: horizontal;
    }
    SourcesScreen #about { display: block; }
    SourcesScreen.-narrow #sources { height: 2fr; }
    SourcesScreen.-narrow #about { height: 3fr; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: Mapping[int, SourceRow] = {}
        self._shown: int | None = None
        self._uses: Mapping[int, SourceUse] = {}
        self._pasts: Mapping[int, Sequence[BackfillRow]] = {}
        self._offered: Sequence[Capability] = ()
        self.list = SourceRows(RowList(), self._load, desk.clock, id="sources")
        self.about = ThreadMessages(id="about")

    @property
    def panel(self) -> Panel | None:
        """The keys are those of the sources."""
        return Panel.SOURCES

    async def _load(self, ids: Sequence[int]) -> Mapping[int, SourceRow]:
        return {one: self._known[one] for one in ids if one in self._known}

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read how every source is doing, and show it."""
        top, _places = await self.desk.top()
        self.status.show(
            Top(
                figures=top.figures,
                brand=top.brand,
                demo=top.demo,
                lag=top.lag,
                clock=clock_time(self.desk.clock()),
            )
        )
        rows = await reads.sources(self.desk.store)
        self._known = {row.id: row for row in rows}
        self._uses = await reads.source_uses(self.desk.store, self.desk.clock())
        self.list.uses = self._uses
        self._pasts = by_source(await backfills(self.desk.store))
        if not self._offered:
            # The networks' own code is loaded beside the loop: it takes a while the first time.
            self._offered = await asyncio.to_thread(capabilities)
        self.list.offer([row.id for row in rows], frozen=False)
        await self.list.reload()
        styles = palette_of(self)
        self.list.say_empty(
            [
                [(_("hubbub listens nowhere yet."), styles.strong)],
                [(_("{key} finds some.").format(key=self.desk.key_of("source.add")), styles.faint)],
                [(_("Sources stand in the configuration:"), styles.faint)],
                [(str(self.desk.config.path or "hubbub.toml"), styles.accent)],
            ]
        )
        self._titles(rows)
        self.call_after_refresh(self._show_about)

    def _titles(self, rows: Sequence[SourceRow]) -> None:
        styles = palette_of(self)
        names = (_("Sources"), _("About this source"))
        for pane, name in zip((self.list, self.about), names, strict=True):
            title: Line = [("❯ " if pane.has_focus else "", styles.key), (name, styles.strong)]
            pane.border_title = content(title)
        count = ngettext("{count} source", "{count} sources", len(rows)).format(count=len(rows))
        self.list.border_subtitle = content([(count, styles.faint)])
        hint = _("{key} asks it now").format(key=self.desk.key_of("open"))
        self.about.border_subtitle = content([(hint, styles.faint)])

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_about()

    def _show_about(self) -> None:
        width, styles, row = self.about.view.width, palette_of(self), self.list.row
        if width < 2:
            return
        lines: list[Line] = []
        if row is not None:
            capability = next((one for one in self._offered if one.network == row.network), None)
            use = self._uses.get(row.id)
            past = past_lines(self._pasts.get(row.id, []), width, styles, self.desk.key_of("past"))
            now, config = self.desk.clock(), self.desk.config
            configured = {source.key: source for source in config.sources}
            kept = kept_words(configured.get(row.key), row.network, config.retention_days)
            lines = source_lines(row, capability, width, now, styles, use, past, kept)
            lines += [[], [("─" * width, styles.ghost)], []]
        lines += network_table(self._offered, width, styles)
        # A list that changes while somebody reads must not move her place.
        shown, self._shown = self._shown, None if row is None else row.id
        self.about.show(Laid(lines), again=shown is not None and shown == self._shown)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about)

    # --- keys --------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        row, engine = self.list.row, self.desk.engine
        if row is None:
            return
        if engine is not None and engine.wake(row.key):
            self.tell(_("Asked {source} to look now.").format(source=row.label))
        else:
            self.refuse(_("Another hubbub listens, or listening has not begun yet."))

    def do_past(self) -> None:
        """Stop reading the past of the source under the cursor, or let it go on."""
        row = self.list.row
        if row is not None:
            self.later(partial(self._turn_past, row))

    async def _turn_past(self, row: SourceRow) -> None:
        outcome = await turn_past(self.desk, row.key, self._pasts.get(row.id, []))
        if outcome.done:
            self.tell(say(outcome.sentence))
        else:
            self.refuse(say(outcome.sentence))
        self.look_again()

    def do_panel_next(self) -> None:
        """Go to the other pane."""
        self.focus_next()

    def do_panel_previous(self) -> None:
        """Go to the other pane."""
        self.focus_previous()
