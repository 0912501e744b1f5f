"""The query of a brand, from its configuration or its names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listeners.config import BrandConfig
from listeners.query import Query, QuerySyntaxError, parse, query_for_brand


def _brand(**values: object) -> BrandConfig:
    return replace(BrandConfig(name="Acme"), **values)


@pytest.mark.parametrize(
    ("brand", "query"),
    [
        (_brand(), "Acme"),
        (_brand(query="widget NOT job"), "widget NOT job"),
        (_brand(query="a OR b", exclude="c OR d"), "(a OR b) AND NOT (c OR d)"),
        (_brand(names=("Acme", "Acme Corp")), 'Acme OR "Acme Corp"'),
        (
            _brand(
                names=("Acme", "Acme", " "),
                handles={"bluesky": ("@acme.example", "did:plc:1"), "mastodon": ("a@b.example",)},
                websites=("https://www.acme.example/", "..."),
            ),
            "Acme OR @acme.example OR @did:plc:1 OR @a@b.example OR site:acme.example",
        ),
        (_brand(names=("C++",)), 'raw:"C++"'),
        (_brand(names=("X",)), "X"),
        (_brand(names=("Yahoo!",)), '"Yahoo!"'),
        (_brand(names=("L'Équipe",)), '"L\'Équipe"'),
        (_brand(names=("三星",)), "三星"),
        (_brand(names=("OR",)), '"OR"'),
        (_brand(names=(' the "A" ',)), '"the ""A"""'),
    ],
)
def test_query_for_brand(brand: BrandConfig, query: str) -> None:
    assert query_for_brand(brand) == parse(query)
    assert parse(str(query_for_brand(brand))) == query_for_brand(brand)


def test_faults_in_the_configuration_are_told() -> None:
    with pytest.raises(QuerySyntaxError):
        query_for_brand(_brand(query="a AND"))
    with pytest.raises(QuerySyntaxError):
        query_for_brand(_brand(exclude="("))
    with pytest.raises(QuerySyntaxError):
        query_for_brand(_brand(name=" ", names=("",)))


def test_a_query_is_a_value() -> None:
    assert parse("a b") == parse("(a AND b)")
    assert isinstance(parse("a"), Query)
    assert hash(parse("a")) == hash(parse('"a"'))
