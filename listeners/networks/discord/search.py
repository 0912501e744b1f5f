"""Searching a Discord server: one question for all its channels.

Source: docs.discord.com/developers/resources/message#search-guild-messages. An answer 202 says that
the index is still being made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.networks.discord.channels import Channels
from listeners.networks.discord.server import DiscordServer, misunderstood

PER_ANSWER = 25
LONGEST = 1024
"""Characters of what is searched for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What is searched for where."""

    server: str
    word: str

    @property
    def key(self) -> str:
        """Its lasting name in the cursor."""
        return f"search {self.server} {self.word}"


class Search:
    """Asks the searches of servers."""

    def __init__(self, server: DiscordServer, channels: Channels) -> None:
        self._server = server
        self._channels = channels

    async def ask(
        self, spot: Spot, *, oldest: int | None = None, newest: int | None = None
    ) -> Mapping[str, object]:
        """Return one answer: the hits after ``oldest``, from there on, else the newest (below
        ``newest``, which is not among them).

        Raises:
            RefusedError: the bot may not search there.
            SourceError: the index is not ready, or Discord could not be asked.
        """
        params: dict[str, str | int] = {
            "content": spot.word.replace('"', "").removeprefix("#")[:LONGEST],
            "sort_by": "timestamp",
            "sort_order": "desc" if oldest is None else "asc",
            "limit": PER_ANSWER,
        }
        if oldest is not None:
            params["min_id"] = str(oldest)
        if newest is not None:
            params["max_id"] = str(newest)
        answer = await self._server.get(f"/guilds/{spot.server}/messages/search", params)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("messages"), list):
            raise misunderstood()
        self._channels.learn(answer.get("threads"))
        return answer


def hits_of(answer: Mapping[str, object]) -> Sequence[object]:
    """Return the messages that were found; each comes in a list with what stands around it."""
    groups = answer.get("messages")
    found: list[object] = []
    for group in groups if isinstance(groups, list) else []:
        around = group if isinstance(group, list) else [group]
        hits = [one for one in around if isinstance(one, Mapping) and one.get("hit") is True]
        found += hits or around[:1]
    return found
