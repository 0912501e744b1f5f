"""Accounts that look like ours, or like a person we protect, and are not.

A name is reduced to its skeleton (``skeleton``) and relieved of service words ("support",
"officiel"); what is left is compared by edit distance. Names of up to four letters are too short
for distances: there the skeleton must be equal, and something must have been added or disguised.
Measured on made look-alikes against ordinary handles in ``tests/bench/bench_impersonation.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listeners.model import Sentence, Severity
from listeners.risk.skeleton import disguised, skeleton
from listeners.text import fold

LISTED = 85.0
"""From this likeness, in percent, an account is listed."""
ALIKE = 95.0
"""From this likeness it is an alert by itself."""
SHORT = 4
"""Names with so many letters or fewer are compared by their exact skeleton alone."""
_JARO_DISCOUNT = 6.0
"""Jaro-Winkler favours common beginnings too much to count in full."""

_SERVICE = (
    "support", "help", "helpdesk", "helpcenter", "service", "services", "care", "customer",
    "customers", "customercare", "customerservice", "client", "clients", "clientele",
    "serviceclient", "relation", "sav", "official", "officiel", "officielle", "offical", "real",
    "vrai", "team", "equipe", "hq", "contact", "info", "infos", "assist", "assistance", "aide",
    "verify", "verified", "verification", "certified", "certifie", "fr", "en", "us", "uk", "eu",
    "be", "ch", "ca", "de", "es", "it", "france", "online", "enligne", "shop", "store", "boutique",
    "promo", "promos", "giveaway", "concours", "cadeau", "gift", "prize", "winner", "bot", "app",
    "inc", "ltd", "sa", "sas", "llc", "group", "groupe", "global", "world", "secure", "security",
    "securite", "refund", "refunds", "remboursement", "recovery", "admin", "account", "compte",
    "the", "le", "la", "les", "mr", "x",
)  # fmt: skip

_ASKS = re.compile(
    r"""\b(?: dm\ (?:me|us) | (?:send|write)\ (?:me|us)\ (?:a\ )?(?:dm|message)
      | (?:en|par)\ (?:mp|dm)\b | message\ priv[ée] | card\ number | num[ée]ro\ de\ (?:la\ )?carte
      | carte\ bancaire | credit\ card | gift\ ?cards? | carte\ cadeau | password | mot\ de\ passe
      | passcode | pin\ code | code\ (?:pin|sms|re[çc]u) | iban | rib\b | wallet | seed\ phrase
      | whatsapp | telegram | t\.me/ | wa\.me/ | verify\ your\ (?:account|identity)
      | v[ée]rifie[rz]\ (?:votre|ton)\ (?:compte|identit[ée]) | confirm(?:er|ez)?
        \ (?:your|vos|votre)
      | claim\ your | r[ée]clame[rz] | bit\.ly/ | tinyurl\.com/ )""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """An account that looks like a protected name. ``likeness`` is in percent, 100 the same."""

    protected: str
    shown: str
    likeness: float
    service: bool
    """A service word was added to the name."""
    severity: Severity
    explanation: tuple[Sentence, ...]


class Protected:
    """The names of one brand and its people, ready to compare with."""

    def __init__(self, names: Iterable[str]) -> None:
        """Keep each name with its skeleton; names without two letters are left out."""
        made: dict[str, _Name] = {}
        for name in names:
            made.setdefault((one := _Name.of(name)).whole, one)
        self._names = tuple(one for one in made.values() if len(one.whole) > 1)

    def look(
        self, shown: str, *, asks: bool = False, to_our_public: bool = False
    ) -> LookAlike | None:
        """Return what a handle or display name looks like, ``None`` for nothing of ours.

        ``asks``: a post of the account asks for money or private data; ``to_our_public``: it
        speaks to people who speak with us.
        """
        candidates = [_Name.of(reading) for reading in readings(shown)]
        best = max(
            (
                _Likeness.of(candidate, protected)
                for candidate in candidates
                for protected in self._names
            ),
            key=lambda one: (one.percent, one.service),
            default=None,
        )
        if best is None or best.percent < LISTED:
            return None
        alarming = best.percent >= ALIKE or best.service
        severity = Severity.INFO
        if alarming:
            severity = Severity.HIGH if to_our_public else Severity.WARN
        if asks:
            severity = Severity.CRITICAL if alarming else Severity.HIGH
        return LookAlike(
            protected=best.name,
            shown=shown,
            likeness=best.percent,
            service=best.service,
            severity=severity,
            explanation=_explained(best, shown, asks=asks, to_our_public=to_our_public),
        )


