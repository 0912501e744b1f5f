"""French: signs of sentences that only French rules get right, and the provenance of its words."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from listeners.model import Label
from listeners.sentiment import explain, score
from listeners.sentiment.french import french_lexicon, own_words

_POSITIVE, _NEGATIVE, _NEUTRAL = Label.POSITIVE, Label.NEGATIVE, Label.NEUTRAL


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Service au top, merci beaucoup !", _POSITIVE),
        ("J'adore cette marque", _POSITIVE),
        ("Je n'aime pas ce produit", _NEGATIVE),
        ("Le client n'aime pas", _NEGATIVE),
        ("j’aime pas du tout", _NEGATIVE),
        ("On n'aime vraiment pas", _NEGATIVE),
        ("Ce n'est pas bien", _NEGATIVE),
        ("Ce n'est vraiment pas très bon", _NEGATIVE),
        ("Je n'aime pas les retards", _NEGATIVE),
        ("C'est jamais agréable", _NEGATIVE),
        ("Aucune arnaque ici", _POSITIVE),
        ("Sans arnaque", _POSITIVE),
        ("Il n'est plus sympa", _NEGATIVE),
        ("Elle est plus sympa", _POSITIVE),
        ("Pas mal !", _POSITIVE),
        ("Le produit est bien mais le service est lamentable", _NEGATIVE),
        ("Le service est lent mais le produit est excellent", _POSITIVE),
        ("Toujours rien depuis lundi", _NEGATIVE),
        ("Le site est en panne", _NEGATIVE),
        ("Ça marche pas", _NEGATIVE),
        ("J'en peux plus de vous", _NEGATIVE),
        ("foutage de gueule", _NEGATIVE),
        ("DECU DU SERVICE", _NEGATIVE),
        ("Decue du service", _NEGATIVE),
        ("c'est trooooop géniaaal", _POSITIVE),
        ("genial", _POSITIVE),
        ("Bravo,merci", _POSITIVE),
        ("Bonjour, le magasin ouvre à 9h", _NEUTRAL),
        ("La réunion porte sur l'énergie nouvelle", _NEUTRAL),
        ("Le train part sur la voie 3", _NEUTRAL),
        ("Quand arrive le colis 👎", _NEGATIVE),
        ("Le colis est là ❤️", _POSITIVE),
        ("Le colis est là 🔥", _NEUTRAL),
    ],
)
def test_labels(text: str, label: Label) -> None:
    verdict = score(text, lang="fr")
    assert verdict.label is label, verdict
    assert verdict.scorer == "vader-fr"


def test_capitals_boosters_and_marks_make_it_stronger() -> None:
    def compound(text: str) -> float:
        return score(text, lang="fr").compound or 0.0

    plain = compound("le service est lamentable")
    assert compound("le service est LAMENTABLE") < plain
    assert compound("le service est vraiment lamentable") < plain
    assert compound("le service est lamentable !!!") < plain
    assert compound("le service est un peu lamentable") > plain
    assert compound("le service est assez lamentable") > plain


def test_a_negation_that_turned_the_verb_leaves_the_next_word_alone() -> None:
    words = {
        word.text: word.weight for word in explain("Je n'aime pas les retards", lang="fr").words
    }
    assert words["aime"] < 0
    assert words["retards"] < 0


def test_vendored_lexicon_is_unchanged_and_has_its_licence() -> None:
    folder = files("listeners.sentiment") / "lexicons"
    digest = hashlib.sha256((folder / "fr_lexicon.txt").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")
    assert "C.J. Hutto" in (folder / "LICENSE.vadersentiment-fr").read_text(encoding="utf-8")


def test_own_words_go_before_the_vendored_ones() -> None:
    lexicon, own = french_lexicon(), own_words()
    assert all(lexicon[word] == weight for word, weight in own.items() if weight)
    assert not any(word in lexicon for word, weight in own.items() if not weight)
    assert all(-4 <= weight <= 4 for weight in own.values())
    assert len(lexicon) > 8_000
