"""Calendar files: out and in again, odd ones, repeated ones, and taken in twice."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from listeners.actions import undo
from listeners.actions.planning import add_planned, assign_planned, remove_planned
from listeners.actions.planning_import import Imported, import_planned
from listeners.clock import from_iso, to_iso
from listeners.config import BrandConfig, Config
from listeners.model import DAY, HOUR, SECOND, Micros
from listeners.planning import ics_lines
from listeners.planning.calendar import floating
from listeners.planning.entry import KINDS, STATES, Planned, tidied
from listeners.planning.ics_lines import IcsError, blocks
from listeners.planning.ics_reading import Known, Reading, known_names, read_ics
from listeners.planning.ics_writing import to_ics
from listeners.store import Store
from listeners.store.planned import by_numbers, planned
from listeners.text import clean, clean_line
from tests.listeners.store.builders import BRAND, NOW, World

PARIS = ZoneInfo("Europe/Paris")
KNOWN = known_names(
    [("mastodon", "Mastodon"), ("hackernews", "Hacker News")], [("Spring Sale", 3)], BRAND
)
CONFIG = Config(brands=(BrandConfig(name=BRAND),), members=("Ana", "Léo"), leads=("Ana",))


def read(text: str | bytes, known: Known = KNOWN, now: Micros = NOW) -> Reading:
    data = text if isinstance(text, bytes) else text.encode()
    return read_ics(data, known, now, PARIS)


def calendar(*lines: str, end: str = "\r\n") -> str:
    return end.join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event(*lines: str, name: str = "VEVENT") -> list[str]:
    return [f"BEGIN:{name}", "UID:one", "SUMMARY:Title", *lines, f"END:{name}"]


def one(*lines: str, name: str = "VEVENT") -> Planned:
    found = read(calendar(*event(*lines, name=name)))
    assert found.notes == ()
    (made,) = found.entries
    return made


# --- out and in again -----------------------------------------------------------------------------

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_SECONDS = st.integers(1, 100 * 365 * 86_400)


@st.composite
def entries(draw: st.DrawFn) -> Planned:
    all_day = draw(st.booleans())
    start = draw(_SECONDS) * SECOND
    length = draw(st.none() | st.integers(1, 300 * 24))
    at = Micros(start // DAY * DAY if all_day else start)
    end = None
    if length is not None:
        end = Micros(at + (length * DAY // 24 // DAY + 1) * DAY if all_day else at + length * HOUR)
    number = draw(st.integers(0, 10**6))
    title = str(clean_line(draw(_TEXTS))).strip() or "A title"
    return tidied(
        Planned(
            uid=f"{number}@hubbub",
            brand=BRAND,
            campaign=draw(st.sampled_from([None, 3])),
            kind=draw(st.sampled_from(KINDS)),
            title=title,
            text=str(clean(draw(_TEXTS))),
            channel=draw(st.sampled_from(["", "mastodon", "newsletter", "hackernews"])),
            owner=draw(st.sampled_from(["", "Ana", "Léo; le chef, ici"])),
            state=draw(st.sampled_from(STATES)),
            at=at,
            end_at=end,
            all_day=all_day,
            remind=draw(st.none() | st.integers(0, 31 * 86_400)),
        )
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(entries(), max_size=3, unique_by=lambda entry: entry.uid))
def test_what_goes_out_comes_in_again(given_entries: list[Planned]) -> None:
    data = to_ics(given_entries, {3: "Spring Sale"}, NOW, "Plan, of Acme")
    assert len(Calendar.from_ical(data).subcomponents) == len(given_entries)
    found = read(data)
    assert found.notes == ()
    assert [replace(made, done_at=None) for made in found.entries] == given_entries
    assert found.whole == {made.uid for made in given_entries}


def test_other_calendars_understand_it() -> None:
    post = Planned(
        uid="a@hubbub", brand=BRAND, title="Sale, now; or never", text="Line\nline", kind="post",
        channel="hackernews", campaign=3, state="scheduled", at=from_iso("2026-12-01T09:00:00Z"),
        end_at=from_iso("2026-12-01T10:00:00Z"), remind=900, version=3,
    )  # fmt: skip
    action = replace(
        post, uid="b@hubbub", kind="action", all_day=True, at=floating(date(2026, 12, 1)),
        end_at=None, state="done", done_at=NOW,
    )  # fmt: skip
    whole: Any = Calendar.from_ical(to_ics([post, action], {3: "Spring Sale"}, NOW, "Plan"))
    made, todo = whole.subcomponents
    assert (made.name, todo.name) == ("VEVENT", "VTODO")
    assert made["SUMMARY"] == "Sale, now; or never"
    assert made["DTSTART"].dt == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert made["DTEND"].dt == datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert (made["STATUS"], made["SEQUENCE"]) == ("CONFIRMED", 2)
    assert [str(name) for name in made["CATEGORIES"].cats] == ["Hacker News", "Spring Sale"]
    assert made.subcomponents[0]["TRIGGER"].dt.total_seconds() == -900
    assert (todo["DUE"].dt, todo["STATUS"]) == (date(2026, 12, 1), "COMPLETED")
    assert "COMPLETED" in todo
    assert todo.subcomponents[0]["TRIGGER"].params["RELATED"] == "END"


# --- times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "at", "end", "all_day"),
    [
        (["DTSTART:20261201T090000Z"], "2026-12-01T09:00", None, False),
        (["DTSTART;TZID=Europe/Paris:20261201T100000"], "2026-12-01T09:00", None, False),
        (["DTSTART;TZID=Romance Standard Time:20261201T100000"], "2026-12-01T09:00", None, False),
        (["DTSTART:20261201T100000"], "2026-12-01T09:00", None, False),  # floating: of this place
        (["DTSTART;TZID=Nowhere/Land:20260701T100000"], "2026-07-01T08:00", None, False),
        (["DTSTART;VALUE=DATE:20261201"], "2026-12-01T00:00", None, True),
        (
            ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"],
            "2026-12-01T00:00", None, True,
        ),
        (
            ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261204"],
            "2026-12-01T00:00", "2026-12-04T00:00", True,
        ),
        (
            ["DTSTART:20261201T090000Z", "DURATION:PT90M"],
            "2026-12-01T09:00", "2026-12-01T10:30", False,
        ),
        (
            ["DTSTART:20261201T090000Z", "DTEND:20261201T080000Z"],
            "2026-12-01T09:00", None, False,
        ),
        (["DTSTART:20261201T090000Z", "DTEND;VALUE=DATE:20261202"], "2026-12-01T09:00", None,
         False),
        (["DTSTART:20261201T090000Z", "DTSTART:20261202T090000Z"], "2026-12-01T09:00", None,
         False),
    ],
)  # fmt: skip
def test_times_however_they_are_written(
    lines: list[str], at: str, end: str | None, all_day: bool
) -> None:
    made = one(*lines)
    assert to_iso(made.at)[:16] == at
    assert (None if made.end_at is None else to_iso(made.end_at)[:16]) == end
    assert made.all_day is all_day


def test_a_zone_the_file_defines_is_used() -> None:
    zone = [
        "BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE",
    ]  # fmt: skip
    found = read(calendar(*zone, *event("DTSTART;TZID=Office:20261201T100000")))
    assert to_iso(found.entries[0].at)[:16] == "2026-12-01T05:00"


@pytest.mark.parametrize(
    ("lines", "kind", "state"),
    [
        ([], "action", "draft"),
        (["STATUS:CONFIRMED"], "action", "scheduled"),
        (["STATUS:TENTATIVE"], "action", "draft"),
        (["CATEGORIES:Ideas,Hacker News"], "post", "draft"),
        (["X-HUBBUB-KIND:post", "X-HUBBUB-STATE:approved"], "post", "approved"),
        (["X-HUBBUB-KIND:nonsense", "X-HUBBUB-STATE:nonsense"], "action", "draft"),
        (["X-HUBBUB-STATE:approved", "STATUS:COMPLETED"], "action", "done"),
    ],
)
def test_kind_and_state_of_other_calendars(lines: list[str], kind: str, state: str) -> None:
    made = one("DTSTART:20261201T090000Z", *lines)
    assert (made.kind, made.state) == (kind, state)


def test_things_to_do_and_their_channels_campaigns_and_reminders() -> None:
    due = one("DUE:20261201T090000Z", "CATEGORIES:spring sale", "CATEGORIES:MASTODON", name="VTODO")
    assert (due.kind, due.campaign, due.channel) == ("action", 3, "mastodon")
    assert to_iso(due.at)[:16] == "2026-12-01T09:00"
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"]
    assert one("DTSTART:20261201T090000Z", *alarm).remind == 900
    alarm[2] = "TRIGGER;VALUE=DATE-TIME:20261201T080000Z"
    assert one("DTSTART:20261201T090000Z", *alarm).remind == 3600
    alarm[2] = "TRIGGER;RELATED=END:-PT2H"
    assert one("DTSTART:20261201T090000Z", "DURATION:PT1H", *alarm).remind == 3600
    alarm[2] = "TRIGGER:PT15M"  # after it began: none of ours
    assert one("DTSTART:20261201T090000Z", *alarm).remind is None


# --- odd files ------------------------------------------------------------------------------------


def test_folded_lines_and_every_line_end() -> None:
    folded = [
        "BEGIN:VEVENT", "UID:on", " e", "SUMMARY:A rather", "  long title", "DTSTART:20261201T09",
        " 0000Z", "DESCRIPTION:a\\nb\\, c", "END:VEVENT",
    ]  # fmt: skip
    for end in ("\r\n", "\n", "\r"):
        (made,) = read(calendar(*folded, end=end)).entries
        assert (made.uid, made.title, made.text) == ("one", "A rather long title", "a\nb, c")
    assert read("\ufeff" + calendar(*folded)).entries[0].uid == "one"
    assert read(calendar(*folded).encode("utf-16")).entries[0].uid == "one"
    assert read(calendar(*folded).replace("long", "caf\xe9").encode("latin-1")).entries


def test_what_cannot_be_read_is_named_by_its_line_and_harms_no_neighbour() -> None:
    good = ["BEGIN:VEVENT", "SUMMARY:Good", "DTSTART:20261201T090000Z", "END:VEVENT"]
    text = calendar(
        *good,  # line 3
        *["BEGIN:VEVENT", "SUMMARY:No time", "END:VEVENT"],  # line 7
        *["BEGIN:VEVENT", "DTSTART:20261201T090000Z", "END:VEVENT"],  # line 10
        *["BEGIN:VEVENT", "SUMMARY:Cut off", "DTSTART:20261201T090000Z"],  # line 13
        *[line.replace("Good", "Better") for line in good],  # line 16
        *["BEGIN:VEVENT", "SUMMARY:Odd", "DTSTART:20261201T090000Z", "a bad line",
          "DTEND:99999999T", "END:VEVENT"],  # line 20
        *["BEGIN:VEVENT", "SUMMARY:Old", "DTSTART:19000101T090000Z", "END:VEVENT"],  # line 26
        *["BEGIN:VEVENT", "SUMMARY:Month 13", "DTSTART:20261301T090000Z", "END:VEVENT"],  # line 30
        *["BEGIN:VEVENT", "SUMMARY:End"],  # line 34
    )  # fmt: skip
    found = read(text)
    assert [made.title for made in found.entries] == ["Good", "Better", "Odd"]
    assert len({made.uid for made in found.entries}) == 3
    said = [(note.values["line"], note.template.split(" ", 2)[2]) for note in found.notes]
    assert said == [
        (7, "an entry without a time was left out."),
        (10, "an entry without a title was left out."),
        (13, "an entry that does not end was left out."),
        (20, "“{what}” of “{title}” could not be read; the rest was taken."),
        (20, "“{what}” of “{title}” could not be read; the rest was taken."),
        (26, "an entry of an impossible time was left out."),
        (30, "“{what}” of “{title}” could not be read; the rest was taken."),
        (30, "an entry without a time was left out."),
        (34, "an entry that does not end was left out."),
    ]


def test_hostile_words_are_made_harmless() -> None:
    made = one("DTSTART:20261201T090000Z", "DESCRIPTION:\x1b[2Jboo\u202e", "X-HUBBUB-OWNER:\x9b31m")
    assert "\x1b" not in made.text + made.owner
    assert "\u202e" not in made.text
    assert len(one("DTSTART:20261201T090000Z", "DESCRIPTION:" + "x" * 50_000).text) == 10_000


def test_what_is_no_calendar_or_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "garbage", "BEGIN:VEVENT\r\nEND:VEVENT\r\n"):
        with pytest.raises(IcsError, match="no calendar"):
            read(text)
    with pytest.raises(IcsError, match="larger"):
        read(b"x" * 2_000_001)
    monkeypatch.setattr("listeners.planning.ics_reading.MOST_ENTRIES", 2)
    lines = [
        line.replace("UID:one", f"UID:{number}")
        for number in range(3)
        for line in event("DTSTART:20261201T090000Z")
    ]
    found = read(calendar(*lines))
    assert len(found.entries) == 2
    assert found.notes[0].values == {"most": 2, "line": 13}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTODO", "END:VTODO", "SUMMARY:x", "UID:1", ":",
             "DTSTART:20261201T090000", "RRULE:FREQ=DAILY", "RRULE:FREQ=NEVER;X", "EXDATE:x", "é;=",
             "BEGIN:VALARM", "END:VALARM", "TRIGGER:x", "DTSTART;VALUE=DATE:2026", " fold", "END:",
             "RECURRENCE-ID:20261201T090000", "CATEGORIES", "DURATION:P9999999999D", "STATUS:"]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_no_mixture_of_lines_raises(lines: list[str]) -> None:
    found = read(calendar(*lines))
    assert len(found.entries) <= 400


def test_ends_of_blocks() -> None:
    text = "\n".join(["begin:vevent", "x", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VCALENDAR"])
    assert [(one.name, one.line, one.whole) for one in blocks(text)] == [
        ("VEVENT", 1, True), ("VTIMEZONE", 4, False),
    ]  # fmt: skip
    assert ics_lines.is_cancelling(calendar("METHOD:CANCEL"))


# --- repeated -------------------------------------------------------------------------------------


def times(*lines: str, start: str = "DTSTART;TZID=Europe/Paris:20261123T100000") -> list[str]:
    found = read(calendar(*event(start, *lines)))
    assert found.notes == ()
    assert found.repeated == ("one",)
    return [to_iso(made.at)[:16] for made in found.entries]


@pytest.mark.parametrize(
    ("rule", "first", "count"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", ["2026-11-23T09:00", "2026-11-30T09:00"], 3),
        ("FREQ=WEEKLY", ["2026-11-23T09:00", "2026-11-30T09:00"], 52),
        ("FREQ=DAILY;UNTIL=20261125T090000Z", ["2026-11-23T09:00"], 3),
        ("FREQ=DAILY;UNTIL=20261125", ["2026-11-23T09:00"], 3),
        ("FREQ=DAILY", ["2026-11-23T09:00"], 364),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["2026-11-23T09:00", "2026-11-27T09:00"], 3),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2", ["2026-11-23T09:00", "2026-12-31T09:00"], 3),
        ("FREQ=YEARLY", ["2026-11-23T09:00"], 1),
    ],
)
def test_rules_are_laid_out_for_a_year(rule: str, first: list[str], count: int) -> None:
    found = times(f"RRULE:{rule}")
    assert found[: len(first)] == first
    assert len(found) == count


def test_a_weekly_hour_stays_when_the_clocks_change() -> None:
    found = times("RRULE:FREQ=WEEKLY;COUNT=30")
    assert {at[11:] for at in found if at < "2027-03-28"} == {"09:00"}
    assert {at[11:] for at in found if at > "2027-03-28"} == {"08:00"}


def test_times_left_out_added_and_moved() -> None:
    assert times(
        "RRULE:FREQ=DAILY;COUNT=4",
        "EXDATE;TZID=Europe/Paris:20261124T100000",
        "EXDATE;VALUE=DATE:20261125",
        "RDATE;TZID=Europe/Paris:20261224T180000",
    ) == ["2026-11-23T09:00", "2026-11-26T09:00", "2026-12-24T17:00"]
    moved = [
        "BEGIN:VEVENT", "UID:one", "SUMMARY:Moved", "DTSTART;TZID=Europe/Paris:20261130T150000",
        "RECURRENCE-ID;TZID=Europe/Paris:20261130T100000", "END:VEVENT",
    ]  # fmt: skip
    weekly = event("DTSTART;TZID=Europe/Paris:20261123T100000", "RRULE:FREQ=WEEKLY;COUNT=3")
    for lines in ([*weekly, *moved], [*moved, *weekly]):
        found = read(calendar(*lines)).entries
        assert sorted((made.title, to_iso(made.at)[:16]) for made in found) == [
            ("Moved", "2026-11-30T14:00"),
            ("Title", "2026-11-23T09:00"),
            ("Title", "2026-12-07T09:00"),
        ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;COUNT=5",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1",
        "FREQ=YEARLY;BYWEEKNO=53",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999",
    ],
)
def test_other_rules_take_the_first_time_and_say_so(rule: str) -> None:
    found = read(calendar(*event("DTSTART:20261201T090000Z", f"RRULE:{rule}")))
    assert [to_iso(made.at)[:16] for made in found.entries] == ["2026-12-01T09:00"]
    assert "repeats in a way" in found.notes[-1].template


# --- into the plan --------------------------------------------------------------------------------


async def take_in(store: Store, text: str | bytes, who: str = "Ana") -> Imported:
    return await import_planned(store, CONFIG, who, read(text), NOW)


async def there(store: Store) -> dict[str, Planned]:
    found = await planned(store, BRAND, Micros(NOW - DAY), Micros(NOW + 400 * DAY), zone=PARIS)
    return {made.uid: made for made in found}


def counts(made: Imported) -> tuple[int, int, int, int]:
    return made.added, made.changed, made.removed, made.same


def two(*more: str, at: str = "20261201T090000Z") -> str:
    other = ["BEGIN:VEVENT", "UID:two", "SUMMARY:Second", "DTSTART:20261202T090000Z", "END:VEVENT"]
    return calendar(*event(f"DTSTART:{at}", *more), *other)


async def test_taking_in_twice_changes_nothing_and_changes_come_along(
    store: Store, world: World
) -> None:
    assert counts(await take_in(store, two())) == (2, 0, 0, 0)
    assert counts(await take_in(store, two())) == (0, 0, 0, 2)
    moved = await take_in(store, two(at="20261203T090000Z"))
    assert (counts(moved), moved.outcome.done) == ((0, 1, 0, 1), 1)
    assert to_iso((await there(store))["one"].at)[:16] == "2026-12-03T09:00"
    assert counts(await take_in(store, two("STATUS:CANCELLED"))) == (0, 0, 1, 1)
    assert set(await there(store)) == {"two"}
    for wanted in ({"one", "two"}, {"one", "two"}, set()):
        assert (await undo(store, "Ana", NOW)).done
        assert set(await there(store)) == wanted
    # What was undone comes in again; it is the same entry.
    assert counts(await take_in(store, two())) == (2, 0, 0, 0)


async def test_what_other_programs_cannot_say_stays(store: Store, world: World) -> None:
    await take_in(store, two())
    number = (await there(store))["one"].id
    await assign_planned(store, CONFIG, "Ana", [number], "Léo", NOW)
    await take_in(store, two(at="20261203T090000Z"))
    assert (await there(store))["one"].owner == "Léo"


async def test_what_a_person_took_out_stays_out(store: Store, world: World) -> None:
    await take_in(store, two())
    await remove_planned(store, CONFIG, "Ana", [(await there(store))["one"].id], NOW)
    again = await take_in(store, two())
    assert (counts(again), again.left) == ((0, 0, 0, 1), 1)
    assert set(await there(store)) == {"two"}


async def test_times_of_a_rule_that_no_longer_are_go(store: Store, world: World) -> None:
    weekly = event("DTSTART:20261123T090000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
    assert counts(await take_in(store, calendar(*weekly))) == (4, 0, 0, 0)
    shorter = event("DTSTART:20261123T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert counts(await take_in(store, calendar(*shorter))) == (0, 0, 2, 2)
    gone = await take_in(store, calendar(*shorter[:-1], "STATUS:CANCELLED", "END:VEVENT"))
    assert counts(gone) == (0, 0, 2, 0)
    assert await there(store) == {}


async def test_approval_is_not_brought_in_by_a_file(store: Store, world: World) -> None:
    text = two("X-HUBBUB-STATE:approved", "X-HUBBUB-KIND:post")
    made = await take_in(store, text, "Léo")
    assert made.notes[0].values == {"count": 1, "names": "Ana"}
    assert (await there(store))["one"].state == "draft"
    await take_in(store, text, "Ana")
    assert (await there(store))["one"].state == "approved"


async def test_what_was_planned_here_goes_out_and_comes_back_as_it_was(
    store: Store, world: World
) -> None:
    post = Planned(
        brand=BRAND, title="Sale", channel="mastodon", state="idea", at=Micros(NOW + DAY)
    )
    _outcome, number = await add_planned(store, CONFIG, "Ana", post, NOW)
    before = (await by_numbers(store, [number]))[number]
    assert counts(await take_in(store, to_ics([before], {}, NOW, "x"))) == (0, 0, 0, 1)
    assert (await by_numbers(store, [number]))[number] == before


async def test_observers_take_nothing_in(store: Store, world: World) -> None:
    config = replace(CONFIG, observers=("Zoé",))
    made = await import_planned(store, config, "Zoé", read(two()), NOW)
    assert made.outcome.refused
    assert await there(store) == {}


def test_every_part_of_a_note_is_named() -> None:
    found: Any = [read(calendar(*event(*lines))).notes for lines in ([], ["DTSTART:x"])]
    for note in itertools.chain(*found):
        assert note.template.format(**note.values)
