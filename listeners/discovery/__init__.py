"""Discovery: from an address, a name or a handle to the sources that could be listened to.

``rules`` read what was typed and say what might be there (pure); ``looking`` asks each place with
one request and proposes what answered. Nothing is listened to before a person chose it.
"""

from listeners.discovery.candidate import Hosts, Proposal, Verdict
from listeners.discovery.looking import Discovery
from listeners.discovery.rules import candidates

__all__ = ["Discovery", "Hosts", "Proposal", "Verdict", "candidates"]
