"""One Lemmy instance as we may use it: which of its two APIs it speaks, token, refusals in words.

Wire formats: join-lemmy.org/docs, "API" (v3, until 0.19) and "API v4" (from 1.0). A 1.0 still
answers some of v3, but without order and pages, so its version is asked first. Refusals are
``{"error": "code"}``, mostly with status 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher, HttpError
from listeners.model import HOUR, MINUTE, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import printable, web_address
from listeners.text import clean_line

DEFAULT_SERVER: Final = "https://lemmy.world"
KEPT = HOUR
"""How long what an instance says of itself is taken as known: it may be upgraded meanwhile."""
LIMITED_FOR = MINUTE
"""How long to wait where an instance has a limit and does not say until when."""

_MOST_WORDS = 200
_SHUT = frozenset({"not_logged_in", "incorrect_login", "not_logged", "incorrect_totp_token"})
_LIMITED = frozenset({"rate_limit_error", "too_many_requests"})

Params = Mapping[str, str | int]


class RefusedError(SourceError):
    """The instance answered, and its answer was no. ``code`` is its reason in one word."""

    def __init__(
        self,
        status: int,
        state: SourceState,
        sentence: Sentence,
        code: str = "",
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.code = code

    @property
    def absent(self) -> bool:
        """Whether what was asked for is not there, or not any more."""
        unknown = self.code.startswith(("couldnt_find", "not_found"))
        return self.state is not SourceState.RATE_LIMITED and (unknown or self.status in (404, 410))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an instance says of itself and of us. ``api`` is 3 or 4.

    ``languages`` are the codes of the numbers in its records. ``account`` is the address of our
    account, ``username`` its name here, both empty without a token. ``searches`` and ``within``:
    so many searches in so many seconds are allowed.
    """

    api: int
    languages: Mapping[int, str]
    account: str = ""
    username: str = ""
    searches: int = 60
    within: float = 600.0


