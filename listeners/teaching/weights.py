"""A learnt layer as it is kept in the store: a line of JSON, then the signed bytes."""

from __future__ import annotations

import json
import zlib

from listeners.sentiment.learnt import BUCKETS, CLASSES, FIGURES, Learnt

FORMAT = 1


class UnknownModelError(ValueError):
    """A stored model that this version cannot read."""


def packed(layer: Learnt) -> bytes:
    """Return a layer as bytes: some ten to fifty kilobytes."""
    head = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "step": layer.step,
        "figures": [list(row) for row in layer.figures],
    }
    return json.dumps(head).encode() + b"\n" + zlib.compress(layer.hashed, 9)


def unpacked(stored: bytes, lang: str, model_id: int, corrections: int) -> Learnt:
    """Return the layer that bytes hold.

    Raises:
        UnknownModelError: they are of another format, or damaged.
    """
    head, _, rest = stored.partition(b"\n")
    try:
        known = json.loads(head)
        hashed = zlib.decompress(rest)
        figures = tuple(tuple(float(one) for one in row) for row in known["figures"])
        step = float(known["step"])
        fits = known["format"] == FORMAT and known["buckets"] == BUCKETS
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise UnknownModelError("the stored model is damaged") from error
    if not fits or len(hashed) != BUCKETS * CLASSES or [len(r) for r in figures] != [FIGURES] * 3:
        raise UnknownModelError("the stored model is of another version")
    return Learnt(
        lang=lang,
        name=f"learnt-{lang}-{model_id}",
        corrections=corrections,
        figures=figures,
        hashed=hashed,
        step=step,
    )
