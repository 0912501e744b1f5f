"""The drop folder over time: what is put there is read once, wholly, and left in its place."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.config import Config, SourceConfig
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.importing.files import BATCH
from listeners.model import Batch, Post, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.dropfolder import listener as dropfolder
from listeners.networks.dropfolder.cursor import FolderCursor, load_cursor
from listeners.networks.dropfolder.listener import DropFolderListener
from listeners.networks.registry import listener_class
from listeners.store import open_store


class Folder:
    """A drop folder and its listener, with the cursor kept as the engine would keep it."""

    def __init__(self, path: Path, fetch: Fetcher) -> None:
        self.path = path
        self.fetch = fetch
        self.cursor: str | None = None
        self.options: dict[str, object] = {}

    def put(self, name: str, content: str | bytes, age: float = 60.0) -> Path:
        """Put a file there that was last changed ``age`` seconds ago."""
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.touch(name, age)
        return path

    def touch(self, name: str, age: float) -> None:
        at = utc_now() / 1e6 - age
        os.utime(self.path / name, (at, at))

    def listener(self) -> DropFolderListener:
        source = SourceConfig(network="import", what=str(self.path), options=self.options)
        return DropFolderListener(source, (), self.fetch, utc_now)

    async def poll(self, most: int | None = None) -> list[Batch]:
        """Poll with a new listener, as after a restart; ``most`` batches, then a crash."""
        found: list[Batch] = []
        async with aclosing(self.listener().poll(self.cursor)) as batches:
            async for batch in batches:
                if most is not None and len(found) == most:
                    break
                found.append(batch)
                self.cursor = batch.cursor or self.cursor
        return found

    async def refused(self) -> tuple[list[Batch], SourceError]:
        """Poll what ends in an error; return what came before it, and the error."""
        found: list[Batch] = []
        try:
            async with aclosing(self.listener().poll(self.cursor)) as batches:
                async for batch in batches:
                    found.append(batch)
                    self.cursor = batch.cursor or self.cursor
        except SourceError as error:
            return found, error
        pytest.fail("the folder was read without an error")


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Folder]:
    path = tmp_path / "drop"
    path.mkdir()
    async with Fetcher() as fetch:
        yield Folder(path, fetch)


def jsonl(first: int, last: int, **more: object) -> str:
    return "".join(
        json.dumps({"id": str(n), "text": f"Kerlann {n}", "author": "zoe", **more}) + "\n"
        for n in range(first, last)
    )


def ids(batches: Iterable[Batch]) -> list[str]:
    return [post.native_id for batch in batches for post in batch.posts]


def faults(batches: Iterable[Batch]) -> list[str]:
    return [
        record.reason.template.format(**record.reason.values)
        for batch in batches
        for record in batch.bad
    ]


def test_the_registry_knows_the_drop_folder() -> None:
    assert listener_class("import") is DropFolderListener


async def test_every_kind_is_read_once_and_left_in_place(folder: Folder) -> None:
    folder.put("a.jsonl", jsonl(0, 3), age=90)
    folder.put("b.CSV", "id;text;author\n10;hello;zoe\n", age=80)
    folder.put("c.eml", b"From: zoe@x\r\nMessage-ID: <m@x>\r\n\r\nHi", age=70)
    before = sorted(path.name for path in folder.path.iterdir())
    batches = await folder.poll()
    assert sorted(ids(batches)) == ["0", "1", "10", "2", "m@x"]
    assert sum(batch.fetched for batch in batches) == 5
    posts: list[Post] = [post for batch in batches for post in batch.posts]
    assert all(post.wanted and post.network == "import" for post in posts)
    assert await folder.poll() == []
    assert sorted(path.name for path in folder.path.iterdir()) == before


async def test_files_are_read_in_the_order_they_were_changed(folder: Folder) -> None:
    folder.put("z.jsonl", jsonl(0, 1), age=300)
    folder.put("a.jsonl", jsonl(1, 2), age=200)
    assert ids(await folder.poll()) == ["0", "1"]


async def test_a_crash_after_any_batch_loses_nothing_and_repeats_nothing(folder: Folder) -> None:
    folder.put("a.jsonl", jsonl(0, 2 * BATCH + 5), age=90)
    folder.put("b.csv", "id,text\n" + "".join(f"b{n},x\n" for n in range(BATCH + 5)), age=80)
    for number in range(BATCH + 3):
        folder.put(f"{number}.eml", f"From: a@x\nMessage-ID: <{number}@x>\n\nHi", age=70)
    whole = await folder.poll()
    wanted = ids(whole)
    assert len(wanted) == len(set(wanted)) == 2 * BATCH + 5 + BATCH + 5 + BATCH + 3
    for stop in range(len(whole)):
        folder.cursor = None
        first = await folder.poll(most=stop)
        assert sorted(ids(first + await folder.poll())) == sorted(wanted)


async def test_only_what_was_added_is_read(folder: Folder) -> None:
    folder.put("a.jsonl", jsonl(0, 3))
    await folder.poll()
    folder.put("a.jsonl", jsonl(0, 5), age=30)
    assert ids(await folder.poll()) == ["3", "4"]
    assert ids(await folder.poll()) == []


async def test_a_changed_file_is_read_again_even_at_the_same_size(folder: Folder) -> None:
    folder.put("a.jsonl", jsonl(0, 3))
    await folder.poll()
    folder.put("a.jsonl", jsonl(0, 3).replace("Kerlann 1", "KERLANN 1"), age=30)
    posts = [post for batch in await folder.poll() for post in batch.posts]
    assert "KERLANN 1" in [post.text for post in posts]
    folder.touch("a.jsonl", age=20)
    again = await folder.poll()
    assert ids(again) == ["0", "1", "2"]  # known ids: the store folds them


async def test_a_file_that_returns_is_read_again_and_one_that_goes_is_forgotten(
    folder: Folder,
) -> None:
    path = folder.put("a.jsonl", jsonl(0, 3))
    await folder.poll()
    path.unlink()
    (batch,) = await folder.poll()
    assert load_cursor(batch.cursor).files == {}
    assert await folder.poll() == []
    folder.put("a.jsonl", jsonl(0, 3))
    assert ids(await folder.poll()) == ["0", "1", "2"]


@pytest.mark.parametrize("name", [".a.jsonl", "a.jsonl.part", "a.tmp", "a.csv~", "a.crdownload"])
async def test_unfinished_files_wait_without_a_word(folder: Folder, name: str) -> None:
    path = folder.put(name, jsonl(0, 3))
    assert await folder.poll() == []
    path.rename(folder.path / "done.jsonl")
    assert ids(await folder.poll()) == ["0", "1", "2"]


async def test_a_growing_file_waits_and_a_fresh_one_that_rests_is_read_at_once(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("growing.jsonl", jsonl(0, 1), age=0)
    folder.put("resting.jsonl", jsonl(5, 6), age=0)

    async def meanwhile(seconds: float) -> None:
        folder.put("growing.jsonl", jsonl(0, 2), age=0)

    with monkeypatch.context() as patched:
        patched.setattr(dropfolder.asyncio, "sleep", meanwhile)
        assert ids(await folder.poll()) == ["5"]
    assert ids(await folder.poll()) == ["0", "1"]


async def test_what_will_not_be_read_is_told_once(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "secret.jsonl"
    outside.write_text(jsonl(0, 3))
    (folder.path / "away.jsonl").symlink_to(outside)
    (folder.path / "dangling.jsonl").symlink_to(tmp_path / "nowhere")
    inside = folder.put("real.jsonl", jsonl(7, 8))
    (folder.path / "again.jsonl").symlink_to(inside)
    os.mkfifo(folder.path / "pipe.jsonl")
    (folder.path / "sub").mkdir()
    (folder.path / "sub" / "deep.jsonl").write_text(jsonl(9, 10))
    folder.put("table.xlsx", b"PK")
    (folder.path / os.fsdecode(b"caf\xe9.jsonl")).write_text(jsonl(0, 1))
    batches = await folder.poll()
    assert ids(batches) == ["7"]
    told = "\n".join(faults(batches))
    assert "away.jsonl is a link that leads out of the folder" in told
    assert "dangling.jsonl is a link" in told
    assert "pipe.jsonl is no ordinary file" in told
    assert "table.xlsx is of a kind hubbub cannot read" in told
    assert "caf\\xe9.jsonl is not UTF-8" in told
    assert len(faults(batches)) == 5
    assert await folder.poll() == []
    assert folder.cursor is not None
    folder.cursor.encode()


async def test_a_table_nobody_can_read_is_told_and_holds_up_no_other_file(
    folder: Folder,
) -> None:
    folder.put("a.csv", "kolumna;inna\nx;y\n", age=90)
    folder.put("b.jsonl", jsonl(0, 2), age=80)
    batches, error = await folder.refused()
    assert ids(batches) == ["0", "1"]
    assert error.state is SourceState.FAILING
    assert "kolumna" in str(error)
    folder.options = {"mapping": {"text": "inna"}}
    batches = await folder.poll()
    assert [post.text for batch in batches for post in batch.posts] == ["y"]


async def test_the_columns_of_a_heading_are_remembered(folder: Folder) -> None:
    folder.options = {"mapping": {"text": "inna", "author": "kolumna"}}
    folder.put("a.csv", "kolumna;inna\nx;y\n", age=90)
    await folder.poll()
    folder.options = {}
    folder.put("b.csv", "kolumna;inna\nv;w\n", age=80)
    (post,) = [post for batch in await folder.poll() for post in batch.posts]
    assert (post.text, post.author.handle) == ("w", "v")


async def test_options_for_zone_and_heading(folder: Folder) -> None:
    folder.options = {
        "zone": "Europe/Paris",
        "header": False,
        "mapping": {"text": 1, "created_at": 2},
    }
    folder.put("a.csv", "hello;22/11/2026 10:00\n")
    (post,) = [post for batch in await folder.poll() for post in batch.posts]
    assert post.created_at == 1795338000_000000
    folder.options = {"zone": "Mars/Crater"}
    _, error = await folder.refused()
    assert "Mars/Crater is not a time zone" in str(error)


async def test_bad_records_do_not_stop_a_file(folder: Folder) -> None:
    folder.put("a.jsonl", jsonl(0, 2) + "{\n" * 5 + jsonl(2, 3))
    batches = await folder.poll()
    assert ids(batches) == ["0", "1", "2"]
    assert faults(batches)[0] == "Line 3 of a.jsonl: it is not JSON in UTF-8."
    assert len(faults(batches)) == 5
    assert sum(batch.fetched for batch in batches) == 8


async def test_the_same_message_twice_is_one_and_its_edit(folder: Folder) -> None:
    for name, text in (("a.eml", "one"), ("b.eml", "two"), ("c.eml", "three")):
        folder.put(name, f"From: a@x\nMessage-ID: <m@x>\n\n{text}", age=90 - ord(name[0]) / 10)
    batches = await folder.poll()
    found = [[post.text for post in batch.posts] for batch in batches]
    assert sorted(found) == [["one"], ["three"], ["two"]]


@pytest.mark.parametrize("what", ["missing", "file.txt"])
async def test_a_folder_that_cannot_be_read_is_told(folder: Folder, what: str) -> None:
    (folder.path / "file.txt").write_text("x")
    folder.path = folder.path / what
    _, error = await folder.refused()
    assert error.state is SourceState.FAILING
    assert str(folder.path) in str(error)


@pytest.mark.parametrize(
    "text",
    [None, "", "x", "[]", '{"files": [], "mappings": 3}', '{"files": {"a": [1, 2]}}'],
)
def test_a_cursor_that_cannot_be_read_is_a_new_start(text: str | None) -> None:
    assert load_cursor(text) == FolderCursor()


async def test_from_the_folder_to_the_store(folder: Folder, tmp_path: Path) -> None:
    folder.put("a.jsonl", jsonl(0, 3) + "{\n" + jsonl(0, 1) + jsonl(1, 2, text="edited"))
    config = Config(sources=(SourceConfig(network="import", what=str(folder.path)),))
    async with open_store(tmp_path / "hubbub.db") as store:
        for new, updated, bad in ((3, 1, 1), (0, 0, 0)):
            (report,) = await Engine(store, config).once()
            assert report.state is SourceState.OK
            assert (report.new, report.updated, report.bad) == (new, updated, bad)
