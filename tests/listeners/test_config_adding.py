"""Adding sources to a configuration: the rest of the file stays, and what cannot be, is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import ConfigError, load_config, parse_config
from listeners.config.adding import add_sources, key_of, remove_sources, source_lines

TEXT = """# ours
language = "fr"   # as we speak

[brand.Acme]
names = ["Acme"]

[notify]
# nothing yet

# the blog of Léo
[[source]]
network = "feeds"      # by hand
what = "https://léo.example/feed"

# a hashtag
[[ source ]]
network = 'mastodon'
token = "env:TOKEN"
what = "#acme"
"""
NEW = {"network": "reddit", "what": "r/acme"}
KEPT = "feeds:https://léo.example/feed"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hubbub.toml"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(0o600)
    return path


def keys(path: Path) -> list[str]:
    return [source.key for source in load_config(path).sources]


def test_a_source_is_appended_and_nothing_else_is_touched(path: Path) -> None:
    config = add_sources(path, [NEW, {"network": "gdelt"}])
    text = path.read_text(encoding="utf-8")
    assert text.startswith(TEXT)
    assert text[len(TEXT) :] == (
        '\n[[source]]\nnetwork = "reddit"\nwhat = "r/acme"\n\n[[source]]\nnetwork = "gdelt"\n'
    )
    assert [source.key for source in config.sources] == keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["hubbub.toml"]


def test_what_was_added_is_removed_and_the_file_is_as_before(path: Path) -> None:
    add_sources(path, [NEW])
    remove_sources(path, [key_of(NEW)])
    assert path.read_text(encoding="utf-8") == TEXT


def test_one_in_the_middle_is_removed_and_comments_stay(path: Path) -> None:
    remove_sources(path, [KEPT])
    text = path.read_text(encoding="utf-8")
    assert keys(path) == ["mastodon:#acme"]
    for comment in ("# ours", "# as we speak", "# the blog of Léo", "# a hashtag"):
        assert comment in text


def test_what_is_there_or_not_there_changes_nothing(path: Path) -> None:
    before = path.stat().st_mtime_ns
    add_sources(path, [{"network": "mastodon", "what": "#acme"}])
    remove_sources(path, ["reddit:r/none"])
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "text",
    ['source = [{ network = "feeds", what = "a" }]\n',
     '[[source]]\nnetwork = "import"\nwhat = "in"\n[source.mapping]\ntext = "T"\n',
     'language = "xx"\n', "[brand\n"],
)  # fmt: skip
def test_what_cannot_be_changed_safely_is_left(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        remove_sources(path, ["import:in", "feeds:a"])
    assert path.read_text(encoding="utf-8") == text


def test_an_inline_list_of_sources_is_not_appended_to(path: Path) -> None:
    text = 'source = [{ network = "feeds", what = "a" }]\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be changed safely"):
        add_sources(path, [NEW])
    assert path.read_text(encoding="utf-8") == text


def test_a_header_inside_a_text_is_no_header(path: Path) -> None:
    text = TEXT + '\n[[source]]\nnetwork = "github"\nwhat = """\n[[source]]\nnetwork = "x"\n"""\n'
    path.write_text(text, encoding="utf-8")
    remove_sources(path, ["mastodon:#acme"])
    assert len(keys(path)) == 2
    with pytest.raises(ConfigError):
        remove_sources(path, ['github:[[source]]\nnetwork = "x"\n'])


def test_somebody_elses_change_is_not_lost(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def meanwhile(number: int) -> None:
        real(number)
        path.write_text(TEXT + "# new\n", encoding="utf-8")

    monkeypatch.setattr("listeners.config.adding.os.fsync", meanwhile)
    with pytest.raises(ConfigError, match="somebody else"):
        add_sources(path, [NEW])
    assert path.read_text(encoding="utf-8") == TEXT + "# new\n"
    assert len(list(path.parent.iterdir())) == 1


def test_a_linked_file_stays_linked(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    add_sources(link, [NEW])
    assert link.is_symlink()
    assert "reddit:r/acme" in keys(path)


def test_line_ends_of_windows_stay(path: Path) -> None:
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    add_sources(path, [NEW])
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
    remove_sources(path, [key_of(NEW)])
    assert path.read_bytes() == TEXT.replace("\n", "\r\n").encode()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration file"):
        add_sources(tmp_path / "none.toml", [NEW])
    (tmp_path / "latin.toml").write_bytes(b'theme = "\xe9"')
    with pytest.raises(ConfigError, match="cannot be read"):
        add_sources(tmp_path / "latin.toml", [NEW])


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.dictionaries(st.text("abcdefgé .-", min_size=1, max_size=6), TEXTS | st.booleans()), TEXTS
)
@settings(max_examples=50)
def test_any_setting_is_read_as_it_was_meant(options: dict[str, str | bool], what: str) -> None:
    options.pop("brand", None)
    text = source_lines({"network": "feeds", "what": what, **options})
    (source,) = parse_config(text, Path("x")).sources
    assert source.what == what
    assert dict(source.options) == options
    assert source.key == key_of({"network": "feeds", "what": what})
