"""Made-up rules, for tests that want many."""

from __future__ import annotations

from hypothesis import strategies as st

from listeners.model import Label
from listeners.rules import Conditions, Effects, Rule

words = st.text(alphabet="abcdefgé '", min_size=1, max_size=8).map(
    lambda text: " ".join(text.split())
)
names = words.filter(bool)
lists = st.lists(names, max_size=3, unique=True).map(tuple)

conditions = st.builds(
    Conditions,
    brand=st.one_of(st.just(""), names),
    query=st.sampled_from(["", "invoice", '"pay twice" OR facture', "refund -joke", "#bill"]),
    networks=lists,
    roles=lists,
    labels=st.lists(st.sampled_from(list(Label)), max_size=4, unique=True).map(tuple),
    tier=st.one_of(st.none(), st.integers(1, 5)),
    langs=lists,
    asks=st.booleans(),
)
effects = st.builds(
    Effects,
    tags=lists,
    assign=st.one_of(st.just(""), names),
    priority=st.one_of(st.none(), st.integers(1, 5)),
    ignore=st.booleans(),
    promote=st.just(False),
    template=st.one_of(st.none(), st.integers(1, 10**6)),
).filter(lambda one: one.anything)
rules = st.builds(
    Rule,
    name=names,
    conditions=conditions,
    effects=effects,
    enabled=st.booleans(),
    id=st.integers(0, 1000),
    position=st.integers(0, 1000),
)
