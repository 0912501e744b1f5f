"""Coverage: where the audience speaks, where we listen and answer, and what that brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on

from listeners.config import BrandConfig
from listeners.coverage.facts import Reached
from listeners.coverage.looking import Coverage, coverage
from listeners.model import SECOND, Micros
from tui.coverage_words import audience_words
from tui.desk import Desk
from tui.i18n import _, clock_time, ngettext, number
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.coverage_rows import CoverageRows, page_lines
from tui.widgets.paint import Line, content, one_line, palette_of, wrapped
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

GROUP = "coverage"
RESTS = 120 * SECOND
"""How old what was found may grow before news make it worth working out again."""

_KEYS = (
    own("coverage.add", "a", msgid("Add a source"), 1),
    own("coverage.sources", "enter,l,right", msgid("Sources"), 2),
    own("brand", "B", msgid("Brand"), 3),
    own("coverage.back", "escape,h,left,q", msgid("Back"), 4),
)
_OTHERS = ("detail.down", "detail.up", "palette", "refresh", "undo", "redo", "more")


class CoverageScreen(TwoPanes[CoverageRows], OwnKeysScreen[None]):
    """The networks in a list, and all about the one under the cursor beside or below it."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    CoverageScreen #body { layout: vertical; }
    CoverageScreen.-huge #body { layout: horizontal; }
    CoverageScreen #about { display: block; }
    CoverageScreen #networks { height: 1fr; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: dict[str, Micros] = {}
        self._results: dict[str, Coverage] = {}
        self._under_way = ""
        self._place = -1
        self._known: Mapping[int, Reached] = {}
        self._numbers: dict[str, int] = {}
        self.list = CoverageRows(RowList(), self._load, desk.clock, id="networks")
        self.about = ThreadMessages(id="about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Reached]:
        return {one: self._known[one] for one in ids if one in self._known}

    # --- looking -------------------------------------------------------------------------------

    def on_unmount(self) -> None:
        """Stop what is still being worked out."""
        self.workers.cancel_group(self.app, GROUP)

    @property
    def brand(self) -> BrandConfig | None:
        """The brand it is about: at first the one that is shown, else the first of ours."""
        config = self.desk.config
        if self._place >= 0 and config.brands:
            return config.brands[self._place % len(config.brands)]
        chosen = config.brand(self.desk.session.brand)
        ours = [one for one in config.brands if not one.competitor]
        return chosen or next(iter(ours or config.brands), None)

    @property
    def _found(self) -> Coverage:
        brand = self.brand
        name = brand.name if brand is not None else ""
        return self._results.get(name, Coverage(name, (), ()))

    async def look(self) -> None:
        """Show what is known of the brand; work it out in the background if that is old."""
        await self.read_top()
        brand, now = self.brand, self.desk.clock()
        if brand is not None and brand.name != self._under_way:
            at = self._at.get(brand.name)
            if at is None or now - at >= RESTS:
                self._under_way = brand.name
                self.hub.work(self._work_out(brand.name), GROUP, exclusive=True)
        await self._show()

    async def _work_out(self, name: str) -> None:
        desk, now = self.desk, self.desk.clock()
        try:
            self._results[name] = await coverage(desk.store, desk.config, name, now)
            self._at[name] = now
        finally:
            if self._under_way == name:
                self._under_way = ""
        if self.is_attached and self.brand is not None and self.brand.name == name:
            await self._show()

    async def _show(self) -> None:
        found = {self._number(one.network): one for one in self._found.networks}
        self._known = found
        self._say_empty()
        self.list.offer(list(found), frozen=False)
        await self.list.reload()
        self._titles()
        self.call_after_refresh(self._show_about, again=True)

    def _number(self, network: str) -> int:
        return self._numbers.setdefault(network, len(self._numbers))

    def _say_empty(self) -> None:
        styles, brand = palette_of(self), self.brand
        if brand is not None and brand.name not in self._results:
            self.list.say_empty([[(_("Working it out…"), styles.faint)]])
            return
        self.list.say_empty(
            [
                [(_("Nothing was heard, and no target group is named."), styles.strong)],
                [(_("Groups stand in the configuration: [[brand.NAME.group]]."), styles.faint)],
                [(_("a adds a source."), styles.faint)],
            ]
        )

    def _titles(self) -> None:
        styles, brand = palette_of(self), self.brand
        title: Line = [
            ("❯ " if self.list.has_focus else "", styles.key),
            (_("Coverage"), styles.strong),
        ]
        if brand is not None:
            title.append((f" · {one_line(brand.name)}", styles.accent))
        self.list.border_title = content(title)
        count = len(self._found.advice)
        text = ngettext("{count} suggestion", "{count} suggestions", count)
        parts = [text.format(count=number(count))]
        at = self._at.get(self._found.brand)
        if at is not None:
            parts.append(_("as of {when}").format(when=clock_time(at)))
        self.list.border_subtitle = content([(" · ".join(parts), styles.faint)])

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_about(again=False)

    def _show_about(self, *, again: bool) -> None:
        width, row = self.about.view.width, self.list.row
        if width < 4:
            return
        styles = palette_of(self)
        lines: list[Line] = []
        title = _("The brand")
        if row is not None:
            title = one_line(row.title)
            advised = [one for one in self._found.advice if one.network == row.network]
            lines += [*page_lines(row, advised, width, styles), []]
        lines += self._profile(width)
        self.about.border_title = content([(title, styles.strong)])
        self.about.show(Laid(lines), again=again)

    def _profile(self, width: int) -> list[Line]:
        """Return whom the brand wants to reach."""
        styles, brand = palette_of(self), self.brand
        if brand is None:
            return []
        lines = wrapped([(audience_words(brand), styles.faint)], width)
        if brand.tone:
            said = _("Tone: {tone}").format(tone=one_line(brand.tone))
            lines += wrapped([(said, styles.faint)], width)
        if not brand.groups:
            hint = _("No target group is named; [[brand.NAME.group]] in the configuration does.")
            return [*lines, *wrapped([(hint, styles.faint)], width)]
        for group in brand.groups:
            size = f" · {number(group.size)}" if group.size else ""
            where = ", ".join(group.networks)
            lines += wrapped(
                [(f"{one_line(group.name)}{size}", styles.ink), (f" · {where}", styles.faint)],
                width,
            )
        return lines

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about, again=True)

    # --- keys ----------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.do_coverage_sources()

    def do_coverage_sources(self) -> None:
        """Show where hubbub listens."""
        self.hub.open_sources()

    def do_coverage_add(self) -> None:
        """Find a source for what is missing, and add it."""
        self.hub.open_adding()

    def do_coverage_back(self) -> None:
        """Go one level up."""
        self.dismiss()

    def do_brand(self) -> None:
        """Go to the next brand, the competitors among them."""
        brands, brand = self.desk.config.brands, self.brand
        if brand is None:
            return
        self._place = (brands.index(brand) + 1) % len(brands)
        self.tell(brands[self._place].name)
        self.list.move_to(0)
        self.look_again()

    def do_refresh(self) -> None:
        """Ask every source to look now, and work everything out anew."""
        self._at.clear()
        super().do_refresh()
