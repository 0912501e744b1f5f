"""One person on the whole screen: who they are, and all that was said between them and us."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus

from listeners.people.rows import PersonRow
from listeners.rows import ConversationRow
from listeners.store.people import people
from listeners.store.profile_links import maybe_one
from listeners.store.reads.people import tags_of_people
from listeners.store.reads.person_page import PersonPage, person_page, persons_of_subject
from tui.actions import Panel
from tui.desk import Desk
from tui.formats import zone
from tui.i18n import _, ngettext, number
from tui.language import msgid
from tui.people_words import person_name
from tui.screens.own_keys import own, own_bindings
from tui.screens.people_doing import PeopleDoing
from tui.screens.person_forgetting import ask_to_forget
from tui.screens.pickers import Picker, narrowed
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.person_lines import page_lines
from tui.widgets.row_list import VirtualList
from tui.widgets.rows import MentionRows
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from tui.screens.base import HubScreen

_TALKS = 12
"""Conversations listed on the page."""

_KEYS = (
    own("open", "enter,l,right", msgid("Open"), 1),
    own("people.role", "i", msgid("Role"), 2),
    own("tag", "t", msgid("Tag"), 3),
    own("note", "c", msgid("Note"), 4),
    own("people.edit", "e", msgid("Name, outlet"), 5),
    own("mute", "m", msgid("Mute"), 6),
    own("split", "S", msgid("Split"), 7),
    own("people.maybe", "u", msgid("Maybe one?"), 8),
    own("browser", "o", msgid("Browser"), 9),
    own("undo", "z", msgid("Undo"), 10),
    own("copy.link", "y", msgid("Copy link"), 11),
    own("copy.text", "Y", msgid("Copy text"), 12),
    own("people.forget", "D", msgid("Forget"), 13),
    own("back", "escape,h,left,q", msgid("Back"), 14),
)
_OTHERS = ("redo", "palette", "refresh", "brand", "detail.down", "detail.up", "more")


class PersonScreen(TwoPanes[MentionRows], PeopleDoing[None]):
    """The person above or beside the messages of theirs and ours, newest first."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    PersonScreen #body { layout: vertical; }
    PersonScreen.-wide #body, PersonScreen.-huge #body { layout: horizontal; }
    """

    def __init__(self, desk: Desk, person: int) -> None:
        super().__init__(desk)
        self.person = person
        self._shown: PersonPage | None = None
        self._talks: Sequence[ConversationRow] = ()
        self._tags: Sequence[str] = ()
        self.list = MentionRows(RowList(), desk.mentions, desk.clock, id="said")
        self.about = ThreadMessages(id="about")

    def compose(self) -> ComposeResult:
        """Lay the person first, then what was said."""
        yield self.status
        with Container(id="body"):
            yield self.about
            yield self.list
        yield TooSmall()
        yield self.keys

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the person and the messages, and show them."""
        await self.read_top()
        desk = self.desk
        page = await person_page(
            desk.store, self.person, desk.session.brand, desk.clock(), zone(), own_words(desk)
        )
        self._shown = page
        self._tags = await tags_of_people(desk.store)
        if page is not None:
            self.person = page.row.id
            rows = await desk.conversations(page.conversations[:_TALKS])
            self._talks = [rows[one] for one in page.conversations if one in rows]
        self.list.offer(page.messages if page is not None else (), frozen=False)
        styles = palette_of(self)
        self.list.say_empty([[(_("Nothing of theirs was heard yet."), styles.strong)]])
        await self.list.reload()
        self._titles()
        self.call_after_refresh(self._show_about)

    def _titles(self) -> None:
        styles, page = palette_of(self), self._shown
        name = one_line(person_name(page.row)) if page is not None else _("Nobody")
        on_list = self.list.has_focus
        title: Line = [
            ("" if on_list else "❯ ", styles.key),
            (_("Person"), styles.strong),
            (f" · {name}", styles.ink),
        ]
        self.about.border_title = content(title)
        self.about.border_subtitle = content([(f"#{self.person}", styles.faint)])
        count = len(page.messages) if page is not None else 0
        said = ngettext("{count} message", "{count} messages", count)
        self.list.border_title = content(
            [("❯ " if on_list else "", styles.key), (_("Said by them and us"), styles.strong)]
        )
        self.list.border_subtitle = content(
            [(said.format(count=number(count)), styles.faint)] if count else []
        )

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        self._titles()

    def _show_about(self) -> None:
        width = self.about.view.width
        if width < 4:
            return
        styles = palette_of(self)
        if self._shown is None:
            self.about.show(Laid([[(_("This person is no longer there."), styles.warn)]]),
                            again=False)  # fmt: skip
            return
        lines = page_lines(self._shown, self._talks, width, self.desk.clock(), styles)
        # What is known of them stands first: the place is kept from the top.
        self.about.show(Laid(lines, self.about.scroll_offset.y), again=False)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about)

    # --- what the verbs and keys ask -----------------------------------------------------------

    def persons(self) -> Sequence[PersonRow]:
        """Return the person."""
        return (self._shown.row,) if self._shown is not None else ()

    def tags_known(self) -> Sequence[str]:
        """Return the tags people have, and those of conversations."""
        return sorted({*self._tags, *self.desk.tags_seen()})

    @property
    def address(self) -> str:
        """The address of the message under the cursor, else of the person's first profile."""
        row = self.list.row
        if row is not None and row.url and self.list.has_focus:
            return row.url
        accounts = self._shown.row.accounts if self._shown is not None else ()
        return next((one.url for one in accounts if one.url), "")

    @property
    def words(self) -> str:
        """The text of the message under the cursor."""
        row = self.list.row
        return row.text if row is not None else ""

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        row = self.list.row
        if row is not None:
            self.hub.open_subject(Panel.STREAM, row.id)

    def do_people_maybe(self) -> None:
        """Ask about those who may be the same person as this one."""
        self.later(self._ask_maybe)

    async def _ask_maybe(self) -> None:
        pairs = await maybe_one(self.desk.store, self.desk.clock())
        self.ask_maybe([one for one in pairs if self.person in (one.one, one.other)])

    def do_people_forget(self) -> None:
        """Ask whether to erase this person for good."""
        if self._ready() and self._shown is not None:
            self.later(partial(ask_to_forget, self, self._shown.row))

    def do_brand(self) -> None:
        """Count for the next brand, or for all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self.look_again()


def own_words(desk: Desk) -> tuple[str, ...]:
    """Return the names of our brands, which are no words of anybody's."""
    return tuple(
        name
        for brand in desk.config.brands
        for name in (
            brand.name,
            *brand.names,
            *(h for all_ in brand.handles.values() for h in all_),
        )
    )


