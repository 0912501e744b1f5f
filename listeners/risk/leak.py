"""Leaks: what should not be public, found in public. One hit fires; no statistics.

Four kinds: a confidential term of the brand's own list; words such as "internal only" beside the
brand; the shape of a secret; a link to a paste or shared-document site beside the brand. An
e-mail address or telephone number is somebody's *exposed* own data, no leak: there the help is
to move to private messages.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from urllib.parse import urlsplit

from listeners.model import Sentence, Severity
from listeners.phrases import PhraseBook, listed
from listeners.risk.finding import HIDDEN, Finding
from listeners.risk.folded import Folded
from listeners.risk.secrets import FEWEST_DIGITS, secrets_in
from listeners.text import links_in

NEAR = 160
"""Characters of folded text within which words stand beside the brand."""

_INTERNAL_WORDS = listed("""
    internal only, internal use only, for internal use, internal use, internal document,
    internal memo, internal email, internal e-mail, leaked memo, leaked document, leaked
    documents, leaked internal, leaked screenshot, leaked screenshots, leaked email, leaked
    emails, leaked slides, leaked deck, leaked roadmap, do not distribute, not for distribution,
    do not share externally, do not forward, strictly confidential, company confidential, highly
    confidential, confidential, under nda, signed an nda, breaking nda, broke nda, nda, under
    embargo, embargo until, trade secret, not public yet, before the announcement,

    usage interne, a usage interne, interne uniquement, document interne, note interne, memo
    interne, mail interne, diffusion interne, diffusion restreinte, ne pas diffuser, ne pas
    partager, ne pas transferer, confidentiel, confidentielle, confidentiels, confidentielles,
    strictement confidentiel, sous embargo, embargo jusqu'au, sous nda, secret industriel,
    secret des affaires, pas encore public, pas encore annonce, avant l'annonce, document fuite,
    fuite interne, documents fuites
""")

_SHARING_HOSTS = frozenset(
    listed("""
    pastebin.com, hastebin.com, paste.ee, dpaste.com, dpaste.org, rentry.co, rentry.org,
    justpaste.it, controlc.com, 0bin.net, privatebin.net, ghostbin.com, paste.rs, termbin.com,
    gist.github.com, docs.google.com, drive.google.com, dropbox.com, 1drv.ms, onedrive.live.com,
    we.tl, wetransfer.com, mega.nz, mediafire.com, gofile.io, anonfiles.com, transfer.sh, file.io,
    catbox.moe, files.catbox.moe, box.com, app.box.com, send.vis.ee, swisstransfer.com, pcloud.com,
    notion.site, sharepoint.com, cryptpad.fr, pixeldrain.com, krakenfiles.com, workupload.com
