"""What is said of stages set by hand: done, done to several, taken back."""

from __future__ import annotations

from listeners.actions.wording import Wording
from listeners.model import Sentence

STAGE = {
    "connect": Wording(
        Sentence("Stage set by hand: connect"),
        Sentence("Stage set by hand: connect, for {count}", {"count": 0}),
        Sentence("Stage as before"),
    ),
    "convince": Wording(
        Sentence("Stage set by hand: convince"),
        Sentence("Stage set by hand: convince, for {count}", {"count": 0}),
        Sentence("Stage as before"),
    ),
    "convert": Wording(
        Sentence("Stage set by hand: convert"),
        Sentence("Stage set by hand: convert, for {count}", {"count": 0}),
        Sentence("Stage as before"),
    ),
    "give back": Wording(
        Sentence("The rules say the stage again"),
        Sentence("The rules say the stage again, of {count}", {"count": 0}),
        Sentence("Set by hand again"),
    ),
}
