"""A small vocabulary of customers, English and French, which no general lexicon weighs.

"Still waiting for my refund, 3 weeks" is 0.0 to VADER. Phrases count as one word of the weight
given; a word that VADER weighs by itself is left to VADER. All of it is of our own making and
kept apart, so that plain VADER stays visible beside it. Words are in lower case, apostrophes
straight, elision set apart (``j' attends``) in French.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_ENGLISH = {
    2.2: "back up again | finally fixed | works like a charm | shout out to | shoutout to | "
    "thumbs up | quick reply | fast reply | keep it up",
    -1.2: "still waiting | still no | no reply | no response | no answer | not answering | on "
    "hold | for hours | for weeks | for days | for months | yet again | again and again | "
    "out of stock | sold out | refund | refunds | downtime | glitch | glitches | buggy | "
    "bug | bugs | laggy | unanswered | overcharged | overpriced | late again | missing "
    "order | missing parcel | where is my | waiting for my | charged twice | double "
    "charged | never arrived | never received | never delivered | not delivered | not "
    "received",
    -1.8: "is down | are down | went down | goes down | down again | not working | doesn't work "
    "| does not work | don't work | isn't working | stopped working | stops working | "
    "won't load | won't open | can't log in | cannot log in | can't login | locked out | "
    "no longer works | keeps crashing | crashes | crashing | outage | outages | broken "
    "again | ripped off | rip off | let down | fobbed off | hung up on | unusable | "
    "unreachable | never again | lost my luggage | switching to | cancelling my | "
    "canceling my | cancel my | taking my business | shame on you | get your act together "
    "| do better | what a joke | such a joke | joke of a | thanks for nothing | great "
    "another | another delay | another outage | want my money back | my money back",
}

_FRENCH = {
    2.2: "bien joué | bon travail | beau travail | bonne initiative | bonne nouvelle | bonne "
    "idée | grand merci | merci beaucoup | merci pour | coup de coeur | coup de cœur | "
    "rien à redire | pas mal | rien à dire | au top | trop bien | vaut le coup | problème "
    "réglé | problème résolu | sans problème | sans souci | bon courage | hâte de",
    0.0: "coup de main | coup de fil | bien sûr | bien que | ou bien | si bien que | bien "
    "entendu | pas de souci | pas de problème | ça va | eh bien | et bien | bon bah | bon "
    "ben | plus ou moins | bonne journée | bonne soirée | bon week-end | à part | s' il "
    "vous plaît | s' il te plaît | service client | aide à domicile | grâce à | mise en "
    "place | tout à fait | bien plus",
    -1.2: "toujours rien | toujours pas | aucune réponse | pas de réponse | sans réponse | "
    "aucune nouvelle | sans nouvelles | pas de nouvelles | j' attends toujours | toujours "
    "en attente | en attente depuis | en retard | en rupture | rupture de stock | en "
    "grève | depuis des semaines | depuis des jours | depuis des heures | depuis des mois "
    "| encore une fois | remboursement | rembourser | remboursez | annulation | jamais "
    "reçu | jamais reçue | jamais livré | jamais arrivé | pas reçu | pas livré | débité "
    "deux fois | prélevé deux fois | trop cher | trop chère | hors de prix | trop lent | "
    "trop long | interminable | interminables | personne ne répond | personne ne me "
    "répond | ne répond pas | ne répondez pas | répondez pas",
    -1.8: "en panne | ne marche pas | ne marche plus | marche pas | marche plus | marchent pas "
    "| ne fonctionne pas | ne fonctionne plus | fonctionne pas | fonctionne plus | ça "
    "plante | hors service | hors-service | en carton | à la ramasse | à vomir | à fuir | "
    "à éviter | plus jamais | c' est la dernière fois | ras le bol | en ai marre | en "
    "peux plus | en ai assez | se moque de | se moquer de | se fout de | se foutent de | "
    "se foutre de | vous vous moquez | foutage de gueule | prend pour des | prenez pour "
    "des | prendre pour des | une honte | une blague | n' importe quoi | c' est abusé | "
    "laisse à désirer | pas content | pas contente | pas sérieux | pas normal | je "
    "résilie | résilier | aucun respect | aucun suivi | peut mieux faire | publicité "
    "mensongère | merci pour rien | à pleurer | aux abonnés absents",
}


def _terms(groups: Mapping[float, str]) -> Mapping[tuple[str, ...], float]:
    return {
        tuple(phrase.split()): weight
        for weight, phrases in groups.items()
        for phrase in phrases.split("|")
    }


@cache
def english_service() -> Mapping[tuple[str, ...], float]:
    """Customers' English: the words of a phrase to its weight."""
    return _terms(_ENGLISH)


@cache
def french_service() -> Mapping[tuple[str, ...], float]:
    """Customers' French: the words of a phrase to its weight."""
    return _terms(_FRENCH)
