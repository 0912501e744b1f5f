"""One IMAP folder, only ever looked at: ``EXAMINE`` and ``BODY.PEEK`` leave no mark in it.

Source: RFC 9051 and RFC 3501. The library of the language is used, which blocks: whoever calls this
does so in a thread. Of a huge mail only the beginning is read.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

import truststore

from listeners.model import Sentence
from listeners.model import SourceState as State
from listeners.networks.contract import SourceError
from listeners.text import clean_line

SECONDS: Final = 20.0
"""How long one step of the server may take."""
LARGEST: Final = 2 * 2**20
"""Bytes of one mail that are read: its words come before what is attached."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_MICROSOFT = ("outlook.com", "office365.com", "hotmail.com", "live.com")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d{1,10})")
_NUMBER = re.compile(rb"\d{1,10}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a mailbox is: ``tls`` from the first byte, else by STARTTLS."""

    host: str
    port: int
    tls: bool


def address_of(base_url: str) -> Address:
    """Return what ``imaps://HOST:PORT`` names.

    Raises:
        SourceError: it names no mail server.
    """
    try:
        parts = urlsplit(base_url if "://" in base_url else f"imaps://{base_url}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or parts.scheme not in ("imaps", "imap"):
        raise SourceError(
            State.FAILING,
            Sentence(
                "This source names no mail server. Write it as "
                'base_url = "imaps://imap.example.org".'
            ),
        )
    tls = parts.scheme == "imaps"
    return Address(host, port or (993 if tls else 143), tls)


class Mailbox:
    """An open connection. All of it blocks, and all of it raises ``SourceError``."""

    def __init__(self, address: Address) -> None:
        """Connect, with the certificate checked; without TLS only to this very machine."""
        self._host = address.host
        try:
            self._imap = self._connected(address)
        except ssl.SSLError as error:
            raise SourceError(State.FAILING, _untrusted(self._host)) from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._broken(error) from error

    def log_in(self, user: str, password: str) -> None:
        """Say who we are."""
        try:
            if "AUTH=PLAIN" in self._imap.capabilities:
                packed = f"\0{user}\0{password}".encode()
                self._imap.authenticate("PLAIN", lambda _: packed)
            else:
                self._imap.login(user, password)
        except imaplib.IMAP4.abort:
            raise self._broken(None) from None
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            if str(error).startswith("got more than"):
                raise self._broken(None) from None
            # What the library says may hold the password: it is not chained.
            raise SourceError(State.NEEDS_TOKEN, _refused(self._host)) from None
        except OSError as error:
            raise self._broken(error) from error

    def examine(self, folder: str) -> tuple[int, int]:
        """Open a folder to be read only; return its UIDVALIDITY and the UID of its next mail."""
        quoted = _encoded(folder).replace("\\", "\\\\").replace('"', '\\"')
        try:
            status, told = self._imap.select(f'"{quoted}"', readonly=True)
            validity, following = self._told("UIDVALIDITY"), self._told("UIDNEXT")
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._broken(error) from error
        if status != "OK":
            raise SourceError(
                State.FAILING,
                Sentence(
                    "The mail server opens no folder {folder}: “{reason}”. Correct what = of this "
                    "source; nothing is lost.",
                    {"folder": folder, "reason": clean_line(_text(told), 200)},
                ),
            )
        return validity, following

    def after(self, uid: int) -> list[int]:
        """Return the UIDs above this one; the server always names the last one besides."""
        return [found for found in self._search(f"UID {uid + 1}:*") if found > uid]

    def since(self, day: date) -> list[int]:
        """Return the UIDs of mails that came on this day or later."""
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def mails(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return mails by UID; one that was expunged meanwhile is missing."""
        wanted = ",".join(map(str, uids))
        found: dict[int, bytes] = {}
        try:
            status, told = self._imap.uid("FETCH", wanted, f"(UID BODY.PEEK[]<0.{LARGEST}>)")
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._broken(error) from error
        if status != "OK":
            raise self._broken(None)
        for at, part in enumerate(told):
            if not isinstance(part, tuple):
                continue
            # The UID stands before the text of the mail, or behind it.
            behind = told[at + 1] if at + 1 < len(told) else b""
            number = _UID.search(part[0]) or _UID.search(
                behind if isinstance(behind, bytes) else b""
            )
            if number and int(number[1]) in uids:
                found[int(number[1])] = part[1]
        return found

    def close(self) -> None:
        """Say goodbye, or hang up where nobody listens."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._imap.logout()

    def hang_up(self) -> None:
        """End the connection at once: a thread that waits for it is free again."""
        with suppress(OSError):
            self._imap.shutdown()

    def _connected(self, address: Address) -> imaplib.IMAP4:
        if not address.tls and address.host in _LOCAL:
            return imaplib.IMAP4(address.host, address.port, timeout=SECONDS)
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if address.tls:
            return imaplib.IMAP4_SSL(
                address.host, address.port, ssl_context=context, timeout=SECONDS
            )
        imap = imaplib.IMAP4(address.host, address.port, timeout=SECONDS)
        imap.starttls(context)
        return imap

    def _search(self, criteria: str) -> list[int]:
        try:
            status, told = self._imap.uid("SEARCH", criteria)
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._broken(error) from error
        if status != "OK":
            raise self._broken(None)
        numbers = [int(one) for line in told if line for one in _NUMBER.findall(line)]
        return sorted(set(numbers))

    def _told(self, name: str) -> int:
        _, told = self._imap.response(name)
        number = _NUMBER.search(told[0]) if told and isinstance(told[0], bytes) else None
        return int(number[0]) if number else 0

    def _broken(self, error: Exception | None) -> SourceError:
        said = clean_line(str(error), 200) if isinstance(error, imaplib.IMAP4.error) else ""
        sentence = Sentence(
            "The mail server {host} cannot be reached, or broke off. Nothing is lost; hubbub "
            "tries again by itself.",
            {"host": self._host},
        )
        if said:
            sentence = Sentence(
                "The mail server {host} broke off: “{reason}”. Nothing is lost; hubbub tries "
                "again by itself.",
                {"host": self._host, "reason": said},
            )
        return SourceError(State.FAILING, sentence)


def _encoded(folder: str) -> str:
    """Return a folder's name as IMAP spells it: modified UTF-7 (RFC 3501, section 5.1.3)."""
    pieces: list[str] = []
    for run in re.findall(r"[ -~]+|[^ -~]+", folder):
        if " " <= run[0] <= "~":
            pieces.append(run.replace("&", "&-"))
        else:
            packed = b64encode(run.encode("utf-16-be")).decode("ascii").rstrip("=")
            pieces.append(f"&{packed.replace('/', ',')}-")
    return "".join(pieces)


def _text(told: Sequence[object]) -> str:
    return " ".join(one.decode("utf-8", "replace") for one in told if isinstance(one, bytes))


def _untrusted(host: str) -> Sentence:
    return Sentence(
        "The certificate of the mail server {host} is not trusted, so no password was sent to it. "
        "Check base_url; make a certificate of your own known to this machine.",
        {"host": host},
    )


def _refused(host: str) -> Sentence:
    if host.endswith(_MICROSOFT):
        return Sentence(
            "Microsoft lets no program read a mailbox with a password, not even with an app "
            "password, so {host} refused. What was heard so far is safe. Let a rule there forward "
            "the notifications to a mailbox elsewhere, and read that one.",
            {"host": host},
        )
    return Sentence(
        "The mail server {host} does not accept this user and password. What was heard so far is "
        "safe. Many providers (Gmail, iCloud, Yahoo) want an app password made in the account's "
        "security settings; give it to this source by token.",
        {"host": host},
    )
