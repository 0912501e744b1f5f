"""From verdicts to alert drafts: severity, title and explanation in words.

A draft's title and explanation never hold a secret: findings carry their masked form only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from listeners.model import AlertClass, Post, Sentence, Severity
from listeners.risk.alert import Draft, rule_key
from listeners.risk.finding import TELLTALES, Finding
from listeners.risk.impersonation import LookAlike
from listeners.risk.negative_share import NegativeShare
from listeners.risk.overdue import Overdue
from listeners.risk.same_time import Spike
from listeners.risk.silence import Silence
from listeners.risk.source_health import SourceTrouble
from listeners.risk.spreading import Spread
from listeners.risk.surge import Surge

_QUIET = frozenset({"exposed", "press", "abuse"})
"""Classes that rank a conversation but raise no alert unless the team gives them a severity."""

_WORD_TITLES = {
    "boycott": Sentence("A call to turn away from {brand}", {"brand": ""}),
    "legal": Sentence("The law is spoken of with {brand}", {"brand": ""}),
    "safety": Sentence("Danger or health is spoken of with {brand}", {"brand": ""}),
    "threat": Sentence("A threat of violence against {brand}", {"brand": ""}),
    "hack": Sentence("Fraud or hacking is spoken of with {brand}", {"brand": ""}),
    "press": Sentence("Somebody of the press writes about {brand}", {"brand": ""}),
    "abuse": Sentence("{brand} is abused", {"brand": ""}),
}


def drafts_of(
    findings: Iterable[Finding],
    brand: str,
    mention_id: int,
    post: Post,
    loud: Collection[str] = (),
) -> tuple[Draft, ...]:
    """Return a draft for every finding of a post that raises an alert, one a rule and secret.

    ``loud`` names rules to which the team gave a severity: they raise alerts too.
    """
    drafts: dict[str, Draft] = {}
    findings = tuple(findings)
    # Beside the secret itself, a telltale says nothing more: one leak is one alert.
    telling = any(one.risk == "leak" and one.rule not in TELLTALES for one in findings)
    for finding in findings:
        if telling and finding.rule in TELLTALES:
            continue
        if finding.risk in _QUIET and (finding.rule not in loud or finding.risk == "exposed"):
            continue
        draft = Draft(
            brand=brand,
            alert_class=AlertClass.LEAK if finding.risk == "leak" else AlertClass.IMAGE,
            rule=finding.rule,
            subject=finding.subject,
            severity=finding.severity,
            title=_title(finding, brand),
            explanation=(finding.sentence, _where(post)),
            holding=False,
            evidence=(mention_id,),
        )
        drafts.setdefault(draft.fingerprint, draft)
    return tuple(drafts.values())


def impersonation_draft(found: LookAlike, brand: str, mention_id: int, post: Post) -> Draft:
    """Return the draft of an account that looks like one of ours; one episode an account."""
    return Draft(
        brand=brand,
        alert_class=AlertClass.IMPERSONATION,
        rule="look-alike",
        subject=f"{post.network}:{post.author.key}",
        severity=found.severity,
        title=Sentence(
            "An account looks like {name}: {shown}",
            {"name": found.protected, "shown": found.shown},
        ),
        explanation=(
            *found.explanation,
            _where(post),
            Sentence(
                "If it is yours or harmless, name it under known_accounts in the configuration, "
                "or dismiss this: it then stays quiet."
            ),
        ),
        figures={"likeness": round(found.likeness, 1)},
        holding=False,
        evidence=(mention_id,),
        for_good=True,
    )


def press_negative_draft(
    brand: str, role: str, mention_id: int, post: Post, figures: Mapping[str, float]
) -> Draft:
    """Return the draft of a journalist or a VIP who speaks ill of the brand."""
    author = post.author.name or post.author.handle or post.author.key
    journalist = role == "journalist"
    return Draft(
        brand=brand,
        alert_class=AlertClass.IMAGE,
        rule="press negative",
        subject=f"{post.network}:{post.author.key}",
        severity=Severity.HIGH if journalist else Severity.WARN,
        title=Sentence("A journalist speaks ill of {brand}: {author}", _of(brand, author))
        if journalist
        else Sentence("A VIP speaks ill of {brand}: {author}", _of(brand, author)),
        explanation=(
            Sentence("scored {score}, on a scale from -1 to 1", {"score": figures["compound"]}),
            _where(post),
        ),
        figures=figures,
        holding=False,
        evidence=(mention_id,),
    )


def spreading_draft(brand: str, network: str, author: str, mention_id: int, found: Spread) -> Draft:
    """Return the draft of a post that spreads; one episode a post."""
    return Draft(
        brand=brand,
        alert_class=AlertClass.IMAGE,
        rule="spreading",
        subject=str(mention_id),
        severity=found.severity,
        title=Sentence("A post about {brand} spreads: {author}", _of(brand, author)),
        explanation=(
            *found.explanation,
            Sentence("on {network}, by {author}", {"network": network, "author": author}),
        ),
        figures=found.figures,
        holding=False,
        evidence=(mention_id,),
    )


def _of(brand: str, author: str) -> dict[str, str | int | float]:
    return {"brand": brand, "author": author}


def _title(finding: Finding, brand: str) -> Sentence:
    shown = {"brand": brand, "masked": finding.masked, "rule": finding.rule}
    if finding.risk != "leak":
        return replace(_WORD_TITLES[finding.rule], values={"brand": brand})
    if finding.rule == "confidential term":
        return Sentence("A confidential term of {brand} is in public: {masked}", shown)
    if finding.rule == "internal words":
        return Sentence("“{masked}” beside {brand}", shown)
    if finding.rule == "shared document":
        return Sentence("A document shared on {masked} beside {brand}", shown)
    return Sentence("A secret is in public beside {brand}: {rule}, {masked}", shown)


def _where(post: Post) -> Sentence:
    author = post.author.handle or post.author.name or post.author.key
    return Sentence("on {network}, by {author}", {"network": post.network, "author": author})


def surge_draft(brand: str, scope: str, verdict: Surge, evidence: Sequence[int] = ()) -> Draft:
    """Return the draft of a surge; ``scope`` is a source or query group, empty for the brand."""
    grave = verdict.ratio >= 10 and not verdict.thin
    return Draft(
        brand=brand,
        alert_class=AlertClass.IMAGE,
        rule="surge",
        scope=scope,
        subject=f"{verdict.window} h",
        severity=Severity.HIGH if grave else Severity.WARN,
        title=Sentence(
            "{brand} is mentioned {ratio} times as often as usual",
            {"brand": brand, "ratio": round(min(verdict.ratio, 999.0), 1)},
        ),
        explanation=verdict.explanation,
        figures=verdict.figures,
        thin_baseline=verdict.thin,
        evidence=tuple(evidence),
    )


def spike_draft(brand: str, scope: str, verdict: Spike, evidence: Sequence[int] = ()) -> Draft:
    """Return the draft of a spike of negative mentions."""
    grave = verdict.z is not None and verdict.z >= 10
    return Draft(
        brand=brand,
        alert_class=AlertClass.IMAGE,
        rule="negative spike",
        scope=scope,
        severity=Severity.HIGH if grave else Severity.WARN,
        title=Sentence(
            "{count} negative mentions of {brand} in half an hour",
            {"brand": brand, "count": verdict.x},
        ),
        explanation=verdict.explanation,
        figures=verdict.figures,
        thin_baseline=verdict.thin,
        evidence=tuple(evidence),
    )


def share_draft(brand: str, verdict: NegativeShare, evidence: Sequence[int] = ()) -> Draft:
    """Return the draft of a raised negative share."""
    return Draft(
        brand=brand,
        alert_class=AlertClass.IMAGE,
        rule="negative share",
        severity=Severity.HIGH if verdict.share >= 0.6 else Severity.WARN,
        title=Sentence(
            "What is said about {brand} is at least {share} % negative",
            {"brand": brand, "share": round(100 * verdict.share)},
        ),
        explanation=verdict.explanation,
        figures=verdict.figures,
        thin_baseline=verdict.thin,
        evidence=tuple(evidence),
    )


def silence_draft(brand: str, scope: str, verdict: Silence) -> Draft:
    """Return the draft of a silence."""
    return Draft(
        brand=brand,
        alert_class=AlertClass.SILENCE,
        rule="silence",
        scope=scope,
        severity=Severity.WARN,
        title=Sentence("Hardly anybody speaks of {brand}", {"brand": brand}),
        explanation=verdict.explanation,
        figures=verdict.figures,
    )


def source_draft(brand: str, source: str, trouble: SourceTrouble) -> Draft:
    """Return the draft of a source in trouble; ``source`` is its key, ``brand`` may be empty."""
    return Draft(
        brand=brand,
        alert_class=AlertClass.SOURCE,
        rule=trouble.rule,
        scope=source,
        severity=trouble.severity,
        title=trouble.title,
        explanation=trouble.explanation,
    )


def overdue_draft(brand: str, verdict: Overdue, evidence: Sequence[int] = ()) -> Draft:
    """Return the draft of overdue answers; ``evidence`` are mentions of theirs."""
    return Draft(
        brand=brand,
        alert_class=AlertClass.OVERDUE,
        rule="overdue",
        severity=verdict.severity,
        title=Sentence("Answers later than promised: {count}", {"count": len(verdict.ids)}),
        explanation=verdict.explanation,
        figures=verdict.figures,
        evidence=tuple(evidence),
        peak="x",
    )


def without_muted(drafts: Iterable[Draft], muted_rules: Collection[str]) -> tuple[Draft, ...]:
    """Return the drafts whose rule is not muted; mutes of rules hold ``rule_key`` values."""
    return tuple(d for d in drafts if rule_key(d.rule, d.brand) not in muted_rules)
