"""What is said when a reply was not sent, where the networks have the same to say.

A listener's own sentences promise that hubbub tries again; a reply is never tried again by
itself, so the failures on its way have words of their own. The text stays as a draft.
"""

from __future__ import annotations

from listeners.http import HttpError
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.replying import ReplyRefusedError
from listeners.text import clean_line

LONGEST_REASON = 200
"""Characters of a server's own explanation that are shown."""


def quoted(reason: str) -> str:
    """Return a server's own explanation, made harmless and short."""
    return clean_line(reason, LONGEST_REASON)


def refused_before(error: SourceError, server: str) -> ReplyRefusedError:
    """Return the refusal for what failed before the reply left: nothing can be there."""
    if error.state is SourceState.NEEDS_TOKEN:
        # What else is missing (a scope, an environment variable), its own sentence says best.
        refused = getattr(error, "status", 0) == 401
        return ReplyRefusedError(token_refused(server, 401) if refused else error.sentence)
    if error.state is SourceState.RATE_LIMITED:
        return ReplyRefusedError(asked_to_wait(server))
    return ReplyRefusedError(
        Sentence(
            "{server} could not be asked about the post to answer, so the reply was not sent. "
            "Your text is kept; send it again when the connection is back.",
            {"server": server},
        )
    )


def refused_or_open(error: SourceError, server: str) -> Exception:
    """Return what to raise for what failed while the reply left.

    A limit says that nothing was taken, whether the server named it (429) or it was still kept
    from an earlier answer; everything else leaves open whether the reply is there.
    """
    limited = error.state is SourceState.RATE_LIMITED
    if limited and (not isinstance(error, HttpError) or error.status == 429):
        return ReplyRefusedError(asked_to_wait(server))
    return error


def asked_to_wait(server: str) -> Sentence:
    """The server has a limit, and it is reached."""
    return Sentence(
        "{server} asks us to slow down, so the reply was not sent. Your text is kept; send it "
        "again in a few minutes.",
        {"server": server},
    )


def token_refused(server: str, status: int) -> Sentence:
    """The token or its account is not let in."""
    return Sentence(
        "{server} does not accept this source's token ({status}), so nothing was changed there. "
        "Your text is kept. Make a new token on {server}, give it to the source, and try again.",
        {"server": server, "status": status},
    )


def in_trouble(server: str, status: int) -> Sentence:
    """The server failed, and the reply is certainly not there."""
    return Sentence(
        "{server} is in trouble ({status}), and the reply is not there. Your text is kept; send "
        "it again later.",
        {"server": server, "status": status},
    )


def post_gone(server: str) -> Sentence:
    """What was to be answered is not there any more."""
    return Sentence(
        "The post to answer is not on {server} any more, so the reply was not sent. Your text is "
        "kept; answer a newer post of this conversation, or close it.",
        {"server": server},
    )


def said_no(server: str, status: int, reason: str) -> Sentence:
    """The server refused the reply and says why in its own words, which are cleaned here."""
    said = quoted(reason)
    if not said:
        return Sentence(
            "{server} did not accept the reply ({status}) and gives no reason. It was not sent, "
            "and your text is kept.",
            {"server": server, "status": status},
        )
    return Sentence(
        "{server} did not accept the reply: “{reason}” ({status}). It was not sent, and your "
        "text is kept.",
        {"server": server, "status": status, "reason": said},
    )


def not_ours() -> Sentence:
    """Only who wrote a reply can delete it."""
    return Sentence(
        "This reply was written by another account, so this source cannot delete it. Delete it "
        "from the account that wrote it."
    )


def kept_there(server: str, status: int, reason: str) -> Sentence:
    """The server does not delete the reply."""
    said = quoted(reason)
    if not said:
        return Sentence(
            "{server} did not delete the reply ({status}), so it is still there. Delete it on "
            "its web page.",
            {"server": server, "status": status},
        )
    return Sentence(
        "{server} did not delete the reply: “{reason}” ({status}). It is still there; delete it "
        "on its web page.",
        {"server": server, "status": status, "reason": said},
    )
