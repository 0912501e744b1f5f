"""The verdict: language and scorer chosen, layers on top of VADER, and the words named."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.model import Label, Score
from listeners.sentiment import explain, label_of, score, vader_compound
from listeners.sentiment.service import english_service
from listeners.sentiment.vader import package_lexicon


def _unscored(lang: str | None) -> Score:
    return Score(lang=lang, scorer=None, compound=None, label=Label.UNSCORED)


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("De dienst is vreselijk slecht geworden", "nl", _unscored("nl")),
        ("Obsługa jest okropnie zła, niestety", None, _unscored("pl")),
        ("これはひどいサービスです", "en", _unscored("ja")),
        ("ok", None, _unscored(None)),
        ("", "en", _unscored("en")),
        ("https://example.org/great", "en", _unscored("en")),
        ("@great @terrible", None, _unscored(None)),
        ("🗓 12 : 30", None, _unscored(None)),
    ],
)
def test_unscored_is_an_answer(text: str, tag: str | None, expected: Score) -> None:
    assert score(text, lang=tag) == expected
    assert explain(text, lang=tag).score == expected
    assert explain(text, lang=tag).words == ()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("👍", Label.POSITIVE),
        ("👎🏽", Label.NEGATIVE),
        ("❤️❤️", Label.POSITIVE),
        ("💔", Label.NEGATIVE),
        ("🙄", Label.NEGATIVE),
        ("😡😡😡", Label.NEGATIVE),
        ("🙏", Label.POSITIVE),
        ("🔥", Label.NEUTRAL),
    ],
)
def test_emoji_alone(text: str, label: Label) -> None:
    verdict = score(text, lang=None)
    assert (verdict.scorer, verdict.label) == ("emoji", label)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I don’t like this, it’s not good", Label.NEGATIVE),
        ("Still waiting for my refund, 3 weeks", Label.NEGATIVE),
        ("Service is down again", Label.NEGATIVE),
        ("great, another delay", Label.NEGATIVE),
        ("Thanks for nothing", Label.NEGATIVE),
        ("you broke it 💔", Label.NEGATIVE),
        ("my parcel is here 👍", Label.POSITIVE),
        ("my parcel is here 😀great", Label.POSITIVE),
        ("the parcel is on the table", Label.NEUTRAL),
    ],
)
def test_english_layers(text: str, label: Label) -> None:
    assert score(text, lang="en").label is label


@pytest.mark.parametrize(
    "text",
    [
        "VADER is VERY SMART, handsome, and FUNNY!!!",
        "The plot was good, but the characters are uncompelling and the dialog is not great.",
        "At least it isn't a horrible book.",
        "Make sure you :) or :D today!",
        "Catch utf-8 emoji such as 💘",
    ],
)
def test_without_our_layer_the_compound_is_vaders(text: str) -> None:
    plain = score(text, lang="en", layered=False)
    assert (plain.scorer, plain.compound) == ("vader-plain", vader_compound(text))
    told = explain(text, lang="en")
    assert told.vader == told.plain == vader_compound(text)


def test_the_layer_of_another_language_can_be_left_out() -> None:
    text = "Der Zug hat schon wieder Verspätung 👎"
    assert score(text, lang="de").label is Label.NEGATIVE
    plain = score(text, lang="de", layered=False)
    assert (plain.scorer, plain.label) == ("afinn-de-plain", Label.NEUTRAL)
    assert explain(text, lang="de").plain == plain.compound


@pytest.mark.parametrize(
    ("text", "lang", "label"),
    [
        ("Thanks for losing my bag", "en", Label.NEGATIVE),
        ("thank you so much for the delay", "en", Label.NEGATIVE),
        ("Great, another delay", "en", Label.NEGATIVE),
        ("Thanks for fixing the problem", "en", Label.POSITIVE),
        ("Thanks, the delay was handled well", "en", Label.POSITIVE),
        ("Merci pour la panne", "fr", Label.NEGATIVE),
        ("Bravo pour cette panne", "fr", Label.NEGATIVE),
        ("Merci pour votre aide", "fr", Label.POSITIVE),
    ],
)
def test_sarcastic_thanks(text: str, lang: str, label: Label) -> None:
    assert score(text, lang=lang).label is label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Can you please help me, is the next train free?", Label.NEUTRAL),
        ("don\\u2019t like this, it\\u2019s not good", Label.NEGATIVE),
        ("I said “great” service", Label.POSITIVE),
        ("why won't the page open", Label.NEGATIVE),
        ("can't wait for the next one", Label.POSITIVE),
        ("she was bored by the talk", Label.NEGATIVE),
        ("the alarms ring at noon", Label.NEUTRAL),
    ],
)
def test_words_of_requests_do_not_flatter(text: str, label: Label) -> None:
    assert score(text, lang="en").label is label


def test_an_explanation_names_what_worked_on_a_word() -> None:
    told = {word.text: word for word in explain("not very good, really awful", lang="en").words}
    assert told["good"].by == ("very", "not")
    assert told["awful"].by == ("really", "very")
    assert told["good"].weight < 0 < told["good"].base


def test_single_service_words_leave_vaders_own_alone() -> None:
    assert not [term for term in english_service() if len(term) == 1 and term[0] in
                package_lexicon()]  # fmt: skip


def test_brand_names_do_not_weigh() -> None:
    text = "@Joy and joy and #JOY cancelled my flight to the Joy office"
    assert score(text, lang="en").label is Label.POSITIVE
    assert score(text, lang="en", mask=("Joy",)).label is Label.NEGATIVE


@pytest.mark.parametrize(
    ("compound", "label"),
    [(0.05, Label.POSITIVE), (0.0499, Label.NEUTRAL), (-0.05, Label.NEGATIVE),
     (-0.0499, Label.NEUTRAL), (None, Label.UNSCORED)],
)  # fmt: skip
def test_thresholds(compound: float | None, label: Label) -> None:
    assert label_of(compound) is label


def test_explanation_names_the_words_and_what_became_of_them() -> None:
    told = explain("I do not love it, but still waiting 💔", lang="en")
    assert told.score == score("I do not love it, but still waiting 💔", lang="en")
    weights = {word.text: word for word in told.words}
    assert set(weights) == {"love", "still waiting", "💔"}
    assert weights["love"].base > 0 > weights["love"].weight
    assert weights["still waiting"].kind == "phrase"
    assert weights["💔"].kind == "emoji"
    assert [abs(word.weight) for word in told.words] == sorted(
        (abs(word.weight) for word in told.words), reverse=True
    )
    assert told.vader == vader_compound("I do not love it, but still waiting 💔")
    assert explain("Service lamentable", lang="fr").vader is None


def test_explanation_of_french_shows_the_turned_verb() -> None:
    (told,) = explain("je n'aime pas", lang="fr").words
    assert told.text == "aime"
    assert told.base > 0 > told.weight


_odd = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("aàé' !?.#@&;👍💔❤️\u200d🏽☹日本語\ud800\x1b"),
    ),
    max_size=80,
)


@given(
    _odd, st.sampled_from((None, "en", "fr-FR", "und", "x-y", "日本")), st.lists(_odd, max_size=2)
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_never_raises_and_explains_itself(text: str, tag: str | None, mask: list[str]) -> None:
    verdict = score(text, lang=tag, mask=mask)
    assert explain(text, lang=tag, mask=mask).score == verdict
    if verdict.compound is None:
        assert verdict.label is Label.UNSCORED
        assert verdict.scorer is None
    else:
        assert -1 <= verdict.compound <= 1
