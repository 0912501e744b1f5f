"""Where a feed is asked for: what the user wrote, at the server the user chose."""

from __future__ import annotations

import base64
import ipaddress
from urllib.parse import parse_qs, urljoin, urlsplit

from listeners.config import SourceConfig
from listeners.http import Fetcher, Hidden
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.feeds.html import GOOGLE_NEWS, host_of
from listeners.secret import Secret


class FeedAddress:
    """The address of one configured feed: ``name`` as configured, ``url`` as asked for.

    With ``base_url`` every address keeps its path and goes to that server. ``feed:`` addresses,
    and ones without a scheme, become https.
    """

    def __init__(self, source: SourceConfig) -> None:
        self._source = source
        what = source.what.strip()
        scheme, _, rest = what.partition(":")
        if scheme.lower() == "feed":
            what = rest if rest.startswith(("http:", "https:")) else f"https:{rest}"
        elif "://" not in what and not (source.base_url and what.startswith("/")):
            what = f"https://{what}"
        self.name = what
        self.url = self.at_home(what)

    def check(self) -> None:
        """Raise where this feed must not be asked for.

        Raises:
            SourceError: there is no address, or the feed's own terms forbid its use unasked.
        """
        if not self._source.what.strip():
            raise SourceError(
                SourceState.FAILING,
                Sentence('This source names no feed. Write its address as what = "https://…".'),
            )
        accepted = self._source.options.get("accept_terms") is True
        if host_of(self.url) == GOOGLE_NEWS and not accepted:
            raise SourceError(
                SourceState.OFF,
                Sentence(
                    "Google allows its News feeds for personal, non-commercial use only, so this "
                    "one is off. Google Alerts, GDELT and the publishers' own feeds have no such "
                    "term; if yours is a permitted use, write accept_terms = true in this source."
                ),
            )

    def at_home(self, url: str) -> str:
        """Return an address as it is asked for: at ``base_url``, if the user gave one."""
        base = self._source.base_url
        if not base:
            return url
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        path = parts._replace(scheme="", netloc="").geturl()
        return urljoin(f"{base}/", path.lstrip("/"))

    def is_home(self, url: str = "") -> bool:
        """Whether an address is on the server the user chose, which may be on a private network."""
        host, chosen = _host(url or self.url), _host(self.url)
        return host == chosen and (self._source.allow_private or _is_local(chosen))

    def public(self, name: str, answered: str) -> str:
        """Return the address relative links start from: not the user's server in its place."""
        return name if self._source.base_url and "://" in name else answered

    def may_move_to(self, url: str) -> bool:
        """Whether a permanent redirection to ``url`` is remembered.

        Not away from a server the user chose, nor to where a secret would go along.
        """
        bound = self._source.token is not None or bool(self._source.base_url)
        return bool(url) and (not bound or _origin(url) == _origin(self.url))

    async def credentials(self, fetch: Fetcher, url: str) -> dict[str, Secret | str]:
        """Return the ``secret_headers`` for an address: the token, at the feed's origin alone.

        A token with a colon is a name and password (RFC 7617), any other a bearer token.

        Raises:
            SourceError: the token cannot be read.
        """
        token = self._source.token
        if token is None or _origin(url) != _origin(self.url):
            return {}
        value = await fetch.reveal(token)
        if ":" not in value:
            return await fetch.bearer(token)
        packed = base64.b64encode(value.encode()).decode("ascii")
        return {"authorization": Hidden(f"Basic {packed}")}


def is_bridge(url: str) -> bool:
    """Whether an address is one of RSS-Bridge or RSSHub, as they shape them.

    Sources: RSS-Bridge's docs (``?action=display&bridge=NAME``), docs.rsshub.app. One's own RSSHub
    under another name cannot be told.
    """
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return False
    named = any("rsshub" in label for label in (parts.hostname or "").split("."))
    return named or ("bridge" in query and "display" in query.get("action", []))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.rpartition("@")[2]


def _is_local(host: str) -> bool:
    """Whether a host as typed is this machine or an address of its own network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
