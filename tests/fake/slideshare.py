"""A small SlideShare on loopback: oEmbed, the old API's search, and a feed of alerts beside it.

async with FakeSlideShare() as server:
    deck = server.deck("Boats")
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from tests.fake.http_server import FakeServer, Reply, Request, body_reply, json_reply, status_reply
from tests.fake.listening import START

KEY, SECRET = "deck-key", "deck-secret"
FEED = "/alerts/feeds/1/2"


@dataclass
class Deck:
    """One deck, and what an alert says of it."""

    id: int
    title: str
    text: str
    at: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.slideshare.net/kerlann/deck-{self.id}"

    @property
    def entry(self) -> str:
        """It as Google Alerts tells it: escaped HTML, and a redirecting link."""
        link = f"https://www.google.com/url?rct=j&url={quote(self.url, safe='')}&ct=ga"
        moment = datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            f"<entry><id>tag:google.com,2013:googlealerts/feed:{self.id}</id>"
            f"<title type='html'>{escape(f'<b>{self.title}</b>')}</title>"
            f"<link href='{escape(link)}'/><published>{moment}</published>"
            f"<updated>{moment}</updated><content type='html'>{escape(self.text)}</content>"
            "<author><name></name></author></entry>"
        )

    @property
    def xml(self) -> str:
        """It as the old API tells it: entities written twice."""
        moment = datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return (
            f"<Slideshow><ID>{self.id}</ID><Title>{escape(escape(self.title))}</Title>"
            f"<Description>{escape(escape(self.text))}</Description><Username>ana</Username>"
            f"<URL>{self.url}</URL><Created>{moment}</Created><Language>fr</Language>"
            "<NumViews>9</NumViews><NumComments>2</NumComments><NumFavorites>1</NumFavorites>"
            "</Slideshow>"
        )


class FakeSlideShare(FakeServer):
    """The server; ``size`` decks a page of the search, whatever is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.decks: list[Deck] = []
        self.now = START
        self.size = 50

    def deck(self, title: str, text: str = "") -> Deck:
        """Put a deck up."""
        self.now += 60
        made = Deck(34_000_000 + len(self.decks), title, text, self.now)
        self.decks.append(made)
        return made

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        if request.path == FEED:
            entries = "".join(one.entry for one in self.decks[::-1])
            feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>{entries}</feed>"
            return body_reply(feed.encode(), "application/atom+xml")
        if request.path == "/api/oembed/2":
            found = next((one for one in self.decks if one.url == request.one("url")), None)
            return status_reply(404) if found is None else json_reply(_embedded(found))
        if request.path == "/api/2/search_slideshows":
            return self._search(request)
        return status_reply(404)

    def _search(self, request: Request) -> Reply:
        proof = hashlib.sha1(f"{SECRET}{request.one('ts')}".encode()).hexdigest()
        if request.one("api_key") != KEY or request.one("hash") != proof:
            refusal = '<Message ID="1">Failed API validation</Message>'
            return _xml(f"<SlideShareServiceError>{refusal}</SlideShareServiceError>")
        number = int(request.one("page", "1"))
        shown = self.decks[::-1][(number - 1) * self.size : number * self.size]
        return _xml(f"<Slideshows>{''.join(one.xml for one in shown)}</Slideshows>")


def _embedded(deck: Deck) -> dict[str, object]:
    return {
        "version": "1.0",
        "type": "rich",
        "title": deck.title,
        "author_name": "Ana Boat",
        "author_url": "https://www.slideshare.net/ana",
        "provider_name": "SlideShare",
        "total_slides": 96,
        "slideshow_id": deck.id,
    }


def _xml(body: str) -> Reply:
    return body_reply(f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode(), "text/xml")
