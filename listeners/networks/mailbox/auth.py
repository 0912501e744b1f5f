"""Who a mail is proven to come from: the ``Authentication-Results`` of a server we trust.

Source: RFC 8601. Anybody can write such a header, so only that of the mail server the user names
counts (``authserv``), and of several by that name only the topmost, which was put there last. What
passed must be of the very domain the mail claims to come from: a signature of somebody else's
proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<end>;)|(?P<equals>=)|(?P<bare>[^\s";=]+))'
)
_PROVES = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.helo"),
    "dmarc": ("header.from",),
}
"""What each method checks, surest first; source: RFC 8601, section 2.7."""
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """One result of one check: ``domain`` is what it is about."""

    method: str
    result: str
    domain: str


def server_of(header: str) -> str:
    """Return the name of the server that wrote an ``Authentication-Results`` header."""
    first = _without_comments(header[:_LONGEST]).split(";", 1)[0].split()
    return first[0].strip('"').casefold() if first else ""


def verdicts(header: str) -> tuple[Verdict, ...]:
    """Return what a header says was checked."""
    found: list[Verdict] = []
    for part in _parts(_without_comments(header[:_LONGEST]))[1:]:
        if len(part) < 3 or part[1] != "=":
            continue
        method = part[0].partition("/")[0].casefold()
        named = _properties(part[3:])
        domains = [named[name] for name in _PROVES.get(method, ()) if named.get(name)]
        if domains:
            found.append(Verdict(method, part[2].casefold(), domain_of(domains[0])))
    return tuple(found)


def is_proven(headers: Sequence[str], authserv: str, domain: str) -> bool:
    """Whether the server ``authserv`` says that a mail comes from ``domain``.

    ``headers`` are all of the mail, topmost first. A DMARC failure undoes what else passed.
    """
    trusted = next((one for one in headers if server_of(one) == authserv.casefold()), "")
    about = [one for one in verdicts(trusted) if _aligned(one.domain, domain)]
    if any(one.method == "dmarc" and one.result == "fail" for one in about):
        return False
    return any(one.result == "pass" for one in about)


def domain_of(address: str) -> str:
    """Return the domain of an address, or a domain as it is; in lower case."""
    return address.rpartition("@")[2].strip().strip("<>").rstrip(".").casefold()


def is_below(domain: str, parent: str) -> bool:
    """Whether a domain is another or one of its subdomains."""
    return domain == parent or domain.endswith(f".{parent}")


def _aligned(proven: str, domain: str) -> bool:
    """Whether what was proven is the claimed domain or stands right above it (RFC 7489, 3.1)."""
    return bool(proven) and "." in proven and (is_below(domain, proven) or is_below(proven, domain))


def _parts(text: str) -> list[list[str]]:
    """Return the tokens between semicolons; a quoted string is one token, unescaped."""
    parts: list[list[str]] = [[]]
    for token in _TOKEN.finditer(text):
        if token["end"]:
            parts.append([])
        elif token["equals"]:
            parts[-1].append("=")
        elif token["quoted"] is not None:
            parts[-1].append(re.sub(r"\\(.)", r"\1", token["quoted"]))
        else:
            parts[-1].append(token["bare"])
    return parts


def _properties(tokens: Sequence[str]) -> dict[str, str]:
    """Return ``ptype.property = value``; the first of a name counts."""
    found: dict[str, str] = {}
    for at in range(1, len(tokens) - 1):
        if tokens[at] == "=" and "." in tokens[at - 1]:
            found.setdefault(tokens[at - 1].casefold(), tokens[at + 1])
    return found


def _without_comments(text: str) -> str:
    """Return a header without its comments in parentheses, which may stand in one another."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for one in text:
        if escaped:
            escaped = False
        elif one == "\\":
            escaped = True
        elif one == '"' and depth == 0:
            quoted = not quoted
        elif one == "(" and not quoted:
            depth += 1
        elif one == ")" and not quoted and depth:
            depth -= 1
            continue
        if depth == 0:
            kept.append(one)
    return "".join(kept)
