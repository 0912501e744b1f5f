"""Codes that stand as values in sentences (a role, a risk, a state), in the language spoken."""

from __future__ import annotations

from tui.language import _, msgid
from tui.tongues import tongue_here

_WORDS = {
    "role": {
        "journalist": msgid("journalist"),
        "vip": msgid("VIP"),
        "influencer": msgid("influencer"),
        "customer": msgid("customer"),
        "partner": msgid("partner"),
        "staff": msgid("staff"),
        "competitor": msgid("competitor"),
    },
    "risk": {
        "leak": msgid("leak"),
        "boycott": msgid("boycott"),
        "legal": msgid("legal"),
        "safety": msgid("safety"),
        "hack": msgid("fraud or hacking"),
        "press": msgid("press"),
        "abuse": msgid("abuse"),
    },
    "state": {
        "starting": msgid("starting"),
        "ok": msgid("ok"),
        "catching up": msgid("catching up"),
        "rate limited": msgid("rate limited"),
        "needs token": msgid("needs token"),
        "failing": msgid("failing"),
        "format changed": msgid("format changed"),
        "gone": msgid("gone"),
        "blocked": msgid("blocked"),
        "off": msgid("off"),
    },
}


def in_words(name: str, value: object) -> object:
    """Return the value of a sentence in words where it is a code, or several with commas."""
    if name == "languages" and isinstance(value, str):
        return ", ".join(tongue_here(one) for one in value.split(", "))
    known = _WORDS.get(name)
    if known is None or not isinstance(value, str):
        return value
    return ", ".join(_(known[one]) if one in known else one for one in value.split(", "))