""")
)
_PUBLIC_PATHS = ("/forms/", "/pricing", "/download", "/about", "/products")

_EMAIL = re.compile(
    r"(?<![\w.+@-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])"
)
_PHONE = re.compile(
    r"(?<![\w.,/+-])(?:"
    r"(?:\+33|0033) ?(?:\(0\))?[ .-]?[1-9](?:[ .-]?[0-9]{2}){4}"  # France, from abroad
    r"|0[1-9](?:[ .-]?[0-9]{2}){4}"  # France
    r"|(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}"  # US
    r"|\+[1-9][0-9]{0,2}(?:[ .-]?[0-9]{2,4}){3,5}"  # E.164
    r")(?![\w-])"
)
_NO_DIGIT = re.compile(r"[^0-9]+")
_FREE_NUMBERS = re.compile(r"(?:\+?33|0033)?0?80[0-9]|\+?1?8(?:00|33|44|55|66|77|88)")


def find(
    text: str,
    terms: Sequence[str] = (),
    own_addresses: Sequence[str] = (),
    *,
    brand_terms: Sequence[str] = (),
    links: Sequence[str] = (),
    private: bool = False,
) -> tuple[Finding, ...]:
    """Return what leaks in ``text``, in order of place.

    ``terms`` are the brand's confidential terms, ``brand_terms`` its public names.
    ``own_addresses`` are its public addresses, domains and numbers, never reported. ``links`` are
    the full targets of the post's links where the text shows them shortened. In a ``private``
    message nothing is public: secrets there are only *exposed*. Linear in the length of the text.
    """
    folded = Folded(text)
    found = [*_secrets(text, private=private), *_exposed(text, tuple(own_addresses))]
    if not private:
        found += _confidential(folded, tuple(terms))
        found += _numbers_of_the_list(text, tuple(terms))
        brand = [(hit.start, hit.end) for hit in _book(tuple(brand_terms)).find(folded.text)]
        if brand:
            found += _internal(folded, brand)
            found += _shared(text, links)
    return tuple(sorted(_without_inner(found), key=lambda finding: (finding.start, -finding.end)))


@lru_cache(maxsize=256)
def _book(phrases: tuple[str, ...]) -> PhraseBook:
    """Return the phrases compiled, each also joined as a hashtag, with a hyphen or underscore."""
    spelt: dict[str, None] = {}
    for phrase in phrases:
        words = " ".join(listed(phrase.replace(",", " "))).split()
        for joint in (" ", "", "-", "_"):
            spelt[joint.join(words)] = None
    return PhraseBook({"": tuple(spelt)})


_INTERNAL_BOOK = PhraseBook({"": _INTERNAL_WORDS})


def _confidential(folded: Folded, terms: tuple[str, ...]) -> Iterator[Finding]:
    text = folded.original
    for hit in _book(terms).find(folded.text):
        start, end = folded.span(hit.start, hit.end)
        yield _finding(
            "confidential term", Severity.HIGH, start, end, text[start], _digest(hit.phrase)
        )


def _internal(folded: Folded, brand: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    for hit in _INTERNAL_BOOK.find(folded.text):
        if any(a - NEAR <= hit.end and hit.start <= b + NEAR for a, b in brand):
            start, end = folded.span(hit.start, hit.end)
            yield Finding(
                rule="internal words",
                risk="leak",
                severity=Severity.WARN,
                start=start,
                end=end,
                masked=hit.phrase,
                sentence=Sentence("says “{words}” beside our name", {"words": hit.phrase}),
            )
            return


def _shared(text: str, links: Sequence[str]) -> Iterator[Finding]:
    for link in dict.fromkeys((*links_in(text), *links)):
        host = _sharing_host(link)
        if host:
            start = max(text.find(link), 0)
            yield Finding(
                rule="shared document",
                risk="leak",
                severity=Severity.WARN,
                start=start,
                end=start + (len(link) if link in text else 0),
                masked=host,
                sentence=Sentence(
                    "links to a shared document ({host}) beside our name", {"host": host}
                ),
            )


def _sharing_host(link: str) -> str:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""
    inner = host.partition(".")[2]
    known = host if host in _SHARING_HOSTS else inner if inner in _SHARING_HOSTS else ""
    public = len(parts.path) < 2 or any(path in parts.path for path in _PUBLIC_PATHS)
    return "" if public else known


def _secrets(text: str, *, private: bool) -> Iterator[Finding]:
    for shape in secrets_in(text):
        if private:
            yield _exposure(shape.rule, shape.start, shape.end, shape.hint + HIDDEN)
        else:
            subject = _digest(text[shape.start : shape.end])
            yield _finding(shape.rule, shape.severity, shape.start, shape.end, shape.hint, subject)


def _exposed(text: str, own: tuple[str, ...]) -> Iterator[Finding]:
    known = _own(own)
    if "@" in text:
        for match in _EMAIL.finditer(text):
            name, _, domain = match.group().lower().partition("@")
            if not known & {match.group().lower(), domain, f"@{domain}"}:
                yield _exposure("e-mail address", *match.span(), f"{name[0]}{HIDDEN}@{HIDDEN}")
    for match in _phones(text):
        digits = _digits(match.group())
        free = _FREE_NUMBERS.match(match.group().replace(" ", "").replace("-", "").lstrip("("))
        if not free and digits[-9:] not in known:
            yield _exposure("telephone number", *match.span(), HIDDEN)


@lru_cache(maxsize=256)
def _own(addresses: tuple[str, ...]) -> frozenset[str]:
    """Return our addresses as they are compared: lower case, numbers by their last nine digits."""
    known = {address.strip().lower() for address in addresses}
    numbers = {_digits(address)[-9:] for address in addresses if "@" not in address}
    return frozenset(known | {number for number in numbers if len(number) >= 6})


@lru_cache(maxsize=256)
def _listed_numbers(terms: tuple[str, ...]) -> frozenset[str]:
    """Return those of the confidential terms that are telephone numbers, as digits."""
    return frozenset(
        _digits(term)[-9:]
        for term in terms
        if len(_digits(term)) >= 8 and not any(char.isalpha() for char in term)
    )


def _numbers_of_the_list(text: str, terms: tuple[str, ...]) -> Iterator[Finding]:
    listed_numbers = _listed_numbers(terms)
    if not listed_numbers:
        return
    for match in _phones(text):
        number = _digits(match.group())[-9:]
        if number in listed_numbers:
            start, end = match.span()
            yield _finding("confidential number", Severity.HIGH, start, end, "", _digest(number))


def _phones(text: str) -> Iterator[re.Match[str]]:
    return _PHONE.finditer(text) if len(_digits(text)) >= FEWEST_DIGITS else iter(())


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)


def _digest(secret: str) -> str:
    """Return what tells one secret from another, spaces and joints apart."""
    plain = "".join(char for char in secret.lower() if char.isalnum())
    return hashlib.blake2b(plain.encode(), digest_size=6).hexdigest()


def _finding(
    rule: str, severity: Severity, start: int, end: int, hint: str, subject: str
) -> Finding:
    masked = f"{hint}{HIDDEN}"
    return Finding(
        rule=rule,
        risk="leak",
        severity=severity,
        start=start,
        end=end,
        masked=masked,
        sentence=_LEAK_SENTENCES.get(rule, Sentence("a {rule} in public", {"rule": rule})),
        subject=subject,
    )


_LEAK_SENTENCES = {
    "confidential term": Sentence("a confidential term in public"),
    "confidential number": Sentence("a confidential telephone number in public"),
    "password": Sentence("a password in public"),
    "address and password": Sentence("an e-mail address with its password in public"),
    "card number": Sentence("a payment card number in public"),
    "bank account": Sentence("a bank account number in public"),
    "private key": Sentence("a private key in public"),
}


def _exposure(rule: str, start: int, end: int, masked: str) -> Finding:
    return Finding(
        rule=rule,
        risk="exposed",
        severity=Severity.INFO,
        start=start,
        end=end,
        masked=masked,
        sentence=Sentence("shows personal data; offer to move to private messages"),
    )


def _without_inner(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings without those that lie inside a more severe one (a number in an IBAN)."""
    kept: list[Finding] = []
    # The spans of the secrets kept, none inside another: in order of start, and so of end.
    spans: list[tuple[int, int]] = []
    for finding in sorted(found, key=lambda f: (-f.severity, f.start - f.end, f.start)):
        if finding.secret:
            place = bisect_right(spans, finding.start, key=itemgetter(0))
            if place and finding.end <= spans[place - 1][1]:
                continue
            first = bisect_left(spans, finding.start, key=itemgetter(0))
            last = bisect_right(spans, finding.end, key=itemgetter(1))
            spans[first : max(first, last)] = [(finding.start, finding.end)]
        kept.append(finding)
    return kept
