"""Reading the query language: what is read, what is refused and where, and writing it again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.query import MAX_DEPTH, MAX_LENGTH, Query, QuerySyntaxError, parse
from listeners.query.tree import (
    And,
    From,
    Handle,
    Lang,
    Near,
    Node,
    Not,
    Or,
    Raw,
    Site,
    Source,
    Tag,
    Words,
)
from tests.listeners.query.query_strategies import strange_trees

A, B, C = Words("a"), Words("b"), Words("c")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("a", A),
        ('"a b"', Words("a b")),
        ("“a b”", Words("a b")),
        ("« a b »", Words(" a b ")),
        ('"say ""a"" now"', Words('say "a" now')),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("((a)) ((b))", And((A, B))),
        ("a (b (c))", And((A, B, C))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("NOT a", Not(A)),
        ("-a", Not(A)),
        ("a -b", And((A, Not(B)))),
        ("a -(b OR c)", And((A, Not(Or((B, C)))))),
        ('a -"b c"', And((A, Not(Words("b c"))))),
        ("a NOT NOT b", And((A, Not(Not(B))))),
        ("a-b", Words("a-b")),
        ("l'équipe", Words("l'équipe")),
        ("brand*", Words("brand", prefix=True)),
        ('"big brand"*', Words("big brand", prefix=True)),
        ("a NEAR/5 b", Near((A, B), 5)),
        ("a NEAR b", Near((A, B), 10)),
        ("a NEAR/2 b* NEAR/2 c", Near((A, Words("b", prefix=True), C), 2)),
        ("a NEAR/5 b c", And((Near((A, B), 5), C))),
        ("NOT a NEAR/5 b", Not(Near((A, B), 5))),
        ("#tag", Tag("tag")),
        ('#"tag"', Tag("tag")),
        ("@bob@host.example", Handle("bob@host.example")),
        ("@did:plc:abc", Handle("did:plc:abc")),
        ("from:bob", From("bob")),
        ("From:@bob", From("bob")),
        ('from:"Bob Foo"', From("Bob Foo")),
        ("lang:fr-CA", Lang("fr")),
        ("lang:FR", Lang("fr")),
        ("site:https://www.Acme.com/Shop/?x=1", Site("acme.com", "/Shop")),
        ("source:feed:https://a.b/c", Source("feed:https://a.b/c")),
        ('raw:"C++"', Raw("C++")),
        ("raw:C++", Raw("C++")),
        ("https://acme.com", Words("https://acme.com")),
        ("12:30", Words("12:30")),
        ('"from:bob"', Words("from:bob")),
        ('"OR"', Words("OR")),
        ("or and not near", And((Words("or"), Words("and"), Words("not"), Words("near")))),
        ("三星", Words("三星")),
    ],
)
def test_reads(text: str, root: Node) -> None:
    assert parse(text).root == root


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("  \n ", 0, "empty"),
        ("a AND", 2, "AND needs something after it"),
        ("OR b", 0, "OR needs something before it"),
        ("a OR OR b", 2, "OR needs something after it"),
        ("a (b OR)", 5, "OR needs something after it"),
        ("a NOT", 2, "NOT needs something after it"),
        ("NEAR/5 a", 0, "NEAR/5 needs something before it"),
        ("a NEAR/5", 2, "NEAR/5 needs something after it"),
        ("(a", 0, "never closed"),
        ("a ((b) c", 2, "never closed"),
        ("(", 0, "never closed"),
        ("a)", 1, "closes nothing"),
        (") a", 0, "closes nothing"),
        ("a ()", 2, "nothing between"),
        ('a "b', 2, "never closed"),
        ('""', 0, "no word here"),
        ("a ++", 2, "raw:"),
        ("🙂", 0, "raw:"),
        ("br*nd", 2, "star"),
        ("*", 0, "star"),
        ('raw:"x"*', 7, "star"),
        ("from:b*", 6, "star"),
        ("- a", 0, "minus"),
        ("a --b", 2, "minus"),
        ("author:bob", 0, "author:"),
        ("lang:french", 5, "lang:fr"),
        ("site:!!!", 5, "site:example.org"),
        ("a from:", 7, "missing"),
        ("a from: b", 7, "missing"),
        ("#", 1, "missing"),
        ("a # b", 3, "missing"),
        ("@...", 1, "missing"),
        ("a NEAR/5 (b OR c)", 9, "two words"),
        ("from:a NEAR/5 b", 0, "two words"),
        ("a NEAR/5 三星", 9, "AND"),
        ("a NEAR/2 b NEAR/3 c", 11, "same number"),
        ("a NEAR/500 b", 7, "at most"),
        ("a NEAR/99999999999 b", 7, "at most"),
    ],
)
def test_refuses_at_the_character(text: str, position: int, says: str) -> None:
    with pytest.raises(QuerySyntaxError) as error:
        parse(text)
    assert error.value.position == position
    sentence = error.value.sentence
    assert says in sentence.template.format(**sentence.values)


def test_caret_stands_under_the_character_in_cells() -> None:
    with pytest.raises(QuerySyntaxError) as error:
        parse("三星 )")
    assert error.value.pointed("三星 )") == "三星 )\n     ^"


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "NOT " * (MAX_DEPTH + 1) + "a",
        "(-" * 30 + "a" + ")" * 30,
        "(" * (MAX_LENGTH - 1),
        "a" * (MAX_LENGTH + 1),
        "(" * 100_000,
    ],
)
def test_too_deep_or_too_long_is_a_sentence(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        parse(text)


def test_the_limits_themselves_are_allowed() -> None:
    deep = parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    assert deep.root == A
    assert isinstance(parse("a " * (MAX_LENGTH // 2)).root, And)


@given(strange_trees)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_written_and_read_again_is_the_same_tree(root: Node) -> None:
    assert parse(str(Query(root))).root == root


@given(
    st.text(alphabet='ab"“«»()-#@:*/ \n\tANDORNOTNEAR5fromlangsiteraw.é三\u0301\ud800', max_size=60)
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_a_query_or_a_fault_inside_it(text: str) -> None:
    fault: QuerySyntaxError | None = None
    try:
        query = parse(text)
    except QuerySyntaxError as error:
        fault = error
    if fault is None:
        assert parse(str(query)) == query
    else:
        assert 0 <= fault.position <= len(text)
        assert fault.pointed(text).endswith("^")
