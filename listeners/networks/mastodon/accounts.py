"""Which Mastodon accounts are ours, however a server spells them.

One account has many names: ``brand`` on its own server, ``brand@server`` elsewhere, and two
addresses. The configuration holds one of them; the rest of hubbub compares with that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit


class OwnAccounts:
    """The accounts of the configured brands, as seen from one server."""

    def __init__(self, handles: Iterable[str], server: str = "") -> None:
        """``handles`` as configured; ``server`` is the address whose local names have no host."""
        self._host = _host(server)
        self._spelled: dict[str, str] = {}
        for handle in handles:
            for name in _names(handle.strip(), self._host):
                self._spelled.setdefault(name, handle.strip().removeprefix("@"))

    def spelling(self, acct: str, url: str = "") -> str | None:
        """Return the configured spelling of an account of ours, ``None`` for anybody else.

        ``acct`` is the network's ``acct``, without a host when local. The profile's ``url`` tells
        the host of a local account and nothing else: a far account may claim any address.
        """
        if not self._spelled or not acct:
            return None
        names = [acct.casefold()]
        if "@" not in acct:
            names += [f"{acct}@{host}".casefold() for host in (self._host, _host(url)) if host]
        return next((self._spelled[name] for name in names if name in self._spelled), None)

    def handles(self) -> tuple[str, ...]:
        """Return the configured spellings, each once."""
        return tuple(dict.fromkeys(self._spelled.values()))


def account_name(handle: str) -> str:
    """Return a handle, or the address of a profile, as ``user@host`` or ``user``; "" if neither."""
    plain = handle.strip().removeprefix("@")
    if not plain.startswith(("https://", "http://")):
        return plain
    try:
        user = urlsplit(plain).path.rstrip("/").rpartition("/")[2].removeprefix("@")
    except ValueError:
        return ""
    return f"{user}@{_host(plain)}" if user else ""


def _names(handle: str, host: str) -> Iterable[str]:
    plain = account_name(handle).casefold()
    if plain:
        yield plain
    if host and plain.endswith(f"@{host}"):
        yield plain.removesuffix(f"@{host}")


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2].casefold()
    except ValueError:
        return ""


NOBODY = OwnAccounts(())
