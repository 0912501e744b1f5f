"""What a server answered, and reading it without trusting it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from listeners.http import sentences
from listeners.model import Micros, Sentence, SourceState
from listeners.networks.contract import SourceError

Expect = Literal["json", "feed", "any"]

_PAGE = re.compile(rb"(?:\xef\xbb\xbf|\s|<!--.*?-->)*<(?:!doctype\s+html|html|head|body)\b", re.I)
_INT64 = range(-(2**63), 2**63)


class Hidden(str):
    """A secret on its way out: a string that shows ``•••`` in tracebacks and logs."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "•••"


class HttpError(SourceError):
    """A ``SourceError`` that came as an HTTP answer; network files may look at the status."""

    def __init__(
        self,
        state: SourceState,
        sentence: Sentence,
        *,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        until: Micros | None = None,
    ) -> None:
        super().__init__(state, sentence, until=until)
        self.status = status
        self.body = body
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. Header names are lower case; ``body`` is decompressed and within the cap.

    ``url`` is where the answer finally came from. ``moved_to`` is the same address when every
    redirect on the way was permanent (301, 308), else empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved_to: str = ""

    def json(self) -> object:
        """Return the decoded body, made harmless.

        NaN and infinities become ``None``, integers beyond 64 bits strings, and lone surrogates
        U+FFFD: SQLite can store none of them, and one bad record must not spoil its page.

        Raises:
            SourceError: the body is a web page, or is not JSON.
        """
        try:
            return harmless_json(self.body)
        except (ValueError, RecursionError) as error:
            self.refuse_page()
            raise SourceError(
                SourceState.FORMAT_CHANGED, sentences.not_json(host_of(self.url))
            ) from error

    def refuse_page(self) -> None:
        """Raise ``SourceError`` where the body is a web page instead of data."""
        if looks_like_page(self.body):
            raise SourceError(SourceState.FAILING, sentences.web_page(host_of(self.url)))


def looks_like_page(body: bytes) -> bool:
    """Whether these bytes begin an HTML page."""
    return _PAGE.match(body[:2048]) is not None


def host_of(url: str) -> str:
    """Return the host of an address for a sentence: never its path, query or credentials."""
    rest = url.partition("://")[2]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return authority.rpartition("@")[2] or "the server"


def harmless_json(body: bytes) -> object:
    """Decode JSON as ``Answer.json`` does.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply to be meant.
    """
    encoding = json.detect_encoding(body)
    text = body.decode(encoding, "replace")
    value = _loads(text)
    if "\\ud" in text or "\\uD" in text:
        plain = json.dumps(value, ensure_ascii=False)
        if _has_surrogate(plain):
            mended = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            value = _loads(mended)
    return value


def _loads(text: str) -> object:
    value: object = json.loads(text, parse_constant=lambda _: None, parse_int=_integer)
    return value


def _integer(digits: str) -> int | str:
    if len(digits) > 20:
        return digits
    number = int(digits)
    return number if number in _INT64 else digits


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
