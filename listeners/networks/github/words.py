"""How a token for GitHub is made, and what cannot be had there."""

from __future__ import annotations

from listeners.model import Sentence

STEPS = (
    Sentence(
        "A key is needed for discussions, notifications and private repositories, to answer, "
        "and for more than 60 questions an hour."
    ),
    Sentence(
        "On GitHub, open Settings, Developer settings, Personal access tokens, Tokens (classic)."
    ),
    Sentence(
        "Generate one with public_repo (or repo, for private repositories) and notifications."
    ),
    Sentence(
        'Write it into the source as token = "env:GITHUB_TOKEN". A fine-grained token works '
        "too, but is shown no notifications."
    ),
)
LIMITS = (
    Sentence(
        "Code, commits and wikis are not heard: only issues, pull requests, discussions and "
        "what is said there."
    ),
    Sentence(
        "GitHub tells nobody how many people follow an author along with what they say, so "
        "reach is not known."
    ),
)
