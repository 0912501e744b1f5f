"""How an access token for Mastodon is made, and what cannot be had there."""

from __future__ import annotations

from listeners.model import Sentence

STEPS = (
    Sentence(
        "A key is needed to search for words, to be told of mentions, to hear posts at once, "
        "and to answer."
    ),
    Sentence("On your server, open Preferences, Development, New application."),
    Sentence(
        "Allow read:statuses, read:notifications, read:search and read:accounts; to answer, "
        "write:statuses too."
    ),
    Sentence(
        'Copy “Your access token” and write it into the source as token = "env:MASTODON_TOKEN".'
    ),
)
LIMITS = (
    Sentence(
        "A server knows only the posts that reached it. A second source on a large server "
        "hears more; the same post counts once."
    ),
    Sentence(
        "Words are found only in posts whose authors let themselves be searched for, and only "
        "on servers that have a search; hashtags are always found."
    ),
    Sentence("An administrator may keep timelines closed; the source then says so."),
)
