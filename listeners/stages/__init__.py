"""Connect, convince, convert: how far a person has come with a brand, by stated rules.

``facts`` is what a history is made of, ``rules`` turns it into moves, ``chain`` joins them with
what members set by hand, ``next_steps`` says who is worth one. All of it is pure; the histories
are read and the moves kept by ``store.stages`` and ``store.stage_history``.
"""
