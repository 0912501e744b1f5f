"""Opening a store: what is created, what is refused, and in which words."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from listeners.store import StoreError, Trouble, open_store
from listeners.store.files import check_disk
from listeners.store.migrate import steps
from tests.listeners.store.builders import furnish


@pytest.fixture(autouse=True)
def _stores_begin_migrated() -> None:
    """Make every store as it is made outside of tests."""


async def refused(path: Path, trouble: Trouble, *, read_only: bool = False) -> StoreError:
    with pytest.raises(StoreError) as caught:
        async with open_store(path, read_only=read_only):
            pass
    assert caught.value.trouble is trouble
    # The sentence must be sayable, and name the file.
    sentence = caught.value.sentence
    assert str(path) in sentence.template.format(**sentence.values)
    return caught.value


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_new_store_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "hubbub.db"
    before = os.umask(0o022)
    try:
        async with open_store(path) as store:
            await furnish(store)
            files = sorted(path.parent.iterdir())
            assert [file.name for file in files] == ["hubbub.db", "hubbub.db-shm", "hubbub.db-wal"]
            assert [mode(file) for file in files] == [0o600] * 3
            assert mode(path.parent) == 0o700
    finally:
        os.umask(before)
    # Whoever closes last leaves one file that can be copied.
    assert [file.name for file in path.parent.iterdir()] == ["hubbub.db"]


async def test_a_file_of_no_bytes_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    path.touch()
    async with open_store(path) as store:
        assert len(await store.fetch("SELECT * FROM brand")) == 1


async def test_what_was_stored_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        world = await furnish(store)
        await world.add([world.mention("one")])
    async with open_store(path) as store:
        rows = await store.fetch("SELECT text FROM mention")
        assert [row["text"] for row in rows] == ["one"]


async def test_every_connection_is_set_up(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:

        async def asked(name: str) -> object:
            async def work(connection):  # type: ignore[no-untyped-def]
                return (await connection.fetch(f"PRAGMA {name}"))[0][0]

            return await store.write(work)

        assert await asked("journal_mode") == "wal"
        assert await asked("synchronous") == 1
        assert await asked("foreign_keys") == 1
        assert await asked("busy_timeout") == 5000
        assert await asked("temp_store") == 2
        assert await asked("wal_autocheckpoint") == 1000
        assert await asked("secure_delete") == 1
        read = {
            name: (await store.fetch(f"PRAGMA {name}"))[0][0]
            for name in ("query_only", "wal_autocheckpoint", "busy_timeout")
        }
        assert read == {"query_only": 1, "wal_autocheckpoint": 0, "busy_timeout": 5000}


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async with open_store(tmp_path / "hubbub.db") as store:
        with pytest.raises(StoreError):
            await store.fetch("INSERT INTO setting VALUES ('a', 'b')")


async def test_a_folder_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    path.mkdir()
    await refused(path, Trouble.NOT_A_STORE)


async def test_another_kind_of_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 this is a picture" * 100)
    before = path.read_bytes()
    await refused(path, Trouble.NOT_A_STORE)
    assert path.read_bytes() == before


async def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "contacts.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE contact (name TEXT)")
    before = path.read_bytes()
    await refused(path, Trouble.NOT_A_STORE)
    assert path.read_bytes() == before


async def test_a_newer_store_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path):
        pass
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    for read_only in (False, True):
        error = await refused(path, Trouble.NEWER, read_only=read_only)
        assert error.sentence.values["found"] == 999
        assert error.sentence.values["known"] == steps()[-1].number
    assert path.read_bytes() == before


async def test_a_damaged_store_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        world = await furnish(store)
        await world.add([world.mention(f"words {n} " * 20) for n in range(200)])
    raw = bytearray(path.read_bytes())
    raw[5 * 4096 : 6 * 4096] = b"\xa5" * 4096
    path.write_bytes(raw)
    await refused(path, Trouble.DAMAGED)
    assert path.read_bytes() == raw


async def test_a_store_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        await furnish(store)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    await refused(path, Trouble.DAMAGED)


async def test_a_large_store_is_checked_where_everything_hangs_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listeners.store.prepare.QUICK_CHECK_BYTES", 0)
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        await furnish(store)
        (row,) = await store.fetch("SELECT rootpage FROM sqlite_schema WHERE name = 'source'")
    async with open_store(path):
        pass
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - 4096])
    await refused(path, Trouble.DAMAGED)
    begin = (row["rootpage"] - 1) * 4096
    path.write_bytes(raw[:begin] + b"\x0d" + b"\xff" * 4095 + raw[begin + 4096 :])
    await refused(path, Trouble.DAMAGED)


MOUNTS = r"""
/dev/vda / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/home /home/ana nfs4 rw 0 0
//box/share /mnt/the\040box cifs rw 0 0
/dev/vdb /home/ana/local ext4 rw 0 0
short
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ana/hubbub.db", "nfs4"),
        ("/mnt/the box/hubbub.db", "cifs"),
        ("/home/ana/local/hubbub.db", None),
        ("/home/anatole/hubbub.db", None),
        ("/var/hubbub.db", None),
    ],
)
def test_a_network_disk_is_refused(path: str, kind: str | None) -> None:
    if kind is None:
        check_disk(Path(path), MOUNTS)
        return
    with pytest.raises(StoreError) as caught:
        check_disk(Path(path), MOUNTS)
    assert caught.value.trouble is Trouble.NETWORK_DISK
    assert caught.value.sentence.values["kind"] == kind


