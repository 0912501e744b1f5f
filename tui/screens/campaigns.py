"""The campaigns: what each brought, day by day, before, during and after; two side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from textual import on

from listeners import actions
from listeners.actions.campaigns import keep_campaign, remove_campaign
from listeners.attributing import attribute
from listeners.campaigns.campaign import Campaign
from listeners.campaigns.comparing import compared
from listeners.campaigns.figures import Span
from listeners.model import SECOND, Micros
from listeners.store import reads
from listeners.store.campaigns import (
    Volume,
    by_quarter,
    campaigns,
    figures,
    progress,
    state_mark,
    top_mentions,
    volumes,
)
from listeners.store.maintenance import windows
from listeners.team import may_write
from tui.campaign_days import daily
from tui.desk import Desk
from tui.formats import zone
from tui.i18n import _, ngettext, number, say
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.pickers import Picker, narrowed
from tui.screens.two_panes import TwoPanes
from tui.sending import tell_in_front
from tui.session import RowList
from tui.widgets.campaign_lines import Detail, about_campaign, two_campaigns
from tui.widgets.campaign_rows import CampaignRows, Listed
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

_TOP = 5
_BESIDE = 120
"""Columns of the terminal from which the two panes lie side by side."""
_HOLDS = 15 * SECOND
"""How long figures are shown before they are counted anew, while nobody changes anything."""
_ORDER = {"running": 0, "coming": 1, "past": 2}

_KEYS = (
    own("open", "enter,l,right", msgid("Its mentions"), 1),
    own("campaign.add", "a,n,i", msgid("Add"), 2),
    own("campaign.change", "e", msgid("Change"), 3),
    own("campaign.compare", "=", msgid("Compare"), 4),
    own("campaign.quiet", "s", msgid("Quiet"), 5),
    own("campaign.remove", "d,delete", msgid("Remove"), 6),
    own("undo", "z", msgid("Undo"), 7),
    own("back", "escape,h,left,q", msgid("Back"), 8),
    own("mark", "space,x", msgid("Mark"), 9),
)
_OTHERS = ("redo", "palette", "refresh", "detail.down", "detail.up", "brand", "more")


class CampaignsScreen(TwoPanes[CampaignRows], OwnKeysScreen[None]):
    """The campaigns in a list; all about the one under the cursor, or about the two marked."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, _OTHERS)
    DEFAULT_CSS = """
    CampaignsScreen #body { layout: vertical; }
    CampaignsScreen.-wide #body, CampaignsScreen.-huge #body { layout: horizontal; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown: Mapping[int, Listed] = {}
        self._details: dict[int, Detail] = {}
        self._known_as: tuple[object, ...] = ()
        self._reading = self._stale = False
        self._drawn: list[int] = []
        self.list = CampaignRows(RowList(), self._load, desk.clock, id="campaigns")
        self.about = ThreadMessages(id="campaign")

    def on_mount(self) -> None:
        """Take the focus to the list."""
        super().on_mount()
        self._share_room()

    def _share_room(self) -> None:
        """Give what it brought more room than the list, beside it or below it."""
        beside = self.app.size.width >= _BESIDE
        for pane, wide, high in ((self.list, "2fr", "4fr"), (self.about, "3fr", "7fr")):
            pane.styles.width = wide if beside else "1fr"
            pane.styles.height = "1fr" if beside else high

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Listed]:
        return {one: self._shown[one] for one in ids if one in self._shown}

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the campaigns, and all about what the cursor or the marks are on."""
        await self.read_top()
        store, now, brand = self.desk.store, self.desk.clock(), self.desk.session.brand
        known_as = (*await state_mark(store), brand, now // _HOLDS)
        if known_as != self._known_as:
            self._known_as, self._details = known_as, {}
            found = await campaigns(store, brand)
            found.sort(key=lambda one: _ORDER[one.phase(now)])
            counts = await volumes(store, [one.id for one in found])
            several = len({one.brand for one in found}) > 1
            self._shown = {
                one.id: Listed(one, counts.get(one.id, Volume()), one.brand if several else "")
                for one in found
            }
            self.list.offer(list(self._shown), frozen=False)
        self._say_empty()
        await self.list.reload()
        self._titles()
        await self._read_about()

    def _say_empty(self) -> None:
        styles = palette_of(self)
        self.list.say_empty(
            [
                [(_("No campaign is planned yet."), styles.strong)],
                [
                    ("a", styles.key),
                    (" " + _("plans one: its days, its tags, and what it is to do"), styles.faint),
                ],
            ]
        )

    def _titles(self) -> None:
        styles, count = palette_of(self), len(self._shown)
        title: Line = [
            ("❯ " if self.list.has_focus else "", styles.key),
            (_("Campaigns"), styles.strong),
        ]
        self.list.border_title = content(title)
        said = ngettext("{count} campaign", "{count} campaigns", count)
        under: Line = [(said.format(count=number(count)), styles.faint)] if count else []
        if marks := len(self.list.state.marks):
            under.append((f"  ✓ {number(marks)}", styles.key))
        self.list.border_subtitle = content(under)
        name = _("Two campaigns") if len(self._pair()) == 2 else _("What it brought")
        self.about.border_title = content([(name, styles.strong)])

    def _pair(self) -> list[int]:
        """Return the two campaigns that are marked; fewer or more are none."""
        marked = [one for one in self.list.state.targets if one in self.list.state.marks]
        return marked if len(marked) == 2 else []

    async def _read_about(self) -> None:
        cursor = self.list.state.cursor
        for one in self._pair() or ([cursor] if cursor is not None else []):
            row = self._shown.get(one)
            if row is not None and one not in self._details:
                self._details[one] = await self._detail(row.campaign)
        self.call_after_refresh(self._show_about)

    async def _detail(self, one: Campaign) -> Detail:
        store, now = self.desk.store, self.desk.clock()
        found = await figures(store, one, now)
        until = Micros(min(found.after.span.to_at, max(now, one.from_at + 1)))
        span = Span(found.before.span.from_at, until)
        top = await top_mentions(store, one, _TOP)
        rows = await reads.mentions(store, top)
        kept = [window for window in await windows(store, now) if window.id == one.maintenance_id]
        return Detail(
            figures=found,
            days=daily(await by_quarter(store, one, span), span, zone()),
            top=[rows[id_] for id_ in top if id_ in rows],
            quiet=kept[0].to_at if kept else None,
            attributed=await progress(store, one.id),
        )

    def _show_about(self) -> None:
        width, styles = self.about.view.width, palette_of(self)
        if width < 4:
            return
        pair = [self._details[one] for one in self._pair() if one in self._details]
        cursor = self.list.state.cursor
        detail = self._details.get(cursor) if cursor is not None else None
        lines: list[Line] = []
        if len(pair) == 2:
            first, second = pair[0].figures, pair[1].figures
            lines = two_campaigns(
                first.campaign, second.campaign, compared(first, second), width, styles
            )
        elif detail is not None:
            lines = about_campaign(detail, self.desk.clock(), width, styles)
        subject = self._pair() or [cursor or 0] if lines else []
        self.about.show(Laid(lines), again=subject == self._drawn)
        self._drawn = subject

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_about()
        self._read_again()

    def marks_changed(self) -> None:
        """Compare what is marked, once it is two."""
        self._titles()
        self._read_again()

    def _read_again(self) -> None:
        """Read what the cursor is on; one reading at a time, and once more if it moved on."""
        self._stale = self._reading
        if not self._reading:
            self._reading = True
            self.later(self._read_in_turn)

    async def _read_in_turn(self) -> None:
        try:
            await self._read_about()
        finally:
            self._reading = False
        if self._stale:
            self._read_again()

    def on_resize(self) -> None:
        """Lay the panes anew, and wrap for the new width."""
        self._share_room()
        self.call_after_refresh(self._show_about)

    # --- keys --------------------------------------------------------------------------------

    def _chosen(self) -> Campaign | None:
        if self.list.row is None:
            self.refuse(_("Nothing is selected."))
            return None
        return self.list.row.campaign

    def _may(self) -> bool:
        refused = may_write(self.desk.config, self.desk.actor)
        if refused is not None:
            self.refuse(say(refused))
        return refused is None

    @on(VirtualList.Opened)
    def do_open(self) -> None:
        """Show the campaign's mentions."""
        from tui.screens.campaign_mentions import CampaignMentionsScreen

        one = self._chosen()
        if one is not None:
            self.app.push_screen(CampaignMentionsScreen(self.desk, one))

    def do_campaign_add(self) -> None:
        """Plan a new campaign."""
        if self._may():
            self.later(partial(self._form, None))

    def do_campaign_change(self) -> None:
        """Change the campaign under the cursor."""
        one = self._chosen()
        if one is not None and self._may():
            self.later(partial(self._form, one))

    async def _form(self, one: Campaign | None) -> None:
        from tui.screens.campaign_form import CampaignForm, blank_campaign, offered

        desk, now = self.desk, self.desk.clock()
        quiet = False
        if one is not None:
            quiet = any(
                window.id == one.maintenance_id for window in await windows(desk.store, now)
            )
        wanted = one if one is not None else blank_campaign(desk, now)
        form = CampaignForm(desk, wanted, await offered(desk), quiet=quiet)
        self.app.push_screen(form, self._filled_in)

    def _filled_in(self, outcome: actions.Outcome | None) -> None:
        if outcome is not None:
            tell_in_front(self.hub, outcome, undo=True)
            self.later(self._attribute)

    async def _attribute(self) -> None:
        await attribute(self.desk.store)
        self.look_again()

    def do_campaign_compare(self) -> None:
        """Compare the campaign under the cursor with another one, or the two that are marked."""
        one = self._chosen()
        others = [row.campaign for row in self._shown.values() if row.campaign != one]
        if one is None or len(self._pair()) == 2:
            return
        if not others:
            self.refuse(_("There is no other campaign to compare it with."))
            return
        choices = [Choice(other.id, other.name, other.brand) for other in others]

        def chosen(choice: Choice | None) -> None:
            if choice is not None and isinstance(choice.value, int):
                self.list.state.marks.clear()
                self.list.state.marks.update({one.id, choice.value})
                self.list.marks_changed()
                self.marks_changed()

        self.app.push_screen(
            Picker(_("Compare with"), partial(narrowed, choices), hint=_("type to narrow")), chosen
        )

    def do_campaign_quiet(self) -> None:
        """Keep the surges it makes from ringing while it runs, or let them ring."""
        one = self._chosen()
        if one is not None and self._may():
            self.later(partial(self._quiet, one))

    async def _quiet(self, one: Campaign) -> None:
        desk, now = self.desk, self.desk.clock()
        quiet = any(window.id == one.maintenance_id for window in await windows(desk.store, now))
        outcome, _made = await keep_campaign(
            desk.store, desk.config, desk.actor, one, now, quiet=not quiet
        )
        tell_in_front(self.hub, outcome, undo=True)

    def do_campaign_remove(self) -> None:
        """Take the campaign away; its mentions stay."""
        one = self._chosen()
        if one is not None and self._may():
            self.later(partial(self._remove, one))

    async def _remove(self, one: Campaign) -> None:
        desk = self.desk
        outcome = await remove_campaign(desk.store, desk.config, desk.actor, one.id, desk.clock())
        self.list.state.marks.discard(one.id)
        tell_in_front(self.hub, outcome, undo=True)

    async def _undo(self) -> None:
        await super()._undo()
        await self._attribute()

    async def _redo(self) -> None:
        await super()._redo()
        await self._attribute()

    def do_brand(self) -> None:
        """Show the next brand's campaigns, or those of all of them."""
        self.tell(self.desk.session.next_brand() or _("all brands"))
        self.look_again()
