"""Migrations: whole or not at all, once, however many processes begin at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listeners.store import StoreError, Trouble
from listeners.store.migrate import APPLICATION_ID, Step, migrate, statements, steps

ROOT = Path(__file__).parents[3]

ONE = Step(1, "CREATE TABLE a (x); INSERT INTO a VALUES (1);")
TWO = Step(2, "CREATE TABLE b (y);\nINSERT INTO b SELECT x FROM a;")
BROKEN = Step(2, "CREATE TABLE b (y);\nINSERT INTO nowhere VALUES (1);")


@pytest.fixture(autouse=True)
def _stores_begin_migrated() -> None:
    """Make every store as it is made outside of tests."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hubbub.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as opened:
        yield opened


def tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in rows}


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_every_step_known_is_numbered_in_order() -> None:
    assert [step.number for step in steps()] == list(range(1, len(steps()) + 1))


def test_steps_are_applied_in_order_and_once(connection: sqlite3.Connection, path: Path) -> None:
    assert migrate(connection, path, [ONE]) == 1
    assert migrate(connection, path, [ONE, TWO]) == 1
    assert migrate(connection, path, [ONE, TWO]) == 0
    assert connection.execute("SELECT y FROM b").fetchall() == [(1,)]
    assert version(connection) == 2
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_step_that_fails_leaves_everything_as_it_was(
    connection: sqlite3.Connection, path: Path
) -> None:
    migrate(connection, path, [ONE])
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, [ONE, BROKEN])
    assert tables(connection) == {"a"}
    assert version(connection) == 1
    assert not connection.in_transaction


def test_a_first_migration_that_fails_leaves_an_empty_file(
    connection: sqlite3.Connection, path: Path
) -> None:
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, [ONE, BROKEN])
    assert tables(connection) == set()
    assert version(connection) == 0


def test_a_newer_store_is_refused(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path, [ONE, TWO])
    with pytest.raises(StoreError) as caught:
        migrate(connection, path, [ONE])
    assert caught.value.trouble is Trouble.NEWER


def test_a_script_is_cut_into_whole_statements() -> None:
    script = """
    -- a comment; with a semicolon
    CREATE TABLE a (x TEXT DEFAULT ';'); CREATE TABLE c (z);
    CREATE TRIGGER t AFTER INSERT ON a BEGIN
        INSERT INTO c VALUES (new.x);
        DELETE FROM c;
    END;
    SELECT 1 -- and no semicolon
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in statements(script):
            connection.execute(statement)
        assert tables(connection) == {"a", "c"}


MIGRATE = """
    import sqlite3, sys
    from pathlib import Path
    from listeners.store.migrate import Step, migrate
    path, tables = Path(sys.argv[1]), int(sys.argv[2])
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("PRAGMA user_version").fetchone()
    print("ready", flush=True)
    sys.stdin.readline()
    sql = "".join(f"CREATE TABLE t{n} (x); INSERT INTO t{n} VALUES (1);" for n in range(tables))
    print(migrate(connection, path, [Step(1, sql)]), flush=True)
"""


def start(path: Path, tables: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(MIGRATE), str(path), str(tables)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_of_several_processes_one_migrates_and_the_others_find_it_done(path: Path) -> None:
    processes = [start(path, 50) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = [process.communicate(timeout=40) for process in processes]
    assert [errors for _, errors in done] == [""] * 3
    assert sorted(int(output) for output, _ in done) == [0, 0, 1]


def test_a_kill_in_the_middle_leaves_the_old_schema(path: Path) -> None:
    """The transaction is open and half the tables are made when the process is killed."""
    killer = f"""
    import os, sqlite3, signal
    from pathlib import Path
    from listeners.store.migrate import Step, migrate
    connection = sqlite3.connect({str(path)!r}, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
    fill = "".join(f"CREATE TABLE t{{n}} (x);\\n" for n in range(200))
    migrate(connection, Path({str(path)!r}), [Step(1, fill + "SELECT die();")])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(killer)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert os.path.getsize(path) > 0 or path.with_name("hubbub.db-journal").exists()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert tables(connection) == set()
        assert version(connection) == 0
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert migrate(connection, path, [ONE]) == 1
