"""The words for the team: roles, who is here and since when, who is away and until when."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import Micros
from listeners.store.absence import Away
from listeners.store.presence import Beat
from listeners.team import IDLE, Role
from tui.i18n import _, ago, moment
from tui.language import msgid

_ROLES = {Role.LEAD: msgid("lead"), Role.AGENT: msgid("agent"), Role.OBSERVER: msgid("observer")}


def role_word(role: Role) -> str:
    """Return the word for a role."""
    return _(_ROLES[role])


def away_words(away: Away, now: Micros) -> str:
    """Return that somebody is away, and until when."""
    if away.until is None:
        return _("away")
    return _("away until {when}").format(when=moment(away.until, now))


def here_words(here: Sequence[Beat], last_at: Micros | None, now: Micros) -> str:
    """Return whether a member is here, idle since when, or when they last did something."""
    if here:
        active = max(one.active_at for one in here)
        return _("here") if now - active < IDLE else _("idle, {ago}").format(ago=ago(active, now))
    if last_at is None:
        return _("not here")
    return _("last here {ago}").format(ago=ago(last_at, now))


def doing_words(here: Sequence[Beat]) -> str:
    """Return what a member is on, empty for nothing in particular."""
    on = [one for one in here if one.conversation is not None]
    if not on:
        return ""
    one = max(on, key=lambda one: (one.doing == "drafting", one.at))
    text = _("drafting for #{number}") if one.doing == "drafting" else _("reading #{number}")
    return text.format(number=one.conversation)
