"""Every way a request can fail, as one plain sentence and a state of the source."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping

import httpx

from listeners.http.answer import HttpError, looks_like_page
from listeners.http.body import BodyError
from listeners.http.budget import asked_wait, fair_wait
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError

REFUSED_WAIT = 15 * 60.0
"""Seconds before a refused credential is tried again: more often would be hammering."""

# OpenSSL's X509_V_ERR codes, x509_vfy.h
_EXPIRED = 10
_NOT_YET_VALID = 9
_HOST_MISMATCH = (62, 64)


def from_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    host: str,
    with_secret: bool,
    now: Micros,
    chance: float,
) -> HttpError:
    """Return the error for an answer that is neither data nor "not modified"."""
    asked = asked_wait(headers, body, now)
    drained = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0"
    limited = status == 429 or (asked is not None and (status == 503 or "retry-after" in headers))
    state, template = _verdict(status, with_secret, looks_like_page(body))
    wait: float | None = None
    if limited or (status == 403 and drained):
        wait = fair_wait(asked, body, chance)
        state = SourceState.RATE_LIMITED
        template = (
            "{host} asks us to slow down ({status}). hubbub waits and goes on from the same place."
        )
    elif status in (401, 403):
        wait = REFUSED_WAIT
    until = None if wait is None else Micros(now + int(wait * SECOND))
    sentence = Sentence(template, {"host": host, "status": status})
    return HttpError(state, sentence, status=status, body=body, headers=headers, until=until)


def _verdict(status: int, with_secret: bool, is_page: bool) -> tuple[SourceState, str]:
    if status == 401 and with_secret:
        return SourceState.NEEDS_TOKEN, (
            "{host} does not accept the token ({status}). Nothing was lost: renew it at the "
            "network and in the configuration."
        )
    if status == 401:
        return SourceState.NEEDS_TOKEN, (
            "{host} answers only with a token ({status}). Add one to this source in the "
            "configuration."
        )
    if status == 403:
        return SourceState.BLOCKED, (
            "{host} refuses to answer us ({status}): the token may lack a permission, or the "
            "network blocks programs. hubbub tries again rarely."
        )
    if status == 410:
        return SourceState.GONE, (
            "{host} says that this address is gone for good ({status}). What was heard is kept; "
            "remove the source or correct its address."
        )
    if status == 404:
        return SourceState.FAILING, (
            "{host} does not know this address ({status}). Check the source's address and name."
        )
    if status == 511 or (status < 400 and is_page):
        return SourceState.FAILING, (
            "{host} answered with a web page instead of data: is this a log-in page of "
            "the network you are on (captive portal)? Open a browser and look. Nothing "
            "was lost."
        )
    if status >= 500:
        return SourceState.FAILING, (
            "{host} is in trouble itself ({status}). hubbub tries again and goes on from the "
            "same place."
        )
    return SourceState.FAILING, (
        "{host} refused the question ({status}). Nothing was lost; if it stays so, check the "
        "source's settings."
    )


def from_body(error: BodyError, host: str) -> SourceError:
    """Return the error for a body that must not be used."""
    templates = {
        "too large": "{host} sent far more than was asked for. hubbub stopped reading; nothing "
        "was stored from it.",
        "cut": "{host} broke off in the middle of its answer. Nothing was stored from it; hubbub "
        "tries again.",
        "coding": "{host} sent data packed in a way nobody asked for. Nothing was stored from it.",
    }
    return failing(templates[error.reason], host)


def failing(template: str, host: str) -> SourceError:
    """Return a FAILING error with ``{host}`` filled in."""
    return SourceError(SourceState.FAILING, Sentence(template, {"host": host}))


def proxy_unusable() -> SourceError:
    """Return the error for proxy variables that cannot be followed."""
    return SourceError(
        SourceState.FAILING,
        Sentence(
            "The proxy in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be used: hubbub speaks to "
            "http proxies only. Set an http:// proxy, or add the host to NO_PROXY."
        ),
    )


def too_slow(host: str, seconds: float) -> SourceError:
    """Return the error for a deadline that passed."""
    return SourceError(
        SourceState.FAILING,
        Sentence(
            "{host} did not answer within {seconds} seconds. Nothing was lost; hubbub tries again.",
            {"host": host, "seconds": round(seconds, 1)},
        ),
    )


def from_transport(error: Exception, host: str, seconds: float) -> SourceError:
    """Return the error for what went wrong below HTTP: name, connection, certificate, framing."""
    if isinstance(error, httpx.TimeoutException):
        return too_slow(host, seconds)
    for cause in _chain(error):
        if isinstance(cause, SourceError):
            return cause
        if isinstance(cause, ssl.SSLError):
            return failing(_about_certificate(cause), host)
        if isinstance(cause, socket.gaierror):
            return failing(UNKNOWN_NAME, host)
        if isinstance(cause, ConnectionRefusedError):
            return failing(
                "{host} refuses connections: its server is not running, or the port is wrong. "
                "hubbub tries again.",
                host,
            )
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        return failing(
            "{host} cannot be reached from here. Check the network connection; hubbub tries again.",
            host,
        )
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return failing(NOT_AN_ADDRESS, host)
    return failing(
        "The connection to {host} broke off. Nothing was stored from this answer; hubbub tries "
        "again.",
        host,
    )


NOT_AN_ADDRESS = (
    "The address of {host} is not a web address hubbub can go to. Correct it in the source's "
    "settings."
)
WENT_SILENT = "{host} went silent. hubbub connects again and goes on from the same place."
UNKNOWN_NAME = (
    "The name {host} cannot be found. Check its spelling and the network connection; hubbub "
    "tries again."
)


def _about_certificate(error: ssl.SSLError) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        if "WRONG_VERSION_NUMBER" in str(error) or "HTTP_REQUEST" in str(error):
            return (
                "{host} does not speak https on this port. If it is your own server, write "
                "http:// in its address."
            )
        return (
            "A safe connection to {host} could not be agreed on. Nothing was sent to it; hubbub "
            "tries again."
        )
    if error.verify_code == _EXPIRED:
        return (
            "The certificate of {host} has expired, or this computer's clock is ahead. Nothing "
            "was sent to it."
        )
    if error.verify_code == _NOT_YET_VALID:
        return (
            "The certificate of {host} is not valid yet: this computer's clock is probably "
            "wrong. Set it right; nothing was sent."
        )
    if error.verify_code in _HOST_MISMATCH:
        return (
            "The certificate of {host} belongs to another name. Nothing was sent to it: this may "
            "be another server in its place."
        )
    return (
        "The certificate of {host} was not issued by anyone this computer trusts. Nothing was "
        "sent to it: install the company's certificate, or ask who answers in its place."
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, its causes, and what is inside groups, nearest first."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend(e for e in (current.__cause__, current.__context__) if e is not None)
