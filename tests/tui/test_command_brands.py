"""Which brand a command is about: the one named, in any letters, or the only one that is ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.config import BrandConfig, Config
from tui.commands.brands import brand_meant, brand_shown
from tui.commands.common import CommandError, Settings
from tui.commands.output import Output

ACME, LIME = BrandConfig(name="Acme"), BrandConfig(name="Limé")
BOLT, RIVAL = BrandConfig(name="Bolt", competitor=True), BrandConfig(name="Rival")
TRACKS = BrandConfig(name="Acme", competitors=("Rival",))


def known(*brands: BrandConfig) -> Settings:
    return Settings(Config(brands=brands), Path("store"), Output("table"))


@pytest.mark.parametrize(
    ("brands", "named", "meant", "shown"),
    [
        ((ACME, BOLT), "", "Acme", "Acme"),
        ((BOLT, ACME), "", "Acme", "Acme"),
        ((RIVAL, TRACKS), "", "Acme", "Acme"),
        ((BOLT,), "", "Bolt", "Bolt"),
        ((ACME, LIME), "LIME", "Limé", "Limé"),
        ((ACME, BOLT), "bolt", "Bolt", "Bolt"),
        ((LIME, ACME), "", "of which brand", "Limé"),
        ((ACME,), "Nobody", "There is no brand", "There is no brand"),
        ((), "", "No brand is configured", "No brand is configured"),
        ((BrandConfig(name="acme"), ACME), "Acme", "Acme", "Acme"),
        ((BrandConfig(name="acme"), ACME), "ACME", "There is no brand", "There is no brand"),
    ],
)
def test_which_brand(brands: tuple[BrandConfig, ...], named: str, meant: str, shown: str) -> None:
    for asked, wanted in ((brand_meant, meant), (brand_shown, shown)):
        if wanted in [brand.name for brand in brands]:
            assert asked(known(*brands), named) == wanted
        else:
            with pytest.raises(CommandError) as raised:
                asked(known(*brands), named)
            assert wanted in raised.value.sentence.template
