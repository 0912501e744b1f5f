"""The drop folder: files put there by hand or by another program are read, and left in place.

A file is read when it has stopped growing, batch by batch, and the place in it is stored with each
batch. A file that was read is only looked at again when it changes, and then from where it stopped
if it merely grew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.importing.files import BATCH, Place, Reading, Wishes, read_mail_file, read_on
from listeners.importing.record import NETWORK
from listeners.model import BadRecord, Batch, Post, Sentence, SourceState
from listeners.networks.contract import Capability, SourceError
from listeners.networks.dropfolder.cursor import FileState, FolderCursor, dump_cursor, load_cursor
from listeners.networks.dropfolder.files import FolderFile, files_of

SETTLED_SECONDS: Final = 3.0
"""A file changed more recently than this is looked at twice before it is read."""
LOOK_AGAIN_SECONDS: Final = 0.3

# A slow disk must not hold up those who wait for the default threads.
_READER = ThreadPoolExecutor(max_workers=2, thread_name_prefix="drop-folder")

_T = TypeVar("_T")


class _Round:
    """One look at the folder: the cursor as it moves on, and what went wrong on the way."""

    def __init__(self, cursor: FolderCursor) -> None:
        self.cursor = cursor
        self.trouble: SourceError | None = None

    def read(self, file: FolderFile, place: Place) -> None:
        """Move the cursor to this place in the file."""
        state = FileState(size=file.size, changed_ns=file.changed_ns, place=place)
        self.cursor = self.cursor.with_file(file.name, state)

    def failed(self, error: SourceError) -> None:
        """Keep the first fault of a file; one that was taken away while we looked is none."""
        if not isinstance(error.__cause__, FileNotFoundError):
            self.trouble = self.trouble or error

    def batch(self, posts: Sequence[Post], bad: Sequence[BadRecord], fetched: int) -> Batch:
        """Return a batch that moves the stored cursor to where we are."""
        return Batch(
            posts=tuple(posts), bad=tuple(bad), fetched=fetched, cursor=dump_cursor(self.cursor)
        )


class DropFolderListener:
    """One folder of files. ``what`` is its path; options ``mapping``, ``header``, ``zone``.

    ``mapping`` names the columns of tables (``{ text = "Verbatim" }``, or numbers from 1),
    ``header = false`` says that tables have none, ``zone`` is the time zone of dates without one.
    """

    capability = Capability(
        network=NETWORK,
        title="Drop folder: JSONL, CSV, EML",
        edits=True,
        gapless=True,
        works_without_key=True,
        by_hand=True,
        interval=5.0,
        min_interval=1.0,
        needs=Sentence('The folder, such as what = "~/hubbub-drop".'),
        limits=(
            Sentence(
                "What Facebook, Instagram, X, Slack and Telegram export is read as downloaded: the "
                "whole ZIP, or one JSON file of it. Folders inside the folder are passed over."
            ),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._clock = clock
        self._folder = Path(source.what).expanduser()

    async def poll(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what the files hold beyond ``cursor``, the file changed longest ago first.

        Raises:
            SourceError: the folder cannot be read, or a file in it; the other files are read first.
        """
        zone = self._zone()
        files = await _apart(lambda: files_of(self._folder))
        known = load_cursor(cursor)
        now = _Round(known.only({file.name for file in files}))
        waiting = await self._settled([file for file in files if _is_news(file, now.cursor)])
        async for batch in self._refused([file for file in waiting if file.fault], now):
            yield batch
        readable = [file for file in waiting if not file.fault]
        async for batch in self._mails([file for file in readable if file.is_mail], now):
            yield batch
        for file in readable:
            if not file.is_mail:
                async for batch in self._records(file, now, zone):
                    yield batch
        if not waiting and len(now.cursor.files) < len(known.files):
            yield now.batch((), (), 0)
        if now.trouble is not None:
            raise now.trouble

    def stream(self, cursor: str | None) -> AsyncIterator[Batch] | None:
        """Return ``None``: the folder is looked at every few seconds, which costs nothing."""
        return None

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return an empty batch: a file holds what it holds."""
        return Batch()

    # --- the folder --------------------------------------------------------------------------

    def _zone(self) -> tzinfo:
        name = self._source.options.get("zone")
        if name is None:
            return UTC
        try:
            return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{zone} is not a time zone; write one such as Europe/Paris.",
                    {"zone": str(name)},
                ),
            ) from error

    def _wishes(self, cursor: FolderCursor, zone: tzinfo) -> Wishes:
        mapping = self._source.options.get("mapping")
        return Wishes(
            mapping=mapping if isinstance(mapping, Mapping) else {},
            saved=cursor.mappings,
            has_heading=self._source.options.get("header") is not False,
            zone=zone,
        )

    async def _settled(self, files: Sequence[FolderFile]) -> list[FolderFile]:
        """Return the files that do not grow; young ones are looked at a second time."""
        horizon = self._clock() * 1000 - int(SETTLED_SECONDS * 1e9)
        if not any(file.changed_ns > horizon for file in files):
            return list(files)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        again = {file.name: file for file in await _apart(lambda: files_of(self._folder))}
        return [file for file in files if again.get(file.name) == file]

    # --- the files ---------------------------------------------------------------------------

    async def _refused(self, files: Sequence[FolderFile], now: _Round) -> AsyncIterator[Batch]:
        """Yield, once, what will not be read and why."""
        for file in files:
            now.read(file, Place(done=True))
        bad = [BadRecord(file.name, file.fault) for file in files if file.fault]
        if bad:
            yield now.batch((), bad, len(bad))

    async def _mails(self, files: Sequence[FolderFile], now: _Round) -> AsyncIterator[Batch]:
        """Yield the messages of many files together: a folder may hold thousands.

        No batch holds an id twice: of two messages with one id the second is an edit.
        """
        posts: dict[str, Post] = {}
        bad: list[BadRecord] = []
        for file in files:
            path = self._folder / file.name
            try:
                one = await _apart(partial(read_mail_file, path))
            except SourceError as error:
                now.failed(error)
                continue
            full = len(posts) + len(bad) >= BATCH
            if full or any(post.native_id in posts for post in one.posts):
                yield now.batch(list(posts.values()), bad, len(posts) + len(bad))
                posts, bad = {}, []
            posts.update({post.native_id: post for post in one.posts})
            bad += one.bad
            now.read(file, Place(done=True))
        if posts or bad:
            yield now.batch(list(posts.values()), bad, len(posts) + len(bad))

    async def _records(self, file: FolderFile, now: _Round, zone: tzinfo) -> AsyncIterator[Batch]:
        """Yield the records of one file beyond our place in it."""
        known = now.cursor.files.get(file.name)
        place = known.place if known else Place()
        if known and known.size == file.size and known.changed_ns != file.changed_ns:
            # Rewritten in place: what merely grows gets larger.
            place = Place()
        readings = read_on(self._folder / file.name, self._wishes(now.cursor, zone), place)

        def following() -> Reading | None:
            return next(readings, None)

        while True:
            try:
                reading = await _apart(following)
            except SourceError as error:
                now.failed(error)
                return
            if reading is None:
                return
            now.read(file, reading.place)
            layout = reading.layout
            if layout is not None and layout.columns:
                mapped = now.cursor.with_mapping(layout.signature, layout.mapping)
                now.cursor = mapped
            yield now.batch(reading.batch.posts, reading.batch.bad, reading.batch.fetched)


def _is_news(file: FolderFile, cursor: FolderCursor) -> bool:
    known = cursor.files.get(file.name)
    if known is None or not known.place.done:
        return True
    return not known.is_as_seen(file.size, file.changed_ns)


async def _apart(work: Callable[[], _T]) -> _T:
    """Run what blocks in a thread of the drop folder's own."""
    return await asyncio.get_running_loop().run_in_executor(_READER, work)
