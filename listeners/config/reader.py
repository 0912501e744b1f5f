"""Turns the TOML document into typed values, with the line of whatever is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from listeners.config.extending import ExtensionError, hooks_of, macros_of, pipes_of
from listeners.config.false_alarms import AlarmsConfig, alarms_of
from listeners.config.maintenance import windows_of
from listeners.config.notifying import notify_of
from listeners.config.profile import groups_of
from listeners.config.risking import severities_of, words_of
from listeners.config.staging import stages_of
from listeners.config.types import (
    USUAL_TARGETS,
    Audience,
    BrandConfig,
    Config,
    ConfigError,
    SourceConfig,
    Targets,
)
from listeners.conversations.clock import BusinessHours
from listeners.model import Sentence
from listeners.secret import Secret, SecretError
from listeners.text import clean_line

T = TypeVar("T")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_CONFIG_KEYS = (
    "language",
    "member",
    "theme",
    "emoji",
    "brand",
    "source",
    "team",
    "retention",
    "keys",
    "macros",
    "pipe",
    "hooks",
    "notify",
    "maintenance",
)
_BRAND_KEYS = (
    "query",
    "exclude",
    "names",
    "handles",
    "websites",
    "competitors",
    "confidential",
    "addresses",
    "journalists",
    "vips",
    "people",
    "known_accounts",
    "known_hosts",
    "languages",
    "audience",
    "tone",
    "group",
    "competitor",
    "plain_sentiment",
    "hours",
    "targets",
    "alerts",
    "severity",
    "words",
    "stages",
)
_SOURCE_KEYS = ("network", "what", "base_url", "token", "interval", "brand", "keep_days")


class Reader:
    """Reads one document; its text is kept to find lines in, its path to name in errors."""

    def __init__(self, text: str, path: Path) -> None:
        self._lines = text.splitlines()
        self._path = path

    def config(self, document: Mapping[str, object]) -> Config:
        """Return the whole configuration.

        Raises:
            ConfigError: something in it is wrong.
        """
        self._known(document, _CONFIG_KEYS, "")
        team = self._table(document, "team")
        self._known(team, ("members", "leads", "observers"), "team")
        self._team(document, team)
        retention = self._table(document, "retention")
        self._known(retention, ("days", "raw"), "retention")
        keys = self._table(document, "keys")
        brands = tuple(
            self._brand(name, self._as_table(body, name))
            for name, body in self._table(document, "brand").items()
        )
        emoji = self._word(document, "emoji", ("full", "plain"), "full")
        try:
            macros, pipes, hooks = macros_of(document), pipes_of(document), hooks_of(document)
            notify = notify_of(document)
            maintenance = windows_of(document, {brand.name: brand.hours.zone for brand in brands})
        except ExtensionError as error:
            where = f"{self._path}:{self._line_of(error.key)}"
            raise ConfigError(error.sentence, where) from error
        return Config(
            brands=brands,
            sources=self._sources(document.get("source", []), {brand.name for brand in brands}),
            member=self._text(document, "member"),
            members=self._texts(team, "members"),
            leads=self._texts(team, "leads"),
            observers=self._texts(team, "observers"),
            language=self._word(document, "language", ("", "en", "fr"), ""),
            theme=self._text(document, "theme"),
            emoji=cast('Literal["full", "plain"]', emoji),
            retention_days=self._count(retention, "days", 0),
            keep_raw=self._flag(retention, "raw", default=True),
            notify=notify,
            keys={action: self._text(keys, action) for action in keys},
            macros=macros,
            pipes=pipes,
            hooks=hooks,
            maintenance=maintenance,
            path=self._path,
        )

    def _team(self, document: Mapping[str, object], team: Mapping[str, object]) -> None:
        """Refuse a name that is not a member's, and a member who both leads and observes."""
        members, leads = self._texts(team, "members"), self._texts(team, "leads")
        observers = self._texts(team, "observers")
        if "" in members or "hubbub" in members:
            raise self._wrong("members", "A member needs a name, and hubbub is nobody's.")
        named = [
            (key, name)
            for key, names in (("leads", leads), ("observers", observers))
            for name in names
        ]
        if members and self._text(document, "member"):
            named.append(("member", self._text(document, "member")))
        for key, name in named:
            if name not in members:
                raise self._wrong(
                    key,
                    "There is nobody called {who} in the team: {members}.",
                    who=name,
                    members=", ".join(members),
                )
            if name in leads and name in observers:
                raise self._wrong(
                    "observers", "{who} cannot both lead the team and only observe.", who=name
                )

    def _brand(self, name: str, table: Mapping[str, object]) -> BrandConfig:
        self._known(table, _BRAND_KEYS, name)
        handles = self._table(table, "handles")
        audience = self._word(table, "audience", ("b2b", "b2c", "both"), "both")
        return BrandConfig(
            name=name,
            query=self._text(table, "query"),
            exclude=self._text(table, "exclude"),
            names=self._texts(table, "names") or (name,),
            handles={network: self._texts(handles, network) for network in handles},
            websites=self._texts(table, "websites"),
            competitors=self._texts(table, "competitors"),
            confidential=self._texts(table, "confidential"),
            addresses=self._texts(table, "addresses"),
            journalists=self._texts(table, "journalists"),
            vips=self._texts(table, "vips"),
            people=self._texts(table, "people"),
            known_accounts=self._texts(table, "known_accounts"),
            known_hosts=self._texts(table, "known_hosts"),
            languages=self._texts(table, "languages") or ("en", "fr"),
            audience=cast(Audience, audience),
            tone=str(clean_line(self._text(table, "tone"), 200)),
            groups=self._extended(groups_of, table.get("group", [])),
            competitor=self._flag(table, "competitor", default=False),
            plain_sentiment=self._flag(table, "plain_sentiment", default=False),
            hours=self._hours(self._table(table, "hours")),
            targets=self._targets(self._table(table, "targets"), audience),
            alarms=self._alarms(self._table(table, "alerts")),
            severities=self._extended(severities_of, table.get("severity", {})),
            words=self._extended(words_of, table.get("words", {})),
            stages=self._extended(stages_of, table.get("stages", {})),
        )

    def _extended(self, read: Callable[[object], T], value: object) -> T:
        try:
            return read(value)
        except ExtensionError as error:
            where = f"{self._path}:{self._line_of(error.key)}"
            raise ConfigError(error.sentence, where) from error

    def _alarms(self, table: Mapping[str, object]) -> AlarmsConfig:
        try:
            return alarms_of(table)
        except ExtensionError as error:
            where = f"{self._path}:{self._line_of(error.key)}"
            raise ConfigError(error.sentence, where) from error

    def _sources(self, value: object, brands: set[str]) -> tuple[SourceConfig, ...]:
        if not isinstance(value, list):
            raise self._wrong("source", "Sources are written as [[source]] tables.")
        sources = tuple(self._source(self._as_table(entry, "source"), brands) for entry in value)
        seen: set[str] = set()
        for source in sources:
            if source.key in seen:
                raise self._wrong("what", "The source {key} is there twice.", key=source.key)
            seen.add(source.key)
        return sources

    def _source(self, table: Mapping[str, object], brands: set[str]) -> SourceConfig:
        network = self._text(table, "network")
        if not network:
            raise self._wrong("source", 'A source needs its network, such as network = "feeds".')
        brand = self._text(table, "brand")
        if brand and brand not in brands:
            raise self._wrong("brand", "There is no brand {brand}.", brand=brand)
        token = self._text(table, "token")
        interval = table.get("interval")
        return SourceConfig(
            network=network,
            what=self._text(table, "what"),
            base_url=self._text(table, "base_url").rstrip("/"),
            token=self._secret(token) if token else None,
            interval=None if interval is None else float(self._seconds(table, "interval", 0)),
            brand=brand,
            keep_days=self._count(table, "keep_days", 0),
            options={key: value for key, value in table.items() if key not in _SOURCE_KEYS},
        )

    def _secret(self, reference: str) -> Secret:
        try:
            return Secret(reference)
        except SecretError as error:
            raise self._wrong("token", error.sentence.template) from error

    def _hours(self, table: Mapping[str, object]) -> BusinessHours:
        if not table:
            return BusinessHours()
        self._known(table, ("zone", "holidays", *_DAYS), "hours")
        zone = self._text(table, "zone") or "UTC"
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self._wrong(
                "zone", "{zone} is not a time zone; write one such as Europe/Paris.", zone=zone
            ) from error
        return BusinessHours(
            zone=zone,
            week=tuple(
                tuple(self._block(day, block) for block in self._texts(table, day)) for day in _DAYS
            ),
            holidays=frozenset(self._day(item) for item in self._list(table, "holidays")),
        )

    def _block(self, day: str, text: str) -> tuple[int, int]:
        opens, dash, closes = text.partition("-")
        try:
            block = _minutes(opens), _minutes(closes)
        except ValueError:
            block = (0, 0)
        if not dash or block[0] >= block[1]:
            raise self._wrong(
                day, 'Opening hours are written as "09:00-12:30"; got {text}.', text=text
            )
        return block

    def _day(self, value: object) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise self._wrong(
                "holidays", "A holiday is written as 2026-12-25; got {text}.", text=str(value)
            ) from error

    def _targets(self, table: Mapping[str, object], audience: str) -> Targets:
        self._known(table, ("first", "next", "urgent"), "targets")
        usual = USUAL_TARGETS[audience]
        return Targets(
            first=self._seconds(table, "first", usual.first),
            next=self._seconds(table, "next", usual.next),
            urgent=self._seconds(table, "urgent", usual.urgent),
        )

    def _seconds(self, table: Mapping[str, object], key: str, usual: int) -> int:
        """Read a duration: seconds as a number, or text such as ``90s``, ``30m``, ``4h``."""
        value = table.get(key, usual)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
            return int(value)
        if isinstance(value, str):
            number = value.strip().rstrip("smindh")
            unit = value.strip()[len(number) :]
            if number.isdigit() and unit in _UNITS:
                return int(number) * _UNITS[unit]
        raise self._wrong(key, "{key} is a duration such as 30m or 4h.", key=key)

    def _text(self, table: Mapping[str, object], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self._wrong(key, "{key} must be text in quotes.", key=key)
        return value

    def _texts(self, table: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self._wrong(
                key, '{key} must be a list of texts, such as ["one", "two"].', key=key
            )
        return tuple(cast("list[str]", items))

    def _list(self, table: Mapping[str, object], key: str) -> list[object]:
        value = table.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "{key} must be a list.", key=key)
        return cast("list[object]", value)

    def _count(self, table: Mapping[str, object], key: str, usual: int) -> int:
        value = table.get(key, usual)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(key, "{key} must be a whole number, 0 or more.", key=key)
        return value

    def _flag(self, table: Mapping[str, object], key: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "{key} must be true or false.", key=key)
        return value

    def _word(self, table: Mapping[str, object], key: str, words: Sequence[str], usual: str) -> str:
        value = table.get(key, usual)
        if value not in words:
            raise self._wrong(
                key,
                "{key} must be one of: {words}.",
                key=key,
                words=", ".join(word for word in words if word),
            )
        return str(value)

    def _table(self, table: Mapping[str, object], key: str) -> Mapping[str, object]:
        return self._as_table(table.get(key, {}), key)

    def _as_table(self, value: object, key: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self._wrong(key, "{key} must be a table.", key=key)
        return cast("Mapping[str, object]", value)

    def _known(self, table: Mapping[str, object], known: Sequence[str], where: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = near[0] if near else ", ".join(known)
                raise self._wrong(
                    key,
                    "{key} is not a setting here; did you mean {hint}?",
                    key=f"{where}.{key}" if where else key,
                    hint=hint,
                )

    def _wrong(self, key: str, template: str, /, **values: str) -> ConfigError:
        return ConfigError(Sentence(template, values), f"{self._path}:{self._line_of(key)}")

    def _line_of(self, key: str) -> int:
        """Return the first line on which this key or table stands; 1 if it cannot be told."""
        for number, line in enumerate(self._lines, 1):
            head = line.strip().strip("[]").split("=")[0].strip().strip("\"'")
            if head == key or head.split(".")[-1].strip("\"'") == key or f"{key} =" in line:
                return number
        return 1


def _minutes(text: str) -> int:
    """Return minutes since midnight of ``HH:MM``; 24:00 is the end of the day."""
    hours, _, minutes = text.strip().partition(":")
    total = int(hours) * 60 + int(minutes or 0)
    if not 0 <= total <= 24 * 60:
        raise ValueError(text)
    return total
