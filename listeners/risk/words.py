"""Words of risk in English and French: boycott, legal, safety, fraud, press, threats, abuse.

The lists are our own making. On ordinary posts they say little ("died", "scam" are everyday
words), so they are only looked for in posts about the brand, and in a long text only near its
name. Swear words are a sign of heat, not an alert: they count only when they are aimed at us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from listeners.model import Sentence, Severity
from listeners.phrases import Hit, PhraseBook, listed
from listeners.risk.finding import Finding
from listeners.risk.folded import Folded

SHORT = 600
"""Folded characters up to which the whole text is taken to be about the brand."""
NEAR = 200
"""Folded characters around the brand's name that are about it in a longer text."""

BOYCOTT = listed("""
    boycott, boycotts, boycotted, boycotting, #boycott*, boycott*, stop buying, stop using them,
    don't buy from, dont buy from, do not buy from, never buy from, nobody should buy, avoid this
    company, avoid this brand, avoid at all costs, stay away from, cancel your subscription, cancel
    your subscriptions, delete your account, delete the app, delete your accounts, petition, sign
    the petition, call out this brand, name and shame, shitstorm, class boycott, hit them in the
    wallet, vote with your wallet, no longer support this company,

    boycottez, boycottons, boycotter, boycotte, boycottes, boycottee, n'achetez pas chez,
    n'achetez plus, n'achetez rien, n'achetez pas, arretez d'acheter, a fuir, fuyez, a eviter
    absolument, evitez cette marque, evitez cette entreprise, resiliez tous, supprimez vos comptes,
    desinstallez, signez la petition, appel au boycott, faites tourner, balance ton*, bad buzz,
    a boycotter
""")
LEGAL = listed("""
    lawsuit, lawsuits, class action, legal action, legal proceedings, taking you to court, take you
    to court, take them to court, see you in court, small claims court, small claims, my lawyer,
    my lawyers, my attorney, our lawyers, a lawyer, solicitor, sue you, suing you, sue them, suing
    them, gonna sue, going to sue, will sue, i'll sue, sued, cease and desist, press charges,
    file a complaint with, filed a complaint with, trading standards, ombudsman, better business
    bureau, bbb complaint, ftc, attorney general, consumer protection, data protection authority,
    gdpr complaint, gdpr violation, gdpr request, breach of contract, false advertising, copyright
    infringement, trademark infringement, defamation, libel, chargeback, report you to, reported you
    to, report them to, regulator, regulators, fined, consumer rights,

    porter plainte, porte plainte, porterai plainte, portons plainte, depot de plainte, depose
    plainte, deposer plainte, deposer une plainte, plainte deposee, plainte contre, saisir la
    justice, en justice, action en justice, poursuites judiciaires, poursuivre en justice,
    tribunal, tribunaux, proces, prud'hommes, mon avocat, mon avocate, mes avocats, notre avocat,
    un avocat, mise en demeure, mettre en demeure, assignation, assigner en, action collective,
    action de groupe, recours collectif, dgccrf, signalconso, signal conso, repression des fraudes,
    ufc que choisir, que choisir, 60 millions de consommateurs, association de consommateurs,
    mediateur, defenseur des droits, cnil, plainte a la cnil, violation du rgpd, rgpd,
    publicite mensongere, publicite trompeuse, pratique commerciale trompeuse, pratiques
    commerciales trompeuses, abus de confiance, vice cache, vices caches, droit de retractation
    refuse, diffamation, contrefacon, condamnee a, condamne a, amende de
""")
SAFETY = listed("""
    caught fire, catches fire, catch fire, burst into flames, exploded, explodes,
    exploding, overheated, overheats, overheating, smoke coming, electric shock,
    electrocuted, burned my, burnt my, burned me, burnt me, burns on, injured, injury, injuries,
    hospital, hospitalized, hospitalised, emergency room, ambulance, food poisoning, poisoned,
    poisoning, got sick, got ill, made me sick, made us sick, made me ill, vomiting, salmonella,
    listeria, e. coli, allergic reaction, anaphyla*, undeclared allergen, allergen, contaminated,
    contamination, mold in, mould in, mouldy, moldy, maggots, cockroach, cockroaches, rat in, mouse
    in my, glass in my, metal in my, plastic in my, piece of glass, piece of metal, piece of
    plastic, choking, choked on, choking hazard, fire hazard, safety hazard, health hazard,
    dangerous, not safe, unsafe, toxic, carcinogen*, recalled, product recall, carbon
    monoxide, gas leak, brakes failed, brake failure, nearly died, almost died, could have died,
    could have killed, died after, nearly killed, child hurt, my child was,
    suicide, suicidal, self-harm, kill myself,

    a pris feu, prend feu, prendre feu, en feu, pris feu, a explose, explose, exploser,
    surchauffe, de la fumee, choc electrique, electrocute, electrocutee, brule ma, brule mon, brulee
    par, brulure, brulures, blesse, blessee, blessure, blessures, hopital, aux urgences, urgences,
    samu, pompiers, intoxication, intoxique, intoxiquee, intoxications, empoisonne*, rendu malade,
    rendue malade, rendus malades, tombe malade, tombee malade, malade apres, vomi, vomissements,
    salmonelle*, listeria, reaction allergique, choc anaphylactique, allergene, contamine,
    contaminee, contamination, moisi, moisie, moisissure, moisissures, asticot*, cafard, cafards,
    ver dans, verre dans, morceau de verre, morceau de metal, morceau de plastique, bout de verre,
    bout de plastique, etouffe, etouffement, s'etouffer, dangereux, dangereuse, danger pour, risque
    d'incendie, risque d'etouffement, toxique, cancerigene, rappel produit, rappel de produit,
    rappel conso, rappelconso, monoxyde de carbone, fuite de gaz, freins ont lache, failli mourir,
    failli y passer, aurait pu mourir, aurait pu tuer, mort apres, decede apres, decedee apres,
    suicide, me suicider, en finir avec la vie
""")
HACK = listed("""
    you got hacked, you were hacked, hackers, data breach, data leak, breach of data, leaked data,
    data leaked, leaked database, customer data leaked, ransomware, malware, phishing, phishing
    email, phishing site, scam, scams, scammer, scammers, scammed, got scammed, fraud, fraudulent,
    fake account, fake profile, fake website, fake site, fake page, fake support, impersonating,
    impersonator, pretending to be you, identity theft, stole my identity, stolen card,
    unauthorized charge, unauthorised charge, unauthorized charges, unauthorized transaction,
    unauthorised transaction, someone logged into my, security flaw, security hole, vulnerability,
    zero-day, zero day,

    piratage, piratages, fuite de donnees, fuites de donnees,
    vol de donnees, donnees volees, donnees personnelles volees, base de donnees volee,
    rancongiciel, logiciel malveillant, hameconnage, phishing, arnaque, arnaques, arnaqueur,
    arnaqueurs, arnaquee, me suis fait arnaquer, escroc, escrocs, escroquerie, fraude, frauduleux,
    frauduleuse, faux compte, faux comptes, faux profil, faux site, fausse page, faux support, faux
    service client, usurpation, usurpe, usurpation d'identite, se fait passer pour, se font passer
    pour, debit non autorise, prelevement non autorise, paiement non autorise, faille de securite,
    faille
""")
PRESS = listed("""
    journalist, journalists, i'm a reporter, i am a reporter, reporter at, reporter for, reporter
    with, journalist at, journalist for, journalist with, writing a story, writing an article,
    writing a piece, working on a story, working on an article, request for comment, requesting
    comment, reached out for comment, comment for a story, asking for comment, press inquiry, press
    enquiry, media inquiry, media enquiry, press office, press contact, press officer, on the
    record, off the record, my deadline, interview request, like to interview, investigation into,
    investigating your,

    journaliste, journalistes, je suis reporter, grand reporter, redaction de, pour un article,
    dans le cadre d'un article, prepare un article, prepare un sujet, j'ecris un article, ecris un
    papier, mon enquete, enquete sur, demande d'interview, souhaite vous interviewer, souhaiterais
    vous interviewer, une interview, service presse, service de presse, contact presse, attache de
    presse, attachee de presse, droit de reponse, une reaction officielle, votre reaction
    officielle, demande de reaction, bouclage, avant bouclage
""")
THREAT = listed("""
    kill you, kill you all, burn down your, burn your, blow up your, bomb your, bomb threat, shoot
    up, come to your office, know where you live, you will pay for this, beat you up,
    punch you, watch your back, hunt you down, you're dead, you are dead, deserve to die,

    vous tuer, te tuer, je vais vous buter, vous crever, cramer votre, bruler vos, bruler votre,
    faire sauter votre, alerte a la bombe, une bombe dans, je sais ou vous habitez, je sais ou tu
    habites, vous allez payer, tu vas payer, venir vous trouver, casser la gueule, vous meritez de
    mourir, menaces de mort, menace de mort
""")
SWEAR = listed("""
    fuck, fucks, fucked, fucking, fuckin, fck, fkn, wtf, stfu, gtfo, bullshit, shit, shitty, crap,
    crappy, bitch, bitches, bastard, bastards, asshole, assholes, arsehole, arseholes, dick,
    dickheads, dickhead, wankers, twats, morons, moron, idiots, idiot, clowns, scum, dumbass,
    jackass, piece of garbage, sons of bitches, incompetent fools, thieves, crooks,

    merde, merdique, merdiques, putain, ptn, ptin, bordel, connard, connards, connasse, connasses,
    conne, bande de cons, gros cons, enfoire, enfoires, encule, encules, enculer, salaud, salauds,
    salopard, salopards, salope, fdp, fils de pute, ntm, tg, ta gueule, vos gueules, abruti,
    abrutis, debiles, bouffons, bouffon, pourritures, ordures, raclures, voleurs, escrocs, bande de
    voleurs, bande d'incapables, bande de clowns, foutez de la gueule
""")

