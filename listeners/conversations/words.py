"""What people write when they want something of us: word lists in English and French.

All lists are our own making and written folded (``listeners.phrases``). They judge text only
where the thread has not already decided; a brand may be written to in either language, so both
halves are always looked for.
"""

from __future__ import annotations

from listeners.phrases import PhraseBook, listed

# Questions that need no question mark, wherever they stand.
QUESTION = listed("""
    can you, could you, would you, will you, can i, could i, can we, may i, do you, do i, do we,
    did you, are you going to, are you guys, are there any, can someone, can anyone, could
    someone, could anyone, can anybody, would someone, does anyone, does anybody, does someone,
    do any of you, anyone know, anybody know, anyone else, anybody else, has anyone, has
    anybody, is anyone, is anybody, is it possible, is there a way, is there any, is there an
    option, is there a reason, any idea, any ideas, any advice, any suggestions, any tips, any
    clue, any update, any updates, any news on, any chance, wondering if, wondering why,
    wondering how, wondering when, wonder if, want to know, like to know, need to know, curious
    if, how do i, how do we, how do you, how can i, how can we, how can you, how come, how does
    one, how to, how long, how much is, how would i, what do i do, what can i do, what should i,
    what am i, what is wrong with, what's wrong with, whats wrong with, what is going on with,
    what's going on with, what's the deal with, what is up with, what's up with, what happened
    to, what happens if, where do i, where can i, where is my, where's my, where are my, when
    will, when do, when does, when can, why is my, why can't i, why cant i, why do i, why does,
    why did you, why don't you, why dont you, why won't, why wont, why isn't, why are you, who
    do i, who can i, should i, have you, quick question, got a question, have a question, tell
    me how, tell me why, know how to, know why, know if, know when,

    est-ce que, est ce que, est-ce qu'*, est ce qu'*, qu'est-ce, qu'est ce, c'est quand, c'est
    combien, peut-on, peut on, pouvez-vous, pouvez vous, pourriez-vous, pourriez vous, peux-tu,
    peux tu, tu peux, pourrais-tu, vous pouvez, puis-je, savez-vous, savez vous, sais-tu,
    avez-vous, avez vous, as-tu, faites-vous, proposez-vous, livrez-vous, acceptez-vous,
    comptez-vous, allez-vous, prevoyez-vous, y a-t-il, y a t il, y a-t'il, quelqu'un sait,
    quelqu'un a, quelqu'un peut, quelqu'un pourrait, quelqu'un connait, qui sait, je me demande,
    je voudrais savoir, j'aimerais savoir, j'aurais voulu savoir, savoir si, savoir quand,
    savoir comment, savoir pourquoi, une idee, des idees, une question, petite question, comment
    faire, comment faut-il, comment puis, comment ca se fait, comment se fait, comment
    contacter, comment joindre, pourquoi mon, pourquoi ma, pourquoi mes, pourquoi je, pourquoi
    vous, pourquoi est, pourquoi ca, pourquoi votre, quand est, quand sera, quand seront, quand
    aurez, quand allez, ou puis, ou en est, ou est mon, ou est ma, ou trouver, ou acheter,
    combien coute, combien de temps, combien ca, a quelle heure, a quel moment, c'est normal,
    est-il possible, est il possible, serait-il possible, des nouvelles, dois-je, faut-il
""")

# Words that make a question of a sentence they begin, where no question mark says so.
OPENING = {
    "en": listed("why, is there, are there, are you, what is, what's, whats, which"),
    "fr": listed(
        "comment, pourquoi, combien, qui peut, qu'en est, a quand, ou est, ou sont, qu'est"
    ),
}

