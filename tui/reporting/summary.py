"""The stretch in three sentences: how much, in which mood, and what work it made.

Each says its figure and what it is compared with, and no more than the figures hold: a difference
that may be chance is called so, and where there is nothing to compare with, that is said.
"""

from __future__ import annotations

from listeners.reports.period import ALIKE, Report, change, mood_change
from tui.i18n import _, ngettext, number, percent, signed
from tui.response_words import span
from tui.sentiment_words import give_or_take


def sentences(report: Report) -> tuple[str, str, str]:
    """Return the three sentences."""
    return volume(report), mood(report), work(report)


def volume(report: Report) -> str:
    """Say how much was heard, against the stretch before."""
    count = report.heard.whole.total
    if not count:
        return _("Nothing was heard of {brand} in this time.").format(brand=report.brand)
    said = ngettext(
        "{count} mention of {brand} was heard", "{count} mentions of {brand} were heard", count
    ).format(count=number(count), brand=report.brand)
    grown = change(report.heard, report.before)
    if grown is None:
        return _("{said}; there is nothing before it to compare with.").format(said=said)
    if abs(grown) < ALIKE:
        return _("{said}, about as many a day as {before}.").format(
            said=said, before=before_words(report)
        )
    if grown > 0:
        template = _("{said}, {share} more a day than {before}.")
    else:
        template = _("{said}, {share} fewer a day than {before}.")
    return template.format(said=said, share=percent(abs(grown)), before=before_words(report))


def mood(report: Report) -> str:
    """Say how the mood was, and whether it moved by more than chance."""
    net = report.heard.net
    if net is None:
        return _("Nothing of it has a sentiment.")
    figure = f"{signed(net)} {give_or_take(report.heard.band)}"
    moved = mood_change(report.heard, report.before)
    before = report.before.net
    if moved is None or before is None:
        return _("Net sentiment is {figure}; there is nothing before it to compare with.").format(
            figure=figure
        )
    template = {
        0: _("Net sentiment is {figure}, and may be what it was before ({before})."),
        1: _("Net sentiment is {figure}, better than before ({before}) by more than chance."),
        -1: _("Net sentiment is {figure}, worse than before ({before}) by more than chance."),
    }[moved]
    return template.format(figure=figure, before=signed(before))


def work(report: Report) -> str:
    """Say what work it made, what was done of it, and what is overdue."""
    asked = ngettext(
        "{count} conversation asked for an answer",
        "{count} conversations asked for an answer",
        report.opened,
    ).format(count=number(report.opened))
    answers = report.responses.answered
    given = ngettext("{count} answer was given", "{count} answers were given", answers).format(
        count=number(answers)
    )
    if report.responses.median_first is not None:
        given = _("{given}, the first ones after {span} (median)").format(
            given=given, span=span(report.responses.median_first)
        )
    late = report.responses.overdue
    left = ngettext("{count} is overdue now", "{count} are overdue now", late).format(
        count=number(late)
    )
    alerts = ngettext(
        "{count} alert was raised or went on", "{count} alerts were raised or went on",
        len(report.alerts),
    ).format(count=number(len(report.alerts)))  # fmt: skip
    return _("{asked}; {given}; {left}; {alerts}.").format(
        asked=asked, given=given, left=left, alerts=alerts
    )


def before_words(report: Report) -> str:
    """Return what the stretch before is called."""
    return {
        "week": _("in the week before"),
        "month": _("in the month before"),
        "campaign": _("in the time before it"),
    }[report.stretch.kind]
