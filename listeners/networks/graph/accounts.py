"""Whose account a key opens: the Page, the Instagram account, the Threads profile.

A person's key opens every Page that person has a task on; of one of them we then act as that Page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listeners.http import Hidden
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.graph.faults import GraphError, Kind
from listeners.networks.graph.records import field_of, id_in, words_of
from listeners.networks.graph.server import GraphServer
from listeners.networks.harvest import plain_handle

_NAMES = "id,name,username"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of ours; ``handle`` is how people call it."""

    id: str
    name: str = ""
    handle: str = ""

    def is_called(self, wanted: str) -> bool:
        """Whether a person means this account by a name, @-name or number."""
        return plain_handle(wanted) in {plain_handle(n) for n in (self.id, self.name, self.handle)}


async def facebook_page(server: GraphServer, wanted: str) -> Account:
    """Return the Page a key opens, and act as it. ``wanted`` chooses among several.

    Raises:
        SourceError: the key opens none, or several, or another one.
    """
    records = await _pages(server, f"{_NAMES},access_token")
    if records is None:
        found = [_account(await server.get("me", {"fields": _NAMES}))]
    else:
        found = [_account(record) for record in records]
    page = _chosen(found, wanted, server.title)
    for record in records or ():
        if id_in(record, "id") == page.id and (token := words_of(record, "access_token")):
            server.acting = Hidden(token)
    return page


async def instagram_account(server: GraphServer, wanted: str, *, own_login: bool) -> Account:
    """Return the professional account a key opens. ``own_login``: it is a key of Instagram's own
    login, not of the Page that is linked with the account. Raises as ``facebook_page``."""
    if own_login:
        me = await server.get("me", {"fields": "user_id,username"})
        name = words_of(me, "username")
        return Account(id_in(me, "user_id") or id_in(me, "id"), name, name)
    linked = "instagram_business_account{id,username}"
    records = await _pages(server, f"{_NAMES},{linked}")
    if records is None:
        records = [await server.get("me", {"fields": f"{_NAMES},{linked}"})]
    accounts = [field_of(record, "instagram_business_account") for record in records]
    found = [_account(record) for record in accounts if isinstance(record, Mapping)]
    return _chosen(found, wanted, server.title)


async def threads_profile(server: GraphServer) -> Account:
    """Return the profile a key opens. Raises as ``facebook_page``."""
    return _account(await server.get("me", {"fields": _NAMES}))


async def _pages(server: GraphServer, fields: str) -> Sequence[object] | None:
    """Return the Pages of a person's key, ``None`` where the key is a Page's own."""
    try:
        told = await server.get("me/accounts", {"fields": fields, "limit": 100}, keep_tokens=True)
    except GraphError as error:
        if error.kind in (Kind.OTHER, Kind.REVIEW, Kind.PERMISSION) or error.fault.code == 100:
            return None
        raise
    return server.page_in(told).records


def _account(record: object) -> Account:
    name, handle = words_of(record, "name"), words_of(record, "username")
    return Account(id_in(record, "id"), name or handle, handle)


def _chosen(found: Sequence[Account], wanted: str, network: str) -> Account:
    usable = [one for one in found if one.id]
    if wanted:
        usable = [one for one in usable if one.is_called(wanted)]
    if len(usable) == 1:
        return usable[0]
    names = ", ".join(one.handle or one.name or one.id for one in found if one.id)
    if len(usable) > 1:
        said = Sentence(
            "This source's key opens several accounts on {network}: {names}. Write the one to "
            "hear as what = in the source.",
            {"network": network, "names": names},
        )
    elif wanted and names:
        said = Sentence(
            "This source's key does not open {wanted} on {network}, but: {names}. Check what = of "
            "the source, or make the key with the account that has a task there.",
            {"network": network, "wanted": wanted, "names": names},
        )
    else:
        said = Sentence(
            "This source's key opens no account on {network} that hubbub could hear. "
            "docs/networks.md says step by step how to make one.",
            {"network": network},
        )
    raise SourceError(SourceState.NEEDS_TOKEN, said)
