"""The planning: a month, a week or an agenda of posts and actions, and the cadence of channels."""

from __future__ import annotations

from datetime import date, timedelta

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from listeners.planning.calendar import WEEK, day_of, months_on
from tui.i18n import _, zone
from tui.language import msgid
from tui.screens.own_keys import own, own_bindings
from tui.screens.plan_view import VIEWS, PlanView, View
from tui.screens.rule_form import Typed
from tui.widgets.plan_grid import PlanGrid
from tui.widgets.row_list import VirtualList
from tui.widgets.too_small import TooSmall

_KEYS = (
    own("plan.add", "i", msgid("New"), 1),
    own("plan.open", "enter", msgid("Open"), 2),
    own("plan.view", "v", msgid("View"), 3),
    own("plan.next", ">", msgid("Next state"), 4),
    own("done", "e", msgid("Done"), 5),
    own("plan.later", "L,shift+right", msgid("A day later"), 6),
    own("take", "a", msgid("Mine"), 7),
    own("dismiss", "d", msgid("Remove"), 8),
    own("plan.today", "t", msgid("Today"), 9),
    own("plan.previous", "<", msgid("State before"), 10),
    own("plan.earlier", "H,shift+left", msgid("A day earlier"), 11),
    own("plan.hour_later", "J,shift+down", msgid("An hour later"), 12),
    own("plan.hour_earlier", "K,shift+up", msgid("An hour earlier"), 13),
    own("assign", "A", msgid("Give to"), 14),
    own("plan.mine", "V", msgid("Only mine"), 15),
    own("plan.find", "/", msgid("Narrow"), 16),
    own("plan.mark", "space,x", msgid("Mark"), 17),
    own("plan.mark_all", "*", msgid("Mark all"), 18),
    own("plan.copy", "Y", msgid("Copy the text"), 19),
    own("plan.month", "1", msgid("Month"), 20),
    own("plan.week", "2", msgid("Week"), 21),
    own("plan.agenda", "3", msgid("Agenda"), 22),
    own("plan.cadence", "4", msgid("Cadence"), 23),
    own("plan.left", "left,h", msgid("The day before"), 24),
    own("plan.right", "right,l", msgid("The next day"), 25),
    own("plan.back", "escape,q", msgid("Back"), 26),
    own("help", "?,f1", msgid("Help"), 27),
)
_OF_CHANNELS = ("plan.add", "plan.open", "plan.view", "dismiss", "plan.back", "help")
"""What the keys still mean among channels."""
_OTHERS = ("undo", "redo", "palette", "refresh", "brand", "more")


