"""Which lists of articles a DEV source reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.devto.decode import NETWORK
from listeners.networks.harvest import plain_handle

PER_PAGE = 100
PER_PAGE_OF_ONE = 30
"""Of one account: each article of ours is read whole, with its comments."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list of articles: newest first, or those of the last days by their reactions.

    A tag is listed by how hot its articles are, unless they are asked for by days.
    """

    key: str
    path: str
    asked: Mapping[str, str] = field(default_factory=dict)
    by_days: bool = False

    def parameters(self, number: int, days: int) -> dict[str, str]:
        """Return what a page is asked with."""
        span = {"top": str(days)} if self.by_days else {}
        return {"per_page": str(PER_PAGE), **self.asked, **span, "page": str(number)}


def places_of(source: SourceConfig, brands: Iterable[BrandConfig]) -> tuple[Place, ...]:
    """Return the lists of a source; those of our own accounts first, so that ours are known.

    Raises:
        SourceError: ``what`` asks for something DEV cannot give.
    """
    handles = [handle for brand in brands for handle in brand.handles.get(NETWORK, ())]
    own = {name: _of_user(name) for name in map(plain_handle, handles) if name}
    kind, _, rest = source.what.strip().partition(":")
    names = [name.strip().removeprefix("#").casefold() for name in rest.split(",")]
    names = [name for name in names if name]
    match kind.strip().casefold():
        case "":
            return (*own.values(), Place("latest", "/api/articles/latest"))
        case "tag" | "tags" if names:
            return (*own.values(), *map(_of_tag, names))
        case "user" | "users" if names:
            others = {name: _of_user(name) for name in map(plain_handle, names)}
            return tuple((own | others).values())
    raise SourceError(
        SourceState.FAILING,
        Sentence(
            "DEV cannot be searched. Leave what = empty to hear of every new article, or "
            'write "tag:webdev, python" or "user:NAME".'
        ),
    )


def _of_user(name: str) -> Place:
    asked = {"username": name, "per_page": str(PER_PAGE_OF_ONE)}
    return Place(f"user:{name}", "/api/articles", asked)


def _of_tag(name: str) -> Place:
    return Place(f"tag:{name}", "/api/articles", {"tag": name}, by_days=True)
