"""Every way a request can fail, as a state of the source and one plain sentence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping

import httpx

from listeners.http import sentences
from listeners.http.answer import HttpError, looks_like_page
from listeners.http.body import BodyError
from listeners.http.budget import asked_wait, fair_wait
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.contract import SourceError

REFUSED_WAIT = 15 * 60.0
"""Seconds before a refused credential is tried again: more often would be hammering."""

# OpenSSL's X509_V_ERR codes, x509_vfy.h
_CERTIFICATE: Mapping[int, Callable[[str], Sentence]] = {
    9: sentences.certificate_too_new,
    10: sentences.certificate_expired,
    62: sentences.certificate_of_another,
    64: sentences.certificate_of_another,
}
_BODY: Mapping[str, Callable[[str], Sentence]] = {
    "too large": sentences.too_large,
    "cut": sentences.cut_short,
    "coding": sentences.odd_packing,
}
_STATUS: Mapping[int, tuple[SourceState, Callable[[str, int], Sentence]]] = {
    403: (SourceState.BLOCKED, sentences.refuses_us),
    404: (SourceState.FAILING, sentences.not_found),
    410: (SourceState.GONE, sentences.gone_for_good),
}


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
    wait: float | None = None
    if limited or (status == 403 and drained):
        wait = fair_wait(asked, body, chance)
        state, sentence = SourceState.RATE_LIMITED, sentences.slow_down(host, status)
    else:
        state, sentence = _verdict(status, host, with_secret, looks_like_page(body))
        wait = REFUSED_WAIT if status in (401, 403) else None
    until = None if wait is None else Micros(now + int(wait * SECOND))
    return HttpError(state, sentence, status=status, body=body, headers=headers, until=until)


def _verdict(
    status: int, host: str, with_secret: bool, is_page: bool
) -> tuple[SourceState, Sentence]:
    if status == 401:
        about = sentences.token_refused if with_secret else sentences.token_missing
        return SourceState.NEEDS_TOKEN, about(host, status)
    if status in _STATUS:
        state, said = _STATUS[status]
        return state, said(host, status)
    if status == 511 or (status < 400 and is_page):
        return SourceState.FAILING, sentences.web_page(host)
    if status >= 500:
        return SourceState.FAILING, sentences.in_trouble(host, status)
    return SourceState.FAILING, sentences.refused_question(host, status)


def failing(sentence: Sentence, *, unsent: bool = False) -> SourceError:
    """Return a FAILING error."""
    return SourceError(SourceState.FAILING, sentence, unsent=unsent)


def from_body(error: BodyError, host: str) -> SourceError:
    """Return the error for a body that must not be used."""
    return failing(_BODY[error.reason](host))


def from_transport(error: Exception, host: str, seconds: float) -> SourceError:
    """Return the error for what went wrong below HTTP: name, connection, certificate, framing.

    Whatever went wrong before there was a connection is ``unsent``.
    """
    fault = _below_http(error, host, seconds)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        fault.unsent = True
    return fault


def _below_http(error: Exception, host: str, seconds: float) -> SourceError:
    if isinstance(error, httpx.TimeoutException):
        return failing(sentences.too_slow(host, seconds))
    for cause in _chain(error):
        if isinstance(cause, SourceError):
            return cause
        if isinstance(cause, ssl.SSLError):
            return failing(_about_tls(cause, host))
        if isinstance(cause, socket.gaierror):
            return failing(sentences.unknown_name(host))
        if isinstance(cause, ConnectionRefusedError):
            return failing(sentences.refuses_connections(host))
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        return failing(sentences.unreachable(host))
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return failing(sentences.not_an_address(host))
    return failing(sentences.broke_off(host))


def _about_tls(error: ssl.SSLError, host: str) -> Sentence:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE.get(error.verify_code, sentences.certificate_untrusted)(host)
    if "WRONG_VERSION_NUMBER" in str(error) or "HTTP_REQUEST" in str(error):
        return sentences.not_https(host)
    return sentences.no_safe_connection(host)


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
