"""``hubbub stats``: the figures of the dashboard."""

from __future__ import annotations

import argparse

from listeners.clock import utc_now
from listeners.model import DAY, AlertState, ConversationState, Micros, Severity
from listeners.rows import Bucket, StatusLine
from listeners.store import Store, reads
from listeners.store.filters import AlertFilter, QueueFilter
from listeners.uncertainty import negative_at_least, net_band
from tui.commands import DONE
from tui.commands.common import Settings, reading, settings
from tui.commands.output import Record
from tui.i18n import _, number, percent, signed
from tui.sentiment_words import give_or_take
from tui.terminal.ending import run_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the brand."""
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only of this brand"))


def run(arguments: argparse.Namespace) -> int:
    """Show the figures."""
    return run_to_end(_show(arguments.brand, settings(arguments)))


async def _show(brand: str, known: Settings) -> int:
    now = utc_now()
    async with reading(known) as store:
        figures = await reads.status_line(store, brand, now)
        networks = await reads.by_network(store, brand, Micros(now - DAY))
        stored = await totals(store, brand)
    if known.output.for_people:
        _tell(known, figures, networks, stored)
    else:
        known.output.record({**stored, **_record(figures, networks)})
    return DONE


async def totals(store: Store, brand: str = "") -> dict[str, int]:
    """Return how many mentions, conversations and alerts are stored, in any state."""
    networks = await reads.by_network(store, brand, Micros(0))
    conversations = 0
    for state in ConversationState:
        conversations += len(
            await reads.queue_ids(store, QueueFilter(brand=brand, states=(state,)))
        )
    alerts = await reads.alert_ids(store, AlertFilter(brand=brand, states=tuple(AlertState)))
    return {
        "mentions": sum(bucket.total for bucket in networks.values()),
        "conversations": conversations,
        "alerts": len(alerts),
    }


def _record(figures: StatusLine, networks: dict[str, Bucket]) -> Record:
    return {
        "mood": figures.mood,
        "mood_usual": figures.mood_usual,
        "rate": figures.rate,
        "rate_usual": figures.rate_usual,
        "mood_band": _band(figures.stretch),
        "mood_scored": figures.stretch.scored if figures.stretch else 0,
        "unscored_share": figures.unscored_share,
        "negative_share_at_least": negative_at_least(figures.stretch),
        "open": figures.open,
        "overdue": figures.overdue,
        "due_soon": figures.due_soon,
        "alerts_by_severity": {
            severity.name.lower(): figures.alerts.get(severity, 0) for severity in Severity
        },
        "sources": figures.sources_total,
        "sources_in_trouble": list(figures.sources_trouble),
        "catching_up": figures.catching_up,
        "networks": {
            network: {
                "total": bucket.total,
                "negative": bucket.negative,
                "neutral": bucket.neutral,
                "positive": bucket.positive,
                "unscored": bucket.unscored,
                "net_sentiment": bucket.net_sentiment,
                "net_band": _band(bucket),
            }
            for network, bucket in networks.items()
        },
    }


def _tell(
    known: Settings, figures: StatusLine, networks: dict[str, Bucket], stored: dict[str, int]
) -> None:
    line = known.output.line
    usual = _("usual {value}")
    mood = "—" if figures.mood is None else signed(figures.mood)
    if figures.mood is not None and (off := give_or_take(net_band(figures.stretch))):
        mood += f" {off}"
    least = negative_at_least(figures.stretch)
    if figures.mood_usual is not None:
        mood += f" ({usual.format(value=signed(figures.mood_usual))})"
    rate = number(figures.rate, 1)
    if figures.rate_usual is not None:
        rate += f" ({usual.format(value=number(figures.rate_usual, 1))})"
    live = sum(figures.alerts.values())
    rows = [
        (_("mood"), mood),
        (_("mentions an hour"), rate),
        (_("unscored"), percent(figures.unscored_share)),
        (_("negative, at least"), "—" if least is None else percent(least)),
        (_("open"), number(figures.open)),
        (_("overdue"), number(figures.overdue)),
        (_("due soon"), number(figures.due_soon)),
        (_("alerts"), number(live)),
        (_("sources"), number(figures.sources_total)),
        (_("sources in trouble"), ", ".join(figures.sources_trouble) or "0"),
        (_("stored mentions"), number(stored["mentions"])),
        (_("stored conversations"), number(stored["conversations"])),
        (_("stored alerts"), number(stored["alerts"])),
    ]
    rows += [
        (network, f"{number(bucket.total)}  {_mood(bucket)}")
        for network, bucket in sorted(networks.items(), key=lambda item: -item[1].total)
    ]
    width = max(len(name) for name, _value in rows)
    for name, value in rows:
        line(f"{name:<{width}}  {value}")


def _mood(bucket: Bucket) -> str:
    if bucket.net_sentiment is None:
        return "—"
    return f"{signed(bucket.net_sentiment)} {give_or_take(net_band(bucket))}"


def _band(bucket: Bucket | None) -> list[float] | None:
    band = net_band(bucket)
    return None if band is None else [round(band.low, 4), round(band.high, 4)]
