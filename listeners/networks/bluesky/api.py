"""The asking half of Bluesky: names, profiles, search, threads, notifications, the session.

Wire format: XRPC over HTTPS, docs.bsky.app. Without a token the public AppView is asked; with an
app password everything goes to the account's own server (PDS), which passes it on. Where the user
named a Jetstream server of his own and no AppView, nothing is asked: his server is all he chose.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from listeners.clock import to_iso
from listeners.config import SourceConfig
from listeners.http import Answer, Fetcher, Hidden, HttpError
from listeners.model import Author, Micros, Sentence, SourceState
from listeners.networks.bluesky.kept import SessionFile
from listeners.networks.bluesky.record import POST
from listeners.networks.bluesky.session import Session, error_of, mapping_of, message_of
from listeners.networks.bluesky.views import Found, author_of, read_posts
from listeners.networks.contract import SourceError

PUBLIC_APPVIEW = "https://public.api.bsky.app"
ENTRYWAY = "https://bsky.social"
PROFILES_AT_ONCE = 25
PAGE = 100
MOST_PAGES = 10
"""Pages of a search or of notifications read at most: 1,000 posts."""

_400 = frozenset((400,))
_REFUSALS = frozenset((400, 401, 403, 404, 409, 413, 422, 500))
"""Answers to a change that say what became of it; a record that exists already is a bare 500."""
_NO_RECORD = "Could not locate record"
"""How servers say it that do not name the error."""
_EXPIRED = frozenset(("ExpiredToken", "InvalidToken"))

NO_APP_PASSWORD = Sentence(
    "This Bluesky source has no app password, so hubbub cannot answer from it. Make one in "
    "Bluesky's settings (Privacy and security, App passwords) and give it to the source as token."
)

_Asked = Mapping[str, str | int | Sequence[str]]


class BlueskyApi:
    """Asks an AppView, signed in or not. Options: see ``BlueskyListener``."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, identifier: str) -> None:
        """``identifier`` is the account that signs in where the source's options name none."""
        options = source.options
        self._fetch = fetch
        named = str(options.get("appview") or "")
        self._appview = (named or ("" if source.base_url else PUBLIC_APPVIEW)).rstrip("/")
        pds = str(options.get("pds") or named or ENTRYWAY).rstrip("/")
        self._private = source.allow_private or bool(named)
        name = str(options.get("identifier") or identifier).removeprefix("@")
        self._name = name
        self._session: Session | None = None
        if source.token is not None and name:
            private = source.allow_private or pds != ENTRYWAY
            kept = str(options.get("session_file") or "")
            file = SessionFile(kept) if kept else None
            self._session = Session(
                fetch, source.token, name, pds, allow_private=private, file=file
            )

    @property
    def signed_in(self) -> bool:
        """Whether an app password is configured, and an account it belongs to."""
        return self._session is not None

    @property
    def available(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._appview) or self.signed_in

    async def resolve(self, handle: str) -> str | None:
        """Return the DID of a handle, ``None`` if nobody has it."""
        answer = await self._ask(
            "com.atproto.identity.resolveHandle", {"handle": handle}, allow=_400
        )
        did = mapping_of(answer).get("did") if answer.status == 200 else None
        return did if isinstance(did, str) else None

    async def profiles(self, dids: Sequence[str]) -> dict[str, Author]:
        """Return the profiles of these accounts, by DID; those that are gone are missing."""
        found: dict[str, Author] = {}
        for start in range(0, len(dids), PROFILES_AT_ONCE):
            some = list(dids[start : start + PROFILES_AT_ONCE])
            answer = await self._ask("app.bsky.actor.getProfiles", {"actors": some}, timeout=8.0)
            views = mapping_of(answer).get("profiles")
            for view in views if isinstance(views, list) else []:
                author = author_of(view)
                if author is not None:
                    found[author.key] = author
        return found

    async def search(self, query: str, since: Micros, until: Micros) -> AsyncGenerator[Found, None]:
        """Yield the pages a search finds in a stretch of time, newest first."""
        asked: dict[str, str | int] = {
            "q": query,
            "sort": "latest",
            "since": to_iso(since),
            "until": to_iso(until),
            "limit": PAGE,
        }
        for _ in range(MOST_PAGES):
            answer = mapping_of(await self._ask("app.bsky.feed.searchPosts", asked))
            yield read_posts(answer.get("posts", []))
            cursor = answer.get("cursor")
            if not isinstance(cursor, str) or not cursor:
                return
            asked["cursor"] = cursor

    async def thread(self, uri: str) -> Found | None:
        """Return the posts around one, ``None`` if it is gone."""
        asked: dict[str, str | int] = {"uri": uri, "depth": 100, "parentHeight": 100}
        answer = await self._ask("app.bsky.feed.getPostThread", asked, allow=_400)
        if answer.status != 200:
            return None
        return read_posts(mapping_of(answer).get("thread", []))

    async def post_view(self, uri: str) -> Mapping[str, object] | None:
        """Return how a post looks to us, alone: a view of it, or of why it is not shown.

        ``None`` where the AppView does not know it, or not yet.
        """
        asked: dict[str, str | int] = {"uri": uri, "depth": 0, "parentHeight": 0}
        answer = await self._ask("app.bsky.feed.getPostThread", asked, allow=_400)
        view = mapping_of(answer).get("thread") if answer.status == 200 else None
        return view if isinstance(view, dict) else None

    async def record(self, did: str, rkey: str) -> Mapping[str, object] | None:
        """Return a post's record with its ``uri`` and ``cid``; ``None`` if there is none.

        Raises:
            SourceError: that could not be found out.
        """
        asked = {"repo": did, "collection": POST, "rkey": rkey}
        answer = await self._ask("com.atproto.repo.getRecord", asked, allow=_400)
        if answer.status == 200:
            return mapping_of(answer)
        if error_of(answer) == "RecordNotFound" or _NO_RECORD in message_of(answer):
            return None
        raise _refused("com.atproto.repo.getRecord", answer)

    async def own_did(self) -> str:
        """Return the DID of the account that is signed in.

        Raises:
            SourceError: it cannot sign in, or nobody knows who it is.
        """
        if self._session is None:
            raise SourceError(SourceState.NEEDS_TOKEN, NO_APP_PASSWORD)
        found = (await self._session.open()).did or await self.resolve(self._name)
        if found is None:
            raise SourceError(
                SourceState.NEEDS_TOKEN,
                Sentence(
                    "Bluesky knows no account {account}. Correct the source's identifier or the "
                    "brand's handle.",
                    {"account": self._name},
                ),
            )
        return found

    async def change(self, method: str, body: object) -> Answer:
        """Post to the account's own server once, signed in; refusals are answers here.

        Raises:
            SourceError: nobody is signed in, or what became of it is not known.
        """
        if self._session is None:
            raise SourceError(SourceState.NEEDS_TOKEN, NO_APP_PASSWORD)
        opened = await self._session.open()
        for renewed in (False, True):
            answer = await self._fetch.post(
                f"{opened.base}/xrpc/{method}",
                json=body,
                secret_headers={"authorization": Hidden(f"Bearer {opened.access}")},
                expect="json",
                allow_private=opened.allow_private,
                allow_status=_REFUSALS,
            )
            if renewed or error_of(answer) not in _EXPIRED:
                break
            opened = await self._session.renew(opened)
        return answer

    async def notifications(self, known: str) -> AsyncGenerator[tuple[Found, str], None]:
        """Yield pages of notifications newer than ``known``, newest first, with their newest time.

        ``known`` is the ``indexedAt`` of the newest one read before, empty the first time, when
        one page is enough.
        """
        asked: dict[str, str | int | Sequence[str]] = {
            "reasons": ["mention", "reply", "quote"],
            "limit": PAGE,
        }
        for _ in range(MOST_PAGES if known else 1):
            answer = mapping_of(await self._ask("app.bsky.notification.listNotifications", asked))
            views = answer.get("notifications")
            entries = [
                each
                for each in (views if isinstance(views, list) else ())
                if isinstance(each, dict)
            ]
            fresh = [each for each in entries if str(each.get("indexedAt", "")) > known]
            if fresh:
                yield read_posts(fresh), max(str(each.get("indexedAt", "")) for each in fresh)
            cursor = answer.get("cursor")
            if len(fresh) < max(len(entries), 1) or not isinstance(cursor, str) or not cursor:
                return
            asked["cursor"] = cursor

    async def _ask(
        self,
        method: str,
        params: _Asked,
        *,
        allow: frozenset[int] = frozenset(),
        timeout: float = 20.0,
    ) -> Answer:
        if self._session is None:
            url = f"{self._appview}/xrpc/{method}"
            return await self._get(url, params, None, allow, timeout, self._private)
        opened = await self._session.open()
        for renewed in (False, True):
            url = f"{opened.base}/xrpc/{method}"
            answer = await self._get(
                url, params, opened.access, allow | _400, timeout, opened.allow_private
            )
            if renewed or answer.status != 400 or error_of(answer) not in _EXPIRED:
                break
            opened = await self._session.renew(opened)
        if answer.status == 400 and 400 not in allow:
            raise _refused(method, answer)
        return answer

    async def _get(
        self,
        url: str,
        params: _Asked,
        access: Hidden | None,
        allow: frozenset[int],
        timeout: float,
        allow_private: bool,
    ) -> Answer:
        return await self._fetch.get(
            url,
            params=params,
            secret_headers={"authorization": Hidden(f"Bearer {access}")} if access else None,
            timeout=timeout,
            expect="json",
            allow_private=allow_private,
            allow_status=allow,
        )


def _refused(method: str, answer: Answer) -> HttpError:
    return HttpError(
        SourceState.FAILING,
        Sentence(
            "Bluesky refused the question {method} ({error}). Nothing was lost.",
            {"method": method, "error": error_of(answer)},
        ),
        status=answer.status,
        body=answer.body,
    )
