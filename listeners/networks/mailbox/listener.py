"""The mailbox: letters to us, notification mails of walled networks, and Google's alerts.

One folder of one IMAP mailbox, read only; see the ``mailbox_*`` files beside this one. The place is
(UIDVALIDITY, UID). Where the server numbers its mails anew they are read again, and what was known
is known by its Message-ID.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from listeners.clock import Clock, to_datetime
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import DAY, BadRecord, Batch, Micros, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks.contract import Capability, SourceError
from listeners.networks.harvest import HISTORY
from listeners.networks.mailbox.imap import Mailbox, address_of
from listeners.networks.mailbox.notices import (
    NETWORK,
    TITLE,
    UnnamedServerError,
    as_history,
    read_notice,
)
from listeners.networks.searching import lost_place

BATCH: Final = 25
FIRST_LOOK = 30 * DAY
"""How far back a folder is read for the first time."""
OVERLAP = 2 * DAY
"""How much of the time before is read again when mails are numbered anew: days have zones."""

# A slow server must not hold up those who wait for the default threads.
_READER = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mailbox")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a folder was read, and when that was."""

    validity: int = 0
    uid: int = 0
    at: int = 0


class MailboxListener:
    """One folder: ``base_url`` is the server, ``user`` and ``token`` who reads, ``what`` its name.

    ``authserv`` names the mail server whose word proves senders, as its Authentication-Results
    begin; ``letters = false`` leaves out what is no notification.
    """

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        gapless=True,
        needs_token=True,
        many_hands=True,
        interval=120.0,
        min_interval=30.0,
        needs=Sentence(
            'The mail server, user and folder: base_url = "imaps://imap.example.org", '
            'user = "press@example.org", what = "Notifications".'
        ),
        steps=(
            Sentence("In the account's security settings, make an app password for hubbub."),
            Sentence(
                "Let a filter move the networks' notifications and Google Alerts to a folder."
            ),
            Sentence('Give the password by reference: token = "env:MAIL_PASSWORD".'),
            Sentence(
                'Say whose word proves senders: authserv = "mx.example.org", the first word of '
                "Authentication-Results in a mail you received."
            ),
        ),
        limits=(
            Sentence("The folder is only looked at: nothing is marked as read, moved or deleted."),
            Sentence(
                "A notification tells what its network chose to tell: words are cut, and some are "
                "never sent. Its link leads to the whole."
            ),
            Sentence("A notification that is not proven genuine is kept aside, and told as such."),
            Sentence("Outlook and Microsoft 365 refuse passwords: forward from there instead."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._fetch = fetch
        self._clock = clock
        self._folder = source.what.strip() or "INBOX"
        self._user = str(source.options.get("user") or "").strip()
        self._authserv = str(source.options.get("authserv") or "").strip()
        self._letters = source.options.get("letters") is not False

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield what came since the cursor, oldest first.

        Raises:
            SourceError: the mailbox could not be opened, or it is not known whose word counts.
        """
        place = read_cursor(cursor)
        if place is None:
            yield Batch(gap=lost_place(self._clock()))
            place = Place()
        address = address_of(self._source.base_url)
        if self._source.token is None or not self._user:
            raise SourceError(State.NEEDS_TOKEN, _who())
        password = await self._fetch.reveal(self._source.token)
        box = await _apart(partial(Mailbox, address))
        try:
            await _apart(partial(box.log_in, self._user, password))
            validity, following = await _apart(partial(box.examine, self._folder))
            anew = place.validity != validity
            uids = await _apart(self._news(box, place, anew=anew))
            for at in range(0, len(uids), BATCH):
                part = uids[at : at + BATCH]
                mails = await _apart(partial(box.mails, part))
                missing = set(part) - set(mails)
                if missing and missing & set(await _apart(partial(box.after, part[0] - 1))):
                    raise SourceError(State.FAILING, _not_shown())
                yield self._batch(mails, Place(validity, part[-1], self._clock()), anew=anew)
            if anew and not uids:
                end = Place(validity, max(0, following - 1), self._clock())
                yield Batch(cursor=write_cursor(end))
            await _apart(box.close)
        finally:
            box.hang_up()

    def stream(self, cursor: str | None) -> None:
        """The folder is looked at every two minutes."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Return an empty batch: what belongs together, mails say themselves."""
        return Batch()

    def _news(self, box: Mailbox, place: Place, *, anew: bool) -> Callable[[], list[int]]:
        if not anew:
            return partial(box.after, place.uid)
        since = place.at - OVERLAP if place.at else self._clock() - FIRST_LOOK
        return partial(box.since, to_datetime(Micros(since)).date())

    def _batch(self, mails: dict[int, bytes], place: Place, *, anew: bool) -> Batch:
        """Return what mails tell.

        Raises:
            SourceError: one is a notification, and it is not known whose word counts.
        """
        posts: dict[str, Post] = {}
        bad: list[BadRecord] = []
        for uid in sorted(mails):
            try:
                told = read_notice(mails[uid], self._authserv, letters=self._letters)
            except UnnamedServerError as error:
                raise SourceError(State.FAILING, error.sentence) from error
            for post in told.posts:
                posts.setdefault(f"{post.network} {post.native_id}", post)
            bad += told.bad
        kept = tuple(posts.values())
        if anew:
            kept = as_history(kept, Micros(self._clock() - HISTORY))
        return Batch(posts=kept, bad=tuple(bad), fetched=len(mails), cursor=write_cursor(place))


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names, the beginning for none; ``None`` where it is illegible."""
    if not cursor:
        return Place()
    try:
        validity, uid, at = json.loads(cursor)["mailbox"]
        return Place(int(validity), int(uid), int(at))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def write_cursor(place: Place) -> str:
    """Return the cursor of a place."""
    return json.dumps({"mailbox": [place.validity, place.uid, place.at]})


def _not_shown() -> Sentence:
    return Sentence(
        "The mail server has mails in this folder and does not show them. Nothing is lost, and the "
        "place is kept; hubbub asks again."
    )


def _who() -> Sentence:
    return Sentence(
        'This mailbox needs its user, as user = "press@example.org", and its password by '
        'reference, as token = "env:MAIL_PASSWORD".'
    )


async def _apart(work: Callable[[], _T]) -> _T:
    """Run what blocks in a thread of the mailboxes' own."""
    return await asyncio.get_running_loop().run_in_executor(_READER, work)
