"""The last defence: no control character of any text reaches the terminal from a widget.

Text is cleaned when it is stored; this filter stands behind every widget for the day somebody
forgets. Characters are deleted, not replaced: they are zero cells wide, so columns stay aligned.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# Controls, direction overrides, and surrogates (which cannot be written at all).
_OBEYED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class ControlFilter(LineFilter):
    """Deletes from every line what a terminal would obey instead of show."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without control characters; Textual's own codes are kept."""
        search = _OBEYED.search
        if not any(search(segment.text) for segment in segments):
            return segments
        return [
            segment
            if segment.control
            else Segment(_OBEYED.sub("", segment.text), segment.style, None)
            for segment in segments
        ]
