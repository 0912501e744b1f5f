"""The configuration: what it reads, and the line and mend it names when it cannot."""

import os
from pathlib import Path

import pytest

from listeners.config import (
    BrandConfig,
    Config,
    ConfigError,
    load_config,
    parse_config,
    write_first_config,
)
from listeners.model import Sentence
from listeners.secret import Secret, SecretError

WHOLE = """
language = "fr"
member = "Ana"

[brand."Café Lune"]
query = '"café lune" OR #lune'
handles = { mastodon = ["@lune@social.example"], bluesky = "lune.example" }
languages = ["fr"]
audience = "b2c"
confidential = ["Projet Aube"]

[brand."Café Lune".hours]
zone = "Europe/Paris"
mon = ["09:00-12:30", "14:00-18:00"]
holidays = [2026-12-25, "2027-01-01"]

[brand."Café Lune".targets]
first = "2h"
urgent = 900

[[source]]
network = "mastodon"
what = "#lune"
base_url = "http://127.0.0.1:8111/"
token = "env:LUNE_TOKEN"
interval = "90s"
protocol = "v2"

[team]
members = ["Ana", "Léo"]

[keys]
"list.down" = "j"
"""


def read(text: str) -> Config:
    return parse_config(text, Path("hubbub.toml"))


def test_reads_everything() -> None:
    config = read(WHOLE)
    brand = config.brands[0]
    source = config.sources[0]
    assert brand.name == "Café Lune"
    assert brand.names == ("Café Lune",)
    assert brand.handles == {"mastodon": ("@lune@social.example",), "bluesky": ("lune.example",)}
    assert brand.hours.week[0] == ((540, 750), (840, 1080))
    assert len(brand.hours.holidays) == 2
    assert (brand.targets.first, brand.targets.urgent) == (7200, 900)
    assert source.key == "mastodon:#lune@http://127.0.0.1:8111"
    assert source.allow_private
    assert source.interval == 90
    assert source.options == {"protocol": "v2"}
    assert config.keys == {"list.down": "j"}


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("langauge = 'fr'", 1, "did you mean language"),
        ("\n[brand.A]\nquerry = 'x'", 3, "did you mean query"),
        ("[brand.A]\naudience = 'b2x'", 2, "must be one of"),
        ("[brand.A.hours]\nmon = ['9-25']", 2, "Opening hours"),
        ("[brand.A.hours]\nzone = 'Mars/Olympus'", 2, "is not a time zone"),
        ("[brand.A.targets]\nfirst = 'soon'", 2, "duration"),
        ("[[source]]\nwhat = 'x'", 1, "needs its network"),
        ("[[source]]\nnetwork = 'feeds'\ntoken = 'abc123'", 3, "env:NAME"),
        ("[[source]]\nnetwork = 'feeds'\nbrand = 'Nobody'", 3, "no brand Nobody"),
        ("[brand.A]\nnames = [1]", 2, "list of texts"),
        ("member = 3", 1, "text in quotes"),
        ("[team]\nmembers = ['Ana']\nleads = ['Anna']", 3, "nobody called Anna in the team: Ana"),
        ("[team]\nmembers = ['Ana']\n\nobservers = ['Zoé']", 4, "nobody called Zoé"),
        ("member = 'Bea'\n[team]\nmembers = ['Ana']", 1, "nobody called Bea"),
        ("[team]\nmembers = ['A']\nleads = ['A']\nobservers = ['A']", 4, "cannot both lead"),
        ("[team]\nmembers = ['hubbub']", 2, "hubbub is nobody's"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.where == f"hubbub.toml:{line}"
    assert part in str(caught.value)


def test_the_same_source_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="twice"):
        read("[[source]]\nnetwork='feeds'\nwhat='u'\n[[source]]\nnetwork='feeds'\nwhat='u'")


def test_broken_toml_says_where() -> None:
    with pytest.raises(ConfigError, match="line 1"):
        read("member = \nlanguage = 3")


def test_no_default_file_is_an_empty_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_CONFIG", str(tmp_path / "none.toml"))
    assert load_config().brands == ()
    with pytest.raises(ConfigError, match="no configuration file"):
        load_config(tmp_path / "named.toml")


def test_the_first_configuration_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "hubbub.toml"
    name = 'L\'"Œuf" \\ 🥚'
    write_first_config(
        path,
        name=name,
        handles={"bluesky": ["oeuf.example"]},
        website="oeuf.example",
        sources=[{"network": "bluesky"}, {"network": "feeds", "what": "https://a.example/feed"}],
    )
    config = load_config(path)
    assert config.brands == (
        BrandConfig(
            name=name,
            names=(name,),
            handles={"bluesky": ("oeuf.example",)},
            websites=("oeuf.example",),
        ),
    )
    assert [source.key for source in config.sources] == ["bluesky:", "feeds:https://a.example/feed"]
    assert path.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in path.parent.iterdir()] == ["hubbub.toml"]


def test_an_existing_configuration_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.toml"
    path.write_text("member = 'Ana'\n")
    with pytest.raises(ConfigError, match="left as it is"):
        write_first_config(path, name="Lune", handles={})
    assert path.read_text() == "member = 'Ana'\n"


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUNE_TOKEN", "s3cr3t")
    secret = Secret("env:LUNE_TOKEN")
    assert secret.reveal() == "s3cr3t"
    assert "s3cr3t" not in f"{secret} {secret!r} {[secret]} {secret!s}"


def test_a_secret_file_must_be_private(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("s3cr3t\n")
    os.chmod(path, 0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        Secret(f"file:{path}").reveal()
    os.chmod(path, 0o600)
    assert Secret(f"file:{path}").reveal() == "s3cr3t"


def test_a_secret_from_a_command() -> None:
    assert Secret("cmd:printf 's3cr3t\\nsecond line'").reveal() == "s3cr3t"
    with pytest.raises(SecretError, match="by hand"):
        Secret("cmd:false").reveal()


@pytest.mark.parametrize("reference", ["cmd:true", "cmd:echo", "file:{path}", "env:LUNE_TOKEN"])
def test_an_empty_secret_is_none(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A door with an empty secret would open to everybody."""
    path = tmp_path / "token"
    path.write_text(" \n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("LUNE_TOKEN", " ")
    with pytest.raises(SecretError, match=r"is empty|is not set"):
        Secret(reference.format(path=path)).reveal()


def test_a_pasted_secret_is_not_repeated() -> None:
    with pytest.raises(SecretError) as caught:
        Secret("ghp_abcdef")
    assert "ghp_abcdef" not in str(caught.value)
    assert isinstance(caught.value.sentence, Sentence)
