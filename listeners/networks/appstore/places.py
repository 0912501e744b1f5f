"""Which app's reviews in which countries: the App Store keeps every country apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError

MOST_COUNTRIES = 30

_ADDRESS = re.compile(r"https?://(?:apps|itunes)\.apple\.com/(?:([a-z]{2})/)?\S*?id(\d{3,15})\b.*")
_NUMBER = re.compile(r"(?:id)?(\d{3,15})")
_COUNTRY = re.compile(r"[a-z]{2}")
_OF_LANGUAGE = {"fr": ("fr",), "de": ("de",), "es": ("es",), "it": ("it",), "en": ("us", "gb")}

_NO_APP = Sentence(
    'Reviews need the number of an app, such as what = "497799835: us, fr"; it stands at the end '
    "of the app's page in the App Store, after id."
)


@dataclass(frozen=True, slots=True)
class App:
    """An app by its number, and the countries whose reviews are read."""

    number: str
    countries: tuple[str, ...]


def app_of(source: SourceConfig, brands: Sequence[BrandConfig]) -> App:
    """Return what ``what`` names: ``NUMBER[: COUNTRY, COUNTRY]`` or the address of an app's page.

    Without countries, those of the brands' languages.

    Raises:
        SourceError: it names no app, or a country that is none.
    """
    what = source.what.strip()
    if found := _ADDRESS.fullmatch(what):
        country, number = found.groups()
        return App(number, (country,) if country else _usual(brands))
    front, _, rest = what.partition(":")
    if not (number_found := _NUMBER.fullmatch(front.strip())):
        raise SourceError(SourceState.FAILING, _NO_APP)
    named = [one.strip().casefold() for one in rest.split(",") if one.strip()]
    for one in named:
        if not _COUNTRY.fullmatch(one):
            raise SourceError(
                SourceState.FAILING,
                Sentence(
                    "{country} is no country of the App Store: write two letters, such as us or "
                    "fr.",
                    {"country": one},
                ),
            )
    countries = tuple(dict.fromkeys(named)) or _usual(brands)
    return App(number_found[1], countries[:MOST_COUNTRIES])


def _usual(brands: Sequence[BrandConfig]) -> tuple[str, ...]:
    languages = [language for brand in brands for language in brand.languages]
    found = [country for language in languages for country in _OF_LANGUAGE.get(language, ())]
    return tuple(dict.fromkeys(found)) or ("us",)
