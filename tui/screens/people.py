"""Everybody who was heard, or entered: who they are to us, where they are, what may be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual import on

from listeners.people.likeness import Likeness
from listeners.people.rows import ROLES, SORTS, PeopleFilter, PersonRow
from listeners.store.people import people, people_ids
from listeners.store.profile_links import maybe_one
from listeners.store.reads.people import tags_of_people
from listeners.store.reads.person_page import person_page
from tui.desk import Desk
from tui.formats import zone
from tui.i18n import _, number
from tui.language import msgid
from tui.people_words import SORTED
from tui.screens.own_keys import own, own_bindings
from tui.screens.people_doing import PeopleDoing
from tui.screens.people_import import ask_press_list
from tui.screens.people_picking import TextPicker, filter_choices, filter_words
from tui.screens.person import PersonScreen, own_words
from tui.screens.pickers import Picker
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.people_rows import MAYBE, Entry, PeopleRows
from tui.widgets.person_lines import page_lines
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

PAGE = 300
"""People read at once; more are read before the cursor is at the end of these."""
_AHEAD = 60
_HUGE = 180
"""Columns from which a person fits on one line beside the page."""

_KEYS = (
    own("open", "enter,l,right", msgid("Open"), 1),
    own("people.role", "i", msgid("Role"), 2),
    own("tag", "t", msgid("Tag"), 3),
    own("note", "c", msgid("Note"), 4),
    own("search", "/", msgid("Search"), 5),
    own("filter", "f", msgid("Filter"), 6),
    own("people.sort", "s", msgid("Sort"), 7),
    own("mark", "space,x", msgid("Mark"), 8),
    own("merge", "M", msgid("One person"), 9),
    own("people.maybe", "u", msgid("Maybe one?"), 10),
    own("people.edit", "e", msgid("Name, outlet"), 11),
    own("people.import", "a", msgid("Press list"), 12),
    own("mute", "m", msgid("Mute"), 13),
    own("split", "S", msgid("Split"), 14),
    own("undo", "z", msgid("Undo"), 15),
    own("filter.clear", "F", msgid("Everybody"), 16),
    own("mark.range", "v", msgid("Mark range"), 17),
    own("mark.all", "*", msgid("Mark all"), 18),
    own("browser", "o", msgid("Browser"), 19),
    own("copy.link", "y", msgid("Copy link"), 20),
    own("back", "escape,h,left,q", msgid("Back"), 21),
)
_OTHERS = ("redo", "palette", "refresh", "brand", "detail.down", "detail.up", "more")


class PeopleScreen(TwoPanes[PeopleRows], PeopleDoing[None]):
    """The list of people, and the one under the cursor beside it where there is room."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    PeopleScreen #body { layout: horizontal; }
    PeopleScreen #about { display: none; }
    PeopleScreen.-wide #about, PeopleScreen.-huge #about { display: block; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.wanted = PeopleFilter(brand=desk.session.brand)
        self._maybe: Sequence[Likeness] | None = None
        self._tags: Sequence[str] = ()
        self._limit = PAGE
        self._more = False
        self._found: list[int] = []
        self._found_for: tuple[PeopleFilter, int] | None = None
        self.list = PeopleRows(RowList(), self._load, desk.clock, id="people")
        self.about = ThreadMessages(id="about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Entry]:
        rows = await people(self.desk.store, [one for one in ids if one], self.wanted.brand)
        found = {one: Entry(person) for one, person in rows.items()}
        if MAYBE in ids:
            found[MAYBE] = Entry(maybe=len(self._maybe or ()))
        return found

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read a page of people in the order asked for, and show it."""
        await self.read_top()
        store = self.desk.store
        if not self.wanted.text or self._found_for != (self.wanted, self._limit):
            # Words are looked for in every name: once is enough, however often the store changes.
            self._found = list(await people_ids(store, self.wanted, limit=self._limit))
            self._found_for = (self.wanted, self._limit)
        ids = self._found
        self._more = len(ids) == self._limit
        self._tags = await tags_of_people(store)
        if self._maybe is None:
            self._maybe = []
            self.later(self._look_for_pairs)
        shown = [MAYBE, *ids] if self._maybe and not filter_words(self.wanted) else ids
        first = not self.list.state.touched and shown[:1] == [MAYBE] and len(shown) > 1
        # Marks and the cursor stand still while people are chosen.
        self.list.offer(shown, frozen=bool(self.list.state.marks), watched=False)
        if first and self.list.state.index == 0:
            self.list.move_to(1)
        self._say_empty()
        await self.list.reload()
        self._titles()
        await self._show_about()

    async def _look_for_pairs(self) -> None:
        """Look who may be one person: when the screen opens, and after somebody was judged."""
        self._maybe = await maybe_one(self.desk.store, self.desk.clock())
        if self.is_attached and self._maybe:
            self.look_again()

    def _say_empty(self) -> None:
        styles = palette_of(self)
        if filter_words(self.wanted):
            lines: list[Line] = [
                [(_("Nobody fits: {filter}").format(filter=filter_words(self.wanted)),
                  styles.strong)],
                [(_("F shows everybody again."), styles.faint)],
            ]  # fmt: skip
        else:
            lines = [
                [(_("Nobody was heard yet."), styles.strong)],
                [(_("Everybody who is heard stands here by itself; a takes in a press list."),
                  styles.faint)],
            ]  # fmt: skip
        self.list.say_empty(lines)

    def _titles(self) -> None:
        styles = palette_of(self)
        title: Line = [
            ("❯ " if self.list.has_focus else "", styles.key),
            (_("People"), styles.strong),
            (f" · {_(SORTED[self.wanted.sort])}", styles.accent),
        ]
        if narrowed := filter_words(self.wanted):
            title.append((f" · {narrowed}", styles.match))
        self.list.border_title = content(title)
        count = sum(one != MAYBE for one in self.list.state.ids)
        under = number(count) + ("+" if self._more else "")
        if marked := len(self.list.state.marks):
            under = _("{count} marked").format(count=number(marked))
        self.list.border_subtitle = content([(under, styles.faint)])
        self.about.border_title = content([(_("Who is this"), styles.faint)])

    async def _show_about(self) -> None:
        row = self.list.row
        width = self.about.view.width
        if row is None or row.person is None or not self.about.display or width < 4:
            self.about.show(Laid([]), again=False)
            return
        desk, now = self.desk, self.desk.clock()
        page = await person_page(
            desk.store, row.person.id, self.wanted.brand, now, zone(), own_words(desk)
        )
        talks = await desk.conversations(page.conversations[:5]) if page is not None else {}
        if page is not None and self.list.row == row:
            ordered = [talks[one] for one in page.conversations if one in talks]
            lines = page_lines(page, ordered, width, now, palette_of(self))
            self.about.show(Laid(lines), again=False)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        if self._more and self.list.state.index > len(self.list.state) - _AHEAD:
            self._limit += PAGE
            self.look_again()
        elif self.about.display:
            self.later(self._show_about)

    def on_resize(self) -> None:
        """Give the list what it needs, and wrap anew for the new width."""
        self.about.styles.width = 48 if self.size.width < _HUGE else 72
        self.call_after_refresh(partial(self.later, self._show_about))

    def marks_changed(self) -> None:
        """Show how many are marked."""
        self.list.state.marks.discard(MAYBE)
        self._titles()

    # --- what is chosen ------------------------------------------------------------------------

    def persons(self) -> Sequence[PersonRow]:
        """Return the marked people, else the one under the cursor."""
        found = [self.list.known(one) for one in self.list.state.targets]
        return [one.person for one in found if one is not None and one.person is not None]

    def tags_known(self) -> Sequence[str]:
        """Return the tags people have, and those of conversations."""
        return sorted({*self._tags, *self.desk.tags_seen()})

    def was_done(self) -> None:
        """Let go of the marks; who is judged is looked for anew."""
        self.list.state.clear_marks()
        self._maybe = self._found_for = None

    # --- keys ----------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        row = self.list.row
        if row is None:
            return
        if row.person is None:
            self.do_people_maybe()
        else:
            self.app.push_screen(PersonScreen(self.desk, row.person.id))

    @property
    def address(self) -> str:
        """The first web address of the person under the cursor."""
        row = self.list.row
        accounts = row.person.accounts if row is not None and row.person is not None else ()
        return next((one.url for one in accounts if one.url), "")

    def do_people_maybe(self) -> None:
        """Ask about those who may be one person."""
        self.ask_maybe(self._maybe or ())

    def do_people_sort(self) -> None:
        """Show them in the next order."""
        at = (SORTS.index(self.wanted.sort) + 1) % len(SORTS)
        self._narrow(replace(self.wanted, sort=SORTS[at]))
        self.tell(_(SORTED[SORTS[at]]))

    def do_filter(self) -> None:
        """Ask whom to show."""

        def chosen(choice: Choice) -> None:
            if isinstance(choice.value, PeopleFilter):
                self._narrow(choice.value)

        choices = partial(filter_choices, self.wanted, ROLES, self._tags)
        self._ask(Picker(_("Show whom?"), choices), chosen)

    def do_filter_clear(self) -> None:
        """Show everybody."""
        self._narrow(PeopleFilter(brand=self.wanted.brand, sort=self.wanted.sort))

    def do_search(self) -> None:
        """Ask for words of a name, a handle or an outlet."""

        def chosen(choice: Choice) -> None:
            self._narrow(replace(self.wanted, text=str(choice.value)))

        hint = _("a name, a handle, an outlet")
        self._ask(TextPicker(_("Search people"), self.wanted.text, hint=hint), chosen)

    def do_brand(self) -> None:
        """Show the people of the next brand, or of all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self._narrow(replace(self.wanted, brand=self.desk.session.brand))

    def _narrow(self, wanted: PeopleFilter) -> None:
        self.wanted, self._limit = wanted, PAGE
        self.list.state.clear_marks()
        self.list.move_to(0)
        self.look_again()

    def do_people_import(self) -> None:
        """Ask for the file of a press list."""
        ask_press_list(self)
