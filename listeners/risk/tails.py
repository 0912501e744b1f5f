"""Tails of counting distributions, with nothing but ``math``.

The negative binomial is written by mean and dispersion phi = variance / mean; phi = 1 is Poisson.
Small tails are summed outwards term by term, so that 1e-12 is as exact as 0.1.
"""

from __future__ import annotations

import math

_ENOUGH = 1e-17
_LONGEST = 1_000_000


def at_least(x: int, mean: float, phi: float = 1.0) -> float:
    """Return P(X >= x)."""
    if x <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if x <= mean:
        return max(0.0, 1.0 - _below(x, mean, phi))
    return min(1.0, _outwards(x, mean, phi))


def at_most(x: int, mean: float, phi: float = 1.0) -> float:
    """Return P(X <= x)."""
    if x < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    if x < mean:
        return min(1.0, _below(x + 1, mean, phi))
    return max(0.0, 1.0 - _outwards(x + 1, mean, phi))


def _log_pmf(k: int, mean: float, phi: float) -> float:
    if phi <= 1.0 + 1e-9:
        return k * math.log(mean) - mean - math.lgamma(k + 1)
    r = mean / (phi - 1.0)
    return (
        math.lgamma(k + r)
        - math.lgamma(r)
        - math.lgamma(k + 1)
        - r * math.log(phi)
        + k * math.log((phi - 1.0) / phi)
    )


def _growth(k: int, mean: float, phi: float) -> float:
    """Return P(k + 1) / P(k)."""
    if phi <= 1.0 + 1e-9:
        return mean / (k + 1)
    r = mean / (phi - 1.0)
    return (k + r) / (k + 1) * (phi - 1.0) / phi


def _outwards(x: int, mean: float, phi: float) -> float:
    """Return the sum of P(k) for k >= x, where x lies above the mean."""
    term = math.exp(_log_pmf(x, mean, phi))
    total = term
    for k in range(x, x + _LONGEST):
        term *= _growth(k, mean, phi)
        total += term
        if term <= total * _ENOUGH:
            break
    return total


def _below(x: int, mean: float, phi: float) -> float:
    """Return the sum of P(k) for k < x, where x lies at or below the mean, from x downwards."""
    term = math.exp(_log_pmf(x - 1, mean, phi))
    total = term
    for k in range(x - 2, -1, -1):
        term /= _growth(k, mean, phi)
        total += term
        if term <= total * _ENOUGH:
            break
    return total


def beta_binomial_at_least(k: int, n: int, share: float, strength: float) -> float:
    """Return P(K >= k) of ``n`` draws whose share is Beta-distributed around ``share``.

    ``strength`` is how many draws the share is worth (alpha + beta).
    """
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    a, b = share * strength, (1.0 - share) * strength
    if a <= 0.0:
        return 0.0
    if b <= 0.0:
        return 1.0
    base = _log_beta(a, b)
    total = 0.0
    for i in range(k, n + 1):
        ways = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        total += math.exp(ways + _log_beta(i + a, n - i + b) - base)
    return min(1.0, total)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
