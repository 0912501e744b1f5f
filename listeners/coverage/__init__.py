"""Coverage: where the audience speaks, where we listen, where we answer, and what that gives.

``facts`` are what the store and the configuration hold of a network; ``judging`` says what they
come to and what to do about it, in words with their evidence (pure).
"""
