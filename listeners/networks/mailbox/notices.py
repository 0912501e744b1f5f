"""From a mail to what it tells: a letter to us, a notification of a network, an alert of Google's.

A notification is only believed when it is proven to come from where it says; a forged one is kept
aside, with the reason, and never becomes a mention. Its words change without notice and its snippet
is cut, so its link is the truth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listeners.importing.mail import read_mail
from listeners.importing.record import BadRecordError
from listeners.importing.values import printable_record
from listeners.model import Author, BadRecord, Micros, Post, Sentence
from listeners.networks.decoding import links_of_html, web_address
from listeners.networks.feeds.html import host_of, unwrap
from listeners.networks.mailbox.auth import is_proven, server_of
from listeners.networks.mailbox.senders import (
    ALERTS,
    Sender,
    claimed_domain,
    page_among,
    sender_of,
)
from listeners.text import HTML_CAP, links_in

NETWORK = "mailbox"
TITLE = "Mailbox"
NOBODY = "none"
"""What ``authserv`` is where no server says who mails come from: then no notification counts."""
_MOST_ARTICLES = 50
_SHORTEST = 2
_LONGEST = 10_000
"""Characters of a notification that are looked through: beyond it nothing is said."""
_DID = (
    r"mentioned|replied|commented|tagged|reacted|liked|likes|shared|quoted|reposted|retweeted"
    r"|posted|reviewed|left|wrote|sent|also commented|started|followed|invited|asked|answered"
    r"|a mentionné|a répondu|a commenté|vous a|a aimé|aime|a partagé|a cité|a publié|a laissé"
    r"|a identifié|a également|a réagi|a écrit|a posé|t’a|t'a|t’a|commente"
)
_WHO = re.compile(rf"^\W*(?P<who>[^\n:]{{2,80}}?)\s+(?:has |just |also )?(?:{_DID})\b")
_VIA = re.compile(r"^(?P<who>.{2,80}?)\s+(?:\(?via\b.*|\([A-Za-z ]{2,20}\))$", re.IGNORECASE)
_QUOTED = re.compile(r"[“«\"]\s*(?P<said>[^”»\"]{2,2000}?)\s*[”»\"]")
_FOOTER = re.compile(
    r"unsubscribe|désabonn|désinscri|this (?:message|email) was sent|ce (?:message|mail|courriel)"
    r"|©|all rights reserved|view on|voir sur|privacy|confidentialité|^\W*https?://|^\W*$"
    r"|help center|centre d.aide"
    r"|^\W*(?:reply|répondre|view|voir|see|afficher|like|j.aime)\b.{0,30}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What one mail tells, and what of it cannot be believed or read."""

    posts: tuple[Post, ...] = ()
    bad: tuple[BadRecord, ...] = ()


class UnnamedServerError(Exception):
    """A notification came, and nobody said whose word counts; ``sentence`` is for the person."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template)
        self.sentence = sentence


def read_notice(data: bytes, authserv: str, *, letters: bool = True) -> Told:
    """Return what a mail tells. ``letters``: plain mails are mentions too.

    Raises:
        UnnamedServerError: it says it is a notification, and ``authserv`` is empty.
    """
    try:
        letter = read_mail(data)
        message = BytesParser(policy=policy.default).parsebytes(data)
        name, mail = parseaddr(_one(message, "From"))
        sender, at_home = sender_of(mail, name)
        if sender is None:
            return Told((_letter(letter, message),)) if letters else Told()
        results = [str(one) for one in message.get_all("Authentication-Results", [])]
        if not authserv:
            raise UnnamedServerError(_whose_word(sender, results))
        alone = len(message.get_all("From", [])) == 1
        domain = claimed_domain(mail, sender)
        # Anybody can write a header of a server called "none".
        heard = authserv != NOBODY and is_proven(results, authserv, domain)
        if not (at_home and alone and heard):
            evidence = printable_record(data)
            return Told(bad=(BadRecord(evidence, _forged(sender, letter)),))
        if sender is ALERTS:
            return Told(_articles(letter, _html(message)))
        return Told((_notice(letter, message, sender, name),))
    except BadRecordError as error:
        return Told(bad=(BadRecord(printable_record(data), error.at(TITLE)),))


def _letter(post: Post, message: EmailMessage) -> Post:
    """Return a plain mail: somebody wrote to us, unless a list or a program did."""
    bulk = _one(message, "Precedence").casefold() in ("bulk", "list", "junk")
    listed = bool(_one(message, "List-Unsubscribe") or _one(message, "List-Id")) or bulk
    author = replace(post.author, automated=post.author.automated or listed)
    return replace(post, network=NETWORK, author=author, private=True, addressed=not listed)


def _notice(letter: Post, message: EmailMessage, sender: Sender, name: str) -> Post:
    markup = _html(message)
    who = _actor(letter, name, sender)
    links = links_of_html(markup, *links_in(letter.text))
    page = page_among(links, sender)
    return replace(
        letter,
        network=sender.network,
        author=Author(key=who or f"unnamed-{letter.native_id}", handle=who, name=who),
        text=_snippet(letter, who),
        title=letter.title,
        url=page,
        parent_id=None,
        root_id=page or None,
        links=(),
        addressed=True,
        wanted=True,
    )


def _actor(letter: Post, name: str, sender: Sender) -> str:
    """Return who did what is told: by the subject, by the sender's name, else by the text."""
    via = _VIA.match(name.strip())
    candidates = [
        _WHO.match(letter.title[:_LONGEST]),
        via,
        *(_WHO.match(line[:_LONGEST]) for line in letter.text[:_LONGEST].splitlines()[:20]),
    ]
    for found in candidates:
        who = " ".join(found["who"].split()) if found else ""
        if who and sender.title.casefold() not in who.casefold().split():
            return who
    return ""