_LISTS = {
    "boycott": BOYCOTT,
    "legal": LEGAL,
    "safety": SAFETY,
    "hack": HACK,
    "press": PRESS,
    "threat": THREAT,
    "abuse": SWEAR,
}
_BOOK = PhraseBook(_LISTS)


@lru_cache(maxsize=64)
def _own_book(changes: tuple[tuple[str, tuple[str, ...]], ...]) -> PhraseBook:
    """Return the lists with a brand's own phrases put on, and those with ``-`` taken off."""
    lists = dict(_LISTS)
    for name, phrases in changes:
        added = [one for phrase in phrases if phrase[:1] != "-" for one in listed(phrase)]
        gone = {one for phrase in phrases if phrase[:1] == "-" for one in listed(phrase[1:])}
        kept = [one for one in lists[name] if one not in gone]
        lists[name] = tuple(dict.fromkeys((*kept, *added)))
    return PhraseBook(lists)


_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_SECOND_PERSON = re.compile(
    r"(?<!\w)(?:@\w|(?:you|your|yours|ur|u|y'all|vous|votre|vos|tu|ton|ta|tes|toi|te)(?!\w))"
)
_SEVERITY = {
    "boycott": Severity.WARN,
    "legal": Severity.HIGH,
    "safety": Severity.HIGH,
    "hack": Severity.WARN,
    "press": Severity.INFO,
    "threat": Severity.HIGH,
    "abuse": Severity.INFO,
}
_SENTENCES = {
    "boycott": Sentence("calls to turn away: “{words}”", {"words": ""}),
    "legal": Sentence("speaks of the law: “{words}”", {"words": ""}),
    "safety": Sentence("speaks of danger or health: “{words}”", {"words": ""}),
    "hack": Sentence("speaks of fraud or hacking: “{words}”", {"words": ""}),
    "press": Sentence("speaks for the press: “{words}”", {"words": ""}),
    "threat": Sentence("threatens: “{words}”", {"words": ""}),
    "abuse": Sentence("abuses us: “{words}”", {"words": ""}),
}


