"""Secrets on their way into a request: read when needed, kept shortly, never shown."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from urllib.parse import SplitResult, quote, unquote

from listeners.http.answer import Hidden
from listeners.http.ask import Ask, readable
from listeners.model import SourceState
from listeners.networks.contract import SourceError
from listeners.secret import Secret, SecretError

_KEPT_SECONDS = 300.0
_MASK = "•••".encode()
_SHORTEST = 4
"""Characters: what is shorter stands in a text by chance."""


class Purse:
    """Reads secrets; keeps each for five minutes, since its command may be slow or ask a person."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Secret, Hidden, float]] = {}

    async def reveal(self, secret: Secret) -> Hidden:
        """Return the secret.

        Raises:
            SourceError: it cannot be read.
        """
        kept = self._kept.get(id(secret))
        if kept and kept[0] is secret and time.monotonic() < kept[2]:
            return kept[1]
        try:
            value = Hidden(await asyncio.to_thread(secret.reveal))
        except SecretError as error:
            raise SourceError(SourceState.NEEDS_TOKEN, error.sentence) from error
        self._kept[id(secret)] = (secret, value, time.monotonic() + _KEPT_SECONDS)
        return value

    async def path(self, ask: Ask) -> dict[str, str]:
        """Return the secret that belongs into the path of a request, under ``path``; or nothing."""
        return {} if ask.path_secret is None else {"path": await self.reveal(ask.path_secret)}

    async def headers(self, ask: Ask, origin: SplitResult) -> dict[str, str]:
        """Return the secret headers of a request, those in its address (user:password@) too."""
        secrets: dict[str, str] = {}
        if origin.username or origin.password:
            pair = f"{unquote(origin.username or '')}:{unquote(origin.password or '')}"
            token = base64.b64encode(pair.encode()).decode("ascii")
            secrets["authorization"] = Hidden(f"Basic {token}")
        for name, value in ask.secrets.items():
            hidden = await self.reveal(value) if isinstance(value, Secret) else Hidden(value)
            secrets[name.lower()] = hidden
        return secrets

    async def masked(self, body: bytes, ask: Ask) -> bytes:
        """Return a refusal without the secrets it repeats: its words are shown, and are logged.

        Those that were sent with it are masked, and every other one that was read lately.
        """
        sent = {**await self.headers(ask, readable(ask.url)), **await self.path(ask)}
        known = {value.rpartition(" ")[2] for value in sent.values()}
        known |= {str(value) for _, value, _ in self._kept.values()}
        written = {
            form.encode()
            for value in known
            if len(value) >= _SHORTEST
            for form in (value, quote(value), quote(value, safe=""), json.dumps(value)[1:-1])
        }
        for secret in sorted(written, key=len, reverse=True):
            body = body.replace(secret, _MASK)
        return body
