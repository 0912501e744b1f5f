"""How long what a source brings is kept, in words."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.config import Config, SourceConfig
from listeners.keeping import kept_days
from listeners.model import HOUR
from listeners.networks.registry import keep_hours
from listeners.terms import kept_for
from tui.i18n import _, ngettext, number

_A_DAY = 24


def kept_words(source: SourceConfig | None, network: str, everywhere: int) -> str:
    """Return for how long a source is kept, ``everywhere`` as ``[retention] days`` says."""
    days = kept_days(source, everywhere)
    whole = (
        _("for ever")
        if days is None
        else ngettext("{count} day", "{count} days", days).format(count=number(days))
    )
    words = kept_for(keep_hours(network), source)
    if words is None or (days is not None and words >= days * _A_DAY * HOUR):
        return whole
    hours = words // HOUR
    span = (
        ngettext("{count} day", "{count} days", hours // _A_DAY).format(
            count=number(hours // _A_DAY)
        )
        if hours % _A_DAY == 0
        else ngettext("{count} hour", "{count} hours", hours).format(count=number(hours))
    )
    return _("words and names {span}, counts {whole}").format(span=span, whole=whole)


def kept_of_all(config: Config) -> Iterable[tuple[str, str]]:
    """Return for how long things are kept, each with the sources that are kept so long."""
    found: dict[str, list[str]] = {}
    for source in config.sources:
        told = kept_words(source, source.network, config.retention_days)
        found.setdefault(told, []).append(source.key)
    return [(told, ", ".join(keys)) for told, keys in found.items()]
