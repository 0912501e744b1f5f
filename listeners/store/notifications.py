"""Messages about alerts: what is to be sent, what was, and how each channel is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from listeners.model import DAY, Micros, Sentence
from listeners.store.codec import dumps, from_sentence, micros, to_sentence
from listeners.store.connection import Connection, Row
from listeners.store.database import Store

KEPT = 90 * DAY
"""How long what was sent is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """One message to one channel. ``state`` is *waiting*, *sent* or *dropped*."""

    id: int
    alert_id: int
    channel: str
    rung_at: Micros
    state: str
    attempts: int
    next_at: Micros
    sent_at: Micros | None
    detail: Sentence | None


async def add_notifications(
    connection: Connection,
    wanted: Iterable[tuple[int, str, Micros, Micros, Sentence | None]],
) -> None:
    """Queue messages: alert id, channel, ringing moment, not before, and why it is theirs.

    None is queued twice.
    """
    await connection.many(
        """INSERT OR IGNORE INTO notification (alert_id, channel, rung_at, next_at, detail)
           VALUES (?, ?, ?, ?, ?)""",
        [(*row, None if why is None else from_sentence(why)) for *row, why in wanted],
    )


async def due_notifications(connection: Connection, now: Micros) -> list[NotificationRow]:
    """Return what may go out now, oldest first."""
    rows = await connection.fetch(
        "SELECT * FROM notification WHERE state = 'waiting' AND next_at <= ? ORDER BY id", (now,)
    )
    return [_notification(row) for row in rows]


async def mark_sent(
    connection: Connection, notification: int, now: Micros, why: Sentence | None = None
) -> None:
    """Note that a channel took it, and why it reached somebody who is not on duty."""
    await connection.fetch(
        """UPDATE notification SET state = 'sent', sent_at = ?, attempts = attempts + 1,
               detail = ? WHERE id = ?""",
        (now, None if why is None else from_sentence(why), notification),
    )


async def mark_dropped(connection: Connection, ids: Sequence[int], why: Sentence) -> None:
    """Note that messages are not worth sending any more, and why."""
    await connection.fetch(
        """UPDATE notification SET state = 'dropped', detail = ?
           WHERE id IN (SELECT value FROM json_each(?))""",
        (from_sentence(why), dumps(list(ids))),
    )


async def mark_failed(
    connection: Connection, notification: int, why: Sentence, retry: Callable[[int], Micros]
) -> None:
    """Note that a channel did not take it; ``retry`` says when to try again after n failures."""
    (row,) = await connection.fetch(
        """UPDATE notification SET attempts = attempts + 1, detail = ? WHERE id = ?
           RETURNING attempts""",
        (from_sentence(why), notification),
    )
    await connection.fetch(
        "UPDATE notification SET next_at = ? WHERE id = ?", (retry(row["attempts"]), notification)
    )


async def failing_channels(connection: Connection, tries: int) -> dict[str, Sentence]:
    """Return the channels whose oldest waiting message failed so often in a row, and why."""
    rows = await connection.fetch(
        """SELECT channel, detail FROM notification WHERE state = 'waiting' AND attempts >= ?
             AND detail IS NOT NULL GROUP BY channel HAVING id = min(id)""",
        (tries,),
    )
    return {row["channel"]: why for row in rows if (why := to_sentence(row["detail"])) is not None}


async def newest_address(connection: Connection, alert: int) -> str:
    """Return the web address of an alert's newest evidence that has one, or nothing."""
    rows = await connection.fetch(
        """SELECT m.url FROM alert_mention e JOIN mention m ON m.id = e.mention_id
           WHERE e.alert_id = ? AND m.url != '' AND m.deleted_at IS NULL
           ORDER BY m.id DESC LIMIT 1""",
        (alert,),
    )
    return str(rows[0]["url"]) if rows else ""


async def forget_notifications(connection: Connection, now: Micros) -> None:
    """Forget what was sent or dropped long ago."""
    await connection.fetch(
        "DELETE FROM notification WHERE state != 'waiting' AND rung_at < ?", (now - KEPT,)
    )


async def notifications(store: Store, limit: int = 100) -> list[NotificationRow]:
    """Return the newest messages, newest first."""

    rows = await store.fetch("SELECT * FROM notification ORDER BY id DESC LIMIT ?", (limit,))
    return [_notification(row) for row in rows]


async def of_alert(store: Store, alert: int) -> list[NotificationRow]:
    """Return the messages about one alert, newest first."""
    rows = await store.fetch(
        "SELECT * FROM notification WHERE alert_id = ? ORDER BY id DESC LIMIT 20", (alert,)
    )
    return [_notification(row) for row in rows]


async def may_go_out(store: Store, now: Micros) -> bool:
    """Return whether anything waits to be sent now; reads only."""
    rows = await store.fetch(
        "SELECT 1 FROM notification WHERE state = 'waiting' AND next_at <= ? LIMIT 1", (now,)
    )
    return bool(rows)


def _notification(row: Row) -> NotificationRow:
    return NotificationRow(
        id=row["id"],
        alert_id=row["alert_id"],
        channel=row["channel"],
        rung_at=Micros(row["rung_at"]),
        state=row["state"],
        attempts=row["attempts"],
        next_at=Micros(row["next_at"]),
        sent_at=micros(row["sent_at"]),
        detail=to_sentence(row["detail"]),
    )
