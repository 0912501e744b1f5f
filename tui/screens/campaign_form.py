"""The form of one campaign: every field has a line, and what is wrong is said before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from listeners.actions import Outcome
from listeners.actions.campaigns import keep_campaign
from listeners.campaigns.campaign import AIMS, Aim, Campaign, CampaignError, checked
from listeners.model import Micros
from listeners.planning.calendar import day_of
from listeners.query import QuerySyntaxError
from listeners.store import reads
from tui.campaign_days import bounds, day_meant, days_of
from tui.campaign_words import AIMS as AIM_WORDS
from tui.campaign_words import aim_words, channels_words, tags_words
from tui.desk import Desk
from tui.formats import day as day_words
from tui.formats import zone
from tui.i18n import _, msgid, say
from tui.screens.pickers import Picker
from tui.screens.rule_form import Typed
from tui.widgets.campaign_lines import only_plans
from tui.widgets.choices import Choice, Choices
from tui.widgets.paint import content, network_name, palette_of

if TYPE_CHECKING:
    from tui.app import Hubbub

_USUAL_DAYS = 14
FIELDS = (
    ("name", msgid("Name"), msgid("what it is called")),
    ("brand", msgid("Brand"), msgid("whose it is")),
    ("aim", msgid("Aim"), msgid("what it is to do")),
    ("audience", msgid("Audience"), msgid("whom it is for, in your words")),
    ("first", msgid("First day"), msgid("2026-12-24, today, 10d")),
    ("last", msgid("Last day"), msgid("it is part of the campaign")),
    ("channels", msgid("Networks"), msgid("every network")),
    ("tags", msgid("Tags"), msgid("hashtags, and tags of conversations")),
    ("terms", msgid("Words"), msgid("as in a search: launch OR \"new colours\"")),
    ("quiet", msgid("Surges meanwhile"), ""),
)  # fmt: skip
"""Each line of the form: its field, its name and what may stand there."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from: brands and networks."""

    brands: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


def blank_campaign(desk: Desk, now: Micros) -> Campaign:
    """Return a new campaign: two weeks from today, of the brand that is looked at."""
    today = day_of(now, zone())
    from_at, to_at = bounds(today, today + timedelta(days=_USUAL_DAYS - 1), zone())
    ours = [brand.name for brand in desk.config.brands if not brand.competitor]
    brand = desk.session.brand or (ours[0] if ours else "")
    return Campaign(brand=brand, from_at=from_at, to_at=to_at)


async def offered(desk: Desk) -> Offered:
    """Return the brands and networks that are known here."""
    places = await reads.sources(desk.store)
    networks = [*(one.network for one in places), *(one.network for one in desk.config.sources)]
    brands = [brand.name for brand in desk.config.brands]
    return Offered(tuple(brands), tuple(dict.fromkeys(networks)))


def said_of(one: Campaign, field: str, quiet: bool) -> str:
    """Return the words of what a field holds, empty where it holds nothing."""
    first, last = one.from_at, Micros(one.to_at - 1)
    match field:
        case "aim":
            return aim_words(one)
        case "first":
            return _dated(first)
        case "last":
            return _dated(last)
        case "channels":
            return channels_words(one) if one.channels else ""
        case "tags":
            return tags_words(one)
        case "quiet":
            return _("are kept, and do not ring") if quiet else _("ring as usual")
        case _:
            return str(getattr(one, field))


def _dated(at: Micros) -> str:
    return f"{day_words(at)} {day_of(at, zone()).year}"


def form_choices(one: Campaign, quiet: bool, brands: Sequence[str]) -> list[Choice]:
    """Return the lines of the form, the field as the value of each."""
    lines = []
    for field, label, hint in FIELDS:
        # Whose it is stands once it is kept; with one brand there is nothing to choose.
        if field == "brand" and (one.id or len(brands) < 2):
            continue
        said = said_of(one, field, quiet)
        text = _("{field}: {value}").format(field=_(label), value=said or "—")
        lines.append(Choice(field, text, "" if said or not hint else _(hint)))
    return lines


