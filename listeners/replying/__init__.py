"""Answering: how a reply would go, sending it at most once, and what became of it.

``Outbox`` is what screens and commands use. What is pure lies beside it: ``length`` counts as the
networks count, ``templates`` fills texts in, ``voices`` says which source answers, ``way`` what
is answered. ``writes`` holds the transactions, and ``listeners.networks.replying`` is what a
network offers.
"""

from listeners.replying.outbox import Outbox
from listeners.replying.outcome import Sending
from listeners.replying.way import Way, as_sent

__all__ = ["Outbox", "Sending", "Way", "as_sent"]