# Requests, words of people who are stuck, and what a customer has with a company (naming one's
# own order or account is asking about it).
REQUEST = listed("""
    please, pls, plz, plss, help me, need help, help needed, need some help, need assistance,
    need your help, need support, little help, some help, any help, send help, please help, help
    us, help asap, help, helppp*, assist, assistance, customer service, customer support,
    customer care, support team, contact me, contact you, get in touch, reach out to you, call
    me back, get back to me, dm me, check your dm*, check dm*, check my dm*, sent you a dm, dm'd
    you, dmed you, reply to my, respond to my, answer my, let me know, look into, looking into
    this, fix this, fix it, fix the, fix your, fix my, sort this, sort it out, sort out, resolve
    this, resolve my, resolve the issue, solve this, solve my, i need, we need you to, i need
    to, i want my, i want a refund, give me my, give me back, give us, send me, bring back, i
    demand, requesting, i request, my request, i would like, i'd like, would be great if you,
    would be nice if you, would be awesome if you, wish you would, you should add, you need to,
    you guys need, needs to fix, need to fix, feature request, suggestion for, cancel my, change
    my, reset my, unlock my, update my, delete my, recover my, restore my, activate my, refund*,
    reimburse*, replacement, looking for advice, expect an answer, expecting an answer, quick
    answer, get rid of the,

    my account, my order, my orders, my subscription, my membership, my delivery, my parcel, my
    package, my shipment, my bill, my invoice, my booking, my reservation, my password, my
    contract, my warranty, my purchase, my payment, my claim, my case, my license, order number,
    ticket number, case number, reference number, tracking number, serial number,

    svp, s'il vous plait, s'il te plait, stp, s'il vous plaît, aidez-moi, aidez moi, aide-moi,
    besoin d'aide, besoin d'un*, besoin de votre aide, besoin d'assistance, un coup de main, au
    secours, merci de me, merci de m'*, merci de nous, merci de bien vouloir, merci de faire,
    merci de corriger, merci de prendre contact, merci d'avance, merci par avance, service
    client*, service apres-vente, service apres vente, le sav, votre sav, du sav, support
    client, assistance technique, contactez-moi, contactez moi, rappelez-moi, rappelez moi,
    recontacte*, repondez, repondez-moi, votre reponse, une reponse, en mp, en message prive,
    regardez vos mp, vos dm, je souhaite, je souhaiterais, je voudrais, j'aimerais, je veux,
    nous souhaitons, il faudrait, vous devriez, serait bien de, pensez a, envoyez-moi,
    donnez-moi, dites-moi, dites moi, tenez-moi, faites quelque chose, reglez, resoudre,
    corrigez, rembours*, dedommage*, remplacement, un geste commercial, geste commercial,
    annuler ma, annuler mon, modifier ma, modifier mon, changer mon, changer ma, reinitialis*,
    debloquer, suivi de commande, suivi de ma, j'ai besoin, nous avons besoin, a l'aide, de
    l'aide, m'aider, nous aider, mon compte, ma commande, mes commandes, mon abonnement, ma
    livraison, mon colis, mes colis, ma facture, ma reservation, mon mot de passe, mon contrat,
    ma garantie, mon achat, mon paiement, mon dossier, ma demande, ma carte, mon forfait, ma
    ligne, numero de commande, numero de dossier, numero de suivi, numero de serie, reference
    client
""")

