"""Alerts away from the screen: what goes out, when, to whom, and by which channel.

``planning`` decides, ``message`` words, ``channels`` carry, ``notifier`` does it all for the
process that listens. A message goes out at least once and to each channel once a ringing; a
channel that fails is tried again for a day, is an alert itself, and holds up nothing.
"""

from listeners.notify.notifier import Notifier

__all__ = ["Notifier"]
