"""Living safely in a terminal: signals, a terminal that goes away, hostile bytes, links, sounds.

``guard`` holds the application base that brings it all together; the other modules are one
danger each. Only ``guard``, ``driver`` and ``linefilter`` import Textual.
"""
