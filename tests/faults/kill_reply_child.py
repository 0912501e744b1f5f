"""Sends one reply and dies: ``kill_reply_child.py CONFIG STORE CONVERSATION POINT TEXT``.

Points: ``before`` the network is called, ``after`` it has answered and before that is stored,
``stored``, or ``never`` (then whoever watches does it). It says ``go`` before it begins.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from listeners.clock import utc_now
from listeners.config import BrandConfig, SourceConfig, load_config
from listeners.http import Fetcher
from listeners.networks.contract import Listener
from listeners.networks.registry import listener_class
from listeners.networks.replying import Reply, Sent
from listeners.replying import Outbox
from listeners.store import open_store


def die() -> None:
    """End as a power cut would end it."""
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(brands: tuple[BrandConfig, ...], point: str) -> Any:
    """Makes the real listener, with a death around its sending."""

    def make(source: SourceConfig, fetch: Fetcher) -> Listener:
        listener: Any = listener_class(source.network)(source, brands, fetch, utc_now)
        send = listener.send_reply

        async def send_and_die(reply: Reply) -> Sent:
            if point == "before":
                die()
            there: Sent = await send(reply)
            if point == "after":
                die()
            return there

        listener.send_reply = send_and_die
        return listener  # type: ignore[no-any-return]

    return make


async def main(config_path: str, store_path: str, conversation: str, point: str, text: str) -> None:
    """Send the reply."""
    config = load_config(Path(config_path))
    make = mortal(config.brands, point)
    async with (
        open_store(Path(store_path)) as store,
        Outbox(store, config, listener=make) as outbox,
    ):
        print("go", flush=True)
        outcome = await outbox.send(int(conversation), text, actor="Ana", confirmed=True)
        if point == "stored":
            die()
        print(outcome.state, outcome.sentence.template, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
