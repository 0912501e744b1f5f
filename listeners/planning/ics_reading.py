"""A calendar file taken for a plan: what can be read is read, what cannot is named by its line."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from listeners.clock import from_datetime
from listeners.model import DAY, Micros, Sentence
from listeners.planning.calendar import at_wall, floating, wall_of
from listeners.planning.entry import Planned, tidied, why_not
from listeners.planning.ics_component import (
    FAULTS,
    categories,
    clock_at,
    dates_of,
    kind_in,
    like,
    remind_of,
    slot_name,
    state_in,
    text_of,
    times_in,
    uid_of,
    value_of,
    zone_of,
)
from listeners.planning.ics_lines import MOST_ENTRIES, Block, blocks, calendar_text, is_cancelling
from listeners.planning.ics_repeats import RuleError, day_end, times_of, without
from listeners.planning.ics_writing import OWN
from listeners.text import clean_line, fold

if TYPE_CHECKING:
    from icalendar import Component

AHEAD = 366 * DAY
"""How far ahead an entry that repeats is laid out."""
_MOST_REPEATED = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What the words of a file may mean here: ``channels`` and ``campaigns`` by folded name."""

    brand: str
    channels: Mapping[str, str]
    campaigns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. ``cancelled`` are ids; ``repeated`` those of entries laid out in times.

    Times of repeated entries are laid out from ``since`` on. ``whole`` are the ids of entries that
    hubbub wrote: of any other, a file says only a part. ``notes`` are what could not be read, or
    not as it is.
    """

    entries: tuple[Planned, ...]
    whole: frozenset[str]
    cancelled: tuple[str, ...]
    repeated: tuple[str, ...]
    notes: tuple[Sentence, ...]
    since: Micros


class LeftOutError(Exception):
    """An entry is left out; ``sentence`` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template)
        self.sentence = sentence


def known_names(
    networks: Sequence[tuple[str, str]], campaigns: Iterable[tuple[str, int]], brand: str
) -> Known:
    """Return the names a file may use; ``networks`` are (network, how people call it) pairs."""
    channels = {fold(network): network for network, _title in networks}
    channels |= {fold(title): network for network, title in networks}
    return Known(brand, channels, {fold(name): number for name, number in campaigns})


def read_ics(data: bytes, known: Known, now: Micros, zone: tzinfo | None) -> Reading:
    """Read a calendar file. Times without a zone are those of ``zone``.

    Raises:
        IcsError: it is too large, or no calendar.
    """
    return _Reader(calendar_text(data), known, now, zone).read()


