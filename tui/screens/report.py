"""The report of a week, a month or a campaign: looked at here, written to a file, opened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container

from listeners.model import Micros
from listeners.planning.calendar import WEEK, day_of, months_on, week_name
from listeners.reports.period import Report, report
from listeners.reports.stretches import Stretch, campaign_days, month, week
from listeners.store.campaigns import campaigns
from tui.commands.common import CommandError
from tui.desk import Desk
from tui.formats import zone
from tui.i18n import _, date, say
from tui.language import msgid
from tui.reporting.days import stretch_name
from tui.reporting.page import document
from tui.reporting.writing import file_name, save, written
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.pickers import Picker, narrowed
from tui.terminal.opener import open_page
from tui.widgets.choices import Choice
from tui.widgets.paint import content, one_line, palette_of
from tui.widgets.report_lines import report_lines
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.too_small import TooSmall

WEEKS, MONTHS = 8, 6
"""How many weeks and months are offered, the newest first."""

_KEYS = (
    own("report.stretch", "w", msgid("Which time"), 1),
    own("report.save", "e,enter", msgid("Write to a file"), 2),
    own("report.open", "o", msgid("Open it"), 3),
    own("report.copy", "y,Y", msgid("Copy"), 4),
    own("brand", "B", msgid("Brand"), 5),
    own("back", "escape,h,left,q", msgid("Back"), 6),
)


class ReportScreen(OwnKeysScreen[None]):
    """One report as a text; it is worked out once, and anew when its time is chosen again."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ("palette", "undo", "redo", "more"))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = ThreadMessages(id="sheet")
        self.found: Report | None = None
        self.file: Path | None = None
        """Where the report was written last from here."""
        self._place = 0
        self._stretch = week("", desk.clock(), zone())
        self._begun = 0

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
        if self.desk.session.brand in self._brands:
            self._place = self._brands.index(self.desk.session.brand)
        self._work_out()

    @property
    def _brands(self) -> list[str]:
        return [one.name for one in self.desk.config.brands if not one.competitor]

    @property
    def brand(self) -> str:
        """The brand it is about, empty where the configuration has none."""
        names = self._brands
        return names[self._place % len(names)] if names else ""

    async def look(self) -> None:
        """Read the line at the top, and show what is there."""
        await self.read_top()
        self._title()
        self.call_after_refresh(self._show, again=True)

    def _title(self) -> None:
        styles = palette_of(self)
        words = f"{one_line(self.brand)} · {one_line(stretch_name(self._stretch))}"
        self.text.border_title = content([(words, styles.strong)])

    def _work_out(self) -> None:
        """Make the report anew; one that is being made is left to end for nothing."""
        self._begun += 1
        self.found = None
        if not self.brand:
            self._show()
            return
        self._title()
        self.later(partial(self._make, self._begun, self._stretch))
        self.call_after_refresh(self._show)

    async def _make(self, number: int, stretch: Stretch) -> None:
        desk = self.desk
        found = await report(
            desk.store, desk.config, self.brand, stretch, desk.clock(), zone=zone()
        )
        if number == self._begun and self.is_attached:
            self.found = found
            self.call_after_refresh(self._show)

    def _show(self, *, again: bool = False) -> None:
        width, styles = self.text.view.width, palette_of(self)
        if width < 4:
            return
        if self.found is not None:
            lines = report_lines(document(self.found), width, styles)
        elif self.brand:
            lines = [[(_("The report is being worked out …"), styles.faint)]]
        else:
            lines = [[(_("No brand is set up: there is nothing to report on."), styles.faint)]]
        self.text.show(Laid(lines), again=again)

    def on_resize(self) -> None:
        """Fit the tables anew."""
        self.call_after_refresh(self._show, again=True)

    # --- keys --------------------------------------------------------------------------------

    def do_report_stretch(self) -> None:
        """Choose a week, a month, or a campaign."""
        self.later(self._choose)

    async def _choose(self) -> None:
        now, brand = self.desk.clock(), self.brand
        listed = stretches(now)
        for one in await campaigns(self.desk.store, brand):
            if one.from_at <= now:
                listed.append(campaign_days(one, now, zone()))
        choices = [
            Choice(one, one_line(stretch_name(one)), _days(one), on=one == self._stretch)
            for one in listed
        ]

        def chosen(choice: Choice | None) -> None:
            if choice is not None and isinstance(choice.value, Stretch):
                self._stretch = choice.value
                self._work_out()

        self.app.push_screen(Picker(_("Which time"), lambda text: narrowed(choices, text)), chosen)

    def do_brand(self) -> None:
        """Report on the next brand."""
        self._place += 1
        self._work_out()

    def do_report_copy(self) -> None:
        """Copy it as Markdown."""
        if self.found is not None:
            self.app.copy_to_clipboard(written(self.found, "md"))
            self.tell(_("The report is copied, as Markdown."))

    def do_report_save(self) -> None:
        """Write it to a file: a page for browsers, or Markdown."""
        if (found := self.found) is None:
            return
        home = Path.home()

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.later(partial(self._save, found, Path(str(choice.value)).expanduser()))

        names = [home / file_name(found, form) for form in ("html", "md")]
        hint = _("or another file: .html or .md")
        picker = Picker(_("Write to a file"), partial(file_choices, names), hint=hint)
        self.app.push_screen(picker, chosen)

    async def _save(self, found: Report, target: Path) -> None:
        try:
            await asyncio.to_thread(save, found, target)
        except CommandError as error:
            self.refuse(say(error.sentence))
            return
        self.file = target
        self.tell(_("Written to {path}; only you may read it.").format(path=one_line(str(target))))

    def do_report_open(self) -> None:
        """Open the page that was written last; where no browser is, copy where it lies."""
        if self.file is None:
            self.refuse(_("Write it to a file first."))
        elif open_page(self.file):
            self.tell(_("Opened in the browser."))
        else:
            self.app.copy_to_clipboard(str(self.file))
            self.tell(_("No browser here can show it: where it lies is copied."))


def stretches(now: Micros) -> list[Stretch]:
    """Return the weeks and months that are offered: the running ones, then those before."""
    today = day_of(now, zone())
    weeks = [week_name(today - timedelta(days=WEEK * back)) for back in range(WEEKS)]
    months = [f"{months_on(today.replace(day=1), -back):%Y-%m}" for back in range(MONTHS)]
    return [
        *(week(name, now, zone()) for name in weeks),
        *(month(name, now, zone()) for name in months),
    ]


def _days(one: Stretch) -> str:
    return f"{date(one.since)} – {date(Micros(one.until - 1))}"


def file_choices(names: Sequence[Path], text: str) -> list[Choice]:
    """Return where a report may be written; what was typed is taken as it is."""
    words = text.strip()
    if words:
        return [Choice(words, words)]
    kinds = {".html": _("a page to look at, to print or to send"), ".md": _("Markdown to paste")}
    return [Choice(str(one), one_line(str(one)), kinds[one.suffix]) for one in names]
