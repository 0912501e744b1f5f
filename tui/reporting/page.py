"""The whole report as a document: one page for who leads, then the details."""

from __future__ import annotations

from dataclasses import replace

from listeners.model import DAY
from listeners.reports.period import Report
from tui.i18n import _, full_moment
from tui.language import language
from tui.reporting import heard_sections as heard
from tui.reporting import work_sections as work
from tui.reporting.days import days_of, stretch_name
from tui.reporting.document import Cell, Document, Points, Section, Text
from tui.reporting.summary import sentences
from tui.reporting.tracing import Tracing


def document(report: Report) -> Document:
    """Return the document of a report, in the language spoken now."""
    tracing = Tracing(report.brand, report.stretch, report.stretch.since, report.until)
    first = [
        Section(_("In three sentences"), [Text(one) for one in sentences(report)], wide=True),
        *_warning(report),
        work.decisions(report, tracing),
        heard.mood(report, tracing),
        heard.volume(report, tracing),
        work.conversations(report, tracing),
        heard.networks(report, tracing),
        work.alerts(report, tracing),
    ]
    details = [
        work.people(report, tracing),
        work.stages(report, tracing),
        work.campaigns(report, tracing),
        work.planning(report, tracing),
        work.cadence(report, tracing),
        heard.voice(report, tracing),
        heard.rising(report, tracing),
        work.sources(report, tracing),
    ]
    if report.stretch.campaign is not None:
        place = next(at for at, one in enumerate(details) if one.title == _("Campaigns"))
        first.insert(1, replace(details.pop(place), wide=True))
    return Document(
        language=language(),
        title=f"{report.brand} · {stretch_name(report.stretch)}",
        about=_about(report),
        first=first,
        details=details,
        details_title=_("Details"),
        appendix=_("Where the figures come from"),
        appendix_note=_(
            "Each numbered figure is the count of the rows that its command lists; “-o csv” or "
            "“-o json” writes them out. What was deleted since then is missing in them."
        ),
    )


def _about(report: Report) -> list[str]:
    told = [days_of(report.stretch)]
    if report.stretch.goes_on(report.made_at):
        told.append(_("Not over yet: counted up to {when}.").format(when=full_moment(report.until)))
    told.append(_("Made {when}").format(when=full_moment(report.made_at)))
    length = (report.until - report.stretch.since) / DAY
    if report.heard.days < min(length, 1.0):
        told.append(_("The brand was not listened to in this time."))
    elif report.heard.days < length - 0.5:
        told.append(_("The first mention that is stored is later than the beginning of this time."))
    return told


def _warning(report: Report) -> list[Section]:
    """Say beside the first figures what spoils them."""
    if not report.spoilt:
        return []
    names = [str(one.label) for one in report.troubled]
    names += [str(one.label) for one in report.missed if not one.filled]
    said = _("The figures may be too low: not everything was heard. Sources: {names}.").format(
        names=", ".join(dict.fromkeys(names))
    )
    return [Section(_("Mind"), [Points([[Cell(said, "hubbub sources")]])], wide=True)]
