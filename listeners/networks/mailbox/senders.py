"""Which network a notification mail comes from, and where its links really lead.

The domains are those the networks send from, as their help pages name them; the words are what
their notifications say. Neither is promised by anybody: what is not recognised stays a plain mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from listeners.conversations.identity import canonical_url
from listeners.networks.decoding import web_address
from listeners.networks.feeds.html import host_of, unwrap
from listeners.networks.mailbox.auth import domain_of, is_below


@dataclass(frozen=True, slots=True)
class Sender:
    """A network that writes to us: ``domains`` it sends from, ``hosts`` its pages are on."""

    network: str
    title: str
    domains: tuple[str, ...]
    hosts: tuple[str, ...]


ALERTS = Sender("feeds", "Google Alerts", ("google.com",), ())
ALERTS_MAIL = "googlealerts-noreply@google.com"
SENDERS: tuple[Sender, ...] = (
    Sender("facebook", "Facebook", ("facebookmail.com",), ("facebook.com", "fb.com")),
    Sender("instagram", "Instagram", ("mail.instagram.com",), ("instagram.com",)),
    Sender("threads", "Threads", ("mail.threads.net", "mail.threads.com"),
           ("threads.net", "threads.com")),
    Sender("x", "X", ("x.com", "twitter.com"), ("x.com", "twitter.com")),
    Sender("linkedin", "LinkedIn", ("linkedin.com",), ("linkedin.com",)),
    Sender("youtube", "YouTube", ("youtube.com",), ("youtube.com", "youtu.be")),
    Sender("tiktok", "TikTok", ("tiktok.com",), ("tiktok.com",)),
    Sender("pinterest", "Pinterest", ("pinterest.com",), ("pinterest.com", "pin.it")),
    Sender("slideshare", "SlideShare", ("slideshare.net",), ("slideshare.net",)),
    Sender("trustpilot", "Trustpilot", ("trustpilot.com", "trustpilotmail.com"),
           ("trustpilot.com",)),
    Sender("reddit", "Reddit", ("redditmail.com",), ("reddit.com",)),
)  # fmt: skip

_FOLLOWING: Mapping[str, frozenset[str]] = {
    "facebook": frozenset({"aref", "medium", "mid", "bcode", "n_m", "lloc", "rms", "ref", "refid",
                           "notif_t", "notif_id", "__tn__", "mibextid"}),
    "instagram": frozenset({"ndid", "utm_source", "igshid", "__bp", "e", "s"}),
    "x": frozenset({"cn", "refsrc", "ref_src", "t", "s", "iid", "nid", "uid", "sig", "cxt"}),
    "linkedin": frozenset({"lipi", "midtoken", "midsig", "trk", "trkemail", "eid", "otptoken",
                           "lgcta", "lgtemp", "rcm", "origin", "refid"}),
    "tiktok": frozenset({"_d", "_t", "_r", "sec_user_id", "share_app_id", "timestamp", "u_code"}),
    "pinterest": frozenset({"auto_follow", "e_t", "e_t_s", "invite_code", "utm_pai", "tracking"}),
    "reddit": frozenset({"ref", "ref_campaign", "ref_source", "correlation_id", "$deep_link"}),
}  # fmt: skip
"""Parameters that name the reader or the mail, not the page, by network."""
_NO_PAGE = re.compile(
    r"/(?:unsubscribe|settings|help|legal|policies|privacy|preferences|(?:comm/)?psettings|o\.php"
    r"|email_optout|confirmemail|login|checkpoint|about|terms)\b|unsub|/e/v2|/emimp/",
    re.IGNORECASE,
)
_MOST_UNWRAPPED = 4


def sender_of(mail: str, name: str) -> tuple[Sender | None, bool]:
    """Return the network a mail says it comes from, and whether its address is that network's.

    The name alone claims as well: ``LinkedIn <x@elsewhere.example>``.
    """
    if mail.casefold() == ALERTS_MAIL:
        return ALERTS, True
    domain = domain_of(mail)
    for sender in SENDERS:
        if any(is_below(domain, one) for one in sender.domains):
            return sender, True
    said = name.strip().casefold()
    for sender in (ALERTS, *SENDERS):
        title = sender.title.casefold()
        # A name of one letter claims nothing by itself.
        if len(title) > 1 and (said == title or said.endswith((f" via {title}", f"({title})"))):
            return sender, False
    return None, False


def claimed_domain(mail: str, sender: Sender) -> str:
    """Return the domain that must be proven: the one the network sends from."""
    domain = domain_of(mail)
    return next((one for one in sender.domains if is_below(domain, one)), domain)


def page_among(links: Iterable[str], sender: Sender) -> str:
    """Return the first link that leads to a page of the network, freed of what follows readers."""
    for link in links:
        target = plain_link(link, sender)
        parts = urlsplit(target)
        at_home = any(is_below(host_of(target), host) for host in sender.hosts)
        if at_home and len(parts.path) > 1 and not _NO_PAGE.search(target):
            return target
    return ""


def plain_link(link: str, sender: Sender) -> str:
    """Return where a link of a notification leads, without what names its reader."""
    target = link
    for _ in range(_MOST_UNWRAPPED):
        inner = _inside(target)
        if not inner or inner == target:
            break
        target = inner
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    path = parts.path.removeprefix("/comm") if sender.network == "linkedin" else parts.path
    query = parts.query
    if sender.network == "facebook" and path == "/n/":
        # The page itself is the first parameter: /n/?permalink.php&story_fbid=1&id=2&aref=…
        page, _, query = query.partition("&")
        path = f"/{unquote(page).lstrip('/')}"
    drop = _FOLLOWING.get(sender.network, frozenset())
    kept = [one for one in query.split("&") if one and one.partition("=")[0].lower() not in drop]
    whole = parts._replace(path=path, query="&".join(kept), fragment="").geturl()
    plain = canonical_url(whole)
    return f"https://{plain}" if plain else ""


def _inside(link: str) -> str:
    """Return the address another one redirects to, if it says so."""
    if (target := unwrap(link)) != link:
        return target
    try:
        parts = urlsplit(link)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return ""
    host = host_of(link)
    names = {
        "l.facebook.com": "u",
        "lm.facebook.com": "u",
        "l.instagram.com": "u",
        "l.threads.net": "u",
        "linkedin.com": "url",
        "youtube.com": "u" if parts.path == "/attribution_link" else "q",
        "click.redditmail.com": "url",
    }
    found = query.get(names.get(host, ""), [""])[0]
    if found.startswith("/") and host == "youtube.com":
        return f"https://www.youtube.com{found}"
    return web_address(found)
