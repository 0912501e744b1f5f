"""Templates: filled in without ever running what a stranger wrote, and some to begin with."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import Audience
from listeners.replying.templates import FIELDS, fill, order_number, usual_templates
from tests.fake.cost import costs_less

ALL = {"name": "Ana", "brand": "Acme", "order": "A-123"}


@pytest.mark.parametrize(
    ("text", "values", "filled", "missing"),
    [
        ("Hello {name}", ALL, "Hello Ana", ()),
        ("{name} {name} of {brand}", ALL, "Ana Ana of Acme", ()),
        ("Order {order}?", {}, "Order {order}?", ("order",)),
        ("{order} {name} {order}", {"name": "x"}, "{order} x {order}", ("order",)),
        ("{else} {} { name } {0}", ALL, "{else} {} { name } {0}", ()),
        ("{name.__class__} {name!r} {name:>9}", ALL, "{name.__class__} {name!r} {name:>9}", ()),
        ("{{name}}", ALL, "{Ana}", ()),
        ("{name}", {"name": "{order}", "order": "1"}, "{order}", ()),
        ("100 % {brand}", ALL, "100 % Acme", ()),
    ],
)
def test_filling(text: str, values: dict[str, str], filled: str, missing: tuple[str, ...]) -> None:
    found = fill(text, values)
    assert (found.text, found.missing) == (filled, missing)


@given(st.text(alphabet="{}nameord!:. \n", max_size=60), st.text(max_size=10))
def test_no_text_can_break_it(text: str, name: str) -> None:
    found = fill(text, {"name": name})
    assert found.text == (text.replace("{name}", name) if name else text)
    assert found.missing == tuple(
        field
        for field in sorted(FIELDS, key=lambda one: text.find(f"{{{one}}}"))
        if f"{{{field}}}" in text and not (field == "name" and name)
    )


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("My order #A-1234 never came", "A-1234"),
        ("order no. 778812 please", "778812"),
        ("Order number: 2026-0099-X!", "2026-0099-X"),
        ("ma commande n° 4521", "4521"),
        ("commande numéro 4521", "4521"),
        ("N° 99887", "99887"),
        ("Ticket 12345.", "12345"),
        ("dossier D-2201, svp", "D-2201"),
        ("réf. AB123", "AB123"),
        ("in order to go", ""),
        ("order something nice in 2026", ""),
        ("I ordered 2", ""),
        ("nothing", ""),
        ("reorder 12345", ""),
        ("Commande : #4521", "4521"),
    ],
)
def test_order_numbers(said: str, number: str) -> None:
    assert order_number(["hello", said]) == number


@pytest.mark.parametrize("odd", ["order ", "order" + " " * 3000, "order:#-", "n°", "order a-", "a"])
def test_no_text_takes_long_to_look_through(odd: str) -> None:
    said = [odd * (10_000 // len(odd))]
    assert order_number(said) == ""
    assert costs_less(1.0, lambda: order_number(said))


def test_some_templates_come_along_in_both_languages_and_tones() -> None:
    seen: set[str] = set()
    for lang in ("en", "fr", "fr-BE", "de", ""):
        for audience in get_args(Audience):
            offered = usual_templates(lang, audience)
            assert 4 <= len(offered) <= 8
            assert len({one.name for one in offered}) == len(offered)
            assert {one.lang for one in offered} == {"fr" if lang.startswith("fr") else "en"}
            for one in offered:
                assert set(re.findall(r"\{(\w*)\}", one.text)) <= set(FIELDS)
                assert len(one.text) <= 250
                seen.add(one.text)
    assert len(seen) == 24
    for text in seen:
        # French puts a narrow no-break space before these, and never a plain one.
        assert not re.search(r" [?!;]", text)
