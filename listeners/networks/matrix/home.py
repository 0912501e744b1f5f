"""The address of a homeserver by its name: the ``kerlann.example`` of ``@us:kerlann.example``.

Wire format: spec.matrix.org, client-server API, "Well-known URI".
"""

from __future__ import annotations

from urllib.parse import urlsplit

from listeners.http import Fetcher, HttpError
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.decoding import web_address

WELL_KNOWN = "/.well-known/matrix/client"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_name(base_url: str) -> bool:
    """Whether this names a server, and is not yet the address of one."""
    return bool(base_url) and "://" not in base_url


def plain_address(name: str) -> str:
    """Return the address a name has by itself: with https, but on this very computer."""
    host = urlsplit(f"//{name}").hostname
    return f"{'http' if host in _LOOPBACK else 'https'}://{name}"


async def homeserver_of(fetch: Fetcher, name: str, *, allow_private: bool) -> str:
    """Return where the homeserver of a name is: where the name's web site says, else there itself.

    Raises:
        SourceError: the web site cannot be asked, or what it says leads nowhere.
    """
    address = plain_address(name)
    try:
        answer = await fetch.get(f"{address}{WELL_KNOWN}", allow_private=allow_private)
    except HttpError as error:
        if error.status in (403, 404, 410):
            return address
        raise
    try:
        said = answer.json()
    except SourceError:
        said = None
    home = said.get("m.homeserver") if isinstance(said, dict) else None
    found = web_address(home.get("base_url")) if isinstance(home, dict) else ""
    # A name that is asked safely must not lead to where the token travels openly.
    safe = not address.startswith("https://") or found.startswith("https://")
    if not found or not safe:
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "{server} does not say where its Matrix homeserver is. Write the homeserver's own "
                "address as base_url (an app shows it under Settings, Help & About); nothing was "
                "lost.",
                {"server": name},
            ),
        )
    return found.rstrip("/")
