"""The inbound webhook, file by file; ``listener`` is where to begin."""
