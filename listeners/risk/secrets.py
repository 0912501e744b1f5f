"""The shapes of secrets: keys of services, private keys, cards, accounts, passwords.

Every pattern begins with a fixed prefix or a word border and repeats bounded classes only, so
that reading a text takes time linear in its length. Formats: the services' own documentation;
cards by Luhn (ISO/IEC 7812), accounts by length and mod 97 (ISO 13616).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from listeners.model import Severity


@dataclass(frozen=True, slots=True)
class Shape:
    """A secret found: its rule, how bad it is, where it is, and what may be shown of it."""

    rule: str
    severity: Severity
    start: int
    end: int
    hint: str


_KEYS: tuple[tuple[str, str, str], ...] = (
    # rule, what must be in the text for the pattern to be tried, pattern
    ("AWS key", "A", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    ("GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
    ("GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b"),
    ("GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,64}"),
    ("Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    ("Slack webhook", "hooks.slack", r"hooks\.slack\.com/services/[A-Za-z0-9/]{20,80}"),
    ("Stripe key", "k_", r"\b[rsp]k_(?:live|test)_[A-Za-z0-9]{16,247}\b"),
    ("Stripe key", "whsec_", r"\bwhsec_[A-Za-z0-9+/=]{24,128}"),
    ("Google key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}(?![\w-])"),
    ("Google key", "GOCSPX-", r"\bGOCSPX-[A-Za-z0-9_-]{28}(?![\w-])"),
    (
        "JSON web token",
        "eyJ",
        r"\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}",
    ),
    ("service key", "sk-", r"\bsk-(?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9_-]{20,220}"),
    ("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("PyPI token", "pypi-", r"\bpypi-AgE[A-Za-z0-9_-]{40,220}"),
    ("SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("Telegram token", ":AA", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])"),
    ("Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{34}\b"),
    (
        "private key",
        "PRIVATE KEY",
        r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\s{1,4}[A-Za-z0-9+/=]{16,80}+){0,200}+(?:\s{1,4}-----END [A-Z ]{1,40}-----)?",
    ),
)
_COMPILED = tuple((rule, needs, re.compile(pattern)) for rule, needs, pattern in _KEYS)

FEWEST_DIGITS = 8
"""Digits below which a text holds no telephone, card or account number."""

_NO_DIGIT = re.compile(r"[^0-9]+")
_CARD = re.compile(r"(?<![\w.,/-])[3-6][0-9](?:[ -]?[0-9]){11,17}(?![\w/-])")
_CARD_LENGTHS = {"3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "6": (16, 17, 18, 19)}

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ ]?[A-Za-z0-9])")
_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FO GL NL FK",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU XK MN",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ TL OM SO",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "FR GR IT MC MR SM BI DJ",
        "28": "AL AZ BY CY DO GT HU LB PL SV NI",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "32": "LC",
        "33": "RU",
    }.items()
    for country in countries.split()
}

_PASSWORD = re.compile(
    r"(?<![\w])(?:(?:password|passwd|pwd|passcode|passphrase|mot de passe|mdp|api[ _-]?key"
    r"|secret[ _-]?key|access[ _-]?key|access[ _-]?token|auth[ _-]?token|client[ _-]?secret"
    r"|aws_secret_access_key)[ \t]{0,3}(?P<sign>[:=]|is|est)[ \t]{0,3})"
    r"[\"'`«]?(?P<value>[^\s\"'`»]{6,80})",
    re.IGNORECASE,
)
_PASSWORD_WORDS = ("pass", "pwd", "mdp", "key", "token", "secret")
_LOGIN = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}"
    r"[ \t]?[:;|][ \t]?(?P<value>[^\s:;|/]{6,64})"
)
_HARMLESS = re.compile(r"^(?:https?|www\.|[*•x.?_-]+$|[@#<\[{$])", re.IGNORECASE)


def secrets_in(text: str) -> Iterator[Shape]:
    """Yield every secret shape in ``text``; spans may overlap."""
    for rule, needs, pattern in _COMPILED:
        if needs in text:
            for match in pattern.finditer(text):
                hint = match.group()[:4] if rule != "private key" else ""
                yield Shape(rule, Severity.CRITICAL, *match.span(), hint)
    yield from _passwords(text)
    if len(_NO_DIGIT.sub("", text)) >= FEWEST_DIGITS:
        yield from _cards(text)
        yield from _ibans(text)


def _passwords(text: str) -> Iterator[Shape]:
    lower = text.lower()
    named = any(word in lower for word in _PASSWORD_WORDS)
    for match in _PASSWORD.finditer(text) if named else ():
        value = match.group("value").rstrip(".,;:!?)…")
        spoken = match.group("sign").lower() in ("is", "est")
        if _looks_secret(value, strict=spoken):
            start = match.start("value")
            yield Shape("password", Severity.HIGH, start, start + len(value), "")
    if "@" in text:
        for match in _LOGIN.finditer(text):
            value = match.group("value").rstrip(".,!?)…")
            if _looks_secret(value, strict=True):
                end = match.start("value") + len(value)
                yield Shape("address and password", Severity.CRITICAL, match.start(), end, "")


def _looks_secret(value: str, *, strict: bool) -> bool:
    """A value holds a digit or a sign; after spoken words, a letter and a digit."""
    if len(value) < 6 or _HARMLESS.match(value):
        return False
    digit = any(char.isdigit() for char in value)
    letter = any(char.isalpha() for char in value)
    if strict:
        return digit and letter
    return digit or not value.replace("-", "").isalnum()


def _cards(text: str) -> Iterator[Shape]:
    for match in _CARD.finditer(text):
        digits = "".join(char for char in match.group() if char.isdigit())
        if len(digits) in _CARD_LENGTHS[digits[0]] and len(set(digits)) > 2 and luhn(digits):
            yield Shape("card number", Severity.HIGH, *match.span(), "")


def luhn(digits: str) -> bool:
    """Return whether the check digit of a card number is right (ISO/IEC 7812)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _ibans(text: str) -> Iterator[Shape]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match.group()[:2].upper())
        if length is None:
            continue
        end = _after(text, match.start(), length)
        if end and iban(text[match.start() : end]):
            yield Shape("bank account", Severity.HIGH, match.start(), end, match.group()[:2])


def _after(text: str, start: int, length: int) -> int:
    """Return where ``length`` letters and digits, single spaces between, end; 0 if they do not."""
    at, seen = start, 0
    while at < len(text) and seen < length:
        if text[at].isascii() and text[at].isalnum():
            seen += 1
        elif text[at] != " " or text[at - 1] == " ":
            return 0
        at += 1
    whole = seen == length and not (at < len(text) and text[at].isalnum())
    return at if whole else 0


def iban(account: str) -> bool:
    """Return whether an account number's check digits are right (ISO 13616, mod 97)."""
    compact = account.replace(" ", "").upper()
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1
