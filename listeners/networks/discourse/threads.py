"""Topics on demand: what was said around a post, and what of it is gone.

A topic is one conversation on its forum, however long. Where it is about us it is read whole, up
to a limit; of any other, only what concerns us, what that answers, and what answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.discourse.decode import ForumPost, read_post, read_topic
from listeners.networks.discourse.forum import NETWORK
from listeners.networks.discourse.harvest import Harvester
from listeners.networks.discourse.reader import PAGE, Reader
from listeners.networks.discourse.server import DiscourseServer, RefusedError

MOST_TOPICS = 10
"""Topics read in one go: two to five requests each."""
MOST_POSTS = 200
"""Posts of a topic that are read: the first twenty and the newest."""


class Threads:
    """Reads topics of one forum."""

    def __init__(
        self,
        server: DiscourseServer,
        reader: Reader,
        harvester: Harvester,
    ) -> None:
        self._server = server
        self._forum = server.forum
        self._reader = reader
        self._harvester = harvester

    async def fetch(self, native_ids: Sequence[str]) -> Batch:
        """Return the posts around these, oldest first, and which are gone.

        Raises:
            SourceError: the forum could not be asked, or asks us to wait.
        """
        topics: dict[int, set[int]] = {}
        for native_id in native_ids:
            if (place := self._forum.place_of(native_id)) is not None:
                topics.setdefault(place[0], set()).add(place[1])
        posts: list[Post] = []
        deletions: list[Deletion] = []
        bad: list[BadRecord] = []
        fetched = 0
        for topic, numbers in list(topics.items())[:MOST_TOPICS]:
            try:
                answer = await self._server.lookup(f"/t/{topic}.json", [("include_raw", "true")])
            except RefusedError as error:
                if error.status != 403:
                    raise
                continue  # it was moved to where we may not look, and is not gone
            if not isinstance(answer, dict):
                deletions += [self._deletion(topic, number) for number in sorted(numbers)]
                continue
            records, whole = await self._records(topic, answer)
            fetched += len(records)
            found: list[ForumPost] = []
            about = read_topic(answer)
            for record in records:
                try:
                    found.append(read_post(record, self._forum, about))
                except UnreadableError as fault:
                    bad.append(bad_record(record, fault))
            there = {one.number for one in found if not one.gone}
            missing = (numbers | self._known(topic) if whole else numbers) - there
            if not bad:
                deletions += [
                    self._deletion(topic, number)
                    for number in sorted(missing)
                    if await self._is_gone(topic, number)
                ]
            shown = [one for one in found if one.shown and not one.gone]
            kept = around(shown, numbers, self._harvester.concerns_us)
            posts += [self._harvester.settled(one) for one in kept]
        return Batch(
            posts=tuple(posts), deletions=tuple(deletions), bad=tuple(bad), fetched=fetched
        )

    async def is_gone(self, native_id: str) -> bool:
        """Whether the forum no longer has this post, or shows that it was taken away.

        Raises:
            SourceError: the forum could not be asked, or asks us to wait.
        """
        place = self._forum.place_of(native_id)
        return place is not None and await self._is_gone(*place)

    async def _is_gone(self, topic: int, number: int) -> bool:
        try:
            record = await self._server.lookup(f"/posts/by_number/{topic}/{number}.json")
        except RefusedError as error:
            if error.status == 403:
                return False
            raise
        if record is None:
            return True
        try:
            return read_post(record, self._forum).gone
        except UnreadableError:
            return False

    async def _records(
        self, topic: int, answer: dict[str, object]
    ) -> tuple[tuple[object, ...], bool]:
        """Return the records of a topic, and whether these are all it has."""
        held = answer.get("post_stream")
        stream = held if isinstance(held, dict) else {}
        first = stream.get("posts")
        records = tuple(first) if isinstance(first, list) else ()
        ids = stream.get("stream")
        if not isinstance(ids, list):
            return records, False
        known = {record.get("id") for record in records if isinstance(record, dict)}
        rest = [number for number in ids if isinstance(number, int) and number not in known]
        newest = rest[-(MOST_POSTS - len(records)) :]
        for start in range(0, len(newest), PAGE):
            records += await self._reader.posts_of(topic, newest[start : start + PAGE])
        return records, len(newest) == len(rest)

    def _known(self, topic: int) -> set[int]:
        front = self._forum.post_id(topic, 0).removesuffix("0")
        return {int(native_id.removeprefix(front)) for native_id in self._harvester.known_of(front)}

    def _deletion(self, topic: int, number: int) -> Deletion:
        return Deletion(NETWORK, self._forum.post_id(topic, number))


def around(
    posts: Sequence[ForumPost], asked: Iterable[int], concerns_us: Callable[[ForumPost], bool]
) -> list[ForumPost]:
    """Return the part of a topic that belongs together, in the topic's order.

    All of it where its first post concerns us; else what concerns us or was asked for, what that
    answers, and what answers it.
    """
    first = next((one for one in posts if one.number == 1), None)
    if first is not None and concerns_us(first):
        return list(posts)
    answers = {one.number: one.answers for one in posts}
    wanted = set(asked)
    kept: set[int] = set()
    for one in posts:
        below = one.answers is not None and one.answers in kept
        if one.number in wanted or below or concerns_us(one):
            kept.add(one.number)
    for number in list(kept):
        above = answers.get(number)
        while above is not None and above not in kept:
            kept.add(above)
            above = answers.get(above)
    return [one for one in posts if one.number in kept]
