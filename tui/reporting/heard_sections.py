"""What was heard, and in which mood: the sections of volume, mood, voice and words."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.networks.titles import network_title
from listeners.reports.period import WORDS, Heard, Report, change, mood_change
from listeners.rows import Bucket
from tui.i18n import _, number, percent, signed
from tui.reporting.days import short_day
from tui.reporting.document import Block, Cell, Chart, Grid, Section, Series, Text, Tone
from tui.reporting.tracing import Tracing
from tui.sentiment_words import give_or_take
from tui.terminal.opener import check_link
from tui.voice_words import (
    COLUMNS,
    UNKNOWN,
    change_text,
    figure_texts,
    share_notes,
    silence,
    times_text,
    words_empty,
    words_notes,
)
from tui.words import word

_LABELS: tuple[Tone, ...] = ("negative", "neutral", "positive", "unscored")


def label_word(label: Tone) -> str:
    """Return the word of a sentiment."""
    from listeners.model import Label

    return word(Label(label))


def volume(report: Report, tracing: Tracing) -> Section:
    """How much was heard, by day and by network, against before and against usual."""
    bucket = report.heard.whole
    if not bucket.total:
        return Section(_("Volume"), [Text(_nothing(report))])
    rows = [
        [
            Cell(_("mentions")),
            Cell(number(bucket.total), tracing.mentions()),
            Cell(number(report.before.whole.total)),
            Cell(change_text(change(report.heard, report.before))),
        ],
        [
            Cell(_("a day")),
            Cell(_a_day(report.heard)),
            Cell(_a_day(report.before)),
            Cell(change_text(change(report.heard, report.before))),
        ],
    ]
    blocks: list[Block] = [Grid(["", _("now"), _("before"), _("growth")], rows)]
    blocks.append(Text(_usual_volume(report), note=True))
    blocks.append(_chart(_("Mentions by day"), report, [("plain", _("mentions"))]))
    return Section(_("Volume"), blocks)


def networks(report: Report, tracing: Tracing) -> Section:
    """What was heard on each network."""
    before = report.before.networks
    rows = [
        [
            Cell(network_title(name)),
            Cell(number(one.total), tracing.mentions(network=name)),
            Cell(number(before[name].total) if name in before else UNKNOWN),
            Cell(percent(one.total / report.heard.whole.total)),
            Cell(_net(one)),
        ]
        for name, one in sorted(
            report.heard.networks.items(), key=lambda item: (-item[1].total, item[0])
        )
    ]
    if not rows:
        return Section(_("Networks"), [Text(_nothing(report))])
    head = [_("network"), _("mentions"), _("before"), _("of all"), _("net sentiment")]
    return Section(_("Networks"), [Grid(head, rows)])


def mood(report: Report, tracing: Tracing) -> Section:
    """Net sentiment with what chance may do to it, against before and against usual."""
    bucket = report.heard.whole
    if report.heard.net is None:
        told = _("Nothing that was heard has a sentiment.") if bucket.total else _nothing(report)
        return Section(_("Mood"), [Text(told)])
    rows = [
        [Cell(_("net sentiment")), *(Cell(_net_of(one)) for one in (report.heard, report.before))],
        *(
            [
                Cell(label_word(label)),
                Cell(number(getattr(bucket, label)), tracing.mentions(label=label)),
                Cell(number(getattr(report.before.whole, label))),
            ]
            for label in _LABELS
        ),
    ]
    blocks: list[Block] = [
        Grid(["", _("now"), _("before")], rows),
        Text(
            _(
                "Net sentiment is positive less negative, of all that have a sentiment; ± is what "
                "chance alone may do to it."
            ),
            note=True,
        ),
        Text(_usual_mood(report), note=True),
        _chart(_("Sentiment by day"), report, [(label, label_word(label)) for label in _LABELS]),
    ]
    return Section(_("Mood"), blocks)


def _chart(title: str, report: Report, kinds: Sequence[tuple[Tone, str]]) -> Chart:
    sums = [Heard(one, 1.0).whole for _at, one in report.days]
    series = [
        Series(name, [getattr(one, "total" if tone == "plain" else tone) for one in sums], tone)
        for tone, name in kinds
    ]
    labels = [short_day(at) for at, _networks in report.days]
    totals = [one.total for one in sums]
    top = max(range(len(totals)), key=lambda place: totals[place])
    told = _("{title}, {first} to {last}: {total} in all, most on {day}: {count}.").format(
        title=title, first=labels[0], last=labels[-1], total=number(sum(totals)),
        day=labels[top], count=number(totals[top]),
    )  # fmt: skip
    return Chart(title, labels, series, told, _("day"))


def _nothing(report: Report) -> str:
    if report.troubled:
        return _("Nothing was heard; some sources are in trouble, see below.")
    return _("Nothing was heard in this time.")


def _usual_volume(report: Report) -> str:
    usual = report.usual
    if usual is None or usual.a_day is None:
        return _("Too little was heard in the four weeks before to say what is usual.")
    return _("Usual in the four weeks before: {count} a day.").format(count=number(usual.a_day, 1))


def _usual_mood(report: Report) -> str:
    usual = report.usual
    if usual is None or usual.net is None:
        return _("Too little was heard in the four weeks before to say which mood is usual.")
    said = _("Usual in the four weeks before: {figure}.").format(figure=_net_of(usual))
    moved = mood_change(report.heard, usual)
    return f"{said} " + {
        0: _("The difference may be chance."),
        1: _("It is better now, by more than chance."),
        -1: _("It is worse now, by more than chance."),
    }.get(moved or 0, "")


def _a_day(heard: Heard) -> str:
    return UNKNOWN if heard.a_day is None else number(heard.a_day, 1)


def _net_of(heard: Heard) -> str:
    return UNKNOWN if heard.net is None else f"{signed(heard.net)} {give_or_take(heard.band)}"


def _net(bucket: Bucket) -> str:
    return _net_of(Heard({"": bucket}, 1.0))


def voice(report: Report, tracing: Tracing) -> Section:
    """The brand among its competitors."""
    shares = report.shares
    names = {one: network_title(one) for voice in shares.voices for one in voice.heard_on}
    notes = [Text(note, note=True) for note in share_notes(shares, names)]
    if len(shares.voices) < 2:
        return Section(_("Share of voice"), notes)
    rows = [
        [Cell(one.brand), *map(Cell, figure_texts(one)), Cell(silence(one))]
        for one in shares.voices
    ]
    head = [_("brand"), *(_(column) for column in COLUMNS), ""]
    kept = _(
        "What was deleted on its network is taken out of the counts; what grew too old to be kept"
        " still counts."
    )
    return Section(_("Share of voice"), [Grid(head, rows), *notes, Text(kept, note=True)])


def rising(report: Report, tracing: Tracing) -> Section:
    """Words that rise, each with somebody who says it."""
    words = report.words
    notes = [Text(note, note=True) for note in words_notes(words)]
    if not words.risen:
        return Section(_("Words that rise"), [Text(" ".join(words_empty(words))), *notes])
    rows = []
    for one in words.risen[:WORDS]:
        row = report.examples.get(one.mentions[0])
        said = _shortened(f"{row.title} {row.text}".strip()) if row is not None else ""
        link = check_link(row.url) if row is not None and row.url else None
        rows.append(
            [
                Cell(one.written),
                Cell(number(one.now)),
                Cell(number(one.authors)),
                Cell(times_text(one)),
                Cell(UNKNOWN if one.net is None else signed(one.net)),
                Cell(said, url=link.url if link is not None and not link.doubtful else ""),
            ]
        )
    head = [
        _("said"), _("mentions"), _("authors"), _("how much more"), _("mood"), _("the newest"),
    ]  # fmt: skip
    return Section(_("Words that rise"), [Grid(head, rows), *notes])


def _shortened(text: str, longest: int = 140) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
