"""clean() against everything that must never reach a terminal, and the other text functions."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from itertools import groupby

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listeners.text import clean, clean_line, fold, html_to_text, links_in
from tests.fake.cost import cost, costs_less
from tests.fake.hostile import HOSTILE

# Written out again, apart from the code under test: what reliability rules out of any shown text.
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# fmt: off
PIECES = st.sampled_from([
    "\x1b", "\x1b]", "\x1b[", "\x9b", "\x9c", "\x07", "\x1b\\", "\r", "\n", "\t", "0;", "m", "2J",
    "\u200d", "\u200c", "\ufe0f", "\ufe0e", "\u0301", "\u0323", "\u0488", "\u3099", "\u1160",
    "\ud800", "\u202e", "\u3164", "\u0378", "❤", "👩", "🏽", "é", "e", "한", "ᄒ", "ᅡ", "क", "्",
    "ﬁ", "Å", "⫝̸", "≠", "م", "\u0344", " ", "x", "…", "\U000e0041", "\u2028", "\U0001f1eb", "1",
])
# fmt: on
HOSTILE_TEXT = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=60).map("".join)


def assert_harmless(text: str) -> None:
    assert not FORBIDDEN.search(text), ascii(text[:200])
    assert unicodedata.is_normalized("NFC", text)
    assert "Cn" not in {unicodedata.category(char) for char in text}
    for is_mark, run in groupby(text, lambda char: unicodedata.category(char)[0] == "M"):
        marks = [char for char in run if char not in "\ufe0e\ufe0f"] if is_mark else []
        assert len(marks) <= 4


@given(HOSTILE_TEXT)
@example("e\u200d\u0301")
@example("\u1112\u200d\u1161")
@example("a" + "\u0301\u0323" * 40)
@settings(max_examples=600)
def test_clean_leaves_nothing_harmful_and_changes_nothing_twice(text: str) -> None:
    once = clean(text)
    assert_harmless(once)
    assert clean(once) == once


@given(HOSTILE_TEXT, st.integers(min_value=0, max_value=40))
@settings(max_examples=300)
def test_a_limit_is_kept_and_idempotent(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert len(once) <= limit
    assert_harmless(once)
    assert clean(once, limit) == once
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert clean_line(line, limit) == line


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=80))
def test_ordinary_text_keeps_every_letter(text: str) -> None:
    fillers = set("\u115f\u1160\u3164\uffa0")
    expected = unicodedata.normalize("NFC", "".join(c for c in text if c not in fillers))
    assert clean(text) == expected


@pytest.mark.parametrize(("name", "text"), HOSTILE, ids=[name for name, _ in HOSTILE])
def test_hostile_corpus(name: str, text: str) -> None:
    safe = clean(text)
    assert_harmless(safe)
    assert clean(safe) == safe
    assert len(safe) <= 10_000
    assert safe.count("\n") < 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a    b"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("\x1b]0;title\x9cafter", "after"),
        ("\x1b]0;never closed", "0;never closed"),
        ("\x1bPq\x1b\\\x1b_a\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\end", "end"),
        ("\x1b[1;31mred\x1b[0m \x9b2Jx", "red x"),
        ("\x1b(Bset \x1bcreset", "set reset"),
        ("\x1b\u200b[2J", "[2J"),
        ("e\u0301", "é"),
        ("o" + "\u0323" + "\u0301" * 9, "ọ" + "\u0301" * 4),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("bra\u200dnd na\u200cme a\ufe0f", "brand name a"),
        ("one\u2028two", "one\ntwo"),
        ("l’été «\xa0là\xa0»\u202f!", "l’été «\xa0là\xa0»\u202f!"),
        ("[/] [@click=app.quit]x[/]", "[/] [@click=app.quit]x[/]"),
        ("x" * 10_001, "x" * 9_999 + "…"),
        ("x" * 10_000, "x" * 10_000),
        ("\x00" * 15_000 + "kept", "kept"),
        (None, ""),
        (7, ""),
        (b"bytes", ""),
    ],
)
def test_clean_exactly(text: object, expected: str) -> None:
    assert clean(text) == expected


def test_clean_line_is_one_line() -> None:
    assert clean_line("  a \n\n b\xa0 c\t") == "a b c"
    assert clean_line("word " * 100, 12) == "word word w…"


ADVERSARIAL = [
    "\u0301\u0323",
    "\x1b]",
    "\x1b[1",
    "\x1bP\x9c",
    "a\u200d",
    "\x9b",
    "❤\ufe0f",
    "\u0488",
    "\r",
    "é",
]


@pytest.mark.parametrize("unit", ADVERSARIAL, ids=ascii)
def test_time_grows_with_length_only(unit: str) -> None:
    def read(length: int) -> None:
        text = "a" + unit * (length // len(unit))
        clean(text, length)
        fold(text)
        links_in(text)

    # Ten times the text may cost forty times the time on a busy machine, not a hundred.
    limit = 40 * max(cost(partial(read, 10_000)), 0.0005)
    assert costs_less(limit, partial(read, 100_000))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("no markup", "no markup"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"),
        ("one<p>two<p>three <i>four</i>", "one\ntwo\nthree four"),
        ("a\n   b <b> c</b>", "a b  c"),
        ("<div><div>x</div></div>y", "x\ny"),
        ("<ul><li>1<li>2</ul>end", "1\n2\nend"),
        ("<script>no()</script><style>no{}</style>yes<!-- no -->", "yes"),
        (
            '<a href="https://x.example/a/b"><span class="invisible">https://</span>'
            '<span class="ellipsis">x.example/a</span><span class="invisible">/b</span></a>',
            "x.example/a",
        ),
        ("<p>&#27;]0;PWNED&#7;</p>", "\x1b]0;PWNED\x07"),
        ("", ""),
        ("<p></p>", ""),
        ("<p>unclosed <b>bold", "unclosed bold"),
    ],
)
def test_html_to_text(html: str, expected: str) -> None:
    assert html_to_text(html) == expected


@given(st.text(alphabet="<>/ab &;#123\"'=!-p br", max_size=300))
def test_any_html_is_read(html: str) -> None:
    assert isinstance(html_to_text(html), str)


@pytest.mark.parametrize(
    "unit", ["<a href='`", "<!--", "<p><b>", "<table>", "<span class=invisible>x", "<br>", "<div>"]
)
def test_html_bombs_are_capped(unit: str) -> None:
    # Nested blocks cost the parser 0.3 s at the cap; without it, minutes.
    assert costs_less(3, lambda: html_to_text(unit * 50_000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Équipe", "equipe"),
        ("l’ŒUVRE", "l'oeuvre"),
        ("Straße", "strasse"),
        ("ﬁn ＡＢＣ", "fin abc"),
        ("bra\u200bnd bra\u200dnd", "brand brand"),
        ("İstanbul ılık", "istanbul ilik"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("が한국", "が한국"),
        ("C++ #Tag @x", "c++ #tag @x"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(HOSTILE_TEXT)
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://a.example/x.", ("https://a.example/x",)),
        ("(https://a.example/b_(c)), ok", ("https://a.example/b_(c)",)),
        ("« https://a.example/é » HTTP://B.example!", ("https://a.example/é", "HTTP://B.example")),
        ("https://a.example https://a.example", ("https://a.example",)),
        ("javascript:alert(1) file:///etc http:// https://[::1", ()),
        ("https://" + "a" * 3000, ()),
    ],
)
def test_links_in(text: str, expected: tuple[str, ...]) -> None:
    assert links_in(text) == expected
