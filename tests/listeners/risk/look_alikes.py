"""Made look-alikes of made brands, by kind, and ordinary handles to hold against them."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

BRANDS = (
    "Kerlann", "Velotrain", "Orangina", "Maison Brune", "Bluewater", "Northwind", "Solaris",
    "Crédit Lunaire", "Papillon", "Harbour Tea", "Montelier", "Quickparcel", "Lumière",
    "Zephyr Air",
    "Granville", "Tramontane", "Petit Moulin", "Silverline", "Aquaforte", "Bellecour",
)  # fmt: skip
SHORT = ("sfr", "edf", "fnac", "sosh")
_HOMOGLYPHS = {
    "a": "а", "e": "е", "o": "о", "i": "і", "c": "с", "p": "р", "x": "х", "y": "у", "l": "ӏ",
    "s": "ѕ", "u": "υ", "n": "ո",
}  # fmt: skip
_LEET = {"o": "0", "i": "1", "l": "1", "e": "3", "a": "4", "s": "5", "t": "7", "b": "8"}
_AFFIXES = ("_support", "_official", "officiel", "_sav", "-help", "Care", "_fr", "_hq", "Team")
_FRONTS = ("real_", "the", "support_", "service_client_", "team")
_FIRST = (
    "anna", "marc", "leo", "julie", "tom", "nora", "paul", "ines", "hugo", "lea", "sam", "eva",
    "karim", "zoe", "lucas", "manon", "jade", "louis", "emma", "noah", "clara", "yanis", "alice",
)  # fmt: skip
_SECOND = (
    "martin", "bikes", "paris", "dev", "photo", "music", "durand", "smith", "writes", "runner",
    "cooks", "gaming", "lover", "moreau", "jones", "travels", "studio", "garcia", "reads", "art",
    "football", "coffee", "garden", "cat", "news", "radio", "tech", "vintage", "yoga", "jazz",
)  # fmt: skip


def planted(seed: int = 7) -> list[tuple[str, str, str]]:
    """Return (kind, brand, look-alike) for every brand and every way of looking like it."""
    chance = random.Random(seed)
    made: list[tuple[str, str, str]] = []
    for brand in BRANDS:
        name = re.sub(r"\W", "", brand.lower())
        at = chance.randrange(1, len(name) - 1)
        swap = name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
        glyphs = [place for place, letter in enumerate(name) if letter in _HOMOGLYPHS]
        one = chance.choice(glyphs)
        kinds = {
            "affix": name + chance.choice(_AFFIXES),
            "front": chance.choice(_FRONTS) + name,
            "figures": f"{name}{chance.randrange(10, 99)}",
            "separators": "_".join((name[:at], name[at:])),
            "one homoglyph": name[:one] + _HOMOGLYPHS[name[one]] + name[one + 1 :],
            "all homoglyphs": "".join(_HOMOGLYPHS.get(letter, letter) for letter in name),
            "leet": "".join(_LEET.get(letter, letter) for letter in name),
            "full width": "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in name),
            "rn for m": name.replace("m", "rn"),
            "capital i for l": name.replace("l", "I"),
            "left out": name[:at] + name[at + 1 :],
            "doubled": name[:at] + name[at] + name[at:],
            "inserted": name[:at] + chance.choice("aeiours") + name[at:],
            "swapped": swap,
            "misspelled support": name[:at] + name[at + 1 :] + "_support",
        }
        made += [(kind, brand, alike) for kind, alike in kinds.items() if alike != name]
    return made


def planted_short() -> list[tuple[str, str]]:
    """Return look-alikes of names too short for distances."""
    return [
        (brand, alike)
        for brand in SHORT
        for alike in (f"{brand}_support", f"service_{brand}", f"{brand.upper()} Officiel")
    ]


def ordinary(data: Path | None, recorded: Path | None, seed: int = 11) -> list[str]:
    """Return handles that mean nothing: made ones, and real ones from what is at hand."""
    chance = random.Random(seed)
    made = {
        chance.choice(_FIRST)
        + chance.choice(("", "_", ".", ""))
        + chance.choice(_SECOND)
        + chance.choice(("", "", str(chance.randrange(100))))
        for _ in range(6000)
    }
    for folder in (data, recorded):
        if folder is None or not folder.is_dir():
            continue
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size < 20_000_000:
                text = path.read_text(encoding="utf-8", errors="ignore")
                made.update(re.findall(r"@([A-Za-z0-9_]{3,20})\b", text))
    return sorted(made)


def folder(variable: str, usual: str) -> Path | None:
    """Return a folder beside the project, ``None`` where it is not there."""
    root = Path(__file__).parents[3]
    path = Path(os.environ.get(variable, root.parent / "shared" / usual))
    return path if path.is_dir() else None