# Service complaints: what does not work, did not come, cost too much, or was badly done.
COMPLAINT = listed("""
    not working, isn't working, isnt working, aren't working, doesn't work, doesnt work, dosen't
    work, does not work, don't work, didn't work, didnt work, stopped working, won't work, wont
    work, nothing works, not work, never works, won't load, wont load, won't open, won't let me,
    wont let me, not letting me, doesn't let me, keeps crashing, keep crashing, crashes,
    crashed, crashing, keeps freezing, keeps stopping, stuck, glitch*, bug, bugs, bugged, buggy,
    broken, is broke, defective, faulty, damaged, is down, are down, down again, went down,
    outage*, offline again, unavailable, error code, error message, getting an error, get an
    error, an error, error, errors, having issues, having an issue, having a issue, have an
    issue, having problems, having a problem, have a problem, having trouble, an issue with,
    issue with, issues with, problem with, problems with, trouble with, same issue, same
    problem, this issue, this problem, what's the issue, i can't, i cant, i cannot, we can't, we
    cannot, and can't, and cant, but can't, can't log in, cant log in, can't login, cannot
    login, cannot log, can't sign in, can't access, cant access, cannot access, unable to, not
    able to, can't get, cant get, can't find, can't connect, can't use, cannot use, won't
    accept, won't even, difficulty with, difficulties with, having difficult*, nothing happens,
    doesn't accept, refuses to, refusing to, not even able, keeps saying, yet to receive, yet to
    get, have yet to, it's not there, tired of seeing, not showing up, doesn't show, not
    appearing, hasn't appeared, do better, not ok, not okay, locked out, logged out, signed out,
    disconnect*, suspended, terminated, deactivated, got banned, been banned, hacked, no longer
    works, still waiting, been waiting, have waited, waiting for my, weeks ago, months ago and,
    days ago and, still no, still not, still haven't, still hasn't, haven't received, havent
    received, have not received, hasn't arrived, hasn't been, not received, never received,
    didn't receive, did not receive, not arrived, never arrived, didn't get, did not get, never
    got, haven't got, not delivered, never came, no response, no answer, no reply, nobody
    answers, no one answers, never answered, ignored me, ignoring me, on hold, late again,
    delayed, another delay, missing, wrong item, wrong size, wrong order, overcharged, charged
    twice, double charged, charged me, got charged, been charged, billed, money back, ripped
    off, rip off, rip-off, waste of money, worst, terrible service, awful service, bad service,
    poor service, horrible service, terrible customer, unacceptable, disappointed,
    disappointing, very frustrating, so frustrating, fed up, annoying, ridiculous, a joke,
    disgrace*, disgusting, pathetic, useless, appalling, shame on you, thanks for nothing, thank
    you for nothing, lost my, lost our, complain*, get your act together,

    ne marche pas, ne marche plus, ne marchent pas, ne marchent plus, marche pas, marche plus,
    ne fonctionne pas, ne fonctionne plus, ne fonctionnent pas, ne fonctionnent plus, fonctionne
    pas, fonctionne plus, ne repond pas, ne repond plus, ne repondez pas, repond pas, repondent
    pas, en panne, hors service, est plante, ca plante, plante tout le temps, beugue*, bugue*,
    bloque, bloquee, bloques, coupure*, erreur, erreurs, message d'erreur, un probleme, des
    problemes, probleme avec, problemes avec, probleme de, meme probleme, un souci, des soucis,
    souci avec, soucis avec, impossible de, impossible d'*, je n'arrive pas, j'arrive pas, je
    n'arrive plus, j'arrive plus, je ne peux pas, je ne peux plus, je peux pas, je peux plus,
    toujours pas, toujours rien, toujours aucun*, j'attends, on attend, en attente depuis,
    attends depuis, attend depuis, sans reponse, aucune reponse, pas de reponse, sans nouvelles,
    aucune nouvelle, pas recu, jamais recu, rien recu, n'ai rien recu, pas arrive, jamais
    arrive, pas livre, non livre, jamais livre, colis perdu, en retard, retard de livraison,
    manquant, manquante, il manque, casse, cassee, casses, abime, abimee, abimes, defectueux,
    defectueuse, mauvais article, mauvaise taille, debite, debitee, preleve, prelevee, facture
    deux fois, surfactur*, trop cher paye, arnaque*, scandaleux, scandale, honteux, une honte,
    inadmissible, inacceptable, lamentable, deplorable, catastrophique, nul a chier, service
    nul, mecontent, mecontente, insatisfait, insatisfaite, decu, decue, decus, decevant,
    decevante, ras le bol, ras-le-bol, y en a marre, j'en ai marre, foutage de gueule, se moque
    de, se foutent, vous vous moquez, incompeten*, plus jamais chez, reclamation*, plainte,
    depuis des semaines, depuis des jours, depuis plusieurs, merci pour rien, perdu mon, perdu
    ma, pirate mon, compte pirate, compte bloque, compte suspendu
""")

