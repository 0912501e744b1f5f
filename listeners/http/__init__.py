"""The one door to the web: every request of hubbub goes out, and comes back, through here.

``Fetcher`` keeps deadlines, size limits, budgets and secrets; ``Answer`` is what came back, and
``HttpError`` why nothing did. httpx is imported in this package alone, so that it can be changed
in one place.
"""

from listeners.http.answer import Answer, Hidden, HttpError
from listeners.http.ask import PATH_SECRET
from listeners.http.budget import Budget, BudgetStore
from listeners.http.fetcher import Fetcher
from listeners.http.ledger import Ledger
from listeners.http.quota import Quota
from listeners.http.sending import USER_AGENT

__all__ = [
    "PATH_SECRET",
    "USER_AGENT",
    "Answer",
    "Budget",
    "BudgetStore",
    "Fetcher",
    "Hidden",
    "HttpError",
    "Ledger",
    "Quota",
]
