"""Forums without an API of their own, file by file; ``listener`` is where to begin."""
