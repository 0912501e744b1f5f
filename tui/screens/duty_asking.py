"""What the conductor's page asks: who is on duty, when, instead of whom, and who has which role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.charges import Charge
from listeners.duty import Gap, Shift
from listeners.model import Micros
from listeners.planning.calendar import WEEK, day_of, week_start
from tui.duty_times import shifts_meant
from tui.duty_words import CHARGES, charge_words, stretch_words
from tui.formats import zone
from tui.i18n import _, ngettext, number
from tui.screens.assigning import MemberPicker
from tui.screens.pickers import Picker, narrowed
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name, one_line

if TYPE_CHECKING:
    from tui.screens.base import HubScreen

Take = Callable[[Any], None]


def ask_member(screen: HubScreen[Any], take: Take) -> None:
    """Ask for a member; ``take`` gets the name, never an empty one."""

    def chosen(choice: Choice | None) -> None:
        if choice is not None and choice.value:
            take(str(choice.value))

    screen.app.push_screen(MemberPicker(screen.desk), chosen)


def ask_shifts(
    screen: HubScreen[Any], members: Sequence[str], take: Take, *, brand: str, title: str
) -> None:
    """Ask when; ``take`` gets the shifts."""
    now = screen.desk.clock()

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            take(choice.value)

    screen.app.push_screen(
        Picker(
            title,
            partial(when_choices, members=members, now=now, brand=brand),
            hint=_("mon 18:00 - fri 9:00 x8, now - 22:00, 2026-12-24 18:00 9:00"),
        ),
        chosen,
    )


def when_choices(text: str, members: Sequence[str], now: Micros, brand: str) -> list[Choice]:
    """Return the shifts that may be meant; what was typed comes first."""
    typed = shifts_meant(text, members, now, zone(), brand=brand)
    if typed:
        return [Choice(tuple(typed), shifts_words(typed, now))]
    listed: list[Choice] = []
    for label, meaning in _usual(now):
        found = shifts_meant(meaning, members, now, zone(), brand=brand)
        if found:
            listed.append(Choice(tuple(found), label, shifts_words(found, now)))
    return narrowed(listed, text)


def _usual(now: Micros) -> list[tuple[str, str]]:
    """Return the shifts offered before anything is typed, as they would be typed."""
    monday = week_start(day_of(now, zone())) + timedelta(days=WEEK)
    week = f"{monday.isoformat()} 9:00 {(monday + timedelta(days=WEEK)).isoformat()} 9:00"
    return [
        (_("until tomorrow morning"), "now tomorrow 9:00"),
        (_("tonight"), "18:00 9:00"),
        (_("this week-end"), "fri 18:00 mon 9:00"),
        (_("the week from Monday on"), week),
        (_("eight weeks, Monday evening to Friday morning"), "mon 18:00 fri 9:00 x8"),
    ]


def shifts_words(shifts: Sequence[Shift], now: Micros) -> str:
    """Return when the first of them is, and how many there are."""
    first = stretch_words(shifts[0].from_at, shifts[0].to_at, now)
    if len(shifts) == 1:
        return first
    text = ngettext("{first} · {count} week", "{first} · {count} weeks", len(shifts))
    return text.format(first=first, count=number(len(shifts)))


def ask_swap(
    screen: HubScreen[Any], shift: Shift, turns: Sequence[Shift | Gap], take: Take
) -> None:
    """Ask for which other shift one is swapped; ``take`` gets its number."""
    now = screen.desk.clock()
    others = [one for one in turns if isinstance(one, Shift) and one.member != shift.member]
    if not others:
        screen.refuse(_("Nobody else has a shift to swap with in these days."))
        return
    listed = [
        Choice(one.id, one_line(one.member), stretch_words(one.from_at, one.to_at, now))
        for one in others
    ]

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            take(choice.value)

    title = _("{name}’s shift, instead of which?").format(name=one_line(shift.member))
    screen.app.push_screen(
        Picker(title, partial(narrowed, listed), hint=_("a name or a day")), chosen
    )


def ask_role(
    screen: HubScreen[Any],
    member: str,
    channels: Sequence[str],
    campaigns: Sequence[tuple[int, str]],
    take: Take,
) -> None:
    """Ask what a member is put in charge of; ``take`` gets the role."""
    brand = screen.desk.session.brand

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            take(choice.value)

    screen.app.push_screen(
        Picker(
            _("What is {name} in charge of?").format(name=one_line(member)),
            partial(
                role_choices, member=member, channels=channels, campaigns=campaigns, brand=brand
            ),
            hint=_("a role, a channel, a campaign, or other words"),
        ),
        chosen,
    )


def role_choices(
    text: str,
    member: str,
    channels: Sequence[str],
    campaigns: Sequence[tuple[int, str]],
    brand: str,
) -> list[Choice]:
    """Return the roles that can be handed out; other words are a role of their own."""
    listed = [
        Choice(Charge(kind="conductor", member=member, brand=brand), _(CHARGES["conductor"])),
        Choice(Charge(kind="press", member=member, brand=brand), _(CHARGES["press"])),
    ]
    listed += [
        Choice(
            Charge(kind="channel", what=one, member=member, brand=brand),
            network_name(one),
            _(CHARGES["channel"]),
        )
        for one in channels
    ]
    listed += [
        Choice(
            Charge(kind="campaign", what=str(id_), member=member),
            one_line(name),
            _(CHARGES["campaign"]),
        )
        for id_, name in campaigns
    ]
    found = narrowed(listed, text)
    if words := text.strip():
        other = Charge(kind="other", what=words, member=member, brand=brand)
        found.append(Choice(other, _("other: {words}").format(words=words)))
    return found


def ask_taken_back(screen: HubScreen[Any], charges: Sequence[Charge], take: Take) -> None:
    """Ask which role is taken back; ``take`` gets its number. A single one is not asked for."""
    if len(charges) == 1:
        take(charges[0].id)
        return
    listed = [Choice(one.id, one_line(charge_words(one)), one_line(one.member)) for one in charges]

    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            take(choice.value)

    screen.app.push_screen(Picker(_("Take which role back?"), partial(narrowed, listed)), chosen)
