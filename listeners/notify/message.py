"""What a notification says.

Titles and explanations of alerts never hold a secret; texts of strangers are not sent at all,
only the address of the newest one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from listeners.clock import to_iso
from listeners.model import SafeText, Sentence
from listeners.risk.alert import Alert
from listeners.text import clean_line

Say = Callable[[Sentence], str]
"""Says a sentence in the language of the team."""


def plainly(sentence: Sentence) -> str:
    """Say a sentence in English, its values cleaned."""
    values = {
        name: clean_line(value) if isinstance(value, str) else value
        for name, value in sentence.values.items()
    }
    return sentence.template.format(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One notification: ``title`` on one line, ``body`` in several, ``record`` for programs.

    ``delivery`` tells one sending from another, so that a receiver can leave out what it has.
    """

    delivery: str
    title: SafeText
    body: str
    record: dict[str, object]


def message_of(
    alert: Alert, delivery: int, address: str, say: Say, why: Sentence | None = None
) -> Message:
    """Return what is said of an alert; ``address`` is that of its newest evidence, or empty.

    ``why`` says why it reaches somebody who is not on duty.
    """
    severity = _SEVERITIES[int(alert.severity)]
    title = clean_line(f"{severity}: {say(alert.title)}")
    lines = [clean_line(say(sentence), 500) for sentence in alert.explanation]
    if alert.brand:
        lines.insert(0, clean_line(alert.brand))
    if why is not None:
        lines.append(clean_line(say(why), 500))
    if address:
        lines.append(clean_line(address, 500))
    return Message(
        delivery=str(delivery),
        title=title,
        body="\n".join(lines),
        record={
            "event": "alert",
            "delivery": str(delivery),
            "alert": alert.id,
            "brand": alert.brand,
            "class": alert.alert_class.value,
            "rule": alert.rule,
            "severity": severity.lower(),
            "state": alert.state.value,
            "title": clean_line(say(alert.title)),
            "explanation": lines,
            "count": alert.count,
            "owner": alert.owner,
            "first_at": to_iso(alert.first_at),
            "last_at": to_iso(alert.last_at),
            "url": address,
        },
    )


_SEVERITIES = ("INFO", "WARN", "HIGH", "CRITICAL")
