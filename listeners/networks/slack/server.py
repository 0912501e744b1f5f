"""Slack's Web API as one app of a workspace may use it, and what its refusals mean in words.

Source: docs.slack.dev/apis/web-api. A refusal mostly comes as HTTP 200 with ``"ok": false`` and a
word for why; only the limit of questions is a 429, with ``Retry-After``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher
from listeners.model import MINUTE, Micros, Sentence
from listeners.model import SourceState as State
from listeners.networks.contract import SourceError
from listeners.networks.decoding import printable, web_address
from listeners.networks.recent import Recent
from listeners.networks.slack.decode import TITLE
from listeners.secret import Secret
from listeners.text import clean_line

DEFAULT_SERVER = "https://slack.com/api"
MOST_PEOPLE = 5_000
_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "missing_scope",
     "no_permission", "not_allowed_token_type"}
)  # fmt: skip
_PLACE = frozenset(
    {"channel_not_found", "not_in_channel", "is_archived", "method_not_supported_for_channel_type"}
)
_TROUBLE = frozenset(
    {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)

Params = Mapping[str, str | int]


class RefusedError(SourceError):
    """Slack answered, and its answer was no. ``code`` is its own word for why."""

    def __init__(
        self, code: str, state: State, sentence: Sentence, *, until: Micros | None = None
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.code = code

    @property
    def about_one_place(self) -> bool:
        """Whether it is this channel that is closed to the app, and not Slack."""
        return self.code in _PLACE


@dataclass(frozen=True, slots=True)
class Me:
    """The account of the token: its id as a user and as a bot, and its workspace's address."""

    user: str
    bot: str
    team: str

    def wrote(self, author: str) -> bool:
        """Whether this author is us."""
        return author in (self.user, self.bot) and bool(author)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the workspace."""

    handle: str = ""
    name: str = ""
    automated: bool = False


class SlackServer:
    """Asks questions and tells things as one app."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, clock: Clock) -> None:
        self._fetch = fetch
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._token = source.token
        self._allow_private = source.allow_private
        self._clock = clock
        self._me: Me | None = None
        self._people: Recent[str, Person] = Recent(MOST_PEOPLE)

    @property
    def signed_in(self) -> bool:
        """Whether there is a token."""
        return self._token is not None

    async def me(self) -> Me:
        """Return whose token it is, asked for once.

        Raises:
            SourceError: there is no token, or Slack refuses it or cannot be asked.
        """
        if self._me is None:
            told = await self.get("auth.test")
            user, bot = printable(told.get("user_id")), printable(told.get("bot_id"))
            if not user:
                raise misunderstood()
            self._me = Me(user, bot, web_address(told.get("url")))
        return self._me

    async def person(self, user: str) -> Person:
        """Return who somebody is, asked for once; nothing is known of bots and strangers.

        Raises:
            SourceError: Slack could not be asked.
        """
        known = self._people.get(user)
        if known is None:
            known = await self._ask_for(user) if user[:1] in "UW" and user else Person()
            self._people.put(user, known)
        return known

    async def get(self, method: str, params: Params | None = None) -> Mapping[str, object]:
        """Ask one question and return the answer.

        Raises:
            RefusedError: Slack said no to this question.
            SourceError: it could not be asked, or asks us to wait.
        """
        answer = await self._fetch.get(
            f"{self._base}/{method}",
            params=params,
            secret_headers=await self._bearer(),
            expect="json",
            allow_private=self._allow_private,
        )
        return self._read(answer)

    async def post(self, method: str, content: Mapping[str, str]) -> Mapping[str, object]:
        """Write something, once; as a form, which every method takes.

        Raises:
            RefusedError: Slack said no, and nothing is there.
            SourceError: that is open.
        """
        answer = await self._fetch.post(
            f"{self._base}/{method}",
            form=content,
            secret_headers=await self._bearer(),
            expect="json",
            allow_private=self._allow_private,
        )
        return self._read(answer)

    async def _bearer(self) -> dict[str, Secret | str]:
        if self._token is None:
            raise SourceError(State.NEEDS_TOKEN, no_token(), unsent=True)
        return await self._fetch.bearer(self._token)

    async def _ask_for(self, user: str) -> Person:
        try:
            told = await self.get("users.info", {"user": user})
        except RefusedError as error:
            if error.state is State.RATE_LIMITED:
                raise
            return Person()
        found = told.get("user")
        record = found if isinstance(found, Mapping) else {}
        profile = record.get("profile")
        shown = profile if isinstance(profile, Mapping) else {}
        handle = printable(record.get("name"))
        names = (shown.get("display_name"), shown.get("real_name"), record.get("real_name"))
        name = next((found for one in names if (found := printable(one))), handle)
        return Person(handle, name, record.get("is_bot") is True)

    def _read(self, answer: Answer) -> Mapping[str, object]:
        told = answer.json()
        if not isinstance(told, Mapping) or not isinstance(told.get("ok"), bool):
            raise misunderstood()
        if told["ok"]:
            return told
        code = clean_line(told.get("error"), 100) or "unknown_error"
        if code in _TROUBLE:
            # What was being done may have been done.
            raise SourceError(State.FAILING, _in_trouble(code))
        state, sentence = _meaning(code, clean_line(told.get("needed"), 200))
        limited = state is State.RATE_LIMITED
        until = Micros(self._clock() + MINUTE) if limited else None
        raise RefusedError(code, state, sentence, until=until)


def no_token() -> Sentence:
    """Nothing can be read or written without a token."""
    return Sentence(
        "Slack answers only with the token of an app of your workspace. Make one on "
        "api.slack.com/apps, install it, and give this source the token that begins with xoxb."
    )


def misunderstood() -> SourceError:
    """Return the error for an answer that is not what Slack documents."""
    return SourceError(
        State.FORMAT_CHANGED,
        Sentence(
            "Slack answered in a way it does not describe. Nothing was stored from this answer, "
            "and the place is kept. Check base_url; a newer hubbub may be needed."
        ),
    )


def _in_trouble(code: str) -> Sentence:
    return Sentence(
        "Slack is in trouble itself ({code}). What was heard so far is safe; hubbub tries again.",
        {"code": code},
    )


def _meaning(code: str, needed: str) -> tuple[State, Sentence]:
    values = {"code": code, "scope": needed or "?"}
    if code == "ratelimited":
        return State.RATE_LIMITED, Sentence(
            "Slack allows no more questions for now. hubbub waits and goes on from the same place."
        )
    if code == "token_expired":
        return State.TOKEN_EXPIRED, Sentence(
            "The token of this Slack app has expired. What was heard so far is safe. Switch token "
            "rotation off for the app, install it again, and give the new token to this source."
        )
    if code == "missing_scope":
        return State.NEEDS_TOKEN, Sentence(
            "The Slack app lacks a right: {scope}. On api.slack.com/apps, under OAuth & "
            "Permissions, add it to the bot's scopes and install the app again; the place is kept.",
            values,
        )
    if code in _TOKEN:
        return State.NEEDS_TOKEN, Sentence(
            "Slack does not accept this source's token ({code}). What was heard so far is safe. "
            "On api.slack.com/apps, install the app again and give its token to this source.",
            values,
        )
    if code in _PLACE:
        return State.BLOCKED, Sentence(
            "Slack does not let the app into a channel ({code}). Write /invite @hubbub in it, or "
            "correct the channels in what = of this source. The others are heard.",
            values,
        )
    return State.BLOCKED, Sentence(
        "{network} refuses what was asked: {code}. What was heard so far is safe; ask whoever "
        "runs the workspace.",
        {"network": TITLE, "code": code},
    )
