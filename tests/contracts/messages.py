"""What `make messages` extracts, for the tests that compare it with the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords

ROOT = Path(__file__).parents[2]


def keywords() -> list[str]:
    """The keywords that the Makefile gives to pybabel."""
    line = re.search(r"^KEYWORDS = (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert line, "the Makefile names the keywords"
    return [word for word in line.group(1).split() if word != "-k"]


def texts_of_the_code() -> set[str]:
    """Every msgid of the two packages, plural forms included."""
    texts: set[str] = set()
    for package in ("tui", "listeners"):
        for _, _, message, _, _ in extract_from_dir(
            ROOT / package, [("**.py", "python")], keywords=parse_keywords(["_", *keywords()])
        ):
            texts.update(filter(None, [message] if isinstance(message, str) else message))
    return texts
