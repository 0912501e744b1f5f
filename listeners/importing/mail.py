"""E-mail messages (RFC 5322, MIME) as posts: who wrote, what, and in answer to what."""

from __future__ import annotations

import hashlib
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from typing import Final, cast

from listeners.importing.dates import read_date
from listeners.importing.record import NETWORK, BadRecordError
from listeners.importing.values import storable
from listeners.model import Author, Post, Sentence
from listeners.text import html_to_text, links_in

LARGEST_MAIL: Final = 25 * 2**20
"""Bytes of one message, attachments included."""
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def read_mail(data: bytes) -> Post:
    """Return a message as a post.

    Its id is the Message-ID, its parent In-Reply-To, its root the first of References; the text
    is the plain part, else the HTML one. A message without an id is known by its hash.

    Raises:
        BadRecordError: it is no message, or so damaged that nothing can be read from it.
    """
    if len(data) > LARGEST_MAIL:
        raise BadRecordError(Sentence("{file} is larger than 25 MB."))
    try:
        return _post(BytesParser(policy=policy.default).parsebytes(data), data)
    except BadRecordError:
        raise
    except Exception as error:  # the parser fails in many ways on damaged headers and parts
        raise BadRecordError(Sentence("{file} is too damaged to be read as an e-mail.")) from error


def _post(message: EmailMessage, data: bytes) -> Post:
    name, mail = parseaddr(_header(message, "From"))
    subject, text = _header(message, "Subject"), _text(message)
    if not (mail or name) or not (subject or text):
        raise BadRecordError(Sentence("{file} has no sender, or neither subject nor text."))
    own = _ids(message, "Message-ID")
    native_id = own[0] if own else hashlib.blake2b(data, digest_size=12).hexdigest()
    references = _ids(message, "References")
    answered = _ids(message, "In-Reply-To") or references[-1:]
    parent = answered[0] if answered and answered[0] != native_id else None
    root = references[0] if references else parent
    handle = mail or name
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=Author(
            key=handle.lower(),
            handle=handle,
            name=name,
            automated=_header(message, "Auto-Submitted").lower() not in ("", "no"),
        ),
        text=text or subject,
        title=subject,
        created_at=read_date(_header(message, "Date")),
        parent_id=parent,
        root_id=root if parent else None,
        links=links_in(text),
        wanted=True,
    )


def _header(message: EmailMessage, name: str) -> str:
    return _UNKEEPABLE.sub("\ufffd", str(message.get(name, ""))).strip()


def _ids(message: EmailMessage, name: str) -> list[str]:
    written = _header(message, name)
    found = _MESSAGE_ID.findall(written)
    bare = written if written and " " not in written and len(written) <= 500 else ""
    return [each for each in found or [bare] if each and storable(each)]


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = _content(cast(EmailMessage, part))
    if part.get_content_subtype() == "html":
        content = html_to_text(content)
    return _UNKEEPABLE.sub("\ufffd", content.replace("\r\n", "\n")).strip()


def _content(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a character set nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
