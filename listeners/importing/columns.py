"""Which column of a table is which field, guessed from its heading in French or English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from listeners.text import fold

# Folded headings, the surest first. Every field takes one column, every column gives one field.
# fmt: off
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (
        "text", "texte", "full text", "texte complet", "content", "contenu", "message", "verbatim",
        "body", "corps", "corps du message", "post text", "post message", "post content",
        "tweet text", "tweet", "mention content", "contenu de la mention", "contenu du message",
        "texte du message", "comment", "commentaire", "comment text", "texte du commentaire",
        "review", "review text", "avis", "texte de l avis", "critique", "feedback", "reponse libre",
        "hit sentence", "opening text", "snippet", "extrait", "caption", "legende", "description",
        "post", "publication", "mention", "sentence", "sharecommentary", "message text",
    ),
    "id": (
        "native id", "id", "identifiant", "post id", "message id", "tweet id", "comment id",
        "review id", "mention id", "id du message", "id de la publication", "uid", "uuid", "guid",
        "reference",
    ),
    "author": (
        "author", "auteur", "username", "user name", "nom d utilisateur", "nom utilisateur",
        "utilisateur", "user", "handle", "screen name", "pseudo", "pseudonyme", "author username",
        "author handle", "author name", "nom de l auteur", "from", "de", "sender", "expediteur",
        "emetteur", "account", "compte", "reviewer", "client", "customer", "influencer", "name",
        "nom",
    ),
    "author_name": (
        "author name", "nom de l auteur", "display name", "nom affiche", "full name",
        "nom complet", "name", "nom", "author full name",
    ),
    "url": (
        "url", "link", "lien", "permalink", "permalien", "post url", "message url", "tweet url",
        "adresse", "web address", "url du message", "lien du message", "source url", "href",
        "sharelink", "lien permanent", "message permalink", "post link",
    ),
    "created_at": (
        "created at", "date", "date time", "datetime", "date heure", "date et heure",
        "date de publication", "date publication", "publie le", "published", "published at",
        "publication date", "published date", "post date", "date du message", "date de creation",
        "cree le", "created", "created time", "creation date", "timestamp", "horodatage", "posted",
        "posted at", "post created", "publish time", "publication time", "created date", "time",
        "sent", "envoye le", "date d envoi",
    ),
    "time": ("time", "heure", "hour", "heure de publication"),
    "lang": ("lang", "language", "langue", "idioma", "sprache"),
    "network": (
        "network", "reseau", "reseau social", "social network", "platform", "plateforme",
        "plate forme", "channel", "canal", "media type", "source type", "type de source",
    ),
    "parent": (
        "parent", "parent id", "in reply to", "in reply to id", "in reply to status id",
        "en reponse a", "reply to", "reponse a", "id parent",
    ),
    "title": ("title", "titre", "headline", "subject", "objet", "sujet", "review title",
              "titre de l avis"),
    "rating": ("rating", "note", "stars", "etoiles", "star rating", "nombre d etoiles", "score",
               "evaluation"),
    "likes": ("likes", "j aime", "like count", "favorites", "reactions", "mentions j aime"),
    "shares": ("shares", "partages", "share count", "retweets", "reposts"),
    "replies": ("replies", "reponses", "reply count", "comments count", "comment count",
                "nombre de commentaires"),
    "followers": ("followers", "abonnes", "follower count", "author followers",
                  "nombre d abonnes"),
    "tags": ("tags", "hashtags", "mots cles", "keywords", "etiquettes"),
}
# fmt: on
FIELDS: Final = tuple(_NAMES)
_NO_WORD = re.compile(r"[^a-z0-9]+")


def heading(text: str) -> str:
    """Return a heading for comparing: folded, words apart by one space."""
    return _NO_WORD.sub(" ", fold(text)).strip()


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Return field -> column (from 0), by the headings alone; "text" is missing if none fits."""
    columns: dict[str, int] = {}
    for number, text in enumerate(headings):
        columns.setdefault(heading(text), number)
    found: dict[str, int] = {}
    taken: set[int] = set()
    for field, names in _NAMES.items():
        for name in names:
            column = columns.get(name)
            if column is not None and column not in taken:
                found[field] = column
                taken.add(column)
                break
    if "time" in found and "created_at" not in found:
        found["created_at"] = found.pop("time")
    return found


def chosen(mapping: Mapping[str, object], headings: Sequence[str]) -> dict[str, int]:
    """Return field -> column as somebody chose it: by heading, or by number from 1.

    Fields that do not exist, and columns this table does not have, are left out.
    """
    columns = {heading(text): number for number, text in enumerate(headings)}
    found: dict[str, int] = {}
    for field, column in mapping.items():
        if field not in _NAMES:
            continue
        number = columns.get(heading(str(column)))
        if number is None and str(column).isdigit() and 1 <= int(str(column)) <= len(headings):
            number = int(str(column)) - 1
        if number is not None:
            found[field] = number
    return found
