"""Reports for people: figures worded into a document, written as Markdown or as one HTML page."""
