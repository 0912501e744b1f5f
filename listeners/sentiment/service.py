"""A small vocabulary of customers, English and French, which no general lexicon weighs.

"Still waiting for my refund, 3 weeks" is 0.0 to VADER. Phrases count as one word of the weight
given; they are of our own making and kept apart, so that plain VADER stays visible beside them.
Words are in lower case, apostrophes straight, elision set apart (``j' attends``) in French.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_ENGLISH = {
    2.2: "back up again|finally fixed|works perfectly|works like a charm|well done|kudos|"
    "shout out to|shoutout to|thumbs up|great service|great support|highly recommend|"
    "quick reply|fast reply|sorted it|problem solved|keep it up",
    0.0: "united states|best regards|kind regards|would like|looks like|look like|feels like",
    -1.2: "still waiting|still no|no reply|no response|no answer|no news|not answering|on hold|"
    "for hours|for weeks|for days|for months|third time|second time|yet again|again and again|"
    "out of stock|sold out|on strike|delayed|delay|delays|cancelled|canceled|refund|refunds|"
    "downtime|offline|slow|glitch|glitches|buggy|bug|bugs|lag|laggy|unanswered|overcharged|"
    "overpriced|late again|missing order|missing parcel|where is my|waiting for my|"
    "charged twice|double charged|never arrived|never received|never delivered|not delivered",
    -1.8: "is down|are down|went down|goes down|down again|down since|not working|doesn't work|"
    "does not work|don't work|isn't working|stopped working|stops working|won't load|won't open|"
    "can't log in|cannot log in|can't login|locked out|no longer works|keeps crashing|crashed|"
    "crashes|crashing|outage|outages|broken again|ripped off|rip off|rip-off|"
    "let down|fed up|fobbed off|hung up on|unacceptable|unusable|unreachable|incompetent|"
    "never again|avoid|last time i|lost my luggage|switching to|cancelling my|canceling my|"
    "cancel my|taking my business|shame on you|shame on|get your act together|wtf|"
    "do better|a joke|what a joke|such a joke|joke of a|thanks for nothing|great another|"
    "another delay|another outage|waste of|want my money back|my money back|money back",
}

_FRENCH = {
    2.2: "bien joué|bon travail|beau travail|bonne initiative|bonne nouvelle|bonne idée|"
    "grand merci|merci beaucoup|merci pour|coup de coeur|coup de cœur|rien à redire|pas mal|"
    "rien à dire|je recommande|au top|trop bien|vaut le coup|"
    "service au top|ça marche enfin|problème réglé|problème résolu|tout est rentré dans l' ordre|"
    "sans problème|sans souci|bonne chance|bon courage|hâte de|j' ai hâte",
    0.0: "coup de main|coup de fil|bien sûr|bien que|ou bien|si bien que|bien entendu|pas de souci|"
    "pas de problème|ça va|eh bien|et bien|bon bah|bon ben|plus ou moins|tant mieux|"
    "bonne journée|bonne soirée|bon week-end|bonjour|bonsoir|à part|"
    "s' il vous plaît|s' il te plaît|service client|aide à domicile|grâce à|mise en place|tout à fait|bien plus|pour le mieux",
    -1.2: "toujours rien|toujours pas|aucune réponse|pas de réponse|sans réponse|aucune nouvelle|"
    "sans nouvelles|pas de nouvelles|j' attends toujours|toujours en attente|en attente depuis|"
    "en retard|en rupture|rupture de stock|en grève|depuis des semaines|depuis des jours|"
    "depuis des heures|depuis des mois|encore une fois|remboursement|rembourser|remboursez|"
    "annulé|annulée|annulés|annulation|jamais reçu|jamais reçue|jamais livré|jamais arrivé|"
    "pas reçu|pas livré|débité deux fois|prélevé deux fois|trop cher|trop chère|hors de prix|"
    "trop lent|trop long|interminable|interminables|"
    "personne ne répond|personne ne me répond|ne répond pas|ne répondez pas|répondez pas",
    -1.8: "en panne|ne marche pas|ne marche plus|marche pas|marche plus|marchent pas|"
    "ne fonctionne pas|ne fonctionne plus|fonctionne pas|fonctionne plus|ça plante|plante tout le temps|hors service|"
    "hors-service|en carton|à la ramasse|à vomir|à fuir|à éviter|plus jamais|"
    "c' est la dernière fois|ras le bol|ras-le-bol|j' en ai marre|en ai marre|en peux plus|n' en peux plus|en ai assez|"
    "se moque de|se moquer de|se fout de|se foutent de|se foutre de|vous vous moquez|"
    "foutage de gueule|prend pour des|prenez pour des|prendre pour des|une honte|une blague|"
    "du vol|du grand n' importe quoi|n' importe quoi|c' est abusé|laisse à désirer|pas content|"
    "pas contente|pas sérieux|pas normal|pas possible|je résilie|résilier|je change d' opérateur|"
    "aucun respect|aucun suivi|peut mieux faire|publicité mensongère|"
    "merci pour rien|à pleurer|aux abonnés absents",
}


def _terms(groups: Mapping[float, str]) -> Mapping[tuple[str, ...], float]:
    return {
        tuple(phrase.split()): weight
        for weight, phrases in groups.items()
        for phrase in phrases.split("|")
    }


@cache
def english_service() -> Mapping[tuple[str, ...], float]:
    """Customers' English: words of a phrase to its weight."""
    return _terms(_ENGLISH)


@cache
def french_service() -> Mapping[tuple[str, ...], float]:
    """Customers' French: words of a phrase to its weight."""
    return _terms(_FRENCH)
