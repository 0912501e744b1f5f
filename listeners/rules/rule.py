"""What a rule is: a name, conditions that must all hold, and what is then done."""

from __future__ import annotations

from dataclasses import dataclass, field

from listeners.model import Label

LOWEST_TIER = 5
"""The last of the tiers the queue sorts by; 1 is a risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What must hold of a message from outside. What is left empty demands nothing.

    ``query`` is in the brand query language. Of ``networks``, ``roles`` (of the person),
    ``labels`` and ``langs`` one must hold. ``tier`` is the lowest one taken: 2 takes 1 and 2.
    ``asks`` demands that the message asks for a reply.
    """

    brand: str = ""
    query: str = ""
    networks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    tier: int | None = None
    langs: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What is done to the conversation. ``priority`` is 1 (first) to 5.

    ``ignore`` never applies to tier 1. ``template`` is the number of the template that a reply is
    offered to begin with.
    """

    tags: tuple[str, ...] = ()
    assign: str = ""
    priority: int | None = None
    ignore: bool = False
    promote: bool = False
    template: int | None = None

    @property
    def anything(self) -> bool:
        """Whether anything is done at all."""
        return self != Effects()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``id`` is 0 until it is kept; ``position`` orders the rules, the least first."""

    name: str
    conditions: Conditions = field(default_factory=Conditions)
    effects: Effects = field(default_factory=Effects)
    enabled: bool = True
    id: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message from outside as the rules see it: alike when it comes and when it is read back.

    ``lang`` is the judged language, ``source`` the source's key. ``role`` is that of the person.
    ``tier`` is that of the conversation, ``asks`` whether this message asks for a reply.
    """

    brand: str
    network: str
    text: str
    title: str = ""
    author_handle: str = ""
    author_name: str = ""
    role: str = ""
    label: Label = Label.UNSCORED
    lang: str = ""
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source: str = ""
    tier: int = LOWEST_TIER
    asks: bool = False
