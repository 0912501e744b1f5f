"""``[notify]``: which alerts reach people away from the screen, when, and by which channels."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listeners.config.extending import ExtensionError
from listeners.model import AlertClass, Sentence, Severity
from listeners.secret import Secret, SecretError

ChannelKind = Literal["webhook", "mail", "command", "apprise"]
KINDS: tuple[ChannelKind, ...] = ("webhook", "mail", "command", "apprise")
SEVERITIES = {severity.name.lower(): severity for severity in Severity}
TLS = ("starttls", "tls", "none")

_COMMON = ("severity", "classes", "brands", "members", "on_duty")
_KEYS: Mapping[ChannelKind, tuple[str, ...]] = {
    "webhook": ("url", "secret", "allow_private"),
    "mail": ("to", "from", "host", "port", "user", "password", "tls"),
    "command": ("command",),
    "apprise": ("urls",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """One way to reach somebody. ``severity`` is the least it carries.

    ``members`` are those it reaches; ``on_duty`` lets it ring only while one of them is on duty.
    Which of the other fields are used depends on ``kind``: ``url`` and ``secret`` (webhook),
    ``to`` to ``tls`` (mail), ``command``, ``urls`` (Apprise addresses, each a secret).
    """

    kind: ChannelKind
    name: str
    severity: Severity
    classes: frozenset[AlertClass] = frozenset()
    brands: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()
    on_duty: bool = False
    url: str = ""
    secret: Secret | None = None
    allow_private: bool = False
    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: Secret | None = None
    tls: str = "starttls"
    command: tuple[str, ...] = ()
    urls: tuple[Secret, ...] = ()

    @property
    def key(self) -> str:
        """The lasting name of the channel in the store."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyConfig:
    """All channels, and the hours in which only the gravest goes out.

    ``quiet`` is (from, to) in minutes since midnight in ``zone``, ``None`` for no quiet hours; it
    may reach over midnight. ``quiet_severity`` goes out all the same. What nobody took up for
    ``escalate_minutes`` rings for those who have a turn and are not on duty; 0: never.
    """

    channels: tuple[ChannelConfig, ...] = ()
    quiet: tuple[int, int] | None = None
    quiet_severity: Severity = Severity.CRITICAL
    zone: str = "UTC"
    escalate_minutes: int = 0


def notify_of(document: Mapping[str, object]) -> NotifyConfig:
    """Read ``[notify]``.

    Raises:
        ExtensionError: something in it cannot be used as it is written.
    """
    table = _table(document, "notify")
    _known(
        table,
        ("severity", "quiet", "quiet_severity", "zone", "escalate_minutes", *KINDS),
        "notify",
    )
    usual = _severity(table, "severity", Severity.HIGH)
    zone = _text(table, "zone") or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ExtensionError(
            "zone",
            Sentence("{zone} is not a time zone; write one such as Europe/Paris.", {"zone": zone}),
        ) from error
    channels = tuple(
        _channel(kind, name, body, usual)
        for kind in KINDS
        for name, body in _table(table, kind).items()
    )
    _of_the_team(channels, _texts(_table(document, "team"), "members"))
    return NotifyConfig(
        channels=channels,
        quiet=_quiet(_text(table, "quiet")),
        quiet_severity=_severity(table, "quiet_severity", Severity.CRITICAL),
        zone=zone,
        escalate_minutes=_minutes_of(table),
    )


def _of_the_team(channels: Sequence[ChannelConfig], team: Sequence[str]) -> None:
    """Refuse a channel of somebody whom the team does not know."""
    for channel in channels:
        for name in channel.members:
            if team and name not in team:
                raise _wrong(
                    "members",
                    Sentence(
                        "There is nobody called {who} in the team: {members}.",
                        {"who": name, "members": ", ".join(team)},
                    ),
                )


def _minutes_of(table: Mapping[str, object]) -> int:
    minutes = table.get("escalate_minutes", 0)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= 240:
        raise _wrong(
            "escalate_minutes", Sentence("escalate_minutes must be a number from 0 to 240.")
        )
    return minutes


