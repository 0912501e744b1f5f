"""What a person can do to people: role, name, outlet, tags, notes, mute. Every step can be undone.

Merging and splitting are in ``people_joining``, press lists in ``press_import``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from listeners.actions.changes import difference
from listeners.actions.outcome import Outcome
from listeners.actions.person_step import PersonStep
from listeners.config import Config
from listeners.conversations.by_role import ranked_by_role
from listeners.model import Micros, SafeText, Sentence
from listeners.people.rows import ROLES
from listeners.store import Store, subjects, undoing
from listeners.store.connection import Connection, Row
from listeners.store.people import change_person, own_accounts, put_rows, rows_of, waiting_talks
from listeners.team import may_write
from listeners.text import clean, clean_line

_LONGEST = {"name": 120, "outlet": 120, "beat": 120}


async def set_role(
    store: Store, config: Config, actor: str, ids: Sequence[int], role: str, now: Micros
) -> Outcome:
    """Say what people are to us; an empty role takes it away. Their open conversations follow.

    Raises:
        StoreError: nothing was stored.
    """
    if role and role not in ROLES:
        why = Sentence(
            "There is no role called {role}. There are: {roles}.",
            {"role": str(clean_line(role, 40)), "roles": ", ".join(ROLES)},
        )
        return Outcome(0, why, (why,))

    async def change(step: PersonStep, person: Row) -> None:
        if person["role"] == role:
            return
        accounts = await own_accounts(step.connection, person["id"])
        listed = max((one["role"] for one in accounts), default="")
        await change_person(step.connection, person["id"], {"role": role})
        step.changed(person["id"], {"role": person["role"]}, {"role": role})
        await _ranked(step, person["id"], person["role"] or listed, role or listed)

    return await _each(store, config, actor, "role", ids, now, change, role=role)


async def _ranked(step: PersonStep, person: int, was: str, role: str) -> None:
    """Rank their conversations that wait on us by another role, as lines of the same step."""
    talks = await subjects.load_conversations(
        step.connection, await waiting_talks(step.connection, person)
    )
    for before in talks.values():
        after = ranked_by_role(before, was, role)
        if after != before:
            await subjects.save_conversations(step.connection, [after])
            change = difference(before, after)
            step.changed(before.id, change.before, change.after, kind="conversation")


async def describe(
    store: Store,
    config: Config,
    actor: str,
    ids: Sequence[int],
    values: Mapping[str, str],
    now: Micros,
) -> Outcome:
    """Set ``name``, ``outlet`` or ``beat`` of people; an empty text takes it away.

    Raises:
        StoreError: nothing was stored.
    """
    wanted = {
        name: str(clean_line(values[name], length))
        for name, length in _LONGEST.items()
        if name in values
    }

    async def change(step: PersonStep, person: Row) -> None:
        new = {name: text for name, text in wanted.items() if person[name] != text}
        if new:
            await change_person(step.connection, person["id"], new)
            step.changed(person["id"], {name: person[name] for name in new}, new)

    verb = "rename" if set(wanted) == {"name"} else "describe"
    return await _each(store, config, actor, verb, ids, now, change)


async def tag_people(
    store: Store,
    config: Config,
    actor: str,
    ids: Sequence[int],
    tags: Iterable[str],
    now: Micros,
    *,
    off: bool = False,
) -> Outcome:
    """Put tags on people, or take them off.

    Raises:
        StoreError: nothing was stored.
    """
    cleaned = (str(clean_line(tag, 60)).lstrip("#").strip() for tag in tags)
    wanted = list(dict.fromkeys(tag for tag in cleaned if tag))
    if not wanted:
        why = Sentence("Say which tag.")
        return Outcome(0, why, (why,))

    async def change(step: PersonStep, person: Row) -> None:
        rows, _contacts = await rows_of(step.connection, person["id"])
        had = [str(tag) for _person, tag in rows]
        have = [tag for tag in had if tag not in wanted] if off else [*had]
        have += [] if off else [tag for tag in wanted if tag not in had]
        if sorted(have) == sorted(had):
            return
        new = [[person["id"], tag] for tag in have]
        await put_rows(
            step.connection,
            "tag_rows",
            [row for row in new if row not in rows],
            [row for row in rows if row not in new],
        )
        step.changed(
            person["id"],
            {"tag_rows": rows, "tags": sorted(had)},
            {"tag_rows": new, "tags": sorted(have)},
        )

    verb = "untag" if off else "tag"
    return await _each(store, config, actor, verb, ids, now, change, words=", ".join(wanted))


async def note_people(
    store: Store, config: Config, actor: str, ids: Sequence[int], text: str, now: Micros
) -> Outcome:
    """Write a note on people.

    Raises:
        StoreError: nothing was stored.
    """
    words = SafeText(clean(text).strip())
    if not words:
        why = Sentence("The note is empty.")
        return Outcome(0, why, (why,))

    async def change(step: PersonStep, person: Row) -> None:
        note = await subjects.add_note(
            step.connection, "person", person["id"], actor, words, step.now
        )
        step.changed(person["id"], {}, {"note_id": note})

    return await _each(store, config, actor, "note", ids, now, change)


async def mute_people(
    store: Store,
    config: Config,
    actor: str,
    ids: Sequence[int],
    now: Micros,
    *,
    off: bool = False,
) -> Outcome:
    """Mute every account of people, or none of them any more.

    Raises:
        StoreError: nothing was stored.
    """

    async def change(step: PersonStep, person: Row) -> None:
        for one in await own_accounts(step.connection, person["id"]):
            value = f"{one['network']}:{one['key']}"
            muted = await undoing.mutes_of(step.connection, "account", value)
            if off and muted:
                for mute in muted:
                    await subjects.remove_mute(step.connection, mute)
                kept: dict[str, object] = {"unmuted_ids": muted}
            elif not off and not muted:
                mute = await subjects.add_mute(step.connection, "account", value, step.now)
                kept = {"mute_id": mute}
            else:
                continue
            step.changed(person["id"], {}, {**kept, "muted": f"account:{value}"})
        if person["id"] not in step.touched:
            step.refused.append(
                Sentence("It is not muted.") if off else Sentence("It is muted already.")
            )

    return await _each(store, config, actor, "unmute" if off else "mute", ids, now, change)


_Change = Callable[[PersonStep, Row], Awaitable[None]]


async def _each(
    store: Store,
    config: Config,
    actor: str,
    verb: str,
    ids: Sequence[int],
    now: Micros,
    change: _Change,
    **named: str,
) -> Outcome:
    refused = may_write(config, actor)
    if refused is not None:
        return Outcome(0, refused, (refused,))

    async def work(connection: Connection) -> Outcome:
        step = PersonStep(connection, actor, verb, now)
        for person in (await step.persons(ids)).values():
            await change(step, person)
        return await step.logged(**named)

    return await store.write(work, urgent=True)