def find(
    text: str,
    brand_terms: Sequence[str] = (),
    own: Mapping[str, tuple[str, ...]] = _NOTHING,
) -> tuple[Finding, ...]:
    """Return the first hit of every class of risk words in a post about the brand.

    ``brand_terms`` are the brand's public names: in a text longer than ``SHORT`` only what stands
    near one of them counts. ``own`` holds the brand's own phrases by list; one with ``-`` in front
    is taken off the list. A threat counts as ``safety``.
    """
    folded = Folded(text)
    first: dict[str, Finding] = {}
    about = _about(folded.text, brand_terms)
    book = _own_book(tuple(sorted(own.items()))) if own else _BOOK
    for hit in book.find(folded.text):
        if hit.list in first or not any(a <= hit.start and hit.end <= b for a, b in about):
            continue
        if hit.list == "abuse" and not _SECOND_PERSON.search(folded.text):
            continue
        first[hit.list] = _finding(hit, folded)
    return tuple(sorted(first.values(), key=lambda finding: finding.start))


def _about(folded: str, brand_terms: Sequence[str]) -> list[tuple[int, int]]:
    """Return the stretches of the text that are about the brand."""
    if len(folded) <= SHORT or not brand_terms:
        return [(0, len(folded))]
    names = PhraseBook({"": [name for term in brand_terms for name in listed(term)]})
    return [(hit.start - NEAR, hit.end + NEAR) for hit in names.find(folded)]


def _finding(hit: Hit, folded: Folded) -> Finding:
    start, end = folded.span(hit.start, hit.end)
    words = folded.original[start:end]
    return Finding(
        rule=hit.list,
        risk="safety" if hit.list == "threat" else hit.list,
        severity=_SEVERITY[hit.list],
        start=start,
        end=end,
        masked=words,
        sentence=replace(_SENTENCES[hit.list], values={"words": words}),
    )
