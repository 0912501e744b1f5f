"""Random queries and posts that meet often enough to be worth comparing."""

from __future__ import annotations

import unicodedata
from itertools import product

from hypothesis import strategies as st

from listeners.query import Subject
from listeners.query.tree import (
    And,
    From,
    Handle,
    Lang,
    Near,
    Node,
    Not,
    Or,
    Raw,
    Site,
    Source,
    Tag,
    Words,
    all_of,
    any_of,
)
from listeners.sentiment import identify

WORDS = ("acme", "Équipe", "équipé", "foo", "bar", "l", "C", "été", "straße", "naïve", "a1", "fo")
GLUE = (
    " ",
    " ",
    " ",
    ", ",
    "-",
    "'",
    "’",
    "_",
    "🙂",
    " 😀 ",
    "/",
    "\n",
    "\u0301 ",
    "…",
    "«",
    "e\u0301",
)
UNSPACED = ("三星", "手机", "กาแฟ", "삼성")
HANDLES = ("acme", "acme@host.example", "bob.bsky.social", "Bob")
HOSTS = ("acme.com", "shop.acme.com", "example.org")

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
plain_words = st.builds(Words, phrases, st.booleans())
unspaced_words = st.builds(Words, st.sampled_from(UNSPACED))
nears = st.builds(Near, st.lists(plain_words, min_size=2, max_size=3).map(tuple), st.integers(0, 4))
others = st.one_of(
    st.builds(Raw, st.sampled_from(("C++", "Équipe", "foo bar", "🙂", "a1-", "三星"))),
    st.builds(Tag, st.sampled_from(("acme", "été", "foo_bar", "C"))),
    st.builds(Handle, st.sampled_from(HANDLES)),
    st.builds(From, st.sampled_from((*HANDLES, "Bob Foo"))),
    st.builds(Lang, st.sampled_from(("fr", "en"))),
    st.builds(Site, st.sampled_from(HOSTS), st.sampled_from(("", "/x"))),
    st.builds(Source, st.sampled_from(("bluesky", "feed:https://example.org/X"))),
)
strange_leaves = st.one_of(
    st.text(min_size=1, max_size=6)
    .map(lambda text: Raw(unicodedata.normalize("NFC", text)))
    .filter(lambda raw: raw.text.strip() != ""),
    st.text(max_size=6).map(lambda text: Words(f"a{text}")),
    st.text(max_size=6).map(lambda text: Words(f'a"{text}', prefix=True)),
)


