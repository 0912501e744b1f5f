"""Whether the key an event names really signed it: BIP-340, checked and never made.

Everything here is public, so time and memory may depend on it. A check takes two milliseconds.
Why no library: the one that fits, coincurve, has no wheel for Python 3.14 (21.0.0 is the newest),
so whoever installs hubbub there would need a compiler, for a hundred lines without a secret.
Source: github.com/bitcoin/bips, bip-0340 (verification) and SEC 2 (the curve secp256k1).
"""

from __future__ import annotations

import hashlib
from typing import Final

_P: Final = 2**256 - 2**32 - 977
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_BASE: Final = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
_TAG: Final = hashlib.sha256(b"BIP0340/challenge").digest() * 2

_Affine = tuple[int, int]
_Jacobian = tuple[int, int, int]
_NOWHERE: Final[_Jacobian] = (1, 1, 0)


def is_signed(message: bytes, key: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) of ``message`` (32) is by the owner of ``key`` (32)."""
    if (len(message), len(key), len(signature)) != (32, 32, 64):
        return False
    point = _lifted(int.from_bytes(key, "big"))
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    if point is None or r >= _P or s >= _ORDER:
        return False
    said = hashlib.sha256(_TAG + signature[:32] + key + message).digest()
    challenge = int.from_bytes(said, "big") % _ORDER
    x, y, z = _sum_of_products(s, _BASE, challenge, (point[0], _P - point[1]))
    if z == 0:
        return False
    inverse = pow(z, -1, _P)
    affine_y = y * inverse**3 % _P
    return affine_y % 2 == 0 and x * inverse**2 % _P == r


def _lifted(x: int) -> _Affine | None:
    """Return the point of the curve with this ``x`` and an even ``y``, ``None`` where none is."""
    if x >= _P:
        return None
    square = (pow(x, 3, _P) + 7) % _P
    y = pow(square, (_P + 1) // 4, _P)
    if y * y % _P != square:
        return None
    return x, y if y % 2 == 0 else _P - y


def _sum_of_products(a: int, one: _Affine, b: int, other: _Affine) -> _Jacobian:
    """Return ``a * one + b * other``, both at once (Shamir's trick)."""
    together = _added((*one, 1), other)
    both = _affine(together) if together[2] else None
    found = _NOWHERE
    for bit in range(255, -1, -1):
        found = _doubled(found)
        take_one, take_other = a >> bit & 1, b >> bit & 1
        if take_one and take_other:
            found = _added(found, both) if both else found
        elif take_one or take_other:
            found = _added(found, one if take_one else other)
    return found


def _affine(point: _Jacobian) -> _Affine:
    inverse = pow(point[2], -1, _P)
    return point[0] * inverse**2 % _P, point[1] * inverse**3 % _P


def _doubled(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if z == 0:
        return point
    square = y * y % _P
    slant = 4 * x * square % _P
    slope = 3 * x * x % _P
    new_x = (slope * slope - 2 * slant) % _P
    return new_x, (slope * (slant - new_x) - 8 * square * square) % _P, 2 * y * z % _P


def _added(point: _Jacobian, other: _Affine) -> _Jacobian:
    x, y, z = point
    if z == 0:
        return (*other, 1)
    square = z * z % _P
    run = (other[0] * square - x) % _P
    rise = (other[1] * square * z - y) % _P
    if run == 0:
        return _doubled(point) if rise == 0 else _NOWHERE
    run2 = run * run % _P
    run3 = run2 * run % _P
    shift = x * run2 % _P
    new_x = (rise * rise - run3 - 2 * shift) % _P
    return new_x, (rise * (shift - new_x) - y * run3) % _P, z * run % _P
