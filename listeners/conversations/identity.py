"""Which conversation a post belongs to, and whose voice it is in it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from urllib.parse import parse_qsl, urlencode, urlsplit

from listeners.model import DAY, Micros, Part, Post

PRIVATE_SILENCE = 28 * DAY
"""After this much silence a private exchange without threads begins anew, in microseconds."""

_FOLLOWING = ("utm_", "mtm_", "pk_", "hsa_", "_hs", "at_")
_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "ref_src",
        "ref_url",
        "cmpid",
        "xtor",
        "wt_mc",
        "ocid",
        "smid",
        "s_kwcid",
        "spm",
        "share_id",
        "si",
        "feature",
        "guccounter",
        "__twitter_impression",
        "amp",
        "outputtype",
    ]
)
_PORTS = {"http": 80, "https": 443}


def conversation_root(
    post: Post, source: str, *, threaded: bool, parent_root: str | None = None
) -> str:
    """Return the root that, with brand and network, names the post's conversation.

    ``source`` is the source's key. ``threaded`` says whether the network has threads at all
    (news, feeds and reviews do not: there the canonical address of the page is the root).
    ``parent_root`` is the root of the parent where the store holds it: some networks name only
    the parent. A private message without a thread belongs to its source and author.
    """
    if post.root_id:
        return post.root_id
    if parent_root:
        return parent_root
    if post.parent_id:
        return post.parent_id
    if post.private:
        return f"{source}:{post.author.key}"
    if not threaded:
        return canonical_url(post.url) or post.native_id
    return post.native_id


def is_private_without_thread(post: Post) -> bool:
    """Whether the 28-day rule applies: a private post that names neither parent nor root."""
    return post.private and not (post.root_id or post.parent_id)


def begins_anew(last_at: Micros, at: Micros) -> bool:
    """Whether a private message at ``at`` starts anew after silence since ``last_at``."""
    return at - last_at > PRIVATE_SILENCE


def canonical_url(url: str) -> str:
    """Return one spelling for all addresses of a page, empty if it is not a web address.

    Scheme, ``www.``, port, fragment, trailing slash and parameters that only track are dropped;
    other parameters are kept in a fixed order, since on many sites they name the page.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    where = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    asked = sorted(pair for pair in parse_qsl(parts.query) if not _tracks(pair[0]))
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{where}{parts.path.rstrip('/')}{query}"


def _tracks(parameter: str) -> bool:
    name = parameter.lower()
    return name in _TRACKING or name.startswith(_FOLLOWING)


def part_of(
    author_key: str,
    *,
    ours: AbstractSet[str],
    opener_key: str,
    addresses_us: bool,
    we_spoke: bool = False,
) -> Part:
    """Return whose voice a message is.

    *Ours*: one of our accounts (``ours`` holds their keys on this network). *Outside*: the opener,
    or somebody who addresses us. *Third party*: anybody else; shown, but it starts no clock.
    ``opener_key`` is empty for the first message. ``we_spoke``: we wrote in this conversation, so
    that an answer without a name still addresses us unless somebody else opened it.
    """
    if author_key in ours:
        return Part.OURS
    ours_opened = we_spoke and opener_key in ours
    if not opener_key or author_key == opener_key or addresses_us or ours_opened:
        return Part.OUTSIDE
    return Part.THIRD_PARTY
