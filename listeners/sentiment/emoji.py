"""hubbub's own emoji weights, for every language: what VADER misses or reads by its name.

VADER scores an emoji by the words of its English name, so that 💔 ("broken heart") is positive
and 👍 👎 🙄 😡 🙏 weigh nothing. The weights here are of our own making, on VADER's scale (-4 to
4), for the usual sense in posts about a brand. They go before VADER's names in English; elsewhere
they are all there is. A weight of 0 silences a name (🔥 is no fire, 💀 is laughter).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

_WEIGHTS = {
    3.0: "😍🥰🤩❤🧡💛💚💙💜🤎🖤🤍🩷🩵🩶💖💗💓💞💕💘💝🫶😻🏆🎉",
    2.4: "😘😊☺😁😀😃😄🙂😇🤗🥳👏🙌💯🌟⭐✨🥇😎👌🤌🎊🍾😋😚😙🤝🫡💪♥❣💟💌",
    1.8: "👍🙏😌😉😆😂🤣😹😸😺🤠🥹🍀🌈☀🌞💐🌹🌺🌸🎁🥂🍻🚀✅✔😏🤭😜😝😛🤪",
    0.0: "🔥💀☠👀🤖👽🎃💣🆘🏴💊🔫🔪🗡🐛🐞🚩🎭🤔💩🤡😐😶🫠🫥🥺😳🙃💤😴🥱🤷🤦",
    -1.2: "😕🙁☹😟😔😞😥😓😰😨😧😦😬😣😖😩😫😪🥴😵🤒🤕😷⚠❌✖🚫⛔📉👻🙄😒🫤😑🤨🤐",
    -2.0: "👎😢😭😿💔😠😤🤬😡👿🤮🤢🖕😾💢🚨🤥🤧😱🙅😈",
}
# Ambiguous faces that in posts to a brand are more often reproach than play.
_REPROACH = {"🤡": -1.8, "💩": -2.0, "🤦": -1.5, "🤷": -0.6, "🥱": -1.0, "🙃": -0.5, "🤔": -0.4}
_STRONG = {"🤬": -3.0, "😡": -2.6, "🤮": -2.8, "🖕": -3.2, "💔": -2.4, "👎": -2.4, "🤢": -2.2}

_JOINERS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_SAID_AGAIN = re.compile(r"([^\x00-\u203b\s])(?:\s*\1){2,}")


@cache
def emoji_weights() -> Mapping[str, float]:
    """Emoji (one character, without variation selector or skin tone) to weight."""
    weights = {emoji: weight for weight, row in _WEIGHTS.items() for emoji in row}
    return {**weights, **_REPROACH, **_STRONG}


def plain_emoji(text: str) -> str:
    """Take variation selectors, skin tones and joiners out, so that ❤️ is ❤ and 👍🏽 is 👍."""
    return text if text.isascii() else _JOINERS.sub("", text)


def said_twice(text: str) -> str:
    """Cut a row of the same emoji to two: twenty tears are not ten times sadder than two."""
    return text if text.isascii() else _SAID_AGAIN.sub(r"\1\1", text)


def is_pictograph(character: str) -> bool:
    """Whether a character is a picture or a symbol, not a letter, number or punctuation."""
    return character > "\u203b" and unicodedata.category(character) == "So"
