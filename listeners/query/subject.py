"""What a query is asked about: one post, as far as it matters to matching."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from listeners.query.words import (
    folded_label,
    folded_words,
    is_unspaced,
    is_word_character,
    lowered_ascii,
    single_spaced,
    spaced_words,
)

if TYPE_CHECKING:
    from listeners.model import Post

# A separator that no folded word holds, so that a phrase never runs from the title into the text.
_FIELD_BREAK = "|"

# A hashtag runs on over letters, digits, underscores, and Indic and Thai vowel signs.
_TAG = re.compile(r"[#＃]([\w\u0300-\u036f\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff]+)")
_ADDRESSED = re.compile(r"(?<![\w.@])[@＠]([\w.-]+(?:@[\w.-]+\w)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A post to be matched. ``source`` is the source's key.

    ``lang`` is the network's language tag; without one, ``lang:`` asks for it to be identified.
    ``links`` are full addresses, ``tags`` have no ``#``, ``mentions`` are handles or author keys
    the post addresses, as in ``listeners.model.Post``.
    """

    text: str
    title: str = ""
    author_handle: str = ""
    author_name: str = ""
    lang: str | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    network: str = ""
    source: str = ""

    @classmethod
    def of_post(cls, post: Post, source: str = "", lang: str | None = None) -> Subject:
        """Take from a post what matching needs; ``lang`` is used where the post has none."""
        return cls(
            text=post.text,
            title=post.title,
            author_handle=post.author.handle,
            author_name=post.author.name,
            lang=post.lang or lang,
            links=post.links,
            tags=post.tags,
            mentions=post.mentions,
            network=post.network,
            source=source,
        )


class Reading:
    """A subject with its folded forms, each made once and only when asked for."""

    def __init__(self, subject: Subject, spaced: str | None = None) -> None:
        """Read a subject; ``spaced`` is its ``spaced`` where that is known already."""
        self.subject = subject
        self._spaced = spaced_of(subject) if spaced is None else spaced

    @cached_property
    def words(self) -> str:
        """Folded words of title and text, see ``folded_words``; no phrase spans the two."""
        return single_spaced(self._spaced)

    @cached_property
    def fields(self) -> tuple[tuple[str, ...], ...]:
        """Folded words of the title and of the text, in order, for counting distances."""
        return tuple(tuple(part.split()) for part in self.words.split(_FIELD_BREAK))

    @cached_property
    def lowered(self) -> str:
        """Title and text, composed, ASCII letters lowered: for scripts without spaces."""
        return lowered_ascii(f"{self.subject.title}\x1f{self.subject.text}")

    @cached_property
    def exact(self) -> str:
        """Title and text, composed (NFC), nothing folded."""
        # Composed by the same path as ``lowered``, so that prefilter and test see one text.
        return composed(f"{self.subject.title}\x1f{self.subject.text}")

    @cached_property
    def around(self) -> str:
        """Folded words of links, tags and addressed accounts, for the prefilter alone."""
        subject = self.subject
        if not (subject.links or subject.tags or subject.mentions):
            return ""
        hosts = [link if link.isascii() else host_and_path(link)[0] for link in subject.links]
        return _FIELD_BREAK.join(map(folded_words, (*hosts, *subject.tags, *subject.mentions)))

    @cached_property
    def tags(self) -> frozenset[str]:
        """Folded hashtags, the network's and those written in the text."""
        return frozenset(map(folded_label, self.subject.tags)) | frozenset(
            map(folded_label, tags_in(f"{self.subject.title} {self.subject.text}"))
        )

    @cached_property
    def addressed(self) -> frozenset[str]:
        """Folded handles and keys the post addresses, with and without their server."""
        text = f"{self.subject.title} {self.subject.text}"
        named = {folded_label(handle.lstrip("@")) for handle in self.subject.mentions}
        if "@" in text or "＠" in text:
            named.update(folded_label(found.rstrip(".")) for found in _ADDRESSED.findall(text))
        return frozenset(named | {handle.partition("@")[0] for handle in named})

    @cached_property
    def author(self) -> frozenset[str]:
        """Folded names the author goes by: handle, handle without its server, shown name."""
        handle = folded_label(self.subject.author_handle.lstrip("@"))
        name = folded_label(self.subject.author_name)
        return frozenset({handle, handle.partition("@")[0], name}) - {""}

    @cached_property
    def lang(self) -> str | None:
        """Language of the post: the network's word, else identified; only when it is asked for."""
        from listeners.sentiment.language import identify, normal_tag

        subject = self.subject
        return normal_tag(subject.lang) or identify(f"{subject.title} {subject.text}")

    @cached_property
    def sites(self) -> tuple[tuple[str, str], ...]:
        """Host and path of every link, lower case host without ``www.``."""
        return tuple(host_and_path(link) for link in self.subject.links)


def spaced_of(subject: Subject) -> str:
    """Return the folded words of title and text, see ``spaced_words``."""
    text = spaced_words(subject.text)
    return f"{spaced_words(subject.title)}{_FIELD_BREAK}{text}" if subject.title else text


def composed(text: str) -> str:
    """Compose a text (NFC) and replace what no UTF-8 can hold."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()


def tags_in(text: str) -> tuple[str, ...]:
    """Return the hashtags written in a text, without ``#``, in order."""
    if "#" not in text and "＃" not in text:
        return ()
    return tuple(_TAG.findall(text))


def host_and_path(link: str) -> tuple[str, str]:
    """Split a link into host and path.

    The host is in lower case and ASCII (IDNA), without ``www.``, port and user; the path has
    neither query nor fragment. A link without ``https://`` begins with its host.
    """
    rest = link.partition("://")[2] or link
    host, slash, path = rest.partition("/")
    host = host.partition("?")[0].partition("#")[0]
    host = host.rpartition("@")[2].partition(":")[0].strip(".").lower().removeprefix("www.")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return "", ""
    return host, (slash + path).partition("?")[0].partition("#")[0]


def holds_exactly(text: str, needle: str) -> bool:
    """Whether ``needle`` is in ``text`` as it is, with no word character touching either end.

    Both must be composed (NFC). Signs alone (an emoji) may touch words, and so may the end of a
    script that sets no spaces. Usable as an SQL function for the ``Holds`` filter.
    """
    signs_only = not any(map(is_word_character, needle))
    before, after = (signs_only or is_unspaced(edge) for edge in (needle[0], needle[-1]))
    start = text.find(needle)
    while start >= 0:
        end = start + len(needle)
        if (before or start == 0 or not is_word_character(text[start - 1])) and (
            after or end == len(text) or not is_word_character(text[end])
        ):
            return True
        start = text.find(needle, start + 1)
    return False