def _trees(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(parts.map(all_of), parts.map(any_of), inner.map(Not))

    return st.recursive(leaves, grow, max_leaves=8)


word_trees = _trees(st.one_of(plain_words, plain_words, nears))
trees = _trees(st.one_of(plain_words, plain_words, nears, unspaced_words, others))
strange_trees = _trees(st.one_of(plain_words, nears, others, strange_leaves))

_pieces = st.sampled_from((*WORDS, *WORDS, *UNSPACED, "C++", "#acme", "#Été", "#foo_bar", "@acme",
                           "@bob.bsky.social", "foot", "bars", "équ"))  # fmt: skip
texts = st.lists(st.tuples(_pieces, st.sampled_from(GLUE)), max_size=12).map(
    lambda pairs: "".join(piece + glue for piece, glue in pairs)
)
subjects = st.builds(
    Subject,
    text=texts,
    title=st.one_of(st.just(""), texts),
    author_handle=st.sampled_from(("", "bob", "acme@host.example", "@Bob")),
    author_name=st.sampled_from(("", "Bob Foo", "BÖB FOO")),
    lang=st.sampled_from((None, "fr", "fr-CA", "en")),
    links=st.lists(
        st.sampled_from(("https://www.acme.com/x/y?z", "http://shop.acme.com", "https://notacme.com",
                         "https://user@acme.com:80/xy#x", "example.org/x")),
        max_size=2,
    ).map(tuple),
    tags=st.lists(st.sampled_from(("acme", "Ete", "c", "other")), max_size=2).map(tuple),
    mentions=st.lists(st.sampled_from((*HANDLES, "did:plc:1")), max_size=2).map(tuple),
    network=st.sampled_from(("bluesky", "mastodon")),
    source=st.sampled_from(("bluesky:x", "feed:https://example.org/X")),
)  # fmt: skip

_MARKS = (
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030f\u0311\u031b"
    "\u0323\u0324\u0325\u0326\u0327\u0328\u032d\u032e\u0330\u0331"
)


def slow_words(text: str) -> list[str]:
    """Cut and fold a text one character at a time: the reference for ``words_of``."""
    words = [""]
    for character in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(character)
        if character in _MARKS:
            continue
        if kind[0] in "LN" or kind == "Co":
            low = character.lower() if len(character.lower()) == 1 else character
            base = unicodedata.normalize("NFD", low)[0]
            words[-1] += base if base.isascii() else low
        else:
            words.append("")
    return [word for word in words if word]


def _places(field: list[str], part: Words) -> list[int]:
    wanted = slow_words(part.text)
    places = []
    for start in range(len(field)):
        here = field[start : start + len(wanted)]
        if here == wanted or (
            part.prefix
            and len(here) == len(wanted)
            and here[:-1] == wanted[:-1]
            and here[-1].startswith(wanted[-1])
        ):
            places.append(start)
    return places


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _hashtags(text: str) -> set[str]:
    found = set()
    for index, character in enumerate(text):
        if character == "#":
            end = index + 1
            while end < len(text) and (
                text[end].isalnum() or text[end] == "_" or text[end] in _MARKS
            ):
                end += 1
            found.add(text[index + 1 : end])
    return found


def slow_match(node: Node, subject: Subject) -> bool:
    """Decide by the plainest means whether a post matches: the reference for the matcher."""
    whole = f"{subject.title}\x1f{subject.text}"
    fields = [slow_words(subject.title), slow_words(subject.text)]
    match node:
        case And(parts):
            return all(slow_match(part, subject) for part in parts)
        case Or(parts):
            return any(slow_match(part, subject) for part in parts)
        case Not(part):
            return not slow_match(part, subject)
        case Words(text) if any(u in text for u in UNSPACED):
            return text.lower() in whole.lower()
        case Words():
            return any(_places(field, node) for field in fields)
        case Near(parts, distance):
            return any(
                all(
                    start + len(slow_words(part.text)) + distance >= max(starts)
                    for start, part in zip(starts, parts, strict=True)
                )
                for field in fields
                for starts in product(*(_places(field, part) for part in parts))
            )
        case Raw(text):
            whole = unicodedata.normalize("NFC", whole)
            return any(
                whole.startswith(text, at)
                and (at == 0 or not _in_word(whole[at - 1]) or text[0] in "三🙂")
                and (
                    at + len(text) == len(whole)
                    or not _in_word(whole[at + len(text)])
                    or text[-1] in "星🙂"
                )
                for at in range(len(whole))
            )
        case Tag(tag):
            tags = {*subject.tags, *_hashtags(unicodedata.normalize("NFC", whole))}
            return _bare(tag) in {_bare(found) for found in tags}
        case Handle(handle):
            named = {_bare(name) for name in subject.mentions}
            for word in ("acme", "bob.bsky.social"):
                if _addressed(whole, word):
                    named.add(word)
            return _bare(handle) in named | {name.partition("@")[0] for name in named}
        case From(author):
            handle = _bare(subject.author_handle.lstrip("@"))
            names = {handle, handle.partition("@")[0], _bare(subject.author_name)}
            return _bare(author) in names
        case Lang(lang):
            said = subject.lang or identify(f"{subject.title} {subject.text}")
            return said is not None and said.split("-")[0] == lang
        case Site(host, path):
            return any(_under(link, host, path) for link in subject.links)
        case Source(source):
            return source in (subject.network, subject.source)


def _in_word(character: str) -> bool:
    return character.isalnum() or character in _MARKS


def _addressed(text: str, handle: str) -> bool:
    at = text.find(f"@{handle}")
    while at >= 0:
        before = text[at - 1 : at]
        after = text[at + 1 + len(handle) :].lstrip(".") or " "
        glued = after[0].isalnum() or after[0] in "_-" or text[at + 1 + len(handle) :][:1] == "@"
        if not (before.isalnum() or (before in ("_", ".", "@") and before)) and not glued:
            return True
        at = text.find(f"@{handle}", at + 1)
    return False


def _under(link: str, host: str, path: str) -> bool:
    link = link.removeprefix("https://").removeprefix("http://").split("?")[0].split("#")[0]
    place, _, rest = link.partition("/")
    place = place.split("@")[-1].split(":")[0].removeprefix("www.")
    steps = [step for step in path.split("/") if step]
    return (place == host or place.endswith("." + host)) and rest.split("/")[: len(steps)] == steps