def _snippet(letter: Post, who: str) -> str:
    """Return what was said: what is quoted, else the lines that are neither frame nor footer."""
    for text in (letter.text, letter.title):
        found = _QUOTED.search(text[:_LONGEST])
        if found and len(found["said"]) >= _SHORTEST:
            return found["said"]
    lines = [line.strip() for line in letter.text[:_LONGEST].splitlines()]
    kept = [line for line in lines if line and line != who and not _FOOTER.search(line)]
    told = [line for line in kept if not _WHO.match(line)]
    return "\n".join((told or kept)[:10]) or letter.title


def _articles(letter: Post, markup: str) -> tuple[Post, ...]:
    """Return what an alert of Google's found, one post an article, known by its real address."""
    tree = LexborHTMLParser(markup[: 4 * HTML_CAP])
    found: dict[str, Post] = {}
    for anchor in tree.css("a[href]"):
        link = web_address(anchor.attributes.get("href"))
        target = unwrap(link)
        title = " ".join(anchor.text(deep=True).split())
        if target == link or not title or host_of(target).startswith("google."):
            continue
        if target not in found and len(found) < _MOST_ARTICLES:
            around = _around(anchor)
            found[target] = _article(letter, target, title, around)
    return tuple(found.values())


def _article(letter: Post, target: str, title: str, around: LexborNode | None) -> Post:
    publisher = _item(around, "publisher") or host_of(target)
    summary = _item(around, "description")
    return Post(
        network=ALERTS.network,
        native_id=target,
        author=Author(key=publisher, handle=publisher, name=publisher),
        text=f"{title}\n{summary}".strip(),
        title=title,
        url=target,
        created_at=letter.created_at,
        links=(target,),
        wanted=True,
    )


def _around(anchor: LexborNode) -> LexborNode | None:
    """Return what encloses an article: the nearest element that holds its description."""
    node = anchor.parent
    for _ in range(6):
        if node is None or node.css_first('[itemprop="description"]') is not None:
            return node
        if node.tag in ("tr", "table", "body"):
            return None  # beyond it are other articles
        node = node.parent
    return None


def _item(node: LexborNode | None, name: str) -> str:
    found = node.css_first(f'[itemprop="{name}"]') if node is not None else None
    return " ".join(found.text(deep=True).split()) if found is not None else ""


def _one(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "")).strip()


def _html(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("html",))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return ""


def as_history(posts: Sequence[Post], before: Micros) -> tuple[Post, ...]:
    """Return posts with the old ones among them marked as history."""
    return tuple(
        replace(post, history=True) if post.created_at and post.created_at < before else post
        for post in posts
    )


def _forged(sender: Sender, letter: Post) -> Sentence:
    return Sentence(
        "A mail says it comes from {network}, and your mail server does not prove it: “{subject}”, "
        "sent as {address}. It may be forged, so it was kept aside. Open no link of it.",
        {
            "network": sender.title,
            "subject": letter.title[:100],
            "address": letter.author.handle[:100],
        },
    )


def _whose_word(sender: Sender, results: Sequence[str]) -> Sentence:
    topmost = server_of(results[0]) if results else ""
    if not topmost:
        return Sentence(
            "A notification of {network} came, and hubbub cannot tell whether it is genuine: the "
            "mail names no server that checked it. Nothing is lost, and the place is kept. Write "
            'authserv = "none" in this source to keep such mails aside.',
            {"network": sender.title},
        )
    return Sentence(
        "A notification of {network} came, and hubbub must know whose word proves that it is "
        "genuine. Nothing is lost, and the place is kept. The mail says {server} checked it: if "
        'that is your own mail server, write authserv = "{server}" in this source.',
        {"network": sender.title, "server": topmost[:100]},
    )
