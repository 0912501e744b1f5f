"""A report as one HTML page that needs nothing else: no script, no picture, no request.

The template engine escapes every text that is put in; charts are drawn as trees (``svg``). The
page forbids itself to load anything (Content-Security-Policy), whatever a text might smuggle in.
"""

from __future__ import annotations

from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tui.reporting.document import Block, Chart, Document, Footnotes
from tui.reporting.svg import bars


def page(document: Document) -> str:
    """Return the document as one page."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("tui.reporting", "templates"),
    )
    places = count(1)

    def drawn(chart: Chart) -> Markup:
        # What ``bars`` returns is serialised from a tree: its texts are escaped.
        return Markup(bars(chart, f"chart-{next(places)}"))  # noqa: S704

    return environment.get_template("report.html").render(
        document=document,
        notes=Footnotes(),
        kind_of=_kind,
        drawn=drawn,
    )


def _kind(block: Block) -> str:
    return type(block).__name__
