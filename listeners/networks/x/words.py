"""What is said to people of X: what is missing, refused, spent."""

from __future__ import annotations

from collections.abc import Mapping

from listeners.model import Sentence
from listeners.spending import dollars

NETWORK = "X"


def no_key() -> Sentence:
    """There is neither a bearer token nor a permission."""
    return Sentence(
        "X answers nobody without a key. Give this source the bearer token of an app of yours, or "
        "let hubbub connect x ask your permission; the steps stand below."
    )


def nothing_to_hear() -> Sentence:
    """There is neither an account nor a search."""
    return Sentence(
        "Nothing is asked of X: it has no account of yours (handles of the brand) and its search "
        "is switched off."
    )


def key_refused(status: int) -> Sentence:
    """The bearer token is not accepted."""
    return Sentence(
        "X does not accept this source's bearer token ({status}). Nothing was asked, nothing was "
        "spent. Make a new one in the developer console, under the app's keys and tokens.",
        {"status": status},
    )


def permission_ended() -> Sentence:
    """The permission was taken back, or its refresh token is spent."""
    return Sentence(
        "X does not accept the permission of this source any more: it was taken back, or used "
        "from another place. Run hubbub connect x again; what is stored stays."
    )


def no_permission() -> Sentence:
    """Only an account can answer."""
    return Sentence(
        "To answer on X, this source needs your permission: run hubbub connect x, and write the "
        "account = line it prints into the source."
    )


def not_allowed(said: str, status: int) -> Sentence:
    """The plan or the app does not include this."""
    return Sentence(
        "X does not let this app do that: “{said}” ({status}). Look in the developer console "
        "whether the app belongs to a project that may.",
        {"said": said, "status": status},
    )


def refused(said: str, status: int) -> Sentence:
    """X did not accept a question."""
    return Sentence(
        "X did not accept the question: “{said}” ({status}). The place is kept; look at what = in "
        "the configuration.",
        {"said": said, "status": status},
    )


def no_credits() -> Sentence:
    """402: nothing is left to pay with."""
    return Sentence(
        "The credits of your X account are used up. hubbub asks once an hour whether there are "
        "some again; buy them in the developer console. What is stored stays."
    )


def capped(*, daily: bool) -> Sentence:
    """The usage cap of the plan is reached."""
    if daily:
        return Sentence(
            "Your X plan gives nothing more today: its usage cap is reached. Nothing is asked "
            "until tomorrow (UTC); answer in the browser until then."
        )
    return Sentence(
        "Your X plan gives nothing more this month: its usage cap is reached. Nothing is asked "
        "until the next one (UTC); answer in the browser until then."
    )


def window_spent() -> Sentence:
    """The rate limit of one question is reached."""
    return Sentence("X asks for patience: so many of these questions in 15 minutes, and no more.")


def too_old() -> Sentence:
    """What is older than seven days cannot be searched."""
    return Sentence(
        "X searches the last seven days only. What was said between the last look and then may be "
        "missing."
    )


def misunderstood() -> Sentence:
    """X's answer is not what it documents."""
    return Sentence(
        "X answered in a way it does not describe. Nothing was stored from this answer, and the "
        "place is kept. A newer hubbub may be needed."
    )


def stream_ended(said: str) -> Sentence:
    """The stream ended."""
    return Sentence(
        "X ended the stream: “{said}”. hubbub connects again, and searches for what came "
        "meanwhile.",
        {"said": said},
    )


def rule_refused(said: str) -> Sentence:
    """X does not take a rule for the stream."""
    return Sentence(
        "X does not take the rule for its stream: “{said}”. No rule was changed. Leave stream out "
        "to search instead, or change the query.",
        {"said": said},
    )


def stream_needs_token() -> Sentence:
    """The stream is for apps alone."""
    return Sentence(
        "The stream of X wants the app's bearer token: write it into the source as token, or "
        "leave stream out to search instead."
    )


def not_summoned() -> Sentence:
    """X lets programs answer only who calls upon the account."""
    return Sentence(
        "X lets programs answer only posts that @mention the account or quote a post of it, and "
        "this one does not: answer it in the browser."
    )


def link_costs(price: int, usual: int) -> Sentence:
    """A link makes a reply dear."""
    return Sentence(
        "It holds a link: X charges {price} for it, and {usual} without.",
        {"price": dollars(price), "usual": dollars(usual)},
    )


def too_dear(values: Mapping[str, str | int | float]) -> Sentence:
    """The budget does not allow the reply; ``values`` are those of ``spending.stopped``."""
    return Sentence(
        "The budget for {network} is used up: {day} of {a_day} today, {month} of {a_month} this "
        "month (UTC), and this reply costs {cost}. It was not sent, and your text is kept; raise "
        "budget_day or budget_month, or answer in the browser.",
        values,
    )


def cannot_look() -> Sentence:
    """Too much was written since to look through."""
    return Sentence(
        "Too much was written by this account since the reply to tell whether it is there. Look "
        "on X; nothing is sent a second time."
    )
