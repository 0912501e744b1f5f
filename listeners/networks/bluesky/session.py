"""Signing in to Bluesky with an app password, as rarely as can be.

Wire format: com.atproto.server.createSession and refreshSession. An account may sign in 300 times
a day, so every source of this process shares one session for an account. It lives in memory only,
since its tokens open the account to whoever reads them, unless the user named a file for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from listeners.http import Answer, Fetcher, Hidden, HttpError
from listeners.http.answer import host_of
from listeners.model import Sentence, SourceState
from listeners.networks.bluesky.kept import Kept, SessionFile
from listeners.networks.contract import SourceError
from listeners.secret import Secret


@dataclass(frozen=True, slots=True)
class Opened:
    """An open session, the server it belongs to, and the account's DID where it was told."""

    access: Hidden
    refresh: Hidden
    base: str
    allow_private: bool
    did: str = ""


_opened: dict[tuple[str, str], Opened] = {}


class Session:
    """The session of one account."""

    def __init__(
        self,
        fetch: Fetcher,
        token: Secret,
        identifier: str,
        pds: str,
        *,
        allow_private: bool,
        file: SessionFile | None = None,
    ) -> None:
        """``file`` is where the session is kept over a restart, if anywhere."""
        self._file = file
        self._fetch = fetch
        self._token = token
        self._identifier = identifier
        self._pds = pds
        self._private = allow_private
        self._lock = asyncio.Lock()

    async def open(self) -> Opened:
        """Return the open session, signing in if there is none.

        Raises:
            SourceError: the account or its app password is not accepted.
        """
        async with self._lock:
            key = (self._pds, self._identifier)
            if key not in _opened:
                kept = await self._kept()
                _opened[key] = await (self._refreshed(kept) if kept else self._sign_in())
            return _opened[key]

    async def renew(self, spent: Opened) -> Opened:
        """Return a fresh session for a spent one; signs in again where refreshing is too late.

        Raises:
            SourceError: as ``open``.
        """
        async with self._lock:
            key = (self._pds, self._identifier)
            now = _opened.get(key)
            if now is None or now is spent:
                _opened.pop(key, None)
                _opened[key] = await self._refreshed(spent)
            return _opened[key]

    async def _refreshed(self, spent: Opened) -> Opened:
        try:
            answer = await self._fetch.post(
                f"{spent.base}/xrpc/com.atproto.server.refreshSession",
                secret_headers={"authorization": Hidden(f"Bearer {spent.refresh}")},
                expect="json",
                allow_private=spent.allow_private,
            )
        except HttpError as error:
            if error.status not in (400, 401):
                raise
            return await self._sign_in()
        return await self._keep(self._read(answer))

    async def _kept(self) -> Opened | None:
        """Return the spent session of an earlier run."""
        if self._file is None:
            return None
        kept = await asyncio.to_thread(self._file.read, self._identifier, self._pds)
        if kept is None:
            return None
        same = host_of(kept.base) == host_of(self._pds)
        private = self._private and same
        return Opened(Hidden(""), Hidden(kept.refresh), kept.base, private, kept.did)

    async def _keep(self, opened: Opened) -> Opened:
        if self._file is not None and opened.did:
            kept = Kept(self._identifier, self._pds, opened.base, opened.did, opened.refresh)
            await asyncio.to_thread(self._file.write, kept)
        return opened

    async def _sign_in(self) -> Opened:
        password = await self._fetch.reveal(self._token)
        try:
            answer = await self._fetch.post(
                f"{self._pds}/xrpc/com.atproto.server.createSession",
                json={"identifier": self._identifier, "password": password},
                expect="json",
                allow_private=self._private,
            )
        except HttpError as error:
            if error.status in (400, 401):
                raise _refusal(error) from error
            raise
        return await self._keep(self._read(answer))

    def _read(self, answer: Answer) -> Opened:
        said = mapping_of(answer)
        access, refresh = said.get("accessJwt"), said.get("refreshJwt")
        if not isinstance(access, str) or not isinstance(refresh, str):
            raise SourceError(
                SourceState.FORMAT_CHANGED,
                Sentence("Bluesky's answer to the sign-in holds no session. Nothing was lost."),
            )
        base = _own_server(said)
        if not base or (base.startswith("http://") and not self._pds.startswith("http://")):
            base = self._pds
        # Only the server the user named may be on a private address, not one it names.
        same = host_of(base) == host_of(self._pds)
        did = said.get("did")
        return Opened(
            Hidden(access),
            Hidden(refresh),
            base,
            self._private and same,
            did if isinstance(did, str) else "",
        )


def mapping_of(answer: Answer) -> dict[str, object]:
    """Return the answer's JSON object.

    Raises:
        SourceError: it is none.
    """
    value = answer.json()
    if not isinstance(value, dict):
        raise SourceError(
            SourceState.FORMAT_CHANGED,
            Sentence("Bluesky's answer has another shape than documented. Nothing was stored."),
        )
    return value


def error_of(answer: Answer) -> str:
    """Return the name of an XRPC error, or nothing."""
    return _text_of(answer, "error")


def message_of(answer: Answer) -> str:
    """Return what an XRPC error says for people, or nothing."""
    return _text_of(answer, "message")


def _text_of(answer: Answer, name: str) -> str:
    try:
        said = answer.json()
    except SourceError:
        return ""
    text = said.get(name) if isinstance(said, dict) else None
    return text if isinstance(text, str) else ""


def _own_server(said: dict[str, object]) -> str:
    """The account's own server, where the sign-in names it (``didDoc``)."""
    document = said.get("didDoc")
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else []:
        if isinstance(service, dict) and service.get("id") == "#atproto_pds":
            endpoint = service.get("serviceEndpoint")
            return endpoint.rstrip("/") if isinstance(endpoint, str) else ""
    return ""


def _refusal(error: HttpError) -> SourceError:
    said = error_of(Answer(error.status, {}, error.body, ""))
    if said == "AuthFactorTokenRequired":
        sentence = Sentence(
            "This Bluesky account asks for a second factor. Make an app password in Bluesky's "
            "settings and use that as the token; nothing was lost."
        )
    elif said == "AccountTakedown":
        sentence = Sentence(
            "Bluesky has taken this account down, so hubbub cannot sign in with it. Remove the "
            "token to go on without."
        )
    else:
        sentence = Sentence(
            "Bluesky does not accept the account name and app password of this source. Nothing "
            "was lost: make a new app password in Bluesky's settings."
        )
    return SourceError(SourceState.NEEDS_TOKEN, sentence, until=error.until)
