"""Pinterest: how many comments our own pins have; Pinterest shows programs no comment at all.

Wire format: Pinterest API v5, OpenAPI 5.23 (GET /pins with pin_metrics). Trial access gives 1,000
requests a day; a page has 250 pins.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import msgspec

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher, HttpError, Quota
from listeners.model import Author, BadRecord, Batch, Engagement, Post, Sentence
from listeners.model import SourceState as State
from listeners.networks import counting
from listeners.networks.contract import Capability, SourceError
from listeners.networks.decoding import (
    UnreadableError,
    at_iso,
    bad_record,
    converted,
    count,
    id_of,
    printable,
    web_address,
)
from listeners.networks.harvest import HandedOn
from listeners.networks.reasons import reason_of, retold
from listeners.networks.searching import lost_place, read_marks, write_marks

NETWORK = "pinterest"
TITLE = "Pinterest"
DEFAULT_SERVER = "https://api.pinterest.com/v5"
SITE = "https://www.pinterest.com"
FORM = "https://developers.pinterest.com/apps/"
PER_PAGE = 250
MOST_PAGES = 40
SPACING = 0.2
_COUNTS = "counts"


class _Owner(msgspec.Struct):
    username: str | None = None


class _Lifetime(msgspec.Struct):
    comment: object = None
    reaction: object = None
    save: object = None


class _Metrics(msgspec.Struct):
    lifetime_metrics: _Lifetime | None = None


class _Pin(msgspec.Struct):
    id: object = None
    title: str | None = None
    description: str | None = None
    alt_text: str | None = None
    link: str | None = None
    created_at: str | None = None
    board_owner: _Owner | None = None
    is_owner: bool | None = None
    pin_metrics: _Metrics | None = None


class PinterestListener:
    """The pins of the account whose token it is. ``daily`` is its allowance of requests a day."""

    capability = Capability(
        network=NETWORK,
        title=TITLE,
        own_posts=True,
        edits=True,
        needs_token=True,
        interval=3600.0,
        min_interval=1800.0,
        needs=Sentence("A business account on Pinterest."),
        steps=(
            Sentence("Open developers.pinterest.com/apps with your business account."),
            Sentence(
                "Make an app and ask for Trial access: it is given within days, and enough here."
            ),
            Sentence(
                "Make a token for your own account with boards:read, pins:read and "
                "user_accounts:read."
            ),
            Sentence('Write it into the source as token = "env:PINTEREST_TOKEN".'),
        ),
        limits=(
            Sentence(
                "Pinterest shows programs no comment: hubbub says that a pin went from 3 to 5, "
                "and opens it."
            ),
            Sentence("Only your own pins; who wrote, and what, stands on Pinterest alone."),
            Sentence("Nothing can be answered from here."),
            Sentence("Trial access has 1,000 requests a day: the pins are counted every hour."),
        ),
    )

    def __init__(
        self, source: SourceConfig, brands: Sequence[BrandConfig], fetch: Fetcher, clock: Clock
    ) -> None:
        self._source = source
        self._fetch = fetch
        self._clock = clock
        self._base = (source.base_url or DEFAULT_SERVER).rstrip("/")
        self._spacing = 0.0 if source.base_url else SPACING
        daily = source.options.get("daily")
        self._quota = Quota(name="pinterest", limit=daily if isinstance(daily, int) else 1000)
        self._handed = HandedOn(clock)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Yield our pins as they are, and a notice for each that has more comments than before.

        Raises:
            SourceError: the token is missing or refused, or the day's allowance is spent.
        """
        counts = read_marks(cursor, _COUNTS)
        if counts is None:
            yield Batch(gap=lost_place(self._clock()))
            counts = {}
        after = ""
        for number in range(1, MOST_PAGES + 1):
            records, following = await self._page(after)
            pins, bad = _read(records)
            before = dict(counts)
            notices = counting.told(pins, counts, self._clock())
            ended = not following or following == after or number == MOST_PAGES
            if ended:
                counts[counting.READ] = 1
            batch = Batch(
                posts=self._handed.news([*pins, *notices], first=True),
                bad=self._handed.letters(bad),
                fetched=len(records),
                cursor=write_marks(counts, _COUNTS),
            )
            if batch.posts or batch.bad or counts != before:
                yield batch
                # Only here is the batch known to be stored.
                self._handed.stored(batch)
            if ended:
                return
            after = following

    def stream(self, cursor: str | None) -> None:
        """Pinterest pushes nothing."""
        return

    async def thread(self, native_ids: Sequence[str]) -> Batch:
        """Pinterest shows no comments."""
        return Batch()

    async def _page(self, after: str) -> tuple[Sequence[object], str]:
        if self._source.token is None:
            raise SourceError(State.NEEDS_TOKEN, _NO_TOKEN)
        bookmark = {"bookmark": after} if after else {}
        try:
            answer = await self._fetch.get(
                f"{self._base}/pins",
                params={"page_size": PER_PAGE, "pin_metrics": "true", **bookmark},
                secret_headers=await self._fetch.bearer(self._source.token),
                expect="json",
                allow_private=self._source.allow_private,
                spacing=self._spacing,
                quota=self._quota,
            )
        except HttpError as error:
            if error.status == 403 and (said := reason_of(error.body)):
                raise retold(error, State.NEEDS_APPROVAL, _not_allowed(said)) from error
            raise
        body = answer.json()
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(items, list):
            raise SourceError(State.FORMAT_CHANGED, _CHANGED)
        following = body.get("bookmark")
        return items, following if isinstance(following, str) else ""


def read_pin(record: object) -> Post:
    """Return a pin of ours with its counts.

    Raises:
        UnreadableError: it has no id.
    """
    pin = converted(record, _Pin, TITLE)
    native_id = id_of(pin.id, TITLE)
    owner = printable(pin.board_owner.username if pin.board_owner else "")
    life = (pin.pin_metrics or _Metrics()).lifetime_metrics or _Lifetime()
    title = (pin.title or "").strip()
    link = web_address(pin.link)
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(key=owner or "our account", handle=owner),
        title=title,
        text=(pin.description or pin.alt_text or "").strip() or title or link or native_id,
        url=f"{SITE}/pin/{native_id}/",
        created_at=at_iso(pin.created_at),
        root_id=native_id,
        links=(link,) if link else (),
        engagement=Engagement(
            likes=count(life.reaction), shares=count(life.save), replies=count(life.comment)
        ),
        own=True,
        wanted=True,
    )


def _read(records: Sequence[object]) -> tuple[list[Post], list[BadRecord]]:
    pins: dict[str, Post] = {}
    bad: list[BadRecord] = []
    for record in records:
        try:
            pin = read_pin(record)
        except UnreadableError as fault:
            bad.append(bad_record(record, fault))
            continue
        pins[pin.native_id] = pin
    return list(pins.values()), bad


def _not_allowed(said: str) -> Sentence:
    return Sentence(
        "Pinterest does not let this token read your pins: “{reason}”. The app needs Trial access "
        "(ask at {form}) and the token boards:read and pins:read.",
        {"reason": said, "form": FORM},
    )


_NO_TOKEN = Sentence(
    "Pinterest counts the comments on your pins for whoever has a token: make an app at {form}, "
    "ask for Trial access, and give this source its token. What the comments say it shows to no "
    'program; its notification mails (network = "mailbox") do.',
    {"form": FORM},
)
_CHANGED = Sentence(
    "Pinterest answered, but not with pins. Nothing was stored, and hubbub goes on from the same "
    "place. A newer hubbub may be needed."
)
