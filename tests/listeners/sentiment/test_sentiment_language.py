"""Which language: tag, alphabet, letters, model; and when none is said."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from listeners.sentiment import identify
from listeners.sentiment.language import alphabet_of, fits, load, normal_tag


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("fr", "fr"),
        ("fr-FR", "fr"),
        ("EN_us", "en"),
        ("eng", "en"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("und", None),
        ("", None),
        ("unknown", None),
        ("zxx", None),
        ("12", None),
        (None, None),
    ],
)
def test_tags(tag: str | None, lang: str | None) -> None:
    assert normal_tag(tag) == lang


@pytest.mark.parametrize(
    ("text", "languages", "lang"),
    [
        ("The delivery was late and nobody answers the phone", ("en", "fr"), "en"),
        ("La livraison est en retard et personne ne répond", ("en", "fr"), "fr"),
        ("@user https://example.org #tag la commande est perdue depuis lundi", ("en", "fr"), "fr"),
        ("Die Lieferung kommt zu spät und niemand antwortet mir", ("en", "fr"), "de"),
        ("Die Lieferung kommt zu spät und niemand antwortet mir", ("en", "de"), "de"),
        ("El pedido llega tarde y nadie me contesta por teléfono", ("en", "fr"), "es"),
        ("ok super", ("en", "fr"), None),
        ("merci", ("en", "fr"), None),
        ("information message service", ("en", "fr"), None),
        ("wo ist mein Paket", ("en", "fr"), "de"),
        ("grazie mille ciao", ("en", "fr"), "it"),
        ("très déçu", ("en", "fr"), "fr"),
        ("très déçu", ("it", "fr"), "fr"),
        ("città", ("it", "fr"), None),
        ("groß", ("en", "fr"), None),
        ("très", ("en", "fr", "sv"), None),
        ("", ("en", "fr"), None),
        ("👍👍 123 !", ("en", "fr"), None),
        ("https://example.org @someone", ("en", "fr"), None),
        ("ありがとう", ("en", "fr"), "ja"),
        ("注文した商品がまだ届きません", ("en", "fr"), "ja"),
        ("包裹还没有到", ("en", "fr"), "zh"),
        ("배송이 너무 늦어요", ("en", "fr"), "ko"),
        ("ευχαριστώ", ("en", "fr"), "el"),
        ("спасибо", ("en", "fr"), None),
        ("спасибо", ("en", "ru"), "ru"),
        ("Посылка так и не пришла, никто не отвечает", ("en", "fr"), "ru"),
        ("السلام عليكم ورحمة الله وبركاته", ("en", "fr"), "ar"),
        ("ᚠᚢᚦ", ("en", "fr"), None),
    ],
)
def test_identifies(text: str, languages: tuple[str, ...], lang: str | None) -> None:
    assert identify(text, languages) == lang


def test_alphabets() -> None:
    assert alphabet_of("123 !") is None
    assert alphabet_of("naïve 👍") == "LATIN"
    assert alphabet_of("brand 東京タワーに行った") == "HIRAGANA"
    assert fits("en", "LATIN")
    assert not fits("en", "HIRAGANA")
    assert not fits("ja", "LATIN")
    assert fits("hi", "LATIN")
    assert fits("en", "RUNIC")


def test_the_model_is_loaded_once_by_many_threads() -> None:
    start = threading.Barrier(4)

    def ask() -> object:
        start.wait()
        return load()

    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: ask(), range(4)))
    assert all(model is models[0] for model in models)