def asks_for_secrets(text: str) -> bool:
    """Whether a text asks for money, private data, or to go on in private (English, French)."""
    return _ASKS.search(text) is not None


def readings(handle: str) -> tuple[str, ...]:
    """Return how a glance reads a handle: without its server, and without its domain too.

    A dot may begin a domain (Bluesky) or part two names (Instagram), so both are read.
    """
    name = handle.strip().removeprefix("@")
    if " " in name:
        return (name,)
    name = name.partition("@")[0] or name
    head = name.partition(".")[0]
    return (name, head) if "." in name and len(head) > 1 else (name,)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is compared: its skeleton, whole and without service words at its ends."""

    shown: str
    whole: str
    bare: str
    letters: str

    @classmethod
    def of(cls, shown: str) -> _Name:
        whole = skeleton(shown)
        return cls(shown, whole, _without_service(whole), _letters(shown))


@dataclass(frozen=True, slots=True)
class _Likeness:
    percent: float
    name: str
    service: bool
    disguised: bool

    @classmethod
    def of(cls, candidate: _Name, protected: _Name) -> _Likeness:
        odd = candidate.letters != protected.letters and disguised(candidate.shown)
        dressed = candidate.whole != protected.whole and _dressed(candidate.whole, protected.whole)
        if len(protected.whole) <= SHORT:
            spelled = candidate.letters != protected.letters
            same = candidate.whole == protected.whole and spelled
            return cls(100.0 if dressed or same else 0.0, protected.shown, dressed, odd)
        if dressed:
            return cls(100.0, protected.shown, True, odd)
        percent = _alike(candidate.whole, protected.whole)
        service = False
        if candidate.bare != candidate.whole:
            bare = _alike(candidate.bare, protected.whole)
            service = bare >= _SERVICE_FROM
            percent = max(percent, bare) if service else percent
        return cls(percent, protected.shown, service, odd)


_SERVICE_FROM = 90.0
"""How like the rest of a name must be before its service words count against it."""


def _letters(shown: str) -> str:
    """Return the letters and digits as they are written, case and accents aside."""
    return "".join(character for character in fold(shown) if character.isalnum())


def _dressed(whole: str, name: str) -> bool:
    """Whether a skeleton is the name with nothing but service words and figures around it."""
    before, found, after = whole.partition(name)
    return bool(found) and _ONLY_SERVICE.fullmatch(before + " " + after) is not None


def _alike(one: str, other: str) -> float:
    if one == other:
        return 100.0 if one else 0.0
    # Lengths that differ by a third cannot reach the threshold: most names end here.
    if not one or not other or abs(len(one) - len(other)) * 3 > max(len(one), len(other)):
        return 0.0
    from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
    from rapidfuzz.fuzz import ratio

    return max(
        ratio(one, other),
        100 * DamerauLevenshtein.normalized_similarity(one, other),
        100 * JaroWinkler.similarity(one, other) - _JARO_DISCOUNT,
    )


_SERVICE_BONES = sorted({skeleton(word) for word in _SERVICE}, key=lambda one: (-len(one), one))
_ONLY_SERVICE = re.compile("(?:{0})*[a-z]? (?:{0})*[a-z]{{0,2}}".format("|".join(_SERVICE_BONES)))
_LONG = "|".join(word for word in _SERVICE_BONES if len(word) > 2)
_AT_START, _AT_END = re.compile(f"(?:{_LONG})+"), re.compile(f"(?:{_LONG})+$")


def _without_service(whole: str) -> str:
    """Return a skeleton without service words at its ends; the short ones may be syllables."""
    bare = _AT_END.sub("", whole)
    if found := _AT_START.match(bare):
        bare = bare[found.end() :]
    return bare if len(bare) > 1 else whole


def _explained(
    best: _Likeness, shown: str, *, asks: bool, to_our_public: bool
) -> tuple[Sentence, ...]:
    told = [
        Sentence(
            "“{shown}” looks like {name}: alike to {percent} %, and it is not one of ours.",
            {"shown": shown, "name": best.name, "percent": round(best.percent)},
        )
    ]
    if best.service:
        told.append(Sentence("It adds a word of service or office to the name."))
    if best.disguised:
        told.append(Sentence("It is spelled with letters of another alphabet."))
    if to_our_public:
        told.append(Sentence("It speaks to people who speak with us."))
    if asks:
        told.append(Sentence("It asks for money, private data, or to go on in private."))
    return tuple(told)


def names_of(names: Sequence[str], handles: Iterable[str], people: Sequence[str]) -> Protected:
    """Return what to protect: brand names, our handles without their servers, and people."""
    return Protected([*names, *(readings(handle)[-1] for handle in handles), *people])
