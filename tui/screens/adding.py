"""Adding sources: what an address, a name or a handle leads to, chosen and written down.

Nothing is asked before a person says so, nothing is listened to before she chose it, and what was
added is taken out again by one key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Protocol, runtime_checkable

from textual import on

from listeners.config import Config, ConfigError
from listeners.discovery import Discovery, Proposal
from listeners.discovery.looking import fetching
from listeners.discovery.rules import LONGEST
from listeners.networks.contract import Capability
from listeners.networks.registry import capabilities
from tui.adding import added, removed
from tui.desk import Desk
from tui.i18n import _, ngettext, say
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.rule_form import Typed
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.adding_rows import Offered, OfferedRows, empty_lines, offered_page
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

GROUP = "discovery"
_KEYS = (
    own("adding.mark", "space,x", msgid("Mark"), 1),
    own("adding.add", "enter,l,right", msgid("Add"), 2),
    own("adding.look", "slash,a,i", msgid("Look for"), 3),
    own("adding.undo", "z", msgid("Take out again"), 4),
    own("back", "escape,h,left,q", msgid("Back"), 5),
)


@runtime_checkable
class Adopting(Protocol):
    """An engine that can go on with another configuration."""

    async def adopt(self, config: Config) -> bool:
        """Listen by this configuration; return whether this process listens."""
        ...


class AddingScreen(TwoPanes[OfferedRows], OwnKeysScreen[None]):
    """The proposals, and all about the one under the cursor; ``text`` is what is offered first."""

    OWN = _KEYS
    BINDINGS = own_bindings(
        _KEYS, ["palette", "mark.all", "mark.range", "detail.down", "detail.up"]
    )
    DEFAULT_CSS = """
    AddingScreen #body { layout: vertical; }
    AddingScreen #about { display: block; }
    AddingScreen.-wide #body, AddingScreen.-huge #body { layout: horizontal; }
    """

    discovery = Discovery
    """What looks; a test has one that asks a server of its own."""

    def __init__(self, desk: Desk, text: str = "") -> None:
        super().__init__(desk)
        self._offered = text
        self._asked = ""
        self.asking = False
        self._found: list[Proposal] = []
        self._added: list[tuple[str, ...]] = []
        self._capabilities: Mapping[str, Capability] = {}
        self.list = OfferedRows(RowList(), self._load, desk.clock, id="offered")
        self.about = ThreadMessages(id="about")

    def on_mount(self) -> None:
        """Ask what to look for."""
        super().on_mount()
        self.call_after_refresh(self.do_adding_look)

    def on_unmount(self) -> None:
        """Stop looking."""
        self.workers.cancel_group(self.app, GROUP)

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Offered]:
        present = {source.key for source in self.desk.config.sources}
        return {
            number: Offered(number, found, found.key in present)
            for number, found in enumerate(self._found, 1)
            if number in ids
        }

    # --- looking -------------------------------------------------------------------------------

    async def look(self) -> None:
        """Show what is proposed so far."""
        await self.read_top()
        if not self._capabilities:
            # The networks' own code is loaded beside the loop: it takes a while the first time.
            offered = await asyncio.to_thread(capabilities)
            self._capabilities = {one.network: one for one in offered}
        await self._show()

    async def _show(self) -> None:
        styles = palette_of(self)
        key = self.desk.key_of("search")
        self.list.say_empty(empty_lines(self._asked, self.asking, key, styles))
        self.list.offer(range(1, len(self._found) + 1), frozen=False)
        await self.list.reload()
        title = _("Add sources")
        head = f"{title} · {one_line(self._asked)}" if self._asked else title
        line: Line = [("❯ ", styles.key), (head, styles.strong)]
        self.list.border_title = content(line)
        self.about.border_title = content([(_("About this proposal"), styles.strong)])
        self.list.border_subtitle = content([(self._state(), styles.faint)])
        self.call_after_refresh(self._show_about)

    def _state(self) -> str:
        if self.asking:
            return _("asking … · esc stops")
        count = len(self._found)
        return ngettext("{count} proposal", "{count} proposals", count).format(count=count)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_about()

    def _show_about(self) -> None:
        width, row = self.about.view.width, self.list.row
        if width < 2:
            return
        lines: list[Line] = []
        if row is not None:
            capability = self._capabilities.get(row.found.network)
            lines = offered_page(row, capability, width, palette_of(self))
        self.about.show(Laid(lines), again=False)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about)

    def do_adding_look(self) -> None:
        """Ask what to look for, then look."""

        def typed(text: str | None) -> None:
            if text:
                self.workers.cancel_group(self.app, GROUP)
                self.hub.work(self._search(text), GROUP)
            elif not self._asked:
                # Nothing was asked for: there is nothing to look at here.
                self.call_after_refresh(self._leave)

        hint = _("example.org, @name@server, r/name, a name …")
        title = _("Which sources? An address, a handle or a name")
        self.app.push_screen(
            Typed(title, self._asked or self._offered, hint, longest=LONGEST), typed
        )

    def _leave(self) -> None:
        self.dismiss()

    async def _search(self, text: str) -> None:
        self._asked, self._found, self.asking = text, [], True
        self.list.state.begin()
        await self._show()
        keys = [source.key for source in self.desk.config.sources]
        try:
            async with fetching(self.desk.store, self.desk.clock) as fetch:
                looking = self.discovery(fetch, known=keys).look(text)
                async with aclosing(looking):
                    async for found in looking:
                        self._found.append(found)
                        await self._show()
        finally:
            self.asking = False
        await self._show()

    def do_back(self) -> None:
        """Stop asking, or go one level up."""
        if self.asking:
            self.workers.cancel_group(self.app, GROUP)
            self.asking = False
            self.look_again()
        else:
            self.dismiss()

    # --- adding --------------------------------------------------------------------------------

    def do_adding_mark(self) -> None:
        """Mark the row, or unmark it, and go to the next."""
        self.do_mark()

    @on(VirtualList.Opened)
    def do_adding_add(self) -> None:
        """Write the marked proposals, or the one under the cursor, into the configuration."""
        rows = [self.list.known(number) for number in self.list.state.targets]
        chosen = [row.found for row in rows if row is not None and row.addable]
        path = self.desk.config.path
        if refused := self.desk.refusal:
            self.refuse(refused)
        elif self.desk.demo or path is None:
            self.refuse(_("The demonstration keeps nothing: start hubbub to add sources."))
        elif not chosen:
            self.refuse(_("There is nothing here that could be added."))
        else:
            self.later(partial(self._add, chosen))

    async def _add(self, chosen: Sequence[Proposal]) -> None:
        path = self.desk.config.path
        if path is None:
            return
        try:
            config, keys = await asyncio.to_thread(added, path, chosen)
        except ConfigError as error:
            self.refuse(say(error.sentence))
            return
        self._added.append(tuple(keys))
        self.list.state.clear_marks()
        text = ngettext("{count} source added.", "{count} sources added.", len(keys))
        await self._adopt(config, text.format(count=len(keys)), undo=True)

    def do_adding_undo(self) -> None:
        """Take out again what was added last."""
        if not self._added:
            self.refuse(_("Nothing was added here yet."))
        else:
            self.later(self._take_out)

    async def _take_out(self) -> None:
        path = self.desk.config.path
        if path is None or not self._added:
            return
        keys = self._added[-1]
        try:
            config = await asyncio.to_thread(removed, path, keys)
        except ConfigError as error:
            self.refuse(say(error.sentence))
            return
        self._added.pop()
        text = ngettext("{count} source taken out.", "{count} sources taken out.", len(keys))
        await self._adopt(config, text.format(count=len(keys)), undo=False)

    async def _adopt(self, config: Config, done: str, *, undo: bool) -> None:
        """Go on with the new configuration, here at once, and say so."""
        desk = self.desk
        desk.config = replace(desk.config, sources=config.sources)
        sender = desk.sender
        if sender is not None and not sender.busy:
            # What sends replies knows the sources it was made with: the next one knows these.
            desk.sender = None
            await sender.__aexit__(None, None, None)
        engine: object = desk.engine
        heard = isinstance(engine, Adopting) and await engine.adopt(desk.config)
        how = (
            _("The listening goes by it from now on.")
            if heard
            else _("The hubbub that listens must be started anew.")
        )
        self.tell(f"{done} {how}", undo=undo)
        await self._show()
