"""GDELT's articles as posts, and its many ways of saying no in plain text.

Wire format: blog.gdeltproject.org/gdelt-doc-2-0-api-debuts. An article is an address and a title;
GDELT keeps no text, spaces its words as its own reader cut them, and writes JSON by hand: stray
backslashes and control characters in titles are mended before they spoil a page.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import msgspec

from listeners.conversations.identity import canonical_url
from listeners.http.answer import harmless_json
from listeners.model import Author, Micros, Post, Sentence
from listeners.networks.decoding import UnreadableError, at_iso, converted, printable, web_address

NETWORK = "gdelt"
TITLE = "News"

_LANGUAGES = {
    "afrikaans": "af", "albanian": "sq", "arabic": "ar", "armenian": "hy", "azerbaijani": "az",
    "basque": "eu", "belarusian": "be", "bengali": "bn", "bosnian": "bs", "bulgarian": "bg",
    "catalan": "ca", "chinese": "zh", "croatian": "hr", "czech": "cs", "danish": "da",
    "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr",
    "galician": "gl", "georgian": "ka", "german": "de", "greek": "el", "gujarati": "gu",
    "hebrew": "he", "hindi": "hi", "hungarian": "hu", "icelandic": "is", "indonesian": "id",
    "italian": "it", "japanese": "ja", "kannada": "kn", "kazakh": "kk", "korean": "ko",
    "latvian": "lv", "lithuanian": "lt", "macedonian": "mk", "malay": "ms", "malayalam": "ml",
    "marathi": "mr", "mongolian": "mn", "nepali": "ne", "norwegian": "no", "persian": "fa",
    "polish": "pl", "portuguese": "pt", "punjabi": "pa", "romanian": "ro", "russian": "ru",
    "serbian": "sr", "sinhalese": "si", "slovak": "sk", "slovenian": "sl", "somali": "so",
    "spanish": "es", "swahili": "sw", "swedish": "sv", "tamil": "ta", "telugu": "te",
    "thai": "th", "tibetan": "bo", "turkish": "tr", "ukrainian": "uk", "urdu": "ur",
    "vietnamese": "vi",
}  # fmt: skip

_STRAY_BACKSLASH = re.compile(rb'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_CONTROL = re.compile(rb"[\x00-\x1f]")
_BAD_WORDS = re.compile(r"too (?:short|long|common)|must contain|illegal character", re.I)
_HURRIED = re.compile(r"limit requests|too many requests|rate limit", re.I)

_IN_NUMBER = re.compile(r"(?<=\d) ([.,:]) (?=\d)")
_BEFORE = re.compile(r" +([,.)\]…])")
_BEFORE_OUTSIDE_FRENCH = re.compile(r" +([:;!?])")
_AFTER = re.compile(r"([(\[]) +")
_APOSTROPHE = re.compile(r"(?<=\w) ?(['’]) ?(?=(?:s|t|d|m|re|ve|ll)\b)", re.I)
_ELISION = re.compile(r"\b([cdjlmnst]|qu|jusqu|lorsqu) ?(['’]) (?=\w)", re.I)
_QUOTED = re.compile(r'" ([^"]+) "')


class _Article(msgspec.Struct):
    url: str
    title: str
    seendate: object = None
    domain: object = None
    language: object = None


def read_articles(body: bytes) -> list[object] | None:
    """Return the records of an article list; ``None`` where the body is no such list.

    An empty body, and a table without articles, are an answer: there are none.
    """
    if not body.strip():
        return []
    try:
        read = harmless_json(body)
    except (ValueError, RecursionError):
        mended = _CONTROL.sub(b" ", _STRAY_BACKSLASH.sub(rb"\\\\", body))
        try:
            read = harmless_json(mended)
        except (ValueError, RecursionError):
            return None
    articles = read.get("articles", []) if isinstance(read, dict) else None
    return articles if isinstance(articles, list) else None


def refusal_in(body: bytes) -> str:
    """Return what a plain-text answer means: ``words``, ``hurry``, ``other``, or nothing."""
    text = body[:2000].decode("utf-8", "replace").strip()
    if not text or text.startswith(("{", "[", "<")):
        return ""
    if _BAD_WORDS.search(text):
        return "words"
    return "hurry" if _HURRIED.search(text) else "other"


def read_article(record: object) -> Post:
    """Return the article in a record, known by its canonical address.

    Raises:
        UnreadableError: it has no address or title.
    """
    wire = converted(record, _Article, TITLE)
    url = web_address(wire.url.strip())
    address = canonical_url(url)
    if not address:
        raise UnreadableError(TITLE, "the article has no address")
    lang = language_of(wire.language)
    title = mended_title(wire.title, lang)
    if not title:
        raise UnreadableError(TITLE, "the article has no title")
    domain = printable(wire.domain) or (urlsplit(url).hostname or "")
    return Post(
        network=NETWORK,
        native_id=address,
        author=Author(key=domain, name=domain, url=f"https://{domain}"),
        text="",
        title=title,
        url=url,
        created_at=seen_at(record),
        lang=lang,
        links=(url,),
    )


def seen_at(record: object) -> Micros | None:
    """Return when GDELT saw an article, if it says so."""
    return at_iso(record.get("seendate")) if isinstance(record, dict) else None


def language_of(name: object) -> str | None:
    """Return the code of a language by its English name, ``None`` for one not known."""
    return _LANGUAGES.get(name.strip().casefold()) if isinstance(name, str) else None


def mended_title(title: str, lang: str | None) -> str:
    """Return a title with the spaces a reader expects: " , fish" becomes ", fish".

    French keeps its spaces before ``: ; ! ?`` and inside its quotation marks.
    """
    text = " ".join(html.unescape(title).split())
    text = _IN_NUMBER.sub(r"\1", text)
    text = _AFTER.sub(r"\1", _BEFORE.sub(r"\1", text))
    text = _QUOTED.sub(r'"\1"', text)
    if lang == "fr":
        return _ELISION.sub(r"\1\2", text)
    text = _BEFORE_OUTSIDE_FRENCH.sub(r"\1", text)
    return _APOSTROPHE.sub(r"\1", text) if lang in (None, "en") else text


def words_refused(words: str) -> Sentence:
    """Say that GDELT does not search for such words."""
    return Sentence(
        "GDELT does not search for {words}: too short, too long or too common. Write a longer "
        "name, or several words, as what = in this source.",
        {"words": words},
    )
