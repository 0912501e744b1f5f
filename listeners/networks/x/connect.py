"""Asking an account on X for its permission: PKCE, with the answer to a port of this machine.

Source: docs.x.com, OAuth 2.0 authorization code flow with PKCE; RFC 7636 (S256), RFC 8252 7.3 (a
loopback redirect). The code X sends lives 30 seconds. The port is open on 127.0.0.1 alone, until
the one answer that knows our ``state`` has come, and answers nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from listeners.clock import Clock
from listeners.http import Fetcher
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.x.server import DEFAULT_SERVER
from listeners.networks.x.token import ask_for_token, save, unwritable
from listeners.text import clean_line

AUTHORIZE = "https://x.com/i/oauth2/authorize"
SCOPES = "tweet.read users.read tweet.write offline.access"
PORT = 8723
CALLBACK = "/callback"
PATIENCE = 300.0
"""Seconds a person has to say yes in the browser."""
_LONGEST = 8192
_PAGE = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    b"cache-control: no-store\r\n\r\nhubbub has your answer. You can close this page.\n"
)
_NOTHING = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """A permission that is asked for: what must come back, and what proves that we asked."""

    client: str
    redirect: str
    state: str
    verifier: str

    @property
    def url(self) -> str:
        """The address at which the person says yes."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.redirect,
            "scope": SCOPES,
            "state": self.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{AUTHORIZE}?{urlencode(query)}"

    def __repr__(self) -> str:
        return f"Asked({self.redirect})"


def ask(client: str, port: int) -> Asked:
    """Return a new question; nobody can guess its ``state`` and ``verifier``."""
    redirect = f"http://127.0.0.1:{port}{CALLBACK}"
    return Asked(client, redirect, secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def code_in(line: str, state: str) -> str | None:
    """Return the code in the first line of a browser's request, ``None`` where it is not ours.

    Raises:
        SourceError: the person, or X, said no.
    """
    method, _, rest = line.partition(" ")
    target = urlsplit(rest.partition(" ")[0])
    query = parse_qs(target.query)
    known = query.get("state", [""])[0]
    if method != "GET" or target.path != CALLBACK or not secrets.compare_digest(
        known.encode(), state.encode()
    ):  # fmt: skip
        return None
    if (code := query.get("code", [""])[0]) and code.isprintable():
        return code
    raise SourceError(SourceState.NEEDS_TOKEN, said_no(query.get("error", [""])[0]))


async def wait_for_code(asked: Asked, port: int, told: Callable[[], Awaitable[None]]) -> str:
    """Listen on this machine until the browser brings the code; ``told`` once it listens.

    Raises:
        SourceError: it does not come, the person said no, or the port is taken.
    """
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await reader.readuntil(b"\r\n")).decode("latin-1").strip()
            code = code_in(line, asked.state)
            writer.write(_NOTHING if code is None else _PAGE)
            if code is not None and not found.done():
                found.set_result(code)
        except SourceError as error:
            writer.write(_PAGE)
            if not found.done():
                found.set_exception(error)
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            return
        except asyncio.LimitOverrunError:
            writer.write(_NOTHING)
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(serve, "127.0.0.1", port, limit=_LONGEST)
    except OSError as error:
        raise SourceError(SourceState.NEEDS_TOKEN, port_taken(port)) from error
    async with server:
        await told()
        try:
            async with asyncio.timeout(PATIENCE):
                return await found
        except TimeoutError as error:
            raise SourceError(SourceState.NEEDS_TOKEN, no_answer()) from error


async def connect(
    fetch: Fetcher,
    client: str,
    client_secret: str,
    file: Path,
    clock: Clock,
    told: Callable[[str], Awaitable[None]],
    *,
    port: int = PORT,
    base: str = DEFAULT_SERVER,
) -> None:
    """Ask for the permission, and write it into ``file``. ``told`` is given the address to open.

    Raises:
        SourceError: there is none, and why.
    """
    asked = ask(client, port)
    code = await wait_for_code(asked, port, lambda: told(asked.url))
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect,
        "code_verifier": asked.verifier,
    }
    kept = await ask_for_token(fetch, base, client, client_secret, form, clock())
    if not kept.refresh:
        raise SourceError(SourceState.NEEDS_TOKEN, not_lasting())
    try:
        await asyncio.to_thread(save, file, kept)
    except OSError as error:
        raise SourceError(SourceState.NEEDS_TOKEN, unwritable(file)) from error


def said_no(reason: str) -> Sentence:
    """The permission was not given."""
    return Sentence(
        "X gives no permission: “{reason}”. Nothing was changed; run hubbub connect x again to "
        "ask once more.",
        {"reason": clean_line(reason, 100) or "access_denied"},
    )


def no_answer() -> Sentence:
    """Nobody said yes in time."""
    return Sentence(
        "No answer came from the browser within five minutes. Nothing was changed; run hubbub "
        "connect x again."
    )


def port_taken(port: int) -> Sentence:
    """Another program listens there."""
    return Sentence(
        "Another program listens on port {port} of this machine. Choose one with --port, and name "
        "it in the app's callback on developer.x.com as well.",
        {"port": port},
    )


def not_lasting() -> Sentence:
    """X gave no refresh token."""
    return Sentence(
        "X gave a permission for two hours only. Allow offline.access to the app, and run hubbub "
        "connect x again."
    )