class CampaignForm(ModalScreen[Outcome | None]):
    """One campaign, field by field; it closes once the campaign is kept."""

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "leave", show=False),
        Binding("down,j,ctrl+n", "move(1)", show=False),
        Binding("up,k,ctrl+p", "move(-1)", show=False),
        Binding("enter,l,right,space", "change", show=False),
        Binding("ctrl+s", "keep", show=False),
    ]

    def __init__(self, desk: Desk, campaign: Campaign, known: Offered, *, quiet: bool) -> None:
        super().__init__()
        self._desk = desk
        self._wanted = self._before = campaign
        self._quiet = self._quiet_before = quiet
        self._known = known
        self._leaving = False
        self.fields = Choices()

    def compose(self) -> ComposeResult:
        """Lay the fields in a box."""
        with Vertical(id="box"):
            yield self.fields

    def on_mount(self) -> None:
        """Show the campaign."""
        box = self.query_one("#box")
        title = self._wanted.name or _("A new campaign")
        box.border_title = content([(f" {title} ", palette_of(self).strong)])
        box.styles.width = 76
        self._show()

    def _show(self) -> None:
        self.fields.show(form_choices(self._wanted, self._quiet, self._known.brands))
        if self._wanted.terms or self._wanted.tags:
            self._says(_("enter changes · ^s keeps · esc leaves"))
        else:
            self._says(only_plans())

    def _says(self, text: str, *, wrong: bool = False) -> None:
        styles = palette_of(self)
        style = styles.negative if wrong else styles.faint
        self.query_one("#box").border_subtitle = content([(f" {text} ", style)])

    # --- the fields --------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Move among the fields."""
        self.fields.move(by)

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_change()

    def action_change(self) -> None:
        """Ask for what the field holds."""
        choice = self.fields.choice
        field = str(choice.value) if choice is not None else ""
        if field == "quiet":
            self._quiet, self._leaving = not self._quiet, False
            self._show()
        elif field == "aim":
            aims = [Choice(aim, f"{AIM_WORDS[aim][0]} {_(AIM_WORDS[aim][1])}") for aim in AIMS]
            self._pick(field, aims)
        elif field == "brand":
            self._pick(field, [Choice(one, one) for one in self._known.brands])
        elif field == "channels":
            self._pick_networks()
        elif field:
            self._type(field)

    def _pick(self, field: str, choices: Sequence[Choice]) -> None:
        def chosen(choice: Choice | None) -> None:
            if choice is not None and field == "aim":
                self._changed(replace(self._wanted, aim=cast("Aim", choice.value)))
            elif choice is not None:
                self._changed(replace(self._wanted, brand=str(choice.value)))

        self.app.push_screen(Picker(self._label(field), lambda text: choices), chosen)

    def _pick_networks(self) -> None:
        def choices(text: str) -> list[Choice]:
            held = self._wanted.channels
            every = dict.fromkeys((*held, *self._known.networks))
            return [
                Choice(one, network_name(one), on=one in held)
                for one in every
                if text.strip().casefold() in network_name(one).casefold()
            ]

        def toggled(choice: Choice) -> None:
            held, one = self._wanted.channels, str(choice.value)
            kept = tuple(other for other in held if other != one) if one in held else (*held, one)
            self._changed(replace(self._wanted, channels=kept))

        hint = _("enter switches, esc is done")
        self.app.push_screen(Picker(self._label("channels"), choices, hint=hint, stay=toggled))

    def _type(self, field: str) -> None:
        first, last = days_of(self._wanted, zone())
        held = {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "tags": tags_words(self._wanted),
        }
        text = held[field] if field in held else str(getattr(self._wanted, field))
        hint = next(_(hint) for name, _label, hint in FIELDS if name == field)
        longest = {"audience": 200, "tags": 600}.get(field, 60)
        typed = Typed(self._label(field), text, hint, query=field == "terms", longest=longest)
        self.app.push_screen(typed, partial(self._typed, field))

    def _typed(self, field: str, text: str | None) -> None:
        if text is None:
            return
        if field in ("first", "last"):
            self._day_typed(field, text)
        elif field == "tags":
            tags = tuple(text.replace(",", " ").split())
            self._changed(replace(self._wanted, tags=tuple(tag.lstrip("#") for tag in tags)))
        elif field == "name":
            self._changed(replace(self._wanted, name=text))
        elif field == "audience":
            self._changed(replace(self._wanted, audience=text))
        else:
            self._changed(replace(self._wanted, terms=text))

    def _day_typed(self, field: str, text: str) -> None:
        meant = day_meant(text, self._desk.clock(), zone())
        if meant is None:
            said = _("“{text}” is no day: 2026-12-24, today, tomorrow, 10d.").format(text=text)
            self._says(said, wrong=True)
            return
        first, last = days_of(self._wanted, zone())
        if field == "first":
            # The campaign moves as a whole; its last day is set by its own line.
            first, last = meant, last + (meant - first)
        else:
            last = meant
        from_at, to_at = bounds(first, last, zone())
        self._changed(replace(self._wanted, from_at=from_at, to_at=to_at))

    def _label(self, field: str) -> str:
        return next(_(label) for name, label, _hint in FIELDS if name == field)

    def _changed(self, wanted: Campaign) -> None:
        if wanted != self._wanted:
            self._wanted, self._leaving = wanted, False
            self._show()

    # --- the end -----------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave without keeping anything; what was changed is asked about once."""
        same = self._wanted == self._before and self._quiet == self._quiet_before
        if same or self._leaving:
            self.dismiss(None)
            return
        self._leaving = True
        self._says(_("This is not kept yet: ^s keeps it, esc once more drops it."), wrong=True)

    def action_keep(self) -> None:
        """Keep the campaign, or say what is missing."""
        try:
            wanted = checked(self._wanted)
        except (CampaignError, QuerySyntaxError) as error:
            self._says(say(error.sentence), wrong=True)
            return
        cast("Hubbub", self.app).work(self._keep(wanted), "act")

    async def _keep(self, wanted: Campaign) -> None:
        desk = self._desk
        outcome, _made = await keep_campaign(
            desk.store, desk.config, desk.actor, wanted, desk.clock(), quiet=self._quiet
        )
        if not self.is_attached:
            return
        if outcome.done:
            self.dismiss(outcome)
        else:
            self._says(say(outcome.sentence), wrong=True)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box leaves too."""
        if event.widget is self:
            self.action_leave()
