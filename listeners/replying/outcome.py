"""What came of sending, and the sentences for it."""

from __future__ import annotations

from dataclasses import dataclass

from listeners.actions import Outcome
from listeners.model import MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.replying import ReplyLimit
from listeners.replying import length
from listeners.replying.voices import title
from listeners.text import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Outcome):
    """What came of a reply: its row in the outbox (0: none was made) and that row's state.

    ``confirm`` says that nothing stands in the way but a second thought: the same call with
    ``confirmed=True`` sends.
    """

    outbox_id: int = 0
    state: str = ""
    confirm: bool = False


def refusal(
    sentence: Sentence, *, outbox_id: int = 0, state: str = "", confirm: bool = False
) -> Sending:
    """Return an outcome in which nothing was sent."""
    return Sending(
        done=0,
        sentence=sentence,
        refused=(sentence,),
        outbox_id=outbox_id,
        state=state,
        confirm=confirm,
    )


NOTHING_TO_SEND = Sentence("There is nothing to send yet: the reply has no words.")
TOO_MUCH = Sentence(
    "This is more than hubbub sends at once (200 lines, 100,000 characters). Nothing was sent; "
    "shorten it."
)
UNDER_WAY = Sentence(
    "A reply to this conversation is being sent at this moment. Nothing more was sent."
)
NOT_THERE = Sentence("It was not sent: nothing is there. Your text is kept as a draft; send again.")
UNCERTAIN = Sentence(
    "It cannot be told yet whether the reply is there. While hubbub runs it is looked for again, "
    "and never sent twice; once you know, say so in “Replies sent” or with “hubbub outbox”."
)
SAID_ALREADY = Sentence(
    "These very words were sent to this post already. Nothing was sent; send again if they are "
    "wanted twice."
)
STILL_SENDING = Sentence(
    "This reply is being sent, or was when a process ended. hubbub looks for it by itself within "
    "two minutes; say what became of it if it is uncertain then."
)
KNOWN_ALREADY = Sentence("Of this reply it is known what became of it.")
DELETED_THERE = Sentence("The reply is deleted at its source.")
NONE_LEFT = Sentence("There is no message left here that could be answered.")
ANSWERED_GONE = Sentence(
    "The post this reply was written to is not here any more, so it was not sent. Answer another "
    "message of the conversation."
)
NOT_REFUSED = Sentence("Only a reply that was refused can be sent again.")


def no_conversation(number: int) -> Sentence:
    """Return that there is no such conversation."""
    return Sentence("There is no conversation number {number}.", {"number": number})


def no_message(number: int) -> Sentence:
    """Return that a conversation has no such message, or no longer."""
    return Sentence(
        "Message {number} is not in this conversation, or was deleted. Nothing was sent.",
        {"number": number},
    )


def not_here(number: int) -> Sentence:
    """Return that there is no such reply."""
    return Sentence("There is no reply number {number} here.", {"number": number})


def settle_first(number: int) -> Sentence:
    """Return that an uncertain reply stands in the way."""
    return Sentence(
        "Of an earlier reply here it is not known whether it is there (reply {number}). Say so "
        "first, in “Replies sent” or with “hubbub outbox”, so that nothing is sent twice.",
        {"number": number},
    )


def too_long(network: str, text: str, limit: ReplyLimit) -> Sentence | None:
    """Return by how much a text is too long for a network, ``None`` if it fits."""
    surplus = length.over(text, limit)
    if not surplus:
        return None
    unit = length.excess_unit(text, limit)
    most = limit.maximum if unit == limit.unit else limit.max_bytes or 0
    values: dict[str, str | int | float] = {
        "network": title(network),
        "count": surplus,
        "maximum": most,
    }
    match unit:
        case "bytes":
            return Sentence(
                "Too long for {network} by {count} of {maximum} bytes. Nothing was sent.", values
            )
        case "utf16" | "weighted":
            return Sentence(
                "Too long for {network} by {count} of {maximum} characters, as it counts them (an "
                "emoji is two or more). Nothing was sent.",
                values,
            )
        case _:
            return Sentence(
                "Too long for {network} by {count} of {maximum} characters. Nothing was sent.",
                values,
            )


def answered_meanwhile(name: str, text: str) -> Sentence:
    """Return that somebody else answered since the writer began."""
    return Sentence(
        "{name} has answered here meanwhile: “{text}”. Nothing was sent; send again if yours is "
        "still wanted.",
        {"name": name, "text": clean_line(text, 80)},
    )


def never_left(network: str, error: SourceError, now: Micros) -> Sentence:
    """Return that a reply was not sent at all, because the network could not be asked."""
    if error.state is SourceState.RATE_LIMITED:
        left = 0 if error.until is None else error.until - now
        return Sentence(
            "{network} asks us to wait, so nothing was sent. Your text is kept as a draft; send "
            "again in {minutes} min.",
            {"network": title(network), "minutes": max(1, -(-left // MINUTE))},
        )
    return Sentence(
        "{network} cannot be reached at present, so nothing was sent. Your text is kept as a "
        "draft; send again in a while.",
        {"network": title(network)},
    )


def not_deleted(network: str, state: SourceState) -> Sentence:
    """Return that a reply was not deleted, because the network could not be asked."""
    if state is SourceState.RATE_LIMITED:
        return Sentence(
            "{network} asks us to wait, so the reply is still there. Delete it again in a while.",
            {"network": title(network)},
        )
    return Sentence(
        "{network} cannot be reached at present, so the reply is still there. Delete it again in "
        "a while.",
        {"network": title(network)},
    )


def perhaps_deleted(network: str) -> Sentence:
    """Return that it is not known whether a reply was deleted."""
    return Sentence(
        "{network} gave no clear answer, so the reply may still be there. Delete it again: that "
        "does no harm.",
        {"network": title(network)},
    )


def sent(network: str, name: str) -> Sentence:
    """Return that a reply is there."""
    if name:
        return Sentence(
            "Reply sent to {name} on {network}.", {"name": name, "network": title(network)}
        )
    return Sentence("Reply sent on {network}.", {"network": title(network)})
