"""What the store's search finds equals what the matcher matched, on a real FTS5 table."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.query import Query, Subject, like_pattern, parse, to_fts
from listeners.query.fts import (
    AddressedTo,
    AllOf,
    AnyOf,
    AuthorIs,
    Filter,
    Found,
    FtsQuery,
    HeardBy,
    Holds,
    LangIs,
    LinksTo,
    TagIs,
    Without,
)
from listeners.query.tree import Near, Node, Not, Raw, Words, all_of, any_of
from listeners.query.words import words_of
from tests.listeners.query.query_strategies import UNSPACED, texts, word_trees


@pytest.fixture(name="index", scope="module")
def _index() -> Iterator[sqlite3.Connection]:
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE doc USING fts5(title, text, tokenize='unicode61 remove_diacritics 2')"
    )
    yield index
    index.close()


def _found(index: sqlite3.Connection, expression: str) -> set[int]:
    return {
        row for (row,) in index.execute("SELECT rowid FROM doc WHERE doc MATCH ?", (expression,))
    }


def _rows(index: sqlite3.Connection, every: set[int], part: Filter) -> set[int]:
    """Answer a filter as a store would; the kinds that need other columns are not asked here."""
    match part:
        case Found(expression):
            return _found(index, expression)
        case AllOf(parts):
            return set.intersection(*(_rows(index, every, inner) for inner in parts))
        case AnyOf(parts):
            return set.union(*(_rows(index, every, inner) for inner in parts))
        case Without(inner):
            return every - _rows(index, every, inner)
        case Holds(text, exact=False):
            pattern = like_pattern(text)
            found = index.execute(
                "SELECT rowid FROM doc WHERE text LIKE ?1 ESCAPE '\\' OR title LIKE ?1 ESCAPE '\\'",
                (pattern,),
            )
            return {row for (row,) in found}
        case Holds(text, exact=True):
            found = index.execute(
                "SELECT rowid FROM doc WHERE instr(text, ?1) OR instr(title, ?1)", (text,)
            )
            return {row for (row,) in found}
        case _:
            raise AssertionError(part)


def _search(index: sqlite3.Connection, count: int, query: FtsQuery) -> set[int]:
    every = set(range(count))
    rows = _found(index, query.expression) if query.expression else every
    for part in query.filters:
        rows &= _rows(index, every, part)
    return rows


# Emoji younger than FTS5's tables are letters to it: see the note in listeners/query/words.py.
# A store only ever holds composed text.
_documents = st.tuples(texts, texts).map(
    lambda pair: tuple(unicodedata.normalize("NFC", text.replace("🙂", "!")) for text in pair)
)


@given(
    roots=st.lists(word_trees, min_size=1, max_size=5), documents=st.lists(_documents, max_size=8)
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_search_finds_what_the_matcher_matches(
    index: sqlite3.Connection, roots: list[Node], documents: list[tuple[str, str]]
) -> None:
    index.execute("DELETE FROM doc")
    index.executemany(
        "INSERT INTO doc(rowid, title, text) VALUES (?, ?, ?)",
        [(row, *document) for row, document in enumerate(documents)],
    )
    for root in roots:
        query = Query(root)
        matched = {
            row
            for row, (title, text) in enumerate(documents)
            if query.matches(Subject(title=title, text=text)) is not None
        }
        assert _search(index, len(documents), to_fts(query)) == matched


def test_single_characters_are_cut_and_folded_as_fts5_does(index: sqlite3.Connection) -> None:
    """Every character between two letters; what differs is what the module says differs."""
    index.execute("DELETE FROM doc")
    known = [
        chr(code)
        for code in range(0x20, 0x20000)
        if unicodedata.category(chr(code)) not in ("Cs", "Cn")
        and unicodedata.is_normalized("NFC", chr(code))
    ]
    index.executemany(
        "INSERT INTO doc(rowid, title, text) VALUES (?, '', ?)",
        [(ord(character), f"q{character}q") for character in known],
    )
    index.execute("CREATE VIRTUAL TABLE IF NOT EXISTS term USING fts5vocab(doc, 'instance')")
    cut: dict[int, list[str]] = {}
    for term, row in index.execute("SELECT term, doc FROM term ORDER BY doc, offset"):
        cut.setdefault(row, []).append(term)
    differs = [
        character for character in known if cut[ord(character)] != list(words_of(f"q{character}q"))
    ]
    index.execute("DELETE FROM doc")
    younger = [c for c in differs if len(cut[ord(c)]) == 1 and cut[ord(c)][0][1:-1] == c]
    assert len(younger) / len(known) < 0.06
    # Beside characters FTS5 takes as they are because they are younger than its tables, only:
    rest = set(differs) - set(younger)
    assert {unicodedata.name(c).split()[0] for c in rest} <= {"LATIN", "NEW", "VEDIC"}, rest
    assert not any(c < "\u1900" for c in rest - {"Ǡ", "ǡ"}), rest


@given(term=st.text(min_size=1).filter(words_of))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_is_ever_fts_syntax(index: sqlite3.Connection, term: str) -> None:
    root = any_of(
        [
            Words(term, prefix=True),
            Near((Words(term), Words("a")), 3),
            all_of([Words("b"), Not(Words(term))]),
            Raw(term),
        ]
    )
    _search(index, 0, to_fts(Query(root)))


@pytest.mark.parametrize(
    "text",
    ["C++", "#tag", "@name", "l'équipe", "author:bob", "a AND", "100%", "NEAR", 'x"y', "a*b", "^a",
     "a:b", "{a b}", "(a)", "-a", "text:a", "\ufeffa"],
)  # fmt: skip
def test_quoted_terms_are_searched_as_words(index: sqlite3.Connection, text: str) -> None:
    index.execute("DELETE FROM doc")
    index.execute("INSERT INTO doc(rowid, title, text) VALUES (7, '', ?)", (f"so {text} it is",))
    index.execute("INSERT INTO doc(rowid, title, text) VALUES (8, '', 'nothing of it')")
    quoted = '"' + text.replace('"', '""') + '"'
    assert _search(index, 9, to_fts(parse(quoted))) == {7}


@pytest.mark.parametrize("depth", [5, 13, 30, 48])
def test_deep_nesting_stays_within_fts5s_own_limits(index: sqlite3.Connection, depth: int) -> None:
    text = "foo"
    for level in range(depth):
        text = f"(bar OR {text})" if level % 2 else f"(foo {text} -nothing)"
    query = parse(text)
    index.execute("DELETE FROM doc")
    documents = ["foo", "bar", "baz"]
    index.executemany(
        "INSERT INTO doc(rowid, title, text) VALUES (?, '', ?)", list(enumerate(documents))
    )
    expected = {
        row for row, text in enumerate(documents) if query.matches(Subject(text=text)) is not None
    }
    assert _search(index, 3, to_fts(query)) == expected


def test_wide_queries_are_taken_by_fts5(index: sqlite3.Connection) -> None:
    words = [f"w{number}" for number in range(300)]
    for operator in ("OR", "AND"):
        assert _found(index, to_fts(parse(f" {operator} ".join(words))).expression) == set()
    assert _found(index, to_fts(parse(" NEAR/9 ".join(words))).expression) == set()
    assert _found(index, to_fts(parse("a -" + " -".join(words))).expression) == set()


@pytest.mark.parametrize(
    ("text", "expression", "filters"),
    [
        ("a from:b", '"a"', (AuthorIs("b"),)),
        ("a lang:fr site:c.org/x", '"a"', (LangIs("fr"), LinksTo("c.org", "/x"))),
        ("source:bluesky", "", (HeardBy("bluesky"),)),
        ("a OR from:b", "", (AnyOf((Found('"a"'), AuthorIs("b"))),)),
        ("a -from:b", '"a"', (Without(AuthorIs("b")),)),
        ("a b -c", '("a" AND "b") NOT ("c")', ()),
        ("-a", "", (Without(Found('"a"')),)),
        ("-a from:b", "", (Without(Found('"a"')), AuthorIs("b"))),
        ('raw:"C++"', '"c"', (Holds("C++", exact=True),)),
        ("raw:100%", '"100"', (Holds("100%", exact=True),)),
        ("raw:🙂", "", (Holds("🙂", exact=True),)),
        ("三星 a", '"a"', (Holds("三星", exact=False),)),
        ("#Été", "", (TagIs("Été", '"ete"'),)),
        ("a @b.c", '"a"', (AddressedTo("b.c", '"b c"'),)),
        ("a (b OR -c)", '"a"', (AnyOf((Found('"b"'), Without(Found('"c"')))),)),
        ("a -(b from:c)", '"a"', (Without(AllOf((Found('"b"'), AuthorIs("c")))),)),
        ("brand*", '"brand"*', ()),
        ("a (b NEAR/1 c OR d)", '"a" AND ((NEAR("b" "c", 1)) OR "d")', ()),
        ("(a NEAR/0 a OR a) b", '((NEAR("a" "a", 0)) OR "a") AND "b"', ()),
        ('"a b"* NEAR/5 c', 'NEAR("a b"* "c", 5)', ()),
    ],
)
def test_compiles(text: str, expression: str, filters: tuple[Filter, ...]) -> None:
    assert to_fts(parse(text)) == FtsQuery(expression, filters)


def test_like_pattern_escapes_its_own_signs(index: sqlite3.Connection) -> None:
    index.execute("DELETE FROM doc")
    index.executemany(
        "INSERT INTO doc(rowid, title, text) VALUES (?, '', ?)",
        [(1, "100% sure"), (2, "1000 sure"), (3, "a_b"), (4, "axb"), (5, "c\\d")],
    )
    for text, rows in (("100%", {1}), ("a_b", {3}), ("c\\d", {5}), (UNSPACED[0], set())):
        assert _rows(index, set(), Holds(text, exact=False)) == rows
