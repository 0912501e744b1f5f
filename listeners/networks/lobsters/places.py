"""Which lists of stories a Lobsters source reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError


@dataclass(frozen=True, slots=True)
class Place:
    """A list of stories, newest first, by its path without ``.json``."""

    path: str

    def page(self, number: int) -> str:
        """Return the path of one of its pages."""
        return f"{self.path}.json" if number == 1 else f"{self.path}/page/{number}.json"

    @property
    def linked(self) -> bool:
        """Whether its stories link to a site that was asked for: all of them concern us."""
        return self.path.startswith("/domains/")


def places_of(source: SourceConfig, brands: Iterable[BrandConfig]) -> tuple[Place, ...]:
    """Return the lists of a source.

    Raises:
        SourceError: ``what`` asks for something Lobsters cannot give.
    """
    kind, _, rest = source.what.strip().partition(":")
    names = [quote(name.strip().casefold(), safe=".-") for name in rest.split(",")]
    names = [name for name in names if name]
    match kind.strip().casefold():
        case "":
            sites = dict.fromkeys(_host(site) for brand in brands for site in brand.websites)
            return (Place("/newest"), *(Place(f"/domains/{quote(s)}") for s in sites if s))
        case "newest":
            return (Place("/newest"),)
        case "tag" | "tags" if names:
            return (Place(f"/t/{','.join(names)}"),)
        case "domain" | "domains" if names:
            return tuple(Place(f"/domains/{name}") for name in names)
    raise SourceError(
        SourceState.FAILING,
        Sentence(
            "Lobsters cannot be searched. Leave what = empty to hear of every new story, or "
            'write "tag:web, security" or "domain:example.org".'
        ),
    )


def _host(site: str) -> str:
    rest = site.strip().partition("://")[2] or site.strip()
    return rest.partition("/")[0].removeprefix("www.").casefold()
