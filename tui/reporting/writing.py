"""Writing a report into a file: which form, under which name, and whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

from listeners.reports.period import Report
from listeners.text import fold
from tui.commands.export import whole_file

_NO_NAME = re.compile(r"[^\w.-]+")
_LONGEST = 60


def form_of(target: Path | None) -> str:
    """Return the form that the name of a file means, Markdown where it means none."""
    if target is not None and target.suffix.casefold() in (".html", ".htm"):
        return "html"
    return "md"


def file_name(report: Report, form: str) -> str:
    """Return what a report's file is called: ``hubbub-report-acme-2026-W47.html``."""
    parts = [
        _NO_NAME.sub("-", fold(report.brand))[:_LONGEST],
        _NO_NAME.sub("-", report.stretch.name)[:_LONGEST],
    ]
    named = "-".join(part.strip("-.") for part in parts if part.strip("-."))
    return f"hubbub-report-{named}.{form}"


def written(report: Report, form: str) -> str:
    """Return a report as a text, in the language spoken now."""
    from tui.reporting.page import document

    if form == "html":
        from tui.reporting.html import page

        return page(document(report))
    from tui.reporting.markdown import markdown

    return markdown(document(report))


def save(report: Report, target: Path) -> None:
    """Write a report into a file that only its owner may read.

    Raises:
        CommandError: it cannot be written; what was there before is untouched.
    """
    text = written(report, form_of(target))
    with whole_file(target) as file:
        file.write(text)
