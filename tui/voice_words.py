"""The words and figures of shares, rising words and hours, for the screen and the command alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listeners.query.tree import Raw, Tag, Words
from listeners.uncertainty import Band
from listeners.voice.hours import HeatMap
from listeners.voice.looking import WordsSaid
from listeners.voice.rising import Rising
from listeners.voice.share import Reach, Shares, Voice
from tui.i18n import _, compact, ngettext, number, percent, signed
from tui.language import language, msgid
from tui.sentiment_words import give_or_take

UNKNOWN = "–"
RANGES: Mapping[str, str] = {
    "day": msgid("24 hours"),
    "week": msgid("7 days"),
    "4weeks": msgid("28 days"),
    "quarter": msgid("90 days"),
}
"""What each stretch of ``listeners.voice.share`` is called."""
KINDS: Mapping[str, str] = {
    "": msgid("themes"),
    "word": msgid("words"),
    "phrase": msgid("phrases"),
    "tag": msgid("hashtags"),
    "emoji": msgid("emoji"),
}
COLUMNS = (
    msgid("mentions"),
    msgid("share"),
    msgid("mood"),
    msgid("reach"),
    msgid("authors"),
    msgid("growth"),
)
"""The columns of a comparison."""


def share_text(share: float | None) -> str:
    """Return a share, or a dash where nothing can be compared."""
    return UNKNOWN if share is None else percent(share)


def change_text(change: float | None) -> str:
    """Return by how much something grew: ``+12%``; a dash where there was nothing before."""
    if change is None:
        return UNKNOWN
    text = percent(abs(change))
    if text == percent(0):
        return text
    return ("+" if change > 0 else "−") + text


def mood_text(net: float | None, band: Band | None) -> str:
    """Return a net sentiment with what chance alone may do to it."""
    return UNKNOWN if net is None else f"{signed(net)} {give_or_take(band)}".rstrip()


def reach_text(reach: Reach) -> str:
    """Return how many follow those who spoke; a dash where it is known of nobody."""
    return compact(reach.followers) if reach.people > reach.unknown else UNKNOWN


def figure_texts(voice: Voice) -> tuple[str, ...]:
    """Return what stands in each of ``COLUMNS``."""
    return (
        number(voice.whole.total),
        share_text(voice.share),
        mood_text(voice.whole.net_sentiment, voice.band),
        reach_text(voice.reach),
        number(voice.reach.people),
        change_text(voice.change),
    )


def silence(voice: Voice) -> str:
    """Return why nothing is known of a brand, empty where something is."""
    if voice.whole.total or voice.before.total:
        return ""
    if not voice.configured:
        return _("no brand of the configuration has this name")
    if not voice.heard_on:
        return _("no source listens for it")
    return _("nothing was heard in this time")


def share_notes(shares: Shares, names: Mapping[str, str]) -> list[str]:
    """Return what must be known to read the shares; ``names`` are those of networks."""
    told: list[str] = []
    if len(shares.voices) < 2:
        told.append(
            _("No competitor is set up: a brand with competitor = true is listened for as one.")
        )
    elif shares.networks:
        told.append(_("Compared on: {networks}.").format(networks=_listed(shares.networks, names)))
    else:
        told.append(_("Nothing can be compared: no network hears two of them."))
    for network, missing in shares.left_out.items():
        told.append(
            _("Left out: {network}, where {brands} is not heard.").format(
                network=names.get(network, network), brands=", ".join(missing)
            )
        )
    unknown = sum(voice.reach.unknown for voice in shares.voices)
    if unknown:
        said = ngettext(
            "Reach leaves out {count} person whose followers are not known.",
            "Reach leaves out {count} people whose followers are not known.",
            unknown,
        )
        told.append(said.format(count=number(unknown)))
    return told


def _listed(networks: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(network, network) for network in networks)


def times_text(one: Rising, *, against: bool = False) -> str:
    """Return how much more often a term is said than usually, or than of the other brand."""
    if one.z is None:
        return ""
    if one.times is None:
        return _("only here") if against else _("not said before")
    times = number(one.times, 0 if one.times >= 10 else 1)
    if against:
        return _("{times} times as often").format(times=times)
    return _("{times} times the usual").format(times=times)


def words_title(found: WordsSaid, kind: str) -> str:
    """Return what the list of words shows."""
    if found.against:
        said = _("Said of {brand}, less of {other}: {kind}")
        return said.format(brand=found.brand, other=found.against, kind=_(KINDS[kind]))
    if found.done and found.thin:
        return _("Said most: {kind}").format(kind=_(KINDS[kind]))
    return _("Rising: {kind}").format(kind=_(KINDS[kind]))


def words_notes(found: WordsSaid) -> list[str]:
    """Return what must be known to read the words."""
    told: list[str] = []
    if found.done and found.thin:
        told.append(
            _("Too little of {brand} to compare with: this is what is said most.").format(
                brand=found.against
            )
            if found.against
            else _("Too little was heard in the four weeks before: this is what is said most.")
        )
    if found.cut:
        told.append(_("Only the newest 20,000 mentions were read on a side."))
    return told


def words_empty(found: WordsSaid) -> tuple[str, str]:
    """Return what an empty list of words says, and what to do."""
    if not found.mentions:
        return _("Nothing was heard in this time."), _("A longer time may hold more.")
    return (
        _("Nothing is said more than usual."),
        _("A word is told from three people on, none of whom said it alone."),
    )


def query_of(one: Rising) -> str:
    """Return the search that finds a term."""
    text = one.written
    match one.term.kind:
        case "tag":
            return str(Tag(text.lstrip("#")))
        case "emoji":
            return str(Raw(text))
        case _:
            return str(Words(text))


def hour_name(weekday: int, hour: int) -> str:
    """Return an hour of the week: ``Tue 18:00``, ``mar. 18 h``."""
    from tui.formats import weekday as named

    said = f"{hour}\u00a0h" if language() == "fr" else f"{hour:02}:00"
    return f"{named(weekday)} {said}"


def hours_sentences(heat: HeatMap) -> list[str]:
    """Return when people speak most, and when nobody answers them."""
    busiest, alone = heat.busiest(), heat.unanswered()
    if not heat.total:
        return [_("Nothing was heard in four weeks.")]
    told: list[str] = []
    if busiest:
        told.append(_("People speak most: {hours}.").format(hours=_hours(busiest)))
    else:
        told.append(_("No hour stands out."))
    if alone:
        told.append(_("Much is said and nobody answers: {hours}.").format(hours=_hours(alone)))
    return told


def _hours(hours: Iterable[tuple[int, int]]) -> str:
    return ", ".join(hour_name(weekday, hour) for weekday, hour in hours)