class _Reader:
    def __init__(self, text: str, known: Known, now: Micros, zone: tzinfo | None) -> None:
        self._text = text
        self._known = known
        self._now = now
        self._since = Micros(now - DAY)
        self._zone = zone
        self._all_off = is_cancelling(text)
        self._entries: dict[str, Planned] = {}
        self._single: dict[str, Planned] = {}
        self._whole: set[str] = set()
        self._cancelled: dict[str, None] = {}
        self._repeated: dict[str, None] = {}
        self._notes: list[Sentence] = []

    def read(self) -> Reading:
        found = list(blocks(self._text))
        _learn_zones(found)
        entries = [one for one in found if one.is_entry]
        for block in entries[:MOST_ENTRIES]:
            try:
                self._take(block)
            except LeftOutError as left:
                self._notes.append(left.sentence)
        for block in entries[MOST_ENTRIES : MOST_ENTRIES + 1]:
            self._notes.append(
                Sentence(
                    "More than {most} entries: those from line {line} on were left out.",
                    {"most": MOST_ENTRIES, "line": block.line},
                )
            )
        # What is said of one time of a repeated entry holds against its rule.
        whole = self._entries | self._single
        return Reading(
            tuple(one for uid, one in whole.items() if uid not in self._cancelled),
            frozenset(self._whole),
            tuple(self._cancelled),
            tuple(self._repeated),
            tuple(self._notes),
            self._since,
        )

    def _take(self, block: Block) -> None:
        line: dict[str, str | int | float] = {"line": block.line}
        if not block.whole:
            raise LeftOutError(
                Sentence("Line {line}: an entry that does not end was left out.", line)
            )
        made = _parsed(block)
        title = str(clean_line(text_of(made, "SUMMARY"), 60))
        self._notes += [
            Sentence(
                "Line {line}: “{what}” of “{title}” could not be read; the rest was taken.",
                {**line, "what": str(name or "?"), "title": title},
            )
            for name, _fault in made.errors
        ]
        entry, slot = self._entry(made, block)
        if self._all_off or text_of(made, "STATUS").upper() == "CANCELLED":
            self._cancelled[entry.uid] = None
            if not slot:
                self._repeated[entry.uid] = None
            return
        if not entry.title:
            raise LeftOutError(
                Sentence("Line {line}: an entry without a title was left out.", line)
            )
        if why_not(entry, [self._known.brand]) is not None:
            raise _impossible(block)
        if text_of(made, f"{OWN}STATE"):
            self._whole.add(entry.uid)
        if slot:
            self._single[entry.uid] = entry
        elif made.get("RRULE") is None and made.get("RDATE") is None:
            self._entries[entry.uid] = entry
        else:
            self._repeat(made, entry, block)

    def _entry(self, made: Component, block: Block) -> tuple[Planned, str]:
        """Return the entry, and the name of its place among the times of a repeated one."""
        start, end = times_in(made)
        if start is None:
            raise LeftOutError(
                Sentence("Line {line}: an entry without a time was left out.", {"line": block.line})
            )
        all_day = not isinstance(start, datetime)
        at = self._at(start, block)
        end_at = None
        if end is not None and isinstance(end, datetime) is not all_day:
            end_at = self._at(end, block)
        if end_at is not None and end_at <= at:
            end_at = None
        uid, slot = uid_of(made), ""
        recurrence = value_of(made, "RECURRENCE-ID")
        if isinstance(recurrence, date):
            slot = slot_name(clock_at(recurrence, zone_of(start), self._zone))
            uid = f"{uid}#{slot}"
        channel, campaign = self._groups(made)
        state = state_in(made)
        one = Planned(
            uid=uid,
            brand=self._known.brand,
            campaign=campaign,
            kind=kind_in(made, channel),
            title=text_of(made, "SUMMARY"),
            text=text_of(made, "DESCRIPTION"),
            channel=channel,
            owner=text_of(made, f"{OWN}OWNER"),
            state=state,
            at=at,
            end_at=end_at,
            all_day=all_day,
            remind=remind_of(made, at, end_at, self._zone),
            done_at=self._done_at(made, at, block) if state == "done" else None,
        )
        return tidied(one), slot

    def _at(self, when: date, block: Block) -> Micros:
        try:
            if not isinstance(when, datetime):
                return floating(when)
            return at_wall(when, self._zone) if when.tzinfo is None else from_datetime(when)
        except (OverflowError, ValueError, OSError) as error:
            raise _impossible(block) from error

    def _done_at(self, made: Component, at: Micros, block: Block) -> Micros:
        when = value_of(made, "COMPLETED")
        return self._at(when, block) if isinstance(when, datetime) else at

    def _groups(self, made: Component) -> tuple[str, int | None]:
        """Return the channel and the campaign an entry names."""
        channel, campaign = text_of(made, f"{OWN}CHANNEL"), None
        for name in categories(made):
            folded = fold(name.strip())
            if folded in self._known.campaigns:
                campaign = self._known.campaigns[folded]
            elif not channel and folded in self._known.channels:
                channel = self._known.channels[folded]
        return channel, campaign

    def _repeat(self, made: Component, entry: Planned, block: Block) -> None:
        start, _end = times_in(made)
        try:
            if start is None or len(self._repeated) >= _MOST_REPEATED:
                raise RuleError
            times = self._laid_out(made, start)
        except (RuleError, *FAULTS):
            self._notes.append(
                Sentence(
                    "Line {line}: “{title}” repeats in a way that is not followed here; only its "
                    "first time was taken.",
                    {"line": block.line, "title": entry.title},
                )
            )
            self._entries[entry.uid] = entry
            return
        self._repeated[entry.uid] = None
        length = None if entry.end_at is None else entry.end_at - entry.at
        for wall in times:
            at = self._at(like(start, wall), block)
            uid = f"{entry.uid}#{slot_name(wall)}"
            end_at = None if length is None else Micros(at + length)
            self._entries[uid] = replace(entry, uid=uid, at=at, end_at=end_at)

    def _laid_out(self, made: Component, start: date) -> list[datetime]:
        """Return when a repeated entry takes place, by the clock of its own zone."""
        place, here = zone_of(start), self._zone
        first = clock_at(start, place, here)
        since = wall_of(self._since, place or here)
        before = wall_of(Micros(self._now + AHEAD), place or here)
        times: set[datetime] = {first} if since <= first < before else set()
        rule = made.get("RRULE")
        if isinstance(rule, list):
            raise RuleError
        if rule is not None:
            until = next(iter(rule.get("UNTIL", [])), None)
            end = None
            if isinstance(until, date):
                end = clock_at(until, place, here)
                end = end if isinstance(until, datetime) else day_end(end)
            times.update(times_of(first, rule.to_ical().decode(), end, since, before))
        more = [clock_at(one, place, here) for one in dates_of(made, "RDATE")]
        times.update(one for one in more if since <= one < before)
        gone = dates_of(made, "EXDATE")
        return without(
            sorted(times),
            [clock_at(one, place, here) for one in gone if isinstance(one, datetime)],
            [clock_at(one, None, None) for one in gone if not isinstance(one, datetime)],
        )


def _impossible(block: Block) -> LeftOutError:
    return LeftOutError(
        Sentence("Line {line}: an entry of an impossible time was left out.", {"line": block.line})
    )


def _learn_zones(found: Iterable[Block]) -> None:
    """Let the library know the zones that the file defines itself."""
    zones = "".join(one.text for one in found if one.name == "VTIMEZONE" and one.whole)
    if zones:
        from icalendar import Calendar

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{zones}END:VCALENDAR\r\n")
            except FAULTS:
                # Their times are then taken for times of this place.
                return


def _parsed(block: Block) -> Component:
    from icalendar import Event, Todo

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return (Event if block.name == "VEVENT" else Todo).from_ical(block.text)
        except FAULTS as error:
            raise LeftOutError(
                Sentence(
                    "Line {line}: an entry that cannot be read was left out.", {"line": block.line}
                )
            ) from error
