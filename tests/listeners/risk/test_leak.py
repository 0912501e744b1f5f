"""Leaks: every kind is found, nothing else is, and the secret is never repeated.

The secrets below are made up for these tests; the long ones are put together from halves so that
no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import Author, Post, Sentence, Severity
from listeners.risk import leak
from listeners.risk.alert import rule_key
from listeners.risk.detection import drafts_of, without_muted
from listeners.risk.finding import HIDDEN, Finding, mask, risk_classes, worst
from listeners.risk.findings import RiskRules, as_mapping, findings_in
from listeners.risk.folded import Folded
from listeners.risk.secrets import iban, luhn
from listeners.text import fold
from tests.fake.cost import costs_less

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("HUBBUB_DATA", ROOT.parent / "shared" / "data"))
TERMS = ("Project Nacre", "Opération Été", "+33 6 12 34 56 78")
BRAND = ("Kerlann",)


def find(text: str, **changes: object) -> tuple[Finding, ...]:
    values: dict[str, object] = {"brand_terms": BRAND, **changes}
    return leak.find(text, TERMS, ("press@kerlann.example", "kerlann.example"), **values)  # type: ignore[arg-type]


def rules(text: str, **changes: object) -> list[str]:
    return [finding.rule for finding in find(text, **changes)]


def jwt() -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    head, body = part({"alg": "HS256", "typ": "JWT"}), part({"sub": "someone", "n": 12345})
    return f"{head}.{body}.{'aB3_-' * 8}"


SECRETS: list[tuple[str, str]] = [
    ("AWS key", "AKIA" + "Z7QW2ERT5YUI9OPA"),
    ("GitHub token", "ghp_" + "a1B2" * 9),
    ("GitHub token", "github_pat_" + "A1b2C3d4_" * 5),
    ("GitLab token", "glpat-" + "a1B2c3D4e5F6g7H8i9J0"),
    ("Slack token", "xoxb-" + "123456789012-abcdefABCDEF"),
    ("Slack webhook", "hooks.slack.com/services/" + "T0AAAAAAA/B0BBBBBBB/cccccccccccc"),
    ("Stripe key", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
    ("Google key", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"),
    ("JSON web token", jwt()),
    ("service key", "sk-" + "proj-aB3dE5fG7hI9jK1lM3nO5"),
    ("npm token", "npm_" + "a1B2c3" * 6),
    ("PyPI token", "pypi-AgE" + "IcHlwaS5vcmcCJ" * 4),
    ("SendGrid key", "SG." + "a1B2c3D4e5F6g7H8i9J0kL" + "." + "x1Y2z" * 8 + "abc"),
    ("Telegram token", "123456789:AA" + "Hb3-d_E5fG7hI9jK1lM3nO5pQ7rS9tU1v"),
    ("private key", "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "MIIEpAIBAAKCAQEA7x" * 3 + "\n"
     + "q9Zk" * 15 + "\n-----END RSA PRIVATE KEY-----"),
    ("card number", "4539 1488 0343 6467"),
    ("card number", "378282246310005"),
    ("bank account", "FR76 3000 6000 0112 3456 7890 189"),
    ("bank account", "de89370400440532013000"),
    ("bank account", "GB29 NWBK 6016 1331 9268 19"),
    ("address and password", "bob@corp.example:Passw0rd1"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "secret"), SECRETS, ids=[row[0] for row in SECRETS])
@pytest.mark.parametrize("around", ["{}", "look at this: {} !", "clé ({}), Kerlann", "é\n{}\n"])
def test_every_secret_is_found_and_hidden(rule: str, secret: str, around: str) -> None:
    text = around.format(secret)

    found = [finding for finding in find(text) if finding.rule == rule]

    assert len(found) == 1
    (finding,) = found
    assert secret.rstrip("\n") in text[finding.start : finding.end]
    assert finding.risk == "leak"
    assert finding.severity >= Severity.HIGH
    for shown in (finding.masked, str(finding.sentence), mask(text, found)):
        assert secret not in shown
        assert secret.strip()[5:] not in shown
    assert HIDDEN in mask(text, found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password: Sunny2024", "Sunny2024"),
        ("pwd=hunter!!x", "hunter!!x"),
        ("mdp : Soleil2024!", "Soleil2024"),
        ("le mot de passe est Soleil24", "Soleil24"),
        ("my password is hunter22.", "hunter22"),
        ("api_key='9f8e7d6c5b4a'", "9f8e7d6c5b4a"),
        ("AWS_SECRET_ACCESS_KEY=wJalr/K7MDENG+bPxRfi", "wJalr/K7MDENG+bPxRfi"),
    ],
)
def test_passwords_by_their_name(text: str, value: str) -> None:
    (finding,) = find(text)

    assert finding.rule == "password"
    assert text[finding.start : finding.end].startswith(value)
    assert value not in mask(text, [finding])


HARMLESS = [
    "my password is wrong again",
    "password: ********",
    "password: https://kerlann.example/reset?1",
    "I forgot my password. It's annoying!",
    "mot de passe oublié",
    "the key is practice: 10000 hours",
    "tweet 1234567890123456789",
    "call 4539 1488 0343 6468 not a card",
    "1111 1111 1111 1111",
    "FR76 3000 6000 0112 3456 7890 188",
    "FR is the country, 76 the department",
    "sk-learn-is-a-very-nice-library-indeed",
    "eyJhbGciOi is how they begin",
    "version 1.2.3.4.5.6.7.8.9.10.11.12",
    "write to @bob@social.example on the fediverse",
    "2026-11-20 14:42:30 +0100 2026-11-21",
    "order 12345678 from 12.11.2026",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret(text: str) -> None:
    assert rules(text) == []


CONFIDENTIAL = [
    "Project Nacre",
    "PROJECT NACRE",
    "project\n nacre",
    "#ProjectNacre",
    "project-nacre",
    "project_nacre",
    "opération été",
    "Operation Ete",
    "OPE\u0301RATION E\u0301TE\u0301",
]


@pytest.mark.parametrize("term", CONFIDENTIAL)
def test_confidential_terms_however_they_are_spelt(term: str) -> None:
    text = f"Ça y est: “{term}” arrive en mars"

    (finding,) = find(text)

    assert (finding.rule, finding.severity) == ("confidential term", Severity.HIGH)
    assert fold(text[finding.start : finding.end]) == fold(term).lstrip("#")
    assert term.lstrip("#") not in mask(text, [finding])
    assert term.lstrip("#")[1:] not in finding.masked


@pytest.mark.parametrize("text", ["projects nacreous", "subproject nacre2", "nacre", "ete"])
def test_parts_of_other_words_are_not_the_term(text: str) -> None:
    assert rules(text) == []


def test_terms_of_one_secret_share_an_alert_and_others_do_not() -> None:
    spelt, joined, other = (
        find(text)[0].subject for text in ("Project Nacre", "#projectnacre", "Opération Été")
    )
    assert spelt == joined
    assert spelt != other


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Kerlann internal only: new prices", "internal words"),
        ("Note interne Kerlann sur les salaires", "internal words"),
        ("sous embargo jusqu'à lundi, Kerlann change de patron", "internal words"),
        ("CONFIDENTIEL - plan Kerlann 2027", "internal words"),
        ("what Kerlann told us under NDA", "internal words"),
        ("Kerlann: https://pastebin.com/abcd1234", "shared document"),
        ("kerlann salaries https://docs.google.com/spreadsheets/d/1/edit", "shared document"),
    ],
)
def test_words_and_links_beside_the_brand(text: str, rule: str) -> None:
    (finding,) = find(text)

    assert (finding.rule, finding.severity) == (rule, Severity.WARN)
    assert rules(text.replace("Kerlann", "Nobody").replace("kerlann", "nobody")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Kerlann arms embargo news",
        "Politique de confidentialité de Kerlann",
        "Kerlann survey https://docs.google.com/forms/d/1",
        "Kerlann https://drive.google.com/",
        "Kerlann. " + "x " * 200 + "strictly confidential",
    ],
)
def test_words_and_links_that_mean_nothing(text: str) -> None:
    assert rules(text) == []


def test_a_shortened_link_is_read_by_its_target() -> None:
    assert rules("Kerlann: sho.rt/x", links=("https://we.tl/t-abc",)) == ["shared document"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("write me at jane.doe@mail.example please", "e-mail address"),
        ("appelez-moi au 06 11 22 33 44", "telephone number"),
        ("+33 6 11 22 33 44", "telephone number"),
        ("call (212) 555-0147", "telephone number"),
        ("+44 20 7946 0958", "telephone number"),
    ],
)
def test_somebodys_own_data_is_exposed_and_no_leak(text: str, rule: str) -> None:
    (finding,) = find(text)

    assert (finding.rule, finding.risk, finding.severity) == (rule, "exposed", Severity.INFO)
    assert risk_classes([finding]) == frozenset()
    assert drafts_of([finding], "Kerlann", 1, post()) == ()
    assert text[finding.start + 1 : finding.end] not in mask(text, [finding])


@pytest.mark.parametrize(
    "text",
    ["press@kerlann.example", "sav@kerlann.example", "0 800 123 456", "0800 123 456",
     "1-800-555-0199", "(888) 555-0199"],
)  # fmt: skip
def test_our_own_addresses_and_free_numbers_are_left(text: str) -> None:
    assert rules(text) == []


def test_a_confidential_number_is_a_leak_in_any_spelling() -> None:
    for text in ("06.12.34.56.78", "+33612345678", "0612345678"):
        assert risk_classes(find(text)) == {"leak"}


def test_nothing_is_public_in_a_private_message() -> None:
    text = "Kerlann internal only: Project Nacre, card 4539 1488 0343 6467"

    found = find(text, private=True)

    assert {finding.risk for finding in found} == {"exposed"}
    assert "4539" not in mask(text, found)


def test_a_number_inside_an_account_is_found_once() -> None:
    assert rules("FR76 3000 6000 0112 3456 7890 189") == ["bank account"]


def test_masking_overlapping_and_touching_spans() -> None:
    text = "bob@corp.example:Passw0rd! Project Nacre 4539 1488 0343 6467"
    shown = mask(text, find(text))
    for secret in ("Passw0rd", "bob", "Nacre", "4539", "6467"):
        assert secret not in shown
    assert mask("nothing here", ()) == "nothing here"


def test_what_reaches_beyond_an_earlier_span_is_hidden_too() -> None:
    text = "0123456789abcdef"
    one, other = (
        Finding(
            rule="password",
            risk="leak",
            severity=Severity.HIGH,
            start=start,
            end=end,
            masked="#",
            sentence=Sentence("a password"),
        )
        for start, end in ((2, 8), (5, 12))
    )
    assert mask(text, (other, one)) == "01#cdef"


def test_check_digits() -> None:
    assert luhn("4539148803436467")
    assert not luhn("4539148803436468")
    assert iban("FR7630006000011234567890189")
    assert not iban("FR7630006000011234567890188")


# --- posts, drafts -------------------------------------------------------------------------------

RULES = RiskRules(brand_terms=BRAND, confidential=TERMS)


def post(**changes: object) -> Post:
    values: dict[str, object] = {
        "network": "mastodon",
        "native_id": "1",
        "author": Author(key="k", handle="nightshift"),
        "text": "",
        **changes,
    }
    return Post(**values)  # type: ignore[arg-type]


def test_a_leak_becomes_one_draft_a_secret_that_never_names_it() -> None:
    text = "Kerlann Project Nacre! #ProjectNacre, and ghp_" + "a1B2" * 9

    drafts = drafts_of(findings_in(text, post(text=text), RULES), "Kerlann", 7, post())

    assert [draft.rule for draft in drafts] == ["confidential term", "GitHub token"]
    assert len({draft.fingerprint for draft in drafts}) == 2
    for draft in drafts:
        assert (draft.holding, draft.evidence, draft.severity >= Severity.HIGH) == (
            False,
            (7,),
            True,
        )
        said = f"{draft.title}{draft.explanation}{draft.fingerprint}{draft.figures}"
        assert "acre" not in said
        assert "a1B2a1B2" not in said


def test_findings_are_stored_without_the_secret() -> None:
    text = "Project Nacre"
    stored = json.dumps([as_mapping(finding) for finding in findings_in(text, post(), RULES)])
    assert "acre" not in stored
    assert '"class": "leak"' in stored


def test_a_muted_rule_raises_nothing() -> None:
    drafts = drafts_of(findings_in("Project Nacre", post(), RULES), "Kerlann", 7, post())

    assert without_muted(drafts, {rule_key("confidential term", "Kerlann")}) == ()
    assert without_muted(drafts, {rule_key("confidential term", "Other")}) == drafts


def test_the_worst_severity() -> None:
    assert worst(()) is Severity.INFO
    assert worst(find("write to a@b.example, AKIA" + "Z7QW2ERT5YUI9OPA")) is Severity.CRITICAL


# --- any text ------------------------------------------------------------------------------------


@given(text=st.text(max_size=400))
def test_any_text_can_be_read_and_masked(text: str) -> None:
    found = find(text)
    for finding in found:
        assert 0 <= finding.start <= finding.end <= len(text)
    mask(text, found)


@given(
    before=st.text(max_size=30), after=st.text(max_size=30), term=st.sampled_from(["Project Nacre"])
)
def test_a_term_is_hidden_wherever_it_stands(before: str, after: str, term: str) -> None:
    text = f"{before} {term} {after}"
    assert term not in mask(text, find(text))


@given(text=st.text(max_size=60))
def test_every_folded_stretch_has_its_place(text: str) -> None:
    folded = Folded(text)
    for start in range(len(folded.text)):
        a, b = folded.span(start, start + 1)
        assert 0 <= a <= b <= len(text)


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "1" * 10_000, "1 " * 5_000, "password:" * 1_200, "a@" * 5_000, "eyJ" * 3_300,
     "FR76 " * 2_000, "-----BEGIN PRIVATE KEY-----" * 400, "sk-a_" * 2_000, "4-1" * 3_300,
     "A.A@" * 2_500, "+33 6 " * 1_600, "0 1 2 3 4 5 6 7 8 9 " * 500, "e\u0301" * 5_000,
     "project " * 1_250, "https://we.tl/" * 700, "mot de passe est " * 600],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_hostile_texts_cost_linear_time(text: str) -> None:
    assert costs_less(3.0, lambda: find(text * 10))


def test_ordinary_posts_leak_nothing() -> None:
    folder = DATA / "umsab"
    if not folder.exists():
        pytest.skip("labelled data not found; name its folder in HUBBUB_DATA")
    posts = [
        line
        for language in ("english", "french", "german", "spanish")
        for line in (folder / language / "train_text.txt").read_text().splitlines()
    ]

    hits = [finding for text in posts for finding in find(text) if finding.risk == "leak"]

    print(f"{len(hits)} leaks in {len(posts)} ordinary posts")
    assert len(hits) <= 1
