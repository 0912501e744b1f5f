"""What X's refusals mean.

Source: docs.x.com/x-api/fundamentals/response-codes-and-errors. A 429 is either the limit of one
question in 15 minutes (``x-rate-limit-reset``) or the usage cap of the plan, which does not end by
waiting a little.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from listeners.http import HttpError
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.x import words
from listeners.spending import next_day, next_month
from listeners.text import clean_line

_OLD_NAMES = ("tweet.fields", "referenced_tweets", "edit_history_tweet_ids", "note_tweet")
_NEW_NAMES = ("post.fields", "referenced_posts", "edit_history_post_ids", "note_post")


class RefusedError(SourceError):
    """X answered, and its answer was no. ``kind`` is the last word of its type of problem."""

    def __init__(
        self,
        status: int,
        state: SourceState,
        sentence: Sentence,
        *,
        said: str = "",
        kind: str = "",
        about: str = "",
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.said = said
        self.kind = kind
        self.about = about
        """All X says of it, to look for the name of a parameter."""


def refusal(error: HttpError, now: Micros, *, permitted: bool) -> SourceError:
    """Return an HTTP error in the words of X; a server in trouble stays as it is.

    ``permitted``: it was asked with an account's permission, not with the app's token.
    """
    said, kind, about = _told(error.body)
    status = error.status
    if status >= 500:
        return error
    state, until = error.state, error.until
    sentence = words.refused(said or str(status), status)
    if status == 402:
        state, sentence, until = SourceState.OUT_OF_CREDITS, words.no_credits(), None
    elif status == 429 and kind == "usage-capped":
        daily = '"Daily"' in about
        state, sentence = SourceState.OUT_OF_CREDITS, words.capped(daily=daily)
        until = next_day(now) if daily else next_month(now)
    elif status == 429:
        reset = error.headers.get("x-rate-limit-reset", "")
        until = Micros(int(reset) * SECOND) if reset.isdigit() else error.until
        state, sentence = SourceState.RATE_LIMITED, words.window_spent()
    elif status == 401:
        state = SourceState.TOKEN_EXPIRED if permitted else SourceState.NEEDS_TOKEN
        sentence = words.permission_ended() if permitted else words.key_refused(status)
    elif status == 403:
        approval = kind in ("client-forbidden", "client-not-enrolled")
        state = SourceState.NEEDS_APPROVAL if approval else SourceState.BLOCKED
        sentence = words.not_allowed(said or str(status), status)
    return RefusedError(status, state, sentence, said=said, kind=kind, about=about, until=until)


def about_names(error: HttpError, *, old: bool) -> bool:
    """Whether X refused a question because of how its fields are named."""
    names = _OLD_NAMES if old else _NEW_NAMES
    about = error.body.decode("utf-8", "replace")
    return error.status == 400 and any(name in about for name in names)


def _told(body: bytes) -> tuple[str, str, str]:
    """Return X's own words for a refusal, the type of its problem, and all it says."""
    about = body[:20_000].decode("utf-8", "replace")
    try:
        told = json.loads(about)
    except (ValueError, RecursionError):
        return "", "", about
    if not isinstance(told, Mapping):
        return "", "", about
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    first = first if isinstance(first, Mapping) else {}
    said = first.get("message") or first.get("detail") or told.get("detail") or told.get("title")
    kind = told.get("type") or first.get("type") or ""
    reason = told.get("reason")
    tail = str(kind).rpartition("/")[2] if isinstance(kind, str) else ""
    tail = reason if isinstance(reason, str) and tail == "client-forbidden" else tail
    return clean_line(said or "", 200), clean_line(tail, 60), json.dumps(told)
