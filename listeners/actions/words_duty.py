"""What is said of the rota and of roles: done, done to several, taken back."""

from __future__ import annotations

from listeners.actions.wording import Wording
from listeners.model import Sentence

HANDED = {
    "hand over": Wording(
        Sentence("Handed over to {name}", {"name": ""}),
        Sentence("{count} handed over to {name}", {"count": 0, "name": ""}),
        Sentence("Hand-over taken back"),
    ),
}
"""All that one member has, given to another: of a role, a shift or a planned entry."""

DUTY = {
    "add": Wording(
        Sentence("{name} is on the rota", {"name": ""}),
        Sentence("{count} shifts on the rota", {"count": 0}),
        Sentence("Off the rota again"),
    ),
    "change": Wording(
        Sentence("Shift changed"),
        Sentence("{count} shifts changed", {"count": 0}),
        Sentence("Shift as before"),
    ),
    "swap": Wording(
        Sentence("The shift is {name}’s now", {"name": ""}),
        Sentence("Shifts swapped: {count}", {"count": 0}),
        Sentence("Shifts as before"),
    ),
    "remove": Wording(
        Sentence("Off the rota"),
        Sentence("{count} shifts off the rota", {"count": 0}),
        Sentence("On the rota again"),
    ),
    **HANDED,
}

CHARGE = {
    "hand out": Wording(
        Sentence("{name} is in charge of it", {"name": ""}),
        Sentence("{count} roles handed out", {"count": 0}),
        Sentence("Role taken back"),
    ),
    "take back": Wording(
        Sentence("Role taken back"),
        Sentence("{count} roles taken back", {"count": 0}),
        Sentence("Role handed out again"),
    ),
    **HANDED,
}
