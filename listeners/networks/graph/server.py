"""Meta's Graph API as we may use it: the key, its allowance, pages, and what refusals mean.

Source: developers.facebook.com/docs/graph-api. The key travels in a header alone; the API itself
writes it into the addresses of its pages, where it is taken out before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, Hidden, HttpError, Quota
from listeners.model import MINUTE, SECOND, Micros, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.graph import words
from listeners.networks.graph.faults import Fault, GraphError, Kind, fault_in, meaning
from listeners.networks.graph.usage import Usage, usage_of
from listeners.secret import Secret

FIRST_WAIT = 15 * MINUTE
LONGEST_WAIT = 60 * MINUTE
"""How long a key is left alone that was throttled without a word on how long."""

Params = Mapping[str, str | int]

_TOKEN = re.compile(rb"access_token=[^&\"\\\s]*")
_WAYS = ("after", "until", "__paging_token", "offset")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an edge. ``more`` are the parameters of the next one, empty for the last."""

    records: Sequence[object] = ()
    more: Mapping[str, str] = field(default_factory=dict)


class GraphServer:
    """Asks and writes with the source's key. ``title`` is the network's, for people."""

    def __init__(
        self, fetch: Fetcher, source: SourceConfig, clock: Clock, *, title: str, base: str
    ) -> None:
        self._fetch = fetch
        self._base = (source.base_url or base).rstrip("/")
        self._key = source.token
        self._allow_private = source.allow_private
        self._clock = clock
        self._closed_until = Micros(0)
        self._refusals = 0
        self.usage = Usage()
        self.title = title
        self.acting: Hidden | None = None
        """The key of the Page we act as, where the source's own key is a person's."""

    @property
    def has_key(self) -> bool:
        """Whether anything may be asked at all."""
        return self._key is not None

    async def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        quota: Quota | None = None,
        spacing: float = 0.0,
        keep_tokens: bool = False,
    ) -> Mapping[str, object]:
        """Return an object or a page.

        Raises:
            GraphError: the network said no.
            SourceError: it could not be asked, or must be left alone for now.
        """
        self._check()
        try:
            answer = await self._fetch.get(
                f"{self._base}/{path}",
                params=params or {},
                secret_headers=await self._secrets(),
                expect="json",
                allow_private=self._allow_private,
                quota=quota,
                spacing=spacing,
            )
        except HttpError as error:
            raise self._read(error) from error
        return self._answered(answer, keep_tokens=keep_tokens)

    async def page(self, path: str, params: Params, *, quota: Quota | None = None) -> Page:
        """Return one page of an edge. Raises as ``get``."""
        return self.page_in(await self.get(path, params, quota=quota))

    async def post(self, path: str, form: Mapping[str, str]) -> Mapping[str, object]:
        """Write something, once.

        Raises:
            GraphError: the network said no; nothing is there, unless its ``kind`` is ``PASSING``.
            SourceError: that is open, or, where it is ``unsent``, nothing was asked.
        """
        self._check()
        secrets = await self._secrets()
        try:
            answer = await self._fetch.post(
                f"{self._base}/{path}",
                form=form,
                secret_headers=secrets,
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._read(error) from error
        return self._answered(answer)

    async def delete(self, path: str) -> None:
        """Delete an object. Raises as ``post``."""
        self._check()
        try:
            answer = await self._fetch.delete(
                f"{self._base}/{path}",
                secret_headers=await self._secrets(),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._read(error) from error
        self._note(answer.headers)

    async def is_gone(self, native_id: str) -> bool:
        """Whether an object is not there any more (code 100, subcode 33). Raises as ``get``."""
        try:
            await self.get(native_id, {"fields": "id"})
        except GraphError as error:
            if error.kind is Kind.GONE:
                return True
            raise
        return False

    def page_in(self, value: object) -> Page:
        """Return a page that came by itself or inside another record.

        Raises:
            SourceError: it is none.
        """
        records = value.get("data") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(records, list):
            raise SourceError(SourceState.FORMAT_CHANGED, words.odd_answer(self.title))
        return Page(records, next_of(value.get("paging")))

    async def _secrets(self) -> dict[str, Secret | str]:
        if self._key is None:
            raise SourceError(SourceState.NEEDS_TOKEN, words.no_key(self.title), unsent=True)
        token = self.acting or await self._fetch.reveal(self._key)
        return {"authorization": Hidden(f"Bearer {token}")}

    def _check(self) -> None:
        """Ask nothing while the key is throttled: that would lengthen it."""
        if self._closed_until > self._clock():
            said = (
                words.limited(self.title)
                if self._refusals
                else words.nearly_spent(self.title, round(min(self.usage.percent, 100)))
            )
            raise SourceError(SourceState.RATE_LIMITED, said, until=self._closed_until, unsent=True)

    def _answered(self, answer: Answer, *, keep_tokens: bool = False) -> Mapping[str, object]:
        self._refusals = 0
        self._note(answer.headers)
        body = answer.body if keep_tokens else _TOKEN.sub(b"", answer.body)
        told = replace(answer, body=body).json()
        if not isinstance(told, Mapping):
            raise SourceError(SourceState.FORMAT_CHANGED, words.odd_answer(self.title))
        if (fault := fault_in(body)) is not None:
            raise self._refused(fault, answer.status)
        return told

    def _note(self, headers: Mapping[str, str]) -> None:
        """Keep what an answer says of the allowance."""
        told = usage_of(headers)
        if told is None:
            return
        self.usage = told
        if told.is_spent:
            wait = told.regain * SECOND or FIRST_WAIT
            self._closed_until = Micros(int(self._clock() + wait))

    def _read(self, error: HttpError) -> SourceError:
        """Return an HTTP error in the words of the network; what is not its own stays."""
        fault = fault_in(error.body)
        if fault is None or (error.status >= 500 and fault.kind is not Kind.LIMITED):
            return error
        told = usage_of(error.headers)
        self.usage = told or self.usage
        return self._refused(fault, error.status, told, error.until)

    def _refused(
        self,
        fault: Fault,
        status: int,
        told: Usage | None = None,
        until: Micros | None = None,
    ) -> GraphError:
        state, sentence = meaning(fault, self.title)
        if fault.kind is Kind.LIMITED:
            wait = min(FIRST_WAIT * 2**self._refusals, LONGEST_WAIT)
            if told is not None and told.regain:
                wait = int(told.regain * SECOND)
            self._refusals = min(self._refusals + 1, 10)
            until = Micros(max(self._clock() + wait, until or 0))
            self._closed_until = until
        elif fault.kind is Kind.EXPIRED:
            self.acting = None
        elif fault.kind is Kind.PASSING:
            until = None
        return GraphError(fault, state, sentence, status=status, until=until)


def next_of(paging: object) -> Mapping[str, str]:
    """Return the parameters of the next page, by cursor or by time; empty for the last one."""
    following = paging.get("next") if isinstance(paging, Mapping) else None
    if not isinstance(paging, Mapping) or not isinstance(following, str):
        return {}
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    if isinstance(after, str) and after:
        return {"after": after}
    try:
        query = parse_qsl(urlsplit(following).query)
    except ValueError:
        return {}
    return {name: value for name, value in query if name in _WAYS and value}
