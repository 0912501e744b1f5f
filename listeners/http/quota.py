"""A daily allowance of a network, counted here because the network does not tell it in time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one request takes of an allowance.

    ``name`` is the allowance's lasting name ("youtube search"), counted apart for every credential;
    ``limit`` units are to be had between two midnights in ``zone`` (IANA), and this request takes
    ``units`` of them.
    """

    name: str
    limit: int
    units: int = 1
    zone: str = "UTC"
