"""How keyword health reads: a row for each part of the query, a sentence for each exclusion."""

from __future__ import annotations

from listeners.keywords import Exclusion, Term
from tui.i18n import _, number, percent, say


def term_name(term: Term) -> str:
    """Return which part of the query it is."""
    return say(term.why)


def term_figures(term: Term) -> tuple[str, str, str, str]:
    """Return what it brought, and the shares dismissed, never acted on, and answered."""
    answered = term.outcomes.get("answered", 0)
    return (
        number(term.brought),
        percent(term.noise),
        percent(term.useless - term.noise),
        percent(answered / term.brought),
    )


def exclusion_words(one: Exclusion) -> str:
    """Return an exclusion and what it would have done."""
    return _(
        "NOT {value}: would have left out {left_out} of {of}, {answered} of them answered"
    ).format(
        value=one.value,
        left_out=number(one.left_out),
        of=number(one.of),
        answered=number(one.answered),
    )
