"""Press lists as people keep them: headings, separators, encodings, and what is left out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.people.press import MOST_BYTES, MOST_ROWS, PressList, read_press_list
from listeners.people.rows import ROLES, Contact
from listeners.text import clean_line

ENGLISH = """name,role,outlet,beat,email,phone,site,tags,mastodon,twitter
Anne Dupont,Journalist,The Day,Energy,Anne@Day.example,+33 1,\
https://day.example/anne,"press, energy",\
@anne@day.example,https://x.com/AnneD
"""
FRENCH = """Prénom;Nom;Rôle;Média;Rubrique;Courriel;Téléphone;Site web;\
Étiquettes;Compte Mastodon;X/Twitter
Anne;Dupont;journaliste;The Day;Energy;anne@day.example;+33 1;day.example/anne;\
press|energy;https://day.example/@anne;@anned
"""
CONTACTS = (
    Contact("mail", "anne@day.example"),
    Contact("phone", "+33 1"),
    Contact("site", "day.example/anne"),
    Contact("handle", "anne@day.example", "mastodon"),
    Contact("handle", "anned", "x"),
)


def said(told: PressList) -> list[str]:
    return [one.template.format(**one.values) for one in told.refused]


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, FRENCH.replace(";", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_in_either_language_and_any_encoding(text: str, encoding: str) -> None:
    told = read_press_list(text.encode(encoding), "list.csv")
    [one] = told.entries
    assert told.refused == ()
    assert (one.name, one.role, one.outlet, one.beat, one.line) == (
        "Anne Dupont", "journalist", "The Day", "Energy", 2,
    )  # fmt: skip
    assert one.contacts == CONTACTS
    assert one.tags == ("press", "energy")


@pytest.mark.parametrize(
    ("text", "names", "sentences"),
    [
        ("", [], ["l.csv has no column of names"]),
        ("a,b\n1,2\n", [], ["l.csv has no column of names"]),
        ("name\nAna\n\n ,\nBo\n", ["Ana", "Bo"], []),
        ("name,email\n,x@y.example\nAna,\n", ["Ana"], ["Line 2 of l.csv: there is no name"]),
        ("name,email\nAna,nonsense\n", ["Ana"], ["Line 2 of l.csv: “nonsense” is no mail"]),
        ("name,role\nAna,queen\n", ["Ana"], ["Line 2 of l.csv: no role is called “queen”"]),
        ("name,x\nAna,a b\n", ["Ana"], ["Line 2 of l.csv: “a b” is no handle"]),
        ('name,outlet\n"Ana,Day\nBo,Night\n', ["Bo"], ["Line 2 of l.csv: a quotation mark"]),
        ("name,reddit,mastodon\nAna,ana,@a@b.example\n", ["Ana"],
         ["Line 2 of l.csv: the Reddit name was left out"]),
        ("name,reddit\nAna,u/ana\n", ["Ana"], []),
    ],
)  # fmt: skip
def test_what_cannot_be_used_costs_itself_alone(
    text: str, names: list[str], sentences: list[str]
) -> None:
    told = read_press_list(text.encode(), "l.csv")
    assert [one.name for one in told.entries] == names
    found = said(told)
    assert len(found) == len(sentences)
    for sentence, wanted in zip(found, sentences, strict=True):
        assert sentence.startswith(wanted)


def test_a_role_is_found_in_a_longer_title() -> None:
    told = read_press_list("nom;rôle\nAna;Rédactrice en chef\n".encode(), "l.csv")
    assert told.entries[0].role == "journalist"


def test_a_list_may_be_too_large() -> None:
    told = read_press_list(b"name\n" + b"a" * MOST_BYTES, "l.csv")
    assert told.entries == ()
    assert "larger than 2 MB" in said(told)[0]
    told = read_press_list(b"name\n" + b"Ana\n" * (MOST_ROWS + 5), "l.csv")
    assert len(told.entries) == MOST_ROWS
    assert f"only the first {MOST_ROWS} rows" in said(told)[0]


def test_names_are_cleaned() -> None:
    told = read_press_list("name,tags\n\x1b[31mAna\u202e,#\x07x\n".encode(), "l.csv")
    assert (told.entries[0].name, told.entries[0].tags) == ("Ana", ("x",))


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_no_file_makes_the_reader_fail(data: bytes) -> None:
    told = read_press_list(b"name,role,email,mastodon,tags\n" + data, "l.csv")
    for one in told.entries:
        assert one.name == clean_line(one.name)
        assert one.name
        assert one.role in ("", *ROLES)


_TEXT = st.text(st.characters(blacklist_categories=["C", "Z", "M"]), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[tuple[str, str]], separator: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerows([("name", "outlet"), *rows])
    told = read_press_list(file.getvalue().encode(), "l.csv")
    wanted = [(clean_line(name), clean_line(outlet)) for name, outlet in rows if clean_line(name)]
    assert [(one.name, one.outlet) for one in told.entries] == wanted