async def test_reading_only_creates_and_changes_nothing(tmp_path: Path) -> None:
    await refused(tmp_path / "nothing.db", Trouble.CANNOT_OPEN, read_only=True)
    assert os.listdir(tmp_path) == []
    path = tmp_path / "hubbub.db"
    async with open_store(path) as store:
        await furnish(store)
        async with open_store(path, read_only=True) as onlooker:
            assert onlooker.read_only
            assert len(await onlooker.fetch("SELECT * FROM brand")) == 3
            with pytest.raises(StoreError) as caught:
                await onlooker.write(lambda c: c.fetch("SELECT 1"))
            assert caught.value.trouble is Trouble.READ_ONLY


AS_NOBODY = """
    import asyncio, os, sys
    from pathlib import Path
    from listeners.store import StoreError, open_store
    async def main():
        # Whoever becomes nobody may not read the library any more: load all of it before.
        async with open_store(Path(sys.argv[1]).with_name("warm.db")): pass
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        path = Path(sys.argv[1])
        try:
            async with open_store(path): pass
        except StoreError as error:
            print(error.trouble.value)
        async with open_store(path, read_only=True) as store:
            print(len(await store.fetch("SELECT * FROM brand")))
    asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to become nobody")
@pytest.mark.parametrize(("folder_mode", "mode"), [(0o755, 0o444), (0o777, 0o444), (0o755, 0o666)])
async def test_a_store_one_may_only_read_can_be_looked_at(folder_mode: int, mode: int) -> None:
    # Not in pytest's own folder, which nobody but its owner may enter.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "shelf" / "hubbub.db"
        async with open_store(path) as store:
            await furnish(store)
        path.chmod(mode)
        path.parent.chmod(folder_mode)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            textwrap.dedent(AS_NOBODY),
            str(path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        assert await process.communicate() == (b"read only\n3\n", b"")


OPENER = """
    import asyncio, sys
    from pathlib import Path
    from listeners.store import open_store
    async def main():
        sys.stdin.readline()
        async with open_store(Path(sys.argv[1])) as store:
            print(len(await store.fetch("SELECT * FROM brand")), flush=True)
            sys.stdin.readline()
    print("ready", flush=True)
    asyncio.run(main())
"""


async def test_several_processes_make_a_store_at_once(tmp_path: Path) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            textwrap.dedent(OPENER),
            str(tmp_path / "home" / "hubbub.db"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ended = await asyncio.gather(*(process.communicate(b"go\nend\n") for process in processes))
    assert ended == [(b"1\n", b"")] * 4