def open_person_of(screen: HubScreen[Any]) -> None:
    """Show who wrote what is under the cursor; of several people ask which one."""
    from tui.screens.triage import TriageScreen

    subjects = screen.subjects() if isinstance(screen, TriageScreen) else None
    if subjects is None:
        screen.refuse(_("Nothing is selected."))
        return
    mention = None
    if subjects.kind == "conversation" and screen.panel is Panel.THREAD:
        detail = screen.detail if isinstance(screen, TriageScreen) else None
        focus = detail.thread.focus if detail is not None else None
        mention = focus.id if focus is not None else None
    screen.later(partial(_open, screen, subjects.kind, subjects.ids[0], mention))


async def _open(screen: HubScreen[Any], kind: str, subject: int, mention: int | None) -> None:
    desk = screen.desk
    ids = await persons_of_subject(desk.store, kind, subject, mention)
    known = await people(desk.store, ids)
    there = [known[one] for one in ids if one in known]
    if not there:
        screen.refuse(_("Nobody wrote this: there is no person behind it."))
    elif len(there) == 1:
        screen.app.push_screen(PersonScreen(desk, there[0].id))
    else:
        listed = [Choice(one.id, one_line(person_name(one))) for one in there]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                screen.app.push_screen(PersonScreen(desk, int(str(choice.value))))

        screen.app.push_screen(Picker(_("Who of them?"), partial(narrowed, listed)), chosen)
