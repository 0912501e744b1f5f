"""What is said, by whom compared with whom, and when: shares of voice, rising words, hours.

Everything but ``looking`` is pure; the rows come from ``listeners.store.voice``.
"""
