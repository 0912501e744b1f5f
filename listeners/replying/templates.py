"""Filling templates in, and those hubbub brings along until a team writes its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from listeners.config import Audience
from listeners.model import SafeText
from listeners.store.templates import Template

FIELDS = ("name", "brand", "order")
"""What a template may leave open: the person, the brand, the number of their order or ticket."""

_FIELD = re.compile(r"\{(\w+)\}")
_ORDER = re.compile(
    r"\b(?:order|ticket|case|reference|ref\.?|commande|dossier|r[ée]f[ée]rence|r[ée]f\.?|n[°º])"
    r"\s{0,3}+(?:(?:no\.?|nr\.?|num(?:ber|[ée]ro)?|n[°º]|[:#-])\s{0,3}+){0,3}+"
    r"((?=[\w-]{0,22}\d)[A-Za-z0-9][A-Za-z0-9-]{2,23})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its fields filled in; ``missing`` names those left for the writer."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill ``{name}``, ``{brand}`` and ``{order}`` in; one without a value stays as it is.

    Any other braces are the writer's own and stay too. What is filled in is not read again, so
    a name like ``{order}`` fills nothing.
    """
    missing: dict[str, None] = {}

    def put(found: re.Match[str]) -> str:
        field = found.group(1)
        if field not in FIELDS:
            return found.group()
        value = values.get(field, "")
        if not value:
            missing[field] = None
            return found.group()
        return value

    return Filled(_FIELD.sub(put, text), tuple(missing))


def order_number(texts: Iterable[str]) -> str:
    """Return the first order or ticket number said in these texts, empty if there is none."""
    for text in texts:
        if found := _ORDER.search(text[:10_000]):
            return found.group(1)
    return ""


def usual_templates(lang: str, audience: Audience) -> tuple[Template, ...]:
    """Return the templates to offer until the team has some: in English or French.

    Consumers are answered warmly and at once, businesses soberly and with the next step named.
    """
    spoken = "fr" if lang.lower().startswith("fr") else "en"
    return tuple(
        Template(name=SafeText(name), lang=spoken, text=SafeText(text))
        for name, text in _USUAL[spoken, "b2b" if audience == "b2b" else "b2c"]
    )


_USUAL: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("en", "b2c"): (
        ("Thanks", "Thank you {name}, that made our day!"),
        (
            "Sorry, looking into it",
            "Sorry about that, {name}. We are looking into it right now and will tell you here "
            "as soon as we know more.",
        ),
        (
            "Ask for the order number",
            "Hello {name}, let us put this right. Could you send us your order number in a "
            "private message?",
        ),
        (
            "Order found",
            "Hello {name}, we have found your order {order} and are on it. You will hear from "
            "us today.",
        ),
        ("Good question", "Good question, {name}! We are asking the team and come back to you."),
        ("It works again", "It works again, {name}. Thank you for your patience!"),
    ),
    ("en", "b2b"): (
        ("Thanks", "Thank you for your feedback, {name}. We have passed it on to the team."),
        (
            "We are looking into it",
            "Hello {name}, thank you for letting us know. We are investigating and will post our "
            "findings here.",
        ),
        (
            "Ask for the ticket",
            "Hello {name}, could you give us your ticket or contract number in a private "
            "message? The right person at {brand} will contact you.",
        ),
        (
            "Ticket found",
            "Hello {name}, your request {order} is with our specialists. You will have an answer "
            "within one working day.",
        ),
        (
            "Put in touch",
            "Hello {name}, one of our experts at {brand} would be glad to discuss this with you. "
            "How may we reach you?",
        ),
        ("Resolved", "Hello {name}, this has been resolved. Please tell us if anything remains."),
    ),
    ("fr", "b2c"): (
        ("Merci", "Merci {name}, votre message nous fait très plaisir\u202f!"),
        (
            "Désolés, nous regardons",
            "Désolés pour ce souci, {name}. Nous regardons tout de suite et revenons vers vous "
            "ici dès que nous en savons plus.",
        ),
        (
            "Demander le numéro de commande",
            "Bonjour {name}, nous allons arranger cela. Pouvez-vous nous envoyer votre numéro de "
            "commande en message privé\u202f?",
        ),
        (
            "Commande retrouvée",
            "Bonjour {name}, nous avons retrouvé votre commande {order} et nous nous en occupons. "
            "Vous aurez de nos nouvelles aujourd’hui.",
        ),
        (
            "Bonne question",
            "Bonne question, {name}\u202f! Nous demandons à l’équipe et revenons vers vous.",
        ),
        ("C’est réparé", "Tout fonctionne de nouveau, {name}. Merci de votre patience\u202f!"),
    ),
    ("fr", "b2b"): (
        ("Merci", "Merci de votre retour, {name}. Nous l’avons transmis à l’équipe."),
        (
            "Nous étudions la question",
            "Bonjour {name}, merci de nous l’avoir signalé. Nous étudions la question et vous "
            "répondrons ici.",
        ),
        (
            "Demander le dossier",
            "Bonjour {name}, pouvez-vous nous indiquer votre numéro de dossier ou de contrat en "
            "message privé\u202f? La bonne personne chez {brand} vous contactera.",
        ),
        (
            "Dossier retrouvé",
            "Bonjour {name}, votre demande {order} est entre les mains de nos spécialistes. Vous "
            "aurez une réponse sous un jour ouvré.",
        ),
        (
            "Mettre en relation",
            "Bonjour {name}, un expert de {brand} en parlera volontiers avec vous. Comment "
            "pouvons-nous vous joindre\u202f?",
        ),
        (
            "Résolu",
            "Bonjour {name}, la question est résolue. Dites-nous s’il reste le moindre point.",
        ),
    ),
}
