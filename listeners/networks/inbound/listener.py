"""The inbound webhook: other programs on this machine hand mentions in, and are told they are kept.

It is off until a source asks for it. An automation service elsewhere reaches it through a tunnel or
relay of the user's own. The answer 202 comes after the mentions are on disk; without it a sender
sends again, and what comes twice is folded.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Sentence, SourceState
from listeners.networks.contract import Capability, SourceError
from listeners.networks.inbound.records import NETWORK, read_body
from listeners.networks.inbound.server import Door, RefusedError, Told

PORT: Final = 8787
MOST_WAITING: Final = 64
"""Bodies that wait to be stored; further ones are refused until there is room."""
STORED_WITHIN: Final = 15.0
"""Seconds a sender waits for its 202."""


@dataclass(slots=True)
class _Waiting:
    """A batch on its way to the disk; ``kept`` says whether it came there."""

    batch: Batch
    kept: asyncio.Future[bool]


class InboundListener:
    """One port of this machine. ``what`` is its number; ``token`` the secret senders know.

    They show it as a bearer token, or sign the body with it (``X-Hubbub-Signature``).
    """

    capability = Capability(
        network=NETWORK,
        title="Inbound webhook",
        stream=True,
        edits=True,
        needs_token=True,
        many_hands=True,
        interval=60.0,
        needs=Sentence('A port of this machine, such as what = "8787", and a secret of your own.'),
        steps=(
            Sentence("Make a long random secret, and put it into an environment variable."),
            Sentence('Name it in the source: token = "env:WEBHOOK_SECRET".'),
            Sentence(
                "Let your program POST mentions as JSON to http://127.0.0.1:8787/ with the header "
                "Authorization: Bearer and the secret."
            ),
        ),
        limits=(
            Sentence("It listens on 127.0.0.1 alone: a service elsewhere needs a tunnel of yours."),
            Sentence("A request holds 1 MB and 500 mentions at most."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._fetch = fetch
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(MOST_WAITING)
        self.port = 0
        """The port it listens on, 0 while it does not."""

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield an empty batch: what others send comes by ``stream``.

        Raises:
            SourceError: there is no secret, or the port is none.
        """
        self._port()
        await self._secret()
        yield Batch()

    async def stream(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what is handed in, for ever; it is answered when the next is asked for.

        Raises:
            SourceError: the port cannot be opened.
        """
        async with Door(self._take, self._secret).open(self._port()) as self.port:
            try:
                while True:
                    waiting = await self._queue.get()
                    kept = False
                    try:
                        yield waiting.batch
                        kept = True
                    finally:
                        _settle(waiting, kept=kept)
            finally:
                self.port = 0
                with suppress(asyncio.QueueEmpty):
                    while True:
                        _settle(self._queue.get_nowait(), kept=False)

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return an empty batch: nobody can be asked."""
        return Batch()

    async def _take(self, kind: str, body: bytes) -> Told:
        batch = read_body(kind, body)
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Waiting(batch, kept))
            async with asyncio.timeout(STORED_WITHIN):
                stored = await kept
        except (asyncio.QueueFull, TimeoutError):
            stored = False
        if not stored:
            raise RefusedError(503, "hubbub could not store it now; send it again")
        if not batch.posts:
            raise RefusedError(422, "no mention in it can be read; see hubbub's source screen")
        return Told(202, {"accepted": len(batch.posts), "unreadable": len(batch.bad)})

    async def _secret(self) -> str:
        if self._source.token is None:
            raise SourceError(
                SourceState.NEEDS_TOKEN,
                Sentence(
                    "The webhook stays closed until it has a secret: make one, and write it by "
                    'reference, as token = "env:WEBHOOK_SECRET".'
                ),
            )
        return await self._fetch.reveal(self._source.token)

    def _port(self) -> int:
        what = self._source.what.strip().rpartition(":")[2] or str(PORT)
        if not (what.isascii() and what.isdigit() and int(what) < 2**16):
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{port} is no port of this machine. Write a number from 1024 to 65535 as "
                    "what = of this source.",
                    {"port": self._source.what[:40]},
                ),
            )
        return int(what)


def _settle(waiting: _Waiting, *, kept: bool) -> None:
    if not waiting.kept.done():
        waiting.kept.set_result(kept)
