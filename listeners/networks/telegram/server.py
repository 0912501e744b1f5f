"""Telegram's Bot API as we may use it: methods, the token, and what refusals mean in words.

Source: core.telegram.org/bots/api#making-requests. The token is part of every address, so it is
handed to the fetcher apart and stands in no error, log or traceback.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import PATH_SECRET, Answer, Fetcher, HttpError
from listeners.model import MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.telegram.decode import KINDS, TITLE
from listeners.secret import Secret
from listeners.text import clean_line

DEFAULT_SERVER = "https://api.telegram.org"
PER_PAGE = 100
_PATIENCE = 15.0
"""Seconds an answer may take beyond what the server was asked to wait."""
_TAKEN = 5 * MINUTE
"""How long a bot that somebody else reads is left alone."""


class RefusedError(SourceError):
    """Telegram answered, and its answer was no. ``said`` is its own text, cleaned; ``moved_to``
    is the id a group has now."""

    def __init__(
        self,
        status: int,
        state: SourceState,
        sentence: Sentence,
        *,
        said: str = "",
        moved_to: int | None = None,
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.said = said
        self.moved_to = moved_to


class TelegramServer:
    """Asks questions and tells things as one bot."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._token = source.token
        self._allow_private = source.allow_private
        self._clock = clock
        self._me: tuple[int, str] | None = None

    @property
    def signed_in(self) -> bool:
        """Whether there is a token."""
        return self._token is not None

    async def me(self) -> tuple[int, str]:
        """Return the bot's id and its name without ``@``, asked for once.

        Raises:
            SourceError: it has no token, or Telegram refuses it or cannot be asked.
        """
        if self._me is None:
            user = await self._ask("getMe", {})
            number = user.get("id") if isinstance(user, Mapping) else None
            if not isinstance(user, Mapping) or not isinstance(number, int):
                raise misunderstood()
            self._me = number, str(user.get("username") or "")
        return self._me

    async def updates(self, offset: int, wait: int) -> Sequence[object]:
        """Return what happened from ``offset`` on (0: from the oldest that is kept); waits up to
        ``wait`` seconds for something to happen. All before ``offset`` is then forgotten there.

        Raises:
            RefusedError: somebody else reads this bot, or the token is refused.
            SourceError: Telegram could not be asked, or asks us to wait.
        """
        params: dict[str, str | int] = {
            "limit": PER_PAGE,
            "timeout": wait,
            "allowed_updates": json.dumps(list(KINDS)),
            **({"offset": offset} if offset else {}),
        }
        try:
            found = await self._ask("getUpdates", params, wait=wait)
        except RefusedError as error:
            if error.status != 409:
                raise
            raise await self._taken(error) from error
        if not isinstance(found, list):
            raise misunderstood()
        return found

    async def tell(self, method: str, content: Mapping[str, object]) -> object:
        """Call a method that changes something, once, and return its result.

        Raises:
            RefusedError: Telegram said no, and nothing was changed.
            SourceError: that is open.
        """
        try:
            answer = await self._fetch.post(
                self._url(method),
                json=content,
                path_secret=self._key(),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise _read(error) from error
        return _result(answer)

    async def _ask(self, method: str, params: Mapping[str, str | int], wait: int = 0) -> object:
        try:
            answer = await self._fetch.get(
                self._url(method),
                params=params,
                path_secret=self._key(),
                timeout=wait + _PATIENCE,
                long_poll=wait > 0,
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise _read(error) from error
        return _result(answer)

    async def _taken(self, error: RefusedError) -> RefusedError:
        """Return who reads the bot besides us: a web address it was given, or another program."""
        found = await self._ask("getWebhookInfo", {})
        hook = found.get("url") if isinstance(found, Mapping) else None
        sentence = Sentence(
            "Another program reads this Telegram bot (409), and only one can. What was heard so "
            "far is safe, and Telegram keeps what comes for a day. Stop the other one, or make a "
            "bot for hubbub alone; two sources must not share a token."
        )
        if hook:
            sentence = Sentence(
                "This Telegram bot sends its messages to a web address of another program (a "
                "webhook), so hubbub cannot read them. What was heard so far is safe. Remove the "
                "webhook (deleteWebhook), or make a bot for hubbub alone."
            )
        until = Micros(self._clock() + _TAKEN)
        return RefusedError(409, SourceState.BLOCKED, sentence, said=error.said, until=until)

    def _url(self, method: str) -> str:
        return f"{self._base}/bot{PATH_SECRET}/{method}"

    def _key(self) -> Secret:
        if self._token is None:
            raise SourceError(SourceState.NEEDS_TOKEN, no_token())
        return self._token


def no_token() -> Sentence:
    """Nothing can be read or written without a token."""
    return Sentence(
        "Telegram answers only with a bot's token. Write to @BotFather in Telegram, send /newbot, "
        "and give this source the token it answers with."
    )


def misunderstood() -> SourceError:
    """Return the error for an answer that is not what Telegram documents."""
    return SourceError(
        SourceState.FORMAT_CHANGED,
        Sentence(
            "Telegram answered in a way it does not describe. Nothing was stored from this answer, "
            "and the place is kept. Check base_url; a newer hubbub may be needed."
        ),
    )


def _result(answer: Answer) -> object:
    body = answer.json()
    if not isinstance(body, Mapping) or body.get("ok") is not True or "result" not in body:
        raise misunderstood()
    return body["result"]


def _read(error: HttpError) -> SourceError:
    """Return an HTTP error in the words of Telegram; what asks us to wait, and trouble, stay."""
    said, moved_to = _reason(error.body)
    if error.state is SourceState.RATE_LIMITED or error.status >= 500:
        return error
    state, sentence = _meaning(error, said)
    return RefusedError(
        error.status, state, sentence, said=said, moved_to=moved_to, until=error.until
    )


def _meaning(error: HttpError, said: str) -> tuple[SourceState, Sentence]:
    if error.status in (401, 404):
        return SourceState.NEEDS_TOKEN, Sentence(
            "Telegram does not accept this bot's token ({status}). What was heard so far is safe. "
            "Ask @BotFather for the bot's token (/mybots, API Token) and give it to this source.",
            {"status": error.status},
        )
    if error.status == 403:
        return SourceState.BLOCKED, Sentence(
            "Telegram does not let the bot do this: {said} ({status}). What was heard so far is "
            "safe.",
            {"said": said or TITLE, "status": error.status},
        )
    return error.state, error.sentence


def _reason(body: bytes) -> tuple[str, int | None]:
    """Return Telegram's own words of a refusal, and the id a group moved to."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(told, dict):
        return "", None
    more = told.get("parameters")
    moved = more.get("migrate_to_chat_id") if isinstance(more, dict) else None
    usable = isinstance(moved, int) and not isinstance(moved, bool)
    return clean_line(told.get("description") or "", 200), moved if usable else None