def _channel(kind: ChannelKind, name: str, body: object, usual: Severity) -> ChannelConfig:
    if not isinstance(body, dict):
        raise _wrong(
            name,
            Sentence("A channel is written as a table [notify.{kind}.NAME].", {"kind": kind}),
        )
    table = cast("Mapping[str, object]", body)
    _known(table, (*_COMMON, *_KEYS[kind]), f"notify.{kind}.{name}")
    made = ChannelConfig(
        kind=kind,
        name=name,
        severity=_severity(table, "severity", usual),
        classes=frozenset(_class(one) for one in _texts(table, "classes")),
        brands=frozenset(_texts(table, "brands")),
        members=_texts(table, "members"),
        on_duty=table.get("on_duty") is True,
        url=_text(table, "url"),
        secret=_secret(table, "secret"),
        allow_private=table.get("allow_private") is True,
        to=_texts(table, "to"),
        sender=_text(table, "from"),
        host=_text(table, "host"),
        port=_port(table),
        user=_text(table, "user"),
        password=_secret(table, "password"),
        tls=_text(table, "tls") or "starttls",
        command=_texts(table, "command"),
        urls=tuple(_reference("urls", one) for one in _texts(table, "urls")),
    )
    needed = {
        "webhook": made.url,
        "mail": made.to and made.host and made.sender,
        "command": made.command,
        "apprise": made.urls,
    }
    if not needed[kind]:
        raise _wrong(name, _MISSING[kind])
    if made.on_duty and not made.members:
        raise _wrong(
            name,
            Sentence('A channel with on_duty needs members: whose it is, such as ["Ana"].'),
        )
    if made.tls not in TLS:
        raise _wrong("tls", Sentence("tls must be one of: {words}.", {"words": ", ".join(TLS)}))
    return made


_MISSING = {
    "webhook": Sentence("A webhook needs its url."),
    "mail": Sentence("A mail channel needs to, from and host."),
    "command": Sentence('A command is a list of words, such as ["notify-send", "hubbub"].'),
    "apprise": Sentence("An Apprise channel needs urls, each written as a secret."),
}


def _quiet(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    begins, dash, ends = text.partition("-")
    try:
        block = _minutes(begins), _minutes(ends)
    except ValueError:
        block = (0, 0)
    if not dash or block[0] == block[1]:
        raise _wrong(
            "quiet",
            Sentence('Quiet hours are written as "22:00-07:00"; got {text}.', {"text": text}),
        )
    return block


def _minutes(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    total = int(hours) * 60 + int(minutes or 0)
    if not 0 <= total < 24 * 60:
        raise ValueError(text)
    return total


def _severity(table: Mapping[str, object], key: str, usual: Severity) -> Severity:
    word = _text(table, key)
    if not word:
        return usual
    if word not in SEVERITIES:
        raise _wrong(
            key,
            Sentence(
                "{key} must be one of: {words}.", {"key": key, "words": ", ".join(SEVERITIES)}
            ),
        )
    return SEVERITIES[word]


def _class(word: str) -> AlertClass:
    try:
        return AlertClass(word)
    except ValueError as error:
        words = ", ".join(one.value for one in AlertClass)
        raise _wrong(
            "classes",
            Sentence("{key} must be one of: {words}.", {"key": "classes", "words": words}),
        ) from error


def _secret(table: Mapping[str, object], key: str) -> Secret | None:
    reference = _text(table, key)
    return _reference(key, reference) if reference else None


def _reference(key: str, reference: str) -> Secret:
    try:
        return Secret(reference)
    except SecretError as error:
        raise _wrong(key, error.sentence) from error


def _port(table: Mapping[str, object]) -> int:
    port = table.get("port", 0)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port < 65536:
        raise _wrong("port", Sentence("port must be a number up to 65535."))
    return port


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise _wrong(key, Sentence("{key} must be text in quotes.", {"key": key}))
    return value.strip()


def _texts(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(one, str) for one in items):
        raise _wrong(
            key,
            Sentence('{key} must be a list of texts, such as ["one", "two"].', {"key": key}),
        )
    return tuple(items)


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key, {})
    if not isinstance(value, dict):
        raise _wrong(key, Sentence("{key} must be a table.", {"key": key}))
    return value


def _known(table: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            raise _wrong(
                key,
                Sentence(
                    "{key} is not a setting here; did you mean {hint}?",
                    {"key": f"{where}.{key}", "hint": near[0] if near else ", ".join(known)},
                ),
            )


def _wrong(key: str, sentence: Sentence) -> ExtensionError:
    return ExtensionError(key, sentence)
