"""Nostr's events, keys and questions: read without trust, whatever they hold."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.config import BrandConfig, SourceConfig
from listeners.networks.contract import SourceError
from listeners.networks.decoding import UnreadableError
from listeners.networks.nostr.cursor import MOST_WRITTEN, Place, mark_of, read_place, write_place
from listeners.networks.nostr.event import (
    Answered,
    NostrEvent,
    answered_by,
    is_by_its_author,
    name_in,
    post_of,
    read_event,
)
from listeners.networks.nostr.key import key_of, npub_of
from listeners.networks.nostr.relay import refusal
from listeners.networks.nostr.signature import is_signed
from listeners.networks.nostr.wishes import RELAYS, relays_of, wishes_of
from tests.fake.feeds import recorded
from tests.fake.nostr import NOW, Event, Writer, reply_to

ANA, US = Writer(3), Writer(7)
A, B, C = "a" * 64, "b" * 64, "c" * 64


def made(kind: int = 1, tags: list[list[str]] | None = None, content: str = "x") -> NostrEvent:
    return read_event(ANA.event(kind, content, tags or []))


# --- recorded ------------------------------------------------------------------------------------


def test_every_recorded_event_is_what_its_author_signed() -> None:
    kinds: Counter[int] = Counter()
    posts = []
    for body in recorded("nostr").values():
        try:
            messages = [json.loads(body)]
        except ValueError:
            messages = [json.loads(line) for line in body.splitlines() if line.strip()]
        for message in messages:
            event = read_event(message[-1] if isinstance(message, list) else message)
            assert is_by_its_author(event)
            kinds[event.kind] += 1
            posts.append(post_of(event, "", {}))
    assert kinds == {1: 111, 7: 96, 0: 6, 3: 2, 6: 2}
    answers = [post for post in posts if post.parent_id and post.parent_id != post.root_id]
    assert answers
    assert all(post.url.startswith("https://njump.me/note1") for post in posts)
    assert "nostr:npub" not in "".join(post.text for post in posts)


# --- who signed ----------------------------------------------------------------------------------

# Test vectors 0, 1 and 4 of BIP-340.
VECTORS = [
    (
        "F9308A019258C31049344F85F89D5229B531C845836F99B08601F113BCE036F9",
        "00" * 32,
        "E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA8215"
        "25F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0",
    ),
    (
        "DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659",
        "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89",
        "6896BD60EEAE296DB48A229FF71DFE071BDE413E6D43F917DC8DCF8C78DE3341"
        "8906D11AC976ABCCB20B091292BFF4EA897EFCB639EA871CFA95F6DE339E4B0A",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(each) for each in (message, key, signature)]
    assert is_signed(*parts)
    for place in range(3):
        changed = list(parts)
        changed[place] = bytes([parts[place][0] ^ 1]) + parts[place][1:]
        assert not is_signed(*changed)


@pytest.mark.parametrize(
    ("message", "key", "signature"),
    [
        (b"", b"", b""),
        (bytes(32), bytes(32), bytes(64)),
        (bytes(32), b"\xff" * 32, bytes(64)),
        (bytes(32), bytes.fromhex(ANA.key), b"\xff" * 64),
        (bytes(32), bytes.fromhex(ANA.key), bytes(32) + b"\xff" * 32),
        (bytes(32), bytes.fromhex(ANA.key), bytes(64)),
    ],
)
def test_numbers_beside_the_curve_sign_nothing(
    message: bytes, key: bytes, signature: bytes
) -> None:
    assert not is_signed(message, key, signature)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=200), st.integers(min_value=2, max_value=2**60))
def test_what_a_writer_signs_is_believed(content: str, number: int) -> None:
    writer = Writer(number)
    event = read_event(json.loads(json.dumps(writer.event(1, content.replace("\ud800", "")))))
    assert is_by_its_author(event)
    assert not is_by_its_author(
        NostrEvent(event.id, ANA.key, event.created_at, 1, event.tags, event.content, event.sig)
    )


# --- keys ----------------------------------------------------------------------------------------

JB55 = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        # The examples of NIP-19.
        (
            "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
            "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e",
        ),
        (
            "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k"
            "7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p",
            JB55,
        ),
        (f" nostr:{npub_of(JB55)} ", JB55),
        (f"@{npub_of(JB55).upper()}", JB55),
        (JB55.upper(), JB55),
        (npub_of(JB55)[:-1] + "q", None),
        ("npub1", None),
        ("npub1qqqqqqqq", None),
        ("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", None),
        ("kerlann", None),
        ("", None),
    ],
)
def test_keys_as_people_write_them(written: str, key: str | None) -> None:
    assert key_of(written) == key


@settings(max_examples=60)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 57), st.sampled_from("qpzry9x8"))
def test_a_key_survives_and_one_wrong_letter_is_noticed(data: bytes, at: int, other: str) -> None:
    npub = npub_of(data.hex())
    assert key_of(npub) == data.hex()
    wrong = npub[: 5 + at] + other + npub[6 + at :]
    assert key_of(wrong) == (data.hex() if wrong == npub else None)


@settings(max_examples=60)
@given(
    st.one_of(st.text(max_size=80), st.text("qpzry9x8gf2tvdw1", max_size=90).map("npub1".__add__))
)
def test_any_text_is_a_key_or_none(text: str) -> None:
    key = key_of(text)
    assert key is None or len(key) == 64


# --- what is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "tags", "expected"),
    [
        (1, [], Answered()),
        (1, [["e", A, "", "root"]], Answered(A, A)),
        (1, [["e", A, "", "root"], ["e", B, "", "reply"]], Answered(B, A)),
        (1, [["e", B, "", "reply"]], Answered(B, B)),
        (1, [["e", A, "", "root"], ["e", C, "", "mention"]], Answered(A, A)),
        (1, [["e", C, "", "mention"]], Answered()),
        (1, [["e", A]], Answered(A, A)),
        (1, [["e", A], ["e", B], ["e", C]], Answered(C, A)),
        (1, [["e", "no id"], ["q", A], ["e"], []], Answered()),
        (1111, [["E", A], ["K", "1"], ["e", B, "", C]], Answered(B, A)),
        (1111, [["I", "https://kerlann.example/"], ["K", "web"]], Answered()),
        (1111, [["E", A]], Answered(A, A)),
    ],
)
def test_the_parent_and_the_root(kind: int, tags: list[list[str]], expected: Answered) -> None:
    assert answered_by(made(kind, tags)) == expected


def test_who_is_spoken_to() -> None:
    ours = {US.key: "npub1us"}

    def post(*tags: list[str], content: str = "Hello") -> tuple[bool, tuple[str, ...], str | None]:
        found = post_of(made(1, list(tags), content), "", ours)
        return found.addressed, found.mentions, found.parent_author_key

    assert post(["p", US.key]) == (True, ("npub1us",), None)
    assert post(["p", B]) == (False, (B,), None)
    # In a thread clients name everybody who took part.
    assert post(["e", A, "", "root", B], ["p", US.key]) == (False, ("npub1us",), B)
    assert post(["e", A, "", "root", US.key], ["p", US.key]) == (True, ("npub1us",), "npub1us")
    assert post(["e", A, "", "root"], content=f"hey nostr:{US.npub}")[0]
    ourselves = read_event(US.event(1, "We", [["p", US.key]]))
    assert not post_of(ourselves, "", ours).addressed
    assert post_of(ourselves, "", ours).author.handle == "npub1us"


def test_a_note_as_a_person_reads_it() -> None:
    text = f"nostr:{US.npub} see https://kerlann.example/a #boat nostr:note1{'q' * 58}."
    event = read_event(
        ANA.note(text, ["r", "https://kerlann.example/b"], ["r", "no"], ["subject", "Hi"])
    )
    post = post_of(event, "Ana", {})
    assert post.text == (f"@{US.npub[:12]}… see https://kerlann.example/a #boat note1{'q' * 7}….")
    assert (post.title, post.tags, post.author.name) == ("Hi", ("boat",), "Ana")
    assert post.links == ("https://kerlann.example/a", "https://kerlann.example/b")
    assert post.author.url == f"https://njump.me/{ANA.npub}"
    assert post.created_at == NOW * 1_000_000


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('{"name": "ana", "display_name": "Ana K"}', "Ana K"),
        ('{"name": " ana ", "display_name": ""}', "ana"),
        ('{"name": 5}', ""),
        ("[]", ""),
        ("no json", ""),
        ("[" * 2000, ""),
    ],
)
def test_what_people_call_themselves(content: str, name: str) -> None:
    assert name_in(made(0, content=content)) == name


# --- what cannot be read -------------------------------------------------------------------------

GOOD = ANA.event(1, "hello")


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        "text",
        {**GOOD, "id": "0" * 64},
        {**GOOD, "id": GOOD["id"].upper()},
        {**GOOD, "id": 5},
        {**GOOD, "pubkey": US.key},
        {**GOOD, "pubkey": ""},
        {**GOOD, "content": "hello!"},
        {**GOOD, "content": None},
        {**GOOD, "created_at": str(NOW)},
        {**GOOD, "created_at": float(NOW)},
        {**GOOD, "kind": -1},
        {**GOOD, "tags": [["t", 5]]},
        {**GOOD, "tags": ["t"]},
        {key: value for key, value in GOOD.items() if key != "tags"},
    ],
)
def test_a_record_that_is_none_is_refused(record: object) -> None:
    with pytest.raises(UnreadableError):
        read_event(record)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*GOOD, "more"]), _JSON))
def test_any_record_is_an_event_or_refused(changes: Event) -> None:
    try:
        event = read_event({**GOOD, **changes})
    except UnreadableError:
        return
    assert event.id == GOOD["id"]


# --- what is asked -------------------------------------------------------------------------------


def source(what: str = "", base_url: str = "", **options: object) -> SourceConfig:
    return SourceConfig(network="nostr", what=what, base_url=base_url, options=options)


@pytest.mark.parametrize(
    ("asked", "relays"),
    [
        (source(), RELAYS),
        (source("#kerlann"), RELAYS),
        (
            source("wss://a.example, #kerlann, ws://b.example"),
            ("wss://a.example", "ws://b.example"),
        ),
        (source(relays="wss://a.example,wss://a.example"), ("wss://a.example",)),
        (source(relays=["wss://a.example"]), ("wss://a.example",)),
        (source("wss://a.example", base_url="ws://localhost:1"), ("ws://localhost:1",)),
    ],
)
def test_the_relays_of_a_source(asked: SourceConfig, relays: tuple[str, ...]) -> None:
    assert relays_of(asked) == relays


@pytest.mark.parametrize("what", ["https://a.example", "wss://", "wss://[", "ftp://x"])
def test_what_is_no_relay_is_said(what: str) -> None:
    with pytest.raises(SourceError, match="no address of a Nostr relay"):
        relays_of(source(what))


def test_what_a_source_asks_for() -> None:
    brand = BrandConfig(
        name="Kerlann", query='kerlann OR "blue boat"', handles={"nostr": (US.npub,)}
    )
    found = wishes_of(source("wss://a.example"), [brand])
    assert (found.tags, found.keys) == (("kerlann",), (US.key,))
    assert set(found.words) == {'"kerlann"', '"blue boat"'}
    told = wishes_of(source(f"#Boat, {ANA.npub}, old harbour"), [brand])
    assert (told.tags, told.keys, told.words) == (("boat",), (ANA.key,), ("old harbour",))
    assert [sorted(each) for each in told.filters()] == [
        ["#t", "kinds"],
        ["#p", "kinds"],
        ["authors", "kinds"],
    ]
    assert [each["search"] for each in told.searches()] == ["old harbour"]


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(SourceError, match="nothing to ask"):
        wishes_of(source(), [])
    with pytest.raises(SourceError, match="no Nostr key"):
        wishes_of(source(), [BrandConfig(name="K", handles={"nostr": ("@kerlann",)})])
    with pytest.raises(SourceError):
        wishes_of(source(), [BrandConfig(name="K", query="(")])


# --- the place -----------------------------------------------------------------------------------


def test_a_place_survives_its_json_and_stays_small() -> None:
    place = Place(told=frozenset({"wss://a"})).marked({"k": 5}).marked({"k": 3, "l": 1})
    place = place.wrote((str(n), A) for n in range(2 * MOST_WRITTEN))
    kept = read_place(write_place(place))
    assert kept == place
    assert kept is not None
    assert dict(kept.marks) == {"k": 5, "l": 1}
    assert kept.is_by(str(2 * MOST_WRITTEN - 1), A)
    assert not kept.is_by("0", A)
    assert not kept.is_by(str(2 * MOST_WRITTEN - 1), B)
    assert len(write_place(place)) < 10_000


def test_another_question_has_another_mark() -> None:
    assert mark_of("r", {"#t": ["a"]}) != mark_of("r", {"#t": ["b"]})
    assert mark_of("r", {"#t": ["a"]}) != mark_of("s", {"#t": ["a"]})


@pytest.mark.parametrize("cursor", ["", "5", "[]", "{}", '{"marks": {"a": "x"}}', "no json"])
def test_a_cursor_that_cannot_be_read_is_none(cursor: str) -> None:
    assert read_place(cursor) is None


def test_a_relays_words_are_shown_on_one_line() -> None:
    error = refusal("r.example", "error: could\nnot", 0)  # type: ignore[arg-type]
    assert "r.example" in str(error)


def test_answers_name_the_note_and_its_root() -> None:
    root = ANA.note("a")
    reply = read_event(US.note("b", *reply_to(root)))
    assert answered_by(reply) == Answered(root["id"], root["id"])
