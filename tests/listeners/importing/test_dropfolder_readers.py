"""Files of strangers: every record read or refused alone, whatever its neighbours hold."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.importing.columns import chosen, guess
from listeners.importing.dates import day_comes_first, read_date
from listeners.importing.files import BATCH, Place, Reading, Wishes, read_file, read_on
from listeners.importing.lines import LONGEST_LINE, Lines
from listeners.importing.mail import read_mail
from listeners.importing.record import BadRecordError, number_of
from listeners.model import BadRecord, Batch, Post
from listeners.networks.contract import SourceError
from tests.fake.feeds import recorded

GOOD = {"id": "1", "text": "Kerlann sinks", "author": "zoe"}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


Writer = Callable[[str, str | bytes], Path]


def posts_in(path: Path, wishes: Wishes | None = None) -> list[Post]:
    return [post for batch in read_file(path, wishes) for post in batch.posts]


def bad_in(path: Path) -> list[BadRecord]:
    return [record for batch in read_file(path) for record in batch.bad]


def said(record: BadRecord) -> str:
    return record.reason.template.format(**record.reason.values)


def jsonl(*records: object) -> str:
    return "".join(
        (record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records
    )


# --- JSONL ---------------------------------------------------------------------------------------


def test_a_record_of_all_fields_is_read_whole(written: Writer) -> None:
    record = {
        **GOOD,
        "author_name": "Zoé",
        "url": "https://forum.example/1",
        "created_at": "2026-11-22T10:00:00+01:00",
        "lang": "fr-FR",
        "network": "Forum",
        "parent": 7,
        "title": "T",
        "rating": 4,
        "tags": ["#boat"],
        "followers": 12,
    }
    (post,) = posts_in(written("a.jsonl", jsonl(record)))
    assert post.wanted
    assert (post.network, post.native_id, post.parent_id) == ("forum", "1", "7")
    assert (post.author.handle, post.author.name, post.author.followers) == ("zoe", "Zoé", 12)
    assert (post.title, post.lang, post.rating, post.tags) == ("T", "fr", 4, ("boat",))
    assert post.created_at == from_iso("2026-11-22T09:00:00Z")
    assert post.url == "https://forum.example/1"
    assert json.loads(post.raw or b"") == record


def test_what_hubbub_writes_out_it_reads_back(written: Writer) -> None:
    exported = {
        "id": 17, "network": "mastodon", "source": "mastodon:#kerlann", "native_id": "u/1",
        "url": "https://m.example/1", "author": "zoe@m.example", "author_name": "", "text": "Hi",
        "lang": None, "created_at": None, "seen_at": "2026-11-22T10:00:00.000000Z",
        "parent": "u/0", "root": "u/0", "compound": 0.0, "label": "neutral", "brand": "Kerlann",
        "reasons": [],
    }  # fmt: skip
    (post,) = posts_in(written("a.jsonl", jsonl(exported)))
    assert (post.network, post.native_id, post.parent_id, post.root_id) == (
        "mastodon",
        "u/1",
        "u/0",
        "u/0",
    )


def test_a_record_without_a_network_is_of_the_import(written: Writer) -> None:
    (post,) = posts_in(written("a.jsonl", jsonl(GOOD)))
    assert post.network == "import"
    assert (post.created_at, post.lang, post.parent_id, post.url) == (None, None, None, "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1, 2]", "not an object"),
        ('"text"', "not an object"),
        ('{"id": "1", "text": "a"}', "author is missing"),
        ('{"id": "1", "author": "a"}', "text is missing"),
        ('{"id": "1", "author": "a", "text": "  "}', "text is missing"),
        ('{"id": null, "author": "a", "text": "b"}', "id is missing"),
        ('{"id": ["1"], "author": "a", "text": "b"}', "id is not text"),
        ('{"id": true, "author": "a", "text": "b"}', "id is not text"),
        ('{"id": "1", "author": {"name": "a"}, "text": "b"}', "author is not text"),
        ('{"id": NaN, "author": "a", "text": "b"}', "not JSON"),
        ('{"id": "1", "author": "a", "text": "b", "x": Infinity}', "not JSON"),
        ('{"id": 1e999, "author": "a", "text": "b"}', "id is not text"),
        ('{"id": "1", "author": "a", "text": "\\ud800"}', "cannot be stored"),
        ('{"id": "1\\u0000", "author": "a", "text": "b"}', "cannot be stored"),
        ('{"id": "1", "author": "\\udfff", "text": "b"}', "cannot be stored"),
        ('{"id": ' + "9" * 5000 + ', "author": "a", "text": "b"}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"id": "' + "x" * 1001 + '", "author": "a", "text": "b"}', "longer than 1000"),
        ('{"id": "1", "author": "a", "text": "b", "created_at": "banana"}', "is no date"),
        ('{"id": "1", "author": "a", "text": "b", "created_at": 99999999999999999999}', "no date"),
        ('{"id": "1", "author": "a", "text": "b", "created_at": []}', "is not text"),
        ('{"id": "1", "author": "a", "text": "b", "network": "\\u001b[2J"}', "is no name"),
        ('{"id": "1", "author": "a", "text": "' + "x" * LONGEST_LINE + '"}', "longer than 1 MB"),
    ],
    ids=lambda value: value[:40],
)
def test_a_bad_line_is_told_with_its_number_and_its_neighbours_are_kept(
    written: Writer, line: str, reason: str
) -> None:
    path = written("a.jsonl", jsonl(GOOD, line, {**GOOD, "id": "3"}))
    assert [post.native_id for post in posts_in(path)] == ["1", "3"]
    (bad,) = bad_in(path)
    assert said(bad).startswith("Line 2 of a.jsonl: ")
    assert reason in said(bad)
    assert len(bad.record) <= 2010
    bad.record.encode()
    assert "\0" not in bad.record


def test_bytes_that_are_no_utf8_are_told_and_kept_readable(written: Writer) -> None:
    path = written("a.jsonl", b'{"id": "1", "text": "\xe9", "author": "a"}\n')
    (bad,) = bad_in(path)
    assert "not JSON in UTF-8" in said(bad)
    assert "\\xe9" in bad.record


@pytest.mark.parametrize("id_", [12, 2**63, -1, 1.5, "é", " 7 "])
def test_ids_that_are_no_text_become_text(written: Writer, id_: object) -> None:
    (post,) = posts_in(written("a.jsonl", jsonl({**GOOD, "id": id_})))
    assert post.native_id == str(id_).strip()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22 10:00", "2026-11-22T10:00:00Z"),
        (1795341600, "2026-11-22T10:00:00Z"),
        (1795341600123, "2026-11-22T10:00:00.123Z"),
        (1795341600.5, "2026-11-22T10:00:00.5Z"),
        ("2099-01-01", "2099-01-01T00:00:00Z"),
        ("1970-01-01T00:00:00Z", None),
        (0, None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_a_record(written: Writer, stated: object, expected: str | None) -> None:
    (post,) = posts_in(written("a.jsonl", jsonl({**GOOD, "created_at": stated})))
    assert post.created_at == (from_iso(expected) if expected else None)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\n\n\n").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["bom", "utf-16", "utf-16 without mark", "crlf", "cr", "empty lines", "no last end"],
)
def test_files_as_programs_save_them(written: Writer, encode: Callable[[str], bytes]) -> None:
    text = "".join(
        json.dumps({**GOOD, "id": str(n), "text": "Été à Brest\u2028"}, ensure_ascii=False) + "\n"
        for n in range(3)
    )
    path = written("a.jsonl", encode(text))
    assert [post.native_id for post in posts_in(path)] == ["0", "1", "2"]
    assert {post.text for post in posts_in(path)} == {"Été à Brest"}
    assert bad_in(path) == []


def test_two_lines_of_one_id_come_as_a_post_and_its_edit(written: Writer) -> None:
    records = [GOOD, {**GOOD, "id": "2"}, {**GOOD, "text": "Kerlann floats"}, GOOD]
    batches = [batch for batch in read_file(written("a.jsonl", jsonl(*records))) if batch.posts]
    assert [[post.text for post in batch.posts if post.native_id == "1"] for batch in batches] == [
        ["Kerlann sinks"],
        ["Kerlann floats"],
        ["Kerlann sinks"],
    ]
    for batch in batches:
        assert len({post.native_id for post in batch.posts}) == len(batch.posts)


def test_an_endless_line_does_not_fill_the_memory(written: Writer) -> None:
    path = written("a.jsonl", b"x" * (5 * LONGEST_LINE) + b"\n" + jsonl(GOOD).encode())
    assert [post.native_id for post in posts_in(path)] == ["1"]
    (bad,) = bad_in(path)
    assert said(bad) == "Line 1 of a.jsonl: it is longer than 1 MB."


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_line_harms_its_neighbours(noise: list[bytes]) -> None:
    for kind, head in (("jsonl", b""), ("csv", b"id,text,author\n")):
        lines = [head.strip()] if head else []
        for number, junk in enumerate(noise):
            junk = junk.replace(b"\n", b"").replace(b"\r", b"").replace(b'"', b"")
            good = (
                json.dumps({**GOOD, "id": f"good{number}"}).encode()
                if kind == "jsonl"
                else b"good%d,Kerlann,zoe" % number
            )
            lines += [junk, good]
        path = Path(os.environ.get("TMPDIR", "/tmp")) / f"hubbub-{os.getpid()}.{kind}"
        path.write_bytes(b"\n".join(lines) + b"\n")
        try:
            found = {post.native_id for post in posts_in(path)}
        finally:
            path.unlink()
        assert found >= {f"good{number}" for number in range(len(noise))}


# --- tables --------------------------------------------------------------------------------------


def test_a_french_table_is_read_by_its_heading(written: Writer) -> None:
    table = (
        "Identifiant;Date de publication;Auteur;Contenu;Note;URL;Réseau social\r\n"
        '7;03/04/2026 14:05;Zoé;"Très bien ; ""merci"" à l’équipe\nde Brest";4,5;'
        "https://a.example/7;Forum\r\n"
        "8;25/04/2026;Ann;Bof;2;;\r\n"
    )
    posts = posts_in(written("avis.csv", table.encode("cp1252")))
    assert [post.text for post in posts] == [
        'Très bien ; "merci" à l’équipe\nde Brest',
        "Bof",
    ]
    assert posts[0].created_at == from_iso("2026-04-03T14:05:00Z")
    assert [post.rating for post in posts] == [5, 2]
    assert [post.network for post in posts] == ["forum", "import"]
    assert (posts[0].native_id, posts[0].author.handle, posts[0].url) == (
        "7",
        "Zoé",
        "https://a.example/7",
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings_of_spreadsheets(
    written: Writer, separator: str, encoding: str
) -> None:
    rows = [["Date", "Author", "Message"], ["2026-11-22", "Zoé", "a, b; c | d\te"]]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    (post,) = posts_in(written("a.csv", out.getvalue().encode(encoding)))
    assert (post.author.handle, post.text) == ("Zoé", "a, b; c | d\te")
    assert post.created_at == from_iso("2026-11-22T00:00:00Z")


def test_a_line_that_names_the_separator_is_obeyed(written: Writer) -> None:
    (post,) = posts_in(written("a.csv", "\ufeffsep=;\r\nid;text;author\r\n1;hello;a,b,c,d,e\r\n"))
    assert (post.text, post.author.handle) == ("hello", "a,b,c,d,e")


def test_a_table_of_one_column_is_text_whatever_it_holds(written: Writer) -> None:
    posts = posts_in(written("a.csv", "Verbatim\nGood, really\nBad; really\n"))
    assert [post.text for post in posts] == ["Good, really", "Bad; really"]


def test_rows_without_id_or_author_are_told_apart_by_what_they_say(written: Writer) -> None:
    table = "Comment,Date\nGood,2026-11-22\nBad,2026-11-22\nGood,2026-11-22\n"
    posts = posts_in(written("a.csv", table))
    assert [post.text for post in posts] == ["Good", "Bad"]
    assert len({post.author.key for post in posts}) == 2
    assert [p.native_id for p in posts_in(written("b.csv", table))] == [p.native_id for p in posts]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,a,b,c", "4 cells where the heading has 3"),
        ("1,,b", "text is missing"),
        ('1,"a,b', "never closed"),
        ("\x00,a,b", ""),
        ("1," + "x" * 200_000 + ",b", "cannot be split into cells"),
    ],
    ids=["wide", "empty", "quote", "nul", "huge cell"],
)
def test_a_bad_row_costs_itself_alone(written: Writer, row: str, reason: str) -> None:
    path = written("a.csv", f"id,text,author\n7,first,zoe\n{row}\n8,second,ann\n9,third,bob\n")
    found = posts_in(path)
    assert [post.text for post in found if post.native_id in "789"] == ["first", "second", "third"]
    (bad,) = bad_in(path)
    assert said(bad).startswith("Line 3 of a.csv: ")
    assert reason in said(bad)


def test_a_stray_quotation_mark_inside_a_cell_joins_nothing(written: Writer) -> None:
    path = written("a.csv", 'id,text,author\n1,a 5" screen,zoe\n2,"a ""6"" screen",ann\n')
    assert [post.text for post in posts_in(path)] == ['a 5" screen', 'a "6" screen']


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["03/04/2026", "25/04/2026"], "2026-04-03"),
        (["03/04/2026", "04/25/2026"], "2026-03-04"),
        (["03/04/2026 3:05 PM", "04/05/2026 1:00 AM"], "2026-03-04"),
        (["03/04/2026", "05/04/2026"], "2026-04-03"),
        (["3 avril 2026", "1er mai 2026"], "2026-04-03"),
        (["Apr 3, 2026", "May 1, 2026"], "2026-04-03"),
    ],
)
def test_the_column_settles_which_number_is_the_month(
    written: Writer, dates: list[str], expected: str
) -> None:
    rows = "".join(f'{n};x;"{date}"\n' for n, date in enumerate(dates))
    post = posts_in(written("a.csv", f"id;text;date\n{rows}"))[0]
    assert post.created_at is not None
    assert post.created_at // 86_400_000_000 == from_iso(expected) // 86_400_000_000


def test_date_and_time_may_stand_in_two_columns_and_another_zone(written: Writer) -> None:
    path = written("a.csv", "Texte;Date;Heure\nx;22/11/2026;10:05\n")
    (post,) = posts_in(path, Wishes(zone=ZoneInfo("Europe/Paris")))
    assert post.created_at == from_iso("2026-11-22T09:05:00Z")


def test_a_table_whose_text_cannot_be_told_says_what_to_write(written: Writer) -> None:
    path = written("a.csv", "Kolumna;Inna\nx;y\n")
    with pytest.raises(SourceError) as refused:
        posts_in(path)
    assert "1: Kolumna, 2: Inna" in str(refused.value)
    assert 'mapping = { text = "Inna" }' in str(refused.value)
    for choice in ({"text": "Inna"}, {"text": "2"}, {"text": 2}, {"text": " INNA "}):
        (post,) = posts_in(path, Wishes(mapping=choice))
        assert post.text == "y"


def test_a_table_without_heading_is_read_by_numbers(written: Writer) -> None:
    path = written("a.csv", "1;hello;zoe\n2;bye;ann\n")
    wishes = Wishes(mapping={"id": 1, "text": 2, "author": 3}, has_heading=False)
    assert [post.text for post in posts_in(path, wishes)] == ["hello", "bye"]


def test_a_choice_goes_before_a_saved_mapping_and_both_before_a_guess(written: Writer) -> None:
    path = written("a.csv", "text,message,author\nt,m,zoe\n")
    (reading, *_) = read_on(path, Wishes(), Place())
    assert reading.layout is not None
    assert reading.layout.mapping == {"text": "text", "author": "author"}
    saved = {reading.layout.signature: {"text": "message"}}
    (post,) = posts_in(path, Wishes(saved=saved))
    assert (post.text, post.author.handle) == ("m", "zoe")
    (post,) = posts_in(path, Wishes(saved=saved, mapping={"text": "text"}))
    assert post.text == "t"


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["Tweet Id", "Full Text", "Screen Name"], {"id": 0, "text": 1, "author": 2}),
        (["Nom d’utilisateur", "Message", "Publié le"], {"author": 0, "text": 1, "created_at": 2}),
        (["Name", "Username", "Text"], {"author_name": 0, "author": 1, "text": 2}),
        (["créé_le", "ÉTOILES", "Avis"], {"created_at": 0, "rating": 1, "text": 2}),
        (["Time", "Text"], {"created_at": 0, "text": 1}),
        (["x", "y"], {}),
        ([], {}),
    ],
)
def test_headings_are_guessed_in_both_languages(
    headings: list[str], expected: dict[str, int]
) -> None:
    assert guess(headings) == expected


def test_a_choice_of_what_is_not_there_is_left_out() -> None:
    assert chosen({"text": "nowhere", "id": "9", "colour": "a", "author": 1}, ["a"]) == {
        "author": 0
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4,5", 4.5),
        ("1 234", 1234.0),
        ("1\u202f234,5", 1234.5),
        ("-2", -2.0),
        ("x", None),
        ("", None),
        ("1,2,3", None),
        ("9" * 400, None),
    ],
)
def test_numbers_as_people_write_them(text: str, expected: float | None) -> None:
    assert number_of(text) == expected


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=90))
def test_any_text_is_a_date_or_none(text: str) -> None:
    for first in (True, False):
        moment = read_date(text, day_first=first, zone=UTC)
        assert moment is None or moment > 0
    assert day_comes_first([text]) in (True, False)


# --- going on where it stopped -------------------------------------------------------------------


def readings_of(path: Path, place: Place) -> list[Reading]:
    return list(read_on(path, Wishes(), place))


def all_posts(readings: list[Reading]) -> list[str]:
    return [post.native_id for reading in readings for post in reading.batch.posts]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_broken_off_reading_goes_on_without_loss_or_repetition(
    written: Writer, kind: str
) -> None:
    count = 2 * BATCH + 10
    if kind == "jsonl":
        text = jsonl(*({**GOOD, "id": str(n)} for n in range(count)))
    else:
        text = "id,text,author\n" + "".join(f'{n},"a\nb",zoe\n' for n in range(count))
    path = written(f"a.{kind}", text)
    whole = readings_of(path, Place())
    assert all_posts(whole) == [str(n) for n in range(count)]
    assert [reading.place.done for reading in whole] == [False] * (len(whole) - 1) + [True]
    for stop in range(len(whole)):
        rest = readings_of(path, whole[stop].place)
        assert all_posts(whole[: stop + 1] + rest) == [str(n) for n in range(count)]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_was_added_is_read_alone_and_a_changed_beginning_from_the_start(
    written: Writer, kind: str
) -> None:
    def text(first: int, last: int) -> str:
        if kind == "jsonl":
            return jsonl(*({**GOOD, "id": str(n)} for n in range(first, last)))
        return "".join(f"{n},text {n},zoe\n" for n in range(first, last))

    head = "" if kind == "jsonl" else "id,text,author\n"
    path = written(f"a.{kind}", head + text(0, 3))
    place = readings_of(path, Place())[-1].place
    assert all_posts(readings_of(path, place)) == []
    written(f"a.{kind}", head + text(0, 5))
    assert all_posts(readings_of(path, place)) == ["3", "4"]
    written(f"a.{kind}", head + text(7, 12))
    assert all_posts(readings_of(path, place)) == ["7", "8", "9", "10", "11"]
    written(f"a.{kind}", head + text(0, 2))
    assert all_posts(readings_of(path, place)) == ["0", "1"]


def test_a_last_line_without_its_end_is_read_again_when_it_has_one(written: Writer) -> None:
    path = written("a.jsonl", jsonl(GOOD) + '{"id": "2", "text": "ha')
    first = readings_of(path, Place())
    assert all_posts(first) == ["1"]
    assert [len(reading.batch.bad) for reading in first] == [1]
    written("a.jsonl", jsonl(GOOD, {**GOOD, "id": "2"}))
    assert all_posts(readings_of(path, first[-1].place)) == ["2"]


def test_empty_files_are_done_at_once(written: Writer) -> None:
    for name in ("a.jsonl", "a.csv", "b.tsv"):
        for content in ("", "\n\n"):
            (reading,) = readings_of(written(name, content), Place())
            assert reading.place.done
            assert reading.batch == Batch()


def test_files_that_cannot_be_opened_are_refused(tmp_path: Path, written: Writer) -> None:
    real = written("real.jsonl", jsonl(GOOD))
    (tmp_path / "link.jsonl").symlink_to(real)
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    for name in ("link.jsonl", "pipe.jsonl", "folder.jsonl", "missing.jsonl", "a.xlsx", "a"):
        with pytest.raises(SourceError):
            posts_in(tmp_path / name)


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    lines = list(Lines(io.BytesIO(b"a\n\nb\r\n" + b"x" * (LONGEST_LINE + 1) + b"\nc")))
    assert [(line.number, line.data[:1]) for line in lines] == [
        (1, b"a"),
        (2, b""),
        (3, b"b"),
        (4, b"x"),
        (5, b"c"),
    ]
    assert [line.too_long for line in lines] == [False, False, False, True, False]
    assert [line.ended for line in lines] == [True, True, True, True, False]


# --- mail ----------------------------------------------------------------------------------------


def test_recorded_mails_are_read_as_a_thread() -> None:
    found = recorded("email")
    first = read_mail(found["email/huginn__data_fixtures__imap1.eml"])
    second = read_mail(found["email/huginn__data_fixtures__imap2.eml"])
    assert first.native_id == "foo.123@mail.example.jp"
    assert (first.author.handle, first.author.name) == ("nanashi.gombeh@example.jp", "Nanashi")
    assert (first.title, first.text) == ("some subject", "Some plain text\nSome second line")
    assert first.created_at == from_iso("2014-05-09T07:00:00Z")
    assert (second.text, second.parent_id) == ("Some reply", None)


def _mail(*headers: str, body: str = "Hello") -> bytes:
    return ("\r\n".join(headers) + "\r\n\r\n" + body).encode()


def test_an_answer_names_its_parent_and_root() -> None:
    post = read_mail(
        _mail(
            "From: =?utf-8?Q?Zo=C3=A9?= <Zoe@Mail.example>",
            "Message-ID: <3@x>",
            "In-Reply-To: <2@x>",
            "References: <1@x> <2@x>",
            "Subject: =?iso-8859-1?Q?R=E9ponse?=",
        )
    )
    assert (post.native_id, post.parent_id, post.root_id) == ("3@x", "2@x", "1@x")
    assert (post.author.key, post.author.name, post.title) == (
        "zoe@mail.example",
        "Zoé",
        "Réponse",
    )


def test_html_is_read_where_there_is_no_plain_text_and_unknown_charsets_too() -> None:
    html = _mail("From: a@x", "Content-Type: text/html", body="<p>Hi <b>you</b></p><p>there</p>")
    assert read_mail(html).text == "Hi you\nthere"
    odd = _mail("From: a@x", "Content-Type: text/plain; charset=x-none", body="caf\xe9")
    assert "caf" in read_mail(odd).text


def test_a_mail_without_an_id_is_known_by_what_it_is() -> None:
    one, two = _mail("From: a@x", body="1"), _mail("From: a@x", body="2")
    assert read_mail(one).native_id == read_mail(one).native_id != read_mail(two).native_id


def test_a_mail_that_answers_itself_is_an_orphan() -> None:
    post = read_mail(_mail("From: a@x", "Message-ID: <1@x>", "In-Reply-To: <1@x>"))
    assert (post.parent_id, post.root_id) == (None, None)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"hello", b"Subject: x\n\ny", b"\0" * 100])
def test_what_is_no_mail_is_refused(data: bytes) -> None:
    with pytest.raises(BadRecordError):
        read_mail(data)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["From", "To", "Date", "Subject", "Message-ID", "In-Reply-To", "References",
                 "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
            ),
            st.text(max_size=60) | st.sampled_from(
                ["multipart/mixed; boundary=a", "text/plain; charset=x", "base64", "<1@x> <2@x>",
                 "=?utf-8?B?w6k=?=", "=?utf-8?Q?=ZZ?=", "a <a@b>", "group: a@b, c@d;", "text/html"]
            ),
        ),
        max_size=8,
    ),
    st.binary(max_size=120),
)  # fmt: skip
def test_any_mail_is_read_or_refused(headers: list[tuple[str, str]], body: bytes) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    data = head.encode("utf-8", "replace") + b"\r\n" + body
    try:
        post = read_mail(data)
    except BadRecordError:
        return
    for text in (post.native_id, post.text, post.title, post.author.name, post.author.handle):
        text.encode()
        assert "\0" not in text
    assert replace(post, raw=None).native_id
