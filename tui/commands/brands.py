"""Which brand a command is about."""

from __future__ import annotations

from listeners.model import Sentence
from listeners.text import fold
from tui.commands import FAILED, WRONG_USE
from tui.commands.common import CommandError, Settings


def brand_meant(known: Settings, named: str) -> str:
    """Return the brand something is written for: the one named, or the only one that is ours.

    Raises:
        CommandError: there is none of this name, or several could be meant.
    """
    if named:
        return _named(known, named)
    ours = _ours(known)
    if len(ours) == 1:
        return ours[0]
    if not ours:
        raise _none_yet()
    raise CommandError(
        Sentence("Say of which brand, with --brand: {brands}.", {"brands": ", ".join(ours)}),
        WRONG_USE,
    )


def brand_shown(known: Settings, named: str) -> str:
    """Return the brand to show: the one named, or the first of ours.

    Raises:
        CommandError: there is none of this name, or none at all.
    """
    if named:
        return _named(known, named)
    ours = _ours(known)
    if not ours:
        raise _none_yet()
    return ours[0]


def _none_yet() -> CommandError:
    return CommandError(
        Sentence("No brand is configured yet; hubbub init makes a first one."), FAILED
    )


def _ours(known: Settings) -> list[str]:
    """Return the brands that are no competitors', or all where every one is."""
    brands = known.config.brands
    rivals = {name for brand in brands for name in brand.competitors}
    ours = [one.name for one in brands if not one.competitor and one.name not in rivals]
    return ours or [one.name for one in brands]


def _named(known: Settings, named: str) -> str:
    names = [brand.name for brand in known.config.brands]
    found = [one for one in names if one == named] or [
        one for one in names if fold(one) == fold(named)
    ]
    if len(found) != 1:
        raise CommandError(Sentence("There is no brand {brand}.", {"brand": named}), WRONG_USE)
    return found[0]
