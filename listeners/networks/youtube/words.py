"""What is said of YouTube's refusals: what happened, what is safe, what to do."""

from __future__ import annotations

from listeners.model import Sentence


def no_key() -> Sentence:
    """Comments can be read only with a key."""
    return Sentence(
        "YouTube shows comments only with a key. In the Google Cloud console, switch on “YouTube "
        "Data API v3”, make an API key under Credentials, and give it to this source as its token."
    )


def spent() -> Sentence:
    """The day's allowance is used up."""
    return Sentence(
        "YouTube's allowance for this key is spent for today. Nothing is lost: hubbub goes on from "
        "the same place after midnight in California. Ask less often (interval), or ask Google "
        "for a higher quota."
    )


def slower() -> Sentence:
    """Too many questions in a short time."""
    return Sentence("YouTube asks us to slow down. hubbub waits and goes on from the same place.")


def key_refused(said: str, status: int) -> Sentence:
    """The key is wrong, limited, or the API is not switched on for it."""
    return Sentence(
        "YouTube does not accept this source's key: {said} ({status}). What was heard so far is "
        "safe. In the Google Cloud console, see that “YouTube Data API v3” is switched on, and "
        "that the key exists and is not limited to other programs or addresses.",
        {"said": said, "status": status},
    )


def switched_off() -> Sentence:
    """A video or channel has no comments."""
    return Sentence(
        "Comments are switched off under this video or channel, so there is nothing to hear. "
        "Other places of this source are read on."
    )


def not_now(said: str, status: int) -> Sentence:
    """YouTube fails for a moment."""
    return Sentence(
        "YouTube could not answer this question now: {said} ({status}). Nothing was lost; hubbub "
        "tries again.",
        {"said": said, "status": status},
    )


def unknown(said: str, status: int) -> Sentence:
    """There is no such video or channel."""
    return Sentence(
        "YouTube does not know this video or channel: {said} ({status}). Check what = of this "
        "source.",
        {"said": said, "status": status},
    )


def not_allowed(said: str, status: int) -> Sentence:
    """It is not for us."""
    return Sentence(
        "YouTube does not let this source do that: {said} ({status}). What was heard so far is "
        "safe.",
        {"said": said, "status": status},
    )


def refused(said: str, status: int) -> Sentence:
    """Any other refusal."""
    return Sentence(
        "YouTube refused the question: {said} ({status}). Nothing was lost; if it stays so, check "
        "the source's settings.",
        {"said": said, "status": status},
    )


def nothing_to_hear() -> Sentence:
    """Neither places nor words."""
    return Sentence(
        "There is nothing to read on YouTube yet. Write your channel into the brand's handles "
        "(youtube = the @name), or channels, videos or search: and words as what = in this source."
    )


def passed_by() -> Sentence:
    """More was said than is read at once."""
    return Sentence(
        "More was commented on YouTube since the last reading than hubbub reads at once. The "
        "newest is here; what came before may be missing."
    )
