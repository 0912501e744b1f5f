"""How an app password for Bluesky is made, and what cannot be had there."""

from __future__ import annotations

from listeners.model import Sentence

STEPS = (
    Sentence(
        "A key is needed only to answer, to search the past, and to be told of notifications."
    ),
    Sentence(
        "In Bluesky, open Settings, Privacy and security, App passwords, and add one for hubbub."
    ),
    Sentence(
        'Write it into the source as token = "env:BLUESKY_APP_PASSWORD"; the account is the '
        "brand's first Bluesky handle, or the source's identifier."
    ),
)
LIMITS = (
    Sentence(
        "Direct messages and lists are not heard; everything public is, a second after it is said."
    ),
    Sentence(
        "The stream is kept for about a day and a half: what was said while hubbub was away "
        "longer is searched for, with an app password."
    ),
)
