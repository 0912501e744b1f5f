"""Discord, file by file; ``listener`` is where to begin."""
