"""What is said of campaigns: done, done to several, taken back."""

from __future__ import annotations

from listeners.actions.wording import Wording
from listeners.model import Sentence

CAMPAIGN = {
    "add": Wording(
        Sentence("Campaign added"),
        Sentence("{count} campaigns added", {"count": 0}),
        Sentence("Campaign taken away again"),
    ),
    "change": Wording(
        Sentence("Campaign changed"),
        Sentence("{count} campaigns changed", {"count": 0}),
        Sentence("Campaign as before"),
    ),
    "remove": Wording(
        Sentence("Campaign removed; its mentions stay"),
        Sentence("{count} campaigns removed; their mentions stay", {"count": 0}),
        Sentence("Campaign back"),
    ),
    "put in": Wording(
        Sentence("Put into the campaign"),
        Sentence("{count} put into the campaign", {"count": 0}),
        Sentence("No longer put into the campaign"),
    ),
    "take out": Wording(
        Sentence("Taken out of the campaign"),
        Sentence("{count} taken out of the campaign", {"count": 0}),
        Sentence("Back where the rules put it"),
    ),
}
