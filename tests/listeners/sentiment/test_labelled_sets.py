"""Sets for measuring: every form they come in is read, and the language is found."""

from __future__ import annotations

from pathlib import Path

from listeners.model import Label
from tests.bench.labelled import sets_in

_NEGATIVE, _NEUTRAL, _POSITIVE = Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE


def test_every_form_of_a_set_is_read(tmp_path: Path) -> None:
    (tmp_path / "french").mkdir()
    (tmp_path / "french" / "test_text.txt").write_text("nul\nla table\nbravo\u2028!\n")
    (tmp_path / "french" / "test_labels.txt").write_text("0\n1\n2\n")
    (tmp_path / "es-shop.tsv").write_text("mal\t-1\nla mesa\t0\nbien\t1\r\nqué\tmixed\n")
    english = "the train was late and nobody told us anything\tnegative\nI like\tit\tPositive\n"
    (tmp_path / "shop.txt").write_text(english)
    (tmp_path / "x_GroundTruth.txt").write_text("1\t-2.1\tthis is bad, and they know it well\n")
    (tmp_path / "notes.txt").write_text("no tab in here\n")
    found = {one.name: one for one in sets_in(tmp_path)}
    assert set(found) == {"french/test", "es-shop", "shop", "x_GroundTruth"}
    assert found["french/test"].lang == "fr"
    assert found["french/test"].posts[2] == ("bravo\u2028!", _POSITIVE)
    assert found["es-shop"].lang == "es"
    assert [label for _, label in found["es-shop"].posts] == [_NEGATIVE, _NEUTRAL, _POSITIVE]
    assert found["shop"].lang == "en"
    assert found["shop"].posts[1] == ("I like\tit", _POSITIVE)
    assert found["x_GroundTruth"].posts[0][1] is _NEGATIVE
