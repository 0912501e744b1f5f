"""The shapes scripts rely on: what JSON and CSV hold of a report."""

from __future__ import annotations

from listeners.reports.period import Heard, Report, change, mood_change
from listeners.rows import Bucket
from listeners.store.report import Missed, Moved, Spoke
from tui.commands.campaign_records import figures_record
from tui.commands.output import Record
from tui.commands.records import alert_record, when
from tui.commands.voice import share_record
from tui.i18n import say


def report_record(report: Report) -> Record:
    """Return every figure of a report."""
    found, waits = report.responses, report.decisions
    return {
        "brand": report.brand,
        "kind": report.stretch.kind,
        "name": report.stretch.name,
        "since": when(report.stretch.since),
        "until": when(report.until),
        "over": not report.stretch.goes_on(report.made_at),
        "made_at": when(report.made_at),
        "mentions": heard_record(report.heard),
        "before": heard_record(report.before),
        "usual": heard_record(report.usual) if report.usual is not None else None,
        "growth": change(report.heard, report.before),
        "mood_moved": mood_change(report.heard, report.before),
        "days": [
            {"day": when(at), **bucket_record(Heard(networks, 1.0).whole)}
            for at, networks in report.days
        ],
        "networks": {name: bucket_record(one) for name, one in report.heard.networks.items()},
        "conversations": {
            "asked": report.opened,
            "asked_before": report.opened_before,
            "answers": found.answered,
            "median_first_seconds": found.median_first,
            "target_seconds": report.target,
            "within_target": found.within,
            "waiting_now": found.waiting,
            "overdue_now": found.overdue,
        },
        "alerts": [{**alert_record(one.row), "note": one.note} for one in report.alerts],
        "people": {
            "spoke": len(report.spoke),
            "spoke_before": report.spoke_before,
            "new": len(report.new_people),
            "notable": [spoke_record(one) for one in report.notable],
        },
        "stages": dict(report.funnel),
        "moves": [
            {"was": was or None, "stage": stage, "people": count}
            for (was, stage), count in sorted(report.ways.items())
        ],
        "campaigns": [
            {"name": one.campaign.name, **figures_record(one)} for one in report.campaigns
        ],
        "planning": {
            "planned": len(report.planned),
            "done": len(report.done),
            "late": len(report.late),
            "to_come": len(report.to_come),
        },
        "cadence": [
            {"channel": one.channel, "target": one.target, "posted": list(one.posted)}
            for one in report.cadence
        ],
        "voice": [share_record(one, report.shares) for one in report.shares.voices],
        "rising": [
            {"term": one.written, "mentions": one.now, "people": one.authors, "times": one.times}
            for one in report.words.risen
        ],
        "to_decide": {
            "alerts": [one.id for one in waits.alerts],
            "overdue": [one.id for one in waits.overdue],
            "late": [one.id for one in waits.late],
            "drafts": [one.id for one in waits.drafts],
            "uncertain_replies": [one.id for one in waits.uncertain],
            "without_duty": [
                {"from": when(one.from_at), "to": when(one.to_at)} for one in waits.unheld
            ],
            "channels": [one.cadence.channel for one in waits.channels],
            "advice": [{"what": one.what, "network": one.network} for one in waits.advice],
        },
        "sources_in_trouble": [one.key for one in report.troubled],
        "gaps": [missed_record(one) for one in report.missed],
    }


def heard_record(heard: Heard) -> dict[str, object]:
    """Return what was heard in one stretch."""
    band = heard.band
    return {
        **bucket_record(heard.whole),
        "days": heard.days,
        "a_day": heard.a_day,
        "net_low": band.low if band is not None else None,
        "net_high": band.high if band is not None else None,
    }


def bucket_record(bucket: Bucket) -> dict[str, object]:
    """Return one count."""
    return {
        "mentions": bucket.total,
        "negative": bucket.negative,
        "neutral": bucket.neutral,
        "positive": bucket.positive,
        "unscored": bucket.unscored,
        "net_sentiment": bucket.net_sentiment,
    }


def spoke_record(one: Spoke) -> Record:
    """Return somebody who spoke."""
    return {
        "person": one.person,
        "name": one.name,
        "role": one.role,
        "outlet": one.outlet,
        "reach": one.reach,
        "mentions": one.mentions,
        "new": one.new,
    }


def moved_record(one: Moved) -> Record:
    """Return one move."""
    return {
        "person": one.person,
        "name": one.name,
        "at": when(one.at),
        "was": one.was or None,
        "stage": one.stage,
        "by_hand": one.by_hand,
    }


def missed_record(one: Missed) -> Record:
    """Return one gap."""
    return {
        "source": one.key,
        "network": one.network,
        "from": when(one.from_at),
        "to": when(one.to_at),
        "reason": say(one.reason),
        "filled": one.filled,
    }
