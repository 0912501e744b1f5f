"""What servers tell of their limits: how long to wait, and a memory of it for each host.

Sources: RFC 9110 10.2.3 (Retry-After), the RateLimit headers of Mastodon (ISO 8601 reset), AT
Protocol and GitHub (epoch), Discord (reset-after), and the body fields of Discord, Matrix and
Telegram.
"""

from __future__ import annotations

import email.utils
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from listeners.clock import from_datetime, from_iso
from listeners.model import DAY, SECOND, Micros

SHORTEST_WAIT = 10.0
LONGEST_WAIT = 15 * 60.0
"""A longer wait is believed only of a daily quota; more likely one of the two clocks is wrong."""
USUAL_WAIT = 60.0
"""After a 429 that says nothing."""

_DAILY = re.compile(rb"\bdaily\b|per[ _-]day|\bquota|today", re.I)
_RESETS = ("x-ratelimit-reset-after", "ratelimit-reset", "x-ratelimit-reset")
_LIMITS = ("ratelimit-limit", "x-ratelimit-limit")
_REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a host allows us: requests left, when they are renewed, until when it is closed.

    ``allowed`` is how many there are from one renewal to the next, where the host tells.
    """

    remaining: int | None = None
    reset_at: Micros | None = None
    blocked_until: Micros | None = None
    allowed: int | None = None


class BudgetStore(Protocol):
    """Keeps budgets over a restart. Keys are hosts, or hosts and a fingerprint of a token."""

    async def load(self) -> Mapping[str, Budget]:
        """Return every budget kept."""
        ...

    async def save(self, key: str, budget: Budget) -> None:
        """Keep one budget."""
        ...


def asked_wait(headers: Mapping[str, str], body: bytes, now: Micros) -> float | None:
    """Return the seconds a refusing server asks us to wait: the largest of all it says."""
    waits = [_retry_after(headers.get("retry-after", ""), _server_now(headers, now))]
    waits += [_reset(headers.get(name, ""), _server_now(headers, now)) for name in _RESETS]
    waits += _body_waits(body)
    said = [wait for wait in waits if wait is not None]
    return max(said) if said else None


def fair_wait(asked: float | None, body: bytes, chance: float = 0.0) -> float:
    """Return the seconds to wait really: within [10 s, 15 min], a day for a daily quota.

    ``chance`` in [0, 1) adds up to a tenth, so that many sources do not return at one instant.
    """
    longest = DAY / SECOND if _DAILY.search(body[:4096]) else LONGEST_WAIT
    wait = USUAL_WAIT if asked is None else asked
    return min(max(wait, SHORTEST_WAIT), longest) * (1 + chance / 10)


def after_answer(budget: Budget, headers: Mapping[str, str], now: Micros) -> Budget:
    """Return the budget as the headers of an ordinary answer leave it."""
    remaining = next(
        (count for name in _REMAINING if (count := _number(headers.get(name, ""))) is not None),
        None,
    )
    # An answer that was under way when another was refused does not lift the refusal.
    blocked = budget.blocked_until
    if blocked is not None and blocked <= now:
        blocked = None
    if remaining is None or "x-ratelimit-bucket" in headers:
        # A named bucket (Discord) is that of one route: another one may still be asked.
        return replace(budget, blocked_until=blocked)
    resets = [_reset(headers.get(name, ""), _server_now(headers, now)) for name in _RESETS]
    wait = max((reset for reset in resets if reset is not None), default=None)
    reset_at = None if wait is None else Micros(now + int(wait * SECOND))
    if remaining < 1 and wait is not None and wait > 0:
        blocked = Micros(now + int(fair_wait(wait, b"") * SECOND))
    return Budget(int(remaining), reset_at, blocked, _allowed(headers, remaining))


def is_drained(headers: Mapping[str, str]) -> bool:
    """Whether an answer says that nothing of its budget is left."""
    return any(headers.get(name) == "0" for name in _REMAINING)


def _allowed(headers: Mapping[str, str], remaining: float) -> int | None:
    limits = (_number(headers.get(name, "").partition(",")[0]) for name in _LIMITS)
    allowed = next((limit for limit in limits if limit is not None), None)
    if allowed is None:
        # Reddit tells what was used instead.
        used = _number(headers.get("x-ratelimit-used", ""))
        allowed = None if used is None else used + remaining
    return int(allowed) if allowed is not None and allowed >= remaining else None


def _server_now(headers: Mapping[str, str], now: Micros) -> Micros:
    """The server's own clock where it tells it: a difference between clocks is not a wait."""
    return _http_date(headers.get("date", "")) or now


def _retry_after(text: str, now: Micros) -> float | None:
    seconds = _number(text)
    if seconds is not None:
        return max(seconds, 0.0)
    date = _http_date(text)
    return None if date is None else max((date - now) / SECOND, 0.0)


def _reset(text: str, now: Micros) -> float | None:
    """Read a reset given as seconds from now, as an epoch in seconds or ms, or as ISO 8601."""
    number = _number(text)
    if number is None:
        try:
            return max((from_iso(text) - now) / SECOND, 0.0) if text else None
        except ValueError:
            return None
    if number >= 1e11:
        number /= 1000
    return max(number - now / SECOND, 0.0) if number >= 1e8 else number


def _body_waits(body: bytes) -> list[float | None]:
    if not body.lstrip().startswith(b"{") or len(body) > 64 * 1024:
        return []
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return []
    nested = said.get("parameters")
    holders = [said, nested] if isinstance(nested, dict) else [said]
    waits = [_field(holder, "retry_after", 1.0) for holder in holders]
    return [*waits, _field(said, "retry_after_ms", 0.001), _field(said, "backoff", 1.0)]


def _field(holder: Mapping[str, object], name: str, unit: float) -> float | None:
    value = holder.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) * unit if math.isfinite(value) and 0 <= value <= 1e12 else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _http_date(text: str) -> Micros | None:
    try:
        return from_datetime(email.utils.parsedate_to_datetime(text)) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
