"""A text with a few lines in it that can be chosen, worked out in the background."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container

from listeners.config import BrandConfig
from tui.desk import Desk
from tui.i18n import _, percent
from tui.screens.own_keys import OwnKeysScreen
from tui.theme import Palette
from tui.widgets.paint import Line, content, palette_of, wrapped
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.too_small import TooSmall

GROUP = "replay"


class ChoosingScreen(OwnKeysScreen[None]):
    """The text of one brand; a subclass works it out and says which lines are choices."""

    TITLE_OF = ""
    """The title of the pane, a msgid."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = ThreadMessages(id="text")
        self.at = 0
        self.share = 0.0
        self.running = False
        self._place = 0
        self._started = False

    def compose(self) -> ComposeResult:
        """Lay the text."""
        yield self.status
        with Container(id="body"):
            yield self.text
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the text, on the brand that is shown."""
        self.text.add_class("pane")
        self.text.focus()
        names = [brand.name for brand in self.desk.config.brands]
        if self.desk.session.brand in names:
            self._place = names.index(self.desk.session.brand)

    def on_unmount(self) -> None:
        """Stop what is still being worked out."""
        self.workers.cancel_group(self.app, GROUP)

    @property
    def brand(self) -> BrandConfig | None:
        """The brand it is about."""
        brands = self.desk.config.brands
        return brands[self._place % len(brands)] if brands else None

    # --- for a subclass ----------------------------------------------------------------------

    @property
    def choices(self) -> int:
        """How many lines can be chosen."""
        return 0

    def lines(self, width: int, styles: Palette) -> tuple[list[Line], list[int]]:
        """Return the text, and where each line that can be chosen stands in it."""
        return [], []

    async def work_out(self, brand: BrandConfig) -> None:
        """Find what is to be shown, calling ``shown`` as it goes."""

    # --- showing -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Show the line at the top; the text is worked out once."""
        await self.read_top()
        if not self._started:
            self._started = True
            self.begin()
        self.call_after_refresh(self.shown)

    def begin(self) -> None:
        """Work it out, from the start."""
        brand = self.brand
        if brand is not None:
            self.at, self.share, self.running = 0, 0.0, True
            self.hub.work(self._run(brand), GROUP, exclusive=True)
        self.shown()

    async def _run(self, brand: BrandConfig) -> None:
        await self.work_out(brand)
        self.share, self.running = 1.0, False
        self.shown()

    def stop(self) -> bool:
        """Stop working it out; ``False`` if nothing was being worked out."""
        was, self.running = self.running, False
        self.workers.cancel_group(self.app, GROUP)
        return was

    def shown(self) -> None:
        """Draw it as far as it is known."""
        width = self.text.view.width
        if width < 2 or not self.is_attached:
            return
        styles = palette_of(self)
        brand = self.brand
        if brand is None:
            none = _("There is no brand in the configuration yet.")
            self.text.show(Laid(wrapped([(none, styles.faint)], width)), again=True)
            return
        lines, places = self.lines(width, styles)
        self.text.show(Laid(lines, self.text.scroll_offset.y), again=False)
        if places:
            self._keep_in_sight(places[min(self.at, len(places) - 1)])
        title = f"{_(self.TITLE_OF)} · {brand.name}"
        self.text.border_title = content([("❯ ", styles.key), (title, styles.strong)])
        said = _("working it out: {share} · esc stops").format(share=percent(self.share))
        self.text.border_subtitle = content([(f" {said} " if self.running else "", styles.faint)])

    def _keep_in_sight(self, line: int) -> None:
        top, height = self.text.scroll_offset.y, self.text.view.height
        if self.at == 0 and line < height:
            line = 0
        if not top <= line < top + height:
            target = line if line < top else line - height + 1
            self.text.scroll_to(y=max(0, target), animate=False, immediate=True, force=True)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self.shown)

    # --- keys --------------------------------------------------------------------------------

    def _move(self, rows: int, lines: int) -> None:
        last = self.choices - 1
        target = min(max(self.at + rows, 0), max(last, 0))
        if last < 0 or target == self.at:
            self.text.scroll_lines(lines)
        else:
            self.at = target
            self.shown()

    def do_brand(self) -> None:
        """Show the next brand."""
        self._place += 1
        self.begin()

    def do_back(self) -> None:
        """Stop what is being worked out, or go one level up."""
        if self.stop():
            self.shown()
        else:
            self.dismiss()

    def copy(self, text: str) -> None:
        """Copy a line for the configuration, and say so."""
        self.app.copy_to_clipboard(text)
        self.tell(_("Copied for the configuration: {line}").format(line=text))
