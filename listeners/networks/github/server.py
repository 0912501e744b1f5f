"""One GitHub as we may use it: token, limits, answers that have not changed, refusals in words.

Wire format: docs.github.com/rest, "Rate limits" and "Best practices". The main limits (one each for
searches, for GraphQL and for all else) are told by headers (403 with none remaining), the secondary
one, which holds for all, by 403 or 429 with or without Retry-After.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.github.web import Web
from listeners.networks.recent import Recent
from listeners.text import clean_line

SECONDARY_WAIT = MINUTE
"""The least wait after a secondary limit that names none (docs: "at least one minute")."""
VERSION = "2022-11-28"

_ABSENT = frozenset({404, 410, 451})
_MOST_KEPT = 64
_MOST_WORDS = 200


class RefusedError(SourceError):
    """GitHub answered, and its answer was no. ``said`` is its reason in its own words."""

    def __init__(
        self,
        status: int,
        state: SourceState,
        sentence: Sentence,
        said: str = "",
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.said = said


class GitHubServer:
    """Asks one GitHub questions, with the source's token where it has one."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, web: Web, clock: Clock) -> None:
        self.web = web
        self.signed_in = source.token is not None
        self.poll_interval: float | None = None
        self._fetch = fetch
        self._token = source.token
        self._allow_private = source.allow_private
        self._clock = clock
        self._tags: Recent[str, str] = Recent(_MOST_KEPT)

    async def ask(
        self,
        path: str,
        parameters: Sequence[tuple[str, str]] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for a page; its status is 304 where it is still the one that was ``kept``.

        ``headers`` are sent besides the usual ones.

        Raises:
            RefusedError: GitHub said no to this question.
            SourceError: it could not be asked, or asks us to wait.
        """
        url = self._url(path, parameters)
        tag = self._tags.get(url)
        try:
            answer = await self._fetch.get(
                url,
                headers={
                    **_HEADERS,
                    **({"if-none-match": tag} if tag else {}),
                    **(headers or {}),
                },
                secret_headers=await self._fetch.bearer(self._token),
                expect="json",
                allow_private=self._allow_private,
                lane=self._lane(url),
            )
        except HttpError as error:
            raise self._refusal(error) from error
        self._note(answer)
        return answer

    def keep(self, path: str, parameters: Sequence[tuple[str, str]], tag: str) -> None:
        """Remember that the page of this tag is stored, so that it need not come again."""
        if tag:
            self._tags.put(self._url(path, parameters), tag)

    async def get(self, path: str, parameters: Sequence[tuple[str, str]] = ()) -> object:
        """Ask one question and return the decoded answer. Raises as ``ask``."""
        return (await self.ask(path, parameters)).json()

    async def lookup(self, path: str) -> Mapping[str, object] | None:
        """Ask for one thing; ``None`` where it is no longer there, or not for us to see.

        Raises:
            SourceError: as ``get``.
        """
        try:
            answer = await self.get(path)
        except RefusedError as error:
            if error.status in _ABSENT:
                return None
            raise
        return answer if isinstance(answer, dict) else None

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Write, once, and return what was made; ``path`` may be a whole address.

        Raises:
            RefusedError: GitHub said no, and nothing was made.
            SourceError: it may have been made or not.
        """
        url = self._url(path, ())
        try:
            answer = await self._fetch.post(
                url,
                json=dict(body),
                headers=_HEADERS,
                secret_headers=await self._fetch.bearer(self._token),
                expect="json",
                allow_private=self._allow_private,
                lane=self._lane(url),
            )
        except HttpError as error:
            raise self._refusal(error) from error
        return answer.json()

    async def delete(self, path: str) -> None:
        """Delete what a path names. Raises as ``post``."""
        try:
            await self._fetch.delete(
                f"{self.web.api}{path}",
                headers=_HEADERS,
                secret_headers=await self._fetch.bearer(self._token),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._refusal(error) from error

    def odd_answer(self) -> SourceError:
        """Return the error for an answer that GitHub does not document."""
        return SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence(
                "{server} answered, but not as GitHub does. Nothing was stored, and hubbub goes "
                "on from the same place. A newer hubbub may be needed.",
                {"server": self.web.name},
            ),
        )

    def _note(self, answer: Answer) -> None:
        try:
            seconds = float(answer.headers.get("x-poll-interval", ""))
        except ValueError:
            return
        if 0 < seconds <= 3600:
            self.poll_interval = seconds

    def _lane(self, url: str) -> str:
        """Return which limit counts a question: searches and GraphQL have their own."""
        if url == self.web.graphql:
            return "graphql"
        return "search" if url.startswith(f"{self.web.api}/search/") else "core"

    def _url(self, path: str, parameters: Sequence[tuple[str, str]]) -> str:
        url = path if "://" in path else f"{self.web.api}{path}"
        return f"{url}?{urlencode(list(parameters))}" if parameters else url

    def _refusal(self, error: HttpError) -> SourceError:
        said, about = _told(error.body)
        if error.state is SourceState.RATE_LIMITED:
            return RefusedError(error.status, error.state, error.sentence, said, error.until)
        values: Mapping[str, str | int] = {"server": self.web.name, "status": error.status}
        if error.status == 403 and ("rate-limit" in about or "rate limit" in said.casefold()):
            return RefusedError(
                error.status,
                SourceState.RATE_LIMITED,
                Sentence(
                    "{server} asks us to slow down ({status}). hubbub waits and goes on from the "
                    "same place.",
                    values,
                ),
                said,
                Micros(self._clock() + SECONDARY_WAIT),
            )
        if error.status == 401:
            sentence = Sentence(
                "{server} does not accept this source's token ({status}): it has expired or was "
                "revoked. What was heard so far is safe. Make a new one under Settings, Developer "
                "settings, Personal access tokens.",
                values,
            )
            return RefusedError(error.status, SourceState.NEEDS_TOKEN, sentence, said, error.until)
        if error.status in _ABSENT:
            sentence = Sentence(
                "{server} shows no such repository or issue ({status}): its name may be "
                "misspelled, it may be gone, or it is private and needs a token that may read "
                "it. Nothing was lost.",
                values,
            )
            return RefusedError(error.status, SourceState.FAILING, sentence, said)
        if error.status == 422:
            sentence = Sentence(
                "{server} cannot search for this ({status}). Write shorter or fewer words as "
                "what; nothing was lost.",
                values,
            )
            return RefusedError(error.status, SourceState.FAILING, sentence, said)
        if 400 <= error.status < 500:
            return RefusedError(error.status, error.state, error.sentence, said, error.until)
        return error


_HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": VERSION}


def _told(body: bytes) -> tuple[str, str]:
    """Return what a refusal says, and the page of the documentation it points to."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    about = told.get("documentation_url")
    return clean_line(told.get("message"), _MOST_WORDS), about if isinstance(about, str) else ""