# Closing courtesy. One of the first makes a short message courteous whatever else it says; the
# second need company of their own kind ("super merci", not "super slow").
THANKS = listed("""
    thanks, thank, thx, thnx, thanx, tnx, ty, tysm, tyvm, thankyou, thankss, cheers,
    appreciated, goodbye, congrats, congratulations, merci, mercii, merciii, bravo,
    felicitations, impeccable, nickel, remercie, parfait
""")
COURTESY = listed("""
    ok, okay, okey, oki, okk, kk, great, perfect, awesome, super, nice, cool, excellent,
    amazing, brilliant, wonderful, lovely, noted, understood, fantastic, solved, fixed, sorted,
    done, bye, yay, d'accord, dac, dacc, parfaite, genial, geniale, top, entendu, compris,
    resolu, regle, recu, chouette, formidable, bisous, ciao, welcome, lol, haha, mdr, good,
    love, fine, yes, yep, oui, marche, bon, bonne, bien, journee, soiree, weekend, gentil, sympa
""")
COURTESY_FILL = listed("""
    a, an, the, and, so, very, much, many, all, you, u, your, for, it, it's, its, that, that's,
    thats, this, is, i, i'm, got, of, to, we, guys, team, now, well, really, job, work, works,
    day, night, again, one, will, see, oh, le, la, les, un, une, et, tres, trop, beaucoup, bcp,
    c'est, ca, est, pour, votre, vos, ton, ta, vous, toi, tout, tous, au, je, j'ai, on, plus,
    equipe, nous, me, alors, va, tellement, vraiment, encore, ah, de, rien
""")
# What turns a courtesy round.
CONTRAST = listed("""
    but, however, except, although, still, not, yet, never, nothing, mais, sauf, pourtant, toujours,
    pas, jamais, quand
""")

# What the journey towards a purchase sounds like.
PURCHASE = listed("""
    want to buy, like to buy, looking to buy, thinking of buying, thinking about buying,
    thinking of getting, considering buying, about to buy, going to buy, planning to buy,
    interested in buying, where can i buy, where to buy, where can i get, can i buy, how do i
    buy, ready to order, want to order, like to order, place an order, how can i order, in
    stock, back in stock, restock*, pre-order, preorder*, available in, ship to, do you ship, do
    you deliver, price of, pricing for, a quote, get a quote, request a quote, book a demo, free
    trial, discount code, promo code, student discount, switching to, switch to, sign up for,
    subscribe to your, should i buy, should i get, worth buying, worth it, recommend a, je veux
    acheter, je voudrais acheter, j'aimerais acheter, envie d'acheter, envisage d'acheter, je
    compte acheter, je vais acheter, ou acheter, ou trouver, ou peut-on acheter, pour commander,
    passer commande, passer une commande, je voudrais commander, en stock, de retour en stock,
    precommande*, precommander, disponible en, disponible a, disponible dans, livrez-vous, vous
    livrez, livraison en, quel prix, quel est le prix, a quel prix, combien coute, c'est
    combien, un devis, demande de devis, essai gratuit, code promo, code de reduction, une
    reduction, tarif etudiant, vos tarifs, quel tarif, s'abonner, m'abonner, souscrire, passer
    chez vous, ca vaut le coup, vous conseillez
""")

# What leaving sounds like.
LEAVING = listed("""
    cancel my subscription, cancel my account, cancel my order, cancel my contract, cancel my
    membership, cancel my plan, cancelling my, canceling my, cancelled my, canceled my, want to
    cancel, like to cancel, going to cancel, how do i cancel, close my account, closing my
    account, closed my account, delete my account, deleting my account, deleted my account,
    delete an account, unsubscrib*, leaving you, i'm leaving, im leaving, i am leaving,
    switching from, switching away, switched to, moving to another, taking my business, take my
    business elsewhere, business elsewhere, going elsewhere, lost a customer, lost me as a
    customer, losing a customer, lose a customer, last time i, never again, never buy, never
    buying, never order, never use, never using, won't be renewing, not renewing, not be
    renewing, done with you, done with this company, i'm done with, im done with, uninstall*,
    ditching, goodbye forever, resilier, resilie, resiliation, je resilie, desabonne*,
    desabonner, me desabonner, desinscri*, annuler mon abonnement, annuler ma commande, annuler
    mon contrat, annulation de ma, cloturer mon compte, fermer mon compte, supprimer mon compte,
    supprime mon compte, je vous quitte, je quitte, changer d'operateur, changer de banque,
    changer de fournisseur, aller voir ailleurs, vais voir ailleurs, j'irai ailleurs, chez la
    concurrence, a la concurrence, passer a la concurrence, perdu un client, perdu une cliente,
    perdez un client, perdez une cliente, plus jamais, derniere fois que, je desinstalle,
    desinstalle*, fini avec vous, c'est fini pour moi
""")

BOOK = PhraseBook(
    {
        "question": QUESTION,
        "request": REQUEST,
        "complaint": COMPLAINT,
        "purchase": PURCHASE,
        "leaving": LEAVING,
    }
)
"""All lists but those that depend on the place of a word."""
