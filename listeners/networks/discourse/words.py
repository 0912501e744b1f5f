"""How a key for a Discourse forum is had, and what cannot be had there."""

from __future__ import annotations

from listeners.model import Sentence

NEEDS = Sentence('The address of the forum, such as base_url = "https://forum.example.org".')
STEPS = (
    Sentence(
        "A public forum needs no key. One is needed to answer, and for private messages and "
        "notifications."
    ),
    Sentence(
        "Ask the forum's administrators for an API key for your account (Admin, API, New API Key)."
    ),
    Sentence(
        'Write it into the source as token = "env:FORUM_KEY", with the account as username = '
        '"NAME".'
    ),
)
LIMITS = (
    Sentence("Nothing is pushed: new posts come within a minute, edits and deletions within five."),
    Sentence("A forum tells nothing of how many people read an author, so reach is not known."),
    Sentence(
        "Searches show the newest 500 posts; older ones are found only in a forum of your own."
    ),
)
