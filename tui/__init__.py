"""The screen and the commands of hubbub: they read the store, draw it, and hand keys to actions.

No SQL, no HTTP and no rule lives here. Only ``tui.screens``, ``tui.widgets`` and ``tui.app``
import Textual, so that a headless command starts without it.
"""
