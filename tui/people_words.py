"""People in words: roles, stages, orders, contacts, mood as a figure."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.people.rows import AccountRow, PersonRow, Sort
from listeners.text import clean_line
from tui.i18n import _, compact, signed
from tui.language import msgid

_ROLES = {
    "journalist": msgid("journalist"),
    "vip": msgid("VIP"),
    "influencer": msgid("influencer"),
    "customer": msgid("customer"),
    "partner": msgid("partner"),
    "staff": msgid("staff"),
    "competitor": msgid("competitor"),
}
STAGES: Mapping[str, str] = {
    "connect": msgid("connect"),
    "convince": msgid("convince"),
    "convert": msgid("convert"),
}
SORTED: Mapping[Sort, str] = {
    "last": msgid("newest mention first"),
    "mentions": msgid("most mentions first"),
    "reach": msgid("widest reach first"),
    "role": msgid("those with a role, by role"),
}
CONTACTS: Mapping[str, str] = {
    "mail": msgid("mail"),
    "phone": msgid("phone"),
    "site": msgid("site"),
    "handle": msgid("handle"),
}


def role_word(role: str) -> str:
    """Return the word for a person's role, empty for none."""
    return _(_ROLES[role]) if role in _ROLES else role


def stage_word(stage: str) -> str:
    """Return the word of a stage, empty for none."""
    return _(STAGES[stage]) if stage in STAGES else stage


def reach_figure(reach: int | None) -> str:
    """Return how many follow somebody, a dash where nobody says."""
    return "–" if reach is None else compact(reach)


def net_figure(net: float | None) -> str:
    """Return a net sentiment with its sign, a dash where nothing is scored."""
    return "–" if net is None else signed(net)


def called(one: AccountRow) -> str:
    """Return an account's handle as people write it."""
    name = clean_line(one.called, 80)
    plain = one.handle and " " not in name and "@" not in name and "/" not in name
    return f"@{name}" if plain else name


def person_name(row: PersonRow) -> str:
    """Return what to call a person; somebody of whom nothing is known has a number."""
    return clean_line(row.name, 120) or _("person {number}").format(number=row.id)
