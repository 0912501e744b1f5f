"""How an access token for Matrix is had, and what cannot be had there."""

from __future__ import annotations

from listeners.model import Sentence

NEEDS = Sentence("An account for hubbub on your homeserver, invited into the rooms it should hear.")
STEPS = (
    Sentence(
        "Make an account for hubbub on your homeserver and log in with it once, in Element "
        "for example."
    ),
    Sentence("Open Settings, Help & About, and copy the access token."),
    Sentence(
        'Write it into the source as token = "env:MATRIX_TOKEN", with the homeserver, or its '
        "name, as base_url."
    ),
    Sentence(
        "Invite the account into the rooms it should hear, or set join = true for public ones."
    ),
)
LIMITS = (
    Sentence("Encrypted rooms cannot be read; the source says which they are."),
    Sentence("Only rooms the account is in are heard: there is no search of the whole network."),
)
