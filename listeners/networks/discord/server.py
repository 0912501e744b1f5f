"""Discord's REST API as one bot may use it: the token, buckets, and what refusals mean in words.

Source: docs.discord.com/developers/topics/rate-limits and topics/opcodes-and-status-codes. 10,000
refused requests in ten minutes close Discord for the whole machine, so whoever is refused once is
not asked again (see ``discord_channels``).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence

from listeners import __version__
from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, Hidden, HttpError
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import count
from listeners.networks.discord.decode import TITLE
from listeners.secret import Secret
from listeners.text import clean_line

DEFAULT_SERVER = "https://discord.com/api/v10"
USER_AGENT = f"DiscordBot (https://pypi.org/project/hubbub/, {__version__})"
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008

_MESSAGE_CONTENT = 1 << 18 | 1 << 19
"""Flags of an application: it may read contents, everywhere or in up to 100 servers."""
_LONGEST_PAUSE = 10.0
"""Seconds a bucket may be waited for; for longer, the source waits."""
_INDEXING = 30
_LONG_ID = re.compile(r"\d{15,20}")

Params = Mapping[str, str | int | Sequence[str]]


class RefusedError(SourceError):
    """Discord answered, and its answer was no. ``code`` is its own number for why, 0 for none;
    ``detail`` names what is wrong with one field of what was sent."""

    def __init__(
        self,
        status: int,
        code: int,
        state: SourceState,
        sentence: Sentence,
        *,
        said: str = "",
        detail: str = "",
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.code = code
        self.detail = detail
        self.said = said

    @property
    def about_one_place(self) -> bool:
        """Whether it is this channel or server that is closed to the bot, and not Discord."""
        return self.code != 0 and self.status in (403, 404)


class DiscordServer:
    """Asks questions and tells things as one bot."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._token = source.token
        self._allow_private = source.allow_private
        self._clock = clock
        self._buckets: dict[str, float] = {}
        self._me: tuple[str, str] | None = None

    @property
    def signed_in(self) -> bool:
        """Whether there is a token."""
        return self._token is not None

    async def me(self) -> tuple[str, str]:
        """Return the bot's id and name, asked for once.

        Raises:
            SourceError: it has no token, or Discord refuses it or cannot be asked.
        """
        if self._me is None:
            user = await self.get("/users/@me")
            if not isinstance(user, Mapping) or not isinstance(user.get("id"), str):
                raise misunderstood()
            self._me = user["id"], str(user.get("username") or "")
        return self._me

    async def reads_content(self) -> bool:
        """Return whether the bot may read the words of messages (intent MESSAGE_CONTENT).

        Raises:
            SourceError: Discord could not be asked.
        """
        try:
            application = await self.get("/applications/@me")
        except RefusedError:
            return False
        flags = application.get("flags") if isinstance(application, Mapping) else None
        return bool((count(flags) or 0) & _MESSAGE_CONTENT)

    async def get(self, path: str, params: Params | None = None) -> object:
        """Ask one question and return the decoded answer.

        Raises:
            RefusedError: Discord said no to this question.
            SourceError: it could not be asked, or asks us to wait.
        """
        await self._turn(path)
        try:
            answer = await self._fetch.get(
                f"{self._base}{path}",
                params=params,
                headers={"user-agent": USER_AGENT},
                secret_headers=await self._secrets(),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise _read(error) from error
        self._count(path, answer)
        if answer.status == 202:
            raise self._indexing(answer)
        return answer.json()

    async def records(self, path: str, params: Params | None = None) -> Sequence[object]:
        """Ask for a list. Raises as ``get``."""
        found = await self.get(path, params)
        if not isinstance(found, list):
            raise misunderstood()
        return found

    async def lookup(self, path: str) -> object:
        """Ask for one thing; ``None`` where it is not there any more. Else raises as ``get``."""
        try:
            return await self.get(path)
        except RefusedError as error:
            if error.status != 404:
                raise
            return None

    async def post(self, path: str, content: Mapping[str, object]) -> object:
        """Write something, once.

        Raises:
            RefusedError: Discord said no, and nothing is there.
            SourceError: that is open.
        """
        try:
            answer = await self._fetch.post(
                f"{self._base}{path}",
                json=content,
                headers={"user-agent": USER_AGENT},
                secret_headers=await self._secrets(),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise _read(error) from error
        return answer.json()

    async def delete(self, path: str) -> None:
        """Delete what a path names. Raises as ``post``."""
        try:
            await self._fetch.delete(
                f"{self._base}{path}",
                headers={"user-agent": USER_AGENT},
                secret_headers=await self._secrets(),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise _read(error) from error

    async def _secrets(self) -> dict[str, Secret | str]:
        if self._token is None:
            raise SourceError(SourceState.NEEDS_TOKEN, no_token())
        return {"authorization": Hidden(f"Bot {await self._fetch.reveal(self._token)}")}

    async def _turn(self, path: str) -> None:
        """Wait until the bucket of a route has room again."""
        wait = self._buckets.pop(_route(path), 0.0) - time.monotonic()
        if wait > _LONGEST_PAUSE:
            until = Micros(self._clock() + int(wait * SECOND))
            raise SourceError(SourceState.RATE_LIMITED, _full(), until=until, unsent=True)
        if wait > 0:
            await asyncio.sleep(wait)

    def _count(self, path: str, answer: Answer) -> None:
        if answer.headers.get("x-ratelimit-remaining") != "0":
            return
        try:
            wait = float(answer.headers.get("x-ratelimit-reset-after", ""))
        except ValueError:
            return
        if 0 < wait < 3600:
            self._buckets[_route(path)] = time.monotonic() + wait

    def _indexing(self, answer: Answer) -> SourceError:
        told = answer.json()
        asked = told.get("retry_after") if isinstance(told, Mapping) else None
        usable = isinstance(asked, (int, float)) and not isinstance(asked, bool) and asked > 0
        wait = min(float(asked) if usable and asked else _INDEXING, 3600.0)
        return SourceError(
            SourceState.RATE_LIMITED,
            Sentence(
                "Discord is still making its index of this server, so it cannot be searched yet. "
                "Nothing is lost; hubbub asks again."
            ),
            until=Micros(self._clock() + int(max(wait, 1.0) * SECOND)),
        )


def no_token() -> Sentence:
    """Nothing can be read or written without a token."""
    return Sentence(
        "Discord answers only with a bot's token. Make an application on "
        "discord.com/developers/applications, and give this source the token shown under Bot."
    )


def no_words() -> SourceError:
    """Return the error for messages that come without their content."""
    return SourceError(
        SourceState.NEEDS_TOKEN,
        Sentence(
            "Discord sends the messages without their words: the bot lacks the right to read "
            "them. Nothing was passed by. On discord.com/developers/applications, under Bot, "
            "switch on “Message Content Intent”; hubbub goes on from the same place."
        ),
    )


def misunderstood() -> SourceError:
    """Return the error for an answer that is not what Discord documents."""
    return SourceError(
        SourceState.FORMAT_CHANGED,
        Sentence(
            "Discord answered in a way it does not describe. Nothing was stored from this answer, "
            "and the place is kept. Check base_url; a newer hubbub may be needed."
        ),
    )


def _full() -> Sentence:
    return Sentence(
        "Discord allows no more questions of this kind for now. hubbub waits and goes on from the "
        "same place."
    )


def _route(path: str) -> str:
    """Return the part of a path that has a limit of its own: a channel's or server's messages."""
    major, *rest = path.split("?")[0].removeprefix("/").split("/", 2)
    kind = _LONG_ID.sub("-", rest[1]) if len(rest) > 1 else ""
    return f"{major}/{rest[0] if rest else ''}/{kind}"


def _read(error: HttpError) -> SourceError:
    """Return an HTTP error in the words of Discord; what asks us to wait, and trouble, stay."""
    code, said, detail = _reason(error.body)
    if error.state is SourceState.RATE_LIMITED or error.status >= 500:
        return error
    state, sentence = _meaning(error, code, said)
    return RefusedError(
        error.status, code, state, sentence, said=said, detail=detail, until=error.until
    )


def _meaning(error: HttpError, code: int, said: str) -> tuple[SourceState, Sentence]:
    values: Mapping[str, str | int] = {"said": said or TITLE, "status": error.status}
    if error.status == 401:
        return SourceState.NEEDS_TOKEN, Sentence(
            "Discord does not accept this bot's token ({status}). What was heard so far is safe. "
            "On discord.com/developers/applications, under Bot, reset the token and give the new "
            "one to this source.",
            values,
        )
    if error.status == 403 and code:
        return SourceState.BLOCKED, Sentence(
            "Discord does not let the bot in here: {said} ({status}). What was heard so far is "
            "safe. Give it the rights View Channel and Read Message History there.",
            values,
        )
    if error.status == 404 and code:
        return SourceState.FAILING, Sentence(
            "Discord does not know this place: {said} ({status}). Check the ids in what = of this "
            "source (in Discord: Developer Mode, then Copy ID), and that the bot was invited.",
            values,
        )
    return error.state, error.sentence


def _reason(body: bytes) -> tuple[int, str, str]:
    """Return Discord's number of a refusal, its own words, and the name of the first fault in a
    field of what was sent."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return 0, "", ""
    if not isinstance(told, dict):
        return 0, "", ""
    fault = _fault(told.get("errors"), 0)
    said = [told.get("message"), fault.get("message")]
    words = ": ".join(one for one in said if isinstance(one, str) and one)
    detail = fault.get("code")
    return (
        count(told.get("code")) or 0,
        clean_line(words, 200),
        detail if isinstance(detail, str) else "",
    )


def _fault(errors: object, depth: int) -> Mapping[str, object]:
    """Return the first fault in a tree of fields; source: reference#error-messages."""
    if not isinstance(errors, dict) or depth > 8:
        return {}
    here = errors.get("_errors")
    if isinstance(here, list) and here and isinstance(here[0], dict):
        return here[0]
    return next((found for one in errors.values() if (found := _fault(one, depth + 1))), {})
