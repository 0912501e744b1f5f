"""Which words of a post are offered for teaching, the likeliest first.

First those that made the verdict, the heaviest on top: a wrong verdict is theirs. Then what the
post speaks of, last the small words that stand in any post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from listeners.config import BrandConfig
from listeners.sentiment import NOTHING_TAUGHT, explain
from listeners.sentiment.normal import normal
from listeners.teaching.lessons import mask_of
from listeners.teaching.words import refused_word, word_as_kept

# The commonest words that say nothing by themselves, of the languages that are scored.
_SMALL = {
    "en": "a about after all also am an and any are as at be been but by can could did do does for"
    " from get got had has have he her here him his how i if in into is it its just like me more"
    " my no not now of on one only or our out over she so some than that the their them then there"
    " these they this those to too up us was we were what when where which who why will with would"
    " you your i'm i've it's don't that's",
    "fr": "a ai as au aussi aux avec avez avons bien c ça car ce cela ces cet cette ceux chez comme"
    " dans de des donc du elle elles en encore est et été être eu eux fait il ils j je jusqu l la"
    " le les leur leurs lui m ma mais me même mes moi mon n ne ni nos notre nous on ont ou où par"
    " pas plus pour qu quand que quel quelle quels quelles qui quoi s sa sans se sera ses si son"
    " sont sous sur t ta te tes toi ton tous tout toute toutes très tu un une va vers vos votre"
    " vous y d à",
    "de": "aber alle als also am an auch auf aus bei bin bis bist da das dass dem den der des die"
    " doch du ein eine einem einen einer eines er es für hab habe haben hat hatte ich ihr im in ist"
    " ja kann kein keine man mein mich mir mit nach nicht noch nur oder schon sehr sein sich sie"
    " sind so über um und uns von vor wann war was wenn wer wie wieder wir wird wo zu zum zur",
    "es": "a al algo ante antes aquí así aún como con cuando de del desde donde dos el ella ellos"
    " en entre era es esa ese eso esta está están este esto ha han hasta hay la las le les lo los"
    " más me mi mis muy nada ni no nos o os para pero por porque que qué quien se sea ser si sí sin"
    " sobre son su sus también te tengo ti tiene todo todos tu un una uno ya y yo",
    "it": "a ad ai al alla alle anche ancora c che chi ci come con cosa così d da dai dal dalla dei"
    " del della delle di dove e è ed era essere fa gli ha hai hanno ho i il in io l la le lei li lo"
    " loro lui ma mai me mi mia mio molto ne nel nella no noi non o ogni per perché più poi quando"
    " quella quello questa questo se sei si sia solo sono su sua sul sulla suo te ti tra tu tutti"
    " tutto un una uno vi voi",
    "pt": "a à ao aos aqui as às até com como da das de dela dele do dos e é ela elas ele eles em"
    " então era essa esse esta está este eu faz foi há isso isto já la lá lhe mais mas me mesmo meu"
    " meus minha muito na não nas nem no nos nós num o os ou para pela pelo por porque pra quando"
    " que quem se sem ser seu seus só sua suas são também tem têm tenho teu todos tu tudo um uma"
    " vai você vocês",
    "ar": "في من على إلى عن أن إن هذا هذه ذلك ما لا لم لن مع كان كانت هو هي انا أنا انت و أو ثم قد"
    " كل بعد قبل عند التي الذي يا",
    "hi": "का के की को में से है हैं था थे थी और यह ये वह वो पर ने हो कि भी तो ही मैं हम आप एक इस उस जो कर नहीं",
}
_STANDING_ALONE = frozenset(word for words in _SMALL.values() for word in words.split())
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'")


def heavy_words(
    text: str, brand: BrandConfig, taught: Mapping[str, float] = NOTHING_TAUGHT
) -> Sequence[str]:
    """Return the words and phrases that made a text's verdict for a brand, heaviest first.

    It asks the scorer, whose tables take a moment to load the first time.
    """
    found = explain(
        text,
        lang=None,
        mask=mask_of(brand),
        languages=brand.languages,
        layered=not brand.plain_sentiment,
        taught=taught,
    )
    return tuple(one.text for one in found.words if one.kind != "emoji")


def offered_words(text: str, brand: BrandConfig, heavy: Sequence[str] = ()) -> Sequence[str]:
    """Return the words of a text that can be taught, each once.

    ``heavy``, what made its verdict, come first; then words that mean something and small words,
    each in the order of the text.
    """
    first = _teachable(heavy, brand)
    # “l'arnaque” is not offered beside the “arnaque” that weighs.
    rest = [
        word
        for word in _teachable(normal(text, mask_of(brand)).split(), brand)
        if _ELIDED.sub("", word) not in first
    ]
    return tuple(dict.fromkeys([*first, *sorted(rest, key=_small)]))


def _teachable(parts: Iterable[str], brand: BrandConfig) -> Sequence[str]:
    words = map(word_as_kept, parts)
    return [word for word in words if len(word) > 1 and refused_word(word, brand) is None]


def _small(word: str) -> bool:
    if not any(map(str.isalpha, word)):
        return True
    return word in _STANDING_ALONE or _ELIDED.sub("", word) in _STANDING_ALONE
