"""A person as lists and pages show them: accounts, reach, mood, tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from listeners.model import Micros, SafeText

ROLES: Final = (
    "journalist", "vip", "influencer", "customer", "partner", "staff", "competitor",
)  # fmt: skip
"""The roles a person may have, the one that weighs most first."""

Sort = Literal["last", "mentions", "reach", "role"]
SORTS: Final[tuple[Sort, ...]] = ("last", "mentions", "reach", "role")
ContactKind = Literal["handle", "mail", "phone", "site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account of a person; ``followers`` is ``None`` where the network does not say."""

    id: int
    network: str
    key: str
    handle: SafeText
    name: SafeText
    url: str
    followers: int | None
    automated: bool
    role: str
    muted: bool = False

    @property
    def called(self) -> str:
        """Return the handle, or what the network calls them by."""
        return self.handle or self.key


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody can be reached or recognised, as a press list says it."""

    kind: ContactKind
    value: str
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person. ``name`` is what to call them, ``given`` the name somebody entered.

    ``reach`` is the sum of the followers known, ``mood`` the net sentiment of their newest scored
    mentions in [-1, 1]; both ``None`` where nothing is known. ``last_at`` ``None``: not heard yet.
    """

    id: int
    name: SafeText
    given: SafeText
    role: str
    outlet: SafeText
    beat: SafeText
    accounts: tuple[AccountRow, ...]
    reach: int | None
    mentions: int
    last_at: Micros | None
    mood: float | None
    stage: str
    tags: tuple[SafeText, ...]
    muted: bool

    @property
    def networks(self) -> tuple[str, ...]:
        """Return the networks on which they have an account, each once."""
        return tuple(dict.fromkeys(one.network for one in self.accounts))


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which people, and in which order. What is empty leaves that side open.

    ``sort``: newest mention first, most mentions, widest reach; "role" lists those who have one,
    the role that weighs most first.
    """

    brand: str = ""
    role: str = ""
    stage: str = ""
    tag: str = ""
    text: str = ""
    sort: Sort = "last"
