"""The headless half of hubbub: it listens, judges and stores; it never draws.

Listeners fetch mentions of a brand from networks (``networks``), the pipeline cleans, matches,
scores, threads and judges them (``pipeline``), and one writer puts them into one SQLite file
(``store``). The rules that decide are pure (``query``, ``sentiment``, ``conversations``,
``risk``); every verb a person can do goes through ``actions``. Nothing here imports Textual,
and everything a person reads leaves as a ``Sentence``, so that the screen can translate it.
"""

__version__ = "0.1.0"
