"""The demonstration: two days of a made-up brand, through the same pipeline as real posts.

``story`` writes what happens, ``play`` lets it happen in accelerated time into whatever store it
is given: a temporary one, so that nothing is kept and nothing real is touched.
"""

from listeners.demo.play import Player, StoryClock
from listeners.demo.story import BRAND, LENGTH, story_config

__all__ = ["BRAND", "LENGTH", "Player", "StoryClock", "story_config"]