class PlanningScreen(PlanView[None]):
    """The calendar above the entries of its day, and beside them all about one of them."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    PlanningScreen #plan-left { width: 1fr; height: 1fr; }
    PlanningScreen #plan-about { display: none; }
    PlanningScreen.-wide #plan-left, PlanningScreen.-huge #plan-left { width: 2.6fr; }
    PlanningScreen.-wide #plan-about, PlanningScreen.-huge #plan-about {
        display: block;
    }
    PlanningScreen.-listed #plan-grid { display: none; }
    PlanningScreen #plan-channels { display: none; }
    PlanningScreen.-cadence #plan-grid, PlanningScreen.-cadence #plan-day { display: none; }
    PlanningScreen.-cadence #plan-about { display: none; }
    PlanningScreen.-cadence #plan-channels { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Lay the calendar above its day, and one entry beside both."""
        yield self.status
        with Horizontal(id="body"):
            with Vertical(id="plan-left"):
                yield self.grid
                yield self.list
                yield self.channels
            yield self.about
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the calendar."""
        for pane in (self.grid, self.list, self.channels, self.about):
            pane.add_class("pane")
        self.grid.focus()

    def show_keys(self) -> None:
        """Show the keys of the view."""
        channels = self._view == "cadence"
        listed = [one for one in self.OWN if not channels or one.id in _OF_CHANNELS]
        self.keys.show_keys([(one, _(one.label)) for one in listed])

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.look_again)
        if not self._in_grid:
            self.call_after_refresh(self.rows.focus)

    def on_descendant_focus(self) -> None:
        """Show where the keyboard is."""
        self._draw()

    # --- moving ------------------------------------------------------------------------------

    def go_to(self, day: date) -> None:
        """Put the cursor on a day, and show its month or week if it is another."""
        first, last = self._stretch()
        self._day = min(max(day, date(1970, 1, 2)), date(2119, 1, 1))
        self.list.state.marks.clear()
        if first <= self._day <= last and self._view in ("month", "week"):
            self._draw()
            self.later(self._fill_and_title)
        else:
            self.look_again()

    def moved(self, days: int) -> None:
        """Go with the entry that was moved; several are left where they went."""
        if days and self._in_grid and not self.list.state.marks:
            self._by(days)

    def _by(self, days: int) -> None:
        self.go_to(self._day + timedelta(days=days))

    @on(PlanGrid.Pointed)
    def _pointed(self, event: PlanGrid.Pointed) -> None:
        self.grid.focus()
        self.go_to(event.day)
        if event.twice:
            self.do_plan_open()

    def do_plan_left(self) -> None:
        """Go to the day before; from the entries of a day back to the calendar."""
        if self._in_grid and self.list.has_focus:
            self.grid.focus()
        elif self._view != "cadence":
            self._by(-1 if self._in_grid else -WEEK)

    def do_plan_right(self) -> None:
        """Go to the next day; among the entries of a day, open one."""
        if self._in_grid and self.list.has_focus:
            self.do_plan_open()
        elif self._view != "cadence":
            self._by(1 if self._in_grid else WEEK)

    def do_list_down(self) -> None:
        """Go a week on in a month, an entry on everywhere else."""
        if self.grid.has_focus and self._view == "month":
            self._by(WEEK)
        else:
            self.rows.move(1)

    def do_list_up(self) -> None:
        """Go a week back in a month, an entry back everywhere else."""
        if self.grid.has_focus and self._view == "month":
            self._by(-WEEK)
        else:
            self.rows.move(-1)

    def _page(self, pages: int) -> None:
        if self.grid.has_focus and self._view == "month":
            self.go_to(months_on(self._day, pages))
        elif self.grid.has_focus:
            self._by(pages * WEEK)
        else:
            super()._page(pages)

    def do_plan_today(self) -> None:
        """Go to the present day."""
        self.go_to(day_of(self.desk.clock(), zone()))

    def do_plan_open(self) -> None:
        """From a day to its entries, from an entry to its form; an empty day gets a new one."""
        channel = self.chosen_channel()
        if channel is not None:
            self.ask_target(channel.channel, channel.target)
        elif self._in_grid and self.grid.has_focus and self._listed:
            self.list.focus()
        elif self.targets():
            self.change()
        else:
            self.do_plan_add()

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.do_plan_open()

    def do_plan_back(self) -> None:
        """From a day's entries to the calendar, from there one level up."""
        if self._in_grid and self.list.has_focus:
            self.grid.focus()
        elif self._wanted:
            self._wanted = ""
            self.look_again()
        else:
            self.dismiss()

    def do_plan_mark(self) -> None:
        """Mark the entry, or unmark it, and go to the next."""
        if self._view != "cadence":
            self.do_mark()

    def do_plan_mark_all(self) -> None:
        """Mark every entry of the list, or none."""
        if self._view != "cadence":
            self.do_mark_all()

    def do_plan_copy(self) -> None:
        """Copy the text of the entry, to post it where it belongs."""
        self.do_copy_text()

    # --- what is shown -----------------------------------------------------------------------

    def _show_view(self, view: View) -> None:
        if view != self._view and "agenda" in (view, self._view):
            # The agenda begins today; a calendar goes back to the day that is looked at.
            self._day = day_of(self.desk.clock(), zone())
        self._view = view
        self.list.state.marks.clear()
        self._lay_out()
        self.show_keys()
        (self.grid if self._in_grid else self.rows).focus()
        self.look_again()

    def do_plan_view(self) -> None:
        """Show the next view."""
        self._show_view(VIEWS[(VIEWS.index(self._view) + 1) % len(VIEWS)])

    def do_plan_month(self) -> None:
        """Show a month."""
        self._show_view("month")

    def do_plan_week(self) -> None:
        """Show a week."""
        self._show_view("week")

    def do_plan_agenda(self) -> None:
        """Show what comes, and what is late before it."""
        self._show_view("agenda")

    def do_plan_cadence(self) -> None:
        """Show how often each channel spoke, against its target."""
        self._show_view("cadence")

    def do_plan_add(self) -> None:
        """Plan something; among channels, give one a target."""
        if self._view != "cadence":
            super().do_plan_add()
            return
        typed = Typed(_("Channel"), "", _("a network, or another word: newsletter"), longest=40)

        def named(text: str | None) -> None:
            if text:
                self.ask_target(text.casefold(), None)

        self.app.push_screen(typed, named)

    def do_plan_mine(self) -> None:
        """Show only what is mine, or everything."""
        self._mine = not self._mine
        self.tell(_("Only what is yours.") if self._mine else _("Everybody’s."))
        self.look_again()

    def do_plan_find(self) -> None:
        """Show only what holds some words."""

        def narrowed(text: str | None) -> None:
            if text is not None:
                self._wanted = text
                self.look_again()

        self.app.push_screen(Typed(_("Narrow"), self._wanted, _("words")), narrowed)

    def do_brand(self) -> None:
        """Show the next brand's plan, or that of all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self.look_again()
