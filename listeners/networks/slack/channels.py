"""Which channels of a workspace are heard, and which are closed to the app."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.model import DAY, HOUR, Micros, Sentence
from listeners.model import SourceState as State
from listeners.networks.contract import SourceError
from listeners.networks.decoding import printable
from listeners.networks.recent import Recent
from listeners.networks.slack.decode import is_channel
from listeners.networks.slack.server import SlackServer, misunderstood

LOOK_AGAIN = HOUR
CLOSED_FOR = DAY
PER_PAGE = 200
MOST_PAGES = 10
_ADDRESS = re.compile(r"https://[^/\s]+/(?:archives|client/[A-Z0-9]+)/([CDG][A-Z0-9]+)\S*")


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. ``private``: said to us alone; ``asked_for``: named in the configuration."""

    id: str
    name: str = ""
    private: bool = False
    asked_for: bool = False


class Channels:
    """The channels of one source: those named in ``what``, else all the app was invited to.

    ``what`` holds ids, ``#names`` or addresses; ``direct = true`` adds what is said to the app
    alone.
    """

    def __init__(self, server: SlackServer, source: SourceConfig, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._wanted = [_plain(one) for one in re.split(r"[,\s]+", source.what) if one]
        self._direct = source.options.get("direct") is True
        self._found: tuple[Channel, ...] = ()
        self._looked: Micros | None = None
        self._closed: Recent[str, Micros] = Recent(1_000)

    async def look(self) -> Sequence[Channel]:
        """Return the channels to be read, asked for once an hour.

        Raises:
            SourceError: there is none, or Slack could not be asked.
        """
        now = self._clock()
        if self._looked is None or not 0 <= now - self._looked < LOOK_AGAIN:
            self._found = tuple(await self._ask())
            self._looked = now
        if not self._found:
            raise SourceError(
                State.FAILING,
                Sentence(
                    "The Slack app is in no channel yet. Write /invite @hubbub in every channel it "
                    "should hear, or name channels in what = of this source."
                ),
            )
        return [one for one in self._found if self.open(one.id)]

    def open(self, channel: str) -> bool:
        """Whether a channel may be asked for."""
        closed = self._closed.get(channel)
        return closed is None or not 0 <= self._clock() - closed < CLOSED_FOR

    def close(self, channel: str) -> None:
        """Leave a channel alone for a day: it refused."""
        self._closed.put(channel, self._clock())

    async def find(self, channel: str) -> Channel:
        """Return a channel by its id. Raises as ``SlackServer.get``."""
        known = next((one for one in self._found if one.id == channel), None)
        if known is not None:
            return known
        told = await self._server.get("conversations.info", {"channel": channel})
        record = told.get("channel")
        return _channel(record if isinstance(record, Mapping) else {"id": channel}, set())

    async def _ask(self) -> list[Channel]:
        kinds = "public_channel,private_channel" + (",im" if self._direct else "")
        if self._wanted and all(is_channel(one) for one in self._wanted) and not self._direct:
            return [Channel(one, asked_for=True) for one in self._wanted]
        found: list[Channel] = []
        params: dict[str, str | int] = {"types": kinds, "exclude_archived": "true",
                                        "limit": PER_PAGE}  # fmt: skip
        for _ in range(MOST_PAGES):
            told = await self._server.get("users.conversations", params)
            records = told.get("channels")
            if not isinstance(records, list):
                raise misunderstood()
            found += [
                _channel(one, set(self._wanted)) for one in records if isinstance(one, Mapping)
            ]
            if not (further := next_cursor(told)):
                break
            params["cursor"] = further
        found = [one for one in found if is_channel(one.id)]
        if not self._wanted:
            return found
        named = [one for one in found if one.asked_for or one.private]
        missing = [one for one in self._wanted if not _is_among(one, named)]
        return [*named, *(Channel(one, asked_for=True) for one in missing if is_channel(one))]


def next_cursor(told: Mapping[str, object]) -> str:
    """Return the cursor of an answer's next page, empty on the last."""
    metadata = told.get("response_metadata")
    return printable(metadata.get("next_cursor")) if isinstance(metadata, Mapping) else ""


def _channel(record: Mapping[str, object], wanted: set[str]) -> Channel:
    number, name = printable(record.get("id")), printable(record.get("name"))
    return Channel(number, name, record.get("is_im") is True, bool({number, name} & wanted))


def _is_among(one: str, channels: Sequence[Channel]) -> bool:
    return any(one in (channel.id, channel.name) for channel in channels)


def _plain(one: str) -> str:
    found = _ADDRESS.fullmatch(one)
    return found[1] if found else one.removeprefix("#")
