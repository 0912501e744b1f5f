"""The drop folder, file by file; ``listener`` is where to begin."""