class LemmyServer:
    """Asks one instance questions, with the source's token where it has one."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self.base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self.name = urlsplit(self.base).netloc or self.base
        self.signed_in = source.token is not None
        self.known: Site | None = None
        self._known_at: Micros | None = None
        self._fetch = fetch
        self._token = source.token
        self._allow_private = source.allow_private
        self._clock = clock

    async def site(self) -> Site:
        """Return what the instance says of itself; asked of it once an hour.

        Raises:
            RefusedError: it does not accept our token.
            SourceError: it could not be asked, or is no Lemmy.
        """
        asked = self._known_at
        if self.known is None or asked is None or not 0 <= self._clock() - asked < KEPT:
            self.known = await self._ask_site()
            self._known_at = self._clock()
        return self.known

    async def get(self, path: str, params: Params | None = None) -> Mapping[str, object]:
        """Ask one question of the API that the instance speaks, and return the answer.

        Raises:
            RefusedError: the instance said no to this question.
            SourceError: it could not be asked, or understood.
        """
        return await self._get((await self.site()).api, path, params or {})

    async def post(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """Write, once, and return what was made.

        Raises:
            RefusedError: the instance said no, and nothing was made.
            SourceError: it may have been made or not.
        """
        api = (await self.site()).api
        try:
            answer = await self._fetch.post(
                f"{self.base}/api/v{api}{path}",
                json=dict(body),
                secret_headers=await self._fetch.bearer(self._token),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._refusal(error) from error
        return self._table(answer.json())

    async def delete(self, path: str, body: Mapping[str, object]) -> None:
        """Delete what a body names. Raises as ``post``."""
        api = (await self.site()).api
        if api == 3:
            await self.post(f"{path}/delete", body)
            return
        try:
            await self._fetch.delete(
                f"{self.base}/api/v{api}{path}",
                json=dict(body),
                secret_headers=await self._fetch.bearer(self._token),
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._refusal(error) from error

    def odd_answer(self) -> SourceError:
        """Return the error for an answer that Lemmy does not document."""
        return SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence(
                "{server} answered, but not as Lemmy does. Nothing was stored, and hubbub goes on "
                "from the same place. Is this the address of a Lemmy instance?",
                {"server": self.name},
            ),
        )

    async def _get(self, api: int, path: str, params: Params) -> Mapping[str, object]:
        try:
            answer = await self._fetch.get(
                f"{self.base}/api/v{api}{path}",
                params=dict(params),
                secret_headers=await self._fetch.bearer(self._token),
                expect="json",
                allow_private=self._allow_private,
            )
        except HttpError as error:
            raise self._refusal(error) from error
        return self._table(answer.json())

    async def _ask_site(self) -> Site:
        try:
            told = await self._get(3, "/site", {})
        except RefusedError as error:
            if not error.absent:
                raise
            told = await self._get(4, "/site", {})
        version = told.get("version")
        first = version.partition(".")[0] if isinstance(version, str) else ""
        if not first.isdigit():
            raise self.odd_answer()
        api = 3 if int(first) == 0 else 4
        person = _person(told.get("my_user"))
        if self.signed_in and not person and api == 4:
            person = _person(await self._get(4, "/account", {}))
        if self.signed_in and not person:
            raise self._not_let_in(401, "not_logged_in")
        limits = _table(_table(told.get("site_view")).get("local_site_rate_limit"))
        searches = limits.get("search_max_requests", limits.get("search"))
        within = limits.get("search_interval_seconds", limits.get("search_per_second"))
        usual = Site(api=api, languages={})
        return Site(
            api=api,
            languages=_languages(told.get("all_languages")),
            account=web_address(person.get("ap_id") or person.get("actor_id")),
            username=printable(person.get("name")),
            searches=_positive(searches) or usual.searches,
            within=_positive(within) or usual.within,
        )

    def _refusal(self, error: HttpError) -> SourceError:
        code = _code(error.body)
        if error.state is SourceState.RATE_LIMITED or code in _LIMITED:
            until = error.until or Micros(self._clock() + LIMITED_FOR)
            sentence = Sentence(
                "{server} asks us to slow down ({status}). hubbub waits and goes on from the same "
                "place.",
                {"server": self.name, "status": error.status},
            )
            return RefusedError(error.status, SourceState.RATE_LIMITED, sentence, code, until)
        if error.status == 401 or code in _SHUT:
            return self._not_let_in(error.status, code)
        if code == "instance_is_private":
            sentence = Sentence(
                "{server} is a private instance: it shows its posts to members alone. Give this "
                "source the token of an account there. Nothing was lost.",
                {"server": self.name},
            )
            return RefusedError(error.status, SourceState.NEEDS_TOKEN, sentence, code)
        if error.status in (404, 410) or code.startswith(("couldnt_find", "not_found")):
            sentence = Sentence(
                "{server} knows no such community, account or post. Write a community as "
                "c/NAME@INSTANCE, as its address has it; nothing was lost.",
                {"server": self.name},
            )
            return RefusedError(error.status, SourceState.FAILING, sentence, code)
        if 400 <= error.status < 500:
            return RefusedError(error.status, error.state, error.sentence, code, error.until)
        return error

    def _not_let_in(self, status: int, code: str) -> RefusedError:
        if not self.signed_in:
            sentence = Sentence(
                "{server} shows this to members alone. Give this source the token of an account "
                "there. Nothing was lost.",
                {"server": self.name},
            )
            return RefusedError(status, SourceState.NEEDS_TOKEN, sentence, code)
        sentence = Sentence(
            "{server} does not accept this source's token ({status}): it was logged out, or its "
            "password was changed. What was heard so far is safe. Log in there again and give "
            "this source the new token.",
            {"server": self.name, "status": status},
        )
        return RefusedError(status, SourceState.NEEDS_TOKEN, sentence, code)

    def _table(self, answer: object) -> Mapping[str, object]:
        if not isinstance(answer, dict):
            raise self.odd_answer()
        return answer


def _code(body: bytes) -> str:
    """Return the reason of a refusal: one word, or a sentence of a proxy before the instance."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return clean_line(_table(told).get("error"), _MOST_WORDS)


def _person(held: object) -> Mapping[str, object]:
    return _table(_table(_table(held).get("local_user_view")).get("person"))


def _languages(records: object) -> dict[int, str]:
    """Return the codes of languages by number; 0 is Lemmy's "undetermined"."""
    found: dict[int, str] = {}
    for record in records if isinstance(records, list) else ():
        table = _table(record)
        number, code = table.get("id"), printable(table.get("code"))
        if isinstance(number, int) and code and code != "und":
            found[number] = code
    return found


def _positive(value: object) -> int:
    usable = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if usable and isinstance(value, int) else 0


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
