"""One Discourse forum as we may use it: keys, and what its refusals mean in words.

Wire format: docs.discourse.org; ``error_type`` and ``extras`` from discourse/discourse
(application_controller.rb). Error texts are in the forum's own language, so only status codes and
``error_type`` decide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.discourse.forum import NO_ADDRESS, Forum
from listeners.secret import Secret
from listeners.text import clean_line, html_to_text

_CLOSED = frozenset({401, 403})
_ABSENT = frozenset({404, 410})
_LONGEST_WAIT = 86_400.0
_MOST_WORDS = 200


class RefusedError(SourceError):
    """The forum answered, and its answer was no. ``said`` is its reason in its own words."""

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


class DiscourseServer:
    """Asks one forum questions, with the source's key where it has one."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, forum: Forum, clock: Clock) -> None:
        """The key is one made by an administrator, used as ``username``, unless ``kind`` is
        ``"user"``: then it is a member's own."""
        self.forum = forum
        self.signed_in = source.token is not None
        self.by_user = str(source.options.get("kind", "")).casefold() == "user"
        self._fetch = fetch
        self._token = source.token
        self._allow_private = source.allow_private or bool(not source.base_url and source.what)
        self._clock = clock

    async def get(self, path: str, parameters: Sequence[tuple[str, str]] = ()) -> object:
        """Ask one question and return the decoded answer.

        Raises:
            RefusedError: the forum said no to this question.
            SourceError: it could not be asked, asks us to wait, or is no Discourse forum.
        """
        url = self._url(path)
        if parameters:
            url = f"{url}?{urlencode(list(parameters))}"
        try:
            answer = await self._fetch.get(
                url, secret_headers=self._secrets(), allow_private=self._allow_private
            )
        except HttpError as error:
            raise self.refusal(error) from error
        return self._decoded(answer)

    async def lookup(self, path: str, parameters: Sequence[tuple[str, str]] = ()) -> object:
        """Ask for one thing; ``None`` where the forum no longer has it.

        Raises:
            RefusedError: the forum does not show it to us.
            SourceError: as ``get``.
        """
        try:
            return await self.get(path, parameters)
        except RefusedError as error:
            if error.status in _ABSENT:
                return None
            raise

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Write, once. Raises as ``get``; an ``HttpError`` leaves open what happened."""
        try:
            answer = await self._fetch.post(
                self._url(path),
                json=dict(body),
                secret_headers=self._secrets(),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self.refusal(error) from error
        return self._decoded(answer)

    async def delete(self, path: str) -> None:
        """Delete what a path names. Raises as ``get``."""
        try:
            await self._fetch.delete(
                self._url(path),
                secret_headers=self._secrets(),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self.refusal(error) from error

    def refusal(self, error: HttpError) -> SourceError:
        """Return what a refusing answer means for this forum."""
        kind, said, wait = _told(error.body)
        if error.state is SourceState.RATE_LIMITED:
            until = error.until
            if wait is not None:
                asked = Micros(self._clock() + int(min(wait, _LONGEST_WAIT) * SECOND))
                until = max(until or asked, asked)
            return RefusedError(error.status, error.state, error.sentence, said, until)
        if error.status in _CLOSED:
            closed = SourceState.NEEDS_TOKEN
            if not kind and not said and error.status == 403:
                closed = SourceState.BLOCKED
            sentence = self._closed(error.status, blocked=closed is SourceState.BLOCKED)
            return RefusedError(error.status, closed, sentence, said, error.until)
        if error.status in _ABSENT:
            sentence = Sentence(
                "{forum} does not know what was asked for ({status}): it may not be a Discourse "
                "forum, or live in a folder of its site. Check base_url; nothing was lost.",
                {"forum": self.forum.name, "status": error.status},
            )
            return RefusedError(error.status, SourceState.FAILING, sentence, said)
        if 400 <= error.status < 500:
            return RefusedError(error.status, error.state, error.sentence, said, error.until)
        return error

    def not_discourse(self) -> SourceError:
        """Return the error for an answer that no Discourse forum gives."""
        return SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence(
                "{forum} answered, but not as a Discourse forum does. Nothing was stored, and "
                "hubbub goes on from the same place. Check base_url; if it is right, a newer "
                "hubbub may be needed.",
                {"forum": self.forum.name},
            ),
        )

    def _decoded(self, answer: Answer) -> object:
        try:
            return answer.json()
        except SourceError as error:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{forum} answered with a page instead of data: it may not be a Discourse "
                    "forum, or live in a folder of its site, or the network you are on asks you "
                    "to log in first. Check base_url; nothing was lost.",
                    {"forum": self.forum.name},
                ),
            ) from error

    def _url(self, path: str) -> str:
        if not self.forum.base:
            raise SourceError(SourceState.FAILING, NO_ADDRESS)
        return f"{self.forum.base}{path}"

    def _secrets(self) -> dict[str, Secret | str]:
        if self._token is None:
            return {}
        if self.by_user:
            return {"user-api-key": self._token}
        if not self.forum.username:
            # A key made for one account tells by itself whose it is.
            return {"api-key": self._token}
        return {"api-key": self._token, "api-username": self.forum.username}

    def _closed(self, status: int, *, blocked: bool) -> Sentence:
        values: Mapping[str, str | int] = {"forum": self.forum.name, "status": status}
        if blocked:
            return Sentence(
                "{forum} turns programs like hubbub away ({status}). What was heard so far is "
                "safe; hubbub tries again rarely. Ask the forum's administrators to let it in.",
                values,
            )
        if not self.signed_in:
            return Sentence(
                "{forum} shows this only to its members ({status}). What was heard so far is "
                "safe. Ask its administrators for an API key (Admin, API), and give this source "
                "the key as its token and the account it belongs to as username.",
                values,
            )
        return Sentence(
            "{forum} does not let this key or account in ({status}). What was heard so far is "
            "safe. Check token and username of this source, and that the key was not revoked.",
            values,
        )


def _told(body: bytes) -> tuple[str, str, float | None]:
    """Return the kind of a refusal, its reason in the forum's words, and the seconds to wait."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", "", None
    if not isinstance(told, dict):
        return "", "", None
    errors = told.get("errors")
    words = [one for one in errors if isinstance(one, str)] if isinstance(errors, list) else []
    if not words and isinstance(told.get("message"), str):
        words = [told["message"]]
    extras = told.get("extras")
    wait = extras.get("wait_seconds") if isinstance(extras, dict) else None
    usable = isinstance(wait, (int, float)) and not isinstance(wait, bool) and 0 <= wait < 1e9
    kind = told.get("error_type")
    return (
        kind if isinstance(kind, str) else "",
        clean_line(html_to_text(" ".join(words)), _MOST_WORDS),
        float(wait) if usable and wait is not None else None,
    )
