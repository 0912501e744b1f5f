"""Connect, convince, convert: how many are where, who moved, and who is worth a next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from listeners.actions.stages import return_to_rules, set_stage
from listeners.model import Micros
from listeners.planning.calendar import week_of
from listeners.stages.facts import STAGES, Stage
from listeners.staging import steps_due
from listeners.store.campaigns import campaigns
from listeners.store.stage_people import Stuck, Which, last_words, placed
from listeners.store.stages import Funnel, funnel, incomplete, moves_of, stuck
from tui.desk import Desk
from tui.i18n import _, ngettext, number, say, zone
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.pickers import Picker, narrowed
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.stage_words import LISTS, stage_word
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.stage_lines import funnel_lines, page_lines
from tui.widgets.stage_rows import Listed, StageRows
from tui.widgets.thread import ThreadHead, ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.too_small import TooSmall

WEEKS = 8
RULES = ""
"""The choice that gives a stage back to the rules."""

_KEYS = (
    own("open", "enter,l,right", msgid("Person"), 1),
    own("stage.pick", "e", msgid("Stage by hand"), 2),
    own("stage.listed", "w", msgid("Other list"), 3),
    own("filter", "f", msgid("Campaign"), 4),
    own("brand", "B", msgid("Brand"), 5),
    own("undo", "z", msgid("Undo"), 6),
    own("mark", "space,x", msgid("Mark"), 7),
    own("mark.range", "v", msgid("Mark range"), 8),
    own("mark.all", "*", msgid("Mark all"), 9),
    own("back", "escape,h,left,q", msgid("Back"), 10),
)
_OTHERS = ("detail.down", "detail.up", "redo", "palette", "refresh", "more")


class StagesScreen(TwoPanes[StageRows], OwnKeysScreen[None]):
    """The funnel above, people below it, and beside them all about the one under the cursor."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    StagesScreen #body { layout: vertical; }
    StagesScreen #below { layout: vertical; height: 1fr; }
    StagesScreen.-huge #below { layout: horizontal; }
    StagesScreen #about { display: block; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._which: Which = "next steps"
        self._campaign: tuple[int, str] | None = None
        self._funnel = Funnel({})
        self._weeks: Sequence[Micros] = ()
        self._known: Mapping[int, Listed] = {}
        self._numbers: dict[tuple[int, str], int] = {}
        self._told: tuple[int, list[Line]] | None = None
        self._figures = ThreadHead()
        self.list = StageRows(RowList(), self._load, desk.clock, id="people")
        self.about = ThreadMessages(id="about")

    def compose(self) -> ComposeResult:
        """Lay the funnel above the people."""
        yield self.status
        with Container(id="body"):
            with Vertical(id="funnel", classes="pane"):
                yield self._figures
            with Container(id="below"):
                yield self.list
                yield self.about
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Give the funnel what it needs, and the people the rest."""
        super().on_mount()
        self.query_one("#funnel").styles.height = len(STAGES) + 3
        self.list.styles.height = "3fr"
        self.about.styles.height = "2fr"

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Listed]:
        return {one: self._known[one] for one in ids if one in self._known}

    # --- looking -------------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the funnel, its weeks and the people listed, and show them."""
        desk, now = self.desk, self.desk.clock()
        await self.read_top()
        brand = desk.session.brand
        campaign = self._campaign[0] if self._campaign is not None else None
        self._weeks = [week_of(now, zone(), -back) for back in range(WEEKS - 1, -1, -1)]
        self._funnel = await funnel(
            desk.store, brand, self._weeks[0], Micros(now + 1), campaign=campaign, zone=zone()
        )
        growing = await incomplete(desk.store)
        listed = await self._people(brand, campaign, now)
        found = {self._number(one.row): one for one in listed}
        shown = {one: self._known[one] for one in self.list.state.ids if one in self._known}
        self._known = {**shown, **found}
        self.list.offer(list(found), frozen=bool(self.list.state.marks))
        self._say_empty(growing=growing)
        await self.list.reload()
        self._show_funnel()
        self._titles(growing=growing)
        await self._read_about()

    def _number(self, row: Stuck) -> int:
        """Return the number of a row: somebody known to two brands has one for each."""
        return self._numbers.setdefault((row.person_id, row.brand), len(self._numbers))

    async def _people(self, brand: str, campaign: int | None, now: Micros) -> list[Listed]:
        store = self.desk.store
        if self._which != "next steps":
            rows = await placed(store, brand, self._which, campaign=campaign)
            return [Listed(row, None) for row in rows]
        rows = await stuck(store, brand, now, campaign=campaign)
        return [Listed(row, step) for row, step in steps_due(rows, self.desk.config, now)]

    def _show_funnel(self) -> None:
        width = self._figures.size.width
        if width > 2:
            styles = palette_of(self)
            self._figures.show(funnel_lines(self._funnel, self._weeks, width, styles))

    def _say_empty(self, *, growing: bool) -> None:
        styles = palette_of(self)
        if growing:
            first = _("The histories of people are still being read.")
            then = _("That is done by the hubbub that listens; the figures grow meanwhile.")
        elif not self._funnel.people:
            first = _("Nobody has mentioned the brand yet.")
            then = _("Whoever does is met here; competitors and our own accounts are not.")
        elif self._which == "next steps":
            first = _("Nobody waits for a next step.")
            then = _("Here come people who praise us or reach many and had no answer, and those "
                     "in conversation for long. w lists others.")  # fmt: skip
        else:
            first = _("Nobody yet.")
            then = _("w lists others.")
        self.list.say_empty([[(first, styles.strong)], [(then, styles.faint)]])

    def _titles(self, *, growing: bool) -> None:
        styles, brand = palette_of(self), self.desk.session.brand
        pane = self.query_one("#funnel")
        whose = one_line(brand) or _("all brands")
        title: Line = [(_("Stages"), styles.strong), (f" · {whose}", styles.accent)]
        if self._campaign is not None:
            title.append((f" · {one_line(self._campaign[1])}", styles.accent))
        pane.border_title = content(title)
        below: Line = [(_("weeks: who came to a stage, from Monday on"), styles.faint)]
        if growing:
            below = [(_("histories are still being read: figures grow"), styles.warn)]
        pane.border_subtitle = content(below)
        self.list.border_title = content(
            [
                ("❯ " if self.list.has_focus else "", styles.key),
                (_(LISTS[self._which]), styles.strong),
            ]
        )
        self.marks_changed()

    def marks_changed(self) -> None:
        """Say how many are listed, or marked."""
        styles, marks = palette_of(self), len(self.list.state.marks)
        count = ngettext("{count} person", "{count} persons", len(self.list.state))
        text = count.format(count=number(len(self.list.state)))
        if marks:
            text = ngettext("{count} marked", "{count} marked", marks).format(count=marks)
        self.list.border_subtitle = content([(text, styles.faint)])

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.later(self._read_about)

    async def _read_about(self) -> None:
        listed = self.list.row
        if listed is None:
            self._told = None
        else:
            row, store = listed.row, self.desk.store
            moves = await moves_of(store, row.person_id, row.brand)
            said = await last_words(store, row.person_id, row.brand)
            if self.list.row is not listed:
                return
            again = self._told is not None and self._told[0] == row.person_id
            width = self.about.view.width
            lines = page_lines(
                row, listed.step, moves, said, width, self.desk.clock(), palette_of(self)
            )
            self._told = (row.person_id, lines)
            self.about.show(Laid(lines), again=again)
            self.about.border_title = content([(_("Why, and what next"), palette_of(self).strong)])
            return
        self.about.show(Laid([]), again=False)

    def on_resize(self) -> None:
        """Draw anew for the new width."""
        self.call_after_refresh(self.look_again)

    # --- keys ----------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        listed = self.list.row
        if listed is None:
            self.refuse(_("Nobody is selected."))
            return
        from tui.screens.person import PersonScreen

        self.app.push_screen(PersonScreen(self.desk, listed.row.person_id))

    def do_stage_listed(self) -> None:
        """List others: worth a next step, moved, set by hand."""
        names = cast("list[Which]", list(LISTS))
        self._which = names[(names.index(self._which) + 1) % len(names)]
        self.list.state.begin()
        self.look_again()

    def do_brand(self) -> None:
        """Show the next brand, or all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self._campaign = None
        self.list.state.begin()
        self.look_again()

    def do_filter(self) -> None:
        """Keep those whom a campaign reached, or everybody again."""
        self.later(self._ask_campaign)

    async def _ask_campaign(self) -> None:
        known = await campaigns(self.desk.store, self.desk.session.brand)
        if not known:
            self.refuse(_("There is no campaign yet."))
            return
        choices = [Choice(None, _("everybody"))]
        choices += [Choice((one.id, one.name), one_line(one.name)) for one in known]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._campaign = cast("tuple[int, str] | None", choice.value)
                self.list.state.begin()
                self.look_again()

        self.app.push_screen(Picker(_("Only whom a campaign reached"), partial(narrowed, choices)),
                             chosen)  # fmt: skip

    def do_stage_pick(self) -> None:
        """Ask for the stage of the persons marked, or of the one under the cursor."""
        if self.desk.refusal:
            self.refuse(self.desk.refusal)
            return
        targets = [self._known[one].row for one in self.list.state.targets if one in self._known]
        if not targets:
            self.refuse(_("Nobody is selected."))
            return

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.later(partial(self._set, targets, str(choice.value)))

        self.app.push_screen(Picker(_("Stage by hand"), stage_choices), chosen)

    async def _set(self, targets: Sequence[Stuck], stage: str) -> None:
        desk = self.desk
        for brand in dict.fromkeys(one.brand for one in targets):
            persons = [one.person_id for one in targets if one.brand == brand]
            if stage == RULES:
                outcome = await return_to_rules(
                    desk.store, desk.config, desk.actor, persons, brand, desk.clock()
                )
            else:
                outcome = await set_stage(
                    desk.store, desk.config, desk.actor, persons, brand, cast(Stage, stage),
                    desk.clock(),
                )  # fmt: skip
            if outcome.done:
                self.tell(say(outcome.sentence), undo=True)
            else:
                self.refuse(say(outcome.sentence))
        self.list.state.clear_marks()
        self.look_again()


def stage_choices(text: str) -> Sequence[Choice]:
    """Return the stages that may be set, by number or word, and the rules' own."""
    hints = (
        _("heard: they have mentioned us"),
        _("in conversation, or following our content"),
        _("a fan or a customer"),
    )
    listed = [
        Choice(stage, f"{place}  {stage_word(stage)}", hint)
        for (place, stage), hint in zip(enumerate(STAGES, 1), hints, strict=True)
    ]
    return narrowed([*listed, Choice(RULES, _("0  as the rules say"))], text)
