"""Asking Stack Exchange: one page at a time, within its daily allowance and its pauses.

Rules: api.stackexchange.com/docs/throttle. 300 requests a day for an address, 10,000 with a free
key; ``backoff`` in an answer is how many seconds the same method must rest; an exhausted allowance
is HTTP 400 with the seconds in its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.http.quota import Quota
from listeners.model import DAY, MINUTE, SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import count
from listeners.text import clean_line

DEFAULT_SERVER = "https://api.stackexchange.com/2.3"
WITHOUT_KEY = 300
WITH_KEY = 10_000
"""Requests a day."""

_SPACING = 0.2
"""Seconds between two requests: more than 30 a second from one address are punished."""
_SECONDS = re.compile(r"in (\d{1,6}) seconds")
_LONGEST = DAY


@dataclass(frozen=True, slots=True)
class Page:
    """What a question was answered with."""

    items: tuple[object, ...]
    more: bool


class Exchange:
    """Stack Exchange's API, or a server that answers like it; ``remaining`` is today's rest."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._spacing = 0.0 if source.base_url else _SPACING
        self._private = source.allow_private
        self._key = source.token
        self._clock = clock
        self._rests: dict[str, Micros] = {}
        self.allowed = WITH_KEY if source.token else WITHOUT_KEY
        self.remaining: int | None = None

    async def ask(self, method: str, site: str, parameters: Mapping[str, str]) -> Page:
        """Return one page of a method's answer for a site.

        Raises:
            SourceError: the method must rest, today's allowance is spent, or it was refused.
        """
        kind = re.sub(r"[\d;]+", "ids", method)
        self._check(kind)
        asked = {**parameters, "site": site}
        if self._key is not None:
            # No secret (api.stackexchange.com/docs/authentication), and read from the query alone.
            asked["key"] = await self._fetch.reveal(self._key)
        answer = await self._fetch.get(
            f"{self._base}/{method}",
            params=asked,
            expect="json",
            allow_private=self._private,
            allow_status=frozenset({400}),
            spacing=self._spacing,
            quota=Quota(
                name="stackexchange with a key" if self._key else "stackexchange",
                limit=self.allowed,
            ),
        )
        body = answer.json()
        if not isinstance(body, dict):
            raise _changed()
        if answer.status == 400 or "error_id" in body:
            raise self._refusal(body, site)
        self._learn(kind, body)
        items = body.get("items")
        if not isinstance(items, list):
            raise _changed()
        return Page(tuple(items), body.get("has_more") is True)

    def _check(self, kind: str) -> None:
        until = self._rests.get(kind)
        if until is not None and until > self._clock():
            raise SourceError(SourceState.RATE_LIMITED, _RESTS, until=until, unsent=True)

    def _learn(self, kind: str, body: Mapping[str, object]) -> None:
        self.remaining = count(body.get("quota_remaining"))
        self.allowed = count(body.get("quota_max")) or self.allowed
        if pause := count(body.get("backoff")):
            self._rests[kind] = Micros(self._clock() + min(pause * SECOND, _LONGEST))

    def _refusal(self, body: Mapping[str, object], site: str) -> SourceError:
        said = body.get("error_message")
        message = said if isinstance(said, str) else ""
        if body.get("error_name") == "throttle_violation" or body.get("error_id") == 502:
            found = _SECONDS.search(message)
            pause = min(int(found[1]) * SECOND, _LONGEST) if found else 15 * MINUTE
            self.remaining = 0
            until = Micros(self._clock() + pause)
            return SourceError(SourceState.RATE_LIMITED, _SPENT, until=until)
        return SourceError(
            SourceState.FAILING,
            Sentence(
                "Stack Exchange refused the question for {site}: {fault}. Check the sites and the "
                "key of this source.",
                {"site": site, "fault": clean_line(message, 200) or "?"},
            ),
        )


_RESTS = Sentence(
    "Stack Exchange asked hubbub to rest before the same question. Nothing is lost: it goes on by "
    "itself from the same place."
)
_SPENT = Sentence(
    "Stack Exchange answers no more questions from this address today. Nothing is lost: hubbub "
    "goes on by itself from the same place. A free key (token =) allows 10,000 a day instead of "
    "300."
)


def _changed() -> SourceError:
    return SourceError(
        SourceState.FORMAT_CHANGED,
        Sentence(
            "Stack Exchange answered, but not with a list of posts. Nothing was stored, and "
            "hubbub goes on from the same place. A newer hubbub may be needed."
        ),
    )
