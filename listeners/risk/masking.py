"""Secrets in a stored post, masked wherever the post is read.

What is stored is what was written, as evidence; every read masks it, and one of them alone, asked
for by a key, does not. Somebody's own telephone number or address in a message to us is no secret
of ours and stays readable: it is what the answer needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

_READABLE = frozenset({"internal words", "shared document", "e-mail address", "telephone number"})
"""Rules whose hit is a telltale, or somebody's own address; the words themselves may be read."""
_SECRET = frozenset({"leak", "exposed"})


class Shown(NamedTuple):
    """A post's words as they may be shown; ``hidden`` says that something is masked in them."""

    title: str
    text: str
    hidden: bool


def masked(title: str, text: str, risk: Iterable[Mapping[str, object]]) -> Shown:
    """Return the words of a post with every secret replaced by its masked form.

    ``risk`` holds stored findings (``listeners.risk.findings.as_mapping``). Their places count in
    the title, a line break and the text where the text does not hold the title, else in the text.
    """
    spans = sorted(span for one in risk if (span := _span(one)) is not None)
    if not spans:
        return Shown(title, text, False)
    shift = len(title) + 1 if title and title not in text else 0
    shown = _without(text, [(a - shift, b - shift, mask) for a, b, mask in spans])
    if shift:
        return Shown(_without(title, spans), shown, True)
    for start, end, mask in spans:
        title = title.replace(text[start:end], mask) if end > start else title
    return Shown(title, shown, True)


def _span(one: Mapping[str, object]) -> tuple[int, int, str] | None:
    start, end, mask = one.get("start"), one.get("end"), one.get("masked")
    if one.get("class") not in _SECRET or one.get("rule") in _READABLE:
        return None
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    return start, end, str(mask)


def _without(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, mask in spans:
        start, end = max(start, 0), min(end, len(text))
        if end <= at or start >= end:
            continue
        if start >= at:
            pieces += [text[at:start], mask]
        at = end
    return "".join([*pieces, text[at:]])
