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
    "thumbs up | quick reply | fast reply | keep it up | can't wait | cant wait | looking forward "
    "| look forward | so good | so happy | so excited | i like | i really like | like it | like "
    "your | like this | loving the | above and beyond | made my day | well done | good job | "
    "great job | good luck | best wishes | on point | hats off | props to | big ups | thank "
    "you so much | thanks so much | you rock | you guys rock | top notch | so cute | five stars "
    "| 5 stars | happy birthday | happy bday | proud of | no problems | no issues",
    1.2: "no worries | no problem | not bad | so far so good | back online | works now | works "
    "again | working again | got it sorted | check it out | come and join | don't miss | dont "
    "miss | must see | must watch | see you there | take care of | well deserved | well played",
    0.0: "i'd like | would like | i'd love to know | like to know | looks like | look like | "
    "looking like | sounds like | feel like | feels like | seems like | like a | happy to help "
    "| customer care | great britain | good morning everyone | cut off date | best regards | "
    "kind regards | thanks in advance | thank you in advance | thank god | oh my god | my god "
    "| for the love of | good friday | at best | best buy | at risk | war room | no doubt | "
    "on fire | hard drive | free agent | dead sea | game of thrones | in case | you can't miss",
    -1.2: "still waiting | still no | no reply | no response | no answer | not answering | on "
    "hold | for hours | for weeks | for days | for months | yet again | again and again | "
    "out of stock | sold out | refund | refunds | downtime | glitch | glitches | buggy | "
    "bug | bugs | laggy | unanswered | overcharged | overpriced | late again | missing "
    "order | missing parcel | where is my | waiting for my | charged twice | double "
    "charged | never arrived | never received | never delivered | not delivered | not "
    "received | in line for | no one answers | nobody answers | no one picks up | can't get "
    "through | cannot get through | can't get | can't even | cannot even | not even | no idea "
    "why | how long | how hard is it | how hard can it be | how many times | what's the point | "
    "should have been | was told | were told | been told | been waiting | been "
    "on the phone | an hour | over an hour | hours late | hour late | two hours | 2 hours | 3 "
    "hours | 4 hours | 5 hours | hours on | hours now | minutes late | running late | late "
    "flight | delayed again | late again | every time i | seriously ? | no excuse "
    "| no excuses | no help | no longer | no way to | nobody cares | don't care | doesn't care | "
    "do not care | couldn't care less | not happy | not good enough | not acceptable | not ok | "
    "not okay | not cool | not impressed | not helpful | not fair | not right | isn't right | "
    "have to wait | had to wait | make me wait | making me wait | still not | still hasn't | "
    "still haven't | still can't | still nothing | nothing yet | not yet received | hasn't "
    "arrived | didn't arrive | hasn't come | didn't work | never got | never came "
    "| never heard back | haven't heard | hung up | left on read | wrong order | wrong item | "
    "bad service | slow service | wasn't | what happened to | lost my | miss my "
    "| missed my | misses the point",
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
