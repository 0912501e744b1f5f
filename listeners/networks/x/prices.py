"""What X charges, and what a person allows it to cost, as the source's options say.

Source: docs.x.com/x-api/getting-started/pricing as of 2026-08-22, in dollars. X bills what an
answer holds, each thing once a UTC day, and nothing for an empty answer. Whether the accounts that
come with posts are billed is not said there; they are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listeners.config import SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.spending import DOLLAR, Ceiling

ACCOUNT = "x"
"""All sources on X share one budget: they share one bill."""
AS_OF = "2026-08-22"
PRICES: Mapping[str, float] = {
    "post": 0.005,
    "owned": 0.001,
    "user": 0.010,
    "counts": 0.005,
    "reply": 0.010,
    "link": 0.200,
    "delete": 0.010,
}
"""A post read; one of our own or that mentions us (``owned``); an account; a count of posts; a
summoned reply; one that holds a link. A deletion stands in no list: it is taken for a reply."""
A_DAY, A_MONTH = 1.0, 20.0
"""What is allowed where the configuration says nothing."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of each kind of thing, in millionths of a dollar."""

    table: Mapping[str, int]
    own: bool
    """Whether our own posts and mentions cost what ``owned`` does."""

    def of(self, kind: str) -> int:
        """Return the price of a thing."""
        return self.table[kind]

    @property
    def ours(self) -> str:
        """The kind of what is read of our own account."""
        return "owned" if self.own else "post"


def prices_of(source: SourceConfig) -> Prices:
    """Return the prices a source counts with.

    Raises:
        SourceError: the configuration's table of prices cannot be read.
    """
    stated = source.options.get("prices", {})
    if not isinstance(stated, Mapping) or not all(
        kind in PRICES and is_amount(price) for kind, price in stated.items()
    ):
        raise SourceError(SourceState.FAILING, bad_prices())
    table = {kind: millionths(stated.get(kind, price)) for kind, price in PRICES.items()}
    return Prices(table, source.options.get("owned") is True)


def ceiling_of(source: SourceConfig) -> Ceiling:
    """Return what a source's account may spend.

    Raises:
        SourceError: that cannot be read.
    """
    day = source.options.get("budget_day", A_DAY)
    month = source.options.get("budget_month", A_MONTH)
    if not (is_amount(day) and is_amount(month)):
        raise SourceError(SourceState.FAILING, bad_budget())
    return Ceiling(millionths(day), millionths(month))


def is_amount(value: object) -> bool:
    """Whether a value of the configuration is an amount of dollars."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e6


def millionths(amount: object) -> int:
    """Return dollars as millionths."""
    return round(float(amount) * DOLLAR) if isinstance(amount, (int, float)) else 0


def bad_prices() -> Sentence:
    """The table of prices is not one."""
    return Sentence(
        "prices in a source of X is a table of dollars, such as prices = {example}; it knows "
        "{kinds}. Until it can be read, nothing is asked and nothing is spent.",
        {"example": "{ post = 0.005 }", "kinds": ", ".join(PRICES)},
    )


def bad_budget() -> Sentence:
    """The budget is none."""
    return Sentence(
        "budget_day and budget_month in a source of X are dollars, such as budget_day = 1.50. "
        "Until they can be read, nothing is asked and nothing is spent."
    )
