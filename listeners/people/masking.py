"""Taking somebody's name and words out of what others wrote.

What the team and hubbub wrote stays, with ``…`` where it names the person or quotes them. What
other people said in public stays whole but for what can mean nobody else: an address, an
``@handle``, a name of several words. An ordinary word is never blanked there, though it may be
somebody's handle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from listeners.text import fold

MASK: Final = "…"
_QUOTED: Final = 5
"""So many words in a row, in a text of ours, are a quotation."""
_QUOTED_BY_OTHERS: Final = 8
_SHORTEST_QUOTE: Final = 12
_WORD: Final = re.compile(r"\w+")
_LINK: Final = re.compile(r"https?://[^\s\"'<>“”«»]+[^\s\"'<>“”«».,;:!?)\]]")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_FIXED: Final = frozenset(
    {
        "say", "code", "state", "kind", "stage", "was", "role", "class", "rule", "verb", "aim",
        "channel", "network", "networks", "lang", "pane", "assignee", "owner", "author_member",
        "label", "severity", "snooze_kind", "what", "template",
    }
)  # fmt: skip
"""Fields of our own records whose values are words of ours, never what somebody wrote."""
_Run = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """By what texts name somebody. ``kept`` are names that mean others: our team, our brands."""

    handles: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    """Mail, phone, and pages, as they are written."""
    posts: frozenset[str] = frozenset()
    """Addresses of what they said: there can be thousands."""
    words: frozenset[str] = frozenset()
    """What they said: texts and titles."""
    kept: frozenset[str] = frozenset()


class Masking:
    """One person's traces, ready to be looked for."""

    def __init__(self, traces: Traces) -> None:
        kept = {fold(one) for one in traces.kept}
        public, private, exact = set[str](), set[str](), set[str]()
        for address in traces.addresses:
            bare = _bare(address)
            if len(bare) >= 6:
                public.add(bare)
            exact.add(address)
        for handle in traces.handles:
            bare = handle.removeprefix("@")
            local = bare.partition("@")[0]
            public |= {f"@{bare}", *([bare] if distinctive(bare) else [])}
            private |= {bare, local, f"@{local}"}
        for name in traces.names:
            public |= {name} if distinctive(name) else set()
            private.add(name)
        for key in traces.keys:
            public |= {key} if distinctive(key) else set()
            private |= {key} if len(key) >= 4 else set()
        exact |= {one for one in (*traces.handles, *traces.names, *traces.keys) if one}
        self.exact = frozenset(fold(one) for one in exact) - kept
        public = {one for one in public if len(one) >= 4 and fold(one) not in kept}
        private = {one for one in private if len(one) >= 3 and fold(one) not in kept}
        self._public = _pattern(public)
        self._private = _pattern(public | private)
        self.fragments = frozenset(filter(None, map(_fragment, public)))
        """What a text must hold, in small letters, to name them in public; for a first look."""
        self.posts = traces.posts
        self._posts = frozenset(map(_bare, traces.posts))
        runs = [tuple(_WORD.findall(fold(text))) for text in traces.words]
        self._quotes = frozenset(_runs(runs, _QUOTED)) | {
            hash(run)
            for run in runs
            if len(run) < _QUOTED and sum(map(len, run)) >= _SHORTEST_QUOTE
        }
        self._said = frozenset(fold(one).strip() for one in traces.words if len(one.strip()) >= 4)
        self._long_quotes = frozenset(_runs(runs, _QUOTED_BY_OTHERS))

    def ours(self, text: str) -> str:
        """Return a text of ours without the person and what they said."""
        if fold(text) in self.exact:
            return MASK
        text = self._unlinked(text)
        return _without(self._private, self._unquoted(text, self._quotes, range(2, _QUOTED + 1)))

    def theirs(self, text: str) -> str:
        """Return what somebody else said without the person."""
        text = self._unlinked(text)
        return _without(self._public, self._unquoted(text, self._long_quotes, (_QUOTED_BY_OTHERS,)))

    def token(self, text: str, instead: str) -> str:
        """Return an identifier with ``instead`` where it holds the person's key or handle."""
        if self._public is None:
            return text
        return self._public.sub(instead, text)

    def names(self, text: str) -> bool:
        """Whether a text of ours, or a record, names the person or quotes them."""
        return self.ours(text) != text

    def in_public(self, text: str) -> bool:
        """Whether a text holds what can mean nobody else."""
        return self._public is not None and self._public.search(text) is not None

    def in_record(self, text: str) -> bool:
        """Whether a network's own record, in JSON, names the person or links to what they said.

        Words alone are not looked for: a record that holds somebody's words names their account.
        """
        if "\\u" in text:
            text = _ESCAPED.sub(_unescaped, text)
        return self.in_public(text) or self._unlinked(text) != text

    def said(self, text: str) -> bool:
        """Whether a text is one of theirs, word for word."""
        return fold(text).strip() in self._said

    def json_ours(self, text: str) -> str:
        """Return a record of ours in JSON without the person; its fixed words stay."""
        return self._json(text, public=False)

    def json_theirs(self, text: str) -> str:
        """Return a JSON list of what somebody else said without the person."""
        return self._json(text, public=True)

    def _json(self, text: str, *, public: bool) -> str:
        try:
            found = json.loads(text)
        except ValueError:
            return self.theirs(text) if public else self.ours(text)
        masked = self._value(found, public)
        return text if masked == found else json.dumps(masked, separators=(",", ":"))

    def _value(self, value: object, public: bool) -> object:
        match value:
            case str():
                return self.theirs(value) if public else self.ours(value)
            case list():
                return [self._value(one, public) for one in value]
            case dict():
                return {
                    self.theirs(str(key)): one if key in _FIXED else self._value(one, public)
                    for key, one in value.items()
                }
        return value

    def _unlinked(self, text: str) -> str:
        if not self._posts or "://" not in text:
            return text
        return _LINK.sub(lambda one: MASK if _bare(one[0]) in self._posts else one[0], text)

    def _unquoted(self, text: str, quotes: frozenset[int], sizes: Iterable[int]) -> str:
        if not quotes:
            return text
        found = [(one.start(), one.end(), fold(one[0])) for one in _WORD.finditer(text)]
        words = tuple(word for _start, _end, word in found)
        hidden = [False] * len(words)
        for size in sizes:
            for at in range(len(words) - size + 1):
                if hash(words[at : at + size]) in quotes:
                    hidden[at : at + size] = [True] * size
        if not any(hidden):
            return text
        parts: list[str] = []
        place = 0
        for at, (start, end, _word) in enumerate(found):
            if not hidden[at]:
                continue
            if not at or not hidden[at - 1]:
                parts += [text[place:start], MASK]
            place = end
        return "".join((*parts, text[place:]))


def distinctive(name: str) -> bool:
    """Whether a name can hardly be an ordinary word: several words, or digits and signs in it."""
    if name.isalpha():
        return False
    return len(name) >= (6 if name.isdigit() or " " in name else 4)


def _bare(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address).rstrip("/")


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _without(pattern: re.Pattern[str] | None, text: str) -> str:
    return text if pattern is None else pattern.sub(MASK, text)


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    parts = [
        ("" if not _WORD.match(one[0]) else r"(?<!\w)")
        + re.escape(one)
        + (r"(?!\w)" if _WORD.match(one[-1]) else "")
        for one in sorted(names, key=len, reverse=True)
    ]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _fragment(name: str) -> str:
    """Return the longest part of a name that looks the same in every writing of it."""
    return max(re.findall(r"[a-z0-9]+", name.lower()), key=len, default="")


def _runs(texts: Iterable[_Run], size: int) -> Iterator[int]:
    # As numbers: somebody may have said half a million words.
    for words in texts:
        for at in range(len(words) - size + 1):
            yield hash(words[at : at + size])
