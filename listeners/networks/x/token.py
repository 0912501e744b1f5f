"""The permission of an account on X: an access token for two hours, and what makes the next one.

Source: docs.x.com, OAuth 2.0 authorization code flow with PKCE. Every refresh token is good once,
so the next is written down before it is used: into a file that its owner alone may read, which
``hubbub connect x`` makes and the source names (``account = "~/…"``). The file is never in the
configuration, and its content never in a log.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.http import Fetcher, Hidden, HttpError
from listeners.model import MINUTE, SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.x import words

TOKEN_PATH = "/2/oauth2/token"  # noqa: S105 - an address, not a password
_EARLY = 2 * MINUTE
_LASTS = 7200


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """What the file holds. ``secret`` is empty for a public client."""

    client: str
    secret: str
    access: str
    refresh: str
    until: Micros

    def __repr__(self) -> str:
        return "Kept(•••)"


def load(path: Path) -> Kept:
    """Read a permission.

    Raises:
        SourceError: there is none, or others may read it.
    """
    try:
        mode = path.stat().st_mode
        told = json.loads(path.read_text(encoding="utf-8"))
        kept = Kept(
            str(told["client_id"]),
            str(told.get("client_secret", "")),
            str(told.get("access_token", "")),
            str(told["refresh_token"]),
            Micros(int(told.get("until", 0))),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # The cause would show the file's content.
        raise SourceError(SourceState.NEEDS_TOKEN, unreadable(path), unsent=True) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SourceError(SourceState.NEEDS_TOKEN, open_to_others(path), unsent=True)
    return kept


def save(path: Path, kept: Kept) -> None:
    """Write a permission, whole or not at all, for its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    text = json.dumps(
        {
            "client_id": kept.client,
            "client_secret": kept.secret,
            "access_token": kept.access,
            "refresh_token": kept.refresh,
            "until": kept.until,
        }
    )
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


async def ask_for_token(
    fetch: Fetcher, base: str, client: str, secret: str, form: Mapping[str, str], now: Micros
) -> Kept:
    """Exchange a code or a refresh token for an access token and the next refresh token.

    Raises:
        SourceError: X did not accept it, or could not be asked.
    """
    pair = f"{client}:{secret}".encode()
    import base64

    basic = {"authorization": Hidden(f"Basic {base64.b64encode(pair).decode()}")}
    try:
        answer = await fetch.post(
            base + TOKEN_PATH,
            form={"client_id": client, **form},
            secret_headers=basic if secret else None,
            expect="json",
            allow_private=not base.startswith("https://api.x.com"),
        )
    except HttpError as error:
        if error.status in (400, 401, 403):
            raise SourceError(
                SourceState.TOKEN_EXPIRED, words.permission_ended(), unsent=True
            ) from None
        raise
    told = answer.json()
    access = told.get("access_token") if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(access, str) or not access:
        raise SourceError(SourceState.TOKEN_EXPIRED, words.permission_ended(), unsent=True)
    refresh, lasts = told.get("refresh_token"), told.get("expires_in")
    seconds = lasts if isinstance(lasts, int) and 0 < lasts < 10**6 else _LASTS
    return Kept(
        client,
        secret,
        access,
        refresh if isinstance(refresh, str) else "",
        Micros(now + seconds * SECOND),
    )


class Permission:
    """The permission a source names, made anew when it ends."""

    def __init__(self, fetch: Fetcher, source: SourceConfig, base: str, clock: Clock) -> None:
        stated = source.options.get("account", "")
        self._path = Path(stated).expanduser() if isinstance(stated, str) and stated else None
        self._fetch = fetch
        self._base = base
        self._clock = clock
        self._refused = ""
        self._one = asyncio.Lock()

    @property
    def given(self) -> bool:
        """Whether the source names one."""
        return self._path is not None

    async def bearer(self) -> Hidden:
        """Return the header that carries the permission.

        Raises:
            SourceError: there is none, it was taken back, or X could not be asked.
        """
        if self._path is None:
            raise SourceError(SourceState.NEEDS_TOKEN, words.no_permission(), unsent=True)
        async with self._one:
            kept = await asyncio.to_thread(load, self._path)
            if kept.access in ("", self._refused) or kept.until - _EARLY <= self._clock():
                kept = await self._fresh(self._path, kept)
        return Hidden(f"Bearer {kept.access}")

    async def refused(self, bearer: str) -> None:
        """Take note that X refused this access token: the next one is made at once."""
        self._refused = bearer.removeprefix("Bearer ")

    async def _fresh(self, path: Path, kept: Kept) -> Kept:
        form = {"grant_type": "refresh_token", "refresh_token": kept.refresh}
        now = self._clock()
        try:
            made = await ask_for_token(self._fetch, self._base, kept.client, kept.secret, form, now)
        except SourceError:
            # Another process may have used it a moment before: its next one is in the file.
            again = await asyncio.to_thread(load, path)
            if again.refresh != kept.refresh and again.until - _EARLY > now:
                return again
            raise
        if not made.refresh:
            made = Kept(made.client, made.secret, made.access, kept.refresh, made.until)
        try:
            await asyncio.to_thread(save, path, made)
        except OSError as error:
            raise SourceError(SourceState.NEEDS_TOKEN, unwritable(path), unsent=True) from error
        return made


def unreadable(path: Path) -> Sentence:
    """The file holds no permission."""
    return Sentence(
        "There is no permission for X in {path}. Run hubbub connect x, and write the account = "
        "line it prints into the source.",
        {"path": str(path)},
    )


def open_to_others(path: Path) -> Sentence:
    """Others may read the permission."""
    return Sentence(
        "The file {path} can be read by others, so hubbub does not use it. Run: chmod 600 {path}",
        {"path": str(path)},
    )


def unwritable(path: Path) -> Sentence:
    """The next refresh token cannot be kept."""
    return Sentence(
        "The permission for X could not be written to {path}, and the old one is spent. Make the "
        "folder writable and run hubbub connect x again.",
        {"path": str(path)},
    )
