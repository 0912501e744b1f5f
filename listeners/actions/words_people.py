"""What is said after a verb done to people."""

from __future__ import annotations

from listeners.actions.wording import Wording
from listeners.model import Sentence

PERSON = {
    "role": Wording(
        Sentence("Role set"),
        Sentence("Role of {count} persons set", {"count": 0}),
        Sentence("Role as before"),
    ),
    "rename": Wording(
        Sentence("Name set"),
        Sentence("Names set: {count}", {"count": 0}),
        Sentence("Name as before"),
    ),
    "describe": Wording(
        Sentence("Kept"),
        Sentence("Kept for {count}", {"count": 0}),
        Sentence("As before"),
    ),
    "tag": Wording(
        Sentence("Tagged {words}", {"words": ""}),
        Sentence("{count} tagged {words}", {"count": 0, "words": ""}),
        Sentence("Tag taken back"),
    ),
    "untag": Wording(
        Sentence("Tag {words} removed", {"words": ""}),
        Sentence("Tag {words} removed from {count}", {"words": "", "count": 0}),
        Sentence("Tag put back"),
    ),
    "note": Wording(
        Sentence("Noted"),
        Sentence("Noted on {count}", {"count": 0}),
        Sentence("Note taken back"),
    ),
    "mute": Wording(
        Sentence("Muted on every account"),
        Sentence("{count} persons muted on every account", {"count": 0}),
        Sentence("No longer muted"),
    ),
    "unmute": Wording(
        Sentence("No longer muted"),
        Sentence("{count} no longer muted", {"count": 0}),
        Sentence("Muted again"),
    ),
    "merge": Wording(
        Sentence("One person now: number {number}", {"number": 0}),
        Sentence("One person now, of {count} more: number {number}", {"count": 0, "number": 0}),
        Sentence("Apart again"),
    ),
    "split": Wording(
        Sentence("Taken out: a person of its own, number {number}", {"number": 0}),
        Sentence("{count} accounts taken out", {"count": 0}),
        Sentence("One again"),
    ),
    "apart": Wording(
        Sentence("Not the same person: not suggested again"),
        Sentence("Not the same: {count}", {"count": 0}),
        Sentence("May be suggested again"),
    ),
    "take in": Wording(
        Sentence("1 person taken in from the list"),
        Sentence("{count} persons taken in from the list", {"count": 0}),
        Sentence("The list is taken back: people are as they were"),
    ),
}
