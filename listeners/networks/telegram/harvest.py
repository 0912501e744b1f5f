"""From Telegram's updates to posts: which chats count, what belongs together, what is to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from listeners.clock import Clock
from listeners.config import SourceConfig
from listeners.model import Author, BadRecord, Batch, Post
from listeners.networks.decoding import bad_record
from listeners.networks.harvest import plain_handle
from listeners.networks.matrix.cursor import Run, root_of
from listeners.networks.recent import Recent
from listeners.networks.telegram.cursor import Place, write_cursor
from listeners.networks.telegram.decode import (
    NETWORK,
    Chat,
    Said,
    UnreadableError,
    address_of,
    read_update,
    update_id_of,
)
from listeners.networks.telegram.text import Words

MOST_REMEMBERED = 20_000


class Harvester:
    """Reads updates as posts. ``what`` of the source are chats by comma: ``@name``, an id, the
    title of a group, or ``private``; empty for all."""

    def __init__(self, source: SourceConfig, clock: Clock) -> None:
        self._clock = clock
        names = (name.strip() for name in source.what.split(","))
        self._wanted = frozenset(plain_handle(name) for name in names if name)
        self._ours = source.options.get("ours") is True
        self._roots: Recent[str, str] = Recent(MOST_REMEMBERED)

    def take(self, updates: Sequence[object], place: Place, me: tuple[int, str]) -> Batch:
        """Return what these updates say, with the cursor behind them; ``place`` moves there."""
        posts: list[Post] = []
        bad: list[BadRecord] = []
        for record in updates:
            number = update_id_of(record)
            if number is not None:
                place.offset = number + 1
                place.heard_at = self._clock()
            try:
                said = read_update(record)
            except UnreadableError as fault:
                bad.append(bad_record(record, fault))
                continue
            if said is None:
                continue
            if said.moved_to is not None:
                _move(place, str(said.chat.id), str(said.moved_to))
            if said.words is not None and self._counts(said.chat, place):
                posts.append(self._post(said, said.words, place, me))
        return Batch(
            posts=tuple({post.native_id: post for post in posts}.values()),
            bad=tuple(bad),
            cursor=write_cursor(place),
            fetched=len(updates),
        )

    def _counts(self, chat: Chat, place: Place) -> bool:
        if not self._wanted:
            return True
        number = str(chat.id)
        before = {old for old, new in place.moved.items() if new == number}
        names = {number, *before, plain_handle(chat.username or ""), (chat.title or "").casefold()}
        return bool(self._wanted & (names | ({"private"} if chat.private else set())))

    def _post(self, said: Said, words: Words, place: Place, me: tuple[int, str]) -> Post:
        own = said.author.key == str(me[0])
        to_us = said.answered == str(me[0])
        named = {name.casefold() for name in words.mentions}
        named_us = bool({str(me[0]), me[1].casefold()} & named)
        to_others = bool(said.answers) and not to_us
        addressed = said.chat.private or to_us or named_us or (self._ours and not to_others)
        root = self._root(said, place, to_us=to_us)
        return self._shaped(said, words, root, own=own, addressed=addressed and not own)

    def _root(self, said: Said, place: Place, *, to_us: bool) -> str | None:
        """Return the root a message belongs under, and remember who spoke."""
        known = self._roots.get(said.native_id)
        if said.edit and known is not None:
            return known
        chat = str(said.chat.id)
        person = f"{chat} {said.author.key}"
        run = place.runs.get(chat)
        root = root_of(
            run,
            room_id=chat,
            event_id=said.native_id,
            sender=said.author.key,
            at=said.at,
            private=said.chat.private,
            thread=said.thread,
            answers=said.answers,
            roots=self._roots,
        )
        if root is None and to_us:
            # What the bot says is told to nobody: whoever answers it was answered by it.
            root = place.roots.get(person)
        belongs = root or said.answers or said.native_id
        self._roots.put(said.native_id, belongs)
        if not said.edit:
            place.roots.put(person, belongs)
            place.runs.put(chat, Run(said.author.key, said.at or self._clock(), belongs))
        return root

    def _shaped(
        self, said: Said, words: Words, root: str | None, *, own: bool, addressed: bool
    ) -> Post:
        author: Author = replace(said.author, automated=False) if own else said.author
        private = said.chat.private
        return Post(
            network=NETWORK,
            native_id=said.native_id,
            author=author,
            text=words.text,
            url=address_of(said.chat, said.native_id),
            created_at=said.at,
            edited_at=said.edited_at,
            parent_id=said.answers or said.thread or None,
            root_id=None if root == said.native_id else root,
            links=words.links,
            tags=words.tags,
            mentions=words.mentions,
            parent_author_key=said.answered or None,
            private=private,
            addressed=addressed,
            own=own,
            raw=said.raw,
        )


def _move(place: Place, before: str, after: str) -> None:
    place.moved.put(before, after)
    if (run := place.runs.pop(before, None)) is not None:
        place.runs.put(after, run)
    for person in [one for one in place.roots if one.startswith(f"{before} ")]:
        root = place.roots.pop(person)
        place.roots.put(person.replace(before, after, 1), root)
